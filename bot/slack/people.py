"""Who we are in Slack, who writes, and where to reach them: asked once, remembered for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.slack.api import SlackApi, SlackRefused
from bot.slack.background import Work
from bot.slack.destination import Destination, account_of, is_direct
from bot.slack.reading.payload import Payload, first_text, object_in
from handlers.messages import DeliveryFailed, Sender, Standing

#: Seconds.
REMEMBERED = 600.0
MOST = 5_000
#: Seconds for the names of those who are mentioned, before a message is received without them.
NAMING_SECONDS = 1.5
#: People of one message whose names are asked for.
MOST_NAMES = 50

_UNKNOWN_HERE = ("user_not_found", "user_not_visible", "users_not_found")
#: https://docs.slack.dev/reference/objects/user-object
_NOBODY = ("is_bot", "is_workflow_bot", "deleted")
#: Of one channel, of several, or of another workspace and in no channel that the bot is in.
_GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger")
_NO_SUCH_METHOD = ("unknown_method", "missing_scope", "method_not_supported_for_channel_type")

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot's own account, from auth.test."""

    team: str
    user: str
    bot: str
    #: Of the workspace.
    url: str


@dataclass(frozen=True, slots=True, eq=False)
class _Memory(Generic[V]):
    """An answer, or the request for it, and until when it is good by the monotonic clock."""

    until: float
    answer: asyncio.Future[V]


class Remembered(Generic[V]):
    """Answers by key, for some seconds. Those who ask at the same moment share one request."""

    def __init__(self, work: Work, seconds: float = REMEMBERED, most: int = MOST) -> None:
        self._work = work
        self._seconds = seconds
        self._most = most
        self._memories: OrderedDict[Hashable, _Memory[V]] = OrderedDict()

    async def get(self, key: Hashable, find: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The answer for `key`; `find` gets it where it is not known.

        Failures are raised, and not remembered.
        """
        memory = self._memories.get(key)
        if memory is None or memory.until < time.monotonic():
            memory = self._remember(key, self._work.start(find()))

        answer = memory.answer
        if answer.done() and not answer.cancelled() and answer.exception() is None:
            return answer.result()
        try:
            # The request goes on for the others where one of those who wait is cancelled.
            return await asyncio.shield(answer)
        except BaseException:
            if answer.done() and self._memories.get(key) is memory:
                del self._memories[key]
            raise

    def put(self, key: Hashable, value: V) -> None:
        """Remember what was learnt in passing."""
        answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        answer.set_result(value)
        self._remember(key, answer)

    def _remember(self, key: Hashable, answer: asyncio.Future[V]) -> _Memory[V]:
        memory = _Memory(time.monotonic() + self._seconds, answer)
        self._memories[key] = memory
        self._memories.move_to_end(key)
        while len(self._memories) > self._most:
            self._memories.popitem(last=False)
        return memory


@dataclass(frozen=True, slots=True)
class _Found:
    """Whom Slack knows by an id, and the workspaces that they are of."""

    sender: Sender
    teams: frozenset[str] = frozenset()


class People:
    """Looks people up.

    What cannot be found out is never taken for granted: it raises DeliveryFailed.
    """

    def __init__(self, api: SlackApi, work: Work) -> None:
        self._api = api
        self._work = work
        self._me: Remembered[Identity] = Remembered(work, seconds=float("inf"))
        self._senders: Remembered[_Found] = Remembered(work)
        self._direct_channels: Remembered[str] = Remembered(work, seconds=float("inf"))

    async def me(self) -> Identity:
        """The bot's own account. Raises SlackRefused for a token that Slack refuses."""
        return await self._me.get("me", self._ask_me)

    async def sender(self, user: str, team: str | None) -> Sender:
        """The person behind a user's id.

        `team` is the workspace that the payload says they are of, where that is not ours. Whom
        Slack does not know as somebody of that one may be another person with the same id.
        """
        me = await self.me()
        found = await self._senders.get(user, lambda: self._ask_sender(user, me))
        if team and team != me.team and team not in found.teams:
            return Sender(account_of(team, user), "", Standing.OUTSIDER)
        return found.sender

    async def name(self, user: str) -> str:
        """Their name, or nothing where that cannot be found out."""
        if not user:
            return ""
        try:
            sender = await self.sender(user, None)
        except Exception:
            # A name is not worth losing a message for.
            return ""
        return sender.name

    async def names_of(self, users: Sequence[str]) -> dict[str, str]:
        """Their names, by their ids; without those whom Slack does not name in time."""
        jobs = {user: self._work.start(self.name(user)) for user in users[:MOST_NAMES]}
        if jobs:
            await asyncio.wait(jobs.values(), timeout=NAMING_SECONDS)

        names: dict[str, str] = {}
        for user, job in jobs.items():
            name = job.result() if job.done() and not job.cancelled() else ""
            if name:
                names[user] = name
        return names

    async def author_of(self, said: Payload) -> str:
        """The name of who wrote a message, as it stands there or else as Slack knows it."""
        profile = object_in(said, "user_profile")
        author = first_text(profile, "real_name") or first_text(said, "username")
        return author or await self.name(first_text(said, "user"))

    async def direct_channel(self, user: str) -> str:
        """The channel of their direct messages with the bot.

        Where Slack refuses to open one, it is the id of the user, which does in most places.
        """
        return await self._direct_channels.get(user, lambda: self._ask_direct_channel(user))

    async def keep_to_own_chat(self, destination: Destination) -> Destination:
        """Put an answer into a direct message only where that is the person's own with the bot.

        Elsewhere, two people talk to one another, or it is not known who reads along.
        """
        channel = destination.channel
        if not is_direct(channel):
            return destination

        user = destination.user
        for_them_alone = Destination(user, response_url=destination.response_url)
        try:
            own_channel = await self.direct_channel(user)
        except DeliveryFailed:
            return for_them_alone
        # Where Slack does not say which channel it is, it has been given as the user's id.
        if own_channel in (channel, user):
            return destination
        return for_them_alone

    def remember_direct_channel(self, user: str, channel: str) -> None:
        """Remember where somebody wrote to the bot alone, so that it need not be asked."""
        self._direct_channels.put(user, channel)

    async def _ask_me(self) -> Identity:
        found = await self._api.look_up(self._api.client.auth_test)
        return Identity(
            team=first_text(found, "team_id"),
            user=first_text(found, "user_id"),
            bot=first_text(found, "bot_id"),
            url=first_text(found, "url"),
        )

    async def _ask_sender(self, user: str, me: Identity) -> _Found:
        account = account_of(me.team, user)
        try:
            answer = await self._api.look_up(self._api.client.users_info, user=user)
        except SlackRefused as refusal:
            if refusal.error in _UNKNOWN_HERE:
                return _Found(Sender(account, "", Standing.OUTSIDER))
            raise

        found = answer["user"]
        name = (
            first_text(object_in(found, "profile"), "real_name")
            or first_text(found, "real_name", "name")
            or user
        )
        teams = _teams_of(found, me.team)
        if me.team not in teams:
            account = account_of(first_text(found, "team_id"), user)
        return _Found(Sender(account, name, _standing(found, me.team in teams)), teams)

    async def _ask_direct_channel(self, user: str) -> str:
        try:
            found = await self._api.look_up(self._api.client.conversations_open, users=user)
        except SlackRefused as refusal:
            if refusal.error in _NO_SUCH_METHOD:
                return user
            raise
        return str(found["channel"]["id"])


def _teams_of(user: Payload, ours: str) -> frozenset[str]:
    """The workspaces of a user; in an Enterprise organisation, one may be of several."""
    teams = object_in(user, "enterprise_user").get("teams")
    return frozenset(teams or [user.get("team_id") or ours])


def _standing(user: Payload, is_of_ours: bool) -> Standing:
    if any(user.get(flag) for flag in _NOBODY):
        return Standing.OUTSIDER
    if not is_of_ours or any(user.get(flag) for flag in _GUEST):
        return Standing.GUEST
    return Standing.MEMBER


def foreign_team(ours: str, *payloads: object) -> str:
    """A workspace that is not ours, where a payload names one; nothing where all are ours.

    It may be the app's, the place's, or that of who wrote.
    """
    for payload in payloads:
        for team in _teams_named(payload):
            if team.startswith("T") and team != ours:
                return team
    return ""


def _teams_named(payload: object) -> list[str]:
    if not isinstance(payload, dict):
        return []
    team = payload.get("team")
    named = [payload.get("team_id"), payload.get("user_team"), team]
    if isinstance(team, dict):
        named.append(team.get("id"))
    return [name for name in named if isinstance(name, str)]
