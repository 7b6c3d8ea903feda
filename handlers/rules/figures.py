"""What the governors and leaders count, worked out of what was gathered: no store, no sentence.

Each figure is defined in `docs/figures.md`.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from handlers.rules.terms import Period
from store.model.memos import Counted
from store.model.removals import Removal, SiteRemoval


@dataclass(frozen=True, slots=True)
class Incident:
    """One matter: a case with all that was joined to it, as it is counted."""

    #: Key; empty while nobody has said.
    category: str
    #: Local day.
    opened: date
    taken_after: timedelta | None
    closed_after: timedelta | None
    #: A Removal.
    removal: str
    #: Whose removal was asked for.
    posts: tuple[SiteRemoval, ...] = ()
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took."""

    #: Cases in which it has happened.
    number: int = 0
    median: timedelta = timedelta()
    #: Nine of ten took no longer.
    nine_tenths: timedelta = timedelta()

    @staticmethod
    def of(times: Iterable[timedelta | None]) -> Spread:
        known = sorted(each for each in times if each is not None)
        if not known:
            return Spread()
        rank = math.ceil(len(known) * 9 / 10)
        median = statistics.median(each.total_seconds() for each in known)
        return Spread(len(known), timedelta(seconds=median), known[rank - 1])


@dataclass(frozen=True, slots=True)
class Removals:
    """In how many cases, or of how many posts, removal was asked for; and how many are gone."""

    asked: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of one period."""

    period: Period
    #: By key of the category.
    kinds: Counter[str] = field(default_factory=Counter)
    #: By month, as `2026-11`, and key.
    months: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Spread = Spread()
    closed: Spread = Spread()
    removals: Removals = Removals()
    #: By site, most first.
    by_site: tuple[tuple[str, Removals], ...] = ()

    @property
    def total(self) -> int:
        return self.kinds.total()

    def in_month(self, month: str) -> int:
        return sum(number for (each, _), number in self.months.items() if each == month)


def count(incidents: Sequence[Incident], erased: Iterable[Counted], period: Period) -> Figures:
    """Count one period. Of erased cases no more is known than their kinds and months."""
    within = [incident for incident in incidents if period.holds(incident.opened)]
    months = Counter((f"{each.opened:%Y-%m}", each.category) for each in within)
    for each in erased:
        if period.holds_month(each.month):
            months[each.month, each.category] += 1
    kinds: Counter[str] = Counter()
    for (_, category), number in months.items():
        kinds[category] += number
    return Figures(
        period,
        kinds,
        months,
        taken=Spread.of(each.taken_after for each in within),
        closed=Spread.of(each.closed_after for each in within),
        removals=_removals(within),
        by_site=_by_site(within),
    )


def _removals(incidents: Sequence[Incident]) -> Removals:
    asked = [each for each in incidents if each.removal]
    return Removals(len(asked), sum(each.removal == Removal.GONE for each in asked))


def _by_site(incidents: Sequence[Incident]) -> tuple[tuple[str, Removals], ...]:
    """Posts, not cases: one case may have several on a site."""
    of_site: dict[str, list[bool]] = {}
    for incident in incidents:
        for post in incident.posts:
            of_site.setdefault(post.site, []).append(post.gone)
    found = [(site, Removals(len(each), sum(each))) for site, each in of_site.items()]
    return tuple(sorted(found, key=lambda row: (-row[1].asked, row[0])))
