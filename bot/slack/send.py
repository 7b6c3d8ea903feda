"""Sends replies to Slack: messages, forms and files."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from os import SEEK_END
from typing import Any, BinaryIO

import aiohttp

from bot.slack import forms
from bot.slack.api import UNREACHABLE, SlackApi, SlackRefused, refuse_page
from bot.slack.destination import Destination, address_of
from bot.slack.people import People
from bot.slack.render import Message, files_of, prompt_of, render
from bot.slack.text import cut
from handlers.messages import FILE_GONE, DeliveryFailed, File, Reply, say
from store.model.address import FILE

#: Nothing that people typed becomes a preview, a link or a ping.
PLAIN = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}
#: Characters: https://docs.slack.dev/reference/methods/files.getUploadURLExternal/
MAX_ALT = 1_000
NO_FILE_TAKEN = "Slack did not take the file: http {}."

#: The ids of messages name their channel here, so that an address need only name Slack.
_ANYWHERE = address_of("")
_CANNOT_CHANGE = ("message_not_found", "cant_update_message", "edit_window_closed")
#: A thread may be locked, or gone, and still be answered beside it.
_CANNOT_REPLY = ("cannot_reply_to_message", "restricted_action_thread_locked", "thread_not_found")
_CANNOT_DELETE = ("cant_delete_message", "compliance_exports_prevent_deletion")
_ALREADY_GONE = ("file_not_found", "file_deleted")


class SlackPoster:
    """Posts replies.

    What it sends in answer to somebody is tried for some minutes; a delivery, once, as the outbox
    tries again.
    """

    def __init__(self, api: SlackApi, people: People) -> None:
        self._api = api
        self._people = people

    async def answer(
        self, reply: Reply, destination: Destination, *, trigger: str = "", skip: int = 0
    ) -> None:
        """Show a reply where it belongs, but for its first `skip` messages. Raises DeliveryFailed.

        `trigger` lets a form be opened, for three seconds after what it came with.
        """
        has_form = False
        prompt = prompt_of(reply)
        if prompt and trigger:
            has_form = await self._open_form(forms.prompt_form(prompt, destination), trigger)

        # Only the first message can take the place of the one that was tapped.
        replaces = reply.replaces and bool(destination.tapped)
        for message in render(reply, forms=has_form)[skip:]:
            show = partial(self._show, message, destination, replaces=replaces)
            _note(reply, await self._api.retry(show))
            replaces = False

        for file in files_of(reply):
            find_channel = partial(self._people.direct_channel, destination.user)
            channel = await self._api.retry(find_channel)
            _note(reply, await self._api.retry(partial(self._upload, file, channel)))

    async def open_report_form(self, trigger: str) -> bool:
        """Open the form for passing something on; False where Slack does not let it."""
        return await self._open_form(forms.report_form(), trigger)

    async def post(self, channel: str, reply: Reply) -> str:
        """Send to a channel or a person. Gives `<channel>:<ts>`. Raises DeliveryFailed."""
        first = ""
        for message in render(reply):
            if not first:
                first = await self._post(channel, message)
                _note(reply, first)
                # For a person, Slack has now said which channel that is.
                channel = first.partition(":")[0]
            else:
                # What has begun is finished, so that its beginning is not sent again.
                post_rest = partial(self._post, channel, message)
                _note(reply, await self._api.retry(post_rest))

        for file in files_of(reply):
            _note(reply, await self._upload(file, channel))
        return first or f"{channel}:"

    async def update(self, channel: str, ts: str, reply: Reply) -> None:
        """Put a reply in place of a message of ours; what does not fit follows.

        Raises DeliveryFailed.
        """
        for place, message in enumerate(render(reply)):
            if place == 0:
                await self._update(channel, ts, message)
            else:
                await self._post(channel, message)

    async def delete_message(self, channel: str, ts: str) -> bool:
        """Delete a message of ours; False where Slack does not let it. Raises DeliveryFailed.

        Slack gives no time for it. https://docs.slack.dev/reference/methods/chat.delete
        """
        try:
            await self._api.ask(self._api.client.chat_delete, channel=channel, ts=ts)
        except SlackRefused as refusal:
            if refusal.error == "message_not_found":
                return True
            if refusal.error in _CANNOT_DELETE:
                return False
            raise
        return True

    async def delete(self, file: str) -> None:
        """Take a file of ours away, by Slack's id. Raises DeliveryFailed."""
        try:
            await self._api.ask(self._api.client.files_delete, file=file)
        except SlackRefused as refusal:
            if refusal.error not in _ALREADY_GONE:
                raise

    async def _show(self, message: Message, destination: Destination, *, replaces: bool) -> str:
        """Show one message in answer to somebody. Gives its `<channel>:<ts>`.

        Gives nothing for what Slack shows to one person for a while, which nobody can change.
        """
        channel = destination.channel
        if destination.response_url:
            has_responded = await self._respond(message, destination, replaces=replaces)
            if has_responded:
                return ""
        elif channel and destination.hidden:
            has_shown = await self._post_hidden(message, destination)
            if has_shown:
                return ""
            # They would take what they wrote there for received.
            return await self._post_to_person(message, destination.user)
        elif channel and replaces:
            has_replaced = await self._replace_tapped(message, destination)
            if has_replaced:
                return f"{channel}:{destination.tapped}"

        if not channel:
            return await self._post_to_person(message, destination.user)
        return await self._post_in_thread(channel, message, destination.thread)

    async def _post_to_person(self, message: Message, user: str) -> str:
        """Post it in somebody's own chat with the bot. Gives its `<channel>:<ts>`."""
        channel = await self._people.direct_channel(user)
        return await self._post(channel, message)

    async def _post_in_thread(self, channel: str, message: Message, thread: str) -> str:
        """Post it in a thread, or beside it where Slack takes no reply there."""
        try:
            return await self._post(channel, message, thread)
        except SlackRefused as refusal:
            if not thread or refusal.error not in _CANNOT_REPLY:
                raise
        return await self._post(channel, message)

    async def _respond(self, message: Message, destination: Destination, *, replaces: bool) -> bool:
        """Answer at the `response_url`; False where it has been used five times, or has expired."""
        body = for_one_person(message) | {"replace_original": replaces}
        try:
            await self._api.respond(destination.response_url, body)
        except DeliveryFailed as failure:
            if not failure.permanent:
                raise
            return False
        return True

    async def _replace_tapped(self, message: Message, destination: Destination) -> bool:
        """Put a message in place of the one that was tapped; False where Slack does not let it."""
        try:
            await self._update(destination.channel, destination.tapped, message)
        except SlackRefused as refusal:
            if refusal.error not in _CANNOT_CHANGE:
                raise
            return False
        return True

    async def _post(self, channel: str, message: Message, thread: str = "") -> str:
        posted = await self._api.ask(
            self._api.client.chat_postMessage,
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            **PLAIN,
            **_in_thread(thread),
        )
        return f"{posted.get('channel') or channel}:{posted.get('ts', '')}"

    async def _post_hidden(self, message: Message, destination: Destination) -> bool:
        """Show it to one person among others; False where Slack does not let the bot."""
        try:
            await self._api.ask(
                self._api.client.chat_postEphemeral,
                channel=destination.channel,
                user=destination.user,
                text=message.text,
                blocks=message.blocks,
                link_names=False,
                parse="none",
                **_in_thread(destination.thread),
            )
        except SlackRefused as refusal:
            if not refusal.permanent:
                raise
            return False
        return True

    async def _update(self, channel: str, ts: str, message: Message) -> None:
        await self._api.ask(
            self._api.client.chat_update,
            channel=channel,
            ts=ts,
            text=message.text,
            blocks=message.blocks,
            parse="none",
        )

    async def _open_form(self, view: dict[str, Any], trigger: str) -> bool:
        """Open a form; False where it is too late for one, and the question is asked as text."""
        try:
            await self._api.ask(self._api.client.views_open, trigger_id=trigger, view=view)
        except DeliveryFailed:
            return False
        return True

    async def _upload(self, file: File, channel: str) -> str:
        """Hand over a file, or say that it cannot be read. Gives the id of what was sent."""
        async with AsyncExitStack() as until:
            try:
                content = await until.enter_async_context(file.opened())
            except OSError:
                sorry = render(say(FILE_GONE.format(name=file.name)))[0]
                return await self._post(channel, sorry)
            return await self._upload_bytes(content, file, channel)

    async def _upload_bytes(self, content: BinaryIO, file: File, channel: str) -> str:
        """Upload in three steps, from the disk rather than from memory. Gives `file:<id>`.

        `files_upload_v2` of Slack's package takes the same steps, with the whole file in memory.
        """
        length = content.seek(0, SEEK_END)
        content.seek(0)
        client = self._api.client
        described = {"alt_txt": cut(file.alt, MAX_ALT)} if file.alt else {}
        place = await self._api.ask(
            client.files_getUploadURLExternal, filename=file.name, length=length, **described
        )

        try:
            async with self._api.session.post(place["upload_url"], data=content) as answer:
                if answer.status != 200:
                    raise DeliveryFailed(NO_FILE_TAKEN.format(answer.status))
                await refuse_page(answer)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise DeliveryFailed(UNREACHABLE) from None

        await self._api.ask(
            client.files_completeUploadExternal,
            files=[{"id": place["file_id"], "title": file.name}],
            channel_id=channel,
        )
        return f"{FILE}{place['file_id']}"


def for_one_person(message: Message) -> dict[str, Any]:
    """A message that only the person sees.

    It goes to a `response_url`, or travels in the acknowledgement of a command.
    """
    return {"response_type": "ephemeral", "text": message.text, "blocks": message.blocks}


def _in_thread(thread: str) -> dict[str, str]:
    return {"thread_ts": thread} if thread else {}


def _note(reply: Reply, message: str) -> None:
    """Tell whoever wants to know of each message that shows a reply."""
    if reply.noted and message:
        reply.noted(_ANYWHERE, message)
