"""One Slack with several workspaces, and one Telegram with several bots: what a deployment for several schools meets.

    async with Trust("https://bot.example", port) as trust:
        oak = await trust.workspace("TOAK", "Oakfield")
        ...
        await trust.install(link, oak)  # as somebody does in a browser

Each workspace is a SlackDouble of its own, with its own people; the Web API is one address for all, which knows the
workspace by its token. https://docs.slack.dev/reference/methods/oauth.v2.access
"""

from __future__ import annotations

import base64
import html
import re
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from aiohttp import web

from tests.doubles.slack import SlackDouble
from tests.doubles.slack_world import APP, BOT_USER
from tests.doubles.telegram import TelegramDouble

COOKIE = "slack-app-oauth-state"


@dataclass(frozen=True)
class Page:
    status: int
    text: str


@dataclass
class Code:
    """What Slack gives a browser for the app: good once."""

    slack: SlackDouble
    redirect_uri: str


class Trust:
    """`public_url` is where the bot says that it is, and `port` where it is."""

    def __init__(self, public_url: str, port: int) -> None:
        self.public_url, self.here = public_url, f"http://127.0.0.1:{port}"
        self.client_id, self.client_secret = "123.456", secrets.token_hex(8)
        self.signing_secret = secrets.token_hex(16)
        self.workspaces: list[SlackDouble] = []
        self.telegrams: list[TelegramDouble] = []
        self.revoked: dict[
            str, tuple[str, ...]
        ] = {}  # tokens, and methods that take them all the same
        self.fails = False  # whether Slack's Web API is away
        self._codes: dict[str, Code] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_post("/api/oauth.v2.access", self._access)
        app.router.add_route("*", "/api/{method}", self._slack_api)
        app.router.add_get("/file/bot{token}/{path:.*}", self._telegram_file)
        app.router.add_route("*", "/bot{token}/{method}", self._telegram_api)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.client = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a deployment that lives here."""
        return {
            "PUBLIC_URL": self.public_url,
            "PORT": self.here.rpartition(":")[2],
            "SLACK_API_URL": f"{self.url}/api/",
            "SLACK_CLIENT_ID": self.client_id,
            "SLACK_CLIENT_SECRET": self.client_secret,
            "SLACK_SIGNING_SECRET": self.signing_secret,
            "TELEGRAM_API_URL": self.url,
        }

    async def workspace(self, team: str) -> SlackDouble:
        """One more workspace; the app is not in it yet."""
        slack = await self._stack.enter_async_context(
            SlackDouble(events_url=f"{self.here}/slack/events", team=team)
        )
        slack.signing_secret = self.signing_secret
        self.workspaces.append(slack)
        return slack

    async def telegram(self, token: str, username: str) -> TelegramDouble:
        """One more bot of @BotFather's."""
        telegram = await self._stack.enter_async_context(TelegramDouble(token, username))
        telegram.updates.webhook_via = self.here
        self.telegrams.append(telegram)
        return telegram

    def revoke(self, slack: SlackDouble, *, but: tuple[str, ...] = ()) -> None:
        """Its token is good no longer, `but` for these methods; a new installation brings another."""
        self.revoked[slack.bot_token] = but
        slack.bot_token = f"xoxb-{secrets.token_hex(8)}" if not but else slack.bot_token

    # --- a browser --------------------------------------------------------------------------------

    async def install(
        self, link: str, slack: SlackDouble, *, refuse: bool = False, cookie: bool = True
    ) -> Page:
        """Open a link, allow the app (or `refuse`) in Slack, and come back; without `cookie`, in another browser."""
        async with self.client.get(self._at(link), allow_redirects=False) as answer:
            page = await answer.text()
            if answer.status != 200:
                return Page(answer.status, page)
            state = answer.headers["Set-Cookie"].split(";")[0]
        [onward] = re.findall('href="(.+?)"', page)
        to = urlsplit(html.unescape(onward))
        assert f"{to.scheme}://{to.netloc}{to.path}" == "https://slack.com/oauth/v2/authorize"
        asked = {name: values[0] for name, values in parse_qs(to.query).items()}
        assert asked["client_id"] == self.client_id
        assert set(asked["scope"].split(",")) <= slack.scopes
        code = secrets.token_hex(8)
        self._codes[code] = Code(slack, asked["redirect_uri"])
        given = {"error": "access_denied"} if refuse else {"code": code}
        back = f"{asked['redirect_uri']}?{urlencode({**given, 'state': asked['state']})}"
        return await self.browse(back, {"Cookie": state} if cookie else {})

    async def browse(self, address: str, headers: dict[str, str] | None = None) -> Page:
        async with self.client.get(self._at(address), headers=headers or {}) as answer:
            return Page(answer.status, await answer.text())

    def _at(self, address: str) -> str:
        assert address.startswith(self.public_url)
        return self.here + address.removeprefix(self.public_url)

    # --- Slack's and Telegram's servers -----------------------------------------------------------

    async def _access(self, request: web.Request) -> web.Response:
        given = {**await request.post()}
        login = base64.b64decode(
            request.headers.get("Authorization", "").removeprefix("Basic ")
        ).decode()
        client, _, secret = login.partition(":")
        code = self._codes.pop(str(given.get("code")), None)
        if (given.get("client_id", client), given.get("client_secret", secret)) != (
            self.client_id,
            self.client_secret,
        ):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        if code is None:
            return web.json_response({"ok": False, "error": "invalid_code"})
        if given.get("redirect_uri") != code.redirect_uri:
            return web.json_response({"ok": False, "error": "bad_redirect_uri"})
        answer: dict[str, Any] = {
            "ok": True,
            "access_token": code.slack.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(code.slack.scopes)),
            "bot_user_id": BOT_USER,
            "app_id": APP,
            "team": {"id": code.slack.team, "name": f"{code.slack.team} School"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "UADMIN"},
        }
        return web.json_response(answer)

    async def _slack_api(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        method = request.match_info["method"]
        if self.fails:
            return web.Response(status=503)
        if token in self.revoked and method not in self.revoked[token]:
            return web.json_response({"ok": False, "error": "token_revoked"})
        if method == "apps.uninstall":
            return await self._uninstall(request, token)
        for slack in self.workspaces:
            if slack.bot_token == token:
                return await slack.api.handle(request)
        return web.json_response({"ok": False, "error": "invalid_auth"})

    async def _uninstall(self, request: web.Request, token: str) -> web.Response:
        """https://docs.slack.dev/reference/methods/apps.uninstall"""
        given = {**request.query, **await request.post()}
        if (given.get("client_id"), given.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        self.revoked[token] = ()
        return web.json_response({"ok": True})

    async def _telegram_api(self, request: web.Request) -> web.StreamResponse:
        for telegram in self.telegrams:
            if telegram.token == request.match_info["token"]:
                return await telegram.api._call(request)
        return web.json_response(
            {"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401
        )

    async def _telegram_file(self, request: web.Request) -> web.StreamResponse:
        for telegram in self.telegrams:
            if telegram.token == request.match_info["token"]:
                return await telegram.api._file(request)
        return web.Response(status=404)
