"""One of several machines over one database: takes lines of JSON, does what they say, and answers each with a line.

`{"id", "take": {…}}` is something that somebody sent; `{"id", "minute": "2026-11-24T10:00:00+00:00"}` is the clock.
What it tells people it appends to a file that all machines share, as a platform that shows it would.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.outbox.delivery import Delivery
from handlers import reception
from handlers.desk import Desk
from handlers.messages import Choices, Incoming, Reply, Sender, Text
from handlers.rules.calendar import Calendar
from handlers.sweep import sweep
from store.policies import Policies
from store.postgres import PostgresStore
from store.school.procedure import load_procedure
from store.school.school import School
from tests.desks import TEXTS


class Board:
    """A chat whose messages are lines of a file."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._number = 0

    async def send(self, address: str, reply: Reply) -> str:
        self._number += 1
        message = f"{os.getpid()}-{self._number}"
        words = "\n".join(p.text for p in reply.parts if isinstance(p, Text) or hasattr(p, "text"))
        line = json.dumps([f"{address} {message}", words]) + "\n"
        os.write(self._file, line.encode())
        await asyncio.sleep(0)  # here a machine may die: it was shown, and is not noted
        return message

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """What was shown stays a line of the file."""

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """The same."""


async def serve(url: str, school: str, board: str) -> None:
    time = {"now": datetime(2026, 11, 24, 10, tzinfo=UTC)}
    desk = Desk(
        store=await PostgresStore.open(url, school),
        procedure=load_procedure(TEXTS),
        policies=Policies(Path(board).parent, by_meaning=False),
        calendar=Calendar(School()),
        now=lambda: time["now"],
        platforms=frozenset({"board"}),
    )
    delivery = Delivery(desk, {"board": Board(board)})  # type: ignore[dict-item]

    async def do(asked: dict[str, Any]) -> object:
        if minute := asked.get("minute"):
            time["now"] = max(time["now"], datetime.fromisoformat(minute))
            await sweep(desk)
            await delivery.tick()
            return True
        given = asked["take"]
        sender = Sender(f"board:{given['who']}", given["who"])
        said = {"text": given.get("text", ""), "command": given.get("command")}
        incoming = Incoming(given["source"], sender, sender.account, time["now"], **said)
        reply = await reception.receive(incoming, desk)
        return (
            [
                *(part.text for part in reply.parts if hasattr(part, "text")),
                *(
                    c.command
                    for part in reply.parts
                    if isinstance(part, Choices)
                    for c in part.options
                ),
            ]
            if reply
            else []
        )

    async def answer(line: str) -> None:
        asked = json.loads(line)
        said = json.dumps({"id": asked["id"], "said": await do(asked)}) + "\n"
        os.write(1, said.encode())

    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    work = set()
    os.write(1, b'{"id": "ready"}\n')
    async for line in reader:
        task = asyncio.create_task(answer(line.decode()))
        work.add(task)
        task.add_done_callback(work.discard)


def main() -> None:
    asyncio.run(serve(*sys.argv[1:]))
