"""What was received, in words; and other cases that look the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from handlers.desk import Desk, Matter
from handlers.rules.access import Relation
from handlers.text.links import host_of
from handlers.text.words import counted, listed
from store.model.kinds import EvidenceKind
from store.model.records import Evidence, Person, State, Status, Summary

ORDER = tuple(EvidenceKind)
NAMES: dict[str, tuple[str, ...]] = {EvidenceKind.AUDIO: ("sound recording", "sound recordings")}

STATES: dict[str, str] = {
    State.WAITING: "Not fetched yet: {what}. That waits until you say what it is about.",
    State.WANTED: "Not yet kept, being fetched: {what}.",
    State.TOO_LARGE: "Too large to keep: {what}. Please leave it where it is, and show it to a leader.",
    State.LOST: "Could not be fetched: {what}. Please send it again, or show it to a leader.",
    State.WITHHELD: "Not fetched, and never will be: {what}.",
}


def describe(evidence: Iterable[Evidence]) -> str:
    """`a message, a link to facebook.com and 2 pictures`: kinds and hosts, never the content."""
    items = list(evidence)
    counts = Counter(e.kind for e in items)
    words = [_kind(kind, counts[kind], items) for kind in ORDER if counts[kind]]
    return listed(words)


def _kind(kind: str, number: int, items: Sequence[Evidence]) -> str:
    if kind == EvidenceKind.TEXT:
        return counted(number, "message")
    words = counted(number, *NAMES.get(kind, (kind,)))
    if kind == EvidenceKind.LINK:
        hosts = list(
            dict.fromkeys(
                filter(None, (host_of(e.normal) for e in items if e.kind == EvidenceKind.LINK))
            )
        )
        shown = hosts[:3] + (["other places"] if len(hosts) > 3 else [])
        words += f" to {listed(shown)}" if shown else ""
    return words


def unkept_lines(evidence: Sequence[Evidence]) -> list[str]:
    """A line for each state in which something is not kept."""
    lines = []
    for state, line in STATES.items():
        if items := [e for e in evidence if e.state == state]:
            lines.append(line.format(what=describe(items)))
    return lines


async def similar_cases(person: Person, matter: Matter, desk: Desk) -> list[Summary]:
    """Other open cases with the same link, bytes or picture, that this person may know of: at most three."""
    cases = [case.summary for case in matter.cases]
    known = {s.reference for s in cases}
    found: dict[str, Summary] = {}
    for other in await desk.store.alike(
        [link for s in cases for link in s.links],
        [digest for s in cases for digest in s.hashes],
        [likeness for s in cases for likeness in s.likenesses],
    ):
        root = await desk.root(other)
        if matter.whole:
            allowed = await desk.inside(person, root)
        else:
            allowed = Relation.REPORTER in await desk.relations(person, root)
        if allowed and root.reference not in known and root.status == Status.OPEN:
            found[root.reference] = root
    return list(found.values())[:3]
