"""A process whose disk fails in one order after another. It says, as JSON, what its senders were told.

Run with the library of `faults.c` loaded before all others, or by itself: then the calls of `os` are
replaced. Takes the folder, and the number of the order in which it dies while the disk still fails.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import itertools
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from store.errors import StoreUnavailable
from store.model.memos import Enquiry
from store.tiny import TinyStore
from tests.store.made import ASHA, BEN, NOW, case, notice, person

CALLS = ("fsync", "rename", "unlink", "rmdir", "mkdir")
#: As often somebody tries while the disk fails.
TRIES = 3


@dataclass(frozen=True)
class Fault:
    call: str
    #: Calls that pass before.
    after: int = 0
    #: How many fail; all of them where it is less than 0.
    times: int = -1
    #: It says that it failed, and has done its work.
    is_done: bool = False


FIRST = [
    *(Fault("fsync", after, times) for after in range(4) for times in (1, -1)),
    *(Fault("rename", 0, times, done) for times in (1, -1) for done in (False, True)),
    *(Fault("mkdir", 0, 1, done) for done in (False, True)),
]
#: What fails beside it, when it is to be taken back.
BESIDE: list[tuple[Fault, ...]] = [
    (),
    (Fault("unlink"),),
    (Fault("unlink", 0, 1),),
    (Fault("unlink", is_done=True),),
    (Fault("rmdir"),),
    (Fault("unlink"), Fault("rmdir")),
    (Fault("rename", 1),),
]


def orders() -> Iterator[list[Fault]]:
    for first, beside in itertools.product(FIRST, BESIDE):
        if first.call not in {fault.call for fault in beside}:
            yield [first, *beside]


class _Replaced:
    """The same by calls of `os`, where there is no compiler."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}
        for call in CALLS:
            self._replace(call, "replace" if call == "rename" else call)

    def _replace(self, call: str, name: str) -> None:
        real = getattr(os, name)
        counts = {"calls": 0}
        self.faults[call] = Fault(call, times=0)

        def perhaps(*given: Any, **more: Any) -> Any:
            fault = self.faults[call]
            if getattr(perhaps, "fault", None) is not fault:
                perhaps.fault, counts["calls"] = fault, 0  # type: ignore[attr-defined]
            number = counts["calls"] - fault.after
            counts["calls"] += 1
            if number < 0 or (0 <= fault.times <= number):
                return real(*given, **more)
            if fault.is_done:
                real(*given, **more)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        setattr(os, name, perhaps)

    def set(self, fault: Fault) -> None:
        self.faults[fault.call] = replace(fault)


class _Loaded:
    """By the library that is loaded before all others."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ["LD_PRELOAD"])

    def set(self, fault: Fault) -> None:
        number = CALLS.index(fault.call)
        self._library.set_fault(number, fault.after, fault.times, int(fault.is_done))


class Told:
    """What was tried with the disk in one order of failing, and what became of it."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.refused: list[str] = []

    async def tries(self, name: str, write: Callable[[], Awaitable[Any]]) -> bool:
        try:
            await write()
        except StoreUnavailable:
            self.refused.append(name)
            return False
        self.kept.append(name)
        return True


def heal(disk: _Loaded | _Replaced) -> None:
    for call in CALLS:
        disk.set(Fault(call, times=0))


async def main(folder: Path, killed_in: int | None = None) -> None:
    disk = _Loaded() if "LD_PRELOAD" in os.environ else _Replaced()
    heal(disk)
    store = TinyStore.open(folder)
    old = case("old").owe(notice("n"))
    await store.add(old)
    await store.add_person(person("ben"))
    told = Told()
    for number, faults in enumerate(orders()):
        if killed_in is not None and number < killed_in:
            continue
        # Somebody sends the same again, as people do who are told that it was not kept.
        for attempt in range(TRIES):
            for fault in faults:
                disk.set(fault)
            source = f"{number}.{attempt}"
            await told.tries(f"case {source}", partial(store.add, case(source)))
        if killed_in is not None:
            break
        heal(disk)
        last = case(f"{number}.last")
        assert await told.tries(f"case {number}.last", partial(store.add, last))

        held = (await store.case(old.reference)).note(f"note {number}", by=BEN, at=NOW)
        ben = replace(await store.person("ben"), name=f"ben {number}")
        writes = {
            f"note {number}": partial(store.save, held),
            f"enquiry {number}": partial(store.put, Enquiry("one", f"enquiry {number}", ASHA, NOW)),
            f"ben {number}": partial(store.save_person, ben),
            f"person {number}": partial(store.add_person, person(f"p{number}")),
            f"loose {number}": partial(store.owe, notice(f"loose {number}")),
        }
        for name, write in writes.items():
            for fault in faults:
                disk.set(fault)
            await told.tries(name, write)
            heal(disk)
        # The first write that goes well has looked at all that was in doubt.
        await store.put(Enquiry("last", str(number), ASHA, NOW))
    held = await store.case(old.reference)
    memory = {
        "kept": told.kept,
        "refused": told.refused,
        "notes": [e.details["text"] for e in held.chronology if e.what == "note"],
        "ben": (await store.person("ben")).name,
    }
    print(json.dumps(memory), flush=True)  # noqa: T201
    os._exit(9)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
