"""Slack's events: not acknowledged before they are durable, so that Slack sends them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.answers import Answer, Answers
from bot.slack.background import Once, Work
from bot.slack.destination import Destination
from bot.slack.home import is_opening, receive_opening
from bot.slack.people import Identity, People, foreign_team
from bot.slack.reading.payload import Payload, first_text, object_in
from bot.slack.reading.translate import (
    Translated,
    is_worth_answering,
    is_worth_reading,
    message_of,
    message_source,
    translate_mention,
    translate_message,
)
from bot.slack.receiving import Receiver, ToIncoming
from handlers.messages import Sender

#: Slack sends an event three times more.
LAST_TRY = "3"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Event:
    """An event, and the request in which it came."""

    event: Payload
    body: Payload
    me: Identity
    #: Slack will not send it again.
    is_last_try: bool

    @property
    def team(self) -> str:
        """The workspace whose event it is."""
        return first_text(self.body, "team_id") or self.me.team


class SlackEvents:
    """What comes as an event. Nothing here raises."""

    def __init__(self, people: People, receiver: Receiver, answers: Answers, work: Work) -> None:
        self._people = people
        self._receiver = receiver
        self._answers = answers
        self._once = Once(work)

    async def event(self, body: dict[str, Any], req: AsyncBoltRequest) -> BoltResponse:
        """A direct message, the bot's name in a channel, or that somebody opens the Home tab;
        anything else is only acknowledged.
        """
        event = object_in(body, "event")
        numbers = req.headers.get("x-slack-retry-num") or ["0"]
        is_last_try = numbers[0] == LAST_TRY
        try:
            me = await self._people.me()
            received = await self._receive_event_once(_Event(event, body, me, is_last_try))
        except Exception as error:
            log.warning("slack event not taken", kind=type(error).__name__)
            received = False
        return BoltResponse(status=200 if received else 503, body="")

    async def _receive_event_once(self, request: _Event) -> bool:
        """Receive it, unless that is done already, or there is nothing to receive.

        False where Slack is to send it again; so it is where this raises.
        """
        event = request.event
        kind = event.get("type")
        if kind == "message" and is_worth_reading(event, request.me.user):
            key = message_source(event, request.team)
            return await self._once.do(key, lambda: self._receive_message(request, key))
        if kind == "app_home_opened" and is_opening(event):
            if foreign_team(request.me.team, request.body, event):
                return True
            return await receive_opening(self._receiver, event, request.team)
        if kind == "app_mention" and is_worth_answering(event):
            key = f"mention:{event['channel']}:{event['ts']}"
            return await self._once.do(key, lambda: self._receive_mention(request, key))
        return True

    async def _receive_message(self, request: _Event, key: str) -> bool:
        event, me = request.event, request.me
        said = message_of(event)
        user, channel = str(said["user"]), str(event["channel"])
        self._people.remember_direct_channel(user, channel)

        async def to_incoming(sender: Sender) -> Translated:
            names = await self._receiver.complete(said)
            return translate_message(event, sender, request.team, me.user, names)

        thread = first_text(said, "thread_ts")
        destination = Destination(user, channel=channel, thread=thread)
        team = foreign_team(me.team, request.body, event, said)
        return await self._receive_and_answer(request, key, to_incoming, destination, team)

    async def _receive_mention(self, request: _Event, key: str) -> bool:
        event, me = request.event, request.me

        async def to_incoming(sender: Sender) -> Translated:
            return Translated(translate_mention(event, sender, request.team, me.user))

        destination = Destination(
            str(event["user"]),
            channel=str(event["channel"]),
            thread=first_text(event, "thread_ts"),
            hidden=True,
        )
        team = foreign_team(me.team, request.body, event)
        return await self._receive_and_answer(request, key, to_incoming, destination, team)

    async def _receive_and_answer(
        self,
        request: _Event,
        key: str,
        to_incoming: ToIncoming,
        destination: Destination,
        team: str,
    ) -> bool:
        """Receive it, and begin to answer. Gives whether it was received.

        Where it was not, the sender is told so once, however often Slack sends it. Raises
        DeliveryFailed where the sender could not be looked up; at the last try, they are told.
        """
        outcome = await self._receiver.receive(
            destination.user, team, to_incoming, raises=not request.is_last_try
        )
        answer = Answer(outcome.reply, destination, then=outcome.then)
        if outcome.received:
            self._answers.start(answer)
        else:
            self._answers.start_once(key, answer)
        return outcome.received
