"""The bytes behind a pointer. https://core.telegram.org/bots/api#getfile"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import aiohttp
from telegram import Bot
from telegram.error import BadRequest, TelegramError
from yarl import URL

from bot.telegram.errors import failure, says
from bot.telegram.http_client import AiohttpRequest
from handlers.messages import DeliveryFailed, TooLarge

TOO_LARGE = "Telegram hands over at most 20 MB to a bot."
NO_FILE = "This does not point to a file in Telegram."
BROKEN_OFF = "The file could not be fetched from Telegram ({})."

PIECE = 64 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)


async def fetch(
    bot: Bot, request: AiohttpRequest, pointer: Mapping[str, str]
) -> AsyncIterator[bytes]:
    """In pieces of 64 kB at most. Raises DeliveryFailed, TooLarge; never names the address: it has the token."""
    url = await _address(bot, pointer.get("file_id", ""))
    try:
        async with request.client.get(URL(url, encoded=True), timeout=TIMEOUT) as response:
            if response.status != 200:
                raise DeliveryFailed(BROKEN_OFF.format(response.status))
            async for piece in response.content.iter_chunked(PIECE):
                yield piece
    except (
        aiohttp.ClientError,
        TelegramError,
        OSError,
        ValueError,
    ) as error:  # OSError: TimeoutError too
        raise DeliveryFailed(BROKEN_OFF.format(type(error).__name__)) from None


async def _address(bot: Bot, file_id: str) -> str:
    """A fresh address: one is good for an hour."""
    if not file_id:
        raise DeliveryFailed(NO_FILE, permanent=True)
    try:
        file = await bot.get_file(file_id)
    except BadRequest as error:
        if says(error, "file is too big"):
            raise TooLarge(TOO_LARGE) from None
        if says(error, "temporarily unavailable"):  # Telegram's words for either: so try again
            raise DeliveryFailed(BROKEN_OFF.format("temporarily unavailable")) from None
        raise failure(error) from None
    except TelegramError as error:
        raise failure(error) from None
    if not file.file_path:
        raise DeliveryFailed(BROKEN_OFF.format("no path"))
    return file.file_path
