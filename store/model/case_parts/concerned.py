"""Whom a case concerns: whom it is about, and who posted it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Self

from store.model.case_parts.record import NO_FIELDS, CaseRecord
from store.model.kinds import EntryKind
from store.model.records import (
    About,
    Poster,
    Subject,
)


class CaseConcerned(CaseRecord):
    """A case, and the moves that say whom it concerns."""

    __slots__ = NO_FIELDS

    def concern(self, about: About, *, by: str, at: datetime) -> Self:
        """Say whom it is about, where nothing was said that matters any more."""
        return self._about([about], EntryKind.ABOUT, about, by=by, at=at)

    def concern_also(self, about: About, *, by: str, at: datetime) -> Self:
        """Say whom it is about besides."""
        # Somebody else may have said the very same: that this person did is an entry of its own.
        others = [subject for subject in self.subjects if subject != about]
        return self._about([*others, about], EntryKind.ALSO_ABOUT, about, by=by, at=at)

    def concern_instead(
        self, before: Collection[About], about: About, *, by: str, at: datetime
    ) -> Self:
        """Say whom it is about in place of what was said before."""
        kept = [subject for subject in self.subjects if subject not in before]
        what, details = EntryKind.ABOUT_INSTEAD, _instead_of(before)
        return self._about([*kept, about], what, about, by=by, at=at, **details)

    def concern_none(self, named: Collection[About], *, by: str, at: datetime) -> Self:
        """Say that it is about none of those whom its words may have meant, but for the others."""
        rest = [subject for subject in self.subjects if subject not in named]
        first, *others = rest or [About(Subject.UNSURE)]
        not_meant = dict.fromkeys(first.not_meant)
        for subject in named:
            not_meant |= dict.fromkeys(subject.candidates)
        first = replace(first, not_meant=tuple(not_meant))
        what, details = EntryKind.ABOUT_INSTEAD, _instead_of(named)
        details["none_of"] = ", ".join(subject.name for subject in named)
        return self._about([first, *others], what, first, by=by, at=at, **details)

    def _about(
        self,
        subjects: list[About],
        what: EntryKind,
        said: About,
        *,
        by: str,
        at: datetime,
        **details: str,
    ) -> Self:
        first, *others = subjects
        case = self.changed(about=first, also_about=tuple(others))
        return case.enter(at, by, what, **_details_of(said), **details)

    def posted_by(self, poster: About, *, by: str, at: datetime) -> Self:
        """Say who posted it, besides those who were named; that it is not known is said no more."""
        # Somebody else may have said the very same: that this person did is an entry of its own.
        others = [p for p in self.posters if p.subject != Poster.UNKNOWN and p != poster]
        case = self.changed(posters=(*others, poster))
        return case.enter(at, by, EntryKind.POSTED, **_details_of(poster))

    def posted_by_instead(
        self, before: Collection[About], poster: About, *, by: str, at: datetime
    ) -> Self:
        """Say who posted it in place of what was said before."""
        kept = [each for each in self.posters if each not in before]
        case = self.changed(posters=(*kept, poster))
        details = {**_details_of(poster), **_instead_of(before)}
        return case.enter(at, by, EntryKind.POSTED_INSTEAD, **details)


def _details_of(said: About) -> dict[str, str]:
    """What an entry keeps of somebody who was named."""
    details = {"subject": said.subject, "person": said.person or "", "name": said.name}
    if said.appointed:
        details["appointed"] = "yes"
    return details


def _instead_of(before: Collection[About]) -> dict[str, str]:
    """What an entry keeps of those in whose place somebody was named: a line for each."""
    return {"before": "\n".join(each.label for each in before)}
