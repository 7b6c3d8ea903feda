"""What a workspace holds: people, channels, files, messages; and what the bot has shown."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.slack_blocks import Invalid, check_message, elements, words
from tests.patience import PATIENCE

TEAM = "T0SCHOOL"
BOT_USER = "U0BOT"
BOT = "B0BOT"
APP = "A0HEADSUP"
TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 1_800.0
RESPONSES = 5

_URL = re.compile(r"https?://[^\s<>]+")


@dataclass
class Shown:
    """One message as it stood at one moment. `user` is who sees it; nobody in particular in a channel."""

    channel: str
    ts: str
    user: str = ""
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    ephemeral: bool = False
    replaced: bool = False  # shown in place of what stood there
    thread: str = ""

    @property
    def words(self) -> str:
        """What a person reads."""
        return words(self.blocks) if self.blocks else decode_entities(self.text)

    @property
    def dialogs(self) -> dict[str, dict[str, Any]]:
        """What Slack asks over each button that has a dialog, by the button's label."""
        return {
            element["text"]["text"]: element["confirm"]
            for _, element in elements(self.blocks)
            if "confirm" in element
        }

    @property
    def labels(self) -> list[str]:
        """The labels of buttons, and of the options of menus."""
        found = []
        for _, element in elements(self.blocks):
            for one in element.get("options", [element]):
                found.append(one["text"]["text"])
        return found


@dataclass
class View:
    """A form that was opened for somebody, or their Home tab."""

    id: str
    user: str
    hash: str
    view: dict[str, Any]
    open: bool = True

    @property
    def labels(self) -> list[str]:
        return [block["label"]["text"] for block in self.view["blocks"] if block["type"] == "input"]

    @property
    def words(self) -> str:
        """What a person reads."""
        return words(self.view["blocks"])

    @property
    def buttons(self) -> list[str]:
        return [
            element["text"]["text"]
            for _, element in elements(self.view["blocks"])
            if element["type"] == "button"
        ]


@dataclass
class Upload:
    """A file that the bot handed over."""

    id: str
    name: str
    length: int
    data: bytes = b""
    channel: str = ""
    title: str = ""


@dataclass
class ResponseUrl:
    user: str
    channel: str
    made: float = field(default_factory=time.monotonic)
    left: int = RESPONSES
    origin: Shown | None = None  # the message whose button was tapped


class World:
    """The state behind the server."""

    def __init__(self, team: str = TEAM) -> None:
        self.team = team
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.content: dict[str, bytes] = {}
        self.sent: dict[tuple[str, str], dict[str, Any]] = {}  # messages of people
        self.history: list[Shown] = []
        self.views: list[View] = []
        self.has_home = True  # the Home tab is switched on in the app's settings
        self.homes: dict[str, View] = {}  # by user, as they stand now
        self.homes_shown: list[View] = []  # each as it was published, in order
        self.uploads: list[Upload] = []
        self.pending_uploads: dict[str, Upload] = {}
        self.triggers: dict[str, tuple[str, float]] = {}  # id -> user, when; "" once used
        self.response_urls: dict[str, ResponseUrl] = {}
        self.changed = asyncio.Condition()
        self._numbers = itertools.count(1)
        self._last_ts = 0.0
        self.clock: Callable[[], float] = time.time  # seconds since 1970, for what people send
        self.add_user(BOT_USER, "Heads Up", is_bot=True)

    # --- things -------------------------------------------------------------------------------------------

    def add_user(self, user: str, name: str, **flags: Any) -> str:
        self.users[user] = {
            "id": user,
            "team_id": self.team,
            "name": name.lower().replace(" ", "."),
            "real_name": name,
            "deleted": False,
            "is_bot": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_stranger": False,
            "profile": {"real_name": name, "display_name": name.split()[0]},
            **flags,
        }
        return user

    def add_channel(self, channel: str, name: str, *members: str, bot: bool = True) -> str:
        everybody = [*members, *([BOT_USER] if bot else [])]
        self.channels[channel] = {"id": channel, "name": name, "is_im": False, "members": everybody}
        return channel

    def direct(self, user: str) -> str:
        channel = "D" + user.removeprefix("U")
        self.channels.setdefault(
            channel,
            {
                "id": channel,
                "name": "directmessage",
                "is_im": True,
                "user": user,
                "members": [user, BOT_USER],
            },
        )
        return channel

    def number(self) -> int:
        return next(self._numbers)

    def ts(self) -> str:
        self._last_ts = max(self.clock(), self._last_ts + 0.0001)
        return f"{self._last_ts:.6f}"

    def trigger(self, user: str) -> str:
        trigger = f"{self.number()}.{self.number()}.{secrets.token_hex(16)}"
        self.triggers[trigger] = (user, time.monotonic())
        return trigger

    def exchange(self, trigger: str) -> tuple[str, str]:
        """-> user and error, one of them empty."""
        if trigger not in self.triggers:
            return "", "invalid_trigger_id"
        user, made = self.triggers[trigger]
        if not user:
            return "", "exchanged_trigger_id"
        if time.monotonic() - made > TRIGGER_SECONDS:
            return "", "expired_trigger_id"
        self.triggers[trigger] = ("", made)
        return user, ""

    # --- what the bot shows -------------------------------------------------------------------------------

    async def show(self, shown: Shown) -> None:
        self.history.append(shown)
        await self.notify()

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Wait until `true()` is, and give what it gives. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self.changed:
            while not (found := true()):
                await self.changed.wait()
            return found

    def current(self) -> list[Shown]:
        """Every message as it stands, in the order in which they first appeared."""
        latest: dict[tuple[str, str], Shown] = {}
        for shown in self.history:
            latest[shown.channel, shown.ts] = shown
        return list(latest.values())

    async def respond(self, key: str, body: dict[str, Any]) -> tuple[int, str]:
        """A post to a response_url. https://docs.slack.dev/interactivity/handling-user-interaction"""
        url = self.response_urls.get(key)
        if url is None or time.monotonic() - url.made > RESPONSE_SECONDS:
            return 404, "expired_url"
        if url.left == 0:
            return 404, "used_url"
        if not body.get("text") and not body.get("blocks"):
            return 400, "no_text"
        try:
            check_message(body.get("blocks", []))
        except (Invalid, UnicodeEncodeError) as why:
            return 400, f"invalid_blocks: {why}"
        url.left -= 1
        replaced = bool(body.get("replace_original")) and url.origin is not None
        ephemeral = body.get("response_type", "ephemeral") == "ephemeral" or bool(
            url.origin and url.origin.ephemeral
        )
        await self.show(
            Shown(
                channel=url.channel,
                ts=url.origin.ts if replaced and url.origin else self.ts(),
                user=url.user if ephemeral else "",
                text=body.get("text", ""),
                blocks=body.get("blocks", []),
                ephemeral=ephemeral,
                replaced=replaced,
            )
        )
        return 200, "ok"


def encode(text: str) -> str:
    """What somebody typed -> as Slack sends it: entities, and links in angle brackets."""
    pieces, end = [], 0
    for match in _URL.finditer(text):
        pieces += [_entities(text[end : match.start()]), f"<{_entities(match[0])}>"]
        end = match.end()
    return "".join([*pieces, _entities(text[end:])])


def rich_text(text: str) -> list[dict[str, Any]]:
    """What somebody typed -> the blocks that Slack's composer makes of it."""
    found: list[dict[str, Any]] = []
    end = 0
    for match in _URL.finditer(text):
        found += [
            {"type": "text", "text": text[end : match.start()]},
            {"type": "link", "url": match[0]},
        ]
        end = match.end()
    found.append({"type": "text", "text": text[end:]})
    section = {"type": "rich_text_section", "elements": [e for e in found if e.get("text", True)]}
    return [{"type": "rich_text", "block_id": secrets.token_hex(3), "elements": [section]}]


def decode_entities(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
