"""What a case's summary gathers from its reports, evidence and steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from store.model.evidence import Evidence
from store.model.records import FollowUp, Report, State


def sources_of(reports: Iterable[Report]) -> tuple[str, ...]:
    """The source keys of what was passed on."""
    sources: list[str] = []
    for report in reports:
        sources += report.sources
    return tuple(sources)


def links_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The links, in their normal form."""
    return tuple(item.normal for item in evidence if item.normal)


def hashes_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The SHA-256 of each kept file."""
    return tuple(item.sha256 for item in evidence if item.sha256)


def likenesses_of(evidence: Iterable[Evidence]) -> tuple[int, ...]:
    """What tells how alike pictures look, of each that could be opened."""
    pictures = [item.picture for item in evidence if item.picture]
    return tuple(int(picture.likeness, 16) for picture in pictures if picture.likeness)


def unkept_in(evidence: Sequence[Evidence]) -> int:
    """How many pieces are still to be fetched."""
    return sum(item.state in (State.WAITING, State.WANTED) for item in evidence)


def soonest_due(follow_ups: Iterable[FollowUp]) -> datetime | None:
    """When the first open step is due (UTC)."""
    return min((step.due for step in follow_ups if step.is_open), default=None)
