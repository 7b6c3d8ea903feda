"""What people tap, type and submit in Slack: received, acknowledged within three seconds, answered.

Each has a trigger, with which a form can be opened for a moment. What they write is in `events`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import forms
from bot.slack.answers import Answer, Answers
from bot.slack.background import Work
from bot.slack.destination import Destination
from bot.slack.people import People, foreign_team
from bot.slack.reading.payload import Payload, first_text
from bot.slack.reading.translate import (
    Translated,
    command_tapped,
    find_tap_destination,
    shortcut_origin,
    translate_prompt_form,
    translate_report_form,
    translate_shortcut,
    translate_slash,
    translate_tap,
)
from bot.slack.receiving import NOT_RECEIVED, Outcome, Receiver, ToIncoming
from bot.slack.render import files_of, prompt_of, render
from bot.slack.send import SlackPoster, for_one_person
from handlers.messages import DeliveryFailed, Refused, Reply, Sender, say

NO_FORM = (
    "Sorry, the form could not be opened. "
    "Please write /report and what you have seen, or message me."
)
MINE = (
    "That is a message of mine, so I kept nothing of it. "
    "To pass something on, use the menu of the message that you saw."
)
DELETED = (
    "That message has been deleted, and Slack shows nothing of it any more. "
    "If you have a screenshot of it, please send it to me."
)

#: The command of the button that opens the form.
REPORT_COMMAND = "report"
#: Seconds: Slack waits three.
PATIENCE = 2.5

log = structlog.get_logger()


class SlackIntake:
    """One function for each way in."""

    def __init__(
        self,
        people: People,
        poster: SlackPoster,
        receiver: Receiver,
        answers: Answers,
        work: Work,
    ) -> None:
        self._people = people
        self._poster = poster
        self._receiver = receiver
        self._answers = answers
        self._work = work

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

        async def to_incoming(sender: Sender) -> Translated:
            me = await self._people.me()
            return Translated(translate_slash(body, sender, me.team))

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
            self._answers.start(Answer(reply, destination, trigger))
            return
        await ack(for_one_person(shown[0]))
        if len(shown) > 1:
            self._answers.start(Answer(reply, destination, trigger, skip=1))

    async def tap(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A button, or an option of a menu. The one for passing something on opens the form."""
        if command_tapped(body) == REPORT_COMMAND:
            await ack()
            self._work.start(self._open_report_form(body, find_tap_destination(body)))
            return
        destination = await self._people.keep_to_own_chat(find_tap_destination(body))

        async def to_incoming(sender: Sender) -> Translated | None:
            me = await self._people.me()
            incoming = translate_tap(body, sender, me.team)
            return Translated(incoming) if incoming else None

        await self._receive_interaction(to_incoming, body, destination, ack)

    async def shortcut(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """The global shortcut opens the form; the one on a message passes that message on."""
        destination = Destination(str(body["user"]["id"]))
        if body.get("type") != "message_action":
            await ack()
            self._work.start(self._open_report_form(body, destination))
            return

        said = body["message"]

        async def to_incoming(sender: Sender) -> Translated:
            me = await self._people.me()
            if said.get("user") == me.user or said.get("bot_id") == me.bot:
                raise Refused(MINE)
            if said.get("subtype") == "tombstone":
                raise Refused(DELETED)
            names = await self._receiver.complete(said)
            origin = shortcut_origin(body, await self._people.author_of(said), me.url)
            return translate_shortcut(body, sender, origin, me.team, names)

        await self._receive_interaction(to_incoming, body, destination, ack)

    async def form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A submitted form. It stays open, with its words, where they could not be kept."""
        if body["view"].get("callback_id") == forms.PROMPT:
            await self._receive_prompt_form(body, ack)
        else:
            await self._receive_report_form(body, ack)

    async def _receive_prompt_form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        view = body["view"]
        words = forms.typed_words(view)
        # Signed by Slack, so it is as we wrote it.
        metadata = forms.read_metadata(view)
        destination = Destination(str(body["user"]["id"]))
        if metadata.destination.user == destination.user:
            destination = await self._people.keep_to_own_chat(metadata.destination)

        async def to_incoming(sender: Sender) -> Translated:
            me = await self._people.me()
            command = metadata.command
            return Translated(
                translate_prompt_form(body, command, words, destination, sender, me.team)
            )

        await self._receive_interaction(to_incoming, body, destination, ack, is_form=True)

    async def _receive_report_form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        view = body["view"]
        destination = Destination(str(body["user"]["id"]))
        words = forms.typed_words(view)
        files = forms.added_files(view)
        if not words and not files:
            await ack(response_action="errors", errors={forms.WORDS: forms.NOTHING_YET})
            return

        async def to_incoming(sender: Sender) -> Translated:
            me = await self._people.me()
            said = {"files": [dict(file) for file in files]}
            await self._receiver.complete_files(said)
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
            await ack(response_action="errors", errors={forms.WORDS: outcome.in_words})
            return
        await ack()
        trigger = first_text(body, "trigger_id")
        self._answers.start(Answer(outcome.reply, destination, trigger, then=outcome.then))

    async def _receive_in_time(
        self, to_incoming: ToIncoming, body: Payload, destination: Destination, ack: AsyncAck
    ) -> Outcome | None:
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

    async def _answer_late(self, task: asyncio.Task[Outcome], destination: Destination) -> None:
        outcome = await task
        self._answers.start(Answer(outcome.reply, destination, then=outcome.then))

    async def _receive_one(self, to_incoming: ToIncoming, body: Payload, user: str) -> Outcome:
        try:
            me = await self._people.me()
            team = foreign_team(me.team, body, body.get("user"), body.get("view"))
        except DeliveryFailed as failure:
            log.error("slack account not looked up", kind=str(failure))
            return NOT_RECEIVED
        return await self._receiver.receive(user, team, to_incoming)

    async def _open_report_form(self, body: Payload, destination: Destination) -> None:
        is_open = await self._poster.open_report_form(first_text(body, "trigger_id"))
        if not is_open:
            self._answers.start(Answer(say(NO_FORM), destination))
