"""Which cases count in whose figures.

Nobody can tell from their figures that there is a case which is kept from them: what is kept from
somebody is left out of theirs. What is, or may be, about the headteacher, and what holds pictures
that are locked away, counts for those whom it reaches, and for nobody else. The governors' page is
the same whoever makes it: what is kept from anybody who may make it is left out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.cases.lists import is_overdue
from handlers.desk import Desk
from handlers.matter import Summaries
from handlers.rules import access
from handlers.rules.calendar import DAY
from handlers.rules.figures import Incident
from handlers.rules.pause import pause_ends
from handlers.rules.terms import Period
from store.collector import collector_paused
from store.model.case_parts.removals import REMOVED
from store.model.memos import Counted, Erased
from store.model.records import Person, Status, Summary
from store.model.removals import NO_SITE, Removal, SiteRemoval, site_of
from store.school.procedure import MISTAKE


@dataclass(frozen=True, slots=True)
class CountedCases:
    """What counts for one reader: of any time."""

    incidents: Sequence[Incident]
    erased: Sequence[Counted]

    @property
    def overdue(self) -> int:
        return sum(incident.is_overdue for incident in self.incidents)


async def counted_cases(
    person: Person, periods: Sequence[Period], desk: Desk, *, for_governors: bool
) -> CountedCases:
    """All that counts for a person, or on the page for the governors that this person makes."""
    readers = await readers_of(person, desk, for_governors=for_governors)
    return await counted_for(readers, periods, desk, for_governors=for_governors)


async def counted_for(
    readers: Sequence[Person], periods: Sequence[Period], desk: Desk, *, for_governors: bool
) -> CountedCases:
    """All that counts for whoever reads it.

    Of what is closed, only what was passed on within one of these periods, or between them.
    """
    now = desk.now()
    first = min(period.first for period in periods)
    last = max(period.last for period in periods)
    since, until = desk.calendar.midnight(first), desk.calendar.midnight(last + DAY)
    summaries = await desk.store.summaries()
    known = Summaries(summaries)
    incidents = []
    with collector_paused():
        for summary in summaries:
            # What it was joined to is counted in its place.
            if summary.joined_to and known.root(summary.reference) is not summary:
                continue
            # What is closed and of no day that is asked for is nowhere on the page.
            if summary.closed_at and not since <= summary.opened_at < until:
                continue
            matter = known.matter(summary.reference)
            if counts_for(readers, matter, desk, for_governors=for_governors):
                incidents.append(_incident(matter, now, desk))
    return CountedCases(incidents, await _erased(desk))


async def readers_of(person: Person, desk: Desk, *, for_governors: bool) -> list[Person]:
    """Whoever reads the figures: this person; of the governors' page, all who may make it."""
    return [person, *await who_may_count(desk)] if for_governors else [person]


async def who_may_count(desk: Desk) -> list[Person]:
    """Everybody who may make figures, and the governors' page."""
    workers = await desk.store.having(access.WORKERS)
    return [each for each in workers if access.may(each, access.Act.FIGURES)]


def counts_for(
    readers: Sequence[Person], matter: Sequence[Summary], desk: Desk, *, for_governors: bool
) -> bool:
    """Tell whether a matter, its root first, counts in the figures that these people read."""
    root = matter[0]
    if root.outcome == MISTAKE.key or desk.now() < pause_ends(root, matter):
        return False
    if any(access.is_kept_from(reader, matter) for reader in readers):
        return False
    is_of_head = access.is_governors_alone(matter)
    if for_governors:
        # Its count alone, where small ones are hidden, tells nobody what it holds.
        return not is_of_head
    is_for_insiders = is_of_head or any(part.withheld for part in matter)
    return not is_for_insiders or all(_is_inside(each, matter, desk) for each in readers)


def _is_inside(person: Person, matter: Sequence[Summary], desk: Desk) -> bool:
    relations = access.relations(person, matter[0], matter, desk.procedure, desk.now())
    return not access.INSIDE.isdisjoint(relations)


def category_of_matter(matter: Sequence[Summary]) -> str:
    """Its key: of the case that the others were joined to, or the first that has one. Or empty."""
    return next((part.category for part in matter if part.category), "")


def _incident(matter: Sequence[Summary], now: datetime, desk: Desk) -> Incident:
    root = matter[0]
    posts = _posts(matter)
    removal = ""
    if posts:
        removal = Removal.GONE if all(post.gone for post in posts) else Removal.ASKED
    closed_after = root.closed_at - root.opened_at if root.closed_at else None
    return Incident(
        category=category_of_matter(matter),
        opened=desk.calendar.local(root.opened_at).date(),
        taken_after=root.taken_at - root.opened_at if root.taken_at else None,
        closed_after=closed_after,
        removal=removal,
        posts=posts,
        is_overdue=root.status == Status.OPEN and is_overdue(root, now, desk),
    )


def _posts(matter: Sequence[Summary]) -> tuple[SiteRemoval, ...]:
    """The posts of a matter whose removal was asked for.

    Where nothing was noted of any, the steps tell: of one post on each of its sites.
    """
    is_removed = matter[0].outcome == REMOVED
    noted = [post for part in matter for post in part.site_removals]
    if not noted:
        return _posts_by_steps(matter)
    return tuple(SiteRemoval(post.site, is_removed or post.gone) for post in noted)


def _posts_by_steps(matter: Sequence[Summary]) -> tuple[SiteRemoval, ...]:
    """One post on each site of a matter, where a step says that its removal was asked for."""
    removals = {part.removal for part in matter if part.removal}
    if not removals:
        return ()
    sites = {site_of(link) for part in matter for link in part.links} - {NO_SITE}
    is_gone = Removal.GONE in removals
    return tuple(SiteRemoval(site, is_gone) for site in sorted(sites) or [NO_SITE])


async def _erased(desk: Desk) -> list[Counted]:
    """The first of each that was erased: what had been joined to it was never counted.

    What may have been kept from somebody counts nowhere: nobody is named in it any more, so nobody
    can be left out.
    """
    found = []
    for memo in await desk.store.memos(Erased):
        for counted in memo.counted[:1]:
            if not counted.apart:
                found.append(counted)
    return found
