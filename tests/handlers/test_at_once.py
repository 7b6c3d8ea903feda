"""Two machines over one database that do the same at the same moment."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from handlers import reception
from handlers.desk import JOINING, Desk, Memory
from handlers.messages import Incoming, Reply, Sender, Text
from handlers.policies.statement import accept_all
from handlers.rules import access
from handlers.rules.limits import Limits
from handlers.school.changing_people import change_person
from handlers.workflow.changes import reconsider
from handlers.workflow.shown import note_shown
from store.model.memos import Enquiry, Erased, Shown
from store.model.records import FollowUp, Person, Role, Status
from store.postgres import PostgresStore
from tests.asking import holder_of
from tests.databases import database
from tests.desks import Time, desk_in
from tests.handlers.rules.test_access import OF_CASES
from tests.store.made import MINUTE, case, item

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
_schools = itertools.count()
_sources = itertools.count()


@pytest.fixture(params=["one process", "two machines"])
async def desks(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    first = desk_in(tmp_path, Time(NOW))
    if request.param == "one process":
        both = (first, first)
    else:
        await first.store.close()
        school = f"together-{next(_schools)}"
        stores = [await PostgresStore.open(database(), school) for _ in range(2)]
        both = (replace(first, store=stores[0]), replace(first, store=stores[1], memory=Memory()))
    for name, role in (("ben", Role.HEAD), ("cleo", Role.DSL), ("gita", Role.STAFF)):
        await both[0].store.add_person(
            Person(name, name.title(), (role,), (f"slack:T1:{name}",), NOW)
        )
    await accept_all(await both[0].store.people(), both[0])
    yield both
    await both[0].store.close()
    if both[1] is not both[0]:
        await both[1].store.close()


def sent(who: str, at: datetime = NOW, **more: Any) -> Incoming:
    source = f"slack:T1:D1:{next(_sources)}"
    return Incoming(source, Sender(f"slack:T1:{who}", who), "slack:D1", at, **more)


async def says(who: str, words: str, desk: Desk) -> str:
    return words_of(await reception.receive(sent(who, command=words), desk))


def words_of(reply: Reply | None) -> str:
    return "\n".join(part.text for part in reply.parts if isinstance(part, Text)) if reply else ""


async def two_cases(desk: Desk) -> tuple[str, str]:
    """That leaders have seen: nobody has said whom they are about, and their pause is over."""
    made = [case(by="gita", at=NOW - HOUR) for _ in range(2)]
    for each in made:
        await desk.store.add(each)
    return made[0].reference, made[1].reference


async def test_two_joins_at_once_make_no_ring(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    for _ in range(9):
        x, y = await two_cases(one)
        await asyncio.gather(
            says("ben", f"case join {x} to {y}", one), says("cleo", f"case join {y} to {x}", other)
        )
        joined = [(await one.store.case(reference)).joined_to for reference in (x, y)]
        assert sorted(map(bool, joined)) == [False, True]


async def test_a_case_is_not_closed_while_another_is_joined(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    x, y = await two_cases(one)
    outcome = one.procedure.outcome[0].key
    async with one.store.alone(JOINING):
        closing = asyncio.create_task(
            says("cleo", f"case close {y} {outcome} because it is over", other)
        )
        await asyncio.sleep(0.1)
        assert (await one.store.case(y)).status == Status.OPEN
    await closing
    assert (await one.store.case(y)).status == Status.CLOSED
    assert "is closed" in await says("ben", f"case join {x} to {y}", one)


# --- reports --------------------------------------------------------------------------------------------


async def test_two_messages_of_one_sender_at_once_are_one_report(desks: tuple[Desk, Desk]) -> None:
    for n in range(9):
        at = NOW - (9 - n) * HOUR
        both = [sent("gita", at, text=words) for words in ("He hit her.", "And then he ran.")]
        await asyncio.gather(*map(reception.receive, both, desks))
        held = {await holder_of(desks[0].store, each.source) for each in both}
        assert len(held) == 1
        kept = await desks[0].store.case(held.pop() or "")
        assert {item.text for item in kept.evidence} == {each.text for each in both}
    assert len(await desks[0].store.summaries()) == 9


async def test_two_reports_of_one_sender_at_once_are_joined_for_now(
    desks: tuple[Desk, Desk],
) -> None:
    for n in range(9):
        at = NOW - (9 - n) * HOUR
        both = [sent("gita", when, text="He hit her.") for when in (at, at + 5 * MINUTE)]
        await asyncio.gather(*map(reception.receive, both, desks))
        cases = [
            await desks[0].store.case(await holder_of(desks[0].store, each.source) or "")
            for each in both
        ]
        assert sorted(bool(each.joined_to) for each in cases) == [False, True]
    assert len(await desks[0].store.summaries()) == 18


async def test_an_album_is_overtaken_by_what_is_answered_in_the_same_chat_alone(
    desks: tuple[Desk, Desk],
) -> None:
    def part(number: int) -> Incoming:
        return replace(
            sent("gita", text=f"He hit her: {number}"), source=f"telegram:7:{number}", album="a"
        )

    answer = await reception.receive(part(1), desks[0])
    assert answer
    assert answer.overtaken
    await reception.receive(sent("gita", text="And then he ran."), desks[1])
    assert not await answer.overtaken()
    await reception.receive(part(2), desks[1])
    assert await answer.overtaken()


async def test_an_erased_case_and_one_that_cannot_be_read_stop_no_report(
    desks: tuple[Desk, Desk],
) -> None:
    one, other = desks
    kept = [sent("gita", NOW - (9 - n) * HOUR, text="He hit her.") for n in range(4)]
    for each in kept[:2]:
        await reception.receive(each, one)
    erased = await one.store.case(await holder_of(one.store, kept[0].source) or "")
    await one.store.erase([erased], Erased((erased.reference,), (), "ben", NOW))
    await reception.receive(kept[2], other)
    if isinstance(one.store, PostgresStore):
        damage = "UPDATE cases SET summary = '{}' WHERE school = :school AND reference = :reference"
        await one.store._change(damage, reference=await holder_of(one.store, kept[2].source))
    await reception.receive(kept[3], other)
    assert await holder_of(one.store, kept[3].source)


async def test_the_same_message_sent_again_to_another_machine_opens_nothing_twice(
    desks: tuple[Desk, Desk],
) -> None:
    for n in range(9):
        again = sent("gita", NOW - (9 - n) * HOUR, text="He hit her.")
        said = await asyncio.gather(*(reception.receive(again, desk) for desk in desks))
        assert said[0] == said[1]
        assert len(await desks[0].store.summaries()) == n + 1


@pytest.mark.parametrize("desks", ["two machines"], indirect=True)
async def test_a_message_that_another_machine_keeps_just_now_is_kept_once(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desks
    again, look_up = sent("gita", text="He hit her."), other.store.by_source
    said: list[Reply | None] = []
    looks = itertools.count(1)

    async def by_source(source: str) -> str | None:
        found = await look_up(source)
        if next(looks) == 2:  # the last one before it is kept
            said.append(await reception.receive(again, one))
        return found

    monkeypatch.setattr(other.store, "by_source", by_source)
    said.append(await reception.receive(again, other))
    assert said[0] == said[-1]
    [summary] = await one.store.summaries()
    assert len((await one.store.case(summary.reference)).evidence) == 1


async def test_a_command_that_is_sent_again_to_another_machine_is_done_once(
    desks: tuple[Desk, Desk],
) -> None:
    """At the same moment, and once more later."""
    desks = tuple(replace(desk, limits=Limits(acts=1_000_000)) for desk in desks)  # type: ignore[assignment]
    idle: set[str] = set()
    for command, (arguments, _) in OF_CASES.items():
        closed = {"status": Status.CLOSED} if command == "case reopen" else {}
        done: list[list[str]] = []
        for at_once, later in ((desks[:1], ()), (desks, desks)):
            both = [
                case(by="ben", owner="ben", follow_ups=(STEP,), evidence=SEEN, **closed)
                for _ in range(2)
            ]
            for each in both:
                await desks[0].store.add(each)
            a, b = (each.reference for each in both)
            words = f"{command} {arguments.format(a=a, b=b)}".replace("Hana Free", "Cleo")
            typed = sent("ben", text=f"/{words}", command=words)
            said = await asyncio.gather(*(reception.receive(typed, desk) for desk in at_once))
            said += [await reception.receive(typed, desk) for desk in later]
            assert len(set(map(words_of, said))) == 1 or command in TOLD_SO, command
            done.append([entry.what for entry in (await desks[0].store.case(a)).chronology[1:]])
        assert done[0] == done[1], command
        idle |= set() if done[0] else {command}
    assert idle == CHANGE_NOTHING


SEEN = (item(1, "text", text="He hit her."),)
STEP = FollowUp("own-1", "Ask", "owner", NOW, "school", outcomes=("refused", "not removed"))
CHANGE_NOTHING = {
    "case answer",
    "case apart",
    "case ask",
    # It offers what can be changed.
    "case change",
    # Nothing was asked when it was opened.
    "case meant",
    "case seen",
    "case later",
    # Ben is no safeguarding lead.
    "case release",
    "case take",
    "case lift",
    "case erase",
}  # of such a case
TOLD_SO = {"case join"}  # that the one is part of the other already


async def test_what_a_person_may_do_in_a_while_is_counted_for_both_machines(
    desks: tuple[Desk, Desk],
) -> None:
    one, other = (replace(desk, limits=Limits(acts=6, reports=4, messages=12)) for desk in desks)
    acts = await asyncio.gather(*(says("gita", "case status", desk) for desk in (one, other) * 6))
    assert sum("in one minute" in said for said in acts) == 6
    earliest = NOW - timedelta(minutes=59)
    reports = [sent("gita", earliest + n * 3 * MINUTE, text=f"He hit her: {n}.") for n in range(16)]
    said = [
        words_of(await reception.receive(each, desk))
        for each, desk in zip(reports, (one, other) * 8, strict=True)
    ]
    assert len(await one.store.summaries()) == 4
    assert sum("no case of its own" in words for words in said) == 8
    assert sum("was not kept" in words for words in said) == 4


# --- enquiries and messages -----------------------------------------------------------------------------


async def test_the_first_answer_to_an_enquiry_counts(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    for n in range(9):
        await one.store.put(Enquiry(f"e{n}", "May I?", "gita", NOW))
        said = await asyncio.gather(
            says("ben", f"policy-answer e{n} Yes.", one),
            says("ben", f"policy-answer e{n} No.", other),
        )
        assert len(set(said)) == 2
        found = await one.store.memo(Enquiry, f"e{n}")
        assert found
        assert found.answer in next(words for words in said if "Yes." in words or "No." in words)


async def test_no_message_that_showed_a_case_is_forgotten(desks: tuple[Desk, Desk]) -> None:
    one, other = desks
    x, _ = await two_cases(one)
    places = [
        f"slack:D{d} {n}" for d in range(2) for n in range(8)
    ]  # each noted by one machine alone
    await asyncio.gather(
        *(
            note_shown([x], "ben", place, desk)
            for place, desk in zip(places, (one, other) * 8, strict=True)
        )
    )
    shown = await one.store.memo(Shown, x)
    assert shown
    assert {showing.message for showing in shown.showings} == set(places)


@pytest.mark.parametrize("command", ["case seen", "case ask", "case answer"])
async def test_what_is_said_from_above_is_said_once(desks: tuple[Desk, Desk], command: str) -> None:
    waiting = replace(case(by="gita"), urgent=True, follow_ups=(STEP,))
    if command == "case answer":
        waiting = waiting.ask(by="cleo", at=NOW)
    await desks[0].store.add(waiting)
    words = f"{command} {waiting.reference} they meet on Friday"
    typed = sent("ben", text=f"/{words}", command=words)
    if command == "case ask":
        typed = sent("cleo", text=f"/{words}", command=words)
    said = await asyncio.gather(*(reception.receive(typed, desk) for desk in desks))
    said += [await reception.receive(typed, desk) for desk in desks]
    assert len(set(map(words_of, said))) == 1
    entered = (await desks[0].store.case(waiting.reference)).chronology[len(waiting.chronology) :]
    assert [entry.what for entry in entered] == [
        {"case seen": "seen", "case ask": "asked", "case answer": "answered"}[command]
    ]


# --- a role that changes meanwhile ----------------------------------------------------------


class Interrupted:
    """A store that does something else as a whole before one of its calls."""

    def __init__(self, store: Any, number: int, something: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._left = number
        self._something = something

    @property
    def is_done(self) -> bool:
        return self._left <= 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if not inspect.iscoroutinefunction(real):
            return real

        async def call(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                await self._something()
            return await real(*given, **named)

        return call


async def changes(id: str, desk: Desk, move: Callable[[Person], Person]) -> None:
    before = await desk.store.person(id)
    after = await change_person(id, move, desk)
    await reconsider(desk, after, before, ["ben"])


async def is_inside(id: str, reference: str, desk: Desk) -> bool:
    person = await desk.store.person(id)
    matter = (await desk.store.case(reference)).summary
    return bool(access.inside([person], [matter], desk.procedure, desk.now()))


@pytest.mark.parametrize(
    "command", ["case take {}", "case give {} to Lee", "case hand {} tell to Lee"]
)
async def test_whoever_loses_the_role_meanwhile_looks_after_nothing(
    desks: tuple[Desk, Desk], command: str
) -> None:
    one, other = desks
    await one.store.add_person(Person("lee", "Lee", (Role.LEADER,), ("slack:T1:lee",), NOW))
    await accept_all(await one.store.people(), one)

    def without(person: Person) -> Person:
        return replace(person, roles=(Role.STAFF,))

    def back(person: Person) -> Person:
        return replace(person, roles=(Role.LEADER,))

    who = "lee" if command.startswith("case take") else "ben"
    number, is_done = 0, True
    while is_done:
        number += 1
        reference, _ = await two_cases(one)
        cut = Interrupted(one.store, number, lambda: changes("lee", other, without))
        await says(who, command.format(reference), replace(one, store=cast(Any, cut)))
        is_done = cut.is_done
        if is_done:
            assert (await other.store.case(reference)).owner != "lee", number
            assert not await is_inside("lee", reference, other), number
            await changes("lee", other, back)
    assert number > 3
