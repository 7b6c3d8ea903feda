"""Pages and files -> the Bot API."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from html import unescape
from os import SEEK_END
from typing import Any, BinaryIO

import structlog
from telegram import InputFile, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.telegram.api import TelegramBot
from bot.telegram.errors import has_words, translate_error
from bot.telegram.markup import Span, html
from bot.telegram.render import Page
from bot.telegram.text import cut
from bot.telegram.working import show_action
from handlers.messages import FILE_GONE, DeliveryFailed, File
from store.model.address import FILE, Address, Platform

FILE_TOO_LARGE = "{name} is too large to send here ({size} MB; Telegram takes {limit} MB)."
NOT_AN_ADDRESS = "This is no address in Telegram."

#: UTF-16 units of a file's name.
FILE_NAME = 200
#: https://core.telegram.org/bots/api#sendphoto
CAPTION = 1_024
MB = 1024 * 1024
#: https://core.telegram.org/bots/api#sending-files
UPLOAD_MB = 50
#: Seconds for an answer to a file that is sent.
UPLOADING = 300.0

log = structlog.get_logger()
_NO_PREVIEW = {"is_disabled": True}
_TAG = re.compile(r"<[^<>]*>")

#: A chat's number, or a channel's name with its `@`.
Chat = int | str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where in a chat an answer is shown, and to whom."""

    #: The number of the message to replace.
    tapped: int | None = None
    #: The number of the message that it answers, where others read along.
    quoted: int | None = None
    #: The account that alone sees it, where others read along.
    receiver: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """As a call that shows a message takes it."""
        given: dict[str, Any] = {}
        if self.quoted:
            given["reply_parameters"] = ReplyParameters(
                self.quoted, allow_sending_without_reply=True
            )
        if self.receiver:
            # By its name since Bot API 10.3, and by that before.
            given["ephemeral_message_parameters"] = {"receiver_user_id": self.receiver}
            given["receiver_user_id"] = self.receiver
        return given


#: Below what there is, for all to see.
AT_THE_END = Whereabouts()


class TelegramPoster:
    """Posts one page or file at a time. Raises DeliveryFailed."""

    def __init__(self, bot: TelegramBot) -> None:
        self._bot = bot
        #: Groups that became supergroups since the start, with their new numbers.
        self._moved: dict[Chat, int] = {}

    async def post(self, chat: Chat, item: Page | File, where: Whereabouts = AT_THE_END) -> int:
        """Show it in a chat, below what there is. Gives its number."""
        try:
            return await self._post(self._moved.get(chat, chat), item, where)
        except ChatMigrated as error:
            self._moved[chat] = error.new_chat_id
            log.warning(
                "a Telegram group has a new number; please set it", old=chat, new=error.new_chat_id
            )
        except TelegramError as error:
            raise translate_error(error) from error
        # The message to answer has another number in the new group, if it is there at all.
        return await self.post(self._moved[chat], item, replace(where, quoted=None))

    async def update(self, chat: Chat, message: int, page: Page) -> None:
        """Show it in place of an earlier message."""
        chat = self._moved.get(chat, chat)
        try:
            await self._update(chat, message, page)
        except TelegramError as error:
            # Somebody tapped twice: what is to be shown is there already.
            if not has_words(error, "message is not modified"):
                raise translate_error(error) from error

    async def delete(self, chat: Chat, message: int) -> None:
        """Take a message away, for which Telegram gives 48 hours."""
        try:
            await self._bot.delete_message(self._moved.get(chat, chat), message)
        except TelegramError as error:
            if not has_words(error, "message to delete not found"):
                raise translate_error(error) from error

    # --- pages ------------------------------------------------------------------------------------

    async def _update(self, chat: Chat, message: int, page: Page) -> None:
        try:
            await self._edit_text(chat, message, page, "HTML")
        except BadRequest as error:
            if not _is_unparsable(error):
                raise
            log.error("Telegram could not read our markup")
            await self._edit_text(chat, message, page, None)

    async def _edit_text(self, chat: Chat, message: int, page: Page, mode: str | None) -> None:
        await self._bot.change(
            "editMessageText",
            text=_text_of(page, mode),
            chat_id=chat,
            message_id=message,
            parse_mode=mode,
            link_preview_options=_NO_PREVIEW,
            reply_markup=(page.markup or None) if page.replaceable else None,
        )

    async def _post(self, chat: Chat, item: Page | File, where: Whereabouts) -> int:
        if isinstance(item, File):
            return await self._post_file(chat, item, where)
        try:
            return await self._post_text(chat, item, "HTML", where)
        except BadRequest as error:
            if not _is_unparsable(error):
                raise
            log.error("Telegram could not read our markup")
        return await self._post_text(chat, item, None, where)

    async def _post_text(self, chat: Chat, page: Page, mode: str | None, where: Whereabouts) -> int:
        return await self._bot.show(
            "sendMessage",
            chat_id=chat,
            text=_text_of(page, mode),
            parse_mode=mode,
            link_preview_options=_NO_PREVIEW,
            reply_markup=page.markup or None,
            **where.parameters,
        )

    # --- files ------------------------------------------------------------------------------------

    async def _post_file(self, chat: Chat, file: File, where: Whereabouts) -> int:
        """Send a file, or a sentence in its place where it cannot be read or is too large."""
        async with AsyncExitStack() as until:
            try:
                content = await until.enter_async_context(file.opened())
            except OSError:
                return await self._post_instead(chat, FILE_GONE.format(name=file.name), where)

            size = content.seek(0, SEEK_END)
            content.seek(0)
            if size > UPLOAD_MB * MB:
                words = FILE_TOO_LARGE.format(
                    name=file.name, size=round(size / MB), limit=UPLOAD_MB
                )
                return await self._post_instead(chat, words, where)
            return await self._upload(chat, content, file, where)

    async def _upload(self, chat: Chat, content: BinaryIO, file: File, where: Whereabouts) -> int:
        """Pictures go as documents too: that keeps them as they are.

        What we have drawn ourselves is shown, above the words for whoever does not see it.
        """
        filename = cut(file.name, FILE_NAME) or "file"
        action = ChatAction.UPLOAD_PHOTO if file.alt else ChatAction.UPLOAD_DOCUMENT
        await show_action(self._bot, chat, action)
        # Nobody passes it on or saves it from there.
        protected = {"protect_content": True} if file.protected else {}
        if file.alt:
            return await self._bot.show(
                "sendPhoto",
                chat_id=chat,
                photo=InputFile(content, filename=filename, read_file_handle=False),
                caption=cut(file.alt, CAPTION),
                **protected,
                **where.parameters,
                read_timeout=UPLOADING,
            )
        return await self._bot.show(
            "sendDocument",
            chat_id=chat,
            document=InputFile(content, filename=filename, read_file_handle=False),
            disable_content_type_detection=True,
            **protected,
            **where.parameters,
            read_timeout=UPLOADING,
        )

    async def _post_instead(self, chat: Chat, words: str, where: Whereabouts) -> int:
        page = Page(html([Span(words, ours=True)]))
        return await self._post_text(chat, page, "HTML", where)


def id_of(item: Page | File, number: int) -> str:
    """A message's id as `edit` of the front-end takes it: `17`, `file:18`."""
    return f"{FILE}{number}" if isinstance(item, File) else str(number)


def chat_at(address: str) -> Chat:
    """`telegram:4242` -> 4242, `telegram:@channel` -> "@channel". Raises DeliveryFailed."""
    parsed = Address.parse(address)
    if parsed.platform == Platform.TELEGRAM:
        if parsed.place.removeprefix("-").isdecimal():
            return int(parsed.place)
        if parsed.place.startswith("@"):
            return parsed.place
    raise DeliveryFailed(NOT_AN_ADDRESS, permanent=True)


def _is_unparsable(error: BadRequest) -> bool:
    """Tells the error by which Telegram refuses our HTML, so that the text is shown plain."""
    return has_words(error, "can't parse entities")


def _text_of(page: Page, mode: str | None) -> str:
    """The HTML of a page; without a mode, in which Telegram would read it, the text alone."""
    if mode is not None:
        return page.html
    return unescape(_TAG.sub("", page.html))
