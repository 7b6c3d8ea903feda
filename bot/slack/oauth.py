"""The app in one more workspace, by Slack's OAuth: `/slack/install?state=…`, a link that is good once.

The link is made by `headsup connect slack`, for one school; its words are the `state` of the whole flow, so that nobody
installs the app for a school without having been given that school's link.
https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Protocol

import aiohttp
import structlog
from aiohttp import web as http
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation as Installed
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack.api import quiet
from bot.slack.manifest import INSTALL, REDIRECT, SCOPES
from store.errors import Trouble

LINK_HOURS = 48
INSTALLED = "Heads Up is installed"
NEXT = (
    "It is connected to {school}, in the workspace {team}. Next, invite the headteacher: "
    "headsup --school {school} invite NAME --role head"
)
NOT_INSTALLED = "Heads Up was not installed"
ANOTHER_LINK = "Ask your technician for a new link: headsup --school KEY connect slack"
WHY = {
    "invalid_state": f"This link was used already, or is too old. {ANOTHER_LINK}",
    "invalid_browser": "Please open the link again, and install the app in the same browser, one link at a time.",
    "access_denied": "Nothing was changed. The link can be used again.",
}
AWAY = f"Something could not be reached just now. Open the link again in a while. Does it fail then? {ANOTHER_LINK}"
TAKEN = (
    "This workspace is another school's already, or this school has another workspace. headsup schools says which; "
    "headsup --school KEY disconnect slack takes one away."
)
ORGANISATION = (
    "Heads Up is installed in one workspace at a time, not in a whole Enterprise organisation."
)
ELSE = f"Slack did not complete it ({{reason}}). {ANOTHER_LINK}"
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    '<body style="font-family:sans-serif;max-width:40em;margin:4em auto"><h1>{title}</h1><p>{words}</p></body></html>'
)

log = structlog.get_logger()


class Links(Protocol):
    """See `store.postgres.installations.Installations`."""

    async def is_link(self, words: str, now: datetime) -> bool: ...

    async def use_link(self, words: str, now: datetime) -> bool: ...


Store = Callable[[str, str, str, str], Awaitable[bool]]
"""Keeps (school, workspace's id, its name, bot token); False where that cannot be."""


def install_routes(settings: Settings, links: Links, store: Store) -> list[http.RouteDef]:
    """GET /slack/install and GET /slack/oauth_redirect."""
    flow = _Flow(settings, links, store)

    def route(
        path: str, step: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> http.RouteDef:
        async def answer(request: http.Request) -> http.StreamResponse:
            try:
                done = await step(await to_bolt_request(request))
            except (Trouble, aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as error:
                log.error("slack not installed", why=type(error).__name__)
                done = _page(503, NOT_INSTALLED, AWAY)
            return await to_aiohttp_response(done)

        return http.get(path, answer)

    return [route(INSTALL, flow.handle_installation), route(REDIRECT, flow.handle_callback)]


class _States(AsyncOAuthStateStore):
    """The words of links as the states of the flow."""

    def __init__(self, links: Links) -> None:
        self._links = links

    async def async_consume(self, state: str) -> bool:
        return await self._links.use_link(state, datetime.now(UTC))


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, whose state is the link's, and which says what happened in our own words."""

    def __init__(self, settings: Settings, links: Links, store: Store) -> None:
        secret = settings.slack_client_secret
        self._links, self._store = links, store
        super().__init__(
            client=AsyncWebClient(base_url=settings.slack_api_url, logger=quiet),
            logger=quiet,
            settings=AsyncOAuthSettings(
                client_id=settings.slack_client_id,
                client_secret=secret.get_secret_value() if secret else "",
                scopes=sorted(SCOPES),
                redirect_uri=settings.public_url.rstrip("/") + REDIRECT,
                install_page_rendering_enabled=False,
                state_store=_States(links),
                state_expiration_seconds=LINK_HOURS * 3600,
                installation_store=AsyncInstallationStore(),  # `store_installation` keeps it
                callback_options=AsyncCallbackOptions(
                    success=self._installed, failure=self._failed
                ),
                logger=quiet,
            ),
        )

    async def handle_installation(self, request: AsyncBoltRequest) -> BoltResponse:
        if not await self._links.is_link(_state(request), datetime.now(UTC)):
            return _page(404, NOT_INSTALLED, WHY["invalid_state"])
        done: BoltResponse = await super().handle_installation(request)
        return done

    async def issue_new_state(self, request: AsyncBoltRequest) -> str:
        return _state(request)

    async def store_installation(self, request: AsyncBoltRequest, installation: Installed) -> None:
        if (
            installation.is_enterprise_install
            or not installation.team_id
            or not installation.bot_token
        ):
            raise BoltError(ORGANISATION)
        team = installation.team_id
        if not await self._store(
            _school(request), team, installation.team_name or team, installation.bot_token
        ):
            raise BoltError(TAKEN)

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        team = args.installation.team_name or args.installation.team_id or ""
        log.info("slack installed", school=_school(args.request), team=args.installation.team_id)
        return _page(200, INSTALLED, NEXT.format(school=_school(args.request), team=team))

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        why = (
            str(args.error) if args.error else WHY.get(args.reason, ELSE.format(reason=args.reason))
        )
        return _page(args.suggested_status_code, NOT_INSTALLED, why)


def _state(request: AsyncBoltRequest) -> str:
    return (request.query.get("state") or [""])[0]


def _school(request: AsyncBoltRequest) -> str:
    """The school of a state that was consumed."""
    return _state(request).partition(".")[0]


def _page(status: int, title: str, words: str) -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
    }
    return BoltResponse(
        status=status, body=PAGE.format(title=title, words=escape(words)), headers=headers
    )
