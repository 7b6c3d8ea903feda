"""Whoever calls the bot's addresses, before anybody knows who it is: how many, how long, how much.

Platforms are known by what they sign, and that is read last. Until then a caller is given little: a
few seconds for a request, a bounded body that is never unpacked, and a place among the connections
that the next caller may be given instead.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import cast

from aiohttp import web

#: Bytes of one HTTP request's body. Slack's largest is below this: a change of its longest message,
#: in which the words stand four times, and each letter that is not Latin takes six bytes or more.
MAX_BODY = 2 * 1024 * 1024

#: Seconds for a whole request, from its first byte or from the connection's beginning.
ARRIVE = 10.0

#: Seconds between two requests on one connection.
IDLE = 75.0

#: Seconds for the rest of a body that was refused before it was read.
REST = 1.0

#: Seconds between two looks at whose time is up: a timer for each request would cost more.
LOOK = 1.0

#: Connections at the same moment, in all and from one address.
PLACES = 250
PLACES_EACH = 60

#: Of the files that the process may have open, one in so many is for connections.
SHARE_OF_FILES = 3

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Places:
    """The connections that there may be.

    When all are taken, or all that one address may have, a newcomer is given the place of whoever
    has waited longest without a whole request. So a thousand half-sent requests keep nobody out.
    """

    def __init__(self) -> None:
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = PLACES
        if allowed != resource.RLIM_INFINITY:
            self._most = min(PLACES, allowed // SHARE_OF_FILES)
        self._taken: Counter[str] = Counter()

        #: Those without a whole request, in the order in which they began to wait; and until when
        #: they may, by the loop's clock.
        self._waiting: dict[Connection, float] = {}
        self._is_looking = False

    def take(self, newcomer: Connection) -> bool:
        """Give the newcomer a place; False where everybody's request is being answered."""
        if self._taken[newcomer.address] >= PLACES_EACH:
            self._close_longest_waiting(newcomer.address)
        if self._taken.total() >= self._most and not self._close_longest_waiting():
            return False
        self._taken[newcomer.address] += 1
        self.waits(newcomer, ARRIVE)
        return True

    def leave(self, connection: Connection) -> None:
        self._waiting.pop(connection, None)
        self._taken[connection.address] -= 1
        if not self._taken[connection.address]:
            del self._taken[connection.address]

    def is_answered(self, connection: Connection) -> None:
        """It has sent a whole request, and keeps its place for as long as that takes."""
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection, seconds: float) -> None:
        """It is ended where no whole request has come after so long."""
        loop = asyncio.get_running_loop()
        self._waiting[connection] = loop.time() + seconds
        if not self._is_looking:
            self._is_looking = True
            loop.call_later(LOOK, self._look)

    def _look(self) -> None:
        """End those whose time is up, and look again while anybody waits."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each, until in self._waiting.items() if until <= now]:
            connection.abort()
        self._is_looking = bool(self._waiting)
        if self._is_looking:
            loop.call_later(LOOK, self._look)

    def _close_longest_waiting(self, address: str = "") -> bool:
        for connection in self._waiting:
            if address in ("", connection.address):
                connection.abort()
                return True
        return False


class Connection(web.RequestHandler):
    """One connection: it has a place, and so many seconds for each request."""

    def __init__(self, places: Places, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]
            # What nobody has signed yet is not unpacked: a megabyte makes a gigabyte.
            auto_decompress=False,
            lingering_time=REST,
            keepalive_timeout=IDLE,
        )
        self.address = ""
        self._places = places
        self._has_place = False
        self._socket: asyncio.Transport | None = None
        self._is_idle = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        super().connection_made(transport)
        self._has_place = self._places.take(self)
        if not self._has_place:
            self.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._give_up_place()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_idle and self._has_place:
            self._is_idle = False
            self._places.waits(self, ARRIVE)
        super().data_received(data)

    def has_whole_request(self) -> None:
        """It has sent all, and is waiting for the answer: that may take as long as it takes."""
        if self._has_place:
            self._places.is_answered(self)

    def has_answer(self) -> None:
        """It may send another request, or the rest of one that was refused."""
        # It may have gone meanwhile.
        if self._has_place:
            self._is_idle = True
            self._places.waits(self, IDLE)

    def abort(self) -> None:
        """End it at once, and free its place."""
        self._give_up_place()
        if self._socket is not None:
            self._socket.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request. Nothing is logged of it, or anybody could fill the disk."""
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        answer = web.Response(status=status)
        answer.force_close()
        return answer

    def _give_up_place(self) -> None:
        if self._has_place:
            self._has_place = False
            self._places.leave(self)


@web.middleware
async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what is packed or too long before it is read, and tell the connection how far it is.

    A caller who goes away in the middle of a body, or sends one that is none, is no error of ours.
    """
    connection = request.protocol
    if not isinstance(connection, Connection):
        return await handler(request)
    try:
        if "Content-Encoding" in request.headers:
            return web.Response(status=415)
        if (request.content_length or 0) > MAX_BODY:
            return web.Response(status=413)
        request.content.on_eof(connection.has_whole_request)
        return await handler(request)
    except Exception:
        if request.content.exception() is None:
            raise
        return web.Response(status=400)
    finally:
        connection.has_answer()
