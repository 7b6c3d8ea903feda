"""What people do in Telegram. Each deed gives the update that the bot will see."""

from __future__ import annotations

import copy
import itertools
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.doubles.telegram_text import with_found

if TYPE_CHECKING:
    from tests.doubles.telegram import TelegramDouble

Update = dict[str, Any]
_numbers = itertools.count(1)


class Group:
    """A group or channel that the bot is in."""

    def __init__(self, telegram: TelegramDouble, chat: dict[str, Any]) -> None:
        self._telegram = telegram
        self.chat = chat
        self.id: int = chat["id"]

    def becomes_supergroup(self, number: int) -> Group:
        """It gets a new number, and the old one is refused with it."""
        new = self._telegram.group(number, self.chat["title"])
        self._telegram.api.moved[self.id] = number
        return new

    def removes_bot(self) -> None:
        """The bot may not write there any more."""
        self._telegram.api.closed[self.id] = "bot was kicked from the supergroup chat"

    def makes_bot(self, status: str, **rights: bool) -> None:
        """What the bot is there: administrator, restricted, left …"""
        self._telegram.api.standing[self.id] = {"status": status, **rights}

    def lets_members_write(self, may: bool) -> None:
        self.chat["permissions"] = {"can_send_messages": may}

    def posts(self, text: str) -> Update:
        """A channel's own post."""
        message = {
            "message_id": self._telegram.api.next_message(),
            "sender_chat": self.chat,
            "chat": self.chat,
            "date": int(time.time()),
            "text": text,
        }
        return self._telegram.updates.add({"channel_post": message})


class User:
    """Somebody with Telegram on a phone. `chat=` says it in a group rather than to the bot alone."""

    def __init__(self, telegram: TelegramDouble, who: dict[str, Any], chat: dict[str, Any]) -> None:
        self._telegram = telegram
        self.who = who
        self._private = chat
        self.id: int = who["id"]

    async def says(
        self,
        text: str,
        *,
        entities: Sequence[dict[str, Any]] = (),
        reply_to: int | None = None,
        chat: Group | None = None,
        resend: bool = False,
        **more: Any,
    ) -> Update:
        """Send text. Telegram finds links, @names and /commands; `entities` adds others (`text_link` …)."""
        content = {"text": text, **more}
        if found := with_found(text, list(entities)):
            content["entities"] = found
        return self._post(content, chat, reply_to, resend)

    async def starts(self, code: str = "", **more: Any) -> Update:
        """Press Start, or open an invitation's link `t.me/<bot>?start=CODE`."""
        return await self.says(f"/start {code}".strip(), **more)

    async def sends_photo(
        self,
        content: bytes = b"jpeg",
        *,
        caption: str = "",
        chat: Group | None = None,
        resend: bool = False,
        **more: Any,
    ) -> Update:
        """Send a photo: Telegram makes several sizes of it, the largest of which is `content`."""
        sizes = [
            self._file(
                content if edge == 1280 else b"small",
                f"{edge}.jpg",
                width=edge,
                height=edge * 2 // 3,
            )
            for edge in (90, 1280, 320)  # in no order that one may rely on
        ]
        return self._post({"photo": sizes, **_captioned(caption), **more}, chat, None, resend)

    async def sends_document(  # noqa: PLR0913 what a document may have, by name
        self,
        content: bytes = b"%PDF",
        name: str = "letter.pdf",
        mime: str = "application/pdf",
        *,
        caption: str = "",
        size: int | None = None,
        chat: Group | None = None,
        resend: bool = False,
        **more: Any,
    ) -> Update:
        """Send something "as a file". `size` alone for what is too large for a bot."""
        document = self._file(content, name, size, file_name=name, mime_type=mime)
        return self._post({"document": document, **_captioned(caption), **more}, chat, None, resend)

    async def sends(
        self,
        kind: str,
        content: bytes = b"data",
        *,
        caption: str = "",
        resend: bool = False,
        **fields: Any,
    ) -> Update:
        """Send a `video`, `video_note`, `voice`, `audio`, `animation` or `sticker`."""
        usual = {"width": 640, "height": 480, "duration": 7, "length": 240}
        if kind == "sticker":
            usual |= {"type": "regular", "is_animated": False, "is_video": False}  # type: ignore[dict-item]
        found = self._file(content, kind, **(usual | fields))
        both = {"document": found} if kind == "animation" else {}
        return self._post({kind: found, **both, **_captioned(caption)}, None, None, resend)

    async def sends_other(self, **content: Any) -> Update:
        """Send a `location`, `contact`, `poll` or anything else of the Bot API's Message."""
        return self._post(content, None, None, False)

    async def sends_album(
        self, contents: Sequence[bytes], *, caption: str = "", resend: bool = False, **more: Any
    ) -> list[Update]:
        """Send several photos as one: separate updates with one `media_group_id`, the caption on the first."""
        album = {"media_group_id": f"1300000{next(_numbers)}", **more}
        return [
            await self.sends_photo(one, caption="" if number else caption, resend=resend, **album)
            for number, one in enumerate(contents)
        ]

    async def forwards(  # noqa: PLR0913 what an origin may have, by name
        self,
        content: Update | str,
        *,
        user: User | None = None,
        hidden: str = "",
        group: Group | None = None,
        channel: Group | None = None,
        post: int = 77,
        signature: str = "",
        date: int = 1_760_000_000,
        resend: bool = False,
    ) -> Update:
        """Forward text, or what somebody sent, with what Telegram says of its origin (exactly one of them)."""
        origin: dict[str, Any]
        if user:
            origin = {"type": "user", "sender_user": user.who}
        elif hidden:
            origin = {"type": "hidden_user", "sender_user_name": hidden}
        elif group:
            origin = {"type": "chat", "sender_chat": group.chat}
        else:
            assert channel
            origin = {"type": "channel", "chat": channel.chat, "message_id": post}
        origin |= {"date": date, **({"author_signature": signature} if signature else {})}
        if isinstance(content, str):
            return await self.says(content, forward_origin=origin, resend=resend)
        own = ("message_id", "from", "chat", "date")
        passed_on = {k: copy.deepcopy(v) for k, v in content["message"].items() if k not in own}
        return self._post({**passed_on, "forward_origin": origin}, None, None, resend)

    async def edits(
        self, update: Update, text: str, *, later: int = 5, resend: bool = False
    ) -> Update:
        """Change the words of a message that was sent."""
        message = copy.deepcopy(update["message"])
        where = "caption" if "caption" in message or "text" not in message else "text"
        entities = "caption_entities" if where == "caption" else "entities"
        message.pop(entities, None)
        message |= {where: text, "edit_date": message["date"] + later}
        if found := with_found(text, []):
            message[entities] = found
        return self._telegram.updates.add({"edited_message": message}, resend)

    async def taps(self, label: str, *, chat: Group | None = None, resend: bool = False) -> Update:
        """Tap the newest button with this label (or whose label begins so). Raises LookupError."""
        where = chat.id if chat else self.id
        fitting = [b for b in self._telegram.buttons(where) if b[1]["text"].startswith(label)]
        exact = [b for b in fitting if b[1]["text"] == label]
        if not fitting:
            labels = [button["text"] for _, button in self._telegram.buttons(where)]
            raise LookupError(f"no button {label!r} among {labels}")
        message, button = (exact or fitting)[0]
        query = f"5000{next(_numbers)}"
        self._telegram.api.queries[query] = False
        tap = {
            "id": query,
            "from": self.who,
            "message": copy.deepcopy(message),
            "chat_instance": "1",
            "data": button["callback_data"],
        }
        return self._telegram.updates.add({"callback_query": tap}, resend)

    def blocks_bot(self) -> None:
        """Telegram refuses what the bot sends them from now on."""
        self._telegram.api.closed[self.id] = "bot was blocked by the user"
        self._changes("kicked")

    def unblocks_bot(self) -> None:
        """And takes it again."""
        self._telegram.api.closed.pop(self.id, None)
        self._changes("member")

    def leaves_telegram(self) -> None:
        """The account is gone."""
        self._telegram.api.closed[self.id] = "user is deactivated"

    def _changes(self, status: str) -> None:
        member = {"user": self._telegram.api.me, "status": status, "until_date": 0}
        change = {"chat": self._private, "from": self.who, "date": int(time.time())}
        was = {**member, "status": "member" if status == "kicked" else "kicked"}
        self._telegram.updates.add(
            {"my_chat_member": {**change, "old_chat_member": was, "new_chat_member": member}}
        )

    def _post(
        self, content: dict[str, Any], chat: Group | None, reply_to: int | None, resend: bool
    ) -> Update:
        where = chat.chat if chat else self._private
        if reply_to is not None:
            content["reply_to_message"] = copy.deepcopy(
                self._telegram.api.messages[where["id"], reply_to]
            )
        return self._telegram.posts(self.who, where, content, resend)

    def _file(
        self, content: bytes, name: str, size: int | None = None, **fields: Any
    ) -> dict[str, Any]:
        file_id, length = self._telegram.store(content, name, size)
        return {"file_id": file_id, "file_unique_id": f"q{file_id}", "file_size": length, **fields}


def _captioned(caption: str) -> dict[str, Any]:
    if not caption:
        return {}
    found = with_found(caption, [])
    return {"caption": caption, **({"caption_entities": found} if found else {})}
