"""The line to Telegram: the bot's own calls, made until they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.settings import TokenRefused
from bot.telegram.errors import kind, seconds
from bot.telegram.http_client import AiohttpRequest

REFUSED = (
    "Telegram refuses the bot's token. Copy it again from @BotFather into TELEGRAM_BOT_TOKEN "
    "(and leave TELEGRAM_API_URL unset, unless you run a Bot API server of your own)."
)
UNREACHABLE = "Telegram cannot be reached; trying again until it can"
BACK = "Telegram can be reached again"
CONFLICT = (
    "another program takes in this bot's Telegram messages, so these get none; stop the other one, "
    "or give each a bot of its own"
)
DEFAULT_NONE = AiohttpRequest.DEFAULT_NONE
ALLOWED = ("message", "edited_message", "callback_query")
BATCH = 100

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pauses:
    """Times, in seconds."""

    album: float = 0.8  # after the last part of an album, before its one answer
    poll: int = 50  # how long Telegram may hold a question for updates
    first: float = 1.0  # after the first failure; then twice as long each time
    longest: float = 60.0
    patience: float = 300.0  # how long an answer is tried again
    finish: float = 10.0  # for what is under way when the bot stops


class TelegramBot(Bot):
    """The library's Bot API, with less read of what comes back.

    `get_updates` reads a batch as one: a single update that the library does not know would hold up all
    others for ever, and is logged with everything that people wrote. And what has been shown is not read
    back whole for the sake of its number: an answer that the library cannot read would be shown again.
    """

    async def updates(
        self, offset: int | None, hold: int, limit: int = BATCH
    ) -> list[dict[str, Any]]:
        """What has come in since `offset`, and confirm what is before it.

        Telegram holds the question for `hold` seconds while there is nothing. Raises TelegramError.
        """
        data = {"offset": offset, "limit": limit, "timeout": hold, "allowed_updates": ALLOWED}
        found = await self._post("getUpdates", data, read_timeout=hold + 15)
        return cast("list[dict[str, Any]]", found)

    async def show(self, method: str, *, read_timeout: float | None = None, **given: Any) -> int:
        """Call a method that shows a message. Gives the message's number. Raises TelegramError."""
        wait = DEFAULT_NONE if read_timeout is None else read_timeout
        found = await self._post(method, given, read_timeout=wait)
        if not isinstance(found, dict) or not isinstance(found.get("message_id"), int):
            raise TelegramError("Telegram's answer could not be read")
        return int(found["message_id"])


def connect(token: str, api_url: str) -> tuple[TelegramBot, AiohttpRequest]:
    """The Bot API at `api_url`, the part before `/bot<token>/`. Raises SettingsError."""
    url, request = api_url.rstrip("/"), AiohttpRequest()
    try:
        bot = TelegramBot(
            token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=request,
            get_updates_request=request,
        )
    except InvalidToken:
        raise TokenRefused(REFUSED) from None
    return bot, request


class Line:
    """Says once that Telegram is out of reach, and once that it is back."""

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses
        self._trouble = ""

    @property
    def well(self) -> bool:
        """Whether the last call was answered."""
        return not self._trouble

    async def until_answered(self, call: Callable[[], Awaitable[T]]) -> T:
        """The answer, with growing pauses before it. Raises SettingsError where the token is refused."""
        pause = self._pauses.first
        while True:
            wait = pause
            try:
                answer = await call()
            except InvalidToken:
                raise TokenRefused(REFUSED) from None
            except RetryAfter as error:
                wait = seconds(error)
            except Conflict as error:
                self._say(CONFLICT, error)
            except TelegramError as error:
                self._say(UNREACHABLE, error)
            else:
                if self._trouble:
                    log.info(BACK)
                self._trouble = ""
                return answer
            await asyncio.sleep(wait)
            pause = min(2 * pause, self._pauses.longest)

    def _say(self, sentence: str, error: TelegramError) -> None:
        if self._trouble != sentence:
            log.warning(sentence, reason=kind(error))
        self._trouble = sentence


def as_bot_commands(commands: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those names and descriptions that Telegram's menu takes. One that it refuses would cost all."""
    fitting = [(name, words.strip()) for name, words in commands if _fits(name) and words.strip()]
    return [(name, words[:256]) for name, words in fitting][:100]


def _fits(name: str) -> bool:
    return (
        len(name) <= 32
        and name.isascii()
        and name.replace("_", "a").isalnum()
        and name == name.lower()
    )
