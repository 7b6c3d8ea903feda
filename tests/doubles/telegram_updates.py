"""What waits for the bot: handed over by long polling, or to a webhook until it says 200.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.doubles.telegram_text import Refusal

KINDS_BY_DEFAULT = {
    "chat_member",
    "message_reaction",
    "message_reaction_count",
}  # these must be asked for


@dataclass(eq=False)
class Waiting:
    """One update that the bot has not confirmed."""

    update: dict[str, Any]
    given: int = 0  # how often it was handed over
    again: int = 0  # how often it is to come again after it was confirmed


class Updates:
    """The queue of one bot."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.waiting: list[Waiting] = []
        self.webhook: dict[str, Any] = {}
        self.webhook_via = ""  # `http://127.0.0.1:8123`: where the webhook's host really is
        self.webhook_answers: list[int] = []
        self.webhook_trouble: dict[str, Any] = {}  # `last_error_date` and `last_error_message`
        self.holds = True  # a question for updates, for as long as it is asked to
        self._allowed: list[str] = []
        self._numbers = itertools.count(700_000_001)
        self._changed = changed
        self._news = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None
        self._client: aiohttp.ClientSession | None = None
        self._deliveries: dict[object, asyncio.Task[None]] = {}

    def add(self, content: dict[str, Any], resend: bool = False) -> dict[str, Any]:
        """Give an update its number, and let it wait. `resend`: it comes twice."""
        update = {"update_id": next(self._numbers), **content}
        self.put(update, again=int(resend))
        return update

    def put(self, update: dict[str, Any], again: int = 0) -> None:
        """Let an update wait, also one that was confirmed before."""
        kind = next(name for name in update if name != "update_id")
        if (self._allowed and kind not in self._allowed) or (
            not self._allowed and kind in KINDS_BY_DEFAULT
        ):
            return
        self.waiting.append(Waiting(update, again=again))
        self._wake()

    def confirm(self, offset: int) -> None:
        """Forget what was handed over before `offset`."""
        left = []
        for one in self.waiting:
            if one.update["update_id"] >= offset or not one.given:
                left.append(one)
            elif one.again:
                left.append(Waiting(one.update, again=one.again - 1))
        self.waiting = left
        self._changed()

    async def poll(
        self, offset: int, limit: int, hold: float, allowed: list[str] | None
    ) -> list[dict[str, Any]]:
        """getUpdates. Raises Refusal."""
        if self.webhook:
            raise Refusal(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                409,
            )
        if allowed is not None:
            self._allowed = allowed
        if self._poller and not self._poller.done():
            self._poller.set_exception(
                Refusal(
                    "terminated by other getUpdates request; make sure that only one bot instance is running",
                    409,
                )
            )
        mine = self._poller = asyncio.get_running_loop().create_future()
        if offset > 0:
            self.confirm(offset)
        try:
            async with asyncio.timeout(hold if self.holds else 0):
                while not self.waiting:
                    self._news.clear()
                    news = asyncio.ensure_future(self._news.wait())
                    await asyncio.wait({news, mine}, return_when=asyncio.FIRST_COMPLETED)
                    news.cancel()
                    if mine.done():
                        mine.result()
        except TimeoutError:
            return []
        finally:
            mine.cancel()
        found = self.waiting[: max(1, min(limit, 100))]
        for one in found:
            one.given += 1
        return [one.update for one in found]

    def drop(self) -> None:
        """The line of whoever is asking just now goes dead."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(ConnectionAbortedError())

    def set_webhook(self, given: dict[str, Any]) -> None:
        """setWebhook. Raises Refusal."""
        url = str(given.get("url", ""))
        if url and not url.startswith("https://"):
            raise Refusal("bad webhook: An HTTPS URL must be provided for webhook")
        secret = given.get("secret_token")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise Refusal("secret token contains unallowed characters")
        if not 1 <= int(given.get("max_connections") or 40) <= 100:
            raise Refusal("invalid max_connections")
        self._allowed = given.get("allowed_updates") or []
        self.webhook = given if url else {}
        self._wake()

    async def close(self) -> None:
        """Stop calling the webhook, and let go of whoever is still asking, who else would be waited for."""
        self.drop()
        for task in list(self._deliveries.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._client:
            await self._client.close()

    def _wake(self) -> None:
        self._news.set()
        self._changed()
        if self.webhook and self.waiting:
            for one in self.waiting:
                chat = _chat(one.update)
                if chat not in self._deliveries:
                    self._deliveries[chat] = asyncio.create_task(self._deliver(chat))

    async def _deliver(self, chat: object) -> None:
        """Call the webhook with the updates of one chat, one after another, each until it says 200."""
        pause = 0.01
        try:
            while one := next((w for w in self.waiting if _chat(w.update) == chat), None):
                if not self.webhook:
                    return
                one.given += 1
                if await self._call(one.update):
                    pause = 0.01
                    self.waiting.remove(one)
                    if one.again:
                        self.waiting.append(Waiting(one.update, again=one.again - 1))
                    self._changed()
                else:
                    await asyncio.sleep(pause)
                    pause = min(1.0, pause * 2)
        finally:
            del self._deliveries[chat]

    async def _call(self, update: dict[str, Any]) -> bool:
        self._client = self._client or aiohttp.ClientSession()
        parts = urlsplit(self.webhook["url"])
        host = self.webhook_via or f"{parts.scheme}://{parts.netloc}"
        headers = {}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        try:
            async with self._client.post(
                f"{host}{parts.path}", json=update, headers=headers
            ) as response:
                self.webhook_answers.append(response.status)
                return 200 <= response.status < 300
        except aiohttp.ClientError:
            return False


def _chat(update: dict[str, Any]) -> object:
    content = next(value for name, value in update.items() if name != "update_id")
    message = content.get("message", content)
    return (message.get("chat") or {}).get("id") if isinstance(message, dict) else None
