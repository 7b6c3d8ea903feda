"""What was received, in words; and other cases that look the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from handlers.desk import Desk
from handlers.matter import Matter, Summaries
from handlers.rules.access import Relation
from handlers.text.links import host_of
from handlers.text.words import counted, listed
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import EvidenceKind
from store.model.likeness import look_alike
from store.model.records import Person, State, Status, Summary

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
    counts = Counter([item.kind for item in items])
    return listed([_kind(kind, counts[kind], items) for kind in ORDER if kind in counts])


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
    """Other open matters with the same link, bytes or picture of which this person may see all: at
    most three, by their roots. For somebody who sees all of this one.
    """
    known = {case.reference for case in matter.cases}
    others = [each for each in await _looking_like(matter, desk) if each not in known]
    if not others:
        return []
    summaries = Summaries(await desk.store.related(others))
    seen = []
    for root in _open_roots(others, known, summaries):
        if desk.listed(person, root, summaries).inside:
            seen.append(root)
    return seen[:SIMILAR]


async def _looking_like(matter: Matter, desk: Desk) -> list[str]:
    """References of all cases with the same link, bytes or picture, those of the matter as well."""
    links, hashes, likenesses = list[str](), list[str](), list[int]()
    for case in matter.cases:
        summary = case.summary
        links += summary.links
        hashes += summary.hashes
        likenesses += summary.likenesses
    if not (links or hashes or likenesses):
        return []
    return [each.reference for each in await desk.store.alike(links, hashes, likenesses)]


def similar_reports(person: Person, case: Case, own: Summaries, desk: Desk) -> list[Summary]:
    """Other open cases of its reporter's with the same link, bytes or picture: at most three.

    `own` are the summaries of all their cases.
    """
    alike = []
    for other in own:
        if other.status == Status.OPEN and look_alike(case.summary, other):
            alike.append(other.reference)
    seen = []
    for root in _open_roots(alike, {case.reference}, own):
        if Relation.REPORTER in desk.listed(person, root, own).relations:
            seen.append(root)
    return seen[:SIMILAR]


def _open_roots(
    references: Iterable[str], known: Collection[str], summaries: Summaries
) -> list[Summary]:
    """What these cases were joined to in the end, each once, but for `known` and closed ones."""
    roots: dict[str, Summary] = {}
    for reference in references:
        if reference not in summaries:
            continue
        root = summaries.root(reference)
        if root.reference not in known and root.status == Status.OPEN:
            roots[root.reference] = root
    return list(roots.values())
