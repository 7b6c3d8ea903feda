"""Several workspaces at one address: each request goes to the front-end of its own school.

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

from bot.settings import Settings
from bot.slack.api import REFUSED_TOKEN, SlackApi, SlackPauses, SlackRefused
from bot.slack.app.manifest import REMOVALS
from handlers.messages import DeliveryFailed
from store.errors import Trouble

Handler = Callable[[http.Request], Awaitable[http.StreamResponse]]

NOT_CONNECTED = (
    "Heads Up is not connected to a school here yet, so this was not kept. Please tell your "
    "safeguarding lead in person, and your technician that Heads Up has to be connected again."
)

#: Slack sends an event again, and shows that a form was not taken.
_NOT_TAKEN = 503

log = structlog.get_logger()


class Workspaces:
    """Sends requests on.

    `find` gives the front-end of a workspace, by its id; `removed` is told when a workspace has
    removed the app.
    """

    def __init__(
        self,
        signing_secret: str,
        find: Callable[[str], Awaitable[Handler | None]],
        removed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._signatures = SignatureVerifier(signing_secret)
        self._find = find
        self._removed = removed

    async def receive(self, request: http.Request) -> http.StreamResponse:
        """Answer one request, which must be signed by Slack."""
        if not await self._is_signed(request):
            return http.Response(status=401)
        try:
            asked = await to_bolt_request(request)
        except Exception:
            # Bolt raises nearly anything for what is no payload.
            return http.Response(status=400)

        if asked.body.get("type") == "url_verification":
            return http.json_response({"challenge": asked.body.get("challenge")})
        team = asked.context.team_id or ""
        if _event(asked).get("type") in REMOVALS:
            return await self._tell_removed(team)

        handler = await self._find(team)
        if handler is not None:
            return await handler(request)

        log.warning("slack workspace not connected", team=team)
        if "command" in asked.body:
            return http.Response(text=NOT_CONNECTED)
        return http.Response(status=_NOT_TAKEN)

    async def _tell_removed(self, team: str) -> http.StreamResponse:
        """Tell that a workspace has removed the app."""
        try:
            await self._removed(team)
        except (Trouble, DeliveryFailed):
            return http.Response(status=_NOT_TAKEN)
        return http.Response()

    async def _is_signed(self, request: http.Request) -> bool:
        if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
            return False
        try:
            return self._signatures.is_valid_request(await request.read(), dict(request.headers))
        except ValueError:
            # No UTF-8, or a number of thousands of digits.
            return False


async def is_refused(token: str, api_url: str) -> bool:
    """Asks Slack if a token is no longer good. Raises DeliveryFailed where Slack does not say."""
    api = SlackApi(token, api_url, SlackPauses())
    try:
        await api.look_up(api.client.auth_test)
    except SlackRefused as refusal:
        if refusal.error in REFUSED_TOKEN:
            return True
        raise
    finally:
        await api.close()
    return False


async def uninstall(settings: Settings, token: str) -> None:
    """Take the app out of a workspace.

    Raises DeliveryFailed; a token that is no longer good is no failure.
    https://docs.slack.dev/reference/methods/apps.uninstall
    """
    api = SlackApi(token, settings.slack_api_url, SlackPauses())
    secret = settings.slack_client_secret
    try:
        await api.ask(
            api.client.apps_uninstall,
            client_id=settings.slack_client_id,
            client_secret=secret.get_secret_value() if secret else "",
        )
    except SlackRefused as refusal:
        if refusal.error not in REFUSED_TOKEN:
            raise
    finally:
        await api.close()


def _event(asked: AsyncBoltRequest) -> dict[str, Any]:
    event = asked.body.get("event")
    return event if isinstance(event, dict) else {}
