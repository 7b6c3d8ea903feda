"""Deliveries that are killed at each step of theirs, and what their readers see.

Takes a folder. For each step there is a copy of the same owed notices, a process that dies at that step, and
one that sends the rest. It prints for each step, as JSON, how often each reader was sent which message.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.outbox.delivery import Delivery
from handlers.messages import Heading, Reply, Text
from store.model.case import Case
from store.model.records import About, Notice, Person, Report, Role
from tests.desks import Time, desk_in

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LEADERS = {"ben": Role.HEAD, "cleo": Role.DSL}
URGENT = ("B222", "C222")
OTHERS = ("D222", "F222", "G222")


class Steps:
    """Counts what a process does to the disk and the chat, and dies before one of them."""

    def __init__(self, dies_at: int) -> None:
        self.left = dies_at
        for name in ("fsync", "replace", "mkdir"):
            self._count(name)

    def _count(self, name: str) -> None:
        real = getattr(os, name)

        def counted(*given: Any, **more: Any) -> Any:
            self.take()
            return real(*given, **more)

        setattr(os, name, counted)

    def take(self) -> None:
        self.left -= 1
        if self.left == 0:
            os._exit(9)


class Chat:
    """Writes what arrives to a file, as a platform that has it."""

    def __init__(self, log: Path, steps: Steps) -> None:
        self._log, self._steps = log, steps

    async def send(self, address: str, reply: Reply) -> str:
        self._steps.take()
        words = [part.text for part in reply.parts if isinstance(part, Heading | Text)]
        with self._log.open("a") as log:
            log.write(json.dumps([address, words]) + "\n")
        self._steps.take()
        await asyncio.sleep(0)
        self._steps.take()
        return "1"


async def furnish(folder: Path) -> None:
    desk = desk_in(folder, Time(TUESDAY))
    for name, role in LEADERS.items():
        person = Person(name, name.title(), (role,), (f"slack:{name}",), TUESDAY)
        await desk.store.add_person(person)
    for reference in (*URGENT, *OTHERS):
        kind = "urgent" if reference in URGENT else "alert"
        notices = [
            Notice(f"{reference} {kind} {who}", kind, who, TUESDAY, waits=kind == "alert")
            for who in LEADERS
        ]
        report = Report("asha", TUESDAY, (f"slack:{reference}",), "slack:asha")
        made = Case(
            reference,
            TUESDAY,
            (report,),
            category="school-complaint",
            urgent=kind == "urgent",
            about=About("school"),
            notices=tuple(notices),
        )
        await desk.store.add(made.enter(TUESDAY, "asha", "opened"))
    await desk.store.close()


async def live(folder: Path, dies_at: int) -> None:
    desk = desk_in(folder, Time(TUESDAY))
    chat = Chat(folder / "log", Steps(dies_at))
    await Delivery(desk, {"slack": chat}).tick()  # type: ignore[dict-item]
    await desk.store.close()


def in_a_process(folder: Path, dies_at: int = 0) -> bool:
    """Whether it came to an end by itself."""
    child = os.fork()
    if child == 0:
        asyncio.run(live(folder, dies_at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main(folder: Path) -> None:
    furnished = folder / "furnished"
    furnished.mkdir()
    asyncio.run(furnish(furnished))
    has_ended, step = False, 0
    while not has_ended:
        step += 1
        copy = folder / str(step)
        shutil.copytree(furnished, copy)
        has_ended = in_a_process(copy, step)
        assert in_a_process(copy)
        lines = (copy / "log").read_text().splitlines()
        print(json.dumps([*Counter(lines).items()]), flush=True)  # noqa: T201
        shutil.rmtree(copy)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
