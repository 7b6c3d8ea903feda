"""Telegram as one of the chats: wires the Bot API, what comes in and what goes out together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import structlog
from aiohttp import web
from telegram.error import InvalidToken, TelegramError

from bot.front_end import TakingIn, TokenNotTaken
from bot.settings import Settings, SettingsError, TokenRefused
from bot.telegram.api import TelegramApi, TelegramPauses, connect
from bot.telegram.files import fetch
from bot.telegram.intake import TelegramIntake
from bot.telegram.join_link import link_to
from bot.telegram.menu import Menu, fit_menu, introduce, offer
from bot.telegram.polling import Polling
from bot.telegram.reading.typed_commands import Me
from bot.telegram.render import PLEASE_CHOOSE, Page, render
from bot.telegram.reply_queue import ReplyQueue
from bot.telegram.send import TelegramPoster, chat_at, id_of
from bot.telegram.webhook import Webhook
from handlers.messages import DeliveryFailed, Receive, Reply
from store.model.address import Address, Platform, file_in

NO_TOKEN = "Telegram needs TELEGRAM_BOT_TOKEN: make a bot with @BotFather, and copy its token."  # noqa: S105
NOT_A_MESSAGE = "This is no message in Telegram."

NO_LONGER_TAKEN = (
    "Telegram no longer takes TELEGRAM_BOT_TOKEN. Copy the token again from @BotFather, and give "
    "it to the bot. What it owes waits for that."
)

#: Seconds between two questions whether the token is still good.
WATCH = 60.0
#: Seconds until the webhook is announced again.
ANNOUNCED_AGAIN = 600.0
#: Commands that every bot of Telegram's has, whether they are in its menu or not.
ALWAYS = frozenset({"start", "help"})


log = structlog.get_logger()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A menu of its own for one private chat."""

    chat: int
    commands: Menu


class TelegramFrontEnd:
    """Telegram by long polling, or by webhook where TELEGRAM_WEBHOOK_URL is set.

    `commands` are names and descriptions for Telegram's menu. Raises SettingsError where a setting
    is missing or cannot be right.
    """

    platform = Platform.TELEGRAM.value

    def __init__(
        self,
        settings: Settings,
        *,
        commands: Sequence[tuple[str, str]] = (),
        pauses: TelegramPauses | None = None,
        now: Callable[[], datetime] = _now,
        watch_seconds: float = WATCH,
    ) -> None:
        if settings.telegram_bot_token is None:
            raise SettingsError(NO_TOKEN)
        token = settings.telegram_bot_token.get_secret_value()
        self._connection = connect(token, settings.telegram_api_url)
        self._bot = self._connection.bot
        self._webhook = Webhook(settings) if settings.telegram_webhook_url else None
        self._commands = fit_menu(commands)
        self._pauses = pauses or TelegramPauses()
        self._now = now
        self._api = TelegramApi(self._pauses)
        self._poster = TelegramPoster(self._bot)
        self._answers = ReplyQueue(self._poster, self._pauses)
        self._me: Me | None = None
        self._intake: TelegramIntake | None = None
        self._taking_in = TakingIn()
        self._closed = False
        self._token_refused = False
        self._watch_seconds = watch_seconds
        self._introducing: asyncio.Task[None] | None = None
        self._offers: asyncio.Queue[_Offer] = asyncio.Queue()

    @property
    def connected(self) -> bool:
        """Tells that the bot knows its own name, and that the last call was answered."""
        is_reached = self._api.is_answering and not self._token_refused
        return self._me is not None and is_reached and not self._closed

    @property
    def token_refused(self) -> bool:
        """See `HasToken`."""
        return self._token_refused

    async def watch(self) -> None:
        """See `HasToken`."""
        while True:
            await self._ask_about_token()
            await asyncio.sleep(self._watch_seconds)

    async def _ask_about_token(self) -> None:
        try:
            await self._bot.get_me()
        except InvalidToken:
            self._note_token_refused()
        except TelegramError:
            # That says nothing of the token.
            return
        else:
            self._token_refused = False

    def _note_token_refused(self) -> None:
        """Say once that the token is no longer good, until it is again."""
        if not self._token_refused:
            log.error(NO_LONGER_TAKEN)
        self._token_refused = True

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        """POST at the path of TELEGRAM_WEBHOOK_URL; none with long polling."""
        if self._webhook is None:
            return []
        return [self._webhook.route(lambda: self._open_intake(receive))]

    async def run(self, receive: Receive) -> None:
        """Take in what people send, until cancelled.

        Raises SettingsError for what Telegram refuses.
        """
        try:
            await self._taking_in.run(self._take_in(receive))
        except TokenRefused:
            # Whoever runs this says so.
            self._token_refused = True
            raise
        finally:
            await self.close()

    def stop_taking(self) -> None:
        """See `FrontEnd.stop_taking`."""
        self._taking_in.stop()
        if self._intake:
            self._intake.stop()

    async def close(self) -> None:
        """Finish what is under way, and end all connections."""
        self._closed = True
        if self._intake:
            self._intake.stop()
        if self._introducing:
            self._introducing.cancel()
        # Answers first: people wait for them.
        await self._answers.finish(self._pauses.finish)
        if self._intake:
            await self._intake.finish(self._pauses.finish)
        await self._connection.request.shutdown()

    async def send(self, address: str, reply: Reply) -> str:
        """Send to `telegram:<chat id>` or `telegram:@channel`. Gives the first message's id.

        Raises DeliveryFailed while nothing has been shown; what is left after that is tried again
        here.
        """
        chat = chat_at(address)
        items = render(reply)
        # Something must be shown, or nothing would have an id.
        first = items[0] if items else Page(PLEASE_CHOOSE)
        try:
            id = id_of(first, await self._poster.post(chat, first))
        except TokenNotTaken:
            self._note_token_refused()
            raise
        self._token_refused = False
        if reply.noted:
            reply.noted(address, id)
        self._answers.put_rest(chat, items[1:], reply.noted)
        return id

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Put a reply in place of a message, or delete a file. Raises DeliveryFailed."""
        chat = chat_at(address)
        items = render(reply)
        file = file_in(message)
        if file is not None and file.isdecimal():
            await self._poster.delete(chat, int(file))
            return
        if not message.isdecimal() or not items or not isinstance(items[0], Page):
            raise DeliveryFailed(NOT_A_MESSAGE, permanent=True)
        await self._poster.update(chat, int(message), items[0])
        self._answers.put_rest(chat, items[1:])

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """Delete a message, or put a reply in its place after the 48 hours that Telegram gives.

        Raises DeliveryFailed.
        """
        if message.isdecimal():
            try:
                await self._poster.delete(chat_at(address), int(message))
                return
            except DeliveryFailed as failure:
                if not failure.permanent:
                    raise
        await self.edit(address, message, instead)

    def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The bytes of one of Telegram's files, in pieces. Raises DeliveryFailed, TooLarge."""
        return fetch(self._connection, pointer)

    def join_link(self, code: str) -> str | None:
        """The link that opens a chat with the bot and sends it the code.

        None until the bot knows its own name.
        """
        return link_to(self._me.username, code) if self._me else None

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """In its turn, once Telegram is reached. See `FrontEnd.offer`."""
        chat = int(Address.parse(account).place)
        self._offers.put_nowait(_Offer(chat, fit_menu(commands)))

    # --- what comes in ----------------------------------------------------------------------------

    async def _take_in(self, receive: Receive) -> None:
        await self._learn_own_name()
        self._introducing = asyncio.create_task(self._introduce())
        if self._webhook:
            await self._keep_announced(self._webhook)
        intake = self._open_intake(receive)
        if intake:
            await Polling(self._bot, self._api, intake, self._pauses).run()

    async def _learn_own_name(self) -> None:
        user = await self._api.retry(self._bot.get_me)
        names = ALWAYS.union(name for name, _ in self._commands)
        self._me = Me(user.id, user.username or "", names)
        self._answers.own_link = link_to(self._me.username, "")

    async def _introduce(self) -> None:
        """Show who the bot is, and then each menu as it is offered."""
        await introduce(self._bot, self._commands)
        while True:
            offered = await self._offers.get()
            await offer(self._bot, offered.chat, offered.commands)

    async def _keep_announced(self, webhook: Webhook) -> NoReturn:
        # Whoever else has the token may take the webhook away.
        while True:
            await webhook.announce(self._bot, self._api)
            with suppress(TimeoutError):
                async with asyncio.timeout(ANNOUNCED_AGAIN):
                    await self.watch()

    def _open_intake(self, receive: Receive) -> TelegramIntake | None:
        """The way in, from when the bot knows its own name until it stops."""
        if self._closed or self._taking_in.stopped:
            return None
        if self._intake is None and self._me is not None:
            self._intake = TelegramIntake(receive, self._answers, self._bot, self._me, self._now)
        return self._intake
