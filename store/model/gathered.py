"""What a case's summary gathers from its reports, evidence and steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from store.model.evidence import Evidence
from store.model.records import FollowUp, Report, State


def sources_of(reports: Iterable[Report]) -> tuple[str, ...]:
    """The source keys of what was passed on."""
    sources: list[str] = []
    for report in reports:
        sources += report.sources
    return tuple(sources)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a summary has of all pieces of evidence together."""

    #: In their normal form.
    links: tuple[str, ...]
    #: The SHA-256 of each kept file.
    hashes: tuple[str, ...]
    #: What tells how alike pictures look, of each that could be opened.
    likenesses: tuple[int, ...]
    #: How many pieces are still to be fetched.
    unkept: int
    #: Something is never fetched.
    withholds: bool


def gathered(evidence: Iterable[Evidence]) -> Gathered:
    links, hashes, likenesses = list[str](), list[str](), list[int]()
    unkept, withholds = 0, False
    for item in evidence:
        if item.normal:
            links.append(item.normal)
        if item.sha256:
            hashes.append(item.sha256)
        if item.picture and item.picture.likeness:
            likenesses.append(int(item.picture.likeness, 16))
        unkept += item.state in (State.WAITING, State.WANTED)
        withholds = withholds or item.state == State.WITHHELD
    return Gathered(tuple(links), tuple(hashes), tuple(likenesses), unkept, withholds)


def soonest_due(follow_ups: Iterable[FollowUp]) -> datetime | None:
    """When the first open step is due (UTC)."""
    return min([step.due for step in follow_ups if step.is_open], default=None)
