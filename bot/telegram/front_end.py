"""Telegram as one of the chats: wires the Bot API, what comes in and what goes out together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime

from aiohttp import web

from bot.front_end import TakingIn
from bot.settings import Settings, SettingsError
from bot.telegram.api import Line, Pauses, as_bot_commands, connect
from bot.telegram.files import fetch
from bot.telegram.intake import Intake
from bot.telegram.menu import introduce, offer
from bot.telegram.polling import Polling
from bot.telegram.render import PLEASE_CHOOSE, Page, render
from bot.telegram.reply_queue import Answers
from bot.telegram.send import FILE, Shower, chat_at, id_of
from bot.telegram.translate import Me
from bot.telegram.webhook import Webhook
from handlers.messages import DeliveryFailed, Receive, Reply

NO_TOKEN = "Telegram needs TELEGRAM_BOT_TOKEN: make a bot with @BotFather, and copy its token."  # noqa: S105
NOT_A_MESSAGE = "This is no message in Telegram."
ANNOUNCED_AGAIN = 600.0  # seconds
ALWAYS = frozenset({"start", "help"})


def _now() -> datetime:
    return datetime.now(UTC)


class TelegramFrontEnd:
    """Telegram by long polling, or by webhook where TELEGRAM_WEBHOOK_URL is set.

    `commands` are names and descriptions for Telegram's menu. Raises SettingsError where a setting is
    missing or cannot be right.
    """

    platform = "telegram"

    def __init__(
        self,
        settings: Settings,
        *,
        commands: Sequence[tuple[str, str]] = (),
        pauses: Pauses | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        if settings.telegram_bot_token is None:
            raise SettingsError(NO_TOKEN)
        self._bot, self._request = connect(
            settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url
        )
        self._webhook = Webhook(settings) if settings.telegram_webhook_url else None
        self._commands = as_bot_commands(commands)
        self._pauses = pauses or Pauses()
        self._now = now
        self._line = Line(self._pauses)
        self._shower = Shower(self._bot)
        self._answers = Answers(self._shower, self._pauses)
        self._me: Me | None = None
        self._intake: Intake | None = None
        self._taking_in = TakingIn()
        self._closed = False
        self._introducing: asyncio.Task[None] | None = None
        self._offered: asyncio.Queue[tuple[int, list[tuple[str, str]]]] = asyncio.Queue()

    @property
    def connected(self) -> bool:
        """Whether the bot knows its own name, and the last call was answered."""
        return self._me is not None and self._line.well and not self._closed

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        """POST at the path of TELEGRAM_WEBHOOK_URL; none with long polling."""
        return [self._webhook.route(lambda: self._ready(receive))] if self._webhook else []

    async def run(self, receive: Receive) -> None:
        """Take in what people send, until cancelled. Raises SettingsError for what Telegram refuses."""
        try:
            await self._taking_in.run(self._take_in(receive))
        finally:
            await self.close()

    def stop_taking(self) -> None:
        """See `FrontEnd.stop_taking`."""
        self._taking_in.stop()

    async def close(self) -> None:
        """Finish what is under way, and end all connections."""
        self._closed = True
        if self._introducing:
            self._introducing.cancel()
        await self._answers.finish(self._pauses.finish)
        if self._intake:
            await self._intake.finish(self._pauses.finish)
        await self._request.shutdown()

    async def send(self, address: str, reply: Reply) -> str:
        """Send to `telegram:<chat id>` or `telegram:@channel`. Gives the first message's number.

        Raises DeliveryFailed while nothing has been shown; what is left after that is tried again here.
        """
        chat, items = chat_at(address), render(reply)
        item = items[0] if items else Page(PLEASE_CHOOSE)
        first = id_of(item, await self._shower.show(chat, item))
        if reply.noted:
            reply.noted(address, first)
        self._answers.put_rest(chat, items[1:], reply.noted)
        return first

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Put a reply in place of a message, or delete a file. Raises DeliveryFailed."""
        chat, items = chat_at(address), render(reply)
        if message.startswith(FILE) and message.removeprefix(FILE).isdecimal():
            await self._shower.delete(chat, int(message.removeprefix(FILE)))
            return
        if not message.isdecimal() or not items or not isinstance(items[0], Page):
            raise DeliveryFailed(NOT_A_MESSAGE, permanent=True)
        await self._shower.replace(chat, int(message), items[0])
        self._answers.put_rest(chat, items[1:])

    def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The bytes of one of Telegram's files, in pieces. Raises DeliveryFailed, TooLarge."""
        return fetch(self._bot, self._request, pointer)

    def join_link(self, code: str) -> str | None:
        """The link that opens a chat with the bot and sends it the code; None until its name is known."""
        return f"https://t.me/{self._me.username}?start={code}" if self._me else None

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """In its turn, once Telegram is reached. See `FrontEnd.offer`."""
        self._offered.put_nowait((int(account.rpartition(":")[2]), as_bot_commands(commands)))

    async def _introduce(self) -> None:
        await introduce(self._bot, self._commands)
        while True:
            await offer(self._bot, *await self._offered.get())

    async def _take_in(self, receive: Receive) -> None:
        await self._meet()
        self._introducing = asyncio.create_task(self._introduce())
        if self._webhook:
            while True:  # whoever else has the token may have taken the webhook away
                await self._webhook.announce(self._bot, self._line)
                await asyncio.sleep(ANNOUNCED_AGAIN)
        elif intake := self._ready(receive):
            await Polling(self._bot, self._line, intake, self._pauses).run()

    def _ready(self, receive: Receive) -> Intake | None:
        """The way in, from when the bot knows its own name until it stops."""
        if self._closed or self._taking_in.stopped:
            return None
        if self._intake is None and self._me is not None:
            self._intake = Intake(receive, self._answers, self._bot, self._now)
            self._intake.me = self._me
        return self._intake

    async def _meet(self) -> None:
        user = await self._line.until_answered(self._bot.get_me)
        names = ALWAYS.union(name for name, _ in self._commands)
        self._me = Me(user.id, user.username or "", names)
