"""A case's life: whatever people do with it, in whatever order, it stays whole, and nobody's to forget."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.outbox.delivery import Delivery
from handlers.desk import Desk
from handlers.messages import Choices, Incoming, Reply, Sender
from handlers.reception import receive
from handlers.rules.access import concerns, is_about_head
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from handlers.sweep import sweep
from handlers.workflow.steps.procedure import owners_of
from store.model.case import Case
from store.model.records import Person, Progress, Role, Status, Subject, Summary
from store.policies import Policies
from store.school.procedure import load_procedure
from store.school.school import School
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.handlers.shown import says_what_it_shows

TEXTS = Path(__file__).parents[3] / "policy_texts"
IN_MEMORY = Path("/dev/shm")  # noqa: S108
AT_WILL = Limits(acts=1_000_000, reports=1_000_000, messages=1_000_000)
BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PROCEDURE, POLICIES = load_procedure(TEXTS), Policies(TEXTS)
CALENDAR = Calendar(School(closed=("2026-12-19/2027-01-03",)))
PEOPLE = {
    "asha": Role.STAFF,
    "ben": Role.HEAD,
    "cleo": Role.DSL,
    "lee": Role.LEADER,
    "dev": Role.ICT,
    "efua": Role.CHAIR,
}
SETTLED = {Progress.DONE, Progress.REFUSED, Progress.NOT_REMOVED, Progress.NOT_NEEDED}

people = st.sampled_from([*PEOPLE])
leaders = st.sampled_from(["ben", "cleo", "lee", "efua", "ben", "cleo"])
numbers = st.integers(0, 40)
categories = st.sampled_from([c.key for c in PROCEDURE.category])
subjects = st.sampled_from(
    [
        *(
            "head",
            "id cleo",
            "id lee",
            "id ben",
            "id efua",
            "me",
            "head and the chair of governors",
        ),
        *("school", "pupil Tom", "staff Mr Ahmed", "unsure", "instead school", "surely1 id lee"),
    ]
)
posters = st.sampled_from(
    ["head", "id cleo", "id lee", "me", "a parent of Year 5", "@lee_smith", "Mr Ahmed", "unknown"]
)
days = st.sampled_from(
    [
        "today",
        "tomorrow",
        "friday",
        "27/11",
        "25 december",
        "in 3 school days",
        "31/02",
        "yesterday",
        "9/9/2099",
    ]
)
outcomes = st.sampled_from(["removed", "unfounded", "no-action", "nonsense", ""])
minutes = st.sampled_from([1, 15, 60, 9 * 60, 24 * 60, 3 * 24 * 60, 14 * 24 * 60, 100 * 24 * 60])

R = TypeVar("R")


class Chat:
    platform = "chat"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, address: str, reply: Reply) -> str:
        self.sent.append((address.partition(":")[2], str(reply.parts)))
        return str(len(self.sent))

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """What stands in place of a message; nobody is told by that."""

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """It is gone."""


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
        self.store = TinyStore.open(Path(self.folder.name))
        self.now = BEGIN
        self.chat = Chat()
        self.desk = Desk(
            self.store,
            PROCEDURE,
            POLICIES,
            CALENDAR,
            lambda: self.now,
            platforms=frozenset({"chat"}),
            limits=AT_WILL,
        )
        self.delivery = Delivery(self.desk, {"chat": self.chat})  # type: ignore[dict-item]
        self.numbers = itertools.count()
        self.references: list[str] = []
        self.before: dict[str, Case] = {}
        self.about_head: dict[str, int] = {}  # messages that were sent when it was said
        self.wait(self._move_in())

    def wait(self, what: Coroutine[Any, Any, R]) -> R:
        return self.loop.run_until_complete(what)

    async def _move_in(self) -> None:
        for name, role in PEOPLE.items():
            await self.store.add_person(
                Person(name, name.title(), (role, Role.STAFF), (f"chat:{name}",), BEGIN)
            )

    def teardown(self) -> None:
        self.wait(self.store.close())
        self.loop.close()
        assert list(verify(self.store.folder, Walk())) == []
        self.folder.cleanup()

    # --- what people do -------------------------------------------------------------------------------------

    def says(self, who: str, command: str) -> Reply:
        number = next(self.numbers)
        self.now += timedelta(seconds=1)
        place = f"chat:{who}"
        incoming = Incoming(
            f"{place}:{number}", Sender(place, who), place, self.now, command=command
        )
        reply = self.wait(receive(incoming, self.desk))
        assert reply is not None
        assert reply.understood, command
        person = self.wait(self.store.by_account(place))
        if person is not None:
            self.wait(says_what_it_shows(reply, person.id, self.desk))
        for part in reply.parts:
            if isinstance(part, Choices):
                assert all(len(choice.command.encode()) <= 64 for choice in part.options)
        return reply

    def case(self, number: int) -> str:
        return self.references[number % len(self.references)]

    def step(self, reference: str, number: int) -> str:
        keys = [f.key for f in self.wait(self.store.case(reference)).follow_ups]
        return [*keys, "letter"][number % (len(keys) + 1)]

    @initialize(category=categories)
    def first_report(self, category: str) -> None:
        self.report("asha")
        self.says("asha", f"case category {self.references[0]} {category}")

    @rule(who=people)
    def report(self, who: str) -> None:
        self.says(who, f"report I saw thing number {next(self.numbers)}")
        known = self.wait(self.store.summaries())
        self.references += [s.reference for s in known if s.reference not in self.references]

    @rule(who=people, case=numbers, category=categories)
    def category(self, who: str, case: int, category: str) -> None:
        self.says(who, f"case category {self.case(case)} {category}")

    @rule(who=people, case=numbers, subject=subjects)
    def about(self, who: str, case: int, subject: str) -> None:
        self.says(who, f"case about {self.case(case)} {subject}")

    @rule(who=people, case=numbers, poster=posters)
    def posted(self, who: str, case: int, poster: str) -> None:
        self.says(who, f"case posted {self.case(case)} {poster}")

    @rule(who=people, case=numbers)
    def urgent(self, who: str, case: int) -> None:
        self.says(who, f"case urgent {self.case(case)}")

    @rule(who=people, case=numbers)
    def take(self, who: str, case: int) -> None:
        self.says(who, f"case take {self.case(case)}")

    @rule(who=leaders, case=numbers, to=people)
    def give(self, who: str, case: int, to: str) -> None:
        self.says(who, f"case give {self.case(case)} to {to}")

    @rule(
        who=leaders,
        case=numbers,
        step=numbers,
        how=st.sampled_from(["done", "done", "refused", "not-removed"]),
    )
    def settle(self, who: str, case: int, step: int, how: str) -> None:
        reference = self.case(case)
        self.says(who, f"case {how} {reference} {self.step(reference, step)}")

    @rule(who=people, case=numbers, step=numbers, why=st.sampled_from(["", "it is gone"]))
    def not_needed(self, who: str, case: int, step: int, why: str) -> None:
        reference = self.case(case)
        self.says(who, f"case not-needed {reference} {self.step(reference, step)} {why}")

    @rule(who=leaders, case=numbers, step=numbers, to=people)
    def hand(self, who: str, case: int, step: int, to: str) -> None:
        reference = self.case(case)
        self.says(who, f"case hand {reference} {self.step(reference, step)} to {to}")

    @rule(who=leaders, case=numbers, step=numbers, day=days)
    def postpone(self, who: str, case: int, step: int, day: str) -> None:
        reference = self.case(case)
        self.says(
            who,
            f"case postpone {reference} {self.step(reference, step)} until {day}, because she is ill",
        )

    @rule(who=leaders, case=numbers, day=days)
    def add(self, who: str, case: int, day: str) -> None:
        self.says(who, f"case add {self.case(case)} “ring the governor” by {day}")

    @rule(who=leaders, case=numbers)
    def again(self, who: str, case: int) -> None:
        self.says(who, f"case again {self.case(case)}")

    @rule(
        who=leaders, case=numbers, outcome=outcomes, why=st.sampled_from(["", " because we agreed"])
    )
    def close(self, who: str, case: int, outcome: str, why: str) -> None:
        self.says(who, f"case close {self.case(case)} {outcome}{why}")

    @rule(who=leaders, case=numbers)
    def reopen(self, who: str, case: int) -> None:
        self.says(who, f"case reopen {self.case(case)} it is back")

    @rule(who=leaders, case=numbers, to=numbers)
    def join(self, who: str, case: int, to: int) -> None:
        self.says(who, f"case join {self.case(case)} to {self.case(to)}")

    @rule(who=people, case=numbers, to=numbers)
    def same(self, who: str, case: int, to: int) -> None:
        self.says(who, f"case same {self.case(case)} {self.case(to)}")

    @rule(who=people, case=numbers)
    def apart(self, who: str, case: int) -> None:
        self.says(who, f"case apart {self.case(case)}")

    @rule(
        who=people,
        case=numbers,
        words=st.sampled_from(["case", "case status", "case note", "case overdue"]),
    )
    def look(self, who: str, case: int, words: str) -> None:
        self.says(who, words if words == "case overdue" else f"{words} {self.case(case)}")

    @rule(
        name=people,
        way=st.sampled_from(["give", "take"]),
        role=st.sampled_from(["dsl", "leader", "chair", "ict"]),
    )
    def roles(self, name: str, way: str, role: str) -> None:
        self.says("ben", f"people {way} {name.title()} the role {role}")

    @rule(minutes=minutes)
    def clock(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.wait(self._minute())
        for reference in self.references:
            wake_at = self.wait(self.store.case(reference)).wake_at
            assert wake_at is None or wake_at > self.now

    async def _minute(self) -> None:
        await sweep(self.desk)
        await self.delivery.tick()

    # --- what is true whatever they did -----------------------------------------------------------------------

    @invariant()
    def every_case_is_whole(self) -> None:
        for summary in self.wait(self.store.summaries()):
            case = self.wait(self.store.case(summary.reference))
            self._has_its_chronology(case)
            self._has_its_state(case)
            self._has_its_owners(case)
            self._concerns_no_reader(case)
            self.before[case.reference] = case

    def _has_its_chronology(self, case: Case) -> None:
        before = self.before.get(case.reference, case)
        assert all(entry.sound for entry in case.chronology)
        assert [e.before for e in case.chronology] == ["", *(e.hash for e in case.chronology[:-1])]
        assert case.chronology[: len(before.chronology)] == before.chronology
        if case.version != before.version and case.follow_ups != before.follow_ups:
            by_the_clock = self._reminding(case) != self._reminding(before)
            assert by_the_clock or len(case.chronology) > len(before.chronology)

    def _reminding(self, case: Case) -> list[tuple[int, tuple[str, ...]]]:
        """Of each step how far the reminders have come, and whose it was by then."""
        return [(step.told, step.whose) for step in case.follow_ups]

    def _has_its_state(self, case: Case) -> None:
        open_steps = [f for f in case.follow_ups if f.is_open]
        if case.status == Status.CLOSED or case.joined_to:
            assert open_steps == []
            pauses = case.status == Status.OPEN and self._may_still_say_whom(case)
            assert case.wake_at is None or pauses
            assert case.alarm_at is None
        else:
            assert bool(case.alarm_at) == (case.urgent and case.owner is None)
            assert not open_steps or case.wake_at
            steps = PROCEDURE.steps(case.category)
            assert {f.key for f in open_steps if not f.key.startswith("own-")} <= {
                s.key for s in steps
            }
            assert {s.key for s in steps if "opening" in s.after} <= {
                f.key for f in case.follow_ups
            }
        assert bool(case.outcome) == (case.status == Status.CLOSED)
        keys = [f.key for f in case.follow_ups]
        assert len(keys) == len(set(keys))
        notices = [n.key for n in case.notices]
        assert len(notices) == len(set(notices))
        for old in self.before.get(case.reference, case).follow_ups:
            new = case.follow_up(old.key)
            assert new is not None
            assert old.progress not in SETTLED or new == old
            assert not new.is_open or new.due > old.opened_at  # type: ignore[operator]

    def _has_its_owners(self, case: Case) -> None:
        around = self.wait(self.desk.around(case))
        matter = around.matter(case)
        assert matter[0].joined_to is None
        able = self._leaders_who_may(matter)
        for follow_up in case.follow_ups:
            if follow_up.is_open:
                owners = owners_of(follow_up, case, around, self.desk)
                if self._may_still_say_whom(case):
                    assert owners == []
                else:
                    assert able == [] or owners

    def _may_still_say_whom(self, case: Case) -> bool:
        """Whether leaders are not to see it yet: ten minutes, and of what is urgent, one."""
        said = [about for about in case.subjects if about.subject != Subject.UNSURE]
        is_open = not said or any(about.candidates for about in said)
        pause = timedelta(minutes=1 if case.urgent else 10)
        is_soon = self.desk.now() < case.opened_at + pause
        # Of a child undressed somebody has to hear at once.
        return is_open and is_soon and not case.withheld and not (said and case.urgent)

    def _leaders_who_may(self, matter: Sequence[Summary]) -> list[str]:
        """Of the head, the safeguarding lead and the chair, those whom no part of it concerns."""
        return [
            person.id
            for person in self.wait(self.store.people())
            if person.has("head", "dsl", "chair") and not concerns(person, matter)
        ]

    def _concerns_no_reader(self, case: Case) -> None:
        """Nobody is sent a word about a case of which they are the subject, or which they posted."""
        if is_about_head([case]) and "ben" not in case.reporters:
            said = self.about_head.setdefault(case.reference, len(self.chat.sent))
            told = [
                words
                for name, words in self.chat.sent[said:]
                if name == "ben" and case.reference in words
            ]
            assert told == []
        else:
            self.about_head.pop(case.reference, None)


def test_no_order_of_commands_breaks_a_case() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
