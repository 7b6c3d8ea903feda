"""Where cases stand: one case, and lists, to each person just what they may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.cases.reporting.questions import category_named
from handlers.cases.view import show_case, show_more, state_for_reporter, state_inside
from handlers.commands import command
from handlers.desk import REFERENCE, Ask, Desk, take_reference
from handlers.matter import Listed, People
from handlers.messages import Choice, Choices, Heading, Part, Refused, Reply, Text, say
from handlers.rules.access import Act, Relation
from handlers.text.categories import category_name
from handlers.text.pages import page_number, rows_of_page
from handlers.text.words import moment, shortened
from handlers.workflow.changes import change
from handlers.workflow.concerned.own_words import own_kind
from handlers.workflow.telling.hints import is_first_time
from handlers.workflow.telling.unreadable import unreadable_cases
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.records import Person, Status, Summary

PAGE = 10
#: Opening a case again within this is the same look.
LOOK = timedelta(hours=1)

NONE_YET = "You have not passed anything on yet. Forward a post, a screenshot or a link to me."
NO_CASES = {
    "open": "No open cases.",
    "overdue": "No overdue cases.",
    "mine": "You look after no cases.",
    "closed": "No closed cases.",
}
NOT_CATEGORISED = "not categorised yet"
NONE_OF_THAT_KIND = "No cases of that kind."
YOUR_CASES = "Cases"
CHAT_COPIES = (
    "One thing to know: this chat keeps its own copy of what you read here, even when a case is "
    "erased. Your technician can set for how long."
)
HINT_COPIES = "chat keeps copies"
MORE = "More"
WHICH_LIST = (
    "I know no list “{typed}”. Lists: open, overdue, mine, closed, or a category such as {example}."
)
OR_ALONE = rf"({REFERENCE.pattern}|\d{{1,3}})?"
LISTS = ("open", "overdue", "mine", "closed")


@command(
    "case status",
    usage="/case status [REFERENCE]",
    may=Act.SEE_OWN,
    summary="where things stand: one case, or all that you may see",
    bare=OR_ALONE,
)
async def status(ask: Ask, desk: Desk) -> Reply:
    """What has become of one case, or of all that the asker may see."""
    page = page_number(ask.words) if ask.words else 1
    if page is None:
        return await _show(ask, desk)
    found = await desk.visible(ask.person)
    return await _page(ask.person, found, page, "case status", desk) if found else say(NONE_YET)


@command("case", usage="/case REFERENCE", may=Act.SEE_OWN, summary="open one case", bare=OR_ALONE)
async def open_case(ask: Ask, desk: Desk) -> Reply:
    """One case; asked alone, all that the asker may see."""
    return await _show(ask, desk) if ask.words else await status.run(ask, desk)


async def _show(ask: Ask, desk: Desk) -> Reply:
    """One case, as the asker may see it. That somebody looked is an entry."""
    reference, _ = take_reference(ask.words, open_case.usage)
    matter = await desk.case_for(ask.person, reference, Act.SEE)
    if matter.whole:
        matter = await change(desk, ask.person, matter, Act.SEE, lambda case: _looked(case, ask))
    reply = await show_case(ask.person, matter, desk)
    if matter.whole and await is_first_time(HINT_COPIES, ask.person, desk):
        reply += Reply((Text(CHAT_COPIES),))
    return reply


@command(
    "case more",
    usage="/case more REFERENCE",
    may=Act.WORK,
    summary="what else can be done with a case",
    typed=False,
)
async def more(ask: Ask, desk: Desk) -> Reply:
    """The buttons of a case that the card leaves out, and every step of it."""
    reference, _ = take_reference(ask.words, more.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    matter = await change(desk, ask.person, matter, Act.SEE, lambda case: _looked(case, ask))
    return show_more(matter, desk)


def _looked(case: Case, ask: Ask) -> Case:
    """The case, with an entry that this person has looked at it, unless they did so lately."""
    for entry in reversed(case.chronology):
        is_look = entry.what in (EntryKind.OPENED, EntryKind.LOOKED)
        if is_look and entry.by == ask.person.id and ask.at - entry.at < LOOK:
            return case
    return case.enter(ask.at, ask.person.id, EntryKind.LOOKED)


@command(
    "case list",
    usage="/case list [open|overdue|mine|closed|CATEGORY]",
    may=Act.LIST,
    summary="cases of one kind",
    bare=r"((open|overdue|mine|closed|[a-z]+-[a-z-]+)(\s\d{1,3})?)?",
)
async def listing(ask: Ask, desk: Desk) -> Reply:
    """Cases of one state or category, newest first."""
    wanted = _list_named(ask.words, desk)
    found = []
    for listed in await desk.visible(ask.person):
        if listed.inside and _is_listed(listed, wanted, ask, desk):
            found.append(listed)
    unreadable = await unreadable_cases(ask.person, desk)
    if not found:
        return say(NO_CASES.get(wanted.key, NONE_OF_THAT_KIND)) + unreadable
    page_of_list = await _page(ask.person, found, wanted.page, f"case list {wanted.key}", desk)
    return page_of_list + unreadable


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A list that somebody asks for."""

    #: One of `LISTS`, or a category's.
    key: str
    page: int
    is_category: bool


def _list_named(typed: str, desk: Desk) -> _Wanted:
    """`closed 2` -> the second page of what is closed. Raises Refused where it is no list."""
    words = typed.lower().split() or ["open"]
    page = page_number(words[-1]) if len(words) > 1 else None
    if page:
        words.pop()
    name = " ".join(words)
    category = category_named(name, desk)
    if category:
        return _Wanted(category.key, page or 1, is_category=True)
    if name not in LISTS:
        example = desk.procedure.category[0].key
        raise Refused(WHICH_LIST.format(typed=shortened(name, 40), example=example))
    return _Wanted(name, page or 1, is_category=False)


def _is_listed(listed: Listed, wanted: _Wanted, ask: Ask, desk: Desk) -> bool:
    """Whether it is of a state, or of a category. A matter is of each that any part of it has."""
    if wanted.is_category:
        return any(part.category == wanted.key for part in desk.seen(listed))
    return _is(listed.summary, wanted.key, ask, desk)


def _is(summary: Summary, kind: str, ask: Ask, desk: Desk) -> bool:
    if kind == "closed" or summary.status == Status.CLOSED:
        return kind == summary.status
    if kind == "mine":
        return summary.owner in ask.person.ids
    return kind == "open" or is_overdue(summary, ask.at, desk)


def is_overdue(summary: Summary, at: datetime, desk: Desk) -> bool:
    """A follow-up is overdue; or nobody has said what it is about by the end of the next school
    day.
    """
    if summary.due is not None:
        return summary.due <= at
    return summary.category is None and at >= desk.calendar.end_of_next_school_day(
        summary.opened_at
    )


async def _page(
    reader: Person, found: Sequence[Listed], page: int, words: str, desk: Desk
) -> Reply:
    rows = rows_of_page(found, page, PAGE)
    references = [listed.summary.reference for listed in rows.shown]
    parts: list[Part] = [
        Heading(YOUR_CASES),
        Text(await lines(reader, rows.shown, desk)),
        Choices(tuple(Choice(reference, f"case {reference}") for reference in references)),
    ]
    if rows.following:
        parts.append(Choices((Choice(MORE, f"{words} {rows.following}"),)))
    inside = [listed.summary.reference for listed in rows.shown if listed.inside]
    return Reply(tuple(parts)).showing(inside).mentioning(references)


async def lines(reader: Person, cases: Sequence[Listed], desk: Desk) -> str:
    """Each case on a line, as whoever reads it may know it."""
    owners = {listed.root.owner for listed in cases if listed.inside and listed.root.owner}
    people = People(await desk.store.having((), owners) if owners else ())
    rows = []
    for listed in cases:
        if listed.inside:
            rows.append(_line(listed, people, desk))
        else:
            rows.append(_reporters_line(reader, listed, desk))
    return "\n".join(rows)


def _line(listed: Listed, people: People, desk: Desk) -> str:
    summary = listed.summary
    facts = _facts(summary, summary.category, summary.urgent, desk)
    facts.append(state_inside(listed.root, people, desk))
    if Relation.REPORTER in listed.relations:
        facts.append("passed on by you")
    return " · ".join(facts)


def _reporters_line(reader: Person, listed: Listed, desk: Desk) -> str:
    """What they said themselves: what leaders made of it is not theirs to know."""
    said = own_kind(reader, listed.summary)
    facts = _facts(listed.summary, said.category, said.is_urgent(desk.procedure), desk)
    facts.append(state_for_reporter(listed.root))
    return " · ".join(facts)


def _facts(summary: Summary, category: str | None, urgent: bool, desk: Desk) -> list[str]:
    facts = [summary.reference, category_name(category, desk.procedure, NOT_CATEGORISED)]
    if urgent:
        facts.append("urgent")
    return [*facts, moment(summary.opened_at, desk.calendar)]
