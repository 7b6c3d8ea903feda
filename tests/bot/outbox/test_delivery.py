"""Delivery: every notice once, in order, soon, and not more messages than anybody can read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.outbox.delivery import Delivery
from bot.outbox.owed import IN_ORDER
from bot.outbox.receiver import MESSAGES
from handlers.desk import Desk
from handlers.menu import COMMANDS
from handlers.messages import (
    Choice,
    Choices,
    DeliveryFailed,
    Heading,
    Incoming,
    Reply,
    Sender,
    Text,
    say,
)
from handlers.reception import receive
from handlers.workflow.changes import apply
from store.errors import StoreUnavailable
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import EvidenceKind, NoticeKind
from store.model.records import About, Notice, Person, Report, Role, State
from tests.desks import Time, desk_in
from tests.patience import PATIENCE, until

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
REFERENCES = [f"{a}{b}22" for a in "BCDFGHJK" for b in "23456789"]


@pytest.fixture
def time() -> Time:
    return Time(TUESDAY)


@pytest.fixture
async def desk(tmp_path: Path, time: Time) -> AsyncIterator[Desk]:
    desk = desk_in(tmp_path, time)
    for name, role in (("asha", Role.STAFF), ("ben", Role.HEAD), ("cleo", Role.DSL)):
        await desk.store.add_person(
            Person(name, name.title(), (role,), (f"slack:{name}",), TUESDAY)
        )
    yield desk
    await desk.store.close()


class Chat:
    """The part of a front-end that sends. Whoever is in `trouble` gets that in place of a message."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Reply]] = []
        self.trouble: dict[str, list[Exception]] = {}
        self.hanging: dict[str, asyncio.Event] = {}
        self.poison = "nothing"
        self.arrived = asyncio.Event()
        self.edited: list[tuple[str, str, Reply]] = []
        self.taken_back: list[tuple[str, str]] = []
        self.at_once = self.most_at_once = 0

    async def send(self, address: str, reply: Reply) -> str:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            name = address.partition(":")[2]
            if name in self.hanging:
                await self.hanging[name].wait()
            await asyncio.sleep(0)
            if self.trouble.get(name):
                raise self.trouble[name].pop(0)
            if self.poison in str(reply):
                raise KeyError("blocks")
            self.shown.append((name, reply))
            self.arrived.set()
            return str(len(self.shown))
        finally:
            self.at_once -= 1

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        self.edited.append((address, message, reply))

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        del instead
        self.taken_back.append((address, message))

    def words(self, name: str) -> list[str]:
        """Each message's text."""
        return [
            "\n".join(p.text for p in reply.parts if isinstance(p, Heading | Text))
            for to, reply in self.shown
            if to == name
        ]

    def references(self, name: str) -> list[list[str]]:
        """Of each message, the cases that it is about, in their order."""
        return [
            list(dict.fromkeys(re.findall(r"case (\w{4})", words, re.IGNORECASE)))
            for words in self.words(name)
        ]


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def delivery(desk: Desk, chat: Chat) -> Delivery:
    return Delivery(desk, {"slack": chat})  # type: ignore[dict-item]


async def _owe(
    desk: Desk, reference: str, to: str = "ben", kind: str = "alert", due: datetime = TUESDAY
) -> Notice:
    """A case of its own, with one notice."""
    urgent = kind == "urgent"
    notice = Notice(f"{reference} {kind} {to}", kind, to, due, waits=kind == "alert")
    report = Report("asha", TUESDAY, (f"slack:{reference}",), "slack:asha")
    made = Case(
        reference,
        TUESDAY,
        (report,),
        category="school-complaint",
        urgent=urgent,
        about=About("school"),
        notices=(notice,),
    )
    await desk.store.add(made.enter(TUESDAY, "asha", "opened"))
    return notice


async def _result(desk: Desk, reference: str) -> str:
    return (await desk.store.case(reference)).notices[0].result


async def test_what_hangs_for_one_person_keeps_nobody_else_waiting(
    desk: Desk, chat: Chat, delivery: Delivery
) -> None:
    chat.hanging["ben"] = asyncio.Event()
    await _owe(desk, "B222", "ben")
    first = asyncio.create_task(delivery.tick())
    while not chat.at_once:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await _owe(desk, "C222", "cleo", "urgent")
    await _owe(desk, "D222", "ben")
    second = asyncio.create_task(delivery.tick())
    await until(lambda: chat.words("cleo"))
    assert chat.words("ben") == []
    chat.hanging["ben"].set()
    await asyncio.gather(first, second)
    assert chat.references("ben") == [["B222"], ["D222"]]


async def test_not_too_many_at_once(desk: Desk, chat: Chat, delivery: Delivery) -> None:
    for n, reference in enumerate(REFERENCES):
        who = f"p{n}"
        await desk.store.add_person(Person(who, who, (Role.LEADER,), (f"slack:{who}",), TUESDAY))
        await _owe(desk, reference, who)
    await delivery.tick()
    assert len(chat.shown) == len(REFERENCES)
    assert 1 < chat.most_at_once <= 20


async def test_what_comes_together_is_one_message(
    desk: Desk, chat: Chat, delivery: Delivery
) -> None:
    for reference in REFERENCES[:5]:
        await _owe(desk, reference)
    await delivery.tick()
    assert chat.references("ben") == [REFERENCES[:4], REFERENCES[4:5]]
    assert {await _result(desk, reference) for reference in REFERENCES[:5]} == {"sent"}
    parts = chat.shown[0][1].parts
    for n, reference in enumerate(REFERENCES[:4], 1):
        at = next(i for i, p in enumerate(parts) if isinstance(p, Heading) and reference in p.text)
        assert parts[at].text == f"{n}. New case {reference}"  # type: ignore[union-attr]
        buttons = parts[at + 2]
        assert isinstance(buttons, Choices)
        assert buttons.options[0] == Choice(
            f"{n}. I'll take it", f"also case take {reference}", "primary"
        )


async def test_one_alone_is_as_it_was(desk: Desk, chat: Chat, delivery: Delivery) -> None:
    await _owe(desk, "B222")
    await delivery.tick()
    (_, reply), *_ = chat.shown
    assert reply.parts[0] == Heading("New case B222")
    assert Choice("Open", "case B222") in reply.parts[2].options  # type: ignore[union-attr]


async def test_a_button_of_several_notices_leaves_the_others_to_be_read(desk: Desk) -> None:
    await _owe(desk, "B222")

    async def tap(command: str) -> Reply | None:
        sender = Sender("slack:ben", "Ben")
        return await receive(Incoming(command, sender, "slack:ben", TUESDAY, command=command), desk)

    taken = await tap("also case take B222")
    assert taken
    assert not taken.replaces
    assert (await desk.store.case("B222")).owner == "ben"
    before = await desk.store.case("B222")
    assert await tap("also case-fold B222")
    assert await desk.store.case("B222") == before
    assert not next(c for c in COMMANDS.all if c.name == "also").typed


async def test_urgent_ones_come_first_and_alone(desk: Desk, chat: Chat, delivery: Delivery) -> None:
    for reference in ("B222", "D222"):
        await _owe(desk, reference)
    for reference in ("C222", "F222"):
        await _owe(desk, reference, kind="urgent")
    await delivery.tick()
    assert chat.references("ben") == [["C222"], ["F222"], ["B222", "D222"]]


async def test_a_few_messages_a_minute_and_then_the_rest_together(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    for reference in REFERENCES[:9]:
        await _owe(desk, reference)
        await delivery.tick()
        time.now += SECOND
    await _owe(desk, "K922", kind="urgent")
    await delivery.tick()
    assert chat.references("ben") == [*([r] for r in REFERENCES[:MESSAGES]), ["K922"]]
    time.now += MINUTE
    await delivery.tick()
    assert chat.references("ben")[MESSAGES + 1 :] == [REFERENCES[4:8], REFERENCES[8:9]]


async def test_retry_after_nothing_is_not_at_once(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    await _owe(desk, "B222")
    chat.trouble["ben"] = [DeliveryFailed("slow down", retry_after=0) for _ in range(1000)]
    await asyncio.wait_for(delivery.tick(), PATIENCE)
    assert len(chat.trouble["ben"]) == 999
    time.now += SECOND
    await delivery.tick()
    assert len(chat.trouble["ben"]) == 998


async def test_it_is_tried_again_to_the_second_and_not_by_the_clock_of_minutes(
    desk: Desk, chat: Chat
) -> None:
    now = datetime.now(UTC)
    delivery = Delivery(replace(desk, now=lambda: datetime.now(UTC)), {"slack": chat})  # type: ignore[dict-item]
    await _owe(desk, "B222", kind="urgent", due=now)
    chat.trouble["ben"] = [DeliveryFailed("slow down", retry_after=1)]
    await delivery.tick()
    assert chat.shown == []
    async with asyncio.timeout(10):
        await chat.arrived.wait()
    assert datetime.now(UTC) - now >= SECOND
    delivery.stop()
    await delivery.alarm.drain()


async def test_a_reporters_card_is_put_right_however_late_an_older_state_of_it_lands(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    wanted = Evidence(1, EvidenceKind.PICTURE, "slack:B222", "asha", TUESDAY, state=State.WANTED)
    report = Report("asha", TUESDAY, ("slack:B222",), "slack:asha")
    case = Case("B222", TUESDAY, (report,), evidence=(wanted,), category="school-complaint")
    await desk.store.add(case.enter(TUESDAY, "asha", "opened"))
    card = replace(say("being fetched"), mentions=frozenset({"B222"}), unfinished="B222")

    async def lands() -> None:
        noted = delivery.shown_log.log_showing(card, "asha").noted
        assert noted
        noted("slack:asha", "1")
        await delivery.shown_log.drain()
        await delivery.tick()

    await lands()
    assert chat.edited == []
    time.now += MINUTE
    kept = replace(wanted, state=State.KEPT, sha256="a" * 64, size=1, kept_at=time.now)
    await apply(desk, "B222", lambda case: case.with_evidence(kept))
    await delivery.tick()
    await delivery.tick()
    assert [(address, message) for address, message, _ in chat.edited] == [("slack:asha", "1")]
    time.now += SECOND
    await lands()
    assert len(chat.edited) == 2
    assert all("Kept: a picture." in str(reply) for _, _, reply in chat.edited)


async def test_what_failed_is_not_overtaken(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    chat.trouble["ben"] = [DeliveryFailed("slow down", retry_after=30)]
    await _owe(desk, "D222")
    await delivery.tick()
    time.now += SECOND
    await _owe(desk, "B222", due=time.now)
    await delivery.tick()
    assert chat.words("ben") == []
    await _owe(desk, "C222", kind="urgent")
    await delivery.tick()
    time.now += 30 * SECOND
    await delivery.tick()
    assert chat.references("ben") == [["C222"], ["D222", "B222"]]


async def test_what_can_never_be_sent_does_not_hold_back_the_rest(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    chat.poison = "D222"
    for reference in ("B222", "D222", "F222"):
        await _owe(desk, reference)
    for _ in range(2 * IN_ORDER):
        await delivery.tick()
        time.now += 2 * MINUTE
    assert chat.references("ben") == [["B222"], ["F222"]]


async def test_sent_and_not_noted_is_not_sent_again(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(reference: str, notice: Notice) -> None:
        raise StoreUnavailable("The disk is full.")

    for reference in REFERENCES[:2]:
        await _owe(desk, reference)
    with monkeypatch.context() as patched:
        patched.setattr(desk.store, "settle", full)
        await delivery.tick()
    assert await _result(desk, REFERENCES[0]) == ""
    time.now += 10 * MINUTE
    await delivery.tick()
    assert chat.references("ben") == [REFERENCES[:2]]
    assert [await _result(desk, reference) for reference in REFERENCES[:2]] == ["sent", "sent"]


async def test_two_ticks_at_once_send_once(desk: Desk, chat: Chat, delivery: Delivery) -> None:
    for reference in REFERENCES[:20]:
        await _owe(desk, reference, "asha", "taken")
        case = await desk.store.case(reference)
        await desk.store.save(case.give("ben", by="ben", at=TUESDAY))
    await asyncio.gather(*(delivery.tick() for _ in range(5)))
    told = [reference for message in chat.references("asha") for reference in message]
    assert told == sorted(REFERENCES[:20])
    assert [len(message) for message in chat.references("asha")] == [10, 10]


async def test_at_night_what_waits_is_put_off_and_the_rest_is_sent(
    desk: Desk, chat: Chat, delivery: Delivery, time: Time
) -> None:
    time.now = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
    await _owe(desk, "B222")
    await _owe(desk, "C222", kind="urgent")
    await delivery.tick()
    assert chat.references("ben") == [["C222"]]
    time.now = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    await delivery.tick()
    assert chat.references("ben") == [["C222"], ["B222"]]


async def test_a_long_notice_stands_alone(
    desk: Desk, chat: Chat, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def long(reference: str, notice: Notice, desk: Desk) -> Reply:
        return say(f"Case {reference}: " + "word " * (600 if reference == "C222" else 20))

    monkeypatch.setattr("bot.outbox.delivery.render_notice", long)
    for reference in ("B222", "C222", "D222", "F222"):
        await _owe(desk, reference)
    await delivery.tick()
    assert chat.references("ben") == [["B222"], ["C222"], ["D222", "F222"]]


async def test_a_digest_stands_alone(
    desk: Desk, chat: Chat, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def week(reference: str, notice: Notice, desk: Desk) -> Reply:
        new = (Heading("New"), Text("B222")) if reference == "C222" else ()
        return Reply((Heading(f"Case {reference}"), *new))

    monkeypatch.setattr("bot.outbox.delivery.render_notice", week)
    for reference in ("B222", "C222", "D222", "F222"):
        await _owe(desk, reference)
    await delivery.tick()
    assert chat.references("ben") == [["B222"], ["C222"], ["D222", "F222"]]


async def test_what_was_sent_in_a_chat_that_runs_no_longer_is_not_taken_back_for_ever(
    desk: Desk, delivery: Delivery
) -> None:
    await _owe(desk, "B222", kind="note")
    case = await desk.store.case("B222")
    gone = replace(case.notices[0], kind=NoticeKind.WITHDRAW, message="telegram:77 5")
    await desk.store.save(case.settle(gone))
    await delivery.tick()
    (notice,) = (await desk.store.case("B222")).notices
    assert (notice.result, notice.settled, notice.tries) == ("failed", TUESDAY, 0)
