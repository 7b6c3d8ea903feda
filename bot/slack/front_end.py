"""Slack as one of the chats: wires Bolt, the Web API and Socket Mode together."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence

import structlog
from aiohttp import web as http
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize

from bot.front_end import TakingIn
from bot.settings import Settings, SettingsError, TokenRefused
from bot.slack.api import REFUSED_TOKEN, TRYING_AGAIN, Pauses, SlackRefused, Web, quiet
from bot.slack.background import Work
from bot.slack.files import fetch
from bot.slack.intake import Intake
from bot.slack.people import People
from bot.slack.send import FILE, Shower
from bot.slack.socket_mode import Sockets
from handlers.messages import DeliveryFailed, Receive, Reply

NO_BOT = (
    "Slack needs SLACK_BOT_TOKEN: the bot token (xoxb-…) from the app's page, OAuth & Permissions."
)
NO_WAY_IN = (
    "Slack needs SLACK_APP_TOKEN (xapp-…, for Socket Mode: no public address needed), "
    "or SLACK_SIGNING_SECRET and PORT (for HTTP at /slack/events)."
)
BOT_REFUSED = (
    "Slack refuses SLACK_BOT_TOKEN ({}). Install the app in your workspace again, and copy the bot token "
    "(xoxb-…) from OAuth & Permissions."
)
NO_ADDRESS = "This is no address in Slack."
PATH = "/slack/events"
FINISH = 5.0  # seconds for what is under way when the bot stops

log = structlog.get_logger()
_ANY = re.compile(".*", re.DOTALL)


class SlackFrontEnd:
    """Slack in through Bolt, out through Block Kit. Raises SettingsError where tokens are missing."""

    platform = "slack"

    def __init__(self, settings: Settings, *, pauses: Pauses | None = None) -> None:
        if settings.slack_bot_token is None or not settings.slack_bot_token.get_secret_value():
            raise SettingsError(NO_BOT)
        self._app_token = (
            settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
        )
        secret = settings.slack_signing_secret
        self._signing_secret = secret.get_secret_value() if secret else ""
        if not self._app_token and not self._signing_secret:
            raise SettingsError(NO_WAY_IN)
        self._max_file_mb = settings.max_file_mb
        self._web = Web(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url, pauses or Pauses()
        )
        self._work = Work()
        self._people = People(self._web, self._work)
        self._shower = Shower(self._web, self._people)
        self._sockets: Sockets | None = None
        self._signed_in = False
        self._taking_in = TakingIn()

    @property
    def connected(self) -> bool:
        """Socket Mode: whether there is a connection. HTTP: whether Slack has taken the token."""
        return self._sockets.connected if self._sockets else self._signed_in and not self._app_token

    def routes(self, receive: Receive) -> list[http.RouteDef]:
        """POST /slack/events, where Slack is reached over HTTP; none in Socket Mode."""
        if self._app_token:
            return []
        app = self._bolt(receive)

        async def events(request: http.Request) -> http.StreamResponse:
            if self._taking_in.stopped:
                return http.Response(status=503)
            if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
                return http.Response(status=401)
            try:
                asked = await to_bolt_request(request)
            except Exception:  # Bolt raises nearly anything for what is no payload
                return http.Response(status=400)
            try:
                response = await app.async_dispatch(asked)
            except Exception as error:
                log.error("slack request not understood", kind=type(error).__name__)
                return http.Response(status=503)
            if response.status == 404:  # nothing that we listen for
                return http.Response(status=200)
            if response.status >= 500:
                return http.Response(status=503)
            return await to_aiohttp_response(response)

        return [http.post(PATH, events)]

    async def run(self, receive: Receive) -> None:
        """Take in what people send, until cancelled. Raises SettingsError for a token that Slack refuses."""
        try:
            await self._taking_in.run(self._take_in(receive))
        finally:
            await self.close()

    def stop_taking(self) -> None:
        """See `FrontEnd.stop_taking`."""
        self._taking_in.stop()

    async def close(self) -> None:
        """Finish what is under way, and end all connections."""
        await self._work.finish(FINISH)
        await self._web.close()

    async def send(self, address: str, reply: Reply) -> str:
        """Send to `slack:<team>:<user>` or `slack:<channel>`. Gives `<channel>:<ts>`.

        Raises DeliveryFailed.
        """
        return await self._shower.post(await self._channel(address), reply)

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Put a reply in place of a message, or delete a file. Raises DeliveryFailed."""
        if message.startswith(FILE):
            await self._shower.delete(message.removeprefix(FILE))
            return
        channel, _, ts = message.partition(":")
        await self._shower.update(channel, ts, reply)

    def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The bytes of one of Slack's files, in pieces. Raises DeliveryFailed, TooLarge."""
        return fetch(self._web, pointer, self._max_file_mb)

    def join_link(self, code: str) -> str | None:
        """Slack has no such links."""
        return None

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """Slack shows everybody the commands of the manifest."""

    async def _channel(self, address: str) -> str:
        match address.split(":"):
            case ["slack", _, user] if user:
                return await self._people.direct(user)
            case ["slack", channel] if channel:
                return channel
        raise DeliveryFailed(NO_ADDRESS, permanent=True)

    async def _take_in(self, receive: Receive) -> None:
        await self._sign_in()
        self._signed_in = True
        if self._app_token:
            self._sockets = Sockets(self._web, self._app_token, self._bolt(receive), self._work)
            await self._sockets.run()
        else:
            await asyncio.Event().wait()

    async def _sign_in(self) -> None:
        attempt = 0
        while True:
            try:
                await self._people.me()
                return
            except SlackRefused as refusal:
                if refusal.error in REFUSED_TOKEN:
                    raise TokenRefused(BOT_REFUSED.format(refusal.error)) from None
                pause = refusal.retry_after or self._web.pauses[attempt]
            except DeliveryFailed:
                pause = self._web.pauses[attempt]
            if attempt == 0:
                log.warning(TRYING_AGAIN)
            attempt += 1
            await asyncio.sleep(pause)

    def _bolt(self, receive: Receive) -> AsyncApp:
        """A Bolt application whose listeners take everything."""
        intake = Intake(self._web, self._people, self._shower, self._work, receive)
        app = AsyncApp(
            name="headsup",
            logger=quiet,
            process_before_response=True,  # without it Bolt looks for an acknowledgement every 10 ms
            signing_secret=self._signing_secret,
            client=self._web.client,
            authorize=_Account(self._people, self._web.token),
        )
        app.command(_ANY)(intake.slash)  # first, as Bolt asks them in turn
        app.event(_ANY)(intake.event)
        app.action(_ANY)(intake.tap)
        app.shortcut(_ANY)(intake.shortcut)
        app.view(_ANY)(intake.form)
        app.view_closed(_ANY)(intake.nothing)
        app.error(intake.failed)
        return app


class _Account(AsyncAuthorize):
    """Our own account, asked for once."""

    def __init__(self, people: People, token: str) -> None:
        self._people = people
        self._token = token

    async def __call__(self, **_: object) -> AuthorizeResult:
        me = await self._people.me()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=me.team,
            bot_user_id=me.user,
            bot_id=me.bot,
            bot_token=self._token,
        )
