"""What erasing leaves: a case is opened with unmistakable words, all is done with it that can be, and then nothing that
is stored anywhere holds the words, or its reference, but what was to stay.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Attachment, Choices, Heading, Incoming, Origin, Reply, Sender
from handlers.policies.statement import accept_all
from handlers.sweep import sweep
from handlers.workflow.fetching import fetch
from store.base import Store
from store.model.memos import BackedUp, Erased, Exported, Heard, Showing, Shown
from store.model.records import Notice, Person, Role
from store.postgres import PostgresStore
from tests.databases import contents, database, server
from tests.desks import Time, desk_in
from tests.patience import until

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = timedelta(days=366 * 30)
PEOPLE = (
    *(("asha", "Asha Patel", Role.STAFF), ("ben", "Ben Okafor", Role.HEAD)),
    *(("cleo", "Cleo Martin", Role.DSL), ("efua", "Efua Mensah", Role.CHAIR)),
)
#: In everything that anybody types, and in the file.
WORDS = "quagglethorpe"
FILE = b"\x89PNG quagglethorpe"
#: Where a case is named before it is erased, in a folder and in PostgreSQL.
IN_FOLDERS = {
    *("cases", "notices", "people", ".references"),
    *("searched", "exported", "shown", "questions", "enquiries"),
}
IN_TABLES = {"cases", "sources", "marks", "notices", "people", "evidence", "memos"}
_schools = itertools.count()
_sources = itertools.count()

#: All that is stored, as texts with the names of where they lie.
Dump = Callable[[], dict[str, str]]


class School:
    def __init__(self, desk: Desk, time: Time, dump: Dump) -> None:
        self.desk = desk
        self.time = time
        self.dump = dump

    @property
    def store(self) -> Store:
        return self.desk.store

    async def says(self, who: str, command: str | None = None, **more: object) -> Reply:
        source = f"slack:T1:D{who}:{next(_sources)}"
        sender = Sender(f"slack:T1:{who}", who)
        incoming = Incoming(source, sender, f"slack:D{who}", self.time.now, command=command)
        reply = await reception.receive(replace(incoming, **more), self.desk)  # type: ignore[arg-type]
        assert reply is not None
        return reply

    async def reports(self, who: str, **more: object) -> str:
        """The reference of a new case."""
        reply = await self.says(who, **more)
        headings = [part.text for part in reply.parts if isinstance(part, Heading)]
        found = re.search(r"\b[2-9B-Z]{4}$", headings[0])
        assert found, headings
        return found[0]

    def holding(self, words: str) -> list[str]:
        """Where these words are stored, also as the bytes of a file in a row."""
        in_hex = words.encode().hex()
        found = []
        for where, content in self.dump().items():
            if words.lower() in f"{where}\n{content}".lower() or in_hex in content:
                found.append(where)
        return sorted(found)


def files_in(folder: Path) -> dict[str, str]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes().decode("latin-1")
    return found


def rows_of(school: str) -> dict[str, str]:
    return {table: "\n".join(rows) for table, rows in contents(school).items()}


@pytest.fixture(params=["folder", "postgres"])
async def school(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[School]:
    time = Time(NOW)
    desk = desk_in(tmp_path, time)
    dump: Dump = lambda: files_in(tmp_path / "data")  # noqa: E731
    if request.param == "postgres":
        await desk.store.close()
        key = f"erased-{next(_schools)}"
        desk = replace(desk, store=await PostgresStore.open(database(), key))
        dump = lambda: rows_of(key)  # noqa: E731
    for id, name, role in PEOPLE:
        await desk.store.add_person(Person(id, name, (role,), (f"slack:T1:{id}",), NOW))
    await accept_all(await desk.store.people(), desk)
    await sweep(desk)
    yield School(desk, time, dump)
    await desk.store.close()


async def all_done_with(school: School) -> str:
    """A closed case with which everything was done that leaves anything behind."""
    picture = Attachment("picture", {"file": f"F{WORDS}"}, f"{WORDS}.png", "image/png", len(FILE))
    reference = await school.reports(
        "asha",
        text=f"They write {WORDS} on https://example.org/{WORDS}",
        links=(f"https://example.org/{WORDS}",),
        attachments=(replace(picture, origin=Origin("person", author=WORDS)),),
    )
    for who, command in (
        ("asha", f"case category {reference} bullying"),
        ("asha", f"case about {reference} staff Mr {WORDS}"),
        ("cleo", f"case {reference}"),
        ("ben", f"case take {reference}"),
        ("ben", f"case give {reference} to Cleo"),
        ("cleo", f"case note {reference} The {WORDS} was seen."),
        ("cleo", f"case add {reference} “ring {WORDS}” by Friday"),
        ("cleo", f"case hand {reference} own-1 to Ben"),
        ("ben", f"case postpone {reference} own-1 until 4 December, because {WORDS} is ill"),
        ("cleo", f"case again {reference}"),
        ("cleo", f"case evidence {reference}"),
        ("cleo", f"case log {reference}"),
        ("cleo", f"case find {WORDS}"),
        ("ben", f"case find {reference.lower()}"),
        ("ben", "case searches"),
        ("ben", "case list"),
        ("asha", f"policy What is done about {reference}?"),
        ("cleo", f"case hold {reference} {WORDS} is in court"),
        ("ben", f"case lift {reference}"),
        # Asked, and not answered.
        ("cleo", f"case note {reference}"),
    ):
        await school.says(who, command)
    await _sends_question(school, f"Who looks after {reference.lower()} and the children?")

    case = await school.store.case(reference)

    async def content() -> AsyncIterator[bytes]:
        yield FILE

    [wanted] = [item for item in case.evidence if item.pointer]
    await fetch(reference, wanted, lambda pointer: content(), school.desk)
    await school.store.put(Shown(reference, (Showing("ben", "slack:D1 1.5", NOW),)))
    await school.store.put(Exported("x1", f"Mr {WORDS}", (reference,), NOW))
    await school.store.put(BackedUp("/backup", NOW, NOW))
    await school.store.put(Heard("slack", NOW))
    await school.store.owe(Notice(f"list {reference}", "retention", "ben", NOW, step=reference))
    await sweep(school.desk)
    for notice in (await school.store.case(reference)).notices:
        await school.store.settle(reference, replace(notice, settled=NOW, result="sent"))
    await school.says("ben", f"case close {reference} unfounded because {WORDS} left")
    await school.says("ben", f"case reopen {reference} {WORDS} is back")
    await school.says("ben", f"case close {reference} unfounded because {WORDS} left")
    return reference


async def _sends_question(school: School, words: str) -> None:
    """Ask what the texts do not say, and send that to the leadership, who answer."""
    reply = await school.says("asha", f"policy {words}")
    for part in reply.parts:
        for choice in part.options if isinstance(part, Choices) else ():
            if choice.command.startswith("policy-send"):
                await school.says("asha", choice.command)


async def erased(school: School, reference: str) -> None:
    school.time.now += LATER
    asked = await school.says("ben", f"case erase {reference}")
    [choices] = [part for part in asked.parts if isinstance(part, Choices)]
    await school.says("ben", choices.options[0].command)
    assert await school.store.memo(Erased, reference), "it was not erased"


async def test_nothing_of_it_is_stored_anywhere(school: School) -> None:
    reference = await all_done_with(school)
    where = {place.split("/")[0] for place in school.holding(reference)}
    assert where in (IN_FOLDERS, IN_TABLES)
    await erased(school, reference)
    await sweep(school.desk)

    assert school.holding(WORDS) == []
    places = school.holding(reference)
    assert [place.split("/")[0] for place in places] in (["erased"], ["memos"])
    [memo] = await school.store.memos(Erased)
    assert memo.references == (reference,)
    if places == ["memos"]:
        rows = [row for row in school.dump()["memos"].splitlines() if reference in row]
        assert len(rows) == 1


async def test_what_names_other_cases_too_keeps_what_is_theirs(school: School) -> None:
    gone, stays = await all_done_with(school), await school.reports("efua", text="Another post")
    await school.store.put(Exported("x2", "Ann", (gone, stays), NOW))
    await erased(school, gone)
    exported = {memo.id: memo for memo in await school.store.memos(Exported)}
    assert exported.keys() == {"x2"}
    assert exported["x2"].references == (stays,)
    assert [case.reference for case in await school.store.summaries()] == [stays]


@pytest.mark.parametrize("school", ["postgres"], indirect=True)
async def test_no_dead_rows_of_it_are_left(school: School) -> None:
    """A superuser could read rows that were deleted, until the tables are vacuumed."""
    reference = await all_done_with(school)
    with closing(psycopg.connect(server().get_uri("headsup"), autocommit=True)) as superuser:
        before = _vacuums(superuser)
        await erased(school, reference)
        # The server counts them a moment later.
        await until(lambda: all(_vacuums(superuser)[t] > n for t, n in before.items()))
    assert set(before) >= {"cases", "notices", "memos", "people", "sources", "marks", "evidence"}


def _vacuums(superuser: psycopg.Connection) -> dict[str, int]:
    """How often each table that may hold something of a case was vacuumed."""
    sql = (
        "SELECT relname, vacuum_count FROM pg_stat_user_tables WHERE relname IN "
        "('cases', 'notices', 'memos', 'people', 'sources', 'marks', 'evidence')"
    )
    return dict(superuser.execute(sql).fetchall())
