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
#: At most, in one line.
HOSTS = 3
#: At most, of other cases that are named.
SIMILAR = 3
NAMES: dict[str, tuple[str, ...]] = {EvidenceKind.AUDIO: ("sound recording", "sound recordings")}

STATES: dict[str, str] = {
    State.WAITING: "Not fetched yet: {what}. That waits until you say what it is about.",
    State.WANTED: "Not yet kept, being fetched: {what}.",
    State.TOO_LARGE: (
        "Too large to keep: {what}. Please leave it where it is, and show it to a leader."
    ),
    State.LOST: "Could not be fetched: {what}. Please send it again, or show it to a leader.",
    State.WITHHELD: "Not fetched, and never will be: {what}.",
}


def describe(evidence: Iterable[Evidence]) -> str:
    """`a message, a link to facebook.com and 2 pictures`: kinds and hosts, never the content."""
    items = list(evidence)
    counts = Counter(item.kind for item in items)
    return listed(_kind(kind, counts[kind], items) for kind in ORDER if counts[kind])


def _kind(kind: str, number: int, items: Sequence[Evidence]) -> str:
    if kind == EvidenceKind.TEXT:
        return counted(number, "message")
    words = counted(number, *NAMES.get(kind, (kind,)))
    hosts = _hosts(items) if kind == EvidenceKind.LINK else []
    return f"{words} to {listed(hosts)}" if hosts else words


def _hosts(items: Sequence[Evidence]) -> list[str]:
    """Where the links lead: three hosts, each once, and that there are others."""
    hosts = [host_of(item.normal) for item in items if item.kind == EvidenceKind.LINK]
    known = [host for host in dict.fromkeys(hosts) if host]
    if len(known) > HOSTS:
        return [*known[:HOSTS], "other places"]
    return known


def unkept_lines(evidence: Sequence[Evidence]) -> list[str]:
    """A line for each state in which something is not kept."""
    lines = []
    for state, line in STATES.items():
        items = [item for item in evidence if item.state == state]
        if items:
            lines.append(line.format(what=describe(items)))
    return lines


async def similar_cases(person: Person, matter: Matter, desk: Desk) -> list[Summary]:
    """Other open cases with the same link, bytes or picture, that this person may know of: at most
    three.
    """
    links, hashes, likenesses = list[str](), list[str](), list[int]()
    for case in matter.cases:
        summary = case.summary
        links += summary.links
        hashes += summary.hashes
        likenesses += summary.likenesses

    known = {case.reference for case in matter.cases}
    found: dict[str, Summary] = {}
    for other in await desk.store.alike(links, hashes, likenesses):
        root = await desk.root(other)
        is_other = root.reference not in known and root.status == Status.OPEN
        if is_other and await _may_know(person, root, matter, desk):
            found[root.reference] = root
    return list(found.values())[:SIMILAR]


async def _may_know(person: Person, root: Summary, matter: Matter, desk: Desk) -> bool:
    """Who sees all of this matter hears of others of which they see all; its reporter, of their
    own.
    """
    if matter.whole:
        return await desk.inside(person, root)
    return Relation.REPORTER in await desk.relations(person, root)
