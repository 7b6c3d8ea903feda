"""Socket Mode: dials Slack, takes envelopes, sends acknowledgements back; and dials again.

Slack's own client is not used: it keeps trying a used-up address when a connection fails, tries again at
fixed intervals, and logs what people wrote. https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.settings import TokenRefused
from bot.slack.api import REFUSED_TOKEN, TRYING_AGAIN, SlackRefused, Web
from bot.slack.background import Work
from handlers.messages import DeliveryFailed

APP_REFUSED = (
    "Slack refuses SLACK_APP_TOKEN ({}). Take the app-level token (xapp-…) with the scope connections:write "
    "from the app's page, under Basic Information, and see that Socket Mode is switched on."
)
PING = 10.0  # seconds
STEADY = 10.0  # seconds after which a connection counts as good
FINISH = 5.0  # seconds for what is under way when the bot stops
FAREWELL = 15.0  # seconds for which an old connection is read on while the new one is there

log = structlog.get_logger()


class Sockets:
    """One connection at a time; two for the moment of a change, so that nothing waits."""

    def __init__(self, web: Web, app_token: str, app: AsyncApp, work: Work) -> None:
        self._web = web
        self._app_token = app_token
        self._app = app
        self._work = work
        self._taking = True
        self._open = 0

    @property
    def connected(self) -> bool:
        return self._open > 0

    async def run(self) -> None:
        """Take envelopes until cancelled. Raises SettingsError for a token that Slack refuses."""
        attempt = 0
        told = False
        readers: set[asyncio.Task[None]] = set()
        try:
            while True:
                begun = time.monotonic()
                try:
                    socket = await self._connect()
                    log.info("slack connected")
                    told = False
                    leave = asyncio.Event()
                    reader = asyncio.create_task(self._read(socket, leave))
                    readers.add(reader)
                    reader.add_done_callback(readers.discard)
                    await leave.wait()
                except (DeliveryFailed, aiohttp.ClientError, TimeoutError, OSError) as failure:
                    if not told:
                        log.warning(
                            TRYING_AGAIN, kind=getattr(failure, "error", type(failure).__name__)
                        )
                        told = True
                attempt = 0 if time.monotonic() - begun > STEADY else attempt + 1
                if attempt:
                    await asyncio.sleep(self._web.pauses[attempt - 1])
        finally:
            self._taking = False
            await self._work.finish(FINISH)  # while what is done can still be acknowledged
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        try:
            opened = await self._web.ask(
                self._web.client.apps_connections_open, app_token=self._app_token
            )
        except SlackRefused as refusal:
            if refusal.permanent or refusal.error in REFUSED_TOKEN:
                raise TokenRefused(APP_REFUSED.format(refusal.error)) from None
            if refusal.retry_after:
                await asyncio.sleep(refusal.retry_after)
            raise
        return await self._web.session.ws_connect(opened["url"], heartbeat=PING, max_msg_size=0)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, leave: asyncio.Event) -> None:
        farewell = None
        self._open += 1
        try:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                envelope = _envelope(message.data)
                if envelope.get("type") == "disconnect":
                    leave.set()  # and read on: what is under way is still acknowledged here
                    farewell = asyncio.get_running_loop().call_later(
                        FAREWELL, _close, self._work, socket
                    )
                elif self._taking and (request := _request(envelope)):
                    self._work.start(self._handle(socket, request))
        finally:
            self._open -= 1
            leave.set()
            if farewell:
                farewell.cancel()
            await socket.close()

    async def _handle(
        self, socket: aiohttp.ClientWebSocketResponse, request: SocketModeRequest
    ) -> None:
        response = await run_async_bolt_app(self._app, request)
        if response.status >= 500:
            return  # not acknowledged: Slack sends it again
        answer: dict[str, Any] = {"envelope_id": request.envelope_id}
        if response.status == 200 and response.body:
            answer["payload"] = json.loads(response.body)
        with suppress(
            ConnectionError, aiohttp.ClientError
        ):  # not acknowledged: Slack sends it again
            await socket.send_str(json.dumps(answer))


def _envelope(data: str) -> dict[str, Any]:
    """What came in, or nothing where it is no envelope: it is not acknowledged then."""
    try:
        envelope = json.loads(data)
    except (ValueError, RecursionError):
        envelope = None
    if isinstance(envelope, dict):
        return envelope
    log.warning("slack sent what is no envelope")
    return {}


def _request(envelope: dict[str, Any]) -> SocketModeRequest | None:
    """What is to be handled; `hello` and the like are not, nor what the library would choke on."""
    named = (envelope.get("type"), envelope.get("envelope_id"))
    if not all(isinstance(name, str) for name in named) or not isinstance(
        envelope.get("payload"), dict
    ):
        return None
    return SocketModeRequest.from_dict(envelope)


def _close(work: Work, socket: aiohttp.ClientWebSocketResponse) -> None:
    work.start(socket.close())
