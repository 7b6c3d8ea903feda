"""A connection that waits for no answer for ever: a network, or a server, that hangs is left."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.abc import PQGen

T = TypeVar("T")

#: Seconds. The server itself gives up on a statement before (`connecting.STATEMENT`), so that only
#: a network or a server that hangs comes to this.
ANSWERED_WITHIN = 45.0


class BoundedConnection(AsyncConnection[Any]):
    """What is not answered in time raises as it does when the server has cut the connection."""

    async def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        # The driver waits here for each answer of the server.
        cutting = asyncio.get_running_loop().call_later(ANSWERED_WITHIN, self.cut)
        try:
            return await super().wait(gen, *args, **options)
        finally:
            cutting.cancel()

    def cut(self) -> None:
        """Let whoever waits for an answer learn at once that there will be none."""
        # On a copy of the descriptor, for the socket is the driver's, and stays open for it.
        # Shutting it down wakes whoever reads from it; closing it would not.
        with socket.socket(fileno=os.dup(self.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)
