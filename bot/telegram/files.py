"""The bytes behind a pointer. https://core.telegram.org/bots/api#getfile"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import aiohttp
from telegram import Bot
from telegram.error import BadRequest, TelegramError
from yarl import URL

from bot.telegram.api import Connection
from bot.telegram.errors import has_words, translate_error
from handlers.messages import DeliveryFailed, TooLarge

TOO_LARGE = "Telegram hands over at most 20 MB to a bot."
NO_FILE = "This does not point to a file in Telegram."
A_PAGE = "a page came in its place"
CUT_SHORT = "the file is shorter than the message said"
BROKEN_OFF = "The file could not be fetched from Telegram ({})."

#: What files that are pages themselves end with.
PAGES = (".htm", ".html", ".xhtml")
#: Bytes that are read at once.
PIECE = 64 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)


async def fetch(connection: Connection, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
    """The bytes of a file, in pieces of 64 kB at most. Raises DeliveryFailed, TooLarge.

    Fewer bytes than the message said are a failure. Its errors never name the file's address: that
    holds the bot's token.
    """
    received = 0
    address = await _ask_address(connection.bot, pointer.get("file_id", ""))
    try:
        url = URL(address, encoded=True)
        async with connection.request.client.get(url, timeout=TIMEOUT) as response:
            if response.status != 200:
                raise DeliveryFailed(BROKEN_OFF.format(response.status))
            if _is_page_instead(response, url):
                raise DeliveryFailed(BROKEN_OFF.format(A_PAGE))
            async for piece in response.content.iter_chunked(PIECE):
                received += len(piece)
                yield piece
    # TimeoutError is an OSError, too.
    except (aiohttp.ClientError, TelegramError, OSError, ValueError) as error:
        raise DeliveryFailed(BROKEN_OFF.format(type(error).__name__)) from None
    if received < _expected(pointer):
        raise DeliveryFailed(BROKEN_OFF.format(CUT_SHORT))


def _is_page_instead(response: aiohttp.ClientResponse, url: URL) -> bool:
    """Tells a page that a filter or a proxy shows in place of a file."""
    return response.content_type == "text/html" and url.suffix.lower() not in PAGES


def _expected(pointer: Mapping[str, str]) -> int:
    """The bytes that the message spoke of; 0 where it did not say."""
    size = pointer.get("file_size", "")
    return int(size) if size.isdecimal() else 0


async def _ask_address(bot: Bot, file_id: str) -> str:
    """A fresh address: one is good for an hour."""
    if not file_id:
        raise DeliveryFailed(NO_FILE, permanent=True)
    try:
        file = await bot.get_file(file_id)
    except BadRequest as error:
        if has_words(error, "file is too big"):
            raise TooLarge(TOO_LARGE) from None
        # Telegram says so of an id that is wrong and of a file that is slow: so try again.
        if has_words(error, "temporarily unavailable"):
            raise DeliveryFailed(BROKEN_OFF.format("temporarily unavailable")) from None
        raise translate_error(error) from None
    except TelegramError as error:
        raise translate_error(error) from None
    if not file.file_path:
        raise DeliveryFailed(BROKEN_OFF.format("no path"))
    return file.file_path
