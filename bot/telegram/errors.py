"""The Bot API's errors -> ours. https://core.telegram.org/bots/api#making-requests"""

from __future__ import annotations

import os
from datetime import timedelta

from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.front_end import TokenNotTaken
from handlers.messages import DeliveryFailed

FORBIDDEN = "Telegram does not let the bot write there: {}."
REFUSED = "Telegram refused it: {}."
SLOW_DOWN = "Telegram asks the bot to wait."
TOKEN_REFUSED = "Telegram refuses the bot's token."  # noqa: S105
UNREACHABLE = "Telegram cannot be reached."

# Durations as timedelta: the library's announced future.
os.environ.setdefault("PTB_TIMEDELTA", "1")


def translate_error(error: TelegramError) -> DeliveryFailed:
    """What an error means for whoever wanted something of Telegram."""
    # The order matters: BadRequest is a NetworkError for the library.
    if isinstance(error, RetryAfter):
        return DeliveryFailed(SLOW_DOWN, retry_after=seconds_of(error))
    if isinstance(error, Forbidden):
        return DeliveryFailed(FORBIDDEN.format(kind_of(error)), permanent=True)
    if isinstance(error, BadRequest):
        return DeliveryFailed(REFUSED.format(kind_of(error)), permanent=True)
    if isinstance(error, InvalidToken):
        return TokenNotTaken(TOKEN_REFUSED)
    if isinstance(error, NetworkError):
        return DeliveryFailed(UNREACHABLE)
    return DeliveryFailed(REFUSED.format("no answer"))


def kind_of(error: TelegramError) -> str:
    """The fixed words of an error, at most 100 characters: fit for a log.

    What stands behind its first colon can hold what people typed.
    """
    words = error.message.removeprefix("Forbidden: ").partition(":")[0].strip()
    return words[:100] or type(error).__name__


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants the bot to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def has_words(error: TelegramError, words: str) -> bool:
    """Tells an error by words of it, in small letters. The library changes capitals."""
    return words in error.message.lower()
