"""What comes in from Slack: translated, received, and only then acknowledged; answered after that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack import forms, translate
from bot.slack.api import Web
from bot.slack.attachments import Payload, stubs
from bot.slack.background import Once, Work
from bot.slack.destination import Spot, is_direct
from bot.slack.people import People
from bot.slack.render import files_of, prompt_of, render
from bot.slack.send import Shower, whisper
from handlers.messages import DeliveryFailed, Incoming, Receive, Refused, Reply, Sender, say

SORRY = "Sorry, something went wrong and that was not kept. Please try again in a minute."
NO_FORM = "Sorry, the form could not be opened. Please write /report and what you have seen, or message me."

PATIENCE = 2.5  # seconds: Slack waits three
LAST_TRY = "3"  # Slack sends an event three times more
STUB_SECONDS = 1.5

log = structlog.get_logger()
Make = Callable[[Sender], Coroutine[Any, Any, Incoming | None]]


class Intake:
    """One listener for each way in. None of them raises."""

    def __init__(
        self, web: Web, people: People, shower: Shower, work: Work, receive: Receive
    ) -> None:
        self._web = web
        self._people = people
        self._shower = shower
        self._work = work
        self._receive = receive
        self._once = Once(work)

    # --- events: not acknowledged before they are durable, so that Slack sends them again -----------------

    async def event(self, body: dict[str, Any], req: AsyncBoltRequest) -> BoltResponse:
        """A direct message, or the bot's name in a channel; anything else is only acknowledged."""
        event = body.get("event") or {}
        last = (req.headers.get("x-slack-retry-num") or ["0"])[0] == LAST_TRY
        try:
            me = await self._people.me()
            team = str(body.get("team_id") or me.team)
            if event.get("type") == "message" and translate.worth_reading(event, me.user):
                await self._once.do(
                    translate.message_source(event, team), lambda: self._message(event, body, last)
                )
            elif event.get("type") == "app_mention" and translate.worth_answering(event):
                key = f"mention:{event['channel']}:{event['ts']}"
                await self._once.do(key, lambda: self._mention(event, body, last))
        except Exception as error:
            log.warning("slack event not taken", kind=type(error).__name__)
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    async def _message(self, event: Payload, body: Payload, last: bool) -> bool:
        me = await self._people.me()
        said = translate.message_of(event)
        user, channel = str(said["user"]), str(event["channel"])
        self._people.met(user, channel)
        spot = Spot(user, channel=channel, thread=str(said.get("thread_ts") or ""))

        async def make(sender: Sender) -> Incoming:
            await self._complete(said)
            return translate.message(event, sender, str(body.get("team_id") or me.team), me.user)

        return await self._take(make, spot, _foreign(me.team, body, event, said), last)

    async def _mention(self, event: Payload, body: Payload, last: bool) -> bool:
        me = await self._people.me()
        thread = str(event.get("thread_ts") or "")
        spot = Spot(str(event["user"]), channel=str(event["channel"]), thread=thread, hidden=True)

        async def make(sender: Sender) -> Incoming:
            return translate.mention(event, sender, str(body.get("team_id") or me.team), me.user)

        return await self._take(make, spot, _foreign(me.team, body, event), last)

    async def _take(self, make: Make, spot: Spot, team: str, last: bool) -> bool:
        reply, kept = await self._obey(make, spot.user, team, patient=not last)
        self._answer(reply, spot)
        return kept

    # --- what has a trigger: acknowledged within three seconds in any case ---------------------------------

    async def slash(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A slash command. Its answer travels in the acknowledgement where it is ready and fits."""
        spot = Spot(str(body["user_id"]), response_url=str(body.get("response_url") or ""))
        if body.get("command") == "/report" and not str(body.get("text") or "").strip():
            await ack()
            self._work.start(self._open_report(body, spot))
            return

        async def make(sender: Sender) -> Incoming:
            return translate.slash(body, sender, (await self._people.me()).team)

        reply = await self._within_patience(make, body, spot, ack)
        if reply is None:
            return
        messages = [] if files_of(reply) or prompt_of(reply) else render(reply)
        if messages:
            await ack(whisper(messages[0]))
        else:
            await ack()
        if len(messages) != 1:
            self._answer(reply, spot, str(body.get("trigger_id") or ""), skip=len(messages[:1]))

    async def tap(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A button, or an option of a menu."""
        spot = await self._ones_own(translate.tap_spot(body))

        async def make(sender: Sender) -> Incoming | None:
            return translate.tap(body, sender, (await self._people.me()).team)

        await self._interactive(make, body, spot, ack)

    async def shortcut(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """The global shortcut opens the form; the one on a message passes that message on."""
        spot = Spot(str(body["user"]["id"]))
        if body.get("type") != "message_action":
            await ack()
            self._work.start(self._open_report(body, spot))
            return

        async def make(sender: Sender) -> Incoming:
            me = await self._people.me()
            said = body["message"]
            await self._complete(said)
            author = str(
                (said.get("user_profile") or {}).get("real_name") or said.get("username") or ""
            )
            author = author or await self._people.name(str(said.get("user") or ""))
            return translate.passed_on(body, sender, author, me.team, me.url)

        await self._interactive(make, body, spot, ack)

    async def form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A submitted form. It stays open, with its words, where they could not be kept."""
        view = body["view"]
        spot, words, files = Spot(str(body["user"]["id"])), forms.typed(view), forms.files(view)
        command = ""
        if view.get("callback_id") == forms.PROMPT:
            command, meant = forms.read_metadata(view)  # signed by Slack, so it is as we wrote it
            spot = await self._ones_own(meant) if meant.user == spot.user else spot
        elif not words and not files:
            await ack(response_action="errors", errors={forms.WORDS: forms.NOTHING_YET})
            return

        async def make(sender: Sender) -> Incoming:
            me = await self._people.me()
            if command:
                return translate.prompt_form(body, command, words, spot, sender, me.team)
            said = {"files": [dict(file) for file in files]}
            await self._complete(said)
            return translate.report_form(body, words, said["files"], sender, me.team)

        await self._interactive(make, body, spot, ack, form=True)

    async def nothing(self, ack: AsyncAck) -> None:
        """What nobody needs to know of, such as a form that was closed."""
        await ack()

    async def failed(self, error: Exception) -> BoltResponse:
        """A payload that none of the above could read. Not acknowledged, and no word of it in the log."""
        log.error("slack payload not understood", kind=type(error).__name__)
        return BoltResponse(status=503, body="")

    # --- what they have in common ---------------------------------------------------------------------------

    async def _interactive(
        self, make: Make, body: Payload, spot: Spot, ack: AsyncAck, *, form: bool = False
    ) -> None:
        reply = await self._within_patience(make, body, spot, ack)
        if reply is _SORRY and form:
            await ack(response_action="errors", errors={forms.WORDS: SORRY})
        elif reply is not None:
            await ack()
            self._answer(reply, spot, str(body.get("trigger_id") or ""))

    async def _ones_own(self, spot: Spot) -> Spot:
        """An answer is put into a direct message only where that is the person's own."""
        if not spot.channel or not is_direct(spot.channel):
            return spot
        try:
            own = await self._people.direct(spot.user)
        except DeliveryFailed:
            return Spot(spot.user, response_url=spot.response_url)
        return (
            spot
            if own in (spot.channel, spot.user)
            else Spot(spot.user, response_url=spot.response_url)
        )

    async def _within_patience(
        self, make: Make, body: Payload, spot: Spot, ack: AsyncAck
    ) -> Reply | None:
        """The reply; or None where it takes too long: Slack has been told, and the answer will follow."""
        task = self._work.start(self._obey_one_of(body, make, spot.user))
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            log.info("slack acknowledged before it was kept", way=body.get("type") or "slash")
            await ack()
            self._work.start(self._follow(task, spot))
            return None
        reply, _ = task.result()
        return reply or Reply()

    async def _follow(self, task: asyncio.Task[tuple[Reply | None, bool]], spot: Spot) -> None:
        reply, _ = await task
        self._answer(reply, spot)

    async def _obey_one_of(self, body: Payload, make: Make, user: str) -> tuple[Reply | None, bool]:
        try:
            team = _foreign(
                (await self._people.me()).team, body, body.get("user"), body.get("view")
            )
        except DeliveryFailed as failure:
            log.error("slack account not looked up", kind=str(failure))
            return _SORRY, False
        return await self._obey(make, user, team)

    async def _obey(
        self, make: Make, user: str, team: str, *, patient: bool = False
    ) -> tuple[Reply | None, bool]:
        """The reply, and whether it was received. With `patient`, it raises for somebody not looked up."""
        try:
            sender = await self._people.sender(user, team)
        except DeliveryFailed as failure:
            if patient:
                raise
            log.error("slack person not looked up", kind=str(failure))
            return _SORRY, False
        try:
            incoming = await make(sender)
            return (None if incoming is None else await self._receive(incoming)), True
        except Refused as refused:
            return say(str(refused)), True
        except Exception as error:
            log.error("not received", kind=type(error).__name__)
            return _SORRY, False

    async def _complete(self, said: Payload) -> None:
        """Ask what the files are of which Slack sent only the id. The pointer does without."""
        found = list(stubs(said))
        if not found:
            return

        async def complete(file: dict[str, Any]) -> None:
            info = (await self._web.ask(self._web.client.files_info, file=file["id"])).get(
                "file"
            ) or {}
            file.pop("mode", None)
            file.update(info)

        jobs = [self._work.start(complete(file)) for file in found]
        await asyncio.wait(jobs, timeout=STUB_SECONDS)
        for job in jobs:
            if not job.done() or job.exception():
                job.cancel()
                log.info("slack file not looked up")

    async def _open_report(self, body: Payload, spot: Spot) -> None:
        if not await self._shower.open_report(str(body.get("trigger_id") or "")):
            self._answer(say(NO_FORM), spot)

    def _answer(self, reply: Reply | None, spot: Spot, trigger: str = "", skip: int = 0) -> None:
        if reply is not None and reply.parts:
            self._work.start(self._show(reply, spot, trigger, skip))

    async def _show(self, reply: Reply, spot: Spot, trigger: str, skip: int) -> None:
        try:
            await self._shower.answer(reply, spot, trigger=trigger, skip=skip)
        except DeliveryFailed as failure:
            log.error("slack answer not shown", kind=str(failure))
        except Exception as error:
            log.error("slack answer not shown", kind=type(error).__name__)


_SORRY = say(SORRY)


def _foreign(ours: str, *payloads: object) -> str:
    """A workspace that is not ours, where the payload names one: the app's, the place's, or that of who wrote."""
    for payload in payloads:
        if isinstance(payload, dict):
            team = payload.get("team")
            named = (payload.get("team_id"), payload.get("user_team"), team)
            for found in (*named, team.get("id") if isinstance(team, dict) else None):
                if isinstance(found, str) and found.startswith("T") and found != ours:
                    return found
    return ""
