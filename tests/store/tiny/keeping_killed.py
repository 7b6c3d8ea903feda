"""Starts a store again and again, each time dying one file operation later. Prints how often it died; a start that
then knows anything else than it should ends this with a traceback."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from pathlib import Path

from store.tiny import TinyStore
from store.tiny.snapshot import SUMMARIES, SnapshotRules
from tests.store.made import NOW, case, notice
from tests.store.tiny.erasing_killed import die_before

EAGER = SnapshotRules(untouched=-3600, worth=1)
CASES = [case().owe(notice("n")) for _ in range(3)]


async def furnish(folder: Path) -> None:
    """Cases, some of which an earlier start has kept."""
    for made in (CASES[:2], CASES[2:]):
        store = TinyStore.open(folder, EAGER)
        for each in made:
            await store.add(each)
        await store.close()


async def knows_all(folder: Path) -> None:
    store = TinyStore.open(folder, EAGER)
    assert list(await store.summaries()) == [made.summary for made in CASES]
    assert len(await store.claim(NOW, 10, 60)) == len(CASES)
    await store.close()
    assert [path.suffix for path in (folder / SUMMARIES).iterdir()] == [""]


def main(parent: Path) -> None:
    for number in itertools.count():
        folder = parent / str(number)
        asyncio.run(furnish(folder))
        child = os.fork()
        if child == 0:
            die_before(number)
            TinyStore.open(folder, EAGER)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        # What the dead one left, and then what this one has kept.
        for _ in range(2):
            asyncio.run(knows_all(folder))
        if os.waitstatus_to_exitcode(status) == 0:
            break
        assert os.waitstatus_to_exitcode(status) == 9
    print(number)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
