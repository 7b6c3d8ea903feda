"""What every chat offers to the rest of the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from aiohttp import web

from handlers.messages import DeliveryFailed, Receive, Reply, Sender


class FrontEnd(Protocol):
    """One chat. Addresses are `platform:…`: a person's account, or a channel or group."""

    platform: str

    @property
    def connected(self) -> bool:
        """True while what people send comes in, as far as is known."""

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        """What it answers over HTTP, on the one server that the bot runs.

        None where it dials out.
        """

    async def run(self, receive: Receive) -> None:
        """Take in what people send, until cancelled.

        Connects again by itself, with growing pauses. Raises SettingsError for a token that the
        platform refuses: no waiting mends that.
        """

    def stop_taking(self) -> None:
        """Leave what people send from now on for the next process, before `run` is cancelled.

        What was taken is still acknowledged and answered, and what is owed still goes out.
        """

    async def close(self) -> None:
        """Finish what is under way, and end all connections; again, nothing happens."""

    async def send(self, address: str, reply: Reply) -> str:
        """Send to a person's private chat, or to a channel or group.

        Gives back the platform's id of the message (of its first part), for `edit`; the reply's
        `noted`, here and in answers, is told of each part as it is shown.
        Raises DeliveryFailed.
        """

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Put `reply` in place of a message, by its id; a file (`file:…`) is deleted.

        Raises DeliveryFailed.
        """

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """Delete a message, by its id; `instead` takes its place where the chat does not let it go.

        One that is gone already is no failure. Raises DeliveryFailed.
        """

    def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The bytes behind an attachment's pointer, in pieces. Raises DeliveryFailed, TooLarge."""

    def join_link(self, code: str) -> str | None:
        """The link that enrols whoever opens it, where the platform has such links."""

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """Show one person these commands (name, summary) in place of the usual ones.

        With no commands, the usual ones are shown again. A chat without such a menu does nothing.
        Done soon, after this returns; a failure is logged.
        """


@runtime_checkable
class HasToken(Protocol):
    """A front-end whose platform knows the bot by a token, which it may take back at any time."""

    @property
    def token_refused(self) -> bool:
        """The last that the platform said of the token is that it is not good."""

    async def watch(self) -> None:
        """Ask now and then whether the token is good, until cancelled; say once where it is not.

        For a process that takes nothing in here, and sends all the same.
        """


@runtime_checkable
class HasHome(Protocol):
    """A front-end whose platform has a page of the bot's own for each person, beside the chat.

    It takes in that somebody opens theirs as an `Incoming` that `opens`.
    """

    async def vouch(self, account: str) -> Sender:
        """What the platform says now of whose account it is. Raises DeliveryFailed."""

    async def show_home(self, account: str, reply: Reply, state: str) -> str:
        """Put a reply on the page of this account. Gives the platform's mark of how it stands now.

        `state`: the mark of what was put there last, empty where that is not known; what is on its
        way since then is not to take this one's place. Raises DeliveryFailed.
        """


def is_token_refused(front_end: FrontEnd) -> bool:
    """Whether nobody is reached there until the technician gives a new token."""
    return isinstance(front_end, HasToken) and front_end.token_refused


class TokenNotTaken(DeliveryFailed):
    """The platform refuses the bot's token. What is owed waits for a new one."""


class NotThere(DeliveryFailed):
    """The platform itself cannot be reached."""


class TakingIn:
    """What takes in for a front-end; it can be stopped before the rest of the front-end is."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self.stopped = False

    async def run(self, taking: Coroutine[Any, Any, None]) -> None:
        """Run this until cancelled, stopped or not. Raises what it raises."""
        self._task = asyncio.create_task(taking)
        if self.stopped:
            self._task.cancel()

        try:
            await asyncio.wait({self._task})
            if not self.stopped:
                # Nothing takes in any more without having been told to stop: say why.
                self._task.result()
            # Stopped, the front-end goes on with what it owes until it is cancelled itself.
            await asyncio.Event().wait()
        finally:
            # Cancelled a second time, it would break off how it ends.
            if not self.stopped:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def stop(self) -> None:
        """Take in nothing from now on, not even where `run` begins only later."""
        self.stopped = True
        if self._task:
            self._task.cancel()
