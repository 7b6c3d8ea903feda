"""What comes in from Slack: translated, received, and only then acknowledged.

It is answered after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack import forms
from bot.slack.api import SlackApi
from bot.slack.background import Once, Work
from bot.slack.destination import Destination, is_direct
from bot.slack.files import complete_files
from bot.slack.payload import Payload, first_text, object_in
from bot.slack.people import Identity, People, foreign_team
from bot.slack.render import files_of, prompt_of, render
from bot.slack.send import SlackPoster, for_one_person
from bot.slack.translate import (
    find_tap_destination,
    is_worth_answering,
    is_worth_reading,
    message_of,
    message_source,
    translate_mention,
    translate_message,
    translate_prompt_form,
    translate_report_form,
    translate_shortcut,
    translate_slash,
    translate_tap,
)
from handlers.messages import DeliveryFailed, Incoming, Receive, Refused, Reply, Sender, say

SORRY = "Sorry, something went wrong and that was not kept. Please try again in a minute."
NO_FORM = (
    "Sorry, the form could not be opened. "
    "Please write /report and what you have seen, or message me."
)

#: Seconds: Slack waits three.
PATIENCE = 2.5
#: Slack sends an event three times more.
LAST_TRY = "3"

log = structlog.get_logger()

#: Translates one payload, once its sender is known; gives None where it says nothing to us.
ToIncoming = Callable[[Sender], Coroutine[Any, Any, Incoming | None]]


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


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of something that came in: the answer, and whether it was received at all."""

    reply: Reply
    received: bool


_NOT_RECEIVED = _Outcome(say(SORRY), received=False)


class SlackIntake:
    """One listener for each way in. None of them raises."""

    def __init__(
        self, api: SlackApi, people: People, poster: SlackPoster, work: Work, receive: Receive
    ) -> None:
        self._api = api
        self._people = people
        self._poster = poster
        self._work = work
        self._receive = receive
        self._once = Once(work)

    # --- events: not acknowledged before they are durable, so that Slack sends them again ---------

    async def event(self, body: dict[str, Any], req: AsyncBoltRequest) -> BoltResponse:
        """A direct message, or the bot's name in a channel; anything else is only acknowledged."""
        event = object_in(body, "event")
        numbers = req.headers.get("x-slack-retry-num") or ["0"]
        is_last_try = numbers[0] == LAST_TRY
        try:
            me = await self._people.me()
            await self._receive_event_once(_Event(event, body, me, is_last_try))
        except Exception as error:
            log.warning("slack event not taken", kind=type(error).__name__)
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    async def _receive_event_once(self, request: _Event) -> None:
        """Receive it, unless that is done already. Raises where Slack is to send it again."""
        event = request.event
        kind = event.get("type")
        if kind == "message" and is_worth_reading(event, request.me.user):
            key = message_source(event, request.team)
            await self._once.do(key, lambda: self._receive_message(request))
        elif kind == "app_mention" and is_worth_answering(event):
            key = f"mention:{event['channel']}:{event['ts']}"
            await self._once.do(key, lambda: self._receive_mention(request))

    async def _receive_message(self, request: _Event) -> bool:
        event, me = request.event, request.me
        said = message_of(event)
        user, channel = str(said["user"]), str(event["channel"])
        self._people.remember_direct_channel(user, channel)

        async def to_incoming(sender: Sender) -> Incoming:
            await complete_files(self._api, self._work, said)
            return translate_message(event, sender, request.team, me.user)

        thread = first_text(said, "thread_ts")
        destination = Destination(user, channel=channel, thread=thread)
        team = foreign_team(me.team, request.body, event, said)
        return await self._receive_and_answer(request, to_incoming, destination, team)

    async def _receive_mention(self, request: _Event) -> bool:
        event, me = request.event, request.me

        async def to_incoming(sender: Sender) -> Incoming:
            return translate_mention(event, sender, request.team, me.user)

        destination = Destination(
            str(event["user"]),
            channel=str(event["channel"]),
            thread=first_text(event, "thread_ts"),
            hidden=True,
        )
        team = foreign_team(me.team, request.body, event)
        return await self._receive_and_answer(request, to_incoming, destination, team)

    async def _receive_and_answer(
        self, request: _Event, to_incoming: ToIncoming, destination: Destination, team: str
    ) -> bool:
        """Receive it, and begin to answer. Gives whether it was received.

        Raises DeliveryFailed where the sender could not be looked up, as Slack will send it again;
        at the last try, the sender is told instead.
        """
        outcome = await self._receive_from(
            destination.user, team, to_incoming, raises=not request.is_last_try
        )
        self._answer_soon(outcome.reply, destination)
        return outcome.received

    # --- what has a trigger: acknowledged within three seconds in any case ------------------------

    async def slash(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A slash command."""
        destination = Destination(
            str(body["user_id"]), response_url=first_text(body, "response_url")
        )
        has_words = bool(first_text(body, "text").strip())
        if body.get("command") == "/report" and not has_words:
            await ack()
            self._work.start(self._open_report_form(body, destination))
            return

        async def to_incoming(sender: Sender) -> Incoming:
            me = await self._people.me()
            return translate_slash(body, sender, me.team)

        outcome = await self._receive_in_time(to_incoming, body, destination, ack)
        if outcome is not None:
            await self._acknowledge_with(outcome.reply, body, destination, ack)

    async def _acknowledge_with(
        self, reply: Reply, body: Payload, destination: Destination, ack: AsyncAck
    ) -> None:
        """Let an answer travel in the acknowledgement, as far as it fits; the rest follows.

        Files, and a question that a form may ask, have no place in an acknowledgement.
        """
        shown = []
        if not files_of(reply) and not prompt_of(reply):
            shown = render(reply)

        trigger = first_text(body, "trigger_id")
        if not shown:
            await ack()
            self._answer_soon(reply, destination, trigger)
            return
        await ack(for_one_person(shown[0]))
        if len(shown) > 1:
            self._answer_soon(reply, destination, trigger, skip=1)

    async def tap(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A button, or an option of a menu."""
        destination = await self._keep_to_own_chat(find_tap_destination(body))

        async def to_incoming(sender: Sender) -> Incoming | None:
            me = await self._people.me()
            return translate_tap(body, sender, me.team)

        await self._receive_interaction(to_incoming, body, destination, ack)

    async def shortcut(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """The global shortcut opens the form; the one on a message passes that message on."""
        destination = Destination(str(body["user"]["id"]))
        if body.get("type") != "message_action":
            await ack()
            self._work.start(self._open_report_form(body, destination))
            return

        async def to_incoming(sender: Sender) -> Incoming:
            me = await self._people.me()
            await complete_files(self._api, self._work, body["message"])
            author = await self._people.author_of(body["message"])
            return translate_shortcut(body, sender, author, me.team, me.url)

        await self._receive_interaction(to_incoming, body, destination, ack)

    async def form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A submitted form. It stays open, with its words, where they could not be kept."""
        if body["view"].get("callback_id") == forms.PROMPT:
            await self._receive_prompt_form(body, ack)
        else:
            await self._receive_report_form(body, ack)

    async def ignore(self, ack: AsyncAck) -> None:
        """What nobody needs to know of, such as a form that was closed."""
        await ack()

    async def refuse_unreadable(self, error: Exception) -> BoltResponse:
        """A payload that none of the above could read.

        Not acknowledged, so that Slack sends it again; and no word of it in the log.
        """
        log.error("slack payload not understood", kind=type(error).__name__)
        return BoltResponse(status=503, body="")

    async def _receive_prompt_form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        view = body["view"]
        words = forms.typed_words(view)
        # Signed by Slack, so it is as we wrote it.
        metadata = forms.read_metadata(view)
        destination = Destination(str(body["user"]["id"]))
        if metadata.destination.user == destination.user:
            destination = await self._keep_to_own_chat(metadata.destination)

        async def to_incoming(sender: Sender) -> Incoming:
            me = await self._people.me()
            command = metadata.command
            return translate_prompt_form(body, command, words, destination, sender, me.team)

        await self._receive_interaction(to_incoming, body, destination, ack, is_form=True)

    async def _receive_report_form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        view = body["view"]
        destination = Destination(str(body["user"]["id"]))
        words = forms.typed_words(view)
        files = forms.added_files(view)
        if not words and not files:
            await ack(response_action="errors", errors={forms.WORDS: forms.NOTHING_YET})
            return

        async def to_incoming(sender: Sender) -> Incoming:
            me = await self._people.me()
            said = {"files": [dict(file) for file in files]}
            await complete_files(self._api, self._work, said)
            return translate_report_form(body, words, said["files"], sender, me.team)

        await self._receive_interaction(to_incoming, body, destination, ack, is_form=True)

    async def _receive_interaction(
        self,
        to_incoming: ToIncoming,
        body: Payload,
        destination: Destination,
        ack: AsyncAck,
        *,
        is_form: bool = False,
    ) -> None:
        """Receive, acknowledge and answer; a form is told in place where it was not received."""
        outcome = await self._receive_in_time(to_incoming, body, destination, ack)
        if outcome is None:
            return
        if is_form and not outcome.received:
            await ack(response_action="errors", errors={forms.WORDS: SORRY})
            return
        await ack()
        self._answer_soon(outcome.reply, destination, first_text(body, "trigger_id"))

    async def _receive_in_time(
        self, to_incoming: ToIncoming, body: Payload, destination: Destination, ack: AsyncAck
    ) -> _Outcome | None:
        """What became of it; None where that takes too long.

        Slack has then been told, and the answer will follow by itself.
        """
        task = self._work.start(self._receive_one(to_incoming, body, destination.user))
        await asyncio.wait({task}, timeout=PATIENCE)
        if task.done():
            return task.result()

        log.info("slack acknowledged before it was kept", way=body.get("type") or "slash")
        await ack()
        self._work.start(self._answer_late(task, destination))
        return None

    async def _answer_late(self, task: asyncio.Task[_Outcome], destination: Destination) -> None:
        outcome = await task
        self._answer_soon(outcome.reply, destination)

    async def _receive_one(self, to_incoming: ToIncoming, body: Payload, user: str) -> _Outcome:
        try:
            me = await self._people.me()
            team = foreign_team(me.team, body, body.get("user"), body.get("view"))
        except DeliveryFailed as failure:
            log.error("slack account not looked up", kind=str(failure))
            return _NOT_RECEIVED
        return await self._receive_from(user, team, to_incoming)

    # --- what they have in common -----------------------------------------------------------------

    async def _receive_from(
        self, user: str, team: str, to_incoming: ToIncoming, *, raises: bool = False
    ) -> _Outcome:
        """Look up the sender, translate and receive.

        With `raises`, DeliveryFailed goes on to the caller where the sender is not looked up.
        """
        try:
            sender = await self._people.sender(user, team)
        except DeliveryFailed as failure:
            if raises:
                raise
            log.error("slack person not looked up", kind=str(failure))
            return _NOT_RECEIVED

        try:
            incoming = await to_incoming(sender)
            reply = None
            if incoming is not None:
                reply = await self._receive(incoming)
        except Refused as refused:
            reply = say(str(refused))
        except Exception as error:
            log.error("not received", kind=type(error).__name__)
            return _NOT_RECEIVED
        return _Outcome(reply or Reply(), received=True)

    async def _keep_to_own_chat(self, destination: Destination) -> Destination:
        """Put an answer into a direct message only where that is the person's own with the bot.

        Elsewhere, two people talk to one another, or it is not known who reads along.
        """
        channel = destination.channel
        if not is_direct(channel):
            return destination

        user = destination.user
        for_them_alone = Destination(user, response_url=destination.response_url)
        try:
            own_channel = await self._people.direct_channel(user)
        except DeliveryFailed:
            return for_them_alone
        # Where Slack does not say which channel it is, it has been given as the user's id.
        if own_channel in (channel, user):
            return destination
        return for_them_alone

    async def _open_report_form(self, body: Payload, destination: Destination) -> None:
        is_open = await self._poster.open_report_form(first_text(body, "trigger_id"))
        if not is_open:
            self._answer_soon(say(NO_FORM), destination)

    def _answer_soon(
        self, reply: Reply, destination: Destination, trigger: str = "", skip: int = 0
    ) -> None:
        """Begin to show an answer, if there is anything to show. See `SlackPoster.answer`."""
        if reply.parts:
            self._work.start(self._answer(reply, destination, trigger, skip))

    async def _answer(
        self, reply: Reply, destination: Destination, trigger: str, skip: int
    ) -> None:
        try:
            await self._poster.answer(reply, destination, trigger=trigger, skip=skip)
        except DeliveryFailed as failure:
            log.error("slack answer not shown", kind=str(failure))
        except Exception as error:
            log.error("slack answer not shown", kind=type(error).__name__)
