"""Long polling, which confirms updates after they are dealt with.

The library's own Updater confirms them before.

https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.telegram.api import TelegramApi, TelegramBot, TelegramPauses
from bot.telegram.http_client import NotTelegrams
from bot.telegram.intake import TelegramIntake

#: The status of HTTP for what a server does not have.
NOT_FOUND = 404
#: Seconds at most until what was not kept is asked for again; other people's messages wait as long.
LONGEST = 10.0
#: Seconds to confirm the last batch when the bot stops.
CONFIRMING = 3.0


class Polling:
    """Asks for updates, hands all over, and only then asks for the next, which confirms them."""

    def __init__(
        self, bot: TelegramBot, api: TelegramApi, intake: TelegramIntake, pauses: TelegramPauses
    ) -> None:
        self._bot = bot
        self._api = api
        self._intake = intake
        self._pauses = pauses
        self._offset: int | None = None

    async def run(self) -> None:
        """Until cancelled; the batch that is under way is finished first."""
        await self._api.retry(self._leave_webhook)
        pause = self._pauses.first
        while True:
            batch = await self._ask()
            if not batch:
                continue
            work = asyncio.gather(*(self._intake.receive(raw) for raw in batch))
            try:
                kept = await asyncio.shield(work)
            except asyncio.CancelledError:
                await self._finish(work, batch)
                raise
            self._offset = _offset_after(batch, kept)
            if all(kept):
                pause = self._pauses.first
            else:
                # What was not kept comes again at once.
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._pauses.longest, LONGEST)

    async def _ask(self) -> list[dict[str, Any]]:
        """The next batch; empty where nothing came for a while."""
        begun = asyncio.get_running_loop().time()
        batch = await self._api.retry(
            partial(self._bot.fetch_updates, self._offset, self._pauses.poll)
        )
        held = asyncio.get_running_loop().time() - begun
        # Not every server of this API holds a question for as long as it is asked to.
        if not batch and held < self._pauses.poll / 2:
            await asyncio.sleep(self._pauses.first)
        return batch

    async def _finish(
        self, work: asyncio.Future[list[bool]], batch: Sequence[dict[str, Any]]
    ) -> None:
        """Wait for a batch, for so long. Unless it is finished, all of it comes again."""
        await asyncio.wait({work}, timeout=self._pauses.finish)
        if work.done():
            await self._confirm(_offset_after(batch, work.result()))
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def _leave_webhook(self) -> None:
        """Telegram gives updates to a webhook or to polling, never to both."""
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except InvalidToken:
            # The token was right a moment ago, so this is a server that knows no webhooks.
            return
        except NotTelegrams as error:
            # Such a server may have no words of Telegram's for that.
            if error.status != NOT_FOUND:
                raise

    async def _confirm(self, offset: int) -> None:
        try:
            async with asyncio.timeout(CONFIRMING):
                await self._bot.fetch_updates(offset, 0, limit=1)
        except (TelegramError, TimeoutError):
            # They will come again, and are known to the store then.
            return


def _offset_after(batch: Sequence[dict[str, Any]], kept: Sequence[bool]) -> int:
    """What to ask for next, so that all of a batch is confirmed before the first that is not kept.

    The intake remembers those behind it.
    """
    numbers = [int(str(raw["update_id"])) for raw in batch]
    missing = [number for number, is_kept in zip(numbers, kept, strict=True) if not is_kept]
    return min(missing) if missing else max(numbers) + 1
