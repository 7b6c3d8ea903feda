"""The least of Slack and of Telegram that a bot can work with, for speed. Not strict: `tests/doubles/` is."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson

from tests.bench.wire import Answer, Connection, connect

TEAM, SECRET = "T1", "0123456789abcdef"
SLACK_TOKEN, TELEGRAM_TOKEN = "xoxb-bench", "123456789:AAHeadsUpBenchToken-abcdefghijklmnopq"
WORDS = "Have you seen this about our school? https://example.com/posts/{} A parent sent it to me."
NAMES_A_CASE = re.compile(rb"Case(?: |\+|%20)[0-9A-Z]{4}")

#: Where an app answers a command that it has only acknowledged.
LATE = "/late/"

Check = Callable[[bytes], object]


class NotAnswered(Exception):
    """What came back is no answer to a report."""


class Waiting:
    """Whoever waits to be answered, by where."""

    def __init__(self) -> None:
        self._answered: dict[str, asyncio.Future[None]] = {}

    def expect(self, place: str) -> asyncio.Future[None]:
        self._answered[place] = asyncio.get_running_loop().create_future()
        return self._answered[place]

    def answered(self, place: str, right: object) -> None:
        future = self._answered.pop(place, None)
        if future and right:
            future.set_result(None)
        elif future:
            future.set_exception(NotAnswered(place))


class Slack:
    """The Web API, and requests signed as Slack signs them."""

    def __init__(self, check: Check = NAMES_A_CASE.search) -> None:
        self._check = check
        self._waiting = Waiting()
        self._idle: list[Connection] = []
        self.port = 0  # of the app
        self.address = "http://127.0.0.1:9"  # of this Slack itself; nobody listens there

    def answer(self, path: str, body: bytes, reply: Answer) -> None:
        if path.startswith(LATE):
            reply({"ok": True})
            self._waiting.answered(path, self._check(body))
            return
        method = path.partition("?")[0].rpartition("/")[2]
        if method == "users.info":
            user = path.rpartition("user=")[2]
            reply({"ok": True, "user": {"id": user, "team_id": TEAM, "real_name": f"Staff {user}"}})
        elif method == "auth.test":
            identity = {
                "team_id": TEAM,
                "user_id": "UBOT",
                "bot_id": "BBOT",
                "url": "https://school.slack.com/",
            }
            reply({"ok": True, **identity})
        else:
            asked = orjson.loads(body) if body.startswith(b"{") else {}
            reply({"ok": True, "channel": asked.get("channel"), "ts": f"{time.time():.6f}"})
            if method == "chat.postMessage":
                self._waiting.answered(asked["channel"], self._check(body))

    async def command(self, user: int, words: str | None = None, name: str = "report") -> None:
        """`/report …`, answered in the acknowledgement; or later, where the app is slow."""
        form = {"command": f"/{name}", "text": WORDS.format(user) if words is None else words}
        form |= {
            "user_id": f"U{user}",
            "team_id": TEAM,
            "channel_id": f"D{user}",
            "trigger_id": f"{user}.{name}",
        }
        place = f"{LATE}{user}"
        form |= {"response_url": self.address + place, "token": "old", "api_app_id": "A1"}
        later = self._waiting.expect(place) if name == "report" else None
        body = await self._post(urlencode(form).encode(), "application/x-www-form-urlencoded")
        if later is None:
            return
        if not body:
            await later
        elif not self._check(body):
            raise NotAnswered(body[:200])

    async def message(self, user: int) -> None:
        """A direct message, acknowledged at once and answered by chat.postMessage."""
        stamp = f"{time.time():.6f}"
        event = {"type": "message", "channel_type": "im", "channel": f"D{user}", "user": f"U{user}"}
        event |= {"text": WORDS.format(user), "ts": stamp, "event_ts": stamp, "team": TEAM}
        whole = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{user}", "event": event}
        answered = self._waiting.expect(f"D{user}")
        await self._post(orjson.dumps(whole), "application/json")
        await answered

    async def _post(self, body: bytes, kind: str) -> bytes:
        stamp = str(int(time.time()))
        signature = hmac.new(
            SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
        ).hexdigest()
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
        connection = self._idle.pop() if self._idle else await connect(self.port)
        status, answer = await connection.post(
            "/slack/events", body, signed | {"Content-Type": kind}
        )
        self._idle.append(connection)
        if status != 200:
            raise NotAnswered(status)
        return answer


class Telegram:
    """The Bot API by long polling: updates are held back until they are asked for, and given again until confirmed."""

    def __init__(self, check: Check = NAMES_A_CASE.search) -> None:
        self._check = check
        self._waiting = Waiting()
        self._updates: list[dict[str, Any]] = []
        self._last = 0
        self._poll: Answer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.asked = asyncio.Event()

    def answer(self, path: str, body: bytes, reply: Answer) -> None:
        method = path.rpartition("/")[2]
        if method == "getUpdates":
            self._confirm(int(_field(body, b"offset") or 0))
            self._poll = reply
            self._hold(int(_field(body, b"timeout") or 0))
            self.asked.set()
            self._hand_out()
        elif method == "sendMessage":
            chat = int(_field(body, b"chat_id"))
            private = {"id": chat, "type": "private", "first_name": "Staff"}
            reply(
                {
                    "ok": True,
                    "result": {
                        "message_id": 1,
                        "date": int(time.time()),
                        "chat": private,
                        "text": "…",
                    },
                }
            )
            self._waiting.answered(str(chat), self._check(body))
        elif method == "getMe":
            me = {
                "id": 1,
                "is_bot": True,
                "first_name": "Heads Up",
                "username": "headsup_bench_bot",
            }
            reply({"ok": True, "result": me})
        else:
            reply({"ok": True, "result": True})

    async def message(self, user: int) -> None:
        """A direct message, answered by sendMessage."""
        self._last += 1
        who = {"id": user, "first_name": "Staff"}
        text = WORDS.format(user)
        link = {"type": "url", "offset": text.index("https"), "length": len(text.split()[7])}
        message = {
            "message_id": self._last,
            "date": int(time.time()),
            "chat": who | {"type": "private"},
        }
        message |= {"from": who | {"is_bot": False}, "text": text, "entities": [link]}
        self._updates.append({"update_id": self._last, "message": message})
        answered = self._waiting.expect(str(user))
        self._hand_out()
        await answered

    def _hold(self, seconds: int) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._hand_out, True)

    def _confirm(self, offset: int) -> None:
        self._updates = [update for update in self._updates if update["update_id"] >= offset]

    def _hand_out(self, empty: bool = False) -> None:
        if self._poll and (self._updates or empty):
            poll, self._poll = self._poll, None
            poll({"ok": True, "result": self._updates[:100]})


def _field(body: bytes, name: bytes) -> bytes:
    found = re.search(rb"(?:^|&)" + name + rb"=([^&]*)", body)
    return found[1] if found else b""
