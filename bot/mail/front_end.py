"""Mail as one of the chats, though nobody can write there: it only sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from hashlib import sha256

import structlog
from aiohttp import web

from bot.front_end import NotThere, TokenNotTaken
from bot.mail.render import render
from bot.mail.send import ANSWER, message_of, send, try_server
from bot.mail.server import mail_address, sending_in
from bot.settings import Settings
from handlers.messages import DeliveryFailed, Receive, Reply
from store.errors import Trouble
from store.model.address import Address, Platform
from store.school.school import School, load_school

NOT_AN_ADDRESS = "This is no mail address."
NOTHING_COMES_IN = "Nothing comes in by mail."
NOT_TAKEN = "No mail goes out: {why} What is owed waits for that. headsup check tries it again."
AWAY = "no mail goes out now"

#: Seconds between two looks at whether the server is there, and while it is not.
WATCH = 600.0
LOOK_AGAIN = 60.0
#: Connections at the same time: servers allow few.
AT_ONCE = 5
#: Seconds for one of them to become free.
PATIENCE = 60.0
BUSY = "The mail server is busy with other mails."

log = structlog.get_logger()


def _now() -> datetime:
    return datetime.now(UTC)


class MailFrontEnd:
    """Sends by the server of MAIL_URL. Raises SettingsError where that cannot be right.

    `chats` are the names of the chats that run as well, in which one can answer.
    """

    platform = Platform.MAIL.value

    def __init__(
        self,
        settings: Settings,
        *,
        chats: Sequence[str] = (),
        now: Callable[[], datetime] = _now,
        seconds: float = ANSWER,
        watch_seconds: float = WATCH,
    ) -> None:
        self._sending = sending_in(settings)
        self._school_file, self._trust_file = settings.school_file, settings.trust_file
        self._chats = chats
        self._now = now
        self._seconds = seconds
        self._watch_seconds = watch_seconds
        self._places = asyncio.Semaphore(AT_ONCE)
        self._is_reached = False
        self._is_said_away = False
        self._token_refused = False

    @property
    def connected(self) -> bool:
        """The server was there when it was needed, or looked for, last."""
        return self._is_reached and not self._token_refused

    @property
    def token_refused(self) -> bool:
        """The server does not take the user, the password or the sender. See `HasToken`."""
        return self._token_refused

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        """None: nobody calls."""
        return []

    async def run(self, receive: Receive) -> None:
        """Look now and then whether the server is there, until cancelled: nothing comes in."""
        await self.watch()

    async def watch(self) -> None:
        """See `HasToken`."""
        while True:
            try:
                await try_server(self._sending.server, self._seconds)
            except DeliveryFailed as failure:
                self._note_failure(failure)
            else:
                self._note_reached()
            pause = self._watch_seconds if self.connected else LOOK_AGAIN
            await asyncio.sleep(min(pause, self._watch_seconds))

    def stop_taking(self) -> None:
        """Nothing is taken in."""

    async def close(self) -> None:
        """No connection outlasts a mail."""

    async def send(self, address: str, reply: Reply) -> str:
        """Send to `mail:<address>` what may be said there. Gives the mail's Message-ID.

        Raises DeliveryFailed.
        """
        to = _address(address)
        letter = render(reply, self._school, self._chats)
        id = f"{_fingerprint(reply, to)}@{self._sending.domain}"
        message = message_of(letter, to, self._sending, id, self._now())
        try:
            await self._send_in_turn(message)
        except DeliveryFailed as failure:
            self._note_failure(failure)
            raise
        self._note_reached()
        return id

    async def _send_in_turn(self, message: EmailMessage) -> None:
        """Raises DeliveryFailed, also where others take too long: a claim is soon over."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        except TimeoutError:
            raise DeliveryFailed(BUSY) from None
        try:
            await send(message, self._sending, self._seconds)
        finally:
            self._places.release()

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """Nothing: a mail stays as it is, and a second one would tell of the first."""

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """Nothing: a mail is never taken back, and says nothing that would have to be."""

    async def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Raises DeliveryFailed: nothing was ever sent here by mail."""
        raise DeliveryFailed(NOTHING_COMES_IN, permanent=True)
        yield b""

    def join_link(self, code: str) -> str | None:
        """Mail has no such links."""
        return None

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """There is nowhere to type a command."""

    @cached_property
    def _school(self) -> School:
        return load_school(self._school_file, self._trust_file)

    def _note_failure(self, failure: DeliveryFailed) -> None:
        """Say once that nothing goes out, until something does."""
        if isinstance(failure, TokenNotTaken):
            if not self._token_refused:
                log.error(NOT_TAKEN.format(why=failure))
            self._token_refused = True
        elif isinstance(failure, NotThere):
            if not self._is_said_away:
                log.warning(AWAY, why=str(failure))
            self._is_reached, self._is_said_away = False, True

    def _note_reached(self) -> None:
        self._is_reached, self._is_said_away = True, False
        self._token_refused = False


def _address(address: str) -> str:
    """The mail address of an account. Raises DeliveryFailed."""
    try:
        return mail_address(Address.parse(address).place)
    except Trouble:
        raise DeliveryFailed(NOT_AN_ADDRESS, permanent=True) from None


def _fingerprint(reply: Reply, to: str) -> str:
    """The same for the same notice to the same person, so that a second copy is seen to be one."""
    return sha256(f"{reply.key}\n{to}".encode()).hexdigest()[:32]
