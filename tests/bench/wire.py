"""HTTP/1.1 over bare asyncio, as little of it as a bench needs: quicker than all that it measures."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Answer = Callable[[Any], None]
"""Given once, now or later, with a value that becomes JSON."""


class Messages(asyncio.Protocol):
    """Takes whole messages off a connection. Every one must say its length, or have no body."""

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def take(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Head and body of each message that is complete."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._buffer, 0, end)
            after = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < after:
                return
            head, body = self._buffer[:end], self._buffer[end + 4 : after]
            self._buffer = self._buffer[after:]
            yield head, body


class Connection(Messages):
    """One keep-alive connection, one request at a time."""

    _answered: asyncio.Future[tuple[int, bytes]]

    def data_received(self, data: bytes) -> None:
        for head, body in self.take(data):
            self._answered.set_result((int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        if hasattr(self, "_answered") and not self._answered.done():
            self._answered.set_exception(error or ConnectionError("closed"))

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._answered = asyncio.get_running_loop().create_future()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        )
        self.transport.write(head.encode() + body)
        return await self._answered


class Server(Messages):
    """One connection of a server; `answer` is given the path, the body, and how to reply."""

    def __init__(self, answer: Callable[[str, bytes, Answer], None]) -> None:
        super().__init__()
        self._answer = answer

    def data_received(self, data: bytes) -> None:
        for head, body in self.take(data):
            path = head.split(b" ", 2)[1].decode()
            self._answer(path, body, self._reply)

    def _reply(self, value: Any) -> None:
        body = orjson.dumps(value)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self.transport.write(head % len(body) + body)


async def connect(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, "127.0.0.1", port
    )
    return connection


async def serve(answer: Callable[[str, bytes, Answer], None]) -> tuple[asyncio.Server, str]:
    """A server on a free port, and its address."""
    server = await asyncio.get_running_loop().create_server(lambda: Server(answer), "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
