"""A school that lives: real reception, store and delivery, a clock that is moved, and all that each person reads."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.outbox.delivery import Delivery
from bot.outbox.homes import Homes
from handlers import reception
from handlers.cases.lists import CHAT_COPIES
from handlers.desk import Desk
from handlers.matter import Summaries
from handlers.messages import Incoming, Reply, Sender
from handlers.policies.statement import accept_all
from handlers.rules import access
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.school.home import note_opened
from handlers.sweep import sweep
from handlers.text.links import find
from store.errors import NotFound
from store.model.case import Case
from store.model.identifiers import REFERENCE_ALPHABET
from store.model.memos import COMMAND_LINE, RoleWish
from store.model.records import TECHNICIAN, Person, Role
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import Retention
from store.school.school import School as SchoolFile
from store.tiny import TinyStore
from tests.desks import TEXTS, Time
from tests.handlers.shown import REFERENCE, words_in

BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CHANNEL = "telegram:leaders"
ROLES: dict[str, tuple[str, ...]] = {
    "asha": (Role.STAFF,),
    "gita": (Role.STAFF,),
    "ben": (Role.STAFF, Role.HEAD),
    "cleo": (Role.STAFF, Role.DSL),
    "lee": (Role.LEADER,),
    "dev": (Role.ICT,),
    "efua": (Role.CHAIR,),
}
AT_WILL = Limits(acts=10**6, reports=10**6, messages=10**6, codes=10**6)
POLICIES = Policies(TEXTS)
#: The school's duties are of no case, and take long over years.
CALENDAR = Calendar(SchoolFile(retention=Retention(years=1)))
PROCEDURE = load_procedure(TEXTS).model_copy(update={"duty": ()})
#: Somebody who is not here yet.
NEWCOMER = "nia"
CODE = re.compile(r"/join ([a-z0-9]{20,})")
#: What no two runs have in common.
RANDOM = re.compile(r"\b[0-9a-f]{12,64}\b|\b[a-km-np-z2-9]{20,}\b")


@dataclass(frozen=True)
class Deed:
    """Something that happens: who does what, at which of the reports."""

    who: str
    #: `report`, `says`, `joins`, `further`, `gives`, `takes`, `renames`, `clock`, `restart` or `erase`.
    what: str
    #: `{0}` and `{1}` stand for the references of the reports; `{asha}` for a person's name.
    words: str = ""
    #: Numbers of the reports that it is about, the first being 0.
    cases: tuple[int, ...] = ()


@dataclass(frozen=True)
class Read:
    """What somebody read: at which deed, in answer to it or by itself, and whether in the channel."""

    deed: int
    words: str
    channel: bool = False


@dataclass
class Chat:
    """A platform that loses nothing."""

    platform: str = "telegram"
    #: By address and id, as it stands there now.
    messages: dict[tuple[str, str], str] = field(default_factory=dict)
    new: list[tuple[str, str]] = field(default_factory=list)
    #: By address, the bot's own pages as they stand now.
    homes: dict[str, str] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def send(self, address: str, reply: Reply) -> str:
        id = str(next(self.numbers))
        self.put(address, id, reply)
        return id

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        self.put(address, message, reply)

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        self.put(address, message, instead)

    async def vouch(self, account: str) -> Sender:
        return Sender(account, "")

    async def show_home(self, account: str, reply: Reply, state: str) -> str:
        self.homes[account] = "\n".join(words_in(reply))
        return ""

    def put(self, address: str, id: str, reply: Reply) -> None:
        words = "\n".join(words_in(reply))
        self.messages[address, id] = words
        self.new.append((address, words))
        if reply.noted:
            reply.noted(address, id)


class School:
    """One world. `names` are by the keys of ROLES, and of the newcomer."""

    def __init__(self, folder: Path, names: Mapping[str, str]) -> None:
        self.folder = folder
        self.names = names
        self.time = Time(BEGIN)
        self.chat = Chat()
        #: By the number of the report; several may have become one case.
        self.references: dict[int, str] = {}
        self.read: defaultdict[str, list[Read]] = defaultdict(list)
        self.deed = 0
        #: When each deed was done.
        self.times: list[datetime] = []
        self._numbers = itertools.count()
        self._open()

    def _open(self) -> None:
        self.desk = Desk(
            TinyStore.open(self.folder),
            PROCEDURE,
            POLICIES,
            CALENDAR,
            lambda: self.time.now,
            platforms=frozenset({"telegram"}),
            limits=AT_WILL,
            channels=(CHANNEL,),
        )
        chats: dict[str, Any] = {"telegram": self.chat}
        self.delivery = Delivery(self.desk, chats)
        self.homes = Homes(self.desk, chats)

    async def move_in(self) -> None:
        for key, roles in ROLES.items():
            await self.desk.store.add_person(
                Person(key, self.names[key], roles, (account(key),), BEGIN, invited=key != "gita")
            )
        await accept_all(await self.desk.store.people(), self.desk)
        for key in (*ROLES, NEWCOMER):
            await note_opened(account(key), self.desk)

    async def close(self) -> None:
        await self.desk.store.close()

    async def restart(self) -> None:
        await self.delivery.shown_log.drain()
        await self.desk.store.close()
        self._open()

    # --- what happens -------------------------------------------------------------------------------

    async def live(self, number: int, deed: Deed) -> str:
        """Do it, and let the next minute pass; what its doer reads."""
        self.deed = number
        self.time.now += timedelta(seconds=7)
        doing = getattr(self, f"_{deed.what}")
        words: str = await doing(deed)
        await self.tick()
        self.times.append(self.time.now)
        return words

    async def tick(self) -> None:
        await self.delivery.shown_log.drain()
        await sweep(self.desk)
        await self.delivery.tick()
        await self.delivery.shown_log.drain()
        await self.delivery.tick()
        await self.homes.put_right()
        await self._note()

    async def _note(self) -> None:
        """What came by itself, to whom it came; what is in the channel is read by those who lead."""
        leading = await self.desk.store.having(access.WORKERS)
        leaders = {key for person in leading for key in keys_of(person)}
        for address, words in self.chat.new:
            readers = leaders if address == CHANNEL else {address.partition(":")[2].strip("2")}
            for reader in readers:
                self._reads(reader, words, channel=address == CHANNEL)
        self.chat.new.clear()

    async def asks(self, who: str, command: str | None, text: str = "") -> str:
        """What is answered in words; `who` may be somebody's second account, as `asha2`."""
        place = account(who)
        self.time.now += timedelta(seconds=1)
        incoming = Incoming(
            source=f"{place}:{next(self._numbers)}",
            sender=Sender(place, self.names.get(who, who)),
            place=place,
            at=self.time.now,
            text=text,
            links=tuple(find(text)),
            command=command,
        )
        reply = await reception.receive(incoming, self.desk) or Reply()
        if reply.reader:
            reply = self.delivery.shown_log.log_showing(reply, reply.reader)
        await self.chat.send(place, reply)
        self.chat.new.pop()
        words = "\n".join(words_in(reply)).replace(CHAT_COPIES, "").strip()
        self._reads(who.strip("2"), words)
        return words

    def _reads(self, who: str, words: str, *, channel: bool = False) -> None:
        self.read[who].append(Read(self.deed, RANDOM.sub("<random>", words), channel))

    def filled(self, deed: Deed) -> str:
        """Its words; of a report that there is none of yet, with a reference that nobody has."""
        references = [self.references.get(number, reference_of(number)) for number in deed.cases]
        ids = {f"id_{key}": key for key in ROLES}
        return deed.words.format(*references, **self.names, **ids)

    async def _says(self, deed: Deed) -> str:
        return await self.asks(deed.who, self.filled(deed))

    async def _report(self, deed: Deed) -> str:
        [number] = deed.cases
        # Two worlds call the same case by the same reference.
        reference = reference_of(number)
        with patch("handlers.cases.reporting.report.new_reference", return_value=reference):
            words = await self.asks(deed.who, None, deed.words)
        known = {s.reference for s in await self.desk.store.summaries()}
        held = [r for r in (reference, *REFERENCE.findall(words)) if r in known]
        if held:
            self.references[number] = held[0]
        return words

    async def _clock(self, deed: Deed) -> str:
        self.time.now += timedelta(minutes=int(deed.words))
        return ""

    async def _restart(self, deed: Deed) -> str:
        await self.restart()
        return ""

    async def _gives(self, deed: Deed) -> str:
        return await self._technician("given", deed)

    async def _takes(self, deed: Deed) -> str:
        return await self._technician("taken", deed)

    async def _technician(self, what: str, deed: Deed) -> str:
        person = await self.person(deed.who)
        if person:
            wish = RoleWish(
                f"wish{self.deed:08}",
                what,
                person.id,
                (deed.words,),
                TECHNICIAN,
                self.time.now,
                COMMAND_LINE,
            )
            await self.desk.store.put(wish)
        return ""

    async def _joins(self, deed: Deed) -> str:
        """The newcomer is invited as `words` and joins."""
        return await self._invited(NEWCOMER, f"{self.names[NEWCOMER]} as {deed.words}")

    async def _renames(self, deed: Deed) -> str:
        """Whom the platform alone has named is invited under a name."""
        return await self._invited(deed.who, f"{self.filled(deed)} as staff")

    async def _further(self, deed: Deed) -> str:
        """A second account of somebody's, which they confirm."""
        person = await self.person(deed.who)
        if person is None or len(person.accounts) > 1 or not person.roles:
            return ""
        await self._invited(f"{deed.who}2", f"a phone for {person.name}")
        for waiting in await self.desk.store.invitations():
            if waiting.claimed_by:
                await self.asks(deed.who, f"people-me {waiting.key}")
        return ""

    async def _invited(self, who: str, words: str) -> str:
        said = await self.asks("ben", f"people invite {words}")
        code = CODE.search(said)
        return await self.asks(who, f"join {code[1]}") if code else ""

    async def _erase(self, deed: Deed) -> str:
        """It is closed, its time passes, and it is erased."""
        said = await self.asks(deed.who, self.filled(deed))
        button = re.search(r"case erase \w{4} for good \d+", said)
        return await self.asks(deed.who, button[0]) if button else said

    # --- what is so now -----------------------------------------------------------------------------

    async def person(self, who: str) -> Person | None:
        return await self.desk.store.by_account(account(who))

    async def case(self, number: int) -> Case | None:
        try:
            return await self.desk.store.case(self.references.get(number, ""))
        except NotFound:
            return None

    async def hidden_from(self, person: Person) -> set[int]:
        """Numbers of the reports whose matter is, or may be, about this person by what the bot knows."""
        known = Summaries(await self.desk.store.summaries())
        found = set()
        for number, reference in self.references.items():
            if reference in known:
                parts = known.matter(reference)
                if access.concerns(person, parts):
                    found.add(number)
        return found

    def stands_before(self, who: str) -> Sequence[str]:
        """All messages in somebody's chats as they are now, and the bot's own page."""
        places = {account(who), account(f"{who}2")}
        messages = [words for (place, _), words in self.chat.messages.items() if place in places]
        return [*messages, self.home_of(who)]

    def home_of(self, who: str) -> str:
        """The bot's own page, as it stands before somebody now."""
        return self.chat.homes.get(account(who), "")


def reference_of(number: int) -> str:
    return f"7{REFERENCE_ALPHABET[8 + number]}{REFERENCE_ALPHABET[8 + number]}7"


def account(who: str) -> str:
    return f"telegram:{who}"


def keys_of(person: Person) -> set[str]:
    return {each.partition(":")[2].strip("2") for each in person.accounts}
