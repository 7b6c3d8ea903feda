"""The removal of posts in words, for the card, for packs and exports, and for entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from handlers.desk import Desk
from handlers.matter import Matter
from handlers.text.words import full_day, listed, shortened
from handlers.workflow.removals import Post, posts_of
from store.model.case import Case
from store.model.kinds import OF_REMOVALS, EntryKind
from store.model.records import Entry
from store.model.removals import PostRemoval, RemovalRequest, RemovalWay

WAYS: dict[str, str] = {
    RemovalWay.PERSON: "whoever posted it",
    RemovalWay.SITE: "the site",
    RemovalWay.HARMFUL_CONTENT: "Report Harmful Content",
    RemovalWay.HELPLINE: "the Professionals Online Safety Helpline",
}
NO_LINK = "what was posted"
LOCKED_LINK = "a link"
#: Characters of a link.
LONGEST = 60
#: Posts that the card lists.
MOST = 4


def way_words(way: str, to: str = "") -> str:
    """`the site`, `whoever posted it (Mrs Bell)`."""
    words = WAYS.get(way, way)
    return f"{words} ({to})" if to else words


def post_words(post: Post, matter: Matter) -> str:
    """`2 facebook.com/groups/1`, by which a post is told from the others of its matter.

    Where pictures are locked away, nobody is told where they are to be found.
    """
    if not post.number:
        return NO_LINK
    link = LOCKED_LINK if matter.withheld else post.link.removeprefix("https://")
    is_of_root = post.case.reference == matter.case.reference
    number = f"{post.number}" if is_of_root else f"{post.case.reference} {post.number}"
    return f"{number} {shortened(link, LONGEST)}"


def request_words(request: RemovalRequest, *, with_typed: bool = True) -> str:
    """`the site was asked on 24 November 2026, report 12345: refused`."""
    words = f"{way_words(request.way, request.to if with_typed else '')} was asked on "
    words += full_day(request.on)
    if request.number and with_typed:
        words += f", report {request.number}"
    return f"{words}: {_what_came_back(request, with_typed=with_typed)}"


def _what_came_back(request: RemovalRequest, *, with_typed: bool) -> str:
    if request.refused:
        came = "refused"
    elif request.answered_on:
        came = f"answered on {full_day(request.answered_on)}"
    else:
        came = "no answer in time" if request.silent else "no answer yet"
    return f"{came}, “{request.answer}”" if request.answer and with_typed else came


def state_words(
    removal: PostRemoval, name: Callable[[str], str], *, with_typed: bool = True
) -> str:
    """How far the removal of one post has come; of nothing noted, `nobody was asked yet`."""
    said = [request_words(each, with_typed=with_typed) for each in removal.requests]
    if removal.gone_on:
        said.append(f"seen gone on {full_day(removal.gone_on)} by {name(removal.gone_by)}")
    return "; ".join(said) or "nobody was asked yet"


def removal_facts(matter: Matter) -> list[tuple[str, str]]:
    """The line of the card, where anything was noted: each post, and how far it has come."""
    noted = [post for post in posts_of(matter) if post.removal != PostRemoval(post.number)]
    lines = [f"{post_words(post, matter)}: {_in_short(post.removal)}" for post in noted[:MOST]]
    if len(noted) > MOST:
        lines.append(f"{len(noted) - MOST} more")
    return [("Removal", "; ".join(lines))] if lines else []


def _in_short(removal: PostRemoval) -> str:
    """`gone on 27 Nov`, `the site asked on 24 Nov, refused`."""
    if removal.gone_on:
        return f"gone on {_short(removal.gone_on)}"
    if not removal.requests:
        return "still there"
    last = removal.requests[-1]
    words = f"{way_words(last.way)} asked on {_short(last.on)}"
    if last.refused:
        return f"{words}, refused"
    return f"{words}, no answer in time" if last.silent else words


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def posts_in_words(case: Case) -> list[tuple[str, PostRemoval]]:
    """Each post of a case of which something was noted: its link, or what stands for it."""
    links = {item.number: item.normal for item in case.evidence}
    return [(links.get(post.number) or NO_LINK, post) for post in case.removals]


def removal_details(entry: Entry, details: Mapping[str, str], desk: Desk) -> dict[str, str]:
    """What the words of an entry about removals want, beside what it holds."""
    if entry.what not in OF_REMOVALS:
        return {}
    numbers = [number for number in details.get("posts", "").split(", ") if number not in ("", "0")]
    made = {
        "of": f" (evidence {listed(numbers)})" if numbers else "",
        "whom": way_words(details.get("way", ""), details.get("name", "")),
        "day": _day_of(entry, desk),
        "report": f", report {details['report']}" if details.get("report") else "",
    }
    if entry.what == EntryKind.REMOVAL_REFUSED and details.get("text"):
        made["text"] = f": {details['text']}"
    return made


def _day_of(entry: Entry, desk: Desk) -> str:
    """` on 24 November 2026`, where that is another day than the entry's."""
    on = entry.details.get("on", "")
    if not on or date.fromisoformat(on) == desk.calendar.local(entry.at).date():
        return ""
    return f" on {full_day(date.fromisoformat(on))}"
