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

from handlers.messages import DeliveryFailed

FORBIDDEN = "Telegram does not let the bot write there: {}."
REFUSED = "Telegram refused it: {}."
SLOW_DOWN = "Telegram asks the bot to wait."
TOKEN_REFUSED = "Telegram refuses the bot's token."  # noqa: S105
UNREACHABLE = "Telegram cannot be reached."

os.environ.setdefault(
    "PTB_TIMEDELTA", "1"
)  # durations as timedelta: the library's announced future


def failure(error: TelegramError) -> DeliveryFailed:
    """What it means for whoever wanted something of Telegram."""
    if isinstance(error, RetryAfter):
        return DeliveryFailed(SLOW_DOWN, retry_after=seconds(error))
    if isinstance(error, Forbidden):
        return DeliveryFailed(FORBIDDEN.format(kind(error)), permanent=True)
    if isinstance(error, BadRequest):
        return DeliveryFailed(REFUSED.format(kind(error)), permanent=True)
    if isinstance(error, InvalidToken):
        return DeliveryFailed(TOKEN_REFUSED)
    return DeliveryFailed(
        UNREACHABLE if isinstance(error, NetworkError) else REFUSED.format("no answer")
    )


def kind(error: TelegramError) -> str:
    """The fixed words of an error: what stands behind its first colon can hold what people typed."""
    words = error.message.removeprefix("Forbidden: ").partition(":")[0].strip()
    return words[:100] or type(error).__name__


def seconds(error: RetryAfter) -> float:
    """How long to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def says(error: TelegramError, words: str) -> bool:
    """Whether these words are in it. The library changes capitals."""
    return words in error.message.lower()
