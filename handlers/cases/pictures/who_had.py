"""Who had the pictures and files of a case before it was said that they show a child undressed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Matter
from handlers.text.words import listed, moment
from store.model.address import MessageRef
from store.model.evidence import Evidence
from store.model.kinds import WORDS, EntryKind, NoticeKind, NoticeResult
from store.model.memos import BackedUp
from store.model.records import State

HEADING = "Who had it before it was locked:"
SENT = "{name} sent it: it is in their chat, and on their phone or computer."
HANDED = "{name} was handed {what}, {when}. {now}"
TAKEN_BACK = "It was deleted from their chat; they may have saved it."
NOT_TAKEN_BACK = "It could not be deleted from their chat: speak to them."
BEING_TAKEN_BACK = "It is being deleted from their chat; they may have saved it."
EXPORTED = (
    "The technician gathered it for somebody’s request (“headsup export”), {when}: that folder has "
    "a copy."
)
PACKED = "{name} made a pack of it for {receiver}, {when}: ask them who has it now."
BACKED_UP = (
    "Backups from before {when} may hold a copy. New ones do not. Ask the technician to take the "
    "older ones away once the police have said so: “headsup backup --forget-older”."
)
NOBODY = "Nobody else was handed it here."


async def who_had_it(matter: Matter, desk: Desk) -> str:
    """In sentences, a line each; nothing where nothing was kept before the case was locked."""
    kept = _files_kept(matter)
    if not kept or not matter.withheld:
        return ""
    senders = dict.fromkeys(matter.people.name(item.by) for item in kept.values())
    others = [*_handed(matter, kept, desk), *_exported(matter, desk)]
    lines = [HEADING, *(SENT.format(name=name) for name in senders), *(others or [NOBODY])]

    locked_at = _locked_at(matter)
    if locked_at and await desk.store.memos(BackedUp):
        lines.append(BACKED_UP.format(when=moment(locked_at, desk.calendar)))
    return "\n".join(lines)


def _files_kept(matter: Matter) -> dict[str, Evidence]:
    """The pictures and files that are here, by what an entry calls them: `7K4M 2`."""
    found = {}
    for case in matter.cases:
        for item in case.evidence:
            if item.kind not in WORDS and item.state == State.KEPT:
                found[f"{case.reference} {item.number}"] = item
    return found


def _locked_at(matter: Matter) -> datetime | None:
    """When a part of it was last said to be about a child undressed (UTC)."""
    said = []
    for case in matter.cases:
        if case.withheld:
            said += [e.at for e in case.chronology if e.what == EntryKind.CATEGORY][-1:]
    return max(said, default=None)


def _handed(matter: Matter, kept: Iterable[str], desk: Desk) -> list[str]:
    """Every time that somebody was handed any of it."""
    wanted = set(kept)
    lines = []
    for case in matter.cases:
        for entry in case.chronology:
            if entry.what != EntryKind.EVIDENCE:
                continue
            numbers = entry.details.get("numbers", "").split(", ")
            files = [number for number in numbers if number in wanted]
            if files:
                what = f"evidence {listed(files)}"
                name, when = matter.people.name(entry.by), moment(entry.at, desk.calendar)
                now = _now_in_chat(entry.by, matter)
                lines.append(HANDED.format(name=name, what=what, when=when, now=now))
    return lines


def _now_in_chat(person: str, matter: Matter) -> str:
    """What has become of the files in this person's chat."""
    results = _results_of_withdrawals(person, matter)
    if not results or NoticeResult.FAILED in results:
        return NOT_TAKEN_BACK
    is_done = all(result == NoticeResult.SENT for result in results)
    return TAKEN_BACK if is_done else BEING_TAKEN_BACK


def _results_of_withdrawals(person: str, matter: Matter) -> list[str]:
    """What came of it, each time that a file was to be taken back from somebody, by their id."""
    results = []
    for case in matter.cases:
        for notice in case.notices:
            is_theirs = notice.kind == NoticeKind.WITHDRAW and notice.to == person
            if is_theirs and notice.message and MessageRef.parse(notice.message).is_file:
                results.append(notice.result)
    return results


def _exported(matter: Matter, desk: Desk) -> list[str]:
    """Every time that it was gathered at the command line, or packed, before it was locked."""
    locked_at = _locked_at(matter)
    lines = []
    for case in matter.cases:
        for entry in case.chronology:
            is_before = locked_at is None or entry.at <= locked_at
            when = moment(entry.at, desk.calendar)
            if entry.what == EntryKind.EXPORTED and is_before:
                lines.append(EXPORTED.format(when=when))
            if entry.what == EntryKind.PACKED and is_before:
                name, receiver = matter.people.name(entry.by), entry.details.get("for", "")
                lines.append(PACKED.format(name=name, receiver=receiver, when=when))
    return lines
