"""Cases found by their words, among those that the asker may see. Each search leaves a trace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta

from handlers.cases.lists import lines
from handlers.commands import command
from handlers.desk import REFERENCE, Ask, Desk
from handlers.matter import Listed, People, Summaries
from handlers.messages import Choice, Choices, Heading, Part, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.rules.names.in_words import may_speak_of, speaks_of
from handlers.text.words import listed as enumerated
from handlers.text.words import moment, shortened
from store.errors import NotFound
from store.model.case import Case
from store.model.identifiers import new_id
from store.model.kinds import EntryKind
from store.model.memos import RoleChange, Searched
from store.model.records import Person, Role
from store.model.words import words_of

WHAT = "What should I look for? Type: {usage}"
NOTHING = "No case with “{words}” among those that you may see."
FOUND = "Cases with “{words}”"
READ_BY_MACHINE = (
    "Read by machine, in pictures and files of {references}: look at them yourself, it may have "
    "misread."
)
FURTHER = "There are more. Another word narrows it down."
HEADING = "Who searched for what"
NOBODY = "Nobody has searched for anything that you may know of."
LINE = "{at} · {who}: “{words}”, {found}"
SHOWN = 10
SEARCHES = 30
#: Characters that are looked for.
LONGEST = 120
KEPT = timedelta(days=366)


@command(
    "case find",
    usage="/case find WORDS",
    may=Act.LIST,
    summary="cases by reference, kind, name, link or words",
)
async def find(ask: Ask, desk: Desk) -> Reply:
    """Cases in which all the words stand, newest first."""
    typed = shortened(ask.words, LONGEST)
    words = typed.casefold().split()
    if not words:
        raise Refused(WHAT.format(usage=find.usage))
    found, by_machine = [], set()
    for listed in await desk.visible(ask.person):
        if not listed.inside:
            continue
        cases = await _cases_of(listed, desk)
        said = list[str]()
        for case in cases:
            said += _words_of(case, desk)
        if _holds(said, words):
            found.append(listed)
        elif _holds([*said, *_machine_read(cases, ask.person)], words):
            found.append(listed)
            by_machine.add(listed.summary.reference)
    await _note(ask, typed, found, desk)
    if not found:
        return say(NOTHING.format(words=typed))
    return await _found(ask.person, typed, found, by_machine, desk)


async def _found(
    person: Person, typed: str, found: Sequence[Listed], by_machine: Collection[str], desk: Desk
) -> Reply:
    shown = found[:SHOWN]
    references = [listed.summary.reference for listed in shown]
    buttons = Choices(tuple(Choice(reference, f"case {reference}") for reference in references))
    heading = Heading(FOUND.format(words=typed))
    parts: list[Part] = [heading, Text(await lines(person, shown, desk))]
    read = [reference for reference in references if reference in by_machine]
    if read:
        parts.append(Text(READ_BY_MACHINE.format(references=enumerated(read))))
    reply = Reply((*parts, buttons))
    if len(found) > SHOWN:
        reply += Reply((Text(FURTHER),))
    return reply.showing(references)


async def _cases_of(listed: Listed, desk: Desk) -> list[Case]:
    """The cases of a matter that can be read: one may be damaged, or erased meanwhile."""
    cases = []
    for part in desk.seen(listed):
        with suppress(NotFound):
            cases.append(await desk.store.case(part.reference))
    return cases


def _holds(lines: Iterable[str], words: list[str]) -> bool:
    text = "\n".join(lines).casefold()
    return all(word in text for word in words)


def _machine_read(cases: Sequence[Case], person: Person) -> list[str]:
    """Words in pictures, as a program has read them; none of what is locked away, nor lines that
    may speak of whoever searches, of which nobody was asked.
    """
    if any(case.withheld for case in cases):
        return []
    found = []
    for case in cases:
        for item in case.evidence:
            found += _lines_of_others(item.machine_read, person)
    return found


def _lines_of_others(read: str, person: Person) -> list[str]:
    """The lines that do not speak of this person."""
    return [line for line in read.splitlines() if not may_speak_of(words_of([line]), person)]


def _words_of(case: Case, desk: Desk) -> Iterator[str]:
    """What a search looks into."""
    category = desk.procedure.named(case.category)
    yield case.reference
    yield f"{category.key} {category.name}" if category else ""
    yield from (about.name for about in case.concerned)
    for item in case.evidence:
        yield from (item.text, item.normal, item.name)
    for entry in case.chronology:
        if entry.what == EntryKind.NOTE:
            yield entry.details.get("text", "")
        if entry.what == EntryKind.LETTER:
            yield entry.details.get("addressee", "")
    for post in case.removals:
        for request in post.requests:
            yield from (request.to, request.number, request.answer)


async def _note(ask: Ask, words: str, found: Sequence[Listed], desk: Desk) -> None:
    """Keep who searched for what, for a year, before anything is shown."""
    references = tuple(listed.summary.reference for listed in found)
    await desk.store.put(Searched(new_id(), ask.person.id, words, ask.at, references))
    for search in await desk.store.memos(Searched):
        if ask.at - search.at > KEPT:
            await desk.store.drop(Searched, search.memo_key)


@command("case searches", usage="/case searches", may=Act.SEARCHES, summary="who searched for what")
async def searches(ask: Ask, desk: Desk) -> Reply:
    """The latest searches, but for those that could tell of a case that the asker may not see."""
    everything = sorted(await desk.store.memos(Searched), key=lambda s: (s.at, s.id), reverse=True)
    people = People(await desk.store.having((), {search.by for search in everything}))
    shown = (await _allowed(everything, ask.person, people, desk))[:SEARCHES]
    if not shown:
        return say(NOBODY)

    lines = []
    typed = list[str]()
    for search in shown:
        at, who = moment(search.at, desk.calendar), people.name(search.by)
        found = f"{len(search.found)} found"
        lines.append(LINE.format(at=at, who=who, words=search.words, found=found))
        typed += _looked_for(search)
    return Reply((Heading(HEADING), Text("\n".join(lines)))).showing(typed)


async def _allowed(
    searches: Sequence[Searched], person: Person, people: People, desk: Desk
) -> list[Searched]:
    """Those of which this person may know: none of anybody else who is, or was, the chair of
    governors, as these may tell of cases about the head.
    """
    references = set[str]()
    for search in searches:
        references.update(_named_in(search))
    known = Summaries(await desk.store.related(references))
    chairs = await _ever_chairs(desk)
    allowed = []
    for search in searches:
        by = people.get(search.by)
        is_chairs = search.by in chairs or (by is not None and by.has(Role.CHAIR))
        if is_chairs and search.by not in person.ids:
            continue
        if _may_know(person, search, known, desk):
            allowed.append(search)
    return allowed


async def _ever_chairs(desk: Desk) -> set[str]:
    """Ids of all who have ever been the chair of governors, also where they have left since."""
    found = set[str]()
    for change in await desk.store.memos(RoleChange):
        if Role.CHAIR in (*change.roles, *change.after):
            found.add(change.person)
    return found


def _looked_for(search: Searched) -> list[str]:
    """References that somebody has typed to look for them, and has found: the line says so."""
    typed = search.words.upper().split()
    return [reference for reference in search.found if reference in typed]


def _named_in(search: Searched) -> set[str]:
    """References that a search has found, and that were typed in it, whether it found them or
    not.
    """
    typed = map(REFERENCE.fullmatch, search.words.split())
    return {*search.found, *(match[1].upper() for match in typed if match)}


def _may_know(person: Person, search: Searched, known: Summaries, desk: Desk) -> bool:
    """One's own searches; of others, those that found nothing hidden or gone, and did not look for
    oneself.
    """
    if search.by in person.ids:
        return True
    if speaks_of(search.words, person):
        return False
    for reference in _named_in(search):
        summary = known.get(reference)
        if summary is None and reference in search.found:
            return False
        if summary and not desk.listed(person, summary, known).inside:
            return False
    return True
