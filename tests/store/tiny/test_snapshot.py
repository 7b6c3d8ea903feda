"""What a start keeps for the next one never makes that know anything else than the files say.

The judge in nearly all of these is a start that believes nothing: whatever is done to the folder, a start with what
was kept must know the same as one without.
"""

from __future__ import annotations

import builtins
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

import store.model
from store.backup import make, restore
from store.disk import identity
from store.disk.durable import PARTIAL
from store.documents import case_tables
from store.model.case import Case
from store.tiny import TinyStore, snapshot, verifying
from store.tiny.files import put_tables
from store.tiny.snapshot import SUMMARIES, SnapshotRules
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.store.made import BEN, CLEO, MINUTE, NOW, case, item, notice, wanted
from tests.store.test_erasing import full, leaving
from tests.store.test_evidence import BYTES, DIGEST, pieces

ROOT = Path(__file__).parents[3]

#: Everything is kept at once: no test can wait until a file is old.
EAGER = SnapshotRules(untouched=-3600, worth=1)
#: Nothing is ever kept.
NEVER = SnapshotRules(worth=1_000_000)

ERASED = "7K4M"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The references of the cases whose files were read, in order."""
    read: list[str] = []
    open_file = builtins.open

    def opened(path: Any, *how: Any, **more: Any) -> IO[Any]:
        if str(path).endswith("case.json"):
            read.append(Path(path).parent.name)
        return open_file(path, *how, **more)  # type: ignore[no-any-return]

    monkeypatch.setattr(builtins, "open", opened)
    return read


def varied() -> list[Case]:
    """Cases with all that a catalogue takes from them."""
    root = case(evidence=(wanted(1), wanted(2, NOW + MINUTE), item(3, sha256=DIGEST))).owe(
        notice("a"), notice("b", NOW + MINUTE)
    )
    root = root.settle(replace(root.notices[0], settled=NOW, result="sent"))
    part = case().join(root.reference, by=CLEO, at=NOW)
    waking = replace(case(by=BEN), wake_at=NOW + MINUTE)
    return [root, part, waking, case().close("dealt with", by=BEN, at=NOW)]


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A folder with cases, of which an earlier start has kept what it read."""
    made = TinyStore.open(tmp_path / "data")
    for each in varied():
        await made.add(each)
    await made.close()
    await _start(tmp_path / "data")
    return tmp_path / "data"


async def _start(folder: Path, rules: SnapshotRules = EAGER) -> list[Any]:
    """All that a start knows of the cases."""
    store = TinyStore.open(folder, rules)
    later = NOW + 5 * MINUTE
    summaries = await store.summaries()
    known = [
        summaries,
        await store.wanted(later),
        await store.to_wake(later, 100),
        await store.next_due(),
        await store.claim(later, 100, 60),
        await store.unreadable(),
        await store.by_source(*(source for s in summaries for source in s.sources)),
        await store.related([s.reference for s in summaries]),
        await store.related(reporters=[person for s in summaries for person in s.reporters]),
    ]
    await store.close()
    return known


async def _must_be_seen(folder: Path) -> None:
    """A start with what was kept knows what one without knows, and so does the next."""
    with_it = await _start(folder)
    assert with_it == await _start(folder, NEVER)
    shutil.rmtree(folder / SUMMARIES)
    assert with_it == await _start(folder, NEVER)
    await _start(folder)
    assert with_it == await _start(folder)


def _homes(folder: Path) -> list[Path]:
    return sorted((folder / "cases").iterdir())


def _parts(folder: Path) -> list[Path]:
    return sorted((folder / SUMMARIES).glob("*"))


# --- what it is for --------------------------------------------------------------------------------------


async def test_what_has_not_changed_is_not_read_again(folder: Path, reads: list[str]) -> None:
    with_it = await _start(folder)
    assert reads == []
    assert with_it == await _start(folder, NEVER)
    await _must_be_seen(folder)


async def test_what_has_changed_is_read_and_nothing_else(folder: Path, reads: list[str]) -> None:
    store = TinyStore.open(folder, EAGER)
    reference = (await store.summaries())[0].reference
    await store.save((await store.case(reference)).note("Seen.", by=BEN, at=NOW))
    new = case()
    await store.add(new)
    await store.close()
    reads.clear()
    await _start(folder)
    assert reads == [reference, new.reference]
    await _must_be_seen(folder)


async def test_a_small_school_keeps_nothing(tmp_path: Path) -> None:
    store = TinyStore.open(tmp_path)
    for _ in range(10):
        await store.add(case())
    await store.close()
    await _start(tmp_path, SnapshotRules(untouched=-3600))
    assert _parts(tmp_path) == []


async def test_it_is_the_owners_alone(folder: Path) -> None:
    assert _parts(folder)
    assert [p for p in (folder / SUMMARIES, *_parts(folder)) if p.stat().st_mode & 0o077] == []


async def test_a_backup_leaves_it_out(folder: Path, tmp_path: Path) -> None:
    make(folder, str(tmp_path / "backup"), NOW)
    restore(str(tmp_path / "backup"), tmp_path / "restored")
    assert not (tmp_path / "restored" / SUMMARIES).exists()
    assert await _start(tmp_path / "restored", NEVER) == await _start(folder)


# --- whatever is done to the cases -----------------------------------------------------------------------


def _edit(home: Path) -> None:
    """In place, to as many bytes, and with the times that it had."""
    path = home / "case.json"
    before = path.stat()
    content = path.read_bytes()
    edited = content.replace(b'"version": 0', b'"version": 7')
    assert len(edited) == len(content) != 0
    assert edited != content
    with path.open("r+b") as file:
        file.write(edited)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _put_an_older_one_back(home: Path) -> None:
    """With its times, as `cp -p` does it."""
    path = home / "case.json"
    before = path.stat()
    made = case(reference=home.name, category="older")
    put_tables(home / "older", case_tables(made))
    os.utime(home / "older", ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.copy2(home / "older", path)
    (home / "older").unlink()


def _rename_an_older_one_into_place(home: Path) -> None:
    path = home / "case.json"
    put_tables(home / "older", case_tables(case(reference=home.name, category="older")))
    shutil.copystat(path, home / "older")
    (home / "older").rename(path)


def _remove_the_file(home: Path) -> None:
    (home / "case.json").unlink()


def _remove_it(home: Path) -> None:
    shutil.rmtree(home)


def _make_it_a_file(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("a note")


def _cut_it(home: Path) -> None:
    os.truncate(home / "case.json", 20)


def _make_it_a_pipe(home: Path) -> None:
    (home / "case.json").unlink()
    os.mkfifo(home / "case.json")


def _swap(home: Path) -> None:
    """With another case: both files are as they were, and each in the other's place."""
    other = _homes(home.parent.parent)[-1]
    home.rename(home.parent / "swapping")
    other.rename(home)
    (home.parent / "swapping").rename(other)


def _link(home: Path) -> None:
    """Its folder is elsewhere."""
    shutil.move(home, home.parent.parent.parent / "elsewhere")
    home.symlink_to(home.parent.parent.parent / "elsewhere")


CHANGES = [
    _edit,
    _put_an_older_one_back,
    _rename_an_older_one_into_place,
    _remove_the_file,
    _remove_it,
    _make_it_a_file,
    _cut_it,
    _make_it_a_pipe,
    _swap,
    _link,
]


@pytest.mark.parametrize("change", CHANGES)
async def test_whatever_is_done_to_a_case_is_seen(
    folder: Path, change: Callable[[Path], None]
) -> None:
    before = await _start(folder)
    change(_homes(folder)[0])
    after = await _start(folder, EAGER)
    assert after == await _start(folder, NEVER)
    assert after != before or change is _link
    await _must_be_seen(folder)


async def test_a_folder_that_was_copied_elsewhere_is_read_anew(
    folder: Path, tmp_path: Path, reads: list[str]
) -> None:
    shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copy2)
    reads.clear()
    assert _parts(tmp_path / "copy")
    known = await _start(tmp_path / "copy")
    assert reads == [home.name for home in _homes(folder)]
    assert known == await _start(folder, NEVER)


async def test_what_was_being_written_is_taken_away_all_the_same(folder: Path) -> None:
    store = TinyStore.open(folder, EAGER)
    home = _homes(folder)[0]
    await store.keep(home.name, pieces(BYTES), len(BYTES))
    await store.close()
    await _start(folder)
    for place in (home, home / "evidence"):
        (place / f"0{PARTIAL}").write_bytes(b"half")
        await _start(folder)
        assert not (place / f"0{PARTIAL}").exists()


async def test_what_was_changed_a_moment_ago_is_not_believed(
    tmp_path: Path, reads: list[str]
) -> None:
    """A clock of a file system goes by steps: a second change in one of them does not show."""
    rules = SnapshotRules(worth=1)
    store = TinyStore.open(tmp_path, rules)
    await store.add(case())
    await store.close()
    reads.clear()
    before = await _start(tmp_path, rules)
    assert len(reads) == 1
    assert _parts(tmp_path) == []
    # In the same step as that start has read it, perhaps.
    _edit(_homes(tmp_path)[0])
    assert await _start(tmp_path, rules) == await _start(tmp_path, NEVER) != before


# --- whatever becomes of what was kept -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
async def test_a_broken_part_is_as_if_it_had_never_been(
    folder: Path, seed: int, reads: list[str]
) -> None:
    chance = random.Random(seed)
    [part] = _parts(folder)
    content = bytearray(part.read_bytes())
    if seed % 2:
        del content[chance.randrange(len(content)) :]
    else:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    part.write_bytes(content)
    known = await _start(folder)
    assert reads == [home.name for home in _homes(folder)]
    assert known == await _start(folder, NEVER)


async def test_what_other_code_has_kept_is_not_believed(folder: Path, reads: list[str]) -> None:
    """Another version may summarise a case in another way."""
    [part] = _parts(folder)
    _, _, content = part.read_bytes().partition(b"\n")
    other = hashlib.sha256(hashlib.sha256(b"other code").digest() + content).hexdigest()
    part.write_bytes(other.encode() + b"\n" + content)
    await _start(folder)
    assert reads == [home.name for home in _homes(folder)]


def test_all_code_of_which_a_summary_is_made_names_it() -> None:
    """What is left out of this is believed by a version that has another rule there."""
    makers = set(snapshot._makers())
    folder = Path(store.model.__file__).parent
    for path in folder.rglob("*.py"):
        inside = path.relative_to(folder).with_suffix("").parts
        assert path.name == "__init__.py" or ".".join(("store.model", *inside)) in makers


async def test_one_that_cannot_be_written_keeps_nobody_from_starting(folder: Path) -> None:
    shutil.rmtree(folder / SUMMARIES)
    (folder / SUMMARIES).write_text("a file in its place")
    assert await _start(folder) == await _start(folder, NEVER)


def test_killed_at_any_step_of_keeping_it_the_next_start_knows_all(tmp_path: Path) -> None:
    """A process that dies before each single thing that a start asks of the disk, in turn."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.store.tiny.keeping_killed", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) >= 5  # opened, written, made durable, named, and its folder


async def test_whoever_rewrites_it_is_found_by_verify(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed again, a start would believe it."""
    monkeypatch.setattr(verifying, "AGAIN", 0.0)
    assert _lies(folder) == []
    [part] = _parts(folder)
    _, _, content = part.read_bytes().partition(b"\n")
    forged = content.replace(b'"asha"', b'"finn"')
    part.write_bytes(snapshot._seal(forged) + b"\n" + forged)
    [mine, another, *_] = _lies(folder)
    reference = _homes(folder)[0].name
    assert mine == f"{SUMMARIES}/{part.name} ({reference})"

    store = TinyStore.open(folder, NEVER)
    await store.save((await store.case(reference)).note("Seen.", by=BEN, at=NOW))
    await store.close()
    # What has changed is read, whatever was kept of it.
    assert _lies(folder)[0] == another


def _lies(folder: Path) -> list[str]:
    return [found.where for found in verify(folder, Walk()) if found.where.startswith(SUMMARIES)]


# --- what was erased -------------------------------------------------------------------------------------


def _naming(folder: Path, words: str) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if words.encode() in path.read_bytes()]


async def test_nothing_is_kept_of_what_was_erased(folder: Path) -> None:
    store = TinyStore.open(folder, EAGER)
    made = full(reference=ERASED)
    await store.add(made)
    await store.close()
    await _start(folder)
    assert [path for path in _naming(folder, ERASED) if path.parent.name == SUMMARIES]

    store = TinyStore.open(folder, EAGER)
    await store.erase([made], leaving(made))
    [memo] = _naming(folder, ERASED)
    assert memo.parent.name == "erased"
    await store.close()
    await _must_be_seen(folder)
    assert _naming(folder, ERASED) == [memo]


@pytest.mark.parametrize("left", [0, 1, 3])
async def test_nothing_is_kept_of_what_somebody_has_removed(folder: Path, left: int) -> None:
    for home in _homes(folder)[left:]:
        shutil.rmtree(home)
    await _start(folder, SnapshotRules())
    assert sum(path.read_bytes().count(b'"look":') for path in _parts(folder)) == left
    assert len(_parts(folder)) == (left > 0)


async def test_nothing_is_kept_where_the_disk_does_not_tell_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("36 35 98:0 / / rw,noatime - nfs4 server:/ rw\n")
    monkeypatch.setattr(identity, "MOUNTS", mounts)
    known = await _start(folder)
    assert reads == [home.name for home in _homes(folder)]
    assert _parts(folder) == []
    assert known == await _start(folder, NEVER)
