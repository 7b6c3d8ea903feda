"""The Bot API over HTTP: each method that the bot may call, as strict as the documentation says.

https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

import asyncio
import itertools
import json
import mimetypes
import time
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from aiohttp import BodyPartReader, web
from PIL import Image

from tests.doubles.telegram_parameters import check_parameters
from tests.doubles.telegram_text import CAPTION, Refusal, check_commands, markup, read
from tests.doubles.telegram_updates import Updates

FETCH = 20 * 1024 * 1024
UPLOAD = 50 * 1024 * 1024
#: https://core.telegram.org/bots/api#sendphoto
PHOTO = 10 * 1024 * 1024
SHORT_DESCRIPTION, DESCRIPTION = 120, 512  # characters
PAGE = f"<html><body>{'This address is blocked. ' * 40}</body></html>"
FOR_DELETION = 48 * 3600  # seconds
CHANNEL = -1000000000000
#: https://core.telegram.org/bots/api#sendchataction
ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
    *("upload_document", "choose_sticker", "find_location", "record_video_note"),
    "upload_video_note",
}


@dataclass
class Upload:
    """A file that came with a call."""

    name: str
    media_type: str
    content: bytes


@dataclass
class Call:
    """One call of the Bot API, and how it was answered."""

    method: str
    given: dict[str, Any]
    status: int = 0
    at: float = field(default_factory=time.monotonic)


@dataclass
class Fault:
    """What a method answers instead, so many times."""

    method: str
    refusal: Refusal | None  # None: the line goes dead
    times: int
    chat: int | None = None
    page: int = 0  # the status of a page that somebody in between shows instead


class Intercepted(Exception):  # noqa: N818
    """Somebody in between answers in Telegram's place, as a school's filter does."""

    def __init__(self, status: int) -> None:
        self.status = status

    def page(self) -> web.Response:
        """What is shown."""
        return web.Response(status=self.status, text=PAGE, content_type="text/html")


@dataclass
class Stored:
    """A file that Telegram holds. No content: its size is all that is known."""

    path: str
    size: int
    content: bytes = b""


class BotApi:
    """Telegram's side of one bot."""

    def __init__(self, token: str, username: str) -> None:
        self.token = token
        self.me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Heads Up",
            "username": username,
        }
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.unimplemented: set[str] = set()
        #: What a method gives instead of its result, though it does what it should.
        self.answers: dict[str, Any] = {}
        self.down = False
        #: What it is asked to send waits for this, where it is slow.
        self.held: asyncio.Event | None = None
        self.revoked = False
        self.menus: dict[
            tuple[str, int], list[dict[str, str]]
        ] = {}  # by kind of scope and chat, or 0
        self.menu_button = "default"
        self.actions: list[tuple[int, str]] = []  # what the bot was seen to do, by chat
        self.described = {"short_description": "", "description": ""}
        self.files: dict[str, Stored] = {}
        self.chats: dict[int, dict[str, Any]] = {}
        self.closed: dict[int, str] = {}  # chats that the bot may not write to, and why
        self.moved: dict[int, int] = {}
        self.standing: dict[
            int, dict[str, Any]
        ] = {}  # the bot's own ChatMember, where it is more or less than a member
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.asking: dict[tuple[int, int], dict[str, Any]] = {}
        self.uploads: dict[tuple[int, int], Upload] = {}
        self.queries: dict[str, bool] = {}  # taps, and whether they have been answered
        self.changed = asyncio.Event()
        self.updates = Updates(self.changed.set)
        self._numbers = itertools.count(1)

    def app(self) -> web.Application:
        """The server."""
        app = web.Application(client_max_size=UPLOAD * 2)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        return app

    def next_message(self) -> int:
        """A number for a message."""
        return next(self._numbers)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.match_info["method"], {})
        if self.down:
            return self._dead(request)
        try:
            self._admit(request.match_info["token"])
            call.given = await _given(request)
            self.calls.append(call)
            self._fail(call, request)
            if self.held and call.method.startswith("send"):
                await self.held.wait()
            check_parameters(call.method, call.given)
            method = getattr(self, f"_{call.method}", None)
            if method is None or call.method in self.unimplemented:
                raise Refusal("Not Found", 404)
            result = await method(call.given)
            call.status = 200
            result = self.answers.get(call.method, result)
            return web.json_response({"ok": True, "result": result})
        except ConnectionAbortedError:
            return self._dead(request)
        except Intercepted as intercepted:
            return intercepted.page()
        except Refusal as refusal:
            call.status = refusal.code
            answer = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
            return web.json_response(answer, status=refusal.code)
        finally:
            self.changed.set()

    def _admit(self, token: str) -> None:
        if ":" not in token:
            raise Refusal("Not Found", 404)
        if token != self.token or self.revoked:
            raise Refusal("Unauthorized", 401)

    def _fail(self, call: Call, request: web.Request) -> None:
        for fault in self.faults:
            chat = fault.chat is None or str(fault.chat) == str(call.given.get("chat_id"))
            if fault.method in (call.method, "*") and chat:
                fault.times -= 1
                self.faults = [f for f in self.faults if f.times > 0]
                if fault.page:
                    raise Intercepted(fault.page)
                if fault.refusal is None:
                    raise ConnectionAbortedError
                raise fault.refusal

    @staticmethod
    def _dead(request: web.Request) -> web.StreamResponse:
        if request.transport:
            request.transport.abort()
        return web.Response(status=503)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(Call("(file)", {"path": request.match_info["path"]}))
        try:
            self._fail(self.calls[-1], request)
        except Intercepted as intercepted:
            return intercepted.page()
        if self.down:
            return self._dead(request)
        found = next((f for f in self.files.values() if f.path == request.match_info["path"]), None)
        if request.match_info["token"] != self.token or found is None:
            return web.Response(status=404)
        media_type, _ = mimetypes.guess_type(found.path)
        return web.Response(
            body=found.content, content_type=media_type or "application/octet-stream"
        )

    # --- methods ---------------------------------------------------------------------------------

    async def _getMe(self, given: dict[str, Any]) -> object:  # noqa: N802
        return self.me

    async def _getUpdates(self, given: dict[str, Any]) -> object:  # noqa: N802
        allowed = _json(given["allowed_updates"]) if given.get("allowed_updates") else None
        offset, limit, hold = (
            int(given.get(k) or d) for k, d in (("offset", 0), ("limit", 100), ("timeout", 0))
        )
        return await self.updates.poll(offset, limit, hold, allowed)

    async def _setWebhook(self, given: dict[str, Any]) -> object:  # noqa: N802
        if given.get("allowed_updates"):
            given["allowed_updates"] = _json(given["allowed_updates"])
        self.updates.set_webhook(given)
        return True

    async def _getWebhookInfo(self, given: dict[str, Any]) -> object:  # noqa: N802
        return {
            "url": self.updates.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.waiting),
            **self.updates.webhook_trouble,
        }

    async def _deleteWebhook(self, given: dict[str, Any]) -> object:  # noqa: N802
        self.updates.webhook = {}
        if str(given.get("drop_pending_updates")).lower() == "true":
            self.updates.waiting.clear()
        return True

    async def _setMyCommands(self, given: dict[str, Any]) -> object:  # noqa: N802
        self.menus[self._scope(given)] = check_commands(given.get("commands"))
        return True

    async def _deleteMyCommands(self, given: dict[str, Any]) -> object:  # noqa: N802
        self.menus.pop(self._scope(given), None)
        return True

    def menu(self, chat: int) -> list[str]:
        """The commands beside the text box of a private chat: the nearest scope that has any.

        https://core.telegram.org/bots/api#determining-list-of-commands
        """
        scopes = ("chat", chat), ("all_private_chats", 0), ("default", 0)
        found = next((menu for scope in scopes if (menu := self.menus.get(scope))), [])
        return [command["command"] for command in found]

    def _scope(self, given: dict[str, Any]) -> tuple[str, int]:
        scope = _json(given.get("scope") or {"type": "default"})
        kind = scope.get("type") if isinstance(scope, dict) else None
        if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
            return kind, 0
        if kind != "chat":
            raise Refusal("can't parse BotCommandScope: Unsupported type specified")
        number = int(scope.get("chat_id") or 0)
        if number not in self.chats or self.closed.get(number, "").startswith("bot can't"):
            raise Refusal("chat not found")
        return kind, number

    async def _setChatMenuButton(self, given: dict[str, Any]) -> object:  # noqa: N802
        """https://core.telegram.org/bots/api#menubutton"""
        button = _json(given.get("menu_button") or {"type": "default"})
        if button not in ({"type": "commands"}, {"type": "default"}):
            raise Refusal("can't parse menu button")
        if given.get("chat_id"):
            self._chat(given)
        self.menu_button = button["type"]
        return True

    async def _sendChatAction(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat = self._chat(given)
        if given.get("action") not in ACTIONS:
            raise Refusal("wrong parameter action in request")
        self.actions.append((chat["id"], str(given["action"])))
        return True

    async def _getMyShortDescription(self, given: dict[str, Any]) -> object:  # noqa: N802
        return {"short_description": self.described["short_description"]}

    async def _setMyShortDescription(self, given: dict[str, Any]) -> object:  # noqa: N802
        return self._describe("short_description", given, SHORT_DESCRIPTION)

    async def _getMyDescription(self, given: dict[str, Any]) -> object:  # noqa: N802
        return {"description": self.described["description"]}

    async def _setMyDescription(self, given: dict[str, Any]) -> object:  # noqa: N802
        return self._describe("description", given, DESCRIPTION)

    def _describe(self, which: str, given: dict[str, Any], most: int) -> bool:
        words = str(given.get(which) or "")
        if len(words) > most:
            raise Refusal(f"bot {which.replace('_', ' ')} is too long")
        self.described[which] = words
        return True

    async def _answerCallbackQuery(self, given: dict[str, Any]) -> object:  # noqa: N802
        query = str(given.get("callback_query_id"))
        if self.queries.get(query) is not False:
            raise Refusal("query is too old and response timeout expired or query ID is invalid")
        if len(str(given.get("text") or "")) > 200:
            raise Refusal("MESSAGE_TOO_LONG")
        self.queries[query] = True
        return True

    async def _sendMessage(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat = self._chat(given)
        text, entities = read(str(given.get("text") or ""), given.get("parse_mode"))
        return self._keep(chat, given, {"text": text, "entities": entities})

    async def _sendDocument(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat, upload = self._chat(given), given.get("document")
        if not isinstance(upload, Upload):
            raise Refusal("there is no document in the request")
        if len(upload.content) > UPLOAD:
            raise Refusal("Request Entity Too Large", 413)
        if not upload.content:
            raise Refusal("file must be non-empty")
        document = {
            "file_id": f"up{len(self.uploads)}",
            "file_unique_id": f"u{len(self.uploads)}",
            "file_name": upload.name,
            "mime_type": upload.media_type,
            "file_size": len(upload.content),
        }
        content: dict[str, Any] = {"document": document}
        if given.get("caption"):
            caption, entities = read(str(given["caption"]), given.get("parse_mode"), CAPTION)
            content |= {"caption": caption, "caption_entities": entities}
        message = self._keep(chat, given, content)
        self.uploads[chat["id"], message["message_id"]] = upload
        return message

    async def _sendPhoto(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat, upload = self._chat(given), given.get("photo")
        if not isinstance(upload, Upload):
            raise Refusal("there is no photo in the request")
        if len(upload.content) > PHOTO:
            raise Refusal("Request Entity Too Large", 413)
        with Image.open(BytesIO(upload.content)) as image:
            width, height = image.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise Refusal("PHOTO_INVALID_DIMENSIONS")
        number = len(self.uploads)
        photo = {"file_id": f"up{number}", "file_unique_id": f"u{number}"}
        content: dict[str, Any] = {"photo": [photo | {"width": width, "height": height}]}
        if given.get("caption"):
            caption, entities = read(str(given["caption"]), given.get("parse_mode"), CAPTION)
            content |= {"caption": caption, "caption_entities": entities}
        message = self._keep(chat, given, content)
        self.uploads[chat["id"], message["message_id"]] = upload
        return message

    async def _editMessageText(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat = self._chat(given)
        message = self.messages.get((chat["id"], int(given.get("message_id") or 0)))
        if message is None:
            raise Refusal("message to edit not found")
        if message["from"]["id"] != self.me["id"]:
            raise Refusal("message can't be edited")
        if "text" not in message:
            raise Refusal("there is no text in the message to edit")
        text, entities = read(str(given.get("text") or ""), given.get("parse_mode"))
        keyboard = markup(given.get("reply_markup"), inline_only=True)
        if (text, entities, keyboard) == (
            message["text"],
            message["entities"],
            message.get("reply_markup"),
        ):
            raise Refusal(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        message.pop("reply_markup", None)
        message |= {"text": text, "entities": entities, "edit_date": int(time.time())}
        if keyboard:
            message["reply_markup"] = keyboard
        return message

    async def _deleteMessage(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat = self._chat(given)
        place = chat["id"], int(given.get("message_id") or 0)
        message = self.messages.get(place)
        if message is None:
            raise Refusal("message to delete not found")
        if time.time() - message["date"] > FOR_DELETION:
            raise Refusal("message can't be deleted for everyone")
        del self.messages[place]
        self.uploads.pop(place, None)
        return True

    async def _getChat(self, given: dict[str, Any]) -> object:  # noqa: N802
        return self._chat(given)

    async def _getChatMember(self, given: dict[str, Any]) -> object:  # noqa: N802
        chat, user = self._chat(given), int(given.get("user_id") or 0)
        if user != self.me["id"]:
            raise Refusal("user not found")
        return {"user": self.me, **self.standing.get(chat["id"], {"status": "member"})}

    async def _getFile(self, given: dict[str, Any]) -> object:  # noqa: N802
        found = self.files.get(str(given.get("file_id")))
        if found is None:
            raise Refusal("invalid file_id")
        if found.size > FETCH:
            raise Refusal("file is too big")
        return {
            "file_id": given["file_id"],
            "file_unique_id": f"q{given['file_id']}",
            "file_size": found.size,
            "file_path": found.path,
        }

    def _chat(self, given: dict[str, Any]) -> dict[str, Any]:
        named = str(given.get("chat_id") or "")
        if not named:
            raise Refusal("chat_id is empty")
        number = int(named) if named.removeprefix("-").isdecimal() else 0
        found = self.chats.get(number) or next(
            (c for c in self.chats.values() if c.get("username") and named == f"@{c['username']}"),
            None,
        )
        if found is None:
            raise Refusal("chat not found")
        if found["id"] in self.moved:
            words = "group chat was upgraded to a supergroup chat"
            raise Refusal(words, migrate_to_chat_id=self.moved[found["id"]])
        if found["id"] in self.closed:
            raise Refusal(self.closed[found["id"]], 403)
        return found

    def _keep(
        self, chat: dict[str, Any], given: dict[str, Any], content: dict[str, Any]
    ) -> dict[str, Any]:
        under = markup(given.get("reply_markup"))
        answering = _json(given["reply_parameters"]) if given.get("reply_parameters") else {}
        earlier = self.messages.get((chat["id"], int(answering.get("message_id", 0))))
        if answering and earlier is None and not answering.get("allow_sending_without_reply"):
            raise Refusal("message to be replied not found")
        number = self.next_message()
        message = {
            "message_id": number,
            "from": self.me,
            "chat": chat,
            "date": int(time.time()),
            **content,
            **({"reply_markup": under} if under and "inline_keyboard" in under else {}),
            **({"reply_to_message": earlier} if earlier else {}),
            **_ephemeral(given, number),
        }
        if str(given.get("protect_content") or "").lower() == "true":
            message["has_protected_content"] = True
        self.messages[chat["id"], number] = message
        if under and "force_reply" in under:
            self.asking[chat["id"], number] = under  # shown, but not part of the message
        return message


def _ephemeral(given: dict[str, Any], number: int) -> dict[str, Any]:
    """What makes a message one that a single person sees, as this version or the one before asks.

    https://core.telegram.org/bots/api#ephemeralmessageparameters
    """
    asked = _json(given.get("ephemeral_message_parameters") or {})
    receiver = asked.get("receiver_user_id") or given.get("receiver_user_id")
    if not receiver:
        return {}
    return {"receiver_user": {"id": int(receiver)}, "ephemeral_message_id": number}


async def _given(request: web.Request) -> dict[str, Any]:
    """Parameters in any of the four ways that the Bot API takes them."""
    given: dict[str, Any] = dict(request.query)
    kind = request.content_type
    if kind == "application/json" and request.can_read_body:
        try:
            given |= await request.json()
        except ValueError:
            raise Refusal("can't parse request body JSON object") from None
    elif kind == "application/x-www-form-urlencoded":
        given |= dict(await request.post())
    elif kind == "multipart/form-data":
        async for one in await request.multipart():
            assert isinstance(one, BodyPartReader)
            assert one.name
            content = bytes(await one.read())
            if one.filename:
                given[one.name] = Upload(one.filename, one.headers.get("Content-Type", ""), content)
            else:
                given[one.name] = content.decode()
    return given


def _json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise Refusal("can't parse JSON object") from None
