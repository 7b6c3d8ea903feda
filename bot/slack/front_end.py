"""Slack as one of the chats: wires Bolt, the Web API and Socket Mode together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress

import structlog
from aiohttp import web as http
from pydantic import SecretStr
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize

from bot.front_end import TakingIn
from bot.settings import Settings, SettingsError, TokenRefused
from bot.slack.answers import Answers
from bot.slack.api import REFUSED_TOKEN, TRYING_AGAIN, SlackApi, SlackPauses, SlackRefused, quiet
from bot.slack.background import Work
from bot.slack.events import SlackEvents
from bot.slack.files import fetch
from bot.slack.home import home_view, publish
from bot.slack.intake import SlackIntake
from bot.slack.people import People
from bot.slack.reading.payload import is_readable
from bot.slack.receiving import Receiver
from bot.slack.send import SlackPoster
from bot.slack.socket_mode import SocketMode
from bot.slack.ways_in import WaysIn, refuse_unreadable
from handlers.messages import DeliveryFailed, Receive, Reply, Sender
from store.model.address import Address, Platform, file_in

NO_BOT = (
    "Slack needs SLACK_BOT_TOKEN: the bot token (xoxb-…) from the app's page, OAuth & Permissions."
)
NO_WAY_IN = (
    "Slack needs SLACK_APP_TOKEN (xapp-…, for Socket Mode: no public address needed), "
    "or SLACK_SIGNING_SECRET and PORT (for HTTP at /slack/events)."
)
BOT_REFUSED = (
    "Slack refuses SLACK_BOT_TOKEN ({}). Install the app in your workspace again, and copy the bot "
    "token (xoxb-…) from OAuth & Permissions."
)
NO_ADDRESS = "This is no address in Slack."
PATH = "/slack/events"
#: Seconds for what is under way when the bot stops.
FINISH = 5.0

#: Seconds between two questions whether the token is still good.
WATCH = 60.0

#: Slack sends the event again, or shows that a command was not taken.
_NOT_TAKEN = 503

log = structlog.get_logger()


class SlackFrontEnd:
    """Slack in through Bolt, out through Block Kit.

    Raises SettingsError where tokens are missing.
    """

    platform = Platform.SLACK.value

    def __init__(
        self,
        settings: Settings,
        *,
        pauses: SlackPauses | None = None,
        watch_seconds: float = WATCH,
    ) -> None:
        bot_token = _plain(settings.slack_bot_token)
        self._app_token = _plain(settings.slack_app_token)
        self._signing_secret = _plain(settings.slack_signing_secret)
        if not bot_token:
            raise SettingsError(NO_BOT)
        if not self._app_token and not self._signing_secret:
            raise SettingsError(NO_WAY_IN)

        self._max_file_mb = settings.max_file_mb
        self._api = SlackApi(bot_token, settings.slack_api_url, pauses or SlackPauses())
        self._work = Work()
        self._people = People(self._api, self._work)
        self._poster = SlackPoster(self._api, self._people)
        self._socket_mode: SocketMode | None = None
        self._signed_in = False
        self._taking_in = TakingIn()
        self._watch_seconds = watch_seconds

    @property
    def connected(self) -> bool:
        """In Socket Mode, there is a connection; over HTTP, Slack has taken the token.

        In neither, where Slack has refused the token since.
        """
        if self._api.token_refused:
            return False
        if self._socket_mode:
            return self._socket_mode.connected
        return self._signed_in and not self._app_token

    @property
    def token_refused(self) -> bool:
        """See `HasToken`."""
        return self._api.token_refused

    async def watch(self) -> None:
        """See `HasToken`."""
        self._api.expect_token()
        while True:
            await self._ask_about_token()
            await asyncio.sleep(self._watch_seconds)

    def routes(self, receive: Receive) -> list[http.RouteDef]:
        """POST /slack/events, where Slack is reached over HTTP; none in Socket Mode."""
        if self._app_token:
            return []
        app = self._bolt(receive)

        async def events(request: http.Request) -> http.StreamResponse:
            return await self._answer_request(app, request)

        return [http.post(PATH, events)]

    async def run(self, receive: Receive) -> None:
        """Take in what people send, until cancelled.

        Raises SettingsError for a token that Slack refuses.
        """
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
        await self._api.close()

    async def send(self, address: str, reply: Reply) -> str:
        """Send to `slack:<team>:<user>` or `slack:<channel>`. Gives `<channel>:<ts>`.

        Raises DeliveryFailed.
        """
        return await self._poster.post(await self._channel_at(address), reply)

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Put a reply in place of a message, or delete a file. Raises DeliveryFailed."""
        file = file_in(message)
        if file is not None:
            await self._poster.delete(file)
            return
        channel, _, ts = message.partition(":")
        await self._poster.update(channel, ts, reply)

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """Delete a message of ours, or put a reply in its place. Raises DeliveryFailed."""
        channel, _, ts = message.partition(":")
        if file_in(message) is not None or not await self._poster.delete_message(channel, ts):
            await self.edit(address, message, instead)

    def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The bytes of one of Slack's files, in pieces. Raises DeliveryFailed, TooLarge."""
        return fetch(self._api, pointer, self._max_file_mb)

    def join_link(self, code: str) -> str | None:
        """Slack has no such links."""
        return None

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """Slack shows everybody the commands of the manifest."""

    async def vouch(self, account: str) -> Sender:
        """See `HasHome`."""
        return await self._people.sender(_user_of(account), None)

    async def show_home(self, account: str, reply: Reply, state: str) -> str:
        """See `HasHome`."""
        return await publish(self._api, _user_of(account), home_view(reply), state)

    async def _channel_at(self, address: str) -> str:
        """The channel of an address: `slack:C1` names one, `slack:T1:U7` a person's own."""
        found = Address.parse(address)
        if found.platform == Platform.SLACK:
            match found.parts:
                case (_, user) if user:
                    return await self._people.direct_channel(user)
                case (channel,) if channel:
                    return channel
        raise DeliveryFailed(NO_ADDRESS, permanent=True)

    async def _answer_request(self, app: AsyncApp, request: http.Request) -> http.StreamResponse:
        """Answer one request of Slack's; its signature is checked by Bolt."""
        if self._taking_in.stopped:
            return http.Response(status=_NOT_TAKEN)
        # Bolt would raise for a time that is no number.
        if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
            return http.Response(status=401)

        try:
            asked = await to_bolt_request(request)
        except Exception:
            # Bolt raises nearly anything for what is no payload.
            return http.Response(status=400)
        try:
            response = await app.async_dispatch(asked)
        except Exception as error:
            # Bolt stumbles over payloads that lack what is always in them.
            if not is_readable(asked.body):
                return http.Response(status=200)
            log.error("slack request not understood", kind=type(error).__name__)
            return http.Response(status=_NOT_TAKEN)

        # Bolt's word for what nothing listens for, which Slack need not send again.
        if response.status == 404:
            return http.Response(status=200)
        if response.status >= 500:
            return http.Response(status=_NOT_TAKEN)
        return await to_aiohttp_response(response)

    async def _take_in(self, receive: Receive) -> None:
        await self._sign_in()
        self._signed_in = True
        watching = asyncio.create_task(self._watch_token())
        try:
            if not self._app_token:
                # What people send comes in by the routes.
                await asyncio.Event().wait()
                return
            app = self._bolt(receive)
            self._socket_mode = SocketMode(self._api, self._app_token, app, self._work)
            await self._socket_mode.run()
        finally:
            watching.cancel()

    async def _watch_token(self) -> None:
        """Ask Slack now and then whether it still takes the token; the answer is noted there."""
        while True:
            await asyncio.sleep(self._watch_seconds)
            await self._ask_about_token()

    async def _ask_about_token(self) -> None:
        with suppress(DeliveryFailed):
            await self._api.ask(self._api.client.auth_test)

    async def _sign_in(self) -> None:
        """Ask Slack who we are, until it answers. Raises TokenRefused."""
        attempt = 0
        while True:
            try:
                await self._people.me()
                return
            except SlackRefused as refusal:
                if refusal.error in REFUSED_TOKEN:
                    raise TokenRefused(BOT_REFUSED.format(refusal.error)) from None
                pause = refusal.retry_after or self._api.pauses[attempt]
            except DeliveryFailed:
                pause = self._api.pauses[attempt]

            if attempt == 0:
                log.warning(TRYING_AGAIN)
            attempt += 1
            await asyncio.sleep(pause)

    def _bolt(self, receive: Receive) -> AsyncApp:
        """A Bolt application that checks what comes in, and hands it to `WaysIn`."""
        receiver = Receiver(self._api, self._people, self._work, receive)
        # One for both: what each person is told comes in one order.
        answers = Answers(self._poster, self._work)
        events = SlackEvents(self._people, receiver, answers, self._work)
        intake = SlackIntake(self._people, self._poster, receiver, answers, self._work)
        app = AsyncApp(
            name="headsup",
            logger=quiet,
            signing_secret=self._signing_secret,
            client=self._api.client,
            authorize=_OwnAccount(self._people, self._api.token),
        )
        app.use(WaysIn(intake, events))
        app.error(refuse_unreadable)
        return app


class _OwnAccount(AsyncAuthorize):
    """The bot's own account, asked for once rather than for every request."""

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


def _user_of(account: str) -> str:
    """`slack:T1:U7` -> `U7`. Raises DeliveryFailed."""
    *_, user = Address.parse(account).parts
    if not user:
        raise DeliveryFailed(NO_ADDRESS, permanent=True)
    return user


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
