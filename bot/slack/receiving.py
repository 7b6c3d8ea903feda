"""One thing that came in: its sender looked up, translated, received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from bot.slack.api import SlackApi
from bot.slack.background import Work
from bot.slack.files import complete_files
from bot.slack.markup import Names
from bot.slack.people import People
from bot.slack.reading.mentions import channels_named_in, people_mentioned_in
from bot.slack.reading.payload import Payload
from bot.slack.reading.translate import Translated
from handlers.messages import (
    DeliveryFailed,
    Receive,
    Refused,
    Reply,
    Sender,
    Standing,
    Text,
    say,
)
from handlers.text.words import listed

SORRY = "Sorry, something went wrong and that was not kept. Please try again in a minute."
NOT_ALL = "I could not keep all of that: {what} is missing. Please send me a screenshot of it."
NOTHING = "I could not keep that: it is {what}. Please send me a screenshot of what you see."

log = structlog.get_logger()

#: Translates one payload, once its sender is known; gives None where it says nothing to us.
ToIncoming = Callable[[Sender], Coroutine[Any, Any, Translated | None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something that came in: the answer, and whether it was received at all."""

    reply: Reply
    received: bool
    #: To be said after the answer, in a message of its own.
    then: str = ""

    @property
    def in_words(self) -> str:
        """The paragraphs of the answer."""
        return "\n".join(part.text for part in self.reply.parts if isinstance(part, Text))


NOT_RECEIVED = Outcome(say(SORRY), received=False)


class Receiver:
    """Receives what people send, once it is known who they are."""

    def __init__(self, api: SlackApi, people: People, work: Work, receive: Receive) -> None:
        self._api = api
        self._people = people
        self._work = work
        self._receive = receive

    async def complete(self, said: Payload) -> Names:
        """Find out what Slack left out of a message: its files, and the names in it."""
        named = people_mentioned_in(said)
        _, people = await asyncio.gather(self.complete_files(said), self._people.names_of(named))
        return {**channels_named_in(said), **people}

    async def complete_files(self, said: Payload) -> None:
        """Find out what Slack left out of the files of a message, or of a form."""
        await complete_files(self._api, self._work, said)

    async def receive(
        self, user: str, team: str, to_incoming: ToIncoming, *, raises: bool = False
    ) -> Outcome:
        """Look up the sender, translate and receive.

        With `raises`, DeliveryFailed goes on to the caller where the sender is not looked up.
        """
        try:
            sender = await self._people.sender(user, team)
        except DeliveryFailed as failure:
            if raises:
                raise
            log.error("slack person not looked up", kind=str(failure))
            return NOT_RECEIVED

        try:
            translated = await to_incoming(sender)
            if translated is None:
                return Outcome(Reply(), received=True)
            return await self._receive_translated(translated, sender)
        except Refused as refused:
            return Outcome(say(str(refused)), received=True)
        except Exception as error:
            log.error("not received", kind=type(error).__name__)
            return NOT_RECEIVED

    async def _receive_translated(self, translated: Translated, sender: Sender) -> Outcome:
        what = listed(translated.missing)
        if what and translated.is_empty and sender.standing is Standing.MEMBER:
            return Outcome(say(NOTHING.format(what=what)), received=True)

        reply = await self._receive(translated.incoming) or Reply()
        # Who is not of the school is told nothing of what they sent; a guest may be its chair.
        is_told = sender.standing is Standing.MEMBER or bool(reply.reader)
        then = NOT_ALL.format(what=what) if what and is_told and reply.received else ""
        return Outcome(reply, reply.received, then)
