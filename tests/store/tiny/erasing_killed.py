"""Erases a matter of two cases again and again, each time dying one file operation later. Prints how often the
matter was whole afterwards, and how often gone; anything else ends it with a traceback."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from pathlib import Path
from typing import Any

from store.model.case import Case
from store.model.memos import Erased
from store.model.records import Awaiting
from store.tiny import TinyStore
from store.tiny.snapshot import SUMMARIES, SnapshotRules
from tests.store.made import NOW, case, notice, person
from tests.store.test_erasing import full, leaving
from tests.store.test_evidence import BYTES, DIGEST, pieces

OPERATIONS = ("open", "write", "fsync", "replace", "unlink", "rmdir")
ROOT = full(reference="7K4M")
PART = full(reference="7K4N", joined_to="7K4M")
OTHER = case(reference="8K4M")
EAGER = SnapshotRules(untouched=-3600, worth=1)


async def furnish(folder: Path) -> None:
    store = TinyStore.open(folder)
    for made in (ROOT, PART, OTHER):
        await store.add(made)
    for made in (ROOT, PART):
        await store.keep(made.reference, pieces(BYTES), len(BYTES))
    await store.add_person(person("asha", awaiting=Awaiting("case note 7K4N", "slack:D1", NOW)))
    await store.owe(notice("list 7K4M"))
    await store.close()
    # Another start keeps what it has read of them.
    await TinyStore.open(folder, EAGER).close()
    assert b"7K4M" in (folder / SUMMARIES / f"{ord('7'):x}").read_bytes()


def die_before(number: int) -> None:
    """Let this process end as by kill -9 before so many of its file operations are done."""
    left = itertools.count(number, -1)

    def counted(operation: Any) -> Any:
        def wrapped(*arguments: Any, **more: Any) -> Any:
            if next(left) == 0:
                os._exit(9)
            return operation(*arguments, **more)

        return wrapped

    for name in OPERATIONS:
        setattr(os, name, counted(getattr(os, name)))


async def erase(folder: Path, number: int) -> None:
    store = TinyStore.open(folder)
    die_before(number)
    await store.erase((ROOT, PART), leaving(ROOT, PART))
    os._exit(0)


async def is_whole(folder: Path) -> bool:
    """After the next start: whole, or gone without a trace but the memo's."""
    store = TinyStore.open(folder)
    try:
        assert await store.case("8K4M") == OTHER
        asha, memos = await store.person("asha"), await store.memos(Erased)
        if memos:
            assert list(await store.summaries()) == [OTHER.summary]
            assert os.listdir(folder / "cases") == ["8K4M"]
            assert os.listdir(folder / "notices") == []
            assert asha.awaiting is None
            assert not any("7K4" in path.read_text() for path in (folder / SUMMARIES).iterdir())
            return False
        for made in (ROOT, PART):
            await _must_be_whole(store, made)
        assert asha.awaiting
        assert len(os.listdir(folder / "notices")) == 1
        return True
    finally:
        await store.close()


async def _must_be_whole(store: TinyStore, made: Case) -> None:
    assert await store.case(made.reference) == made
    async with store.kept(made.reference, DIGEST) as path:
        assert path.read_bytes() == BYTES


def main(parent: Path) -> None:
    states = []
    for number in itertools.count():
        folder = parent / str(number)
        asyncio.run(furnish(folder))
        child = os.fork()
        if child == 0:
            asyncio.run(erase(folder, number))
        _, status = os.waitpid(child, 0)
        states.append(asyncio.run(is_whole(folder)))
        if os.waitstatus_to_exitcode(status) == 0:
            break
        assert os.waitstatus_to_exitcode(status) == 9
    assert states == sorted(states, reverse=True)  # once gone, gone
    print(states.count(True), states.count(False))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
