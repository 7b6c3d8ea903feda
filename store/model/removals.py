"""Of each post of a case, who was asked to take it down, what came back, and when it was gone.

Days are local days of the school; other times are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

#: Where no link to it was kept.
NO_SITE = ""


class Removal(StrEnum):
    """How far it has come that what was posted is taken down; empty where nobody has asked."""

    ASKED = "asked"
    GONE = "gone"


class RemovalWay(StrEnum):
    """By what way removal is asked for. Their values lie on schools' disks."""

    #: Whoever posted it.
    PERSON = "person"
    #: The site's own form.
    SITE = "site"
    HARMFUL_CONTENT = "harmful-content"
    HELPLINE = "helpline"


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """One time that somebody was asked to take a post down."""

    #: A RemovalWay.
    way: str
    on: date
    #: Id of whoever noted it.
    by: str
    #: Who was asked, as typed; empty for what the way says by itself.
    to: str = ""
    #: That the report was given, as typed.
    number: str = ""
    #: What came back, as typed.
    answer: str = ""
    #: Empty while nothing came back.
    answered_on: date | None = None
    refused: bool = False
    #: By when it is to be gone, or refused: after that, it is silence. None where nobody waits.
    waits_until: datetime | None = None
    #: It was found that neither had come by then.
    silent: bool = False

    @property
    def is_waiting(self) -> bool:
        # That they look into it is no answer yet.
        return not self.refused and not self.silent


@dataclass(frozen=True, slots=True)
class PostRemoval:
    """How far the removal of one post has come."""

    #: Of the piece of evidence that has its link; 0 where a case has no link.
    number: int
    requests: tuple[RemovalRequest, ...] = ()
    #: The day on which it was seen to be gone, and the id of whoever saw that.
    gone_on: date | None = None
    gone_by: str = ""

    @property
    def is_gone(self) -> bool:
        return self.gone_on is not None

    @property
    def silent_at(self) -> datetime | None:
        """When the first of those who were asked has been silent for too long; None for never."""
        if self.is_gone:
            return None
        waits = [each.waits_until for each in self.requests if each.is_waiting]
        return min((moment for moment in waits if moment), default=None)

    def was_asked(self, way: str) -> bool:
        return any(request.way == way for request in self.requests)

    def ask(self, request: RemovalRequest) -> PostRemoval:
        return replace(self, requests=(*self.requests, request))

    def answer(self, words: str, on: date, *, refused: bool, way: str = "") -> PostRemoval:
        """Note what came back, of the last who was asked (by this way); of nobody, nothing."""
        requests = list(self.requests)
        for place in reversed(range(len(requests))):
            if way in ("", requests[place].way):
                requests[place] = replace(
                    requests[place], answer=words, answered_on=on, refused=refused
                )
                break
        return replace(self, requests=tuple(requests))

    def see_gone(self, on: date, by: str) -> PostRemoval:
        return replace(self, gone_on=on, gone_by=by)

    def see_there(self) -> PostRemoval:
        """It is still there, or there again."""
        return replace(self, gone_on=None, gone_by="")

    def fall_silent(self, now: datetime) -> PostRemoval:
        """Note of each request whose time is over that nothing has come of it."""
        if self.is_gone:
            return self
        requests = []
        for request in self.requests:
            waits = request.waits_until
            is_late = request.is_waiting and waits is not None and waits <= now
            requests.append(replace(request, silent=True) if is_late else request)
        return replace(self, requests=tuple(requests))


@dataclass(frozen=True, slots=True)
class SiteRemoval:
    """What figures count of a post whose removal was asked for."""

    #: `facebook.com`, or NO_SITE.
    site: str
    gone: bool


def site_of(link: str) -> str:
    """`facebook.com`, of a link in its normal form: to parse thousands of them takes long."""
    return link.split("/", 3)[2] if link.startswith("https://") else NO_SITE
