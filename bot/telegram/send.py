"""Pages and files -> the Bot API."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from html import unescape
from os import SEEK_END
from typing import BinaryIO

import structlog
from telegram import InputFile, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.telegram.api import TelegramBot
from bot.telegram.errors import failure, says
from bot.telegram.markup import Span, html
from bot.telegram.render import Page
from bot.telegram.text import shortened
from handlers.messages import FILE_GONE, DeliveryFailed, File

FILE_TOO_LARGE = "{name} is too large to send here ({size} MB; Telegram takes {limit} MB)."
NOT_AN_ADDRESS = "This is no address in Telegram."

FILE_NAME = 200
UPLOAD_MB = 50  # https://core.telegram.org/bots/api#sending-files
UPLOADING = 300.0  # seconds
FILE = "file:"

log = structlog.get_logger()
_NO_PREVIEW = {"is_disabled": True}
_TAG = re.compile(r"<[^>]*>")

Chat = int | str


class Shower:
    """Shows one page or file at a time. Raises DeliveryFailed."""

    def __init__(self, bot: TelegramBot) -> None:
        self._bot = bot
        self._moved: dict[Chat, int] = {}  # groups that became supergroups since the start

    async def show(self, chat: Chat, item: Page | File, quoted: int | None = None) -> int:
        """Show it in a chat, there as an answer to the message `quoted`. Gives the message's number."""
        try:
            return await self._show(self._moved.get(chat, chat), item, quoted)
        except ChatMigrated as error:
            self._moved[chat] = error.new_chat_id
            log.warning(
                "a Telegram group has a new number; please set it", old=chat, new=error.new_chat_id
            )
        except TelegramError as error:
            raise failure(error) from error
        return await self.show(self._moved[chat], item)

    async def replace(self, chat: Chat, message: int, page: Page) -> None:
        """Show it in place of an earlier message."""
        chat = self._moved.get(chat, chat)
        try:
            try:
                await self._edit(chat, message, page, "HTML", page.html)
            except BadRequest as error:
                if not says(error, "can't parse entities"):
                    raise
                log.error("Telegram could not read our markup")
                await self._edit(chat, message, page, None, _plain(page.html))
        except TelegramError as error:
            if not says(error, "message is not modified"):
                raise failure(error) from error

    async def delete(self, chat: Chat, message: int) -> None:
        """Take a message away, for which Telegram gives 48 hours. Raises DeliveryFailed."""
        try:
            await self._bot.delete_message(self._moved.get(chat, chat), message)
        except TelegramError as error:
            if not says(error, "message to delete not found"):
                raise failure(error) from error

    async def _edit(
        self, chat: Chat, message: int, page: Page, mode: str | None, text: str
    ) -> None:
        await self._bot.show(
            "editMessageText",
            text=text,
            chat_id=chat,
            message_id=message,
            parse_mode=mode,
            link_preview_options=_NO_PREVIEW,
            reply_markup=(page.markup or None) if page.replaceable else None,
        )

    async def _show(self, chat: Chat, item: Page | File, quoted: int | None) -> int:
        answering = ReplyParameters(quoted, allow_sending_without_reply=True) if quoted else None
        if isinstance(item, File):
            return await self._file(chat, item, answering)
        try:
            return await self._text(chat, item, "HTML", item.html, answering)
        except BadRequest as error:
            if not says(error, "can't parse entities"):
                raise
            log.error("Telegram could not read our markup")
        return await self._text(chat, item, None, _plain(item.html), answering)

    async def _text(
        self, chat: Chat, page: Page, mode: str | None, text: str, answering: ReplyParameters | None
    ) -> int:
        return await self._bot.show(
            "sendMessage",
            chat_id=chat,
            text=text,
            parse_mode=mode,
            link_preview_options=_NO_PREVIEW,
            reply_markup=page.markup or None,
            reply_parameters=answering,
        )

    async def _file(self, chat: Chat, file: File, answering: ReplyParameters | None) -> int:
        """Pictures go as documents too: that keeps them as they are."""
        async with AsyncExitStack() as until:
            try:
                content = await until.enter_async_context(file.opened())
            except OSError:
                return await self._instead(chat, FILE_GONE.format(name=file.name), answering)
            return await self._document(chat, content, file.name, answering)

    async def _document(
        self, chat: Chat, content: BinaryIO, name: str, answering: ReplyParameters | None
    ) -> int:
        size = content.seek(0, SEEK_END)
        content.seek(0)
        if size > UPLOAD_MB * 1024 * 1024:
            words = FILE_TOO_LARGE.format(name=name, size=round(size / 1024**2), limit=UPLOAD_MB)
            return await self._instead(chat, words, answering)
        filename = shortened(name, FILE_NAME) or "file"
        return await self._bot.show(
            "sendDocument",
            chat_id=chat,
            document=InputFile(content, filename=filename, read_file_handle=False),
            disable_content_type_detection=True,
            reply_parameters=answering,
            read_timeout=UPLOADING,
        )

    async def _instead(self, chat: Chat, words: str, answering: ReplyParameters | None) -> int:
        page = Page(html([Span(words, ours=True)]))
        return await self._text(chat, page, "HTML", page.html, answering)


def id_of(item: Page | File, number: int) -> str:
    """A message's id as `edit` of the front-end takes it: `17`, `file:18`."""
    return f"{FILE}{number}" if isinstance(item, File) else str(number)


def chat_at(address: str) -> Chat:
    """`telegram:4242` -> 4242, `telegram:@channel` -> "@channel". Raises DeliveryFailed."""
    platform, _, chat = address.partition(":")
    if platform == "telegram" and chat.removeprefix("-").isdecimal():
        return int(chat)
    if platform == "telegram" and chat.startswith("@"):
        return chat
    raise DeliveryFailed(NOT_AN_ADDRESS, permanent=True)


def _plain(text: str) -> str:
    return unescape(_TAG.sub("", text))
