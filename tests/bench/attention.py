"""How many messages each person is sent: when an urgent case waits over a weekend, when cases are neglected for four
weeks, and in a usual term.

`python -m tests.bench.attention`; what is counted hangs on nothing but the rules, and not on this machine. The scenes
are exact, and `tests/handlers/workflow/test_attention.py` holds them to what they are to be.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.outbox.delivery import Delivery
from handlers.desk import Desk
from handlers.messages import Choices, DeliveryFailed, Heading, Incoming, Quote, Reply, Sender, Text
from handlers.policies.statement import accept_all
from handlers.reception import receive
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.sweep import sweep
from store.model.case import Case
from store.model.records import FollowUp, Person, Role, Status
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import School
from store.tiny import TinyStore
from tests.places import keep_temporary_files_in_memory

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FRIDAY = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
APART = timedelta(minutes=20)
FOUR_WEEKS = timedelta(days=28)
TERM = timedelta(weeks=13)
OPENS = time(8)
PEOPLE = {
    "asha": ("Asha Patel", Role.STAFF),
    "ben": ("Ben Okafor", Role.HEAD),
    "cleo": ("Cleo Martin", Role.DSL),
    "dev": ("Dev Singh", Role.ICT),
    "efua": ("Efua Mensah", Role.CHAIR),
}
#: How often each kind of case comes in a usual term.
KINDS = {
    "school-complaint": 6,
    "staff-complaint": 5,
    "staff-offensive": 4,
    "bullying": 4,
    "child-safety": 5,
    "unsuitable-site": 6,
    "threat": 2,
    "other": 6,
}
AT_WILL = Limits(acts=1_000_000, reports=1_000_000, messages=1_000_000)


@dataclass
class Message:
    at: datetime
    person: str
    words: str
    gone: bool = False


@dataclass
class Attention:
    """A front-end that only counts."""

    office: Office
    platform: str = "terminal"
    messages: list[Message] = field(default_factory=list)
    #: Who has blocked the bot.
    away: set[str] = field(default_factory=set)

    async def send(self, address: str, reply: Reply) -> str:
        person = address.partition(":")[2]
        if person in self.away:
            raise DeliveryFailed("they have blocked it", permanent=True)
        self.messages.append(Message(self.office.now, person, _words(reply)))
        number = str(len(self.messages) - 1)
        if reply.noted:
            reply.noted(address, number)
        return number

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        self.messages[int(message)].gone = True

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        self.messages[int(message)].gone = True

    def to(self, person: str) -> list[Message]:
        return [message for message in self.messages if message.person == person]

    def school_days(self) -> list[date]:
        """Those that the scene has been through."""
        local = self.office.begin.astimezone(LONDON).date()
        days = [local + n * DAY for n in range((self.office.now - self.office.begin).days + 1)]
        return [day for day in days if self.office.desk.calendar.is_school_day(day)] or [local]

    def left_with(self, person: str) -> list[Message]:
        return [message for message in self.to(person) if not message.gone]


def _words(reply: Reply) -> str:
    lines = []
    for part in reply.parts:
        if isinstance(part, Heading | Text | Quote):
            lines.append(part.text)
        if isinstance(part, Choices):
            lines.append(" ".join(f"[{choice.label}]" for choice in part.options))
    return "\n".join(lines)


class Office:
    """A school whose clock goes from one thing that is due to the next.

    `runs`: no two looks at it show the same moment.
    """

    def __init__(
        self, folder: Path, begin: datetime, school: School | None = None, *, runs: bool = False
    ) -> None:
        self.begin = self.now = begin
        self.chat = Attention(self)
        self.desk = Desk(
            store=TinyStore.open(folder),
            procedure=load_procedure(ROOT / "policy_texts"),
            policies=Policies(ROOT / "policy_texts"),
            calendar=Calendar(school or School()),
            now=self._reading,
            platforms=frozenset({"terminal"}),
            limits=AT_WILL,
        )
        self._front_ends: Any = {"terminal": self.chat}
        self.delivery = Delivery(self.desk, self._front_ends)
        self._sent = 0
        self._looks = 0
        self._runs = runs

    def _reading(self) -> datetime:
        if self._runs:
            self._looks = (self._looks + 1) % 1_000_000
        return self.now + self._looks * timedelta(microseconds=1)

    async def open(self) -> None:
        before = self.now - DAY
        for id, (name, role) in PEOPLE.items():
            person = Person(id, name, (role,), (f"terminal:{id}",), before)
            await self.desk.store.add_person(person)
        await accept_all(await self.desk.store.people(), self.desk)
        await self.look()
        self.chat.messages.clear()

    async def close(self) -> None:
        await self.desk.store.close()

    async def says(self, who: str, text: str = "", command: str | None = None) -> Reply:
        """What is answered to somebody; what follows from it is sent."""
        self._sent += 1
        account = f"terminal:{who}"
        source = f"{account}:{self._sent}"
        sender = Sender(account, who)
        incoming = Incoming(source, sender, account, self.now, text=text, command=command)
        reply = await receive(incoming, self.desk)
        assert reply is not None
        await self.delivery.tick()
        return reply

    async def reports(self, category: str, words: str = "") -> str:
        """The reference of a new case of this kind."""
        reply = await self.says("asha", words or f"They write this, number {self._sent}")
        found = re.search(r"[2-9B-DF-HJ-NP-TV-XZ]{4}", _words(reply))
        assert found, _words(reply)
        await self.says("asha", command=f"case about {found[0]} school")
        await self.says("asha", command=f"case category {found[0]} {category}")
        return found[0]

    async def look(self) -> None:
        await sweep(self.desk)
        await self.delivery.tick()
        await self.delivery.shown_log.drain()

    async def until(self, end: datetime) -> None:
        """Each minute in which something is due, up to this one."""
        while True:
            following = await self._next()
            if following > end:
                break
            self.now = following
            await self.look()
        self.now = end

    async def _next(self) -> datetime:
        local = self.now.astimezone(LONDON)
        morning = datetime.combine(local.date(), OPENS, LONDON)
        if morning <= local:
            morning = datetime.combine(local.date() + DAY, OPENS, LONDON)
        due = await self.desk.store.next_due()
        soon = self.now.replace(second=0, microsecond=0) + MINUTE
        if due is None:
            return morning.astimezone(UTC)
        minute = due.replace(second=0, microsecond=0)
        minute = minute if minute == due else minute + MINUTE
        return min(morning.astimezone(UTC), max(minute, soon))


# --- the scenes ---------------------------------------------------------------------------------------------------------


async def untaken(folder: Path) -> Attention:
    """A threat that nobody takes, from Friday 18:00 to Monday 08:05."""
    office = Office(folder, FRIDAY)
    await office.open()
    reference = await office.reports("threat")
    await office.says("asha", command=f"case about {reference} parent")
    await office.until(FRIDAY + timedelta(days=2, hours=14, minutes=5))
    await office.close()
    return office.chat


async def neglected(folder: Path, cases: int) -> Attention:
    """Cases that come in on one Monday morning, and that nobody works on for four weeks."""
    office = Office(folder, MONDAY)
    await office.open()
    for _ in range(cases):
        await office.reports("school-complaint")
        # Soon after another it would be taken for a part of that.
        await office.until(office.now + APART)
    await office.until(MONDAY + FOUR_WEEKS)
    await office.close()
    return office.chat


async def on_a_saturday(folder: Path) -> Attention:
    """A case of bullying on a Saturday, until Monday noon."""
    office = Office(folder, SATURDAY)
    await office.open()
    await office.reports("bullying")
    await office.until(SATURDAY + timedelta(days=2, hours=2))
    await office.close()
    return office.chat


async def usual_term(folder: Path, cases: int = 300, seed: int = 1) -> Attention:
    """Thirteen weeks; leaders work on school days, each on a few of the open cases, by a seeded rule."""
    office = Office(folder, MONDAY)
    await office.open()
    chance = random.Random(seed)
    days = [MONDAY + n * DAY for n in range(TERM.days)]
    school_days = [day for day in days if office.desk.calendar.is_school_day(day.date())]
    arrivals = Counter(chance.choice(school_days) for _ in range(cases))
    for day in school_days:
        for _ in range(arrivals[day]):
            await office.until(office.now + APART)
            category = chance.choices([*KINDS], [*KINDS.values()])[0]
            reference = await office.reports(category)
            if category == "threat":
                await _take_soon(office, reference, chance)
        for hour in (11, 13, 15):
            await office.until(day.replace(hour=hour) + timedelta(minutes=chance.randrange(50)))
            await _work(office, chance)
        await office.until(day + DAY - timedelta(hours=1))
    await office.until(MONDAY + TERM)
    await office.close()
    return office.chat


async def _take_soon(office: Office, reference: str, chance: random.Random) -> None:
    """Nobody lets a threat lie until the afternoon; the last of these waits for a lesson to end."""
    await office.until(office.now + chance.choice([3, 8, 12, 25, 50]) * MINUTE)
    who = chance.choice(["ben", "cleo"])
    await office.says(who, command=f"case take {reference}")


async def _work(office: Office, chance: random.Random) -> None:
    # Their references differ from run to run.
    for summary in sorted(await office.desk.store.summaries(), key=lambda s: s.opened_at):
        if summary.status != Status.OPEN or chance.random() > 0.3:
            continue
        case = await office.desk.store.case(summary.reference)
        who = chance.choice(["ben", "cleo", "cleo"])
        if case.owner is None:
            await office.says(who, command=f"case take {case.reference}")
        steps = [step for step in case.follow_ups if step.is_open]
        if not steps:
            await office.says(who, command=f"case close {case.reference} removed")
            continue
        await _settle(office, case, chance.choice(steps), who, chance)


async def _settle(
    office: Office, case: Case, step: FollowUp, who: str, chance: random.Random
) -> None:
    way = chance.choice(["done", "done", "done", *step.outcomes]).replace(" ", "-")
    await office.says(who, command=f"case {way} {case.reference} {step.key} it is done")


# --- the table ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    scene: str
    person: str
    messages: int
    #: On the day with the most.
    most: int
    #: On a day on which school is open.
    median: float
    #: That are still in the chat at the end.
    left: int


def lines(scene: str, chat: Attention) -> list[Line]:
    found = []
    for id, (name, _) in PEOPLE.items():
        sent = chat.to(id)
        days = Counter(message.at.astimezone(LONDON).date() for message in sent)
        most = max(days.values(), default=0)
        usual = statistics.median(days[day] for day in chat.school_days())
        found.append(Line(scene, name, len(sent), most, usual, len(chat.left_with(id))))
    return found


async def measure() -> list[Line]:
    found: list[Line] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found += lines("untaken from Friday to Monday", await untaken(folder / "1"))
        found += lines("1 neglected for four weeks", await neglected(folder / "2", 1))
        found += lines("5 neglected for four weeks", await neglected(folder / "3", 5))
        found += lines("bullying on a Saturday", await on_a_saturday(folder / "4"))
        found += lines("a usual term, 300 cases", await usual_term(folder / "5"))
    return found


def table(found: Sequence[Line]) -> str:
    rows = [
        "| scene | person | messages | most a day | median school day | left in the chat |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for line in found:
        rows.append(
            f"| {line.scene} | {line.person} | {line.messages} | {line.most} | {line.median:g} "
            f"| {line.left} |"
        )
    return "\n".join(rows)


def main() -> None:
    keep_temporary_files_in_memory()
    print(table(asyncio.run(measure())))


if __name__ == "__main__":
    main()
