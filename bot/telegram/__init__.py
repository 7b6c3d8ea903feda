"""Telegram: what people send becomes an `Incoming`, and a `Reply` becomes messages with buttons."""

from bot.telegram.front_end import TelegramFrontEnd

__all__ = ["TelegramFrontEnd"]
