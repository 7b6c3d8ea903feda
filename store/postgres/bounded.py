"""A connection that waits for no answer for ever: a network, or a server, that hangs is left."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.abc import PQGen

T = TypeVar("T")

ANSWERED_WITHIN = 45.0  # seconds; the server itself gives up on a statement before


class BoundedConnection(AsyncConnection[Any]):
    """What is not answered in time raises as it does when the server has cut the connection."""

    async def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        leaving = asyncio.get_running_loop().call_later(ANSWERED_WITHIN, self.cut)
        try:
            return await super().wait(gen, *args, **options)
        finally:
            leaving.cancel()

    def cut(self) -> None:
        """Whoever waits for an answer learns at once that there will be none."""
        with socket.socket(fileno=os.dup(self.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)
