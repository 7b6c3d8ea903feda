"""`headsup export` gathers what names somebody, copies nothing that nobody may copy, and leaves a trace."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli.export import export
from bot.cli.export.export import export_to
from bot.cli.export.name_search import BY_SURNAME, IN_FULL, PERHAPS, Sought
from bot.cli.keeping.verify import print_findings
from bot.settings import Settings
from handlers.workflow.exports import note_exports
from store.errors import Trouble
from store.model.case import Case
from store.model.memos import Exported
from store.model.records import About, Person, Poster, Role, State, Subject
from store.postgres import PostgresStore
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.bot.cli.test_check import settings
from tests.databases import database
from tests.desks import Time, desk_in
from tests.store.made import NOW, case, item, person
from tests.store.test_evidence import BYTES, DIGEST, pieces

LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)
ASHA = Person("p1", "Asha Patel", (Role.STAFF,), ("slack:T1:asha",), NOW, earlier=("p0",))


class Folder:
    """A folder of cases, and what is exported from it."""

    def __init__(self, parent: Path) -> None:
        self.given: Settings = settings(parent)
        self.store = TinyStore.open(parent / "data")
        self.to = parent / "out"

    async def export(self, name: str = "Asha Patel") -> list[str]:
        """While a bot owns the folder."""
        return await export_to(self.to, name, self.given, LATER)

    async def add(self, made: Case) -> Case:
        await self.store.add(made)
        return made

    def read(self, name: str) -> str:
        return (self.to / name).read_text("utf-8")

    @property
    def pages(self) -> list[str]:
        return sorted(p.stem for p in self.to.glob("????.html"))


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Folder]:
    it = Folder(tmp_path)
    await it.store.add_person(ASHA)
    await it.store.add_person(person("ben", roles=("head",)))
    yield it
    await it.store.close()


async def test_each_way_of_being_named_is_found_with_its_reason(folder: Folder) -> None:
    ways = {
        "they passed it on": case(by="p0"),
        "it is about them": case(about=About(Subject.STAFF, "p1", "Asha Patel")),
        "they posted it, or may have": case(posters=(About(Poster.ACCOUNT, name="@ashapatel"),)),
        "they look after it": case().give("p1", by="ben", at=NOW),
        "entries are by them": case().note("I rang", by="p1", at=NOW),
        "(by name)": case(evidence=(item(1, "text", text="Mrs PATEL, Asha shouted"),)),
        "(by surname)": case().note("I rang Mrs Patel’s mother", by="ben", at=NOW),
    }
    others = (case(by="zoe"), case(by="zoe").note("a patelline dish", by="ben", at=NOW))
    perhaps = case(by="zoe").note("asha, I think", by="ben", at=NOW)
    for made in (*ways.values(), *others, perhaps):
        await folder.add(made)
    said = await folder.export()
    assert said[0].startswith(f"Gathered in {folder.to}: 7 cases.")
    assert folder.pages == sorted(made.reference for made in ways.values())
    for reason, made in ways.items():
        assert reason in folder.read(f"{made.reference}.html")
        assert re.search(
            rf"<td>{made.reference}</td>.*?{re.escape(reason)}", folder.read("index.html")
        )
    index = folder.read("index.html")
    assert not any(made.reference in index for made in others)
    assert perhaps.reference in index[index.index("Perhaps") :]
    assert "p1" in folder.read("other-records.html")
    assert "one calendar month" in folder.read("README.txt")


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        ("Ana O'Brien", "MS O’BRIEN said", BY_SURNAME),
        ("Ana O'Brien", "Brien", ""),
        ("José García-López", "jose garcia lopez", IN_FULL),
        ("Patel, Asha", "asha patel", IN_FULL),
        ("Dr Asha Patel", "the doctor, Dr Who", ""),
        ("Asha Patel", "Asha's", PERHAPS),
        ("Asha Patel", "ashamed of Patels", ""),
        ("Asha", "asha", IN_FULL),
        ("Łukasz", "łukasz", IN_FULL),
    ],
)
def test_a_name_is_whole_words(name: str, text: str, how: str) -> None:
    assert Sought(name).way_in(text) == how


async def test_evidence_is_copied_with_its_hash_but_never_what_nobody_may_copy(
    folder: Folder,
) -> None:
    kept = await folder.add(case(by="p1", evidence=(item(1, sha256=DIGEST, name="../../x.png"),)))
    locked = await folder.add(
        case(by="p1", withheld=True, evidence=(item(1, sha256=DIGEST, name="x.png"),))
    )
    part = await folder.add(
        case(by="p1", joined_to=locked.reference, evidence=(item(1, sha256=DIGEST, name="x.png"),))
    )
    unfetched = await folder.add(case(by="p1", evidence=(item(1, state=State.WITHHELD),)))
    spoilt = await folder.add(
        case(by="p1", evidence=(item(1, sha256=DIGEST), item(2, sha256="0" * 64)))
    )
    for made in (kept, locked, part, spoilt):
        await folder.store.keep(made.reference, pieces(BYTES), len(BYTES))
    damaged = folder.store.folder / "cases" / spoilt.reference / "evidence" / DIGEST
    damaged.chmod(0o600)
    damaged.write_bytes(b"other")
    await folder.export()
    [copy] = (folder.to / "evidence").iterdir()
    assert copy.name == f"{kept.reference}-1.png"
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == DIGEST
    assert DIGEST in folder.read(f"{kept.reference}.html")
    for made in (locked, part, unfetched):
        assert "nobody copies or passes on" in folder.read(f"{made.reference}.html")
    assert "not as it was received" in folder.read(f"{spoilt.reference}.html")
    assert "missing from the disk" in folder.read(f"{spoilt.reference}.html")
    everything = [p for p in folder.to.rglob("*") if p.is_file()]
    assert sum(BYTES in p.read_bytes() for p in everything) == 1
    assert all(p.stat().st_mode & 0o077 == 0 for p in (folder.to, *everything))


async def test_what_was_typed_is_text_and_nothing_else(folder: Folder) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=y> \u202eabc \x1b[31m & Patel"
    made = await folder.add(
        case(by="p1", evidence=(item(1, "text", text=nasty), item(2, state=State.LOST, name=nasty)))
    )
    await folder.export()
    for path in folder.to.glob("*.html"):
        written = path.read_text("utf-8")
        assert not re.search(r"<script|<img|\u202e|\x1b", written)
        assert "default-src 'none'" in written
    assert "&lt;script&gt;" in folder.read(f"{made.reference}.html")
    assert "[U+202E]abc [U+001B][31m &amp; Patel" in folder.read(f"{made.reference}.html")


async def test_it_leaves_a_trace_in_each_case_and_changes_nothing_else(
    folder: Folder, tmp_path: Path
) -> None:
    mine, other = await folder.add(case(by="p1")), await folder.add(case())
    before = {p: p.stat().st_mtime_ns for p in folder.store.folder.rglob("*") if p.is_file()}
    await folder.export()
    after = {p: p.stat().st_mtime_ns for p in folder.store.folder.rglob("*") if p.is_file()}
    [new] = after.keys() - before.keys()
    assert new.parent.name == "exported"
    assert before.items() <= after.items()
    await folder.store.close()
    desk = desk_in(tmp_path, Time(LATER))
    for _ in range(2):
        await note_exports(desk, LATER)
    entries = [
        e for e in (await desk.store.case(mine.reference)).chronology if e.what == "exported"
    ]
    assert [(e.at, e.by) for e in entries] == [(LATER, "headsup")]
    assert await desk.store.case(other.reference) == other
    [memo] = await desk.store.memos(Exported)
    assert (memo.name, memo.references, memo.noted) == ("Asha Patel", (mine.reference,), True)
    assert list(verify(folder.store.folder, Walk())) == []
    await desk.store.close()


async def test_what_could_not_be_gathered_is_not_noted(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await folder.add(case(by="p1"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(export, "put", full)
        with pytest.raises(Trouble):
            await folder.export()
    assert await folder.store.memos(Exported) == []
    with monkeypatch.context() as patch:
        patch.setattr("bot.cli.export.held_records.add_exported", full)
        with pytest.raises(Trouble):
            await folder.export()
    assert not folder.to.exists()  # nothing is handed over of which nobody knows
    await folder.export()
    assert len(await folder.store.memos(Exported)) == 1


async def test_a_running_bot_notes_it_too(folder: Folder, tmp_path: Path) -> None:
    mine = await folder.add(case(by="p1"))
    await folder.store.memos(Exported)
    await folder.export()
    await folder.store.close()
    desk = desk_in(tmp_path, Time(LATER))
    assert await desk.store.memos(Exported)
    desk = replace(desk)
    await export_to(tmp_path / "again", "Asha Patel", folder.given, LATER)
    await note_exports(desk, LATER)
    entries = (await desk.store.case(mine.reference)).chronology
    assert [e.what for e in entries] == ["opened", "exported", "exported"]
    await desk.store.close()


async def test_a_folder_that_holds_something_is_refused(folder: Folder) -> None:
    await folder.add(case(by="p1"))
    folder.to.mkdir()
    (folder.to / "mine.txt").write_text("mine")
    with pytest.raises(Trouble, match="is not empty"):
        await folder.export()
    assert [p.name for p in folder.to.iterdir()] == ["mine.txt"]
    assert await folder.store.memos(Exported) == []
    folder.to = folder.store.folder / "out"
    with pytest.raises(Trouble, match="bot's own folder"):
        await folder.export()
    with pytest.raises(Trouble, match="full name"):
        await folder.export(" Mr ")


async def test_nothing_found_makes_no_folder_and_what_is_damaged_is_named(folder: Folder) -> None:
    assert await folder.export("Nobody Else") == [
        "Nothing that is held names “Nobody Else”. Try other spellings, and the first name alone."
    ]
    assert not folder.to.exists()
    made, broken = await folder.add(case(by="p1")), await folder.add(case(by="p1"))
    (folder.store.folder / "cases" / broken.reference / "case.json").write_bytes(b"{")
    assert "1 files could not be read" in (await folder.export())[1]
    assert f"cases/{broken.reference}" in folder.read("README.txt")
    assert folder.pages == [made.reference]


async def test_from_the_command_line(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await folder.add(case(by="p1"))
    for name in ("headsup_data", "school_file", "policy_texts"):
        monkeypatch.setenv(name.upper(), str(getattr(folder.given, name)))

    async def headsup(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, words)

    ran = await headsup("export", "--person", "Asha Patel", "--to", str(folder.to))
    assert (ran.exit_code, "1 case." in ran.output) == (0, True), ran.output
    ran = await headsup("verify")
    assert (ran.exit_code, ran.output) == (
        0,
        "All is well. Of an earlier version, whose entries say less: a case. "
        "That ends with the next entry of each.\n",
    )
    (tmp_path / "data" / "people" / "ben.json").write_bytes(b"{}")
    ran = await headsup("verify", "--json")
    assert ran.exit_code == 1
    assert '"where": "people/ben.json"' in ran.output
    ran = await headsup("verify", "--against", str(tmp_path / "nowhere"))
    assert isinstance(ran.exception, Trouble)


async def test_a_database_is_not_taken_for_an_empty_folder(folder: Folder, tmp_path: Path) -> None:
    folder.given = settings(tmp_path, DATABASE_URL="postgresql://user@127.0.0.1/school")
    with pytest.raises(Trouble, match="database cannot be reached"):
        await folder.export()
    with pytest.raises(Trouble, match="database cannot be reached"):
        await asyncio.to_thread(print_findings, folder.given, print)
    with pytest.raises(Trouble, match="no copy of the folder"):
        await asyncio.to_thread(print_findings, folder.given, print, against=str(tmp_path))


async def test_what_a_database_holds_is_gathered_and_noted_there(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL="exported")
    store = await PostgresStore.open(database(), "exported")

    async def put(made: Case) -> Case:
        await store.keep(made.reference, pieces(BYTES), len(BYTES))
        await store.add(made)
        return made

    try:
        await store.add_person(ASHA)
        made = await put(case(by="p1", evidence=(item(1, sha256=DIGEST),)))
        locked = await put(case(by="p1", withheld=True, evidence=(item(1, sha256=DIGEST),)))
        lost = case(by="p1", evidence=(item(1, sha256="0" * 64),))
        await store.add(lost)
        await put(
            case(by="zoe", evidence=(item(1, sha256="1" * 64),))
        )  # another's, which is lost as well
        said = await export_to(tmp_path / "out", "Asha Patel", given, LATER)
        assert "3 cases." in said[0]
        assert [p.read_bytes() for p in (tmp_path / "out" / "evidence").iterdir()] == [BYTES]
        for reference, why in (
            (locked.reference, "nobody copies"),
            (lost.reference, "missing from the disk"),
        ):
            assert why in (tmp_path / "out" / f"{reference}.html").read_text()
        [noted] = await store.memos(Exported)
        assert noted.name == "Asha Patel"
        assert set(noted.references) == {made.reference, locked.reference, lost.reference}
    finally:
        await store.close()
