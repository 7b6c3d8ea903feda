"""What every handler is given, and the one way to a case."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from handlers.matter import Around, Listed, Matter, People, Summaries, ids_named_in
from handlers.messages import Incoming, NotYours, Refused
from handlers.rules import access
from handlers.rules.access import Act, Relation
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.rules.pause import pause_of
from store.base import Store
from store.errors import DamagedCase, NotFound
from store.model.case import Case
from store.model.identifiers import REFERENCE_ALPHABET
from store.model.records import Person, Role, Summary
from store.school.procedure import Procedure

if TYPE_CHECKING:
    # The texts and their search are a long way down, and nothing of them is needed to hand them on.
    from store.policies import Policies

NO_SUCH_CASE = "I know no case “{reference}” that you may see. “/case status” lists yours."
NOT_YOURS_TO_DO = (
    "That is not yours to do with case {reference}. “/case status” shows where it stands."
)

REFERENCE = re.compile(rf"#?([{REFERENCE_ALPHABET}]{{4}})", re.IGNORECASE)


#: Strangers, groups and questions, of each process.
REMEMBERED = 10_000


@dataclass(slots=True)
class Memory:
    """What may be forgotten when the process ends."""

    #: Strangers and groups.
    told: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def remember(self, what: str, at: datetime) -> None:
        """Note that somebody was told something; of very many, the oldest is forgotten."""
        self.told[what] = at
        self.told.move_to_end(what)
        while len(self.told) > REMEMBERED:
            self.told.popitem(last=False)

    def turn(self, account: str) -> asyncio.Lock:
        """One thing at a time from one account, in the order in which they came."""
        return self.turns.setdefault(account, asyncio.Lock())


#: Who joins, closes or erases does so alone: two at once could make a ring, or end what something
#: is joined to.
JOINING = "joining"


@dataclass(frozen=True, slots=True)
class Desk:
    store: Store
    procedure: Procedure
    policies: Policies
    calendar: Calendar
    #: Aware UTC.
    now: Callable[[], datetime]
    #: Addresses of leadership channels.
    channels: tuple[str, ...] = ()
    #: The chats that are running.
    platforms: frozenset[str] = frozenset()
    #: Of the chats that run, those whose platform refuses the bot's token now.
    cut_off: Callable[[], frozenset[str]] = frozenset
    join_link: Callable[[str], str | None] = lambda code: None
    #: Told of each, once it is written.
    roles_changed: Callable[[Person], None] = lambda person: None
    max_file_bytes: int = 100_000_000
    #: The bot's own folder, in which files are made that are handed over and gone again.
    data: Path | None = None
    #: Pictures that are kept are read by a program, where there is one.
    reads_pictures: bool = False
    #: Where backups go by themselves, if they do.
    backup_to: str = ""
    limits: Limits = Limits()
    memory: Memory = field(default_factory=Memory)
    #: Key of the message that is being answered, if it is one.
    source: str = ""

    async def case_for(self, person: Person, reference: str, act: Act) -> Matter:
        """The one way to a case. Missing and forbidden are the same Refused."""
        refused = NotYours(NO_SUCH_CASE.format(reference=reference))
        asked = normal_reference(reference)
        parts = {part.summary.reference: part for part in await self.store.matter(asked)}
        if asked not in parts:
            await self._say_if_damaged(person, asked)
            raise refused

        summaries = Summaries(part.summary for part in parts.values())
        listed = self.listed(person, parts[asked].summary, summaries)
        if not access.may_with(person, Act.SEE, listed.relations):
            raise refused
        if not access.may_with(person, act, listed.relations):
            shows = frozenset({asked} if listed.inside else ())
            raise NotYours(NOT_YOURS_TO_DO.format(reference=asked), shows=shows)

        seen = self.seen(listed)
        case, *joined = [parts[summary.reference].read() for summary in seen]
        named = next(c for c in (case, *joined) if c.reference == asked)
        around = Around(summaries, await self.people_of(case, *joined, beside=person))
        now = around.people.get(person.id)
        if now is not None and now.roles != person.roles:
            # Given or taken since it was asked who they are.
            return await self.case_for(now, reference, act)
        return Matter(named, listed.relations, case, around, tuple(joined))

    def seen(self, listed: Listed) -> Sequence[Summary]:
        """What a person may open of a matter: of all of it, nothing that leaders may not see yet;
        else one's own report.
        """
        if not listed.inside:
            return (listed.summary,)
        others = [part for part in listed.matter[1:] if pause_of(part) <= self.now()]
        if listed.summary not in (listed.root, *others):
            others.append(listed.summary)
        return (listed.root, *others)

    async def people_of(self, *cases: Case, beside: Person | None = None) -> People:
        """Those who work on cases, whom these cases name, and one more."""
        ids = set[str]().union(*map(ids_named_in, cases))
        if beside:
            ids.add(beside.id)
        return People(await self.store.having(access.WORKERS, ids))

    async def around(self, case: Case) -> Around:
        """What there is around a case in a newer state than the store's, perhaps not saved yet."""
        references = {case.reference, case.joined_to or case.reference}
        summaries = Summaries(await self.store.related(references))
        return Around(summaries.having(case), await self.people_of(case))

    async def _say_if_damaged(self, person: Person, reference: str) -> None:
        if await self.is_told_what_is_unreadable(person):
            try:
                await self.store.case(reference)
            except DamagedCase as error:
                raise Refused(str(error)) from error
            except NotFound:
                pass

    async def is_told_what_is_unreadable(self, person: Person) -> bool:
        """Tell whether somebody is told which case cannot be read, whoever it may be about.

        It may be about a headteacher, who is told no reference: the chair of governors is, or where
        there is none the safeguarding lead.
        """
        if person.has(Role.HEAD) or not person.has(Role.CHAIR, Role.DSL):
            return False
        if person.has(Role.CHAIR):
            return True
        chairs = await self.store.having((Role.CHAIR,))
        return all(chair.has(Role.HEAD) for chair in chairs)

    def listed(self, person: Person, summary: Summary, summaries: Summaries) -> Listed:
        """A case as a person may list it. `summaries` hold all of its matter."""
        matter = summaries.matter(summary.reference)
        relations = access.relations(person, summary, matter, self.procedure, self.now())
        return Listed(summary, matter, relations)

    async def visible(
        self, person: Person, wanted: Callable[[Summary], bool] = lambda _: True
    ) -> list[Listed]:
        """Every case that the person may see, newest first; joined ones only as their reports.

        `wanted` leaves out what is not looked for, before it is asked what the person is to each.
        """
        may_list = access.may(person, Act.LIST)
        if may_list:
            summaries = await self.store.summaries()
        else:
            summaries = await self.store.related(reporters=person.ids)
        known = Summaries(summaries)

        found = []
        for summary in filter(wanted, summaries):
            listed = self.listed(person, summary, known)
            shown = listed.relations
            if not may_list or summary.joined_to is not None:
                shown &= {Relation.REPORTER}
            if access.may_with(person, Act.SEE, shown):
                found.append(listed)
        return sorted(found, key=_by_opening, reverse=True)


def _by_opening(listed: Listed) -> tuple[datetime, str]:
    return listed.summary.opened_at, listed.summary.reference


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command is given: who asks, and the words after the command's name."""

    person: Person
    words: str
    incoming: Incoming
    #: UTC.
    at: datetime


def normal_reference(text: str) -> str:
    """`#7k4m` -> `7K4M`."""
    return text.strip().lstrip("#").upper()


def take_reference(words: str, usage: str) -> tuple[str, str]:
    """A reference and what follows it. Raises Refused, with how to type it."""
    match = re.match(rf"\s*{REFERENCE.pattern}(?:\s+|$)", words, re.IGNORECASE)
    if not match:
        raise Refused(f"Which case? Type: {usage}")
    return match[1].upper(), words[match.end() :].strip()
