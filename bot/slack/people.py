"""Who we are in Slack, who writes, and where to reach them: asked once, remembered for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.slack.api import SlackRefused, Web
from bot.slack.background import Work
from handlers.messages import Sender, Standing

REMEMBERED = 600.0  # seconds
MOST = 5_000

_UNKNOWN_HERE = ("user_not_found", "user_not_visible", "users_not_found")
_GUEST = (
    "is_restricted",
    "is_ultra_restricted",
    "is_bot",
    "is_stranger",
    "is_workflow_bot",
    "deleted",
)
_NO_SUCH_METHOD = ("unknown_method", "missing_scope", "method_not_supported_for_channel_type")

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's own account, from auth.test."""

    team: str
    user: str
    bot: str
    url: str  # of the workspace


class Remembered(Generic[V]):
    """Answers by key for REMEMBERED seconds. Those who ask at the same moment share one request."""

    def __init__(self, work: Work, seconds: float = REMEMBERED, most: int = MOST) -> None:
        self._work = work
        self._seconds = seconds
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, asyncio.Future[V]]] = OrderedDict()

    async def get(self, key: Hashable, find: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The answer for `key`; `find` gets it where it is not known. Failures are not remembered."""
        kept = self._kept.get(key)
        if kept is None or kept[0] < time.monotonic():
            kept = (time.monotonic() + self._seconds, self._work.start(find()))
            self._keep(key, kept)
        if kept[1].done() and not kept[1].cancelled() and kept[1].exception() is None:
            return kept[1].result()
        try:
            return await asyncio.shield(kept[1])
        except BaseException:
            if kept[1].done() and self._kept.get(key) is kept:
                del self._kept[key]
            raise

    def put(self, key: Hashable, value: V) -> None:
        """Remember what was learnt in passing."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        future.set_result(value)
        self._keep(key, (time.monotonic() + self._seconds, future))

    def _keep(self, key: Hashable, kept: tuple[float, asyncio.Future[V]]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


class People:
    """Looks people up. What cannot be found out is never taken for granted: it raises DeliveryFailed."""

    def __init__(self, web: Web, work: Work) -> None:
        self._web = web
        self._me: Remembered[Identity] = Remembered(work, seconds=float("inf"))
        self._senders: Remembered[Sender] = Remembered(work)
        self._direct: Remembered[str] = Remembered(work, seconds=float("inf"))

    async def me(self) -> Identity:
        """The bot's own account. Raises SlackRefused for a token that Slack refuses."""
        return await self._me.get("me", self._ask_me)

    async def sender(self, user: str, team: str | None) -> Sender:
        """The person behind a user's id; `team` is the workspace that the payload says they are of."""
        me = await self.me()
        if team and team != me.team:
            return Sender(f"slack:{team}:{user}", "", Standing.OUTSIDER)
        return await self._senders.get(user, lambda: self._ask_sender(user, me))

    async def name(self, user: str) -> str:
        """Their name, or nothing where that cannot be found out."""
        try:
            return (await self.sender(user, None)).name if user else ""
        except Exception:  # a name is not worth losing a message for
            return ""

    async def direct(self, user: str) -> str:
        """The channel of their direct messages with the bot; or their id, which does where it is refused."""
        return await self._direct.get(user, lambda: self._ask_direct(user))

    def met(self, user: str, channel: str) -> None:
        """Remember where somebody wrote to the bot alone."""
        self._direct.put(user, channel)

    async def _ask_me(self) -> Identity:
        found = await self._web.look_up(self._web.client.auth_test)
        return Identity(
            str(found.get("team_id") or ""),
            str(found.get("user_id") or ""),
            str(found.get("bot_id") or ""),
            str(found.get("url") or ""),
        )

    async def _ask_sender(self, user: str, me: Identity) -> Sender:
        account = f"slack:{me.team}:{user}"
        try:
            found = (await self._web.look_up(self._web.client.users_info, user=user))["user"]
        except SlackRefused as refusal:
            if refusal.error in _UNKNOWN_HERE:
                return Sender(account, "", Standing.OUTSIDER)
            raise
        profile = found.get("profile") or {}
        name = str(profile.get("real_name") or found.get("real_name") or found.get("name") or user)
        outside = any(found.get(flag) for flag in _GUEST) or not _is_of(found, me.team)
        return Sender(account, name, Standing.OUTSIDER if outside else Standing.MEMBER)

    async def _ask_direct(self, user: str) -> str:
        try:
            found = await self._web.look_up(self._web.client.conversations_open, users=user)
        except SlackRefused as refusal:
            if refusal.error in _NO_SUCH_METHOD:
                return user
            raise
        return str(found["channel"]["id"])


def _is_of(user: dict[str, Any], team: str) -> bool:
    teams = (user.get("enterprise_user") or {}).get("teams") or [user.get("team_id") or team]
    return team in teams
