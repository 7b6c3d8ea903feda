"""Slack's two ways of telling a bot: Socket Mode, and signed HTTP.

https://docs.slack.dev/apis/events-api/using-socket-mode
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.doubles.slack_world import APP

if TYPE_CHECKING:
    from tests.doubles.slack_server import SlackServer

TICKET_SECONDS = 30.0
TRIES = 4  # the first, and three more


@dataclass
class Answer:
    """What the bot answered to one delivery. `body` is empty for a bare acknowledgement."""

    acknowledged: bool
    body: dict[str, Any]
    attempts: int = 1
    status: int = 200


class Sockets:
    """The server's side of Socket Mode."""

    def __init__(self, double: SlackServer) -> None:
        self.double = double
        self.open: list[web.WebSocketResponse] = []
        self.connections = 0  # how many there have been
        self._tickets: dict[str, float] = {}
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    def ticket(self) -> str:
        """An address that is good once, and for half a minute."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = time.monotonic()
        return f"{self.double.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        made = self._tickets.pop(request.query.get("ticket", ""), None)
        if made is None or time.monotonic() - made > TICKET_SECONDS:
            return web.Response(status=408)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.open) + 1,
                "connection_info": {"app_id": APP},
                "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
            }
        )
        self.open.append(socket)
        self.connections += 1
        await self.double.world.notify()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            self.open.remove(socket)
            await self.double.world.notify()
        return socket

    def _acknowledged(self, message: dict[str, Any]) -> None:
        waiting = self._waiting.get(message.get("envelope_id", ""))
        if waiting is None:
            self.double.refusals.append("acknowledged what was not sent")
        elif not waiting.done():
            waiting.set_result(message)

    async def send(self, kind: str, payload: dict[str, Any], *, attempt: int = 0) -> Answer:
        """One envelope; again on whatever connection there is where it is not acknowledged in time."""
        for number in range(attempt, TRIES + attempt):
            envelope: dict[str, Any] = {
                "envelope_id": str(uuid.uuid4()),
                "type": kind,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
            if kind == "events_api":
                envelope |= {"retry_attempt": number, "retry_reason": "timeout" if number else ""}
            waiting = asyncio.get_running_loop().create_future()
            self._waiting[envelope["envelope_id"]] = waiting
            try:
                await self.double.until(lambda: self.open)
                await self.open[-1].send_json(envelope)
                async with asyncio.timeout(self.double.patience):
                    answer = await waiting
            except (TimeoutError, ConnectionError):
                continue
            finally:
                del self._waiting[envelope["envelope_id"]]
            body = answer.get("payload") or {}
            if body and kind == "events_api":
                self.double.refusals.append("an event takes no answer")
            return Answer(True, body, number - attempt + 1)
        return Answer(False, {}, TRIES, 0)

    def lose_patience(self) -> None:
        """What is not acknowledged by now has taken too long."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(TimeoutError())

    async def disconnect(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Tell every connection to dial again, as Slack does every few hours."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
            if close:
                await socket.close()


class Posts:
    """Slack's side of the Events API and of interactivity over HTTP."""

    def __init__(self, double: SlackServer) -> None:
        self.double = double

    async def send(self, kind: str, payload: dict[str, Any], *, attempt: int = 0) -> Answer:
        """One request; events again where they are not acknowledged in time."""
        tries = TRIES if kind == "events_api" else 1
        status = 0
        for number in range(attempt, tries + attempt):
            headers = {}
            if number:
                headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
            try:
                async with asyncio.timeout(self.double.patience):
                    status, text = await self.post(*_body(kind, payload), headers)
            except (TimeoutError, aiohttp.ClientError):
                continue
            if status == 200:
                return Answer(True, _parse(text), number - attempt + 1, status)
        return Answer(False, {}, tries, status)

    async def post(
        self,
        body: str,
        content_type: str,
        headers: dict[str, str],
        *,
        age: float = 0,
        secret: str = "",
    ) -> tuple[int, str]:
        """A signed request; `age` in seconds and another `secret` make a bad one."""
        stamp = str(int(time.time() - age))
        key = (secret or self.double.signing_secret).encode()
        signature = hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
            **headers,
        }
        async with self.double.client.post(
            self.double.events_url, data=body.encode(), headers=signed
        ) as answer:
            return answer.status, await answer.text()


def _body(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def _parse(text: str) -> dict[str, Any]:
    if not text:
        return {}
    return dict(json.loads(text)) if text.startswith("{") else {"text": text}
