"""What the entries of a case say of it, compared with what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from store.model.case import Case
from store.model.digests import digest_of_text
from store.model.kinds import ABOUT_SOMEBODY, MESSAGES, EntryKind
from store.model.proofs import facts_changed
from store.model.records import About, Status

NOT_AS_SAID = "its {what} {verb} not what the entries say: one was removed, or it was changed."

#: Fields of a case that change with its entries alone, and what they hold before any entry.
STATES: dict[str, Any] = {
    "status": Status.OPEN,
    "category": None,
    "owner": None,
    "joined_to": None,
    "hold": "",
}

#: What an entry of a kind makes of which field.
_SETS: dict[str, tuple[str, Any]] = {
    EntryKind.CLOSED: ("status", Status.CLOSED),
    EntryKind.REOPENED: ("status", Status.OPEN),
    EntryKind.GIVEN_UP: ("owner", None),
    EntryKind.SEPARATED: ("joined_to", None),
    EntryKind.HOLD_LIFTED: ("hold", ""),
}

#: Which field an entry of a kind has a new value for, and which of the entry's details that is.
_TELLS: dict[str, tuple[str, str]] = {
    EntryKind.CATEGORY: ("category", "category"),
    EntryKind.TAKEN: ("owner", "to"),
    EntryKind.GIVEN: ("owner", "to"),
    EntryKind.JOINED: ("joined_to", "to"),
    EntryKind.HELD: ("hold", "reason"),
}


def find_contradictions(case: Case) -> Iterator[str]:
    """What is not as the entries of a case say, or is wrong with the entries themselves.

    Each once, though several entries may show it.
    """
    yield from dict.fromkeys(_find_contradictions(case))


def _find_contradictions(case: Case) -> Iterator[str]:
    broken = find_broken_entry(case)
    if broken:
        yield broken
    elif not case.chronology:
        yield "has no entries."
    else:
        yield from _compare_states(case)
        yield from _compare_reporters(case)
        yield from _compare_subjects(case)
        yield from _compare_facts(case)
    yield from _compare_words(case)
    yield from _compare_evidence(case)


def find_broken_entry(case: Case) -> str:
    """What is wrong with the first entry that does not fit, or nothing."""
    before = ""
    for number, entry in enumerate(case.chronology, 1):
        if entry.before != before:
            return (
                f"entry {number} does not follow the one before it: "
                "something was removed, added or moved."
            )
        if not entry.sound:
            return f"entry {number} is not as it was written."
        before = entry.hash
    return ""


def _not_as_said(what: str) -> str:
    verb = "are" if what.endswith("s") and what != "status" else "is"
    return NOT_AS_SAID.format(what=what, verb=verb)


def _compare_states(case: Case) -> Iterator[str]:
    told = _states_told(case)
    for name in STATES:
        if told[name] != getattr(case, name):
            yield _not_as_said(name.replace("_", " "))


def _states_told(case: Case) -> dict[str, Any]:
    """What the entries of a case say of each of STATES, read from the first to the last."""
    states = dict(STATES)
    for entry in case.chronology:
        if entry.what in _SETS:
            name, value = _SETS[entry.what]
            states[name] = value
        elif entry.what in _TELLS:
            name, detail = _TELLS[entry.what]
            states[name] = entry.details.get(detail)
    return states


def _compare_reporters(case: Case) -> Iterator[str]:
    told = {entry.by for entry in case.chronology if entry.what in MESSAGES}
    if told != set(case.reporters):
        yield _not_as_said("reporters")


def _compare_subjects(case: Case) -> Iterator[str]:
    """Whoever was named last is a subject still."""
    for entry in reversed(case.chronology):
        if entry.what not in ABOUT_SOMEBODY:
            continue
        details = entry.details
        told = (details.get("subject"), details.get("person") or None, details.get("name", ""))
        if told not in map(_as_told, case.subjects):
            yield _not_as_said("subjects")
        return


def _as_told(about: About) -> tuple[str | None, str | None, str]:
    return about.subject, about.person, about.name


def _compare_facts(case: Case) -> Iterator[str]:
    """Facts of which an entry has the SHA-256; in entries of earlier versions, there is none."""
    for name in facts_changed(case):
        yield _not_as_said(name)


def _compare_words(case: Case) -> Iterator[str]:
    """Texts and links that do not read as the entry says with which they came."""
    now = {str(item.number): digest_of_text(item.text) for item in case.evidence}
    for entry in case.chronology:
        if entry.what not in MESSAGES:
            continue
        for told in entry.details.get("words", "").split():
            number, _, digest = told.partition(":")
            if number not in now:
                yield f"evidence {number} is missing, of which an entry says that it came."
            elif now[number] != digest:
                yield f"evidence {number} does not read as it did when it came."


def _compare_evidence(case: Case) -> Iterator[str]:
    """Evidence of which an entry says that it is another file; without an entry, none is wrong."""
    kept = {}
    for entry in case.chronology:
        if entry.what == EntryKind.KEPT:
            kept[entry.details.get("number")] = entry.details.get("sha256")

    for item in case.evidence:
        told = kept.pop(str(item.number), item.sha256)
        if told != item.sha256:
            yield f"evidence {item.number} is listed as another file than the entries say."
    for number in kept:
        yield f"evidence {number} is missing, of which an entry says that it was kept."
