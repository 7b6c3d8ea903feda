"""What is particular to the embedded store: a folder that people can look into, and that one process owns."""

import asyncio
import builtins
import errno
import gc
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest
from structlog.testing import capture_logs
from tinydb import TinyDB

from store.disk.durable import FULL, PARTIAL, READ_ONLY
from store.disk.lock import IN_USE
from store.errors import Conflict, DamagedCase, StoreUnavailable
from store.model.invitations import Invitation
from store.tiny import TinyStore, add_invitation, read_people
from tests.asking import holder_of
from tests.patience import PATIENCE
from tests.store.made import BEN, NOW, case, item, notice, person
from tests.store.test_evidence import BYTES, DIGEST, pieces


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def tiny(folder: Path) -> AsyncIterator[TinyStore]:
    store = TinyStore.open(folder)
    yield store
    await store.close()


async def _anew(store: TinyStore) -> TinyStore:
    await store.close()
    return TinyStore.open(store.folder)


def _python(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


# --- one owner -----------------------------------------------------------------------------------------

OPEN = """
import sys
from pathlib import Path
from typing import IO, Any
from store.errors import StoreUnavailable
from store.tiny import TinyStore
from tests.patience import PATIENCE
try:
    TinyStore.open(Path(sys.argv[1]))
except StoreUnavailable as error:
    sys.exit(str(error))
"""


async def test_a_second_process_is_refused_in_a_sentence(folder: Path) -> None:
    store = TinyStore.open(folder)
    refused = _python(OPEN, folder)
    assert (refused.returncode, refused.stderr.strip()) == (1, IN_USE.format(folder=folder))
    await store.close()
    assert _python(OPEN, folder).returncode == 0


async def test_the_owner_goes_on_when_another_was_refused(tiny: TinyStore) -> None:
    with pytest.raises(StoreUnavailable, match="Another Heads Up is using"):
        TinyStore.open(tiny.folder)
    await tiny.add(case())
    assert len(await tiny.summaries()) == 1


async def test_invitations_may_be_added_from_outside(tiny: TinyStore) -> None:
    await tiny.add_person(person("ben"))
    made = Invitation("d" * 64, "Ben", ("head",), NOW)
    add_invitation(tiny.folder, made)
    assert await tiny.invitation("d" * 64) == made
    assert [p.id for p in read_people(tiny.folder)] == ["ben"]


async def test_an_invitation_may_come_before_the_first_start(folder: Path) -> None:
    made = Invitation("d" * 64, "Ben", ("head",), NOW)
    add_invitation(folder, made)
    store = TinyStore.open(folder)
    assert await store.use_invitation("d" * 64)
    await store.close()


async def test_nobody_else_may_look_into_it(tiny: TinyStore) -> None:
    made = case(evidence=(item(sha256=DIGEST),))
    await tiny.add(made)
    await tiny.add_person(person("ben"))
    await tiny.keep(made.reference, pieces(BYTES), len(BYTES))
    others = 0o077
    found = [path for path in (tiny.folder, *tiny.folder.rglob("*")) if path.name != ".lock"]
    assert len(found) > 8
    assert [path for path in found if path.stat().st_mode & others] == []
    kept = tiny.folder / "cases" / made.reference / "evidence" / DIGEST
    assert kept.stat().st_mode & 0o777 == 0o400


# --- files as they lie ---------------------------------------------------------------------------------


async def test_stock_tinydb_reads_a_case(tiny: TinyStore) -> None:
    made = case("slack:1", evidence=(item(text="שלום 👋"),)).owe(notice("n"))
    await tiny.add(made)
    with TinyDB(tiny.folder / "cases" / made.reference / "case.json", encoding="utf-8") as db:
        [document] = db.table("case").all()
        assert document["reference"] == made.reference
        assert document["evidence"][0]["text"] == "שלום 👋"
        assert [entry["what"] for entry in db.table("chronology")] == ["opened"]
        assert [owed["key"] for owed in db.table("notices")] == ["n"]


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


async def test_a_write_touches_one_file(tiny: TinyStore) -> None:
    cases = [case() for _ in range(20)]
    for made in cases:
        await tiny.add(made)
    before = _stamps(tiny.folder)
    await tiny.save(cases[7].note("a note", by=BEN, at=NOW))
    after = _stamps(tiny.folder)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed == {tiny.folder / "cases" / cases[7].reference / "case.json"}


async def test_starting_reads_each_file_once(
    tiny: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(20):
        await tiny.add(case())
    read: list[str] = []

    def opened(path: str, *how: object, **more: object) -> IO[Any]:
        read.append(str(path))
        return open_file(path, *how, **more)  # type: ignore[call-overload]

    open_file = builtins.open
    monkeypatch.setattr(builtins, "open", opened)
    again = await _anew(tiny)
    assert len(read) == len(set(read)) == len(await again.summaries()) == 20
    await again.close()


async def test_backing_up_is_copying(tiny: TinyStore, tmp_path: Path) -> None:
    made = case(evidence=(item(sha256=DIGEST),))
    await tiny.add(made)
    await tiny.keep(made.reference, pieces(BYTES), len(BYTES))
    shutil.copytree(tiny.folder, tmp_path / "copy")
    copy = TinyStore.open(tmp_path / "copy")
    assert await copy.case(made.reference) == made
    async with copy.kept(made.reference, DIGEST) as path:
        assert path.read_bytes() == BYTES
    await copy.close()


async def test_what_a_crash_left_half_written_is_removed(tiny: TinyStore) -> None:
    made = case()
    await tiny.add(made)
    home = tiny.folder / "cases" / made.reference
    (home / "evidence").mkdir()
    empty = tiny.folder / "cases" / "7K4M"
    empty.mkdir()
    half = [
        home / f"case.json.1{PARTIAL}",
        home / "evidence" / f"0a{PARTIAL}",
        empty / f"case.json.2{PARTIAL}",
    ]
    half += [
        tiny.folder / "people" / f"x.json.3{PARTIAL}",
        tiny.folder / "invitations" / f"y.json.4{PARTIAL}",
    ]
    for path in half:
        path.write_bytes(b'{"case": {"1": {"refer')
    again = await _anew(tiny)
    assert [path for path in half if path.exists()] == []
    assert [s.reference for s in await again.summaries()] == [made.reference]
    assert again.damaged == {}
    await again.close()


async def test_what_is_not_ours_in_the_folder_does_no_harm(tiny: TinyStore) -> None:
    made = case()
    await tiny.add(made)
    (tiny.folder / "cases" / ".DS_Store").write_bytes(b"\0")
    (tiny.folder / "people" / "notes.txt").write_text("mine")
    (tiny.folder / "cases" / made.reference / "printed.pdf").write_bytes(b"%PDF")
    again = await _anew(tiny)
    assert await again.case(made.reference) == made
    assert again.damaged == {}
    await again.close()


SMALL = ("a.jpg", "b.jpg")


def _small_copies(tiny: TinyStore, *references: str) -> list[Path]:
    """As an earlier version made them."""
    made = [
        tiny.folder / "cases" / ref / "thumbnails" / name for ref in references for name in SMALL
    ]
    for path in made:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"jpeg")
    return made


async def test_small_copies_of_pictures_that_an_earlier_version_made_are_taken_away(
    tiny: TinyStore,
) -> None:
    bad, good = case(), case(evidence=(item(sha256=DIGEST),))
    for made in (bad, good):
        await tiny.add(made)
    await tiny.keep(good.reference, pieces(BYTES), len(BYTES))
    _small_copies(tiny, bad.reference, good.reference)
    (tiny.folder / "cases" / bad.reference / "case.json").write_bytes(b"{")
    again = await _anew(tiny)
    left = {path.name for path in again.folder.glob("cases/*/*")}
    assert left == {"case.damaged1", "case.json", "evidence"}
    async with again.kept(good.reference, DIGEST) as path:
        assert path.read_bytes() == BYTES
    await again.close()


async def test_small_copies_that_cannot_be_taken_away_hinder_no_start_and_go_at_the_next(
    tiny: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = case()
    await tiny.add(made)
    goes, stays = _small_copies(tiny, made.reference)
    unlink = os.unlink

    def failing(path: str | Path, **more: int) -> None:
        if Path(path).name == "b.jpg":
            raise OSError(errno.EROFS, "read-only")
        unlink(path, **more)

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(os, "unlink", failing)
        again = await _anew(tiny)
    assert (goes.exists(), stays.exists()) == (False, True)
    assert [entry["cases"] for entry in logs if entry["log_level"] == "error"] == [1]
    assert await again.case(made.reference) == made
    again = await _anew(again)
    assert not stays.parent.exists()
    await again.close()


async def test_what_people_put_among_the_cases_stays_and_hinders_no_start(tiny: TinyStore) -> None:
    made = case()
    await tiny.add(made)
    cases = tiny.folder / "cases"
    home = cases / made.reference
    (cases / "note.txt").write_text("call the office")
    (cases / f"1a2b{PARTIAL}").touch()
    (home / f"ours{PARTIAL}").mkdir()
    (home / "evidence").write_text("a file in the place of the folder")
    again = await _anew(tiny)
    assert [s.reference for s in await again.summaries()] == [made.reference]
    assert again.damaged == {}
    assert {path.name for path in cases.iterdir()} == {made.reference, "note.txt"}
    assert {path.name for path in home.iterdir()} == {"case.json", "evidence", f"ours{PARTIAL}"}
    await again.close()


async def test_a_start_leaves_the_collector_of_garbage_as_it_was(tiny: TinyStore) -> None:
    await tiny.add(case())
    again = await _anew(tiny)
    assert gc.isenabled()
    await again.close()


# --- damaged files -------------------------------------------------------------------------------------


def _broken(good: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "half": good[: len(good) // 2],
        "zeros": bytes(len(good)),
        "not a TinyDB file": b"[]",
        "no case in it": b'{"case": {}}',
        "not a table": b'{"case": [1]}',
        "without reports": good.replace(b'"reports": [', b'"rapports": ['),
        "a time that is none": good.replace(b"2026-11-24", b"2026-13-24"),
        "another case's": good.replace(b'"reference": "', b'"reference": "X'),
    }


@pytest.mark.parametrize("damage", list(_broken(b"")))
async def test_a_damaged_case_is_put_aside_and_the_others_work(
    tiny: TinyStore, damage: str
) -> None:
    bad, good = case("slack:bad"), case("slack:good")
    for made in (bad, good):
        await tiny.add(made)
    await tiny.keep(bad.reference, pieces(BYTES), len(BYTES))
    home = tiny.folder / "cases" / bad.reference
    broken = _broken((home / "case.json").read_bytes())[damage]
    (home / "case.json").write_bytes(broken)
    again = await _anew(tiny)
    for _ in range(2):  # and it is still known at the start after
        assert list(again.damaged) == [bad.reference]
        aside = again.damaged[bad.reference]
        assert (home / aside).read_bytes() == broken
        with pytest.raises(DamagedCase, match=f"Case {bad.reference} .*{aside}"):
            await again.case(bad.reference)
        with pytest.raises(Conflict):
            await again.add(case(reference=bad.reference))
        async with again.kept(bad.reference, DIGEST) as path:
            assert path.read_bytes() == BYTES
        assert [s.reference for s in await again.summaries()] == [good.reference]
        await again.save((await again.case(good.reference)).note("works", by=BEN, at=NOW))
        again = await _anew(again)
    await again.close()


@pytest.mark.parametrize("damage", [b"{", None])
async def test_a_case_that_is_damaged_meanwhile_is_not_said_to_be_put_aside(
    tiny: TinyStore, damage: bytes | None
) -> None:
    made = case()
    await tiny.add(made)
    again = await _anew(tiny)  # which remembers none that it has read
    path = again.folder / "cases" / made.reference / "case.json"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    with pytest.raises(DamagedCase, match=r"its case\.json is damaged or missing") as raised:
        await again.case(made.reference)
    assert "aside" not in str(raised.value)
    await again.close()


async def test_a_case_that_is_mended_is_back(tiny: TinyStore) -> None:
    made = case()
    await tiny.add(made)
    path = tiny.folder / "cases" / made.reference / "case.json"
    good = path.read_bytes()
    path.write_bytes(b"")
    again = await _anew(tiny)
    path.write_bytes(good)
    again = await _anew(again)
    assert await again.case(made.reference) == made
    assert again.damaged == {}
    await again.close()


async def test_a_damaged_person_is_put_aside_and_the_others_work(tiny: TinyStore) -> None:
    await tiny.add_person(person("asha"))
    await tiny.add_person(person("ben"))
    (tiny.folder / "people" / "asha.json").write_bytes(b"{")
    again = await _anew(tiny)
    assert [p.id for p in await again.people()] == ["ben"]
    assert list(again.damaged) == ["asha"]
    await again.close()


# --- the disk says no ----------------------------------------------------------------------------------


class Disk:
    """`os.fsync`, until told otherwise: fails from its `fails_from`th call on, or waits."""

    def __init__(self) -> None:
        self.error = errno.ENOSPC
        self.fails_from: int | None = None
        self.open = threading.Event()
        self.open.set()
        self.waiting = threading.Event()
        self._fsync = os.fsync

    def fsync(self, descriptor: int) -> None:
        self.waiting.set()
        self.open.wait(10)
        if self.fails_from is not None:
            self.fails_from -= 1
            if self.fails_from < 0:
                raise OSError(self.error, os.strerror(self.error))
        self._fsync(descriptor)

    async def reached(self) -> None:
        await asyncio.to_thread(self.waiting.wait, 10)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    yield disk
    disk.open.set()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (errno.ENOSPC, FULL),
        (errno.EDQUOT, FULL),
        (errno.EFBIG, FULL),
        (errno.EROFS, READ_ONLY),
        (errno.EACCES, READ_ONLY),
        (errno.EIO, "The folder {folder} cannot be used: Input/output error."),
    ],
)
async def test_what_the_disk_says_is_a_sentence(
    tiny: TinyStore, disk: Disk, error: int, sentence: str
) -> None:
    disk.error, disk.fails_from = error, 0
    with pytest.raises(StoreUnavailable) as refused:
        await tiny.add(case())
    assert str(refused.value) == sentence.format(folder=tiny.folder)


@pytest.mark.parametrize(
    "at", [0, 1, 2]
)  # the folder, the file, the folder after the file was put in place
async def test_a_case_that_could_not_be_added_leaves_nothing(
    tiny: TinyStore, disk: Disk, at: int
) -> None:
    made = case("slack:1").owe(notice("n"))
    disk.fails_from = at
    with pytest.raises(StoreUnavailable):
        await tiny.add(made)
    assert await holder_of(tiny, "slack:1") is None
    assert await tiny.claim(NOW, 9, 60) == []
    assert list((tiny.folder / "cases").iterdir()) == []
    disk.fails_from = None
    again = replace(made, reference="7K4M")
    await tiny.add(again)
    await tiny.add(replace(made, reports=(replace(made.reports[0], sources=("slack:2",)),)))
    anew = await _anew(tiny)
    assert await holder_of(anew, "slack:1") == "7K4M"
    await anew.close()


@pytest.mark.parametrize("at", [0, 1])
async def test_a_change_that_could_not_be_written_leaves_the_old(
    tiny: TinyStore, disk: Disk, at: int
) -> None:
    made = case("slack:1").owe(notice("n"))
    await tiny.add(made)
    [(reference, claimed)] = await tiny.claim(NOW, 9, 60)
    disk.fails_from = at
    with pytest.raises(StoreUnavailable):
        await tiny.save(made.note("lost", by=BEN, at=NOW))
    with pytest.raises(StoreUnavailable):
        await tiny.settle(reference, replace(claimed, settled=NOW))
    assert await tiny.case(made.reference) == made
    assert list(tiny.folder.rglob(f"*{PARTIAL}")) == []
    disk.fails_from = None
    saved = await tiny.save(made.note("kept", by=BEN, at=NOW))
    await tiny.settle(reference, replace(claimed, settled=NOW))
    anew = await _anew(tiny)
    kept = await anew.case(made.reference)
    assert kept.chronology == saved.chronology
    assert kept.notices[0].settled
    await anew.close()


async def test_people_that_could_not_be_written_are_as_they_were(
    tiny: TinyStore, disk: Disk
) -> None:
    asha = person("asha")
    await tiny.add_person(asha)
    disk.fails_from = 0
    with pytest.raises(StoreUnavailable):
        await tiny.save_person(replace(asha, name="Lost"))
    with pytest.raises(StoreUnavailable):
        await tiny.add_person(person("ben"))
    with pytest.raises(StoreUnavailable):
        await tiny.add_invitation(Invitation("d" * 64, "Ben", (), NOW))
    assert list(await tiny.people()) == [asha]
    disk.fails_from = None
    await tiny.add_person(person("ben"))
    await tiny.save_person(replace(asha, name="Kept"))
    anew = await _anew(tiny)
    assert sorted(p.name for p in await anew.people()) == ["Ben", "Kept"]
    await anew.close()


@pytest.mark.parametrize("at", [0, 1])
async def test_evidence_that_does_not_fit_leaves_nothing(
    tiny: TinyStore, disk: Disk, at: int
) -> None:
    made = case()
    await tiny.add(made)
    disk.fails_from = at
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await tiny.keep(made.reference, pieces(BYTES), len(BYTES))
    left = tiny.folder / "cases" / made.reference / "evidence"
    assert [p for p in left.rglob("*") if p.is_file()] == []
    disk.fails_from = None
    assert (await tiny.keep(made.reference, pieces(BYTES), len(BYTES))).sha256 == DIGEST


FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from typing import IO, Any
from store.errors import StoreUnavailable
from store.tiny import TinyStore
from tests.store.made import BEN, NOW, case
from tests.store.test_evidence import BYTES, pieces

def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def refused(attempt):
    try:
        await attempt
    except StoreUnavailable as error:
        print(error)

async def main():
    store = TinyStore.open(Path(sys.argv[1]))
    made = case("slack:1")
    await store.add(made)
    room(4096)
    await refused(store.add(case("slack:2").note("x" * 9000, by=BEN, at=NOW)))
    await refused(store.save(made.note("x" * 9000, by=BEN, at=NOW)))
    await refused(store.keep(made.reference, pieces(BYTES), len(BYTES)))
    room(resource.RLIM_INFINITY)
    await store.save(made.note("y" * 9000, by=BEN, at=NOW))
    await store.add(case("slack:2"))
    await store.keep(made.reference, pieces(BYTES), len(BYTES))
    await store.close()

asyncio.run(main())
"""


async def test_a_kernel_that_takes_no_more_bytes(folder: Path) -> None:
    ran = _python(FULL_DISK, folder)
    assert (ran.stdout.splitlines(), ran.stderr) == ([FULL] * 3, "")
    store = TinyStore.open(folder)
    assert store.damaged == {}
    first = await holder_of(store, "slack:1")
    assert first
    assert (await store.case(first)).chronology[-1].details == {"text": "y" * 9000}
    assert await holder_of(store, "slack:2")
    async with store.kept(first, DIGEST) as path:
        assert path.read_bytes() == BYTES
    await store.close()


# --- callers who are cancelled, and those who come at once -----------------------------------------------


async def _cancel(disk: Disk, call: object) -> None:
    """Cancel a call while its bytes are on their way to the disk."""
    disk.waiting.clear()
    disk.open.clear()
    task = asyncio.ensure_future(call)  # type: ignore[call-overload]
    await disk.reached()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_case_whose_caller_went_away_is_kept_once(tiny: TinyStore, disk: Disk) -> None:
    made = case("slack:1")
    await _cancel(disk, tiny.add(made))
    again = asyncio.ensure_future(tiny.add(case("slack:1")))
    disk.open.set()
    with pytest.raises(Conflict):
        await again
    assert await holder_of(tiny, "slack:1") == made.reference
    await _cancel(disk, tiny.save(made.note("a note", by=BEN, at=NOW)))
    other = asyncio.ensure_future(tiny.save(made.note("another", by=BEN, at=NOW)))
    disk.open.set()
    with pytest.raises(Conflict):
        await other
    remembered = await tiny.case(made.reference)
    anew = await _anew(tiny)
    assert await anew.case(made.reference) == remembered
    assert remembered.chronology[-1].details == {"text": "a note"}
    await anew.close()


async def test_a_person_whose_caller_went_away_is_kept_once(tiny: TinyStore, disk: Disk) -> None:
    asha = person("asha", "slack:T1:U7")
    await _cancel(disk, tiny.add_person(asha))
    again = asyncio.ensure_future(tiny.add_person(person("ben", "slack:T1:U7")))
    await asyncio.sleep(0)
    disk.open.set()
    with pytest.raises(Conflict):
        await again
    await _cancel(disk, tiny.save_person(replace(asha, name="One")))
    other = asyncio.ensure_future(tiny.save_person(replace(asha, name="Two")))
    await asyncio.sleep(0)
    disk.open.set()
    with pytest.raises(Conflict):
        await other
    anew = await _anew(tiny)
    assert [p.name for p in await anew.people()] == ["One"]
    await anew.close()


async def test_who_comes_second_waits_until_the_first_is_on_the_disk(
    tiny: TinyStore, disk: Disk
) -> None:
    first, second = case("slack:1"), case("slack:1")
    disk.open.clear()
    winning = asyncio.ensure_future(tiny.add(first))
    losing = asyncio.ensure_future(tiny.add(second))
    await disk.reached()
    assert await holder_of(tiny, "slack:1") is None  # nobody is told before it is durable
    assert not losing.done()
    disk.open.set()
    with pytest.raises(Conflict):
        await losing
    assert (tiny.folder / "cases" / first.reference / "case.json").exists()
    assert await holder_of(tiny, "slack:1") == first.reference
    await winning


async def test_who_waited_for_a_write_that_failed_may_try_again(
    tiny: TinyStore, disk: Disk
) -> None:
    disk.open.clear()
    disk.fails_from = 0
    winning = asyncio.ensure_future(tiny.add(case("slack:1")))
    losing = asyncio.ensure_future(tiny.add(case("slack:1")))
    await disk.reached()
    disk.open.set()
    with pytest.raises(StoreUnavailable):
        await winning
    with pytest.raises(Conflict):
        await losing
    disk.fails_from = None
    await tiny.add(case("slack:1"))
