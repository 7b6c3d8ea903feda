"""What every handler is given, and the one way to a case."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from handlers.messages import Incoming, Refused, Reply
from handlers.rules import access
from handlers.rules.access import Act, Relation
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from store.base import Store
from store.errors import DamagedCase, NotFound
from store.model.case import Case
from store.model.records import REFERENCE_ALPHABET, Person, Summary
from store.school.procedure import Procedure

if TYPE_CHECKING:
    # The texts and their search are a long way down, and nothing of them is needed to hand them on.
    from store.policies import Policies

NO_SUCH_CASE = "I know no case “{reference}” that you may see. “/case status” lists yours."
NOT_YOURS_TO_DO = (
    "That is not yours to do with case {reference}. “/case status” shows where it stands."
)

REFERENCE = re.compile(rf"#?([{REFERENCE_ALPHABET}]{{4}})", re.IGNORECASE)


@dataclass(slots=True)
class Memory:
    """What may be forgotten when the process ends."""

    #: Strangers and groups.
    told: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def turn(self, account: str) -> asyncio.Lock:
        """One thing at a time from one account, in the order in which they came."""
        return self.turns.setdefault(account, asyncio.Lock())


#: Who joins, closes or erases does so alone: two at once could make a ring, or end what something
#: is joined to.
JOINING = "joining"


@dataclass(frozen=True, slots=True)
class Matter:
    """A case as one person may see it."""

    #: The one that was asked for: the root, or a part.
    named: Case
    #: To the named case, and to the matter as a whole.
    relations: frozenset[Relation]
    #: The root: what everything else was joined to; to a reporter, the named case.
    case: Case
    #: What was joined to it.
    joined: tuple[Case, ...] = ()

    @property
    def whole(self) -> bool:
        """All of it; otherwise the person's own report, and that it is looked after."""
        return bool(self.relations & access.INSIDE)

    @property
    def cases(self) -> tuple[Case, ...]:
        return (self.case, *self.joined)

    @property
    def urgent(self) -> bool:
        return any(case.urgent for case in self.cases)

    @property
    def withheld(self) -> bool:
        return any(case.withheld for case in self.cases)

    @property
    def shown(self) -> frozenset[str]:
        """The references of the cases that words about it show to whoever sees all of it; of
        others, none.
        """
        return frozenset({self.named.reference, self.case.reference}) if self.whole else frozenset()

    def shown_in(self, reply: Reply) -> Reply:
        """A reply about it, saying so: it shows the matter, or to its reporter only mentions the
        case.
        """
        if self.whole:
            return reply.showing(self.shown)
        return reply.mentioning([self.named.reference])

    def refusal(self, words: str) -> Refused:
        """To raise where the words name it."""
        return Refused(words, shows=self.shown)

    def may(self, person: Person, act: Act) -> bool:
        return access.may_with(person, act, self.relations)


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
    join_link: Callable[[str], str | None] = lambda code: None
    #: Told of each, once it is written.
    roles_changed: Callable[[Person], None] = lambda person: None
    max_file_bytes: int = 100_000_000
    #: Where backups go by themselves, if they do.
    backup_to: str = ""
    limits: Limits = Limits()
    memory: Memory = field(default_factory=Memory)
    #: Key of the message that is being answered, if it is one.
    source: str = ""

    async def case_for(self, person: Person, reference: str, act: Act) -> Matter:
        """The one way to a case. Missing and forbidden are the same Refused."""
        refused = Refused(NO_SUCH_CASE.format(reference=reference))
        named = await self.store.summary(normal_reference(reference))
        if named is None:
            await self._say_if_damaged(person, normal_reference(reference))
            raise refused

        matter = await self.matter_of(named)
        relations = access.relations(person, named, matter, self.procedure)
        is_inside = bool(relations & access.INSIDE)
        if not access.may_with(person, Act.SEE, relations):
            raise refused
        if not access.may_with(person, act, relations):
            shows = frozenset({named.reference} if is_inside else ())
            raise Refused(NOT_YOURS_TO_DO.format(reference=named.reference), shows=shows)

        if not is_inside:
            matter = [named]
        case, *parts = [await self.store.case(summary.reference) for summary in matter]
        asked = next(c for c in (case, *parts) if c.reference == named.reference)
        return Matter(asked, relations, case, tuple(parts))

    async def matter_of(self, summary: Summary) -> list[Summary]:
        """A case with all that has been joined to it, the case that they were joined to first."""
        [matter] = await self._matters_of([summary])
        return matter

    async def matter_with(self, case: Case) -> list[Summary]:
        """The matter of a case of which this is a newer state than the store's, perhaps not saved
        yet.
        """
        summary = case.summary
        matter = []
        for part in await self.matter_of(summary):
            matter.append(summary if part.reference == case.reference else part)
        if summary in matter:
            return matter
        # Joined just now: the store knows it as a case of its own still.
        return [*matter, summary, *await self.store.joined_to(summary.reference)]

    async def _matters_of(self, summaries: Sequence[Summary]) -> list[list[Summary]]:
        """The matter of each of several cases, in their order, asking the store about all of them
        at once.
        """
        known = {summary.reference: summary for summary in summaries}
        roots = [await self.root(summary, known) for summary in summaries]
        joined = await self._joined_below({root.reference for root in roots})

        matters = []
        for root in roots:
            matter = [root]
            # It grows while it is walked: what was joined to a part comes after the part.
            for part in matter:
                for further in joined[part.reference]:
                    if further not in matter:
                        matter.append(further)
            matters.append(matter)
        return matters

    async def _joined_below(self, asked: set[str]) -> dict[str, list[Summary]]:
        """What was joined to each of these cases, by its reference; and to those, however deep."""
        joined: dict[str, list[Summary]] = {}
        while asked:
            for reference in asked:
                joined[reference] = []
            found = await self.store.joined_to(*asked)
            for part in found:
                joined[part.joined_to or ""].append(part)
            asked = {part.reference for part in found} - joined.keys()
        return joined

    async def root(
        self, summary: Summary, known: Mapping[str, Summary] = MappingProxyType({})
    ) -> Summary:
        """What a case was joined to in the end, itself where it was not.

        `known`: summaries by reference.
        """
        seen = {summary.reference}
        while summary.joined_to and summary.joined_to not in seen:
            seen.add(summary.joined_to)
            further = known.get(summary.joined_to) or await self.store.summary(summary.joined_to)
            if further is None:
                break
            summary = further
        return summary

    async def _say_if_damaged(self, person: Person, reference: str) -> None:
        if access.may(person, Act.PEOPLE):
            try:
                await self.store.case(reference)
            except DamagedCase as error:
                raise Refused(str(error)) from error
            except NotFound:
                pass

    async def relations(self, person: Person, summary: Summary) -> frozenset[Relation]:
        """What a person is to a case, with all that was joined to it."""
        return (await self.relations_to(person, [summary]))[summary.reference]

    async def relations_to(
        self, person: Person, summaries: Sequence[Summary]
    ) -> dict[str, frozenset[Relation]]:
        """What a person is to each of several cases, by its reference. See `relations`."""
        matters = await self._matters_of(summaries)
        return {
            summary.reference: access.relations(person, summary, matter, self.procedure)
            for summary, matter in zip(summaries, matters, strict=True)
        }

    async def inside(self, person: Person, summary: Summary) -> bool:
        """Whether a person may see more of a case than its reporter may."""
        return bool(await self.inside_of(person, [summary]))

    async def inside_of(self, person: Person, summaries: Sequence[Summary]) -> list[Summary]:
        """Those of several cases of which the person may see more than their reporters may."""
        relations = await self.relations_to(person, summaries)
        return [summary for summary in summaries if relations[summary.reference] & access.INSIDE]

    async def visible(self, person: Person) -> Sequence[Summary]:
        """Every case that the person may see, newest first; joined ones only as their reports."""
        everything = access.may(person, Act.LIST)
        of = await (self.store.summaries() if everything else self.store.reported_by(person.ids))
        relations = await self.relations_to(person, of)
        found = []
        for summary in of:
            mine = relations[summary.reference]
            shown = mine if summary.joined_to is None else mine & {Relation.REPORTER}
            if access.may_with(person, Act.SEE, shown):
                found.append(summary)
        return sorted(found, key=lambda s: (s.opened_at, s.reference), reverse=True)


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
