"""Long polling. The library's own Updater confirms updates before they are dealt with; this confirms them after.

https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
from functools import partial

from telegram.error import InvalidToken, TelegramError

from bot.telegram.api import Line, Pauses, TelegramBot
from bot.telegram.intake import Intake

CONFIRM = 3.0  # seconds to confirm the last batch when the bot stops


class Polling:
    """Asks for updates, hands all of them over, and only then asks for the next, which confirms them."""

    def __init__(self, bot: TelegramBot, line: Line, intake: Intake, pauses: Pauses) -> None:
        self._bot = bot
        self._line = line
        self._intake = intake
        self._pauses = pauses
        self._offset: int | None = None

    async def run(self) -> None:
        """Until cancelled; the batch that is under way is finished first."""
        await self._line.until_answered(self._leave_webhook)
        while True:
            ask = partial(self._bot.updates, self._offset, self._pauses.poll)
            batch = await self._line.until_answered(ask)
            if not batch:
                continue
            work = asyncio.gather(*(self._intake.take(raw) for raw in batch))
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.wait({work}, timeout=self._pauses.finish)
                if work.done():
                    await self._confirm(self._after(batch))
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                raise
            self._offset = self._after(batch)

    async def _leave_webhook(self) -> None:
        """Telegram gives updates to a webhook or to polling, never to both."""
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except InvalidToken:
            return  # the token was right a moment ago: a server that knows no webhooks

    async def _confirm(self, offset: int) -> None:
        try:
            async with asyncio.timeout(CONFIRM):
                await self._bot.updates(offset, 0, limit=1)
        except (TelegramError, TimeoutError):
            return  # they will come again, and are known then

    @staticmethod
    def _after(batch: list[dict[str, object]]) -> int:
        return max(int(str(raw["update_id"])) for raw in batch) + 1
