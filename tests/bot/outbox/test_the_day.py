"""The message of the day: whoever cannot be reached keeps nothing from the others, and one is in a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.outbox.delivery import Delivery
from handlers.desk import Desk
from handlers.messages import DeliveryFailed, Heading, Reply, Text
from handlers.policies.statement import accept_all
from handlers.school.digest import digest
from handlers.sweep import sweep
from handlers.workflow.changes import apply
from store.model.case import Case
from store.model.kinds import NoticeKind
from store.model.memos import Shown
from store.model.records import About, Person, Role
from tests.desks import Time, desk_in
from tests.store.made import case as made

TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Chat:
    """A front-end that remembers; nobody of `lost` is reached."""

    platform: str = "slack"
    lost: set[str] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    async def send(self, address: str, reply: Reply) -> str:
        person = address.partition(":")[2]
        if person in self.lost:
            raise DeliveryFailed("they have left the workspace", permanent=True)
        words = words_of(reply)
        self.sent.append((person, words))
        if reply.noted:
            reply.noted(address, str(len(self.sent)))
        return str(len(self.sent))

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        self.gone.append(message)

    def to(self, person: str) -> list[str]:
        return [words for to, words in self.sent if to == person]

    def of_the_day(self, person: str) -> list[str]:
        """The ids of these messages."""
        found = []
        for number, (to, words) in enumerate(self.sent, 1):
            if to == person and words.startswith(("Today, ", "Your week")):
                found.append(str(number))
        return found


def words_of(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts if isinstance(part, Heading | Text))


@pytest.fixture
def time() -> Time:
    return Time(TUESDAY)


@pytest.fixture
async def desk(tmp_path: Path, time: Time) -> AsyncIterator[Desk]:
    desk = desk_in(tmp_path, time)
    for name, role in (("ben", Role.HEAD), ("cleo", Role.DSL)):
        person = Person(name, name.title(), (role,), (f"slack:{name}",), TUESDAY - 30 * DAY)
        await desk.store.add_person(person)
    await accept_all(await desk.store.people(), desk)
    yield desk
    await desk.store.close()


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def delivery(desk: Desk, chat: Chat) -> Delivery:
    return Delivery(desk, {"slack": chat})  # type: ignore[dict-item]


async def overdue_case(desk: Desk, *, owner: str) -> Case:
    """A case with a step that is overdue since yesterday."""

    def with_step(case: Case) -> Case:
        yesterday = desk.calendar.closing(TUESDAY.date() - DAY)
        taken = case.give(owner, by=owner, at=TUESDAY - 3 * DAY)
        return taken.add_step("Ring home", yesterday, "owner", by=owner, at=TUESDAY - 3 * DAY)

    case = made(about=About("school"), at=TUESDAY - 3 * DAY)
    await desk.store.add(case)
    return await apply(desk, case.reference, with_step)


async def minute(desk: Desk, delivery: Delivery) -> None:
    await sweep(desk)
    await delivery.tick()
    await delivery.shown_log.drain()


async def test_what_somebody_cannot_be_told_goes_to_the_next_of_the_ladder(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    case = await overdue_case(desk, owner="ben")
    chat.lost.add("ben")
    await minute(desk, delivery)
    time.now += DAY
    await minute(desk, delivery)
    assert any(
        f"Case {case.reference}: overdue since" in words and "Ring home" in words
        for words in chat.to("cleo")
    )
    await minute(desk, delivery)
    passed_on = [n for n in (await desk.store.case(case.reference)).notices if n.to == "cleo"]
    assert len([n for n in passed_on if n.kind == NoticeKind.OVERDUE]) == 2
    # And she sees that Ben does not hear of it.
    said = words_of(await digest(await desk.store.person("cleo"), time.now, desk))
    assert f"Could not be delivered\n{case.reference} · to Ben" in said


async def test_what_was_taken_away_is_not_remembered_as_shown(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    case = await overdue_case(desk, owner="ben")
    for day in range(4):
        time.now = TUESDAY + day * DAY
        await minute(desk, delivery)
        await minute(desk, delivery)
    assert len(chat.of_the_day("ben")) == 4
    assert chat.gone == chat.of_the_day("ben")[:3]
    shown = await desk.store.memo(Shown, case.reference)
    assert shown is not None
    assert {showing.message for showing in shown.showings}.isdisjoint(
        f"slack:ben {number}" for number in chat.gone
    )


async def test_a_day_without_anything_due_takes_the_list_of_before_away(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    case = await overdue_case(desk, owner="ben")
    await minute(desk, delivery)
    time.now += DAY
    await minute(desk, delivery)
    assert chat.to("ben")[-1].startswith("Today, Wed 25 November")
    await apply(
        desk,
        case.reference,
        lambda c: c.settle_step("own-1", "done", by="ben", at=time.now),
    )
    time.now += DAY
    await minute(desk, delivery)
    # Tuesday's digest went when Wednesday's list came, and that on Thursday.
    assert len(chat.of_the_day("ben")) == 2
    assert chat.gone == chat.of_the_day("ben")


async def test_a_second_process_sends_it_no_second_time(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    await overdue_case(desk, owner="ben")
    await minute(desk, delivery)
    desk.memory.told.clear()
    other = Delivery(desk, {"slack": chat})  # type: ignore[dict-item]
    await minute(desk, other)
    time.now += timedelta(hours=3)
    await minute(desk, other)
    assert len(chat.of_the_day("ben")) == 1
