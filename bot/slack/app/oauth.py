"""The app in one more workspace, by Slack's OAuth: `/slack/install?state=…`, a link good once.

The link is made by `headsup connect slack`, for one school; its words are the `state` of the whole
flow, so that nobody installs the app for a school without having been given that school's link.
Whoever opens it sees which school it is for, before it goes on to Slack.
https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import asyncio
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

from bot.settings import Settings, of_school
from bot.slack.api import quiet
from bot.slack.app.manifest import INSTALL, REDIRECT
from bot.slack.app.scopes import SCOPES
from store.errors import Trouble
from store.school.school import load_school

LINK_HOURS = 48
INSTALLED = "Heads Up is installed"
NEXT = (
    "It is connected to {name}, in the workspace {team}. Next, invite the headteacher: "
    "headsup --school {school} invite NAME --role head"
)
INSTALL_FOR = "Install Heads Up for {school}?"
GO_ON = (
    "Whoever writes to Heads Up in the workspace that you choose there reports to {school}. "
    "If that is not your school, close this page."
)
TO_SLACK = "Go on to Slack"
NOT_INSTALLED = "Heads Up was not installed"
ANOTHER_LINK = "Ask your technician for a new link: headsup --school KEY connect slack"
WHY = {
    "invalid_state": f"This link was used already, or is too old. {ANOTHER_LINK}",
    "invalid_browser": (
        "Please open the link again, and install the app in the same browser, one link at a time."
    ),
    "access_denied": "Nothing was changed. The link can be used again.",
}
AWAY = (
    "Something could not be reached just now. Open the link again in a while. Does it fail then? "
    f"{ANOTHER_LINK}"
)
TAKEN = (
    "This workspace is another school's already, or this school has another workspace. headsup "
    "schools says which; headsup --school KEY disconnect slack takes one away."
)
ORGANISATION = (
    "Heads Up is installed in one workspace at a time, not in a whole Enterprise organisation."
)
ELSE = f"Slack did not complete it ({{reason}}). {ANOTHER_LINK}"
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    '<body style="font-family:sans-serif;max-width:40em;margin:4em auto">'
    "<h1>{title}</h1><p>{words}</p>{more}</body></html>"
)

log = structlog.get_logger()


class Links(Protocol):
    """See `store.postgres.installations.Installations`."""

    async def is_link(self, words: str, now: datetime) -> bool: ...

    async def use_link(self, words: str, now: datetime) -> bool: ...


#: Keeps (school, workspace's id, its name, bot token); False where that cannot be.
Store = Callable[[str, str, str, str], Awaitable[bool]]


def install_routes(settings: Settings, links: Links, store: Store) -> list[http.RouteDef]:
    """GET /slack/install and GET /slack/oauth_redirect."""
    flow = _Flow(settings, links, store)
    return [
        _route(INSTALL, flow.handle_installation),
        _route(REDIRECT, flow.handle_callback),
    ]


def _route(path: str, step: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> http.RouteDef:
    """GET `path`, answered by a step of the flow, or by a page where something is out of reach."""

    async def answer(request: http.Request) -> http.StreamResponse:
        try:
            done = await step(await to_bolt_request(request))
        except (Trouble, aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as error:
            log.error("slack not installed", why=type(error).__name__)
            done = _page(503, NOT_INSTALLED, AWAY)
        return await to_aiohttp_response(done)

    return http.get(path, answer)


class _States(AsyncOAuthStateStore):
    """The words of links as the states of the flow."""

    def __init__(self, links: Links) -> None:
        self._links = links

    async def async_consume(self, state: str) -> bool:
        return await self._links.use_link(state, datetime.now(UTC))


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, whose state is the link's, and which says what happened in our own words."""

    def __init__(self, settings: Settings, links: Links, store: Store) -> None:
        self._links = links
        self._store = store
        self._settings = settings
        secret = settings.slack_client_secret
        super().__init__(
            client=AsyncWebClient(base_url=settings.slack_api_url, logger=quiet),
            logger=quiet,
            settings=AsyncOAuthSettings(
                client_id=settings.slack_client_id,
                client_secret=secret.get_secret_value() if secret else "",
                scopes=sorted(SCOPES),
                redirect_uri=settings.public_url.rstrip("/") + REDIRECT,
                # `build_install_page_html` below.
                install_page_rendering_enabled=True,
                state_store=_States(links),
                state_expiration_seconds=LINK_HOURS * 3600,
                # Never asked: `store_installation` below keeps it.
                installation_store=AsyncInstallationStore(),
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
        done.headers["referrer-policy"] = ["no-referrer"]
        return done

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        school = await self._name_of(_school(request))
        link = f'<p><a href="{escape(url)}">{TO_SLACK}</a></p>'
        return _html(INSTALL_FOR.format(school=school), GO_ON.format(school=school), link)

    async def issue_new_state(self, request: AsyncBoltRequest) -> str:
        return _state(request)

    async def store_installation(self, request: AsyncBoltRequest, installation: Installed) -> None:
        team = installation.team_id
        token = installation.bot_token
        if installation.is_enterprise_install or not team or not token:
            raise BoltError(ORGANISATION)

        name = installation.team_name or team
        is_stored = await self._store(_school(request), team, name, token)
        if not is_stored:
            raise BoltError(TAKEN)

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        school = _school(args.request)
        installation = args.installation
        log.info("slack installed", school=school, team=installation.team_id)
        team = installation.team_name or installation.team_id or ""
        name = await self._name_of(school)
        return _page(200, INSTALLED, NEXT.format(name=name, school=school, team=team))

    async def _name_of(self, key: str) -> str:
        """The school's own name, and its key, by which the technician knows it."""
        try:
            its = of_school(self._settings, key)
            school = await asyncio.to_thread(load_school, its.school_file, its.trust_file)
        except Trouble:
            # A mistake in its file is said by `headsup check`.
            return key
        return f"{school.name} ({key})"

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        # An error is one of ours, raised above; a reason is Slack's or Bolt's word.
        why = WHY.get(args.reason, ELSE.format(reason=args.reason))
        if args.error:
            why = str(args.error)
        return _page(args.suggested_status_code, NOT_INSTALLED, why)


def _state(request: AsyncBoltRequest) -> str:
    return (request.query.get("state") or [""])[0]


def _school(request: AsyncBoltRequest) -> str:
    """The school of a state that was consumed."""
    return _state(request).partition(".")[0]


def _page(status: int, title: str, words: str) -> BoltResponse:
    """A page of one paragraph."""
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        # The address of this page holds the words of the link.
        "Referrer-Policy": "no-referrer",
    }
    return BoltResponse(status=status, body=_html(title, words), headers=headers)


def _html(title: str, words: str, more: str = "") -> str:
    """`title` and `words` are plain text, `more` is HTML."""
    return PAGE.format(title=escape(title), words=escape(words), more=more)
