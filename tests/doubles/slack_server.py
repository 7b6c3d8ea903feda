"""The server behind the Slack double: routes, what the bot has shown, and bad days."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.doubles.slack_api import Api, Fault
from tests.doubles.slack_sockets import Posts, Sockets
from tests.doubles.slack_world import BOT_USER, TEAM, Shown, Upload, View, World
from tests.patience import PATIENCE

SCOPES = (
    "app_mentions:read chat:write commands files:read files:write im:history im:write users:read"
)
LOGIN_PAGE = "<!DOCTYPE html><html><body>Sign in to School</body></html>"


class SlackServer:
    """A Slack without people."""

    bot_user = BOT_USER

    def __init__(
        self, *, events_url: str = "", patience: float = PATIENCE, team: str = TEAM
    ) -> None:
        self.team = team
        self.bot_token = "xoxb-" + secrets.token_hex(8)
        self.app_token = "xapp-" + secrets.token_hex(8)
        self.signing_secret = secrets.token_hex(16)
        self.scopes = set(SCOPES.split())  # that the bot token was given
        self.is_revoked = False  # the bot token was good, and is so no longer
        self.events_url = events_url
        # Seconds that it waits for an acknowledgement. They are three in Slack; here they are as
        # many as a busy machine may need, and a test that wants something again gives fewer.
        self.patience = patience
        self.downloads: list[str] = []  # names of the files whose bytes were asked for
        self.refusals: list[str] = []  # what was refused for its shape, and why
        self.world = World(team)
        self.api = Api(self)
        self.sockets = Sockets(self)
        self.posts = Posts(self)
        self.port = 0
        self._read: dict[str, int] = {}
        self._read_views: dict[str, int] = {}
        self._runner: web.AppRunner | None = None

    # --- the server ---------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self.client = aiohttp.ClientSession()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.client.close()

    async def start(self) -> None:
        """Be there; after `stop`, on the same port again."""
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/api/{method}", self.api.handle)
        app.router.add_get("/link/", self.sockets.handle)
        app.router.add_get("/files-pri/{file}/download/{name}", self._download)
        app.router.add_get("/login", self._login)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_post("/actions/{key}", self._respond)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone, with every connection."""
        for socket in list(self.sockets.open):
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a bot that lives in this Slack."""
        way = (
            {"SLACK_SIGNING_SECRET": self.signing_secret}
            if self.events_url
            else {"SLACK_APP_TOKEN": self.app_token}
        )
        return {"SLACK_API_URL": self.api_url, "SLACK_BOT_TOKEN": self.bot_token, **way}

    # --- what the bot shows -------------------------------------------------------------------------------

    def shown(self, user: str) -> list[Shown]:
        """What stands before somebody now: direct messages, and what only they see elsewhere."""
        return [shown for shown in self.world.current() if shown.user == user]

    def posted(self, channel: str) -> list[Shown]:
        """What stands in a channel for everybody."""
        return [s for s in self.world.current() if s.channel == channel and not s.user]

    def views(self, user: str) -> list[View]:
        """The forms that were opened for somebody."""
        return [view for view in self.world.views if view.user == user]

    def home(self, user: str) -> View | None:
        """Somebody's Home tab as it stands now, if one was published."""
        return self.world.homes.get(user)

    @property
    def uploads(self) -> list[Upload]:
        """The files that the bot handed over."""
        return self.world.uploads

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every call of the Web API: method, arguments."""
        return self.api.calls

    async def next(self, user: str, seconds: float = PATIENCE) -> Shown:
        """The next thing that the bot shows somebody, new or in place of another; in order, each once."""
        read = self._read.get(user, 0)

        def mine() -> list[Shown]:
            return [s for s in self.world.history if s.user == user][read:]

        found: list[Shown] = await self.until(mine, seconds)
        self._read[user] = read + 1
        return found[0]

    async def next_view(self, user: str, seconds: float = PATIENCE) -> View:
        """The next form that is opened for somebody."""
        read = self._read_views.get(user, 0)
        found: list[View] = await self.until(lambda: self.views(user)[read:], seconds)
        self._read_views[user] = read + 1
        return found[0]

    async def until(self, true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Wait until something is so, looking whenever anything happens here. Raises TimeoutError."""
        return await self.world.until(true, seconds)

    # --- bad days -----------------------------------------------------------------------------------------

    def fail(self, method: str, error: str, times: float = 1, *, status: int = 200) -> None:
        """Refuse a method with an error, so many times."""
        self.api.faults[method] = Fault(error, times, status=status)

    def slow_down(
        self, method: str, seconds: int = 1, times: float = 1, *, json: bool = True
    ) -> None:
        """Answer 429 with Retry-After, so many times; in front of Slack, that is no JSON."""
        error = "ratelimited" if json else ""
        self.api.faults[method] = Fault(error, times, retry_after=seconds)

    def lose_answers(self, method: str, times: float = 1) -> None:
        """Do what is asked, and let the answer be lost, so many times."""
        self.api.faults[method] = Fault("", times, is_lost=True)

    def hang(self, method: str, until: asyncio.Event) -> None:
        """Answer nothing, and do nothing, until an event is set."""
        self.api.faults[method] = Fault("", float("inf"), until=until)

    def intercept(self, method: str, status: int, times: float = 1) -> None:
        """Somebody in between answers with a page, so many times, as a school's filter does."""
        self.api.faults[method] = Fault("", times, status=status, is_page=True)

    def permalink(self, message: dict[str, Any]) -> str:
        return f"https://school.slack.com/archives/{message['channel']}/p{message['ts'].replace('.', '')}"

    async def _respond(self, request: web.Request) -> web.Response:
        fault = self.api._fault("response_url")
        if fault and fault.is_page:
            return fault.page()
        if fault and fault.retry_after is not None:
            return web.Response(status=429, headers={"Retry-After": str(fault.retry_after)})
        if fault:
            return web.Response(status=fault.status)
        status, text = await self.world.respond(request.match_info["key"], await request.json())
        if status == 400:
            self.refusals.append(f"response_url: {text}")
        return web.Response(status=status, text=text)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        self.downloads.append(request.match_info["name"])
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(status=302, headers={"Location": "/login"})
        fault = self.api._fault("download")
        if fault and fault.is_page:
            return fault.page()
        if fault and fault.retry_after is not None:
            return web.Response(status=429, headers={"Retry-After": str(fault.retry_after)})
        if fault:
            return web.Response(status=fault.status)
        number = request.match_info["file"].partition("-")[2]
        file = self.world.files.get(number)
        if file is None or number not in self.world.content:
            return web.Response(status=404)
        answer = web.Response(body=self.world.content[number], content_type=file["mimetype"])
        if file.get("unsized"):
            answer.enable_chunked_encoding()
        return answer

    async def _login(self, request: web.Request) -> web.Response:
        return web.Response(text=LOGIN_PAGE, content_type="text/html")

    async def _upload(self, request: web.Request) -> web.Response:
        fault = self.api._fault("upload")
        if fault:
            return fault.page()
        upload = self.world.pending_uploads.get(request.match_info["file"])
        data = await request.read()
        if upload is None or len(data) != upload.length:
            return web.Response(status=400, text="bad upload")
        upload.data = data
        return web.Response(text=f"OK - {len(data)}")
