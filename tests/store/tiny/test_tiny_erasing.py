"""Erasing in the embedded store leaves no file, and a crash in the middle of it leaves no half."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.errors import StoreUnavailable
from store.model.memos import Erased
from store.tiny import TinyStore
from tests.store.made import BEN, NOW, case, item, notice, person
from tests.store.test_erasing import full, leaving
from tests.store.test_evidence import BYTES, DIGEST, pieces

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def tiny(tmp_path: Path) -> AsyncIterator[TinyStore]:
    store = TinyStore.open(tmp_path / "data")
    yield store
    await store.close()


def naming(folder: Path, words: str) -> list[Path]:
    """Files whose name or content holds these words."""
    needle = words.encode()
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if words in str(path) or needle in path.read_bytes()]


async def test_no_file_holds_any_of_it(tiny: TinyStore) -> None:
    made = case(evidence=(item(1, "text", text="what they wrote"), item(2, sha256=DIGEST))).owe(
        notice("n")
    )
    await tiny.add(made)
    await tiny.keep(made.reference, pieces(BYTES), len(BYTES))
    home = tiny.folder / "cases" / made.reference
    (home / "case.damaged1").write_bytes(b"{ what they wrote")
    (home / "evidence" / "0.partial").write_bytes(b"half")
    await tiny.add_person(person("asha"))
    assert len(naming(tiny.folder, "what they wrote")) == 2
    await tiny.erase((made,), leaving(made))
    assert naming(tiny.folder, "what they wrote") == naming(tiny.folder, DIGEST) == []
    assert not home.exists()
    [memo] = naming(tiny.folder, made.reference)
    assert memo.parent.name == "erased"


@pytest.mark.parametrize("at", [0, 1])  # the memo's file, and its folder
async def test_what_cannot_be_written_erases_nothing(
    tiny: TinyStore, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    made = full()
    await tiny.add(made)
    fsync, calls = os.fsync, itertools.count()

    def failing(descriptor: int) -> None:
        if next(calls) == at:
            raise OSError(errno.EIO, "bad")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StoreUnavailable):
        await tiny.erase((made,), leaving(made))
    assert await tiny.case(made.reference) == made
    await tiny.close()
    again = TinyStore.open(tiny.folder)
    assert await again.case(made.reference) == made
    await again.close()


async def test_what_cannot_be_removed_goes_at_the_next_start(
    tiny: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = full()
    await tiny.add(made)

    def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "bad")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rmdir", failing)
        await tiny.erase((made,), leaving(made))
        assert list(await tiny.summaries()) == []
        await tiny.close()
        again = TinyStore.open(tiny.folder)
        assert list(await again.summaries()) == []
        await again.close()
    assert (tiny.folder / "cases" / made.reference).exists()
    again = TinyStore.open(tiny.folder)
    assert not (tiny.folder / "cases" / made.reference).exists()
    await again.close()


async def test_a_copy_that_was_put_back_is_erased_again(tiny: TinyStore) -> None:
    made = full()
    await tiny.add(made)
    home = tiny.folder / "cases" / made.reference
    content = (home / "case.json").read_bytes()
    await tiny.erase((made,), leaving(made))
    home.mkdir()
    (home / "case.json").write_bytes(content)
    await tiny.close()
    again = TinyStore.open(tiny.folder)
    assert not home.exists()
    assert list(await again.summaries()) == []
    await again.close()


async def test_evidence_that_arrives_meanwhile_is_not_kept(tiny: TinyStore) -> None:
    made = full()
    await tiny.add(made)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield BYTES[:1000]
        begun.set()
        await go_on.wait()
        yield BYTES[1000:]

    keeping = asyncio.create_task(tiny.keep(made.reference, slow(), len(BYTES)))
    await begun.wait()
    await tiny.erase((made,), leaving(made))
    go_on.set()
    with pytest.raises(StoreUnavailable):
        await keeping
    assert not (tiny.folder / "cases" / made.reference).exists()


def test_killed_at_any_step_it_is_whole_or_gone(tmp_path: Path) -> None:
    """A process that dies before each single thing that erasing asks of the disk, in turn."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.store.tiny.erasing_killed", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr
    whole, gone = map(int, ran.stdout.split())
    assert whole >= 3  # the memo's file: opened, written, made durable, named
    assert gone >= 10


async def test_the_memo_is_all_that_a_start_needs(tiny: TinyStore) -> None:
    made = full()
    await tiny.add(made)
    await tiny.put(leaving(made))  # as a process leaves it that dies right then
    await tiny.close()
    again = TinyStore.open(tiny.folder)
    assert list(await again.summaries()) == []
    assert await again.memo(Erased, made.reference) == leaving(made)
    assert leaving(made).at == NOW
    await again.close()


async def test_what_is_no_reference_removes_nothing(tiny: TinyStore) -> None:
    made = case()
    await tiny.add(made)
    for n, reference in enumerate(("", ".", "..", "../people", f"../cases/{made.reference}")):
        await tiny.put(Erased((f"222{n}", reference), (), BEN, NOW))
    await tiny.close()
    again = TinyStore.open(tiny.folder)
    assert await again.case(made.reference) == made
    await again.close()
