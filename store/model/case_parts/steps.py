"""The follow-ups of a case, and the moves that change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Self

from store.model.case_parts.record import NO_FIELDS, CaseRecord
from store.model.kinds import OWN_STEP, Clock, EntryKind
from store.model.records import (
    FollowUp,
    IllegalMove,
    Progress,
)


class CaseSteps(CaseRecord):
    """A case, and what is done with its follow-ups."""

    __slots__ = NO_FIELDS

    def follow_up(self, key: str) -> FollowUp | None:
        for follow_up in self.follow_ups:
            if follow_up.key == key:
                return follow_up
        return None

    @property
    def oldest_first(self) -> list[FollowUp]:
        """Its follow-ups by when they are due; of one moment, as the procedure has them."""
        return sorted(self.follow_ups, key=lambda f: f.due)

    def with_follow_up(self, follow_up: FollowUp) -> Self:
        """The case with this follow-up in place of the one of its key, or as a further one."""
        if self.follow_up(follow_up.key) is None:
            return self.changed(follow_ups=(*self.follow_ups, follow_up))
        newer = []
        for before in self.follow_ups:
            newer.append(follow_up if before.key == follow_up.key else before)
        return self.changed(follow_ups=tuple(newer))

    def settle_step(self, key: str, progress: str, *, by: str, at: datetime, why: str = "") -> Self:
        """Say what came of a follow-up."""
        found = self._open_step(key)
        if progress in (Progress.REFUSED, Progress.NOT_REMOVED) and progress not in found.outcomes:
            raise IllegalMove(f"“{found.what}” cannot end as “{progress}”.")
        if progress == Progress.NOT_NEEDED and not why:
            raise IllegalMove("Say why it is not needed.")
        settled = replace(found, progress=progress, settled_at=at)
        details = {"step": found.what, "progress": progress, "why": why}
        return self.with_follow_up(settled).enter(at, by, EntryKind.STEP, **details)

    def hand_step(self, key: str, to: str, *, by: str, at: datetime) -> Self:
        """Ask somebody to do it."""
        found = self._open_step(key)
        given = replace(found, person=to)
        details = {"step": found.what, "to": to}
        return self.with_follow_up(given).enter(at, by, EntryKind.STEP_GIVEN, **details)

    def postpone_step(self, key: str, due: datetime, why: str, *, by: str, at: datetime) -> Self:
        found = self._open_step(key)
        later = replace(found, due=due, postponed=found.postponed + 1, told=-1)
        details = {"step": found.what, "until": due.isoformat(), "why": why}
        return self.with_follow_up(later).enter(at, by, EntryKind.POSTPONED, **details)

    def add_step(self, what: str, due: datetime, owner: str, *, by: str, at: datetime) -> Self:
        """A follow-up of one's own."""
        self.must_be_open()
        number = sum(follow_up.is_own for follow_up in self.follow_ups) + 1
        key = f"{OWN_STEP}{number}"
        own = FollowUp(key, what, owner, due, Clock.SCHOOL, person=by, opened_at=at)
        details = {"step": what, "due": due.isoformat()}
        return self.with_follow_up(own).enter(at, by, EntryKind.STEP_ADDED, **details)

    def _open_step(self, key: str) -> FollowUp:
        self.must_be_open()
        found = self.follow_up(key)
        if found is None:
            raise IllegalMove(f"Case {self.reference} has no follow-up “{key}”.")
        if not found.is_open:
            raise IllegalMove(f"That was settled before: {found.progress}.")
        return found
