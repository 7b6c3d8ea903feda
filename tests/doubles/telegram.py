"""A Telegram to test against: people, groups and the Bot API on loopback, strict as the documentation says.

async with TelegramDouble() as telegram:
    asha = telegram.user(4242, "Asha", "Patel")
    # … start the bot with TELEGRAM_API_URL=telegram.api_url, TELEGRAM_BOT_TOKEN=telegram.token …
    await asha.says("Have you seen this? https://example.com/post")
    shown = await telegram.waits_for(asha, "Case")
    await asha.taps("A pupil")
    assert "getFile" not in telegram.methods
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.doubles.telegram_api import BotApi, Call, Fault, Stored, Upload
from tests.doubles.telegram_people import Group, User
from tests.doubles.telegram_text import Refusal, part
from tests.patience import PATIENCE

TOKEN = "123456789:AAHeadsUpTestToken-abcdefghijklmnopq"
USERNAME = "headsup_test_bot"


@dataclass(frozen=True)
class Shown:
    """One message of the bot as it stands now."""

    chat: int
    message_id: int
    text: str
    entities: list[dict[str, Any]]
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    force_reply: dict[str, Any] | None = None
    edited: bool = False
    answers: int | None = None  # the message that it replies to
    file: Upload | None = None
    receiver: int | None = None  # who alone sees it
    protected: bool = False  # it cannot be passed on or saved

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons."""
        return [button["text"] for row in self.keyboard for button in row]

    def words(self, kind: str) -> list[str]:
        """What stands in entities of a kind: `bold`, `blockquote`, `url` …"""
        return [
            part(self.text, e["offset"], e["length"]) for e in self.entities if e["type"] == kind
        ]


class TelegramDouble:
    """One bot's Telegram. Everything that people do in it is a method of theirs."""

    def __init__(self, token: str = TOKEN, username: str = USERNAME, port: int = 0) -> None:
        self.token = token
        self.api = BotApi(token, username)
        self.updates = self.api.updates
        self._port = port
        self._runner: web.AppRunner | None = None
        self._files = 0
        self.clock: Callable[[], float] = time.time  # seconds since 1970, for what people send

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.api.app(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.updates.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """For TELEGRAM_API_URL."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point a bot here."""
        return {"TELEGRAM_BOT_TOKEN": self.token, "TELEGRAM_API_URL": self.api_url}

    # --- who there is ------------------------------------------------------------------------------

    def user(
        self,
        number: int,
        first: str,
        last: str = "",
        *,
        username: str = "",
        started: bool = False,
        is_bot: bool = False,
    ) -> User:
        """Somebody. The bot may not write to them before they have written to it (or `started`)."""
        names = {"id": number, "first_name": first, "last_name": last, "username": username}
        who = {"is_bot": is_bot, **{k: v for k, v in names.items() if v}}
        chat = {"type": "private", **{k: v for k, v in names.items() if v}}
        self.api.chats[number] = chat
        if not started:
            self.api.closed[number] = "bot can't initiate conversation with a user"
        return User(self, who, chat)

    def group(
        self, number: int, title: str, *, kind: str = "supergroup", username: str = ""
    ) -> Group:
        """A group (or `channel`) with the bot in it."""
        chat: dict[str, Any] = {"id": number, "type": kind, "title": title}
        if username:
            chat["username"] = username
        self.api.chats[number] = chat
        return Group(self, chat)

    # --- what the bot has done ---------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        """Every call of the Bot API, in order; fetching a file's bytes is `(file)`."""
        return self.api.calls

    @property
    def methods(self) -> set[str]:
        """Which methods were called."""
        return {call.method for call in self.api.calls}

    def called(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.api.calls if call.method == method]

    def shown(self, where: User | Group) -> list[Shown]:
        """What the bot has shown there, each message as it stands now, oldest first."""
        mine = self.api.me["id"]
        return [
            self._as_shown(message)
            for (chat, _), message in sorted(self.api.messages.items())
            if chat == where.id and message["from"]["id"] == mine
        ]

    def texts(self, where: User | Group) -> list[str]:
        """The texts of what is shown there."""
        return [shown.text for shown in self.shown(where)]

    def menu(self, chat: int) -> list[str]:
        """The commands beside the text box of somebody's private chat."""
        return self.api.menu(chat)

    async def until(self, condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Wait for something to become true, looking after every call and update, and now and then."""
        async with asyncio.timeout(seconds):
            while not (found := condition()):
                self.api.changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.api.changed.wait(), 0.02)
        return found

    async def waits_for(self, where: User | Group, words: str, seconds: float = PATIENCE) -> Shown:
        """Wait until a message there holds these words (in its text, on a button or as a file's name)."""

        def find() -> Shown | None:
            return next((s for s in reversed(self.shown(where)) if words in _readable(s)), None)

        found: Shown = await self.until(find, seconds)
        return found

    async def taken_in(self, seconds: float = PATIENCE) -> None:
        """Wait until the bot has confirmed everything that people did."""
        await self.until(lambda: not self.updates.waiting, seconds)

    # --- bad days ----------------------------------------------------------------------------------

    def refuses(
        self,
        method: str,
        description: str,
        code: int = 400,
        *,
        times: int = 1,
        chat: User | Group | None = None,
        **parameters: int,
    ) -> None:
        """The next calls of a method fail: `refuses("sendMessage", "Too Many Requests", 429, retry_after=1)`."""
        refusal = Refusal(description, code, **parameters)
        self.api.faults.append(Fault(method, refusal, times, chat.id if chat else None))

    def slows_down(
        self, method: str = "sendMessage", *, retry_after: int = 1, times: int = 1
    ) -> None:
        """429 with `retry_after`."""
        words = f"Too Many Requests: retry after {retry_after}"
        self.refuses(method, words, 429, times=times, retry_after=retry_after)

    def drops(self, method: str = "*", times: int = 1) -> None:
        """The line goes dead in the middle of the next calls."""
        self.api.faults.append(Fault(method, None, times))

    def is_intercepted(self, method: str, *statuses: int) -> None:
        """Somebody in between answers the next calls with a page, as a school's filter does."""
        self.api.faults += [Fault(method, None, 1, page=status) for status in statuses]

    def goes_down(self) -> None:
        """Nobody reaches Telegram any more, nor hears from it."""
        self.api.down = True
        self.updates.drop()

    def comes_back(self) -> None:
        """Everybody does again."""
        self.api.down = False

    def revokes_token(self) -> None:
        """@BotFather has made a new token."""
        self.api.revoked = True

    def sends_again(self, update: dict[str, Any]) -> None:
        """The same update again, as after a restart, though it was confirmed."""
        self.updates.put(update)

    # --- for people --------------------------------------------------------------------------------

    def store(self, content: bytes, name: str, size: int | None = None) -> tuple[str, int]:
        """Hold a file; `size` without content for one too large to hand over. Gives its id and size."""
        self._files += 1
        file_id = f"file-{self._files:04}"
        held = Stored(
            f"documents/{file_id}_{name or 'file'}", len(content) if size is None else size, content
        )
        self.api.files[file_id] = held
        return file_id, held.size

    def posts(
        self,
        sender: dict[str, Any],
        chat: dict[str, Any],
        content: dict[str, Any],
        resend: bool = False,
    ) -> dict[str, Any]:
        """A message from somebody. Gives the update."""
        if chat["id"] == sender["id"] and self.api.closed.get(sender["id"], "").startswith(
            "bot can't"
        ):
            del self.api.closed[sender["id"]]
        message = {
            "message_id": self.api.next_message(),
            "from": sender,
            "chat": chat,
            "date": int(self.clock()),
            **content,
        }
        self.api.messages[chat["id"], message["message_id"]] = message
        return self.updates.add({"message": message}, resend)

    def buttons(self, where: int) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
        """Every button there with its message, newest first."""
        for (chat, _), message in sorted(self.api.messages.items(), reverse=True):
            if chat == where and message["from"]["id"] == self.api.me["id"]:
                for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                    for button in row:
                        yield message, button

    def _as_shown(self, message: dict[str, Any]) -> Shown:
        chat, number = message["chat"]["id"], message["message_id"]
        return Shown(
            chat=chat,
            message_id=number,
            text=message.get("text", message.get("caption", "")),
            entities=message.get("entities", message.get("caption_entities", [])),
            keyboard=message.get("reply_markup", {}).get("inline_keyboard", []),
            force_reply=self.api.asking.get((chat, number)),
            edited="edit_date" in message,
            answers=(message.get("reply_to_message") or {}).get("message_id"),
            file=self.api.uploads.get((chat, number)),
            receiver=message.get("receiver_user", {}).get("id"),
            protected=message.get("has_protected_content", False),
        )


def _readable(shown: Shown) -> str:
    return "\n".join((shown.text, *shown.labels, shown.file.name if shown.file else ""))
