"""Shows replies in Slack: messages, forms and files."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from os import SEEK_END
from typing import Any, BinaryIO

import aiohttp

from bot.slack import forms
from bot.slack.api import UNREACHABLE, SlackRefused, Web
from bot.slack.destination import Spot
from bot.slack.people import People
from bot.slack.render import Message, files_of, prompt_of, render
from handlers.messages import FILE_GONE, DeliveryFailed, File, Reply, say

PLAIN = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}
NO_FILE_TAKEN = "Slack did not take the file: http {}."
FILE = "file:"
_CANNOT_CHANGE = ("message_not_found", "cant_update_message", "edit_window_closed")


class Shower:
    """Draws replies. What it sends in answer to somebody is tried for some minutes; a delivery, once."""

    def __init__(self, web: Web, people: People) -> None:
        self._web = web
        self._people = people

    async def answer(self, reply: Reply, spot: Spot, *, trigger: str = "", skip: int = 0) -> None:
        """Show a reply where it belongs, but for its first `skip` messages. Raises DeliveryFailed.

        `trigger` lets a form be opened, for three seconds after what it came with.
        """
        prompt = prompt_of(reply)
        opened = False
        if prompt and trigger:
            opened = await self._open(forms.prompt_form(prompt, spot), trigger)
        replaces = reply.replaces and bool(spot.tapped)
        for message in render(reply, forms=opened)[skip:]:
            show = partial(self._place, message, spot, replaces=replaces)
            place = await self._web.patiently(show)
            _note(reply, place)
            replaces = False
        for file in files_of(reply):
            channel = await self._web.patiently(partial(self._people.direct, spot.user))
            _note(reply, await self._web.patiently(partial(self._upload, file, channel)))

    async def open_report(self, trigger: str) -> bool:
        """Open the form for passing something on; False where Slack does not let it."""
        return await self._open(forms.report_form(), trigger)

    async def post(self, channel: str, reply: Reply) -> str:
        """Send to a channel or a person. Gives `<channel>:<ts>`. Raises DeliveryFailed."""
        first = ""
        for message in render(reply):
            if first:  # what has begun is finished, so that its beginning is not sent again
                _note(reply, await self._web.patiently(partial(self._post, channel, message)))
                continue
            first = await self._post(channel, message)
            channel = first.partition(":")[0]
            _note(reply, first)
        for file in files_of(reply):
            _note(reply, await self._upload(file, channel))
        return first or f"{channel}:"

    async def update(self, channel: str, ts: str, reply: Reply) -> None:
        """Put a reply in place of a message of ours; what does not fit follows. Raises DeliveryFailed."""
        for place, message in enumerate(render(reply)):
            if place == 0:
                await self._update(channel, ts, message)
            else:
                await self._post(channel, message)

    async def delete(self, file: str) -> None:
        """Take a file of ours away. Raises DeliveryFailed."""
        try:
            await self._web.ask(self._web.client.files_delete, file=file)
        except SlackRefused as refusal:
            if refusal.error not in ("file_not_found", "file_deleted"):
                raise

    async def _place(self, message: Message, spot: Spot, *, replaces: bool) -> str:
        """Gives its `<channel>:<ts>`; nothing for what Slack shows to one person for a while, and nobody can change."""
        if spot.response_url:
            try:
                await self._web.respond(
                    spot.response_url, whisper(message) | {"replace_original": replaces}
                )
                return ""
            except DeliveryFailed as failure:
                if not failure.permanent:
                    raise  # otherwise it has been used five times, or has expired
        elif spot.channel and spot.hidden:
            await self._whisper(message, spot)
            return ""
        elif spot.channel and replaces:
            try:
                await self._update(spot.channel, spot.tapped, message)
                return f"{spot.channel}:{spot.tapped}"
            except SlackRefused as refusal:
                if refusal.error not in _CANNOT_CHANGE:
                    raise
        channel = spot.channel or await self._people.direct(spot.user)
        return await self._post(channel, message, spot.thread)

    async def _post(self, channel: str, message: Message, thread: str = "") -> str:
        more = {"thread_ts": thread} if thread else {}
        post = self._web.client.chat_postMessage
        posted = await self._web.ask(
            post, channel=channel, text=message.text, blocks=message.blocks, **PLAIN, **more
        )
        return f"{posted.get('channel') or channel}:{posted.get('ts', '')}"

    async def _whisper(self, message: Message, spot: Spot) -> None:
        more = {"thread_ts": spot.thread} if spot.thread else {}
        await self._web.ask(
            self._web.client.chat_postEphemeral,
            channel=spot.channel,
            user=spot.user,
            text=message.text,
            blocks=message.blocks,
            link_names=False,
            parse="none",
            **more,
        )

    async def _update(self, channel: str, ts: str, message: Message) -> None:
        update = self._web.client.chat_update
        await self._web.ask(
            update, channel=channel, ts=ts, text=message.text, blocks=message.blocks, parse="none"
        )

    async def _open(self, view: dict[str, Any], trigger: str) -> bool:
        try:
            await self._web.ask(self._web.client.views_open, trigger_id=trigger, view=view)
        except DeliveryFailed:
            return False  # too late for a form: the question is asked as text
        return True

    async def _upload(self, file: File, channel: str) -> str:
        async with AsyncExitStack() as until:
            try:
                content = await until.enter_async_context(file.opened())
            except OSError:
                return await self._post(channel, render(say(FILE_GONE.format(name=file.name)))[0])
            return await self._upload_bytes(content, file.name, channel)

    async def _upload_bytes(self, content: BinaryIO, name: str, channel: str) -> str:
        """As files_upload_v2 of Slack's package does, but from the disk rather than from memory."""
        client = self._web.client
        length = content.seek(0, SEEK_END)
        content.seek(0)
        place = await self._web.ask(client.files_getUploadURLExternal, filename=name, length=length)
        try:
            async with self._web.session.post(place["upload_url"], data=content) as answer:
                if answer.status != 200:
                    raise DeliveryFailed(NO_FILE_TAKEN.format(answer.status))
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise DeliveryFailed(UNREACHABLE) from None
        await self._web.ask(
            client.files_completeUploadExternal,
            files=[{"id": place["file_id"], "title": name}],
            channel_id=channel,
        )
        return f"{FILE}{place['file_id']}"


def _note(reply: Reply, message: str) -> None:
    if reply.noted and message:
        reply.noted("slack:", message)


def whisper(message: Message) -> dict[str, Any]:
    """A message that only the person sees, for a `response_url` or the acknowledgement of a command."""
    return {"response_type": "ephemeral", "text": message.text, "blocks": message.blocks}
