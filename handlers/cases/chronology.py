"""The chronology of a case, as people read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.cases.concerned.poster_words import poster_words
from handlers.cases.removals.wording import removal_details
from handlers.cases.reporting.questions import about_words
from handlers.desk import Desk
from handlers.matter import Matter, Summaries
from handlers.text.words import moment
from handlers.workflow.concerned.own_words import OF_POSTERS, OF_SUBJECTS, named_in
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.records import Entry, Person, Progress, Subject

#: Whom the words may mean besides, until somebody says so or not.
PERHAPS = "perhaps {name}: the words may mean them"
#: In place of the words of the entry's kind.
APPOINTED = "kept it from {name} too, who was given a role by somebody from whom it is kept"
NOT_THESE = "{words}, not {names}"

ENTRY_WORDS: dict[str, str] = {
    EntryKind.OPENED: "passed it on",
    EntryKind.RECEIVED: "sent more",
    EntryKind.EDITED: "changed a message",
    EntryKind.CATEGORY: "said what it is about: {category}",
    EntryKind.ABOUT: "said who it is about: {who}",
    EntryKind.ALSO_ABOUT: "said who it is also about: {who}",
    EntryKind.ABOUT_INSTEAD: "said who it is about instead: {who}",
    EntryKind.POSTED: "said who posted it: {who}",
    EntryKind.POSTED_INSTEAD: "said who posted it instead: {who}",
    EntryKind.URGENT: "made it urgent",
    EntryKind.TAKEN: "took it",
    EntryKind.GIVEN: "gave it to {to}",
    EntryKind.GIVEN_UP: "found that its owner can no longer look after it",
    EntryKind.NOTE: "noted: {text}",
    EntryKind.CLOSED: "closed it: {outcome}{reason}",
    EntryKind.REOPENED: "reopened it: {reason}",
    EntryKind.STEP: "· {progress}: {step}{why}",
    EntryKind.STEP_GIVEN: "gave “{step}” to {to}",
    EntryKind.STEP_ADDED: "added: {step}, due {due}",
    EntryKind.POSTPONED: "put off “{step}” until {until}{why}",
    EntryKind.AGAIN: "saw it posted again",
    EntryKind.SEEN: "has seen it, and is on it",
    EntryKind.ASKED: "asked what happens",
    EntryKind.ANSWERED: "answered {to}: {text}",
    EntryKind.JOINED: "joined it to {to}",
    EntryKind.SEPARATED: "made it a case of its own",
    EntryKind.HELD: "held it back from being erased: {reason}",
    EntryKind.HOLD_LIFTED: "ended its hold",
    EntryKind.EXPORTED: ("gathered it for somebody who asked what is held about them"),
    EntryKind.LOOKED: "looked at it",
    EntryKind.READ: "read all entries",
    EntryKind.EVIDENCE: "was handed evidence {numbers}",
    EntryKind.KEPT: "kept evidence {number}",
    EntryKind.FETCH_FAILED: "could not keep evidence {number}",
    EntryKind.WITHHELD: "left evidence {number} unfetched for good",
    EntryKind.FOLLOWED: "brought its steps up to date",
    EntryKind.LETTER: "drafted a letter: {letter}{addressee}",
    EntryKind.PACKED: "made a pack of it for {for}: {reason}",
    EntryKind.REMOVAL_ASKED: "asked {whom} to take it down{of}{day}{report}",
    EntryKind.REMOVAL_ANSWERED: "noted what came back when its removal was asked for{of}: {text}",
    EntryKind.REMOVAL_REFUSED: "noted that {whom} refused to take it down{of}{text}",
    EntryKind.REMOVAL_SILENT: "found that the site has neither removed it nor refused in time{of}",
    EntryKind.GONE: "saw that it is gone{of}{day}",
    EntryKind.STILL_THERE: "saw that it is still there{of}",
    EntryKind.RELEASED: "said of evidence {numbers}: “I have seen it”, and it is: {category}",
}


HIDDEN = frozenset({EntryKind.LOOKED, EntryKind.READ, EntryKind.FOLLOWED})


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, and the case of the matter whose chronology it stands in."""

    case: Case
    entry: Entry


def entries_of(matter: Matter) -> list[Row]:
    """The entries of a case and of all that was joined to it, in the order of time."""
    rows = [Row(case, entry) for case in matter.cases for entry in case.chronology]
    return sorted(rows, key=lambda row: row.entry.at)


async def entries_for(person: Person, matter: Matter, desk: Desk) -> list[Row]:
    """The entries that this person reads: all but those of having been one with a case of which
    they may see nothing.
    """
    rows = entries_of(matter)
    elsewhere = {_other_case(row.entry) for row in rows} - {"", *matter.references}
    if not elsewhere:
        return rows
    known = Summaries(await desk.store.related(elsewhere))
    seen = set(matter.references)
    for reference in elsewhere:
        other = known.get(reference)
        if other and desk.listed(person, other, known).inside:
            seen.add(reference)
    return [row for row in rows if _other_case(row.entry) in {"", *seen}]


def _other_case(entry: Entry) -> str:
    """The reference of the case that one was joined to by this entry, or separated from."""
    if entry.what == EntryKind.JOINED:
        return entry.details.get("to", "")
    return entry.details.get("from", "") if entry.what == EntryKind.SEPARATED else ""


def cases_named_in(matter: Matter, rows: Iterable[Row]) -> set[str]:
    """References that these rows name: of the matter's cases, and of those that one was joined to
    before.
    """
    named = {_other_case(row.entry) for row in rows}
    return {*named, *matter.references} - {""}


def entry_line(row: Row, matter: Matter, desk: Desk) -> str:
    """An entry in words. The lines of a note are set in, so that none looks like an entry."""
    entry = row.entry
    words = _words_of_kind(entry).format_map(_details(entry, matter, desk))
    at, who = moment(entry.at, desk.calendar), matter.people.name(entry.by)
    if row.case.reference == matter.case.reference:
        return f"{at} · {who} {words}"
    return f"{at} · {row.case.reference} · {who} {words}"


def _words_of_kind(entry: Entry) -> str:
    if entry.details.get("appointed"):
        return APPOINTED
    return ENTRY_WORDS.get(entry.what, entry.what)


def _details(entry: Entry, matter: Matter, desk: Desk) -> Mapping[str, str]:
    """What an entry holds, as its words want it; what it does not hold is empty."""
    details = defaultdict[str, str](str)
    for key, value in entry.details.items():
        details[key] = " ".join(value.split())
    note = entry.details.get("text", "")
    if "\n" in note:
        details["text"] = _set_in(note)

    category = desk.procedure.named(details["category"])
    if category:
        details["category"] = category.name
    outcome = desk.procedure.outcome_named(details["outcome"])
    if outcome:
        details["outcome"] = outcome.name.lower()
    for key in ("until", "due"):
        details[key] = moment_in(details[key], desk)

    _set_in_words(entry, details, matter)
    details.update(removal_details(entry, details, desk))
    return details


def _set_in_words(entry: Entry, details: dict[str, str], matter: Matter) -> None:
    """Make of what an entry of some kinds holds what its words want."""
    match entry.what:
        case EntryKind.CLOSED if details["reason"]:
            details["reason"] = f" ({details['reason']})"
        case EntryKind.STEP | EntryKind.POSTPONED if details["why"]:
            details["why"] = _why(details)
        case EntryKind.LETTER if details["addressee"]:
            details["addressee"] = f", to {details['addressee']}"
        case what if what in OF_SUBJECTS | OF_POSTERS:
            details["who"] = _named_words(entry)
        case EntryKind.GIVEN | EntryKind.STEP_GIVEN | EntryKind.ANSWERED:
            details["to"] = matter.people.name(details["to"])


def _named_words(entry: Entry) -> str:
    """Whom an entry names, as a subject or as whoever posted it."""
    named = named_in(entry)
    if entry.what in OF_POSTERS:
        return poster_words(named)
    if named.subject == Subject.UNSURE and named.name:
        return PERHAPS.format(name=named.name)
    words = about_words(named)
    none_of = entry.details.get("none_of", "")
    return NOT_THESE.format(words=words, names=none_of) if none_of else words


def _why(details: Mapping[str, str]) -> str:
    """The reason for a step's end; of what is done, what was to be written down of it."""
    if details["progress"] == Progress.DONE:
        return f": {details['why']}"
    return f", because {details['why'].removeprefix('because ')}"


def _set_in(note: str) -> str:
    return "".join(f"\n    {line}" for line in note.splitlines())


def moment_in(text: str, desk: Desk) -> str:
    """A moment that an entry or a platform gives as text, as people read it; the text itself where
    it is none.
    """
    try:
        return moment(datetime.fromisoformat(text), desk.calendar)
    except ValueError:
        return text
