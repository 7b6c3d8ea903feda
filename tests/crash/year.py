"""A school year: a real store and a real delivery, people who act by a seeded rule, and a process that may die.

The chat is an object that records: it takes what the delivery sends, and reads it as a person would. Time moves from
one moment at which something is due to the next, whole minutes for what the clock does.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.outbox.delivery import Delivery
from handlers.desk import Desk
from handlers.messages import Heading, Incoming, Reply, Sender, Text
from handlers.policies.statement import accept_all
from handlers.reception import receive
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.school.duties import all_due
from handlers.school.today import OF_THE_DAY
from handlers.sweep import sweep
from store.documents import record_from
from store.model.case import Case
from store.model.memos import DutyDone
from store.model.records import FollowUp, Notice, Person
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import School
from store.tiny import TinyStore, read_tables
from tests.asking import holder_of, summary_of
from tests.crash.step_news_model import StepNewsModel
from tests.crash.year_model import (
    DAY,
    LONDON,
    MINUTE,
    Days,
    Down,
    PassedOn,
    Told,
    whole_minute,
)

TEXTS = Path(__file__).parents[2] / "policy_texts"
CLOSED = [
    (date(2026, 10, 26), date(2026, 10, 30)),
    (date(2026, 12, 19), date(2027, 1, 3)),
    (date(2027, 1, 4), date(2027, 1, 4)),
    (date(2027, 2, 15), date(2027, 2, 19)),
    (date(2027, 3, 25), date(2027, 4, 9)),
    (date(2027, 5, 31), date(2027, 6, 4)),
    (date(2027, 7, 22), date(2027, 9, 1)),
]
SINCE = date(2026, 9, 1)
AT_WILL = Limits(acts=1_000_000, reports=1_000_000, messages=1_000_000)
BEGIN = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
END = datetime(2027, 8, 31, 20, 0, tzinfo=UTC)
PEOPLE = {"head": "ben", "dsl": "cleo", "leader": "lee", "ict": "dev", "chair": "efua"}
REPORTERS = 40
#: Whom a case is about, as its reporter says before anything else; some say nothing of it.
WHOM = {"school": 70, "head": 6, "unsure": 8}
UNASKED = 16
CATEGORIES = {
    "staff-allegation": 3,
    "school-complaint": 6,
    "staff-complaint": 5,
    "school-defamatory": 4,
    "staff-defamatory": 4,
    "staff-offensive": 4,
    "racist-homophobic": 3,
    "threat": 4,
    "staff-photo": 3,
    "pupil-details": 4,
    "bullying": 4,
    "child-safety": 5,
    "unsuitable-site": 6,
    "child-undressed": 3,
    "other": 6,
}


class Killed(BaseException):
    """The process is gone."""


class Fate:
    """Counts the moments at which a process can die, and lets it die at some of them."""

    def __init__(self, kills: Sequence[int] = ()) -> None:
        self.kills = frozenset(kills)
        self.moments = 0
        self.dead = False
        self.died: Counter[str] = Counter()
        self._lock = threading.Lock()

    def moment(self, where: str) -> None:
        with self._lock:
            if self.dead:
                raise Killed
            self.moments += 1
            if self.moments in self.kills:
                self.dead = True
                self.died[where] += 1
                raise Killed


@dataclass
class Message:
    at: datetime
    person: str
    told: list[Told]
    number: int
    other: list[str] = field(default_factory=list)  # first lines of what is no reminder
    is_gone: bool = False
    texts: list[str] = field(default_factory=list)  # all of it

    @property
    def notices(self) -> int:
        """Of how many notices it is made: the lines of a day's message are of one."""
        return sum(told.kind != "today" for told in self.told) + len(self.other)


OVERDUE = re.compile(r"Case (\w{4}): overdue since (.+?)(?:, day (\d+))?$")
BEFORE = re.compile(r"Case (\w{4}): due (.+)$")
ABOVE = re.compile(r"Case (\w{4}) · [^“]+, “(.+)”: overdue since (.+), day (\d+)\. It is with")
LADDER_ABOVE = re.compile(r"Urgent: case (\w{4})\. Nobody has taken it for")
UNTAKEN = re.compile(r"Case (\w{4}): nobody has taken it yet")
DAY_OF = re.compile(r"(?:\d\. )?Today, \w{3} \d+ \w+$")
LINE = re.compile(r"(\w{4}) · [^·]+ · (.+) · [^·]+ · (?:day (\d+)|by \d\d:\d\d)(?: · \d+ more)?")
DUTY_LINE = re.compile(r"(.+) · (?:overdue, day (\d+)|due today)")
DUTY_OF_THE_WEEK = re.compile(r"(.+) · [^·]+ · due [^·]+ · overdue, day (\d+)")
URGENT = re.compile(r"(?:\d\. )?Urgent: case (\w{4})$")
DUTY_SOON = re.compile(r"(?:\d\. )?Due (\d+ \w+ \d{4}): (.+)")
DUTY = re.compile(r"Overdue since (\d+ \w+ \d{4}), day (\d+): (.+)")


OF_A_DIGEST = (
    *(
        "Overdue",
        "Due today",
        "Yours, this week",
        "New",
        "Waiting for a category or for evidence",
        "No news for a while",
    ),
    *("Closed last week", "Due soon in the school", "Could not be delivered"),
)


class Chat:
    """A front-end that only writes down."""

    platform = "chat"

    def __init__(self, year: Year) -> None:
        self.year = year
        self.messages: list[Message] = []

    async def send(self, address: str, reply: Reply) -> str:
        self.year.fate.moment("before sending")
        person = address.partition(":")[2]
        message = Message(self.year.now, person, [], len(self.messages))
        _read(reply, message, str(self.year.now.astimezone(LONDON).date()))
        self.messages.append(message)
        self.year.fate.moment("after sending")
        return str(message.number)

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Another is put in its place."""
        await self.delete(message)

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """This chat lets every message go."""
        await self.delete(message)

    async def delete(self, message: str) -> None:
        self.messages[int(message)].is_gone = True


def _read(reply: Reply, message: Message, day: str) -> None:
    """What a person understands from it."""
    of_the_day = False
    texts = [part for part in reply.parts if isinstance(part, Heading | Text)]
    for part, following in itertools.zip_longest(texts, texts[1:]):
        text, below = part.text, following.text if following else ""
        message.texts.append(text)
        told = (
            _of_a_step(text, below, message.person)
            or _of_the_ladder(text, below, message.person)
            or _of_the_school(text, day, message.person)
        )
        of_the_day = of_the_day or bool(told and told.kind in ("day", "digest"))
        if told:
            message.told.append(told)
        elif of_the_day and _is_of_the_day(text, part):
            message.told += _lines_of_the_day(text, day, message.person)
        elif text not in OF_A_DIGEST and (isinstance(part, Heading) or text.startswith("Case ")):
            message.other.append(text)


def _is_of_the_day(text: str, part: Heading | Text) -> bool:
    return isinstance(part, Text) and not text.startswith("Case ")


def _lines_of_the_day(text: str, day: str, person: str) -> list[Told]:
    found = []
    for line in text.splitlines():
        if match := LINE.fullmatch(line):
            stage = int(match[3] or 0)
            found.append(Told("today", match[1], match[2], day, stage, person))
        elif match := DUTY_OF_THE_WEEK.fullmatch(line) or DUTY_LINE.fullmatch(line):
            found.append(Told("today", match[1], "", day, int(match[2] or 0), person))
    return found


def _of_a_step(text: str, below: str, person: str) -> Told | None:
    what = below.split("\n")[0]
    if found := OVERDUE.search(text):
        return Told("step", found[1], what, found[2], int(found[3] or 1), person)
    if found := BEFORE.search(text):
        return Told("step", found[1], what, found[2], 0, person)
    if found := ABOVE.search(text):
        return Told("above", found[1], found[2], found[3], int(found[4]), person)
    return None


def _of_the_ladder(text: str, below: str, person: str) -> Told | None:
    if found := UNTAKEN.search(text):
        return Told("untaken", found[1], "", "", 0, person)
    found = LADDER_ABOVE.search(text)
    if not found and "Nobody has taken it for" in below:
        found = URGENT.match(text)
    return Told("ladder", found[1], "", "", 0, person) if found else None


def _of_the_school(text: str, day: str, person: str) -> Told | None:
    if text.endswith("Your week"):
        return Told("digest", day, "", "", 0, person)
    if DAY_OF.match(text):
        return Told("day", day, "", "", 0, person)
    if found := DUTY.search(text):
        return Told("duty", found[3], "", found[1], int(found[2]), person)
    if found := DUTY_SOON.match(text):
        return Told("duty", found[2], "", found[1], 0, person)
    return None


@dataclass(order=True)
class Deed:
    at: datetime
    number: int
    who: str = field(compare=False)
    words: str = field(compare=False)  # a command; empty: look at the case, and choose
    of: Any = field(compare=False, default=None)


@dataclass(frozen=True)
class Action:
    who: str
    words: str  # a command, or what is passed on; empty: nothing
    done: Callable[[], Awaitable[bool]]
    after: Callable[[], Awaitable[None]]
    source: str = ""


class Year:
    """`live` it, and then compare `chat.messages` with `model.expected`."""

    def __init__(self, folder: Path, seed: int, cases: int, fate: Fate, down: Down = ()) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.fate = fate
        self.down = down
        self._down = list(down)
        self._ticks = 0
        self.now = BEGIN
        self.chat = Chat(self)
        self.days = Days(CLOSED)
        self.model = StepNewsModel(TEXTS / "procedure.toml", self.days, PEOPLE, SINCE, down)
        self.lives = 0
        self.unnoted: Counter[Told] = Counter()  # sent when the process died, and not noted
        self.unnoted_messages: list[int] = []  # for each death in between, how many messages
        self._numbers = itertools.count()
        self._deeds: list[Deed] = []
        self._visits: Counter[str] = Counter()
        self._reported: dict[str, datetime] = {}
        self._said: dict[str, datetime] = {}
        self._in_hand: tuple[Deed, Action] | None = None
        #: Of which case, who, and when.
        self.deeds: list[tuple[str, str, datetime]] = []
        # When somebody did something with a case.
        self.touched: defaultdict[str, list[datetime]] = defaultdict(list)
        self.deaths: list[datetime] = []
        self._sent_before = 0
        self._procedure = load_procedure(TEXTS)
        self._policies = Policies(TEXTS)
        closed = tuple(f"{a}/{b}" for a, b in CLOSED)
        self._calendar = Calendar(School(closed=closed))
        self._plan(cases)

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, to: datetime) -> None:
        self._now = to
        self._ticks = 0

    def _reading(self) -> datetime:
        """The clock runs on while somebody does a thing: no two looks at it show the same moment."""
        # The clock's job has the whole minutes to itself, and what it looks at is due at them.
        if self._now.second:
            self._ticks += 1
        return self._now + timedelta(microseconds=self._ticks)

    # --- the plan -------------------------------------------------------------------------------------------

    def _plan(self, cases: int) -> None:
        free: defaultdict[int, datetime] = defaultdict(lambda: BEGIN)
        minutes = int((END - timedelta(days=50) - BEGIN) / MINUTE)
        for at in sorted(BEGIN + self.chance.randrange(minutes) * MINUTE for _ in range(cases)):
            moment = at + timedelta(seconds=self.chance.randrange(1, 60))
            reporter = next(
                n for n in itertools.count(self.chance.randrange(REPORTERS)) if free[n % 40] <= at
            )
            free[reporter % 40] = at + timedelta(hours=1)
            self._later(moment, f"staff{reporter % 40}", "report")
        for duty in self.model.toml["duty"]:
            named = duty["due"] if isinstance(duty["due"], list) else [duty["due"]]
            for month_day in named:
                for year in (2026, 2027):
                    due = Days.at(date.fromisoformat(f"{year}-{month_day}"), datetime.min.time())
                    at = due + timedelta(days=self.chance.uniform(-15, 12))
                    if BEGIN < at < END:
                        self._later(at, PEOPLE[duty["owner"]], "duty", duty["key"])

    def _later(self, at: datetime, who: str, words: str, of: Any = None) -> None:
        # the clock's job has the whole minutes to itself
        at = at.replace(second=at.second or 1, microsecond=0)
        heapq.heappush(self._deeds, Deed(at, next(self._numbers), who, words, of))

    # --- a process ------------------------------------------------------------------------------------------

    async def live(self) -> None:
        self._start()
        for n in range(REPORTERS):
            await self._add(f"staff{n}", "staff")
        for role, person in PEOPLE.items():
            await self._add(person, role)
        await accept_all(await self.store.people(), self.desk)
        while True:
            moment, deed = await self._next()
            if moment >= END:
                break
            if self._down and moment >= self._down[0][0]:
                await self._be_down(*self._down.pop(0), deed)
                continue
            self.now = moment
            await self._until_killed(deed)
        self.model.reaches(END)
        for reference, at in self.model.silences:
            self.touched[reference].append(at)
        await self.store.close()

    async def _add(self, person: str, role: str) -> None:
        await self.store.add_person(Person(person, person, (role,), (f"chat:{person}",), BEGIN))

    def _start(self) -> None:
        self.lives += 1
        self.store = TinyStore.open(self.folder)
        self.desk = Desk(
            self.store,
            self._procedure,
            self._policies,
            self._calendar,
            self._reading,
            platforms=frozenset({"chat"}),
            limits=AT_WILL,
        )
        self.delivery = Delivery(self.desk, {"chat": self.chat})  # type: ignore[dict-item]

    async def _next(self) -> tuple[datetime, Deed | None]:
        """The next deed, or the next minute in which something is due."""
        due = await self.store.next_due()
        today = self.now.astimezone(LONDON).date()
        opening = self.days.opening(today)
        looks = [opening if opening > self.now else self.days.opening(today + DAY)]
        if due is not None:
            looks.append(max(whole_minute(due), whole_minute(self.now + timedelta(seconds=1))))
        look = min(looks)
        if self._deeds and self._deeds[0].at < look:
            deed = heapq.heappop(self._deeds)
            return max(deed.at, self.now), deed
        return look, None

    async def _until_killed(self, deed: Deed | None, *, look: bool = True) -> None:
        """What one moment brings: a deed, or the clock's job; and delivery. Again, where the process dies of it."""
        self._sent_before = len(self.chat.messages)
        try:
            if deed:
                await self._do(deed)
            elif look:
                await sweep(self.desk)
            await self.delivery.tick()
        except Killed:
            self.deaths.append(self.now)
            await self._end()
            self.fate.dead = False
            self._start()
            await self._look_for_unnoted()
            if self._in_hand:
                await self._was_it_done(*self._in_hand)
            await self._until_killed(None, look=deed is None)

    async def _end(self) -> None:
        """As the kernel ends a process: what was under way is not finished, and the lock is free again."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.store.close()

    async def _be_down(self, begin: datetime, end: datetime, deed: Deed | None) -> None:
        await self._end()
        missed = [deed] if deed else []
        while self._deeds and self._deeds[0].at < end:
            missed.append(heapq.heappop(self._deeds))
        for late in missed:  # the chat hands over what came meanwhile, or people press again
            self._later(
                end + timedelta(minutes=self.chance.uniform(20, 400)), late.who, late.words, late.of
            )
        self.now = end
        self._start()
        await self._until_killed(None)

    async def _look_for_unnoted(self) -> None:
        """Messages that were sent at this moment, and are not noted as sent: these may come again."""
        count = 0
        for message in self.chat.messages[self._sent_before :]:
            noted = await self._notices_of(message)
            is_of_day = any(told.kind in ("day", "digest") for told in message.told)
            # What several notices say alike stands there once.
            misses_day = is_of_day and not any(n.key.split()[0] in OF_THE_DAY for n in noted)
            if len(noted) < message.notices or misses_day:
                self.unnoted.update(message.told)
                count += 1
        if count:
            self.unnoted_messages.append(count)

    async def _notices_of(self, message: Message) -> list[Notice]:
        noted = [n for path in (self.folder / "notices").glob("*.json") for n in _loose(path)]
        words = " ".join(
            [
                *(t.of for t in message.told if t.kind in ("step", "above", "ladder", "untaken")),
                *message.other,
            ]
        )
        for reference in set(re.findall(r"\b[2-9B-DF-HJ-NP-TV-XZ]{4}\b", words)):
            if await summary_of(self.store, reference):
                noted += (await self.store.case(reference)).notices
        return [n for n in noted if n.message == f"chat:{message.person} {message.number}"]

    # --- what people do ---------------------------------------------------------------------------------------

    async def _say(self, who: str, words: str, source: str = "") -> Reply:
        """A command; with a source, words to pass on."""
        place = f"chat:{who}"
        incoming = Incoming(
            source or f"{place}:{next(self._numbers)}",
            Sender(place, who),
            place,
            self.now,
            text=words if source else "",
            command=None if source else words,
        )
        reply = await receive(incoming, self.desk)
        assert reply is not None
        return reply

    async def _do(self, deed: Deed) -> None:
        """A deed that is not noted when the process dies is in hand still: see `_was_it_done`."""
        ways = {
            "report": self._report,
            **dict.fromkeys(WHOM, self._about),
            "categorise": self._categorise,
            "duty": self._duty,
        }
        action = await ways.get(deed.words, self._visit)(deed)
        self._in_hand = (deed, action)
        if action.words:
            reply = await self._say(action.who, action.words, action.source)
            assert await action.done(), f"{action.words}: {reply}"
        self._in_hand = None
        await action.after()

    async def _was_it_done(self, deed: Deed, action: Action) -> None:
        """Killed in the middle of a deed: the disk knows. What is not there is done again."""
        self._in_hand = None
        if await action.done():
            await action.after()
        else:
            self._later(self.now + MINUTE, deed.who, deed.words, deed.of)

    async def _report(self, deed: Deed) -> Action:
        source = deed.of = deed.of or f"report{deed.number}"
        again = self._reported.get(deed.who, BEGIN) + timedelta(hours=1)

        async def done() -> bool:
            return await holder_of(self.store, source) is not None

        async def wait() -> None:
            self._later(again, deed.who, deed.words, source)

        if self.now < again and not await done():
            # What comes together, after the bot was down, would be one case.
            return Action(deed.who, "", done, wait)

        async def after() -> None:
            self._reported[deed.who] = self.now
            reference = await holder_of(self.store, source)
            [following] = self.chance.choices([*WHOM, "categorise"], [*WHOM.values(), UNASKED])
            self._later(
                self.now + timedelta(seconds=self.chance.randrange(5, 300)),
                deed.who,
                following,
                reference,
            )

        return Action(deed.who, f"Post number {deed.number}", done, after, source)

    async def _about(self, deed: Deed) -> Action:
        """Whom it is about, which is asked first."""

        async def done() -> bool:
            return (await self.store.case(deed.of)).about is not None

        async def after() -> None:
            self._said[deed.of] = self.now
            self._later(self.now + timedelta(seconds=20), deed.who, "categorise", deed.of)

        return Action(deed.who, f"case about {deed.of} {deed.words}", done, after)

    async def _categorise(self, deed: Deed) -> Action:
        about = (await self.store.case(deed.of)).about
        whom = about.subject if about else ""
        usual = {
            key: weight
            for key, weight in CATEGORIES.items()
            if not (whom == "head" and key == "child-undressed")
        }
        category = self.chance.choices([*usual], [*usual.values()])[0]

        async def done() -> bool:
            return (await self.store.case(deed.of)).category == category

        async def after() -> None:
            opened = (await self.store.case(deed.of)).opened_at
            passed_on = PassedOn(deed.of, deed.who, opened, self._said.get(deed.of, opened))
            self.model.opened(passed_on, category, whom, self.now)
            case = self.model.cases[deed.of]
            waits = [10, 20, 40, 90, 400] if case.urgent else [60, 700, 3000]
            # Nobody looks at it before leaders see it.
            pause = max(case.seen_from - self.now, timedelta())
            longest = self.chance.choice(waits)
            self._visit_later(deed.of, pause + self.chance.uniform(1, longest) * MINUTE)

        return Action(deed.who, f"case category {deed.of} {category}", done, after)

    async def _duty(self, deed: Deed) -> Action:
        due = next(d for d in await all_due(self.desk, self.now) if d.duty.key == deed.of)
        early = (due.day - self.now.astimezone(LONDON).date()).days > 40

        async def done() -> bool:
            return (deed.of, due.day) in {(d.key, d.due) for d in await self.store.memos(DutyDone)}

        async def after() -> None:
            if not early:
                self.model.duty_done(deed.of, due.day, self.now)

        return Action(deed.who, "" if early else f"duty done {deed.of} {due.day}", done, after)

    async def _visit(self, deed: Deed) -> Action:
        """Somebody who may looks at a case, and does one thing with it, or nothing."""
        case = await self.store.case(deed.of)
        self._visits[deed.of] += 1
        who = self.chance.choice(self._able(deed.of))
        words, fact, *details = self._choose(case, who)

        async def done() -> bool:
            # What follows from it has entries of its own.
            return len((await self.store.case(deed.of)).chronology) > len(case.chronology)

        async def after() -> None:
            if words:
                self.touched[deed.of].append(self.now)
                self.model.did(who, fact, deed.of, *details, at=self.now)
                self.deeds.append((deed.of, who, self.now))
            if self.model.cases[deed.of].is_open:
                soon = timedelta(minutes=self.chance.uniform(1, 200))
                self._visit_later(deed.of, soon if self.chance.random() < 0.6 else None)
            elif self.chance.random() < 0.08 and self._visits[deed.of] < 30:
                self._visit_later(deed.of, timedelta(days=self.chance.uniform(0.1, 20)))

        return Action(who, words, done, after)

    def _visit_later(self, reference: str, after: timedelta | None = None) -> None:
        if after is None:
            days = self.chance.choice([0.1, 0.2, 0.4, 0.7, 1, 1, 1.5, 2, 3, 4, 6, 9])
            after = timedelta(days=days * self.chance.uniform(0.5, 1.3))
        self._later(self.now + after, "", "visit", reference)

    def _able(self, reference: str) -> list[str]:
        return sorted(self.model.inside(self.model.cases[reference]))

    def _choose(self, case: Case, who: str) -> tuple[Any, ...]:
        """A command, and what the model is told of it; an empty one for nothing."""
        ref, chance = case.reference, self.chance.random()
        steps = [f for f in case.follow_ups if f.is_open]
        if case.status == "closed":
            return f"case reopen {ref} it is back", "reopened"
        if case.owner is None and chance < (0.95 if case.urgent else 0.7):
            return f"case take {ref}", "taken", who
        if not steps or chance < 0.07 or self._visits[ref] > 25:
            return f"case close {ref} removed because that is that", "closed"
        if chance < 0.11:
            day, number = self._some_day(), next(self._numbers)
            words = f"case add {ref} “ring number {number}” by {_typed(day)}"
            return words, "added", f"ring number {number}", day, who
        if chance < 0.14:
            return f"case again {ref}", "seen_again"
        if chance < 0.25:
            return "", ""
        if chance < 0.33:
            return self._choose_of_removal(case)
        return self._choose_for(ref, self.chance.choice(steps), who)

    def _choose_of_removal(self, case: Case) -> tuple[Any, ...]:
        """What is noted of the one post of a case; nothing where that would change nothing."""
        post, ref = case.removal_of(0), case.reference
        if post.is_gone:
            return f"case removal {ref} there", "seen_there"
        is_of_site = bool(post.requests) and post.requests[-1].way == "site"
        ways: list[tuple[Any, ...]] = [(f"case removal {ref} site 12345", "asked", "site")] * 4
        ways.append((f"case removal {ref} gone", "seen_gone"))
        if is_of_site:
            ways.append((f"case removal {ref} refused", "site_refused"))
        return self.chance.choice(ways)

    def _choose_for(self, ref: str, step: FollowUp, who: str) -> tuple[Any, ...]:
        ways = (
            ["done"] * 5
            + ["not-needed"] * 2
            + ["hand"]
            + [o.replace(" ", "-") for o in step.outcomes] * 2
        )
        if step.postponed < 2 or who in (PEOPLE["head"], PEOPLE["chair"]):
            ways += ["postpone"] * 2
        way = self.chance.choice(ways)
        if way == "hand":
            to = self.chance.choice(self._able(ref))
            return f"case hand {ref} {step.key} to {to}", "handed", step.key, to
        if way == "postpone":
            day = self._some_day()
            words = f"case postpone {ref} {step.key} until {_typed(day)}, because she is ill"
            return words, "put_off", step.key, day
        # Some steps ask what was decided.
        why = " it is gone" if way in ("not-needed", "done") else ""
        return f"case {way} {ref} {step.key}{why}", "settled", step.key, way.replace("-", " ")

    def _some_day(self) -> date:
        return (
            self.now.astimezone(LONDON).date()
            + self.chance.choice([0, 1, 1, 2, 3, 7, 14, 30]) * DAY
        )


def _typed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _loose(path: Path) -> Iterator[Notice]:
    with suppress(ValueError, FileNotFoundError):
        yield record_from(Notice, read_tables(path))
