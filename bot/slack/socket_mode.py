"""Socket Mode: dials Slack, takes envelopes, sends acknowledgements back; and dials again.

Slack's own client is not used: it keeps trying a used-up address when a connection fails, tries
again at fixed intervals, and logs what people wrote.
https://docs.slack.dev/apis/events-api/using-socket-mode
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
from bot.slack.api import REFUSED_TOKEN, TRYING_AGAIN, SlackApi, SlackRefused
from bot.slack.background import Work
from bot.slack.reading.payload import is_readable
from handlers.messages import DeliveryFailed

APP_REFUSED = (
    "Slack refuses SLACK_APP_TOKEN ({}). Take the app-level token (xapp-…) with the scope "
    "connections:write from the app's page, under Basic Information, and see that Socket Mode is "
    "switched on."
)
#: Seconds between two signs of life.
PING = 10.0
#: Seconds after which a connection counts as good.
STEADY = 10.0
#: Seconds for what is under way when the bot stops.
FINISH = 5.0
#: Seconds for which an old connection is read on while the new one is there.
FAREWELL = 15.0

log = structlog.get_logger()


class SocketMode:
    """One connection at a time; two for the moment of a change, so that nothing waits."""

    def __init__(self, api: SlackApi, app_token: str, app: AsyncApp, work: Work) -> None:
        self._api = api
        self._app_token = app_token
        self._app = app
        self._work = work
        self._readers: set[asyncio.Task[None]] = set()
        self._taking = True
        self._warned = False
        self._open = 0

    @property
    def connected(self) -> bool:
        """At least one connection is open."""
        return self._open > 0

    async def run(self) -> None:
        """Take envelopes until cancelled. Raises SettingsError for a token that Slack refuses."""
        attempt = 0
        try:
            while True:
                begun = time.monotonic()
                await self._keep_connection()
                was_steady = time.monotonic() - begun > STEADY

                # Slack itself ends a good connection now and then; a new one need not wait.
                attempt = 0 if was_steady else attempt + 1
                if attempt:
                    await asyncio.sleep(self._api.pauses[attempt - 1])
        finally:
            self._taking = False
            # Before the readers end, as what is done can still be acknowledged while they last.
            await self._work.finish(FINISH)
            for reader in self._readers:
                reader.cancel()
            await asyncio.gather(*self._readers, return_exceptions=True)

    async def _keep_connection(self) -> None:
        """Connect, and wait until another is needed. Of failures in a row, the first is logged."""
        try:
            socket = await self._connect()
            log.info("slack connected")
            self._warned = False

            leave = asyncio.Event()
            reader = asyncio.create_task(self._read(socket, leave))
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)
            await leave.wait()
        except (DeliveryFailed, aiohttp.ClientError, TimeoutError, OSError) as failure:
            if not self._warned:
                kind = getattr(failure, "error", type(failure).__name__)
                log.warning(TRYING_AGAIN, kind=kind)
                self._warned = True

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        """Ask Slack for an address, which is good for one connection, and dial it."""
        try:
            opened = await self._api.ask(
                self._api.client.apps_connections_open, app_token=self._app_token
            )
        except SlackRefused as refusal:
            if refusal.permanent or refusal.error in REFUSED_TOKEN:
                raise TokenRefused(APP_REFUSED.format(refusal.error)) from None
            if refusal.retry_after:
                await asyncio.sleep(refusal.retry_after)
            raise
        return await self._api.session.ws_connect(opened["url"], heartbeat=PING, max_msg_size=0)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, leave: asyncio.Event) -> None:
        """Take envelopes until the connection ends; `leave` is set when another one is needed."""
        farewell = None
        self._open += 1
        try:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                envelope = _read_envelope(message.data)
                if envelope.get("type") == "disconnect":
                    leave.set()
                    # And read on: what is under way is still acknowledged here.
                    farewell = asyncio.get_running_loop().call_later(
                        FAREWELL, _close, self._work, socket
                    )
                elif self._taking:
                    request = _request_in(envelope)
                    if request:
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
        """Let Bolt answer, and acknowledge. What is not acknowledged, Slack sends again."""
        answer: dict[str, Any] = {"envelope_id": request.envelope_id}
        try:
            response = await run_async_bolt_app(self._app, request)
        except Exception as error:
            # Bolt stumbles over payloads that lack what is always in them.
            if is_readable(request.payload):
                log.error("slack request not understood", kind=type(error).__name__)
                return
        else:
            if response.status >= 500:
                return
            if response.status == 200 and response.body:
                answer["payload"] = json.loads(response.body)
        with suppress(ConnectionError, aiohttp.ClientError):
            await socket.send_str(json.dumps(answer))


def _read_envelope(data: str) -> dict[str, Any]:
    """What came in, or nothing where it is no envelope: it is not acknowledged then."""
    try:
        envelope = json.loads(data)
    except (ValueError, RecursionError):
        envelope = None
    if isinstance(envelope, dict):
        return envelope
    log.warning("slack sent what is no envelope")
    return {}


def _request_in(envelope: dict[str, Any]) -> SocketModeRequest | None:
    """What is to be handled; `hello` and the like are not, nor what the library would choke on."""
    has_names = isinstance(envelope.get("type"), str) and isinstance(
        envelope.get("envelope_id"), str
    )
    has_payload = isinstance(envelope.get("payload"), dict)
    if not has_names or not has_payload:
        return None
    return SocketModeRequest.from_dict(envelope)


def _close(work: Work, socket: aiohttp.ClientWebSocketResponse) -> None:
    work.start(socket.close())
