"""How often the store is asked for one answer: each thing once, however many cases there are."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Heading, Incoming, Reply, Sender
from handlers.policies.statement import accept_all
from store.model.records import Person, Role
from store.postgres import PostgresStore
from tests.databases import database
from tests.desks import Time, desk_in
from tests.handlers.counting import CountingConnections, CountingStore, as_store
from tests.store.made import case

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
PEOPLE = (("asha", Role.STAFF), ("ben", Role.HEAD), ("cleo", Role.DSL), ("dev", Role.CHAIR))
WORDS = "They write about Year 4 on https://example.org/post"
#: Of others, and of those who ask.
OTHER_CASES = 60
_schools = itertools.count()
_sources = itertools.count()


@dataclass
class Office:
    """A desk, and what its store was asked for the last answer."""

    desk: Desk
    store: CountingStore
    connections: CountingConnections

    async def says(self, who: str, text: str = "", command: str | None = None) -> Reply:
        self.store.calls.clear()
        self.connections.statements.clear()
        source = f"slack:T1:D{who}:{next(_sources)}"
        sender = Sender(f"slack:T1:{who}", who)
        incoming = Incoming(source, sender, f"slack:D{who}", NOW, text=text, command=command)
        reply = await reception.receive(incoming, self.desk)
        assert reply is not None
        return reply

    async def reports(self, who: str, words: str = WORDS) -> str:
        """The reference of a new case."""
        reply = await self.says(who, words)
        heading = next(part.text for part in reply.parts if isinstance(part, Heading))
        found = re.search(r"[2-9B-Z]{4}$", heading)
        assert found, heading
        return found[0]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> CountingConnections:
    counting = CountingConnections()
    execute = counting.wrap(psycopg.AsyncConnection.execute)
    monkeypatch.setattr(psycopg.AsyncConnection, "execute", execute)
    return counting


@pytest.fixture(params=["folder", "postgres"])
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, connections: CountingConnections
) -> AsyncIterator[Office]:
    desk = desk_in(tmp_path, Time(NOW))
    if request.param == "postgres":
        await desk.store.close()
        store = await PostgresStore.open(database(), f"asked-{next(_schools)}")
        desk = replace(desk, store=store)
    for name, role in PEOPLE:
        await desk.store.add_person(Person(name, name.title(), (role,), (f"slack:T1:{name}",), NOW))
    await accept_all(await desk.store.people(), desk)
    counting = CountingStore(desk.store)
    yield Office(replace(desk, store=as_store(counting)), counting, connections)
    await desk.store.close()


def _is_asked(office: Office, calls: int, statements: int | None = None) -> None:
    """At most so often, and for nothing twice."""
    assert office.store.repeats == [], office.store.calls
    _is_asked_at_most(office, calls, statements)


def _is_asked_at_most(office: Office, calls: int, statements: int | None) -> None:
    assert len(office.store.calls) <= calls, office.store.calls
    if statements is not None:
        assert len(office.connections.statements) <= statements, office.connections.statements


async def test_for_a_report(office: Office) -> None:
    await office.reports("asha")
    _is_asked(office, calls=6, statements=6)


async def test_for_a_report_soon_after_another(office: Office) -> None:
    await office.reports("asha")
    await office.says("asha", command="report And on the wall by the gate")
    _is_asked(office, calls=7, statements=7)


async def test_for_a_further_message_of_a_report(office: Office) -> None:
    await office.reports("asha")
    await office.says("asha", "And this as well")
    _is_asked(office, calls=7, statements=7)


async def test_for_saying_what_it_is_about(office: Office) -> None:
    reference = await office.reports("asha")
    await office.says("asha", command=f"case category {reference} bullying")
    _is_asked(office, calls=6, statements=6)
    await office.says("asha", command=f"case about {reference} school")
    _is_asked(office, calls=7, statements=7)


async def test_for_opening_a_case_and_taking_it(office: Office) -> None:
    reference = await office.reports("asha")
    await office.says("asha", command=f"case category {reference} bullying")
    await office.says("asha", command=f"case about {reference} school")
    await office.says("cleo", command=f"case {reference}")  # and is told of copies, once
    _is_asked(office, calls=7, statements=7)
    await office.says("ben", command=f"case take {reference}")
    _is_asked(office, calls=6, statements=7)
    await office.says("cleo", command=f"case {reference}")
    _is_asked(office, calls=6, statements=6)
    await office.says("ben", command=f"case note {reference} Rang the site.")
    _is_asked(office, calls=5, statements=6)


async def test_for_a_case_about_somebody_who_was_shown_it(office: Office) -> None:
    reference = await office.reports("asha")
    await office.says("ben", command=f"case {reference}")
    await office.says("asha", command=f"case about {reference} head")
    # Once it is saved, it is looked for what was shown meanwhile; and for nothing else twice.
    again = [call.partition("(")[0] for call in office.store.repeats]
    assert again == ["memo", "having", "related"], office.store.calls
    _is_asked_at_most(office, calls=16, statements=16)


async def test_for_a_page_of_a_list(office: Office) -> None:
    root = await office.reports("asha")
    for number in range(OTHER_CASES):
        joined = root if number % 3 == 0 else None
        await office.desk.store.add(case(by="asha", at=NOW, owner="cleo", joined_to=joined))
    await office.says("ben", command="case list open 2")
    _is_asked(office, calls=4, statements=4)
    await office.says("asha", command="case status")
    _is_asked(office, calls=4, statements=4)


async def test_for_what_waits_for_somebody(office: Office) -> None:
    root = await office.reports("asha")
    for number in range(OTHER_CASES):
        owner = "ben" if number % 3 == 0 else None
        await office.desk.store.add(case(by="asha", at=NOW, owner=owner, urgent=number % 2 == 0))
    await office.says("ben", command=f"case take {root}")
    await office.says("ben", command="home")
    _is_asked(office, calls=7)
    await office.says("asha", command="home")
    _is_asked(office, calls=2)


async def test_for_a_question_about_the_policies(office: Office) -> None:
    await office.says("asha", command="policy may I be friends with pupils on social media")
    _is_asked(office, calls=3)
