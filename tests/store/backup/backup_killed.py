"""Makes a second backup again and again, each time dying some file operations later, and then one that is whole.
After each death the first backup is put back and looked through. Prints how many died; anything odd is a traceback."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from store.backup import make, restore
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.store.made import NOW, case
from tests.store.test_verifying import furnish
from tests.store.tiny.erasing_killed import die_before

FURTHER = 1  # operations between one death and the next


async def more(folder: Path) -> None:
    store = TinyStore.open(folder)
    for _ in range(3):
        await store.add(case())
    await store.close()


def is_well(place: Path, into: Path, name: str = "") -> int:
    """How many cases are there."""
    walk = Walk()
    restore(str(place), into, name=name)
    assert list(verify(into, walk)) == []
    shutil.rmtree(into)
    return len(walk.cases)


def main(parent: Path) -> None:
    data, place, into = parent / "data", parent / "backups", parent / "restored"
    asyncio.run(furnish(data))
    first = make(data, str(place), NOW)
    asyncio.run(more(data))
    died = 0
    while True:
        child = os.fork()
        if child == 0:
            die_before(1 + FURTHER * died)
            make(data, str(place), NOW + timedelta(days=1))
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert is_well(place, into, first.name) == 2
        if code == 0:
            break
        assert code == 9
        died += 1
    assert is_well(place, into) == 5
    print(died)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
