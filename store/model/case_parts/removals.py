"""How far it has come that the posts of a case are taken down."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Self

from store.model.case_parts.record import NO_FIELDS, CaseRecord
from store.model.records import FollowUp, Progress
from store.model.removals import PostRemoval, Removal, SiteRemoval, site_of

#: The outcome of a case whose post was taken down, as the procedure has it.
REMOVED = "removed"


class CaseRemovals(CaseRecord):
    """A case, and what was noted of the removal of its posts."""

    __slots__ = NO_FIELDS

    @property
    def removal(self) -> str:
        """How far the removal of all its posts has come.

        Where nothing was noted of any, by the steps that may end as refused, or not removed.
        """
        if self.outcome == REMOVED:
            return Removal.GONE
        requested = [post for post in self.removals if post.requests]
        if requested:
            are_gone = all(post.is_gone for post in requested)
            return Removal.GONE if are_gone else Removal.ASKED
        return _removal_by_steps(self.follow_ups)

    def removal_of(self, number: int) -> PostRemoval:
        """What was noted of the removal of one post, by the number of its evidence."""
        for post in self.removals:
            if post.number == number:
                return post
        return PostRemoval(number)

    @property
    def silent_at(self) -> datetime | None:
        """When the first site that was asked for a removal will have been silent for too long."""
        moments = [post.silent_at for post in self.removals]
        return min((moment for moment in moments if moment), default=None)

    @property
    def site_removals(self) -> tuple[SiteRemoval, ...]:
        """Of each post whose removal was asked for, its site, and whether it is gone."""
        links = {item.number: item.normal for item in self.evidence}
        is_removed = self.outcome == REMOVED
        found = []
        for post in self.removals:
            if post.requests:
                site = site_of(links.get(post.number, ""))
                found.append(SiteRemoval(site, is_removed or post.is_gone))
        return tuple(found)

    def note_removals(
        self,
        what: str,
        posts: Collection[PostRemoval],
        *,
        by: str,
        at: datetime,
        **details: str,
    ) -> Self:
        """Put the newer state of the removal of posts in place of the older, by one entry."""
        self.must_be_open()
        newer = {post.number: post for post in posts}
        noted = {post.number: post for post in self.removals} | newer
        in_order = tuple(noted[number] for number in sorted(noted))
        numbers = ", ".join(str(number) for number in sorted(newer))
        return self.changed(removals=in_order).enter(at, by, what, posts=numbers, **details)


def _removal_by_steps(follow_ups: Collection[FollowUp]) -> str:
    """A Removal, or nothing, by the steps that may end as refused, or not removed."""
    removal = ""
    for step in follow_ups:
        if Progress.NOT_REMOVED in step.outcomes and step.progress == Progress.DONE:
            return Removal.GONE
        was_asked = step.progress in (Progress.DONE, Progress.REFUSED)
        if was_asked and Progress.REFUSED in step.outcomes:
            removal = Removal.ASKED
    return removal
