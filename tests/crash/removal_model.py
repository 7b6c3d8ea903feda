"""The removal of what was posted: who was asked to take it down, and what follows from a site's silence.

A site that is asked has the days that `silence` of `[removal]` names, and then falls silent at that day's opening time:
by itself, as nobody does anything. A case of the year has one post, with no link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.crash.year_model import LONDON, CaseModel, Days, Down, YearModel


@dataclass
class Request:
    """One time that somebody was asked to take it down."""

    way: str
    #: When a site that has said nothing is silent; None where nobody waits.
    waits: datetime | None
    is_over: bool = False


@dataclass
class PostModel:
    requests: list[Request] = field(default_factory=list)
    is_gone: bool = False
    #: When it was last seen there again, or its case opened again.
    since: datetime | None = None


class RemovalModel(YearModel):
    def __init__(
        self, procedure: Path, days: Days, people: dict[str, str], since: date, down: Down = ()
    ) -> None:
        super().__init__(procedure, days, people, since, down)
        self.posts: dict[str, PostModel] = {}
        #: Of which case, and when it was noted.
        self.silences: list[tuple[str, datetime]] = []
        number, _, _ = self.toml["removal"]["silence"].partition(" ")
        self._silence = timedelta(days=int(number))

    # --- what happened ------------------------------------------------------------------------------------

    def asked(self, reference: str, way: str, at: datetime) -> None:
        """Somebody is asked, perhaps once more."""
        waits = None
        if way == "site":
            waits = self.days.opening(at.astimezone(LONDON).date() + self._silence)
        if not self._post(reference).is_gone:
            self._post(reference).requests.append(Request(way, waits))

    def site_refused(self, reference: str, at: datetime) -> None:
        """The last who was asked, a site, does not take it down."""
        self._refused(reference, "site")
        self._open_steps(self.cases[reference], at)

    def seen_gone(self, reference: str, at: datetime) -> None:
        self._post(reference).is_gone = True

    def seen_there(self, reference: str, at: datetime) -> None:
        post = self._post(reference)
        if post.is_gone:
            post.is_gone, post.since = False, at

    def settled(self, reference: str, key: str, progress: str, at: datetime) -> None:
        step = next((step for step in self.cases[reference].steps if step["key"] == key), {})
        says = step.get("removal", "")
        if says == "gone":
            self._seen(reference, progress, at)
        elif says and progress in ("done", "refused"):
            if not any(request.way == says for request in self._post(reference).requests):
                self.asked(reference, says, at)
            if progress == "refused":
                self._refused(reference, says)
        super().settled(reference, key, progress, at)

    def reopened(self, reference: str, at: datetime) -> None:
        self._post(reference).since = at
        super().reopened(reference, at)

    def _seen(self, reference: str, progress: str, at: datetime) -> None:
        if progress == "done":
            self.seen_gone(reference, at)
        elif progress == "not removed":
            self.seen_there(reference, at)

    def _refused(self, reference: str, way: str) -> None:
        post = self._post(reference)
        if post.is_gone or not post.requests:
            return
        for request in reversed(post.requests):
            if request.way == way:
                request.is_over = True
                break
        if way == "site":
            self.cases[reference].silence = True

    def _post(self, reference: str) -> PostModel:
        return self.posts.setdefault(reference, PostModel())

    # --- what comes by itself -------------------------------------------------------------------------------

    def reaches(self, until: datetime) -> None:
        """No more is done until then."""
        for case in self.cases.values():
            self.pass_time(case, until)

    def pass_time(self, case: CaseModel, until: datetime) -> None:
        """What has come of a case by itself before something is done with it."""
        for at in self._silent_until(case, until):
            self.silences.append((case.reference, at))
            self.fell_silent(case, at)

    def fell_silent(self, case: CaseModel, at: datetime) -> None:
        case.silence = True
        self._open_steps(case, at)

    def _silent_until(self, case: CaseModel, until: datetime) -> Iterator[datetime]:
        """The minutes at which it is noted that a site was silent for too long."""
        post = self._post(case.reference)
        if post.is_gone or not case.is_open:
            return
        waiting = [each for each in post.requests if each.waits and not each.is_over]
        for request in sorted(waiting, key=lambda each: each.waits or until):
            assert request.waits is not None
            from_then = max(request.waits, post.since or request.waits)
            at = self.days.looked_at(from_then, False, self.down)
            if at <= until and not request.is_over:
                for each in waiting:
                    each.is_over = each.is_over or (each.waits is not None and each.waits <= at)
                yield at
