"""Telegram's Bot API: the bot's own calls, made until they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.settings import TokenRefused
from bot.telegram.errors import kind_of, seconds_of
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
NO_NUMBER = "Telegram has shown a message without saying which"

DEFAULT_NONE = AiohttpRequest.DEFAULT_NONE
#: The kinds of updates that the bot wants to be told of.
ALLOWED = ("message", "edited_message", "callback_query")
#: Updates that are taken at once; Telegram gives no more.
BATCH = 100
#: Seconds for an answer, besides those for which Telegram was asked to hold the question.
ANSWERING = 15

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TelegramPauses:
    """Times, in seconds."""

    #: After the last part of an album, before its one answer.
    album: float = 0.8
    #: How long Telegram may hold a question for updates.
    poll: int = 50
    #: After the first failure; then twice as long each time, up to `longest`.
    first: float = 1.0
    longest: float = 60.0
    #: How long an answer is tried again.
    patience: float = 300.0
    #: Without an answer, until its sender sees that it is worked on.
    typing: float = 1.0
    #: For what is under way when the bot stops.
    finish: float = 10.0


class TelegramBot(Bot):
    """The library's Bot API, with less read of what comes back.

    `get_updates` reads a batch as one: a single update that the library does not know would hold up
    all others for ever, and is logged with everything that people wrote. And what has been shown is
    not read back whole for the sake of its number: an answer that the library cannot read would be
    shown again.
    """

    async def fetch_updates(
        self, offset: int | None, hold: int, limit: int = BATCH
    ) -> list[dict[str, Any]]:
        """What has come in since `offset`, as it came; what is before it is confirmed by this.

        Telegram holds the question for `hold` seconds while there is nothing. Raises TelegramError.
        """
        data = {"offset": offset, "limit": limit, "timeout": hold, "allowed_updates": ALLOWED}
        found = await self._post("getUpdates", data, read_timeout=hold + ANSWERING)
        return cast("list[dict[str, Any]]", found)

    async def show(self, method: str, *, read_timeout: float | None = None, **given: Any) -> int:
        """Call a method that shows a message. Raises TelegramError.

        Gives the message's number; 0 where Telegram does not say it.
        """
        wait = DEFAULT_NONE if read_timeout is None else read_timeout
        found = await self._post(method, given, read_timeout=wait)
        if isinstance(found, dict) and isinstance(found.get("message_id"), int):
            return int(found["message_id"])
        # Shown it is: shown again, it would stand there twice.
        log.warning(NO_NUMBER, method=method)
        return 0

    async def change(self, method: str, **given: Any) -> None:
        """Call a method that changes a message, whose number is known. Raises TelegramError."""
        await self._post(method, given)


@dataclass(frozen=True, slots=True)
class Connection:
    """The bot's calls, and the pool of connections that they share with what fetches files."""

    bot: TelegramBot
    request: AiohttpRequest


def connect(token: str, api_url: str) -> Connection:
    """The Bot API at `api_url`, the part before `/bot<token>/`. Raises SettingsError."""
    url = api_url.rstrip("/")
    request = AiohttpRequest()
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
    return Connection(bot, request)


class TelegramApi:
    """Makes calls until they are answered.

    Logs once that Telegram is out of reach, and once that it is back.
    """

    def __init__(self, pauses: TelegramPauses) -> None:
        self._pauses = pauses
        #: What was logged of the trouble that the last call met; empty where it was answered.
        self._trouble = ""

    @property
    def is_answering(self) -> bool:
        """Tells that the last call was answered, or that there was none yet."""
        return not self._trouble

    async def retry(self, call: Callable[[], Awaitable[T]]) -> T:
        """The answer to a call, with growing pauses before each further attempt.

        Raises SettingsError where the token is refused: no waiting mends that.
        """
        pause = self._pauses.first
        while True:
            wait = pause
            try:
                answer = await call()
            except InvalidToken:
                raise TokenRefused(REFUSED) from None
            except RetryAfter as error:
                wait = seconds_of(error)
            except Conflict as error:
                self._log_trouble(CONFLICT, error)
            except TelegramError as error:
                self._log_trouble(UNREACHABLE, error)
            else:
                self._log_recovery()
                return answer
            await asyncio.sleep(wait)
            pause = min(2 * pause, self._pauses.longest)

    def _log_trouble(self, sentence: str, error: TelegramError) -> None:
        if self._trouble != sentence:
            log.warning(sentence, reason=kind_of(error))
        self._trouble = sentence

    def _log_recovery(self) -> None:
        if self._trouble:
            log.info(BACK)
        self._trouble = ""
