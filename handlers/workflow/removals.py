"""The removal of posts: which posts a matter has, what its steps say of them, and silence.

What is noted of a post is kept in the case that has its link, also where that was joined to
another: whoever sees the one alone, later, reads nothing of the other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from handlers.desk import Desk
from handlers.matter import Matter
from handlers.workflow.changes import apply
from store.model.case import Case
from store.model.kinds import EntryKind, EvidenceKind
from store.model.records import SYSTEM, Progress, State, Status
from store.model.removals import PostRemoval, RemovalRequest, RemovalWay

#: What a step of a procedure says when it is done, besides the ways: all posts are gone.
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a matter: the case that keeps what is noted of it, and its evidence's number."""

    case: Case
    number: int
    #: In its normal form; empty where no link to it was kept.
    link: str

    @property
    def removal(self) -> PostRemoval:
        return self.case.removal_of(self.number)


def posts_of(matter: Matter) -> list[Post]:
    """The posts of a matter, each link once. Where there is no link, what was posted is one."""
    posts: list[Post] = []
    links: set[str] = set()
    for case in matter.cases:
        for item in case.evidence:
            is_link = item.kind == EvidenceKind.LINK and item.state == State.KEPT
            if is_link and item.normal and item.normal not in links:
                links.add(item.normal)
                posts.append(Post(case, item.number, item.normal))
        if case.removal_of(0).requests or case.removal_of(0).is_gone:
            # Noted before there was a link.
            posts.append(Post(case, 0, ""))
    return posts or [Post(matter.case, 0, "")]


def numbers_in(posts: Collection[Post], case: Case) -> list[int]:
    """The numbers of those posts of which it is noted in this case."""
    return [post.number for post in posts if post.case.reference == case.reference]


@dataclass(frozen=True, slots=True)
class Saying:
    """Who says something of the removal of posts, when, and of which day."""

    by: str
    #: UTC.
    at: datetime
    #: Local.
    on: date


def with_request(
    case: Case, numbers: Collection[int], request: RemovalRequest, saying: Saying, *, anew: bool
) -> Case:
    """The case, where somebody was asked to take down those posts that are not gone.

    Without `anew`, those alone of which that way was not tried yet.
    """
    posts = []
    for post in map(case.removal_of, numbers):
        if not post.is_gone and (anew or not post.was_asked(request.way)):
            posts.append(post.ask(request))
    if not posts:
        return case
    details = {"way": request.way, "on": request.on.isoformat()}
    typed = {"name": request.to, "report": request.number}
    details |= {key: words for key, words in typed.items() if words}
    return case.note_removals(EntryKind.REMOVAL_ASKED, posts, by=saying.by, at=saying.at, **details)


def with_refusal(
    case: Case, numbers: Collection[int], words: str, saying: Saying, *, way: str = ""
) -> Case:
    """The case, where whoever was asked last, or by this way, does not take those posts down."""
    posts = [post for post in map(case.removal_of, numbers) if post.requests and not post.is_gone]
    if not posts:
        return case
    refused_by = way or posts[-1].requests[-1].way
    noted = [post.answer(words, saying.on, refused=True, way=way) for post in posts]
    details = {"way": refused_by, **({"text": words} if words else {})}
    return case.note_removals(
        EntryKind.REMOVAL_REFUSED, noted, by=saying.by, at=saying.at, **details
    )


def told_of_refusal(root: Case, saying: Saying) -> Case:
    """The case, where a site has refused what was asked for a part of it."""
    if root.status != Status.OPEN:
        return root
    details = {"way": RemovalWay.SITE.value}
    return root.enter(saying.at, saying.by, EntryKind.REMOVAL_REFUSED, **details)


def with_answer(case: Case, numbers: Collection[int], words: str, saying: Saying) -> Case:
    """The case, with what came back from whoever was asked last."""
    posts = [post for post in map(case.removal_of, numbers) if post.requests]
    if not posts:
        return case
    noted = [post.answer(words, saying.on, refused=False) for post in posts]
    return case.note_removals(
        EntryKind.REMOVAL_ANSWERED, noted, by=saying.by, at=saying.at, text=words
    )


def with_gone(case: Case, numbers: Collection[int], saying: Saying) -> Case:
    """The case, where those posts were seen to be gone, as far as they were not."""
    posts = [post for post in map(case.removal_of, numbers) if not post.is_gone]
    if not posts:
        return case
    gone = [post.see_gone(saying.on, saying.by) for post in posts]
    on = saying.on.isoformat()
    return case.note_removals(EntryKind.GONE, gone, by=saying.by, at=saying.at, on=on)


def with_still_there(case: Case, numbers: Collection[int], saying: Saying) -> Case:
    """The case, where those posts are still there, or there again."""
    posts = [case.removal_of(number).see_there() for number in numbers]
    if not posts:
        return case
    return case.note_removals(EntryKind.STILL_THERE, posts, by=saying.by, at=saying.at)


def with_step_noted(
    case: Case, posts: Collection[Post], says: str, progress: str, saying: Saying, desk: Desk
) -> Case:
    """The case, with what the end of a step says of its posts. `says`: as the procedure has it."""
    numbers = numbers_in(posts, case)
    if says == GONE:
        if progress == Progress.DONE:
            return with_gone(case, numbers, saying)
        if progress == Progress.NOT_REMOVED:
            return with_still_there(case, numbers, saying)
        return case
    if not says or progress not in (Progress.DONE, Progress.REFUSED):
        return case
    request = request_by(says, saying, desk)
    case = with_request(case, numbers, request, saying, anew=False)
    if progress == Progress.REFUSED:
        case = with_refusal(case, numbers, "", saying, way=says)
    return case


def request_by(
    way: str, saying: Saying, desk: Desk, *, to: str = "", number: str = ""
) -> RemovalRequest:
    """A request, which waits for an answer where a site was asked."""
    waits_until = None
    if way == RemovalWay.SITE:
        waits_until = desk.calendar.opening(saying.on + desk.procedure.removal.silence)
    return RemovalRequest(way, saying.on, saying.by, to, number, waits_until=waits_until)


async def note_silence(case: Case, desk: Desk) -> bool:
    """Note that a site has been silent for too long. Tell whether there was anything to note.

    The steps that follow are those of what the case was joined to, which is told first: after a
    crash between the two, both are told again.
    """
    now = desk.now()
    if case.silent_at is None or case.silent_at > now:
        return False

    if case.joined_to:
        await apply(desk, case.joined_to, lambda root: _told_of_silence(root, now))
    await apply(desk, case.reference, lambda part: _with_silence(part, now))
    return True


def _told_of_silence(root: Case, now: datetime) -> Case:
    if root.status != Status.OPEN:
        return root
    return root.enter(now, SYSTEM, EntryKind.REMOVAL_SILENT)


def _with_silence(case: Case, now: datetime) -> Case:
    silent = []
    for post in case.removals:
        later = post.fall_silent(now)
        if later != post:
            silent.append(later)
    if not silent or case.status != Status.OPEN:
        return case
    return case.note_removals(EntryKind.REMOVAL_SILENT, silent, by=SYSTEM, at=now)
