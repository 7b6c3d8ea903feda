"""Several workspaces at one address: each request of Slack's goes to the front-end of its own school.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web as http
from slack_bolt.adapter.aiohttp import to_bolt_request
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.slack.manifest import REMOVALS
from bot.slack.web import REFUSED_TOKEN, Pauses, SlackRefused, Web
from handlers.messages import DeliveryFailed
from store.trouble import Trouble

Handler = Callable[[http.Request], Awaitable[http.StreamResponse]]

NOT_CONNECTED = (
    "Heads Up is not connected to a school here yet, so this was not kept. Please tell your safeguarding lead in "
    "person, and your technician that Heads Up has to be connected again."
)

log = structlog.get_logger()


class Workspaces:
    """`find` gives the front-end of a workspace, by its id; `removed` is told when a workspace has removed the app."""

    def __init__(
        self,
        signing_secret: str,
        find: Callable[[str], Awaitable[Handler | None]],
        removed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._signatures = SignatureVerifier(signing_secret)
        self._find = find
        self._removed = removed

    async def take(self, request: http.Request) -> http.StreamResponse:
        """One request, which must be signed by Slack."""
        if not await self._is_signed(request):
            return http.Response(status=401)
        try:
            asked = await to_bolt_request(request)
        except Exception:  # Bolt raises nearly anything for what is no payload
            return http.Response(status=400)
        if asked.body.get("type") == "url_verification":
            return http.json_response({"challenge": asked.body.get("challenge")})
        team = asked.context.team_id or ""
        if _event(asked).get("type") in REMOVALS:
            try:
                await self._removed(team)
            except Trouble:
                return http.Response(status=503)  # Slack says it again
            return http.Response()
        handler = await self._find(team)
        if handler is None:
            log.warning("slack workspace not connected", team=team)
            return http.Response(text=NOT_CONNECTED if "command" in asked.body else "")
        return await handler(request)

    async def _is_signed(self, request: http.Request) -> bool:
        if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
            return False
        try:
            return self._signatures.is_valid_request(await request.read(), dict(request.headers))
        except UnicodeDecodeError:
            return False


async def is_refused(token: str, api_url: str) -> bool:
    """Whether Slack says that a token is no longer good; False where it cannot be asked."""
    web = Web(token, api_url, Pauses())
    try:
        await web.look_up(web.client.auth_test)
    except SlackRefused as refusal:
        return refusal.error in REFUSED_TOKEN
    except DeliveryFailed:
        pass
    finally:
        await web.close()
    return False


def _event(asked: AsyncBoltRequest) -> dict[str, Any]:
    event = asked.body.get("event")
    return event if isinstance(event, dict) else {}
