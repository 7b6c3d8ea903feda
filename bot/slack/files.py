"""Slack's files: what they are, and their bytes, in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import structlog

from bot.slack.api import UNREACHABLE, SlackApi, SlackRefused
from bot.slack.background import Work
from bot.slack.reading.content import find_stubs
from bot.slack.reading.file_objects import CANVAS_TYPE, STUB, is_canvas, is_elsewhere
from bot.slack.reading.payload import Payload, first_text, object_in
from handlers.messages import DeliveryFailed, TooLarge

GONE = "The file is no longer in Slack."
ELSEWHERE = "The file is not kept in Slack."
NOT_SLACKS = "The file's address is not Slack's."
A_PAGE = "Slack gave a page in place of the file: may the bot read files (files:read)?"
NOT_SHOWN = "Slack does not show this file to the bot."
NO_CANVAS = "Slack does not hand over this canvas."
TOO_LARGE = "The file is over {} MB."
REFUSED = "Slack refused the file: http {}."

PIECE = 64 * 1024
#: Seconds for finding out what files are, before a message is received without that.
STUB_SECONDS = 1.5
_REDIRECTS = 5
_REDIRECTING = (301, 302, 303, 307, 308)
_SLACK = ("slack.com", "slack-files.com", "slack-edge.com")
#: A large file may take its time, as long as it keeps coming.
_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=60)
#: What the page of a canvas has, and no page to sign in: seen in what Slack hands over.
_CANVAS_MARK = b"quip-canvas-content"

#: What Slack says of a file of a conversation that the bot is not in, as of one that is gone.
_NOT_SHOWN = ("file_not_found", "file_deleted")

log = structlog.get_logger()


class _PageInstead(DeliveryFailed):
    """Slack, or somebody in between, gives a page in place of the file."""

    def __init__(self) -> None:
        super().__init__(A_PAGE)


@dataclass(frozen=True, slots=True)
class _Download:
    """Where a file lies, and what Slack says of it; `size` is in bytes, 0 where it does not say."""

    url: str
    media_type: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Limit:
    """The largest file that the school keeps."""

    megabytes: int

    def check(self, size: int) -> None:
        """Raise TooLarge where so many bytes are over the limit."""
        if size > self.megabytes * 1024 * 1024:
            raise TooLarge(TOO_LARGE.format(self.megabytes))


async def fetch(api: SlackApi, pointer: Mapping[str, str], max_mb: int) -> AsyncIterator[bytes]:
    """The bytes behind a pointer. Raises DeliveryFailed, TooLarge."""
    limit = _Limit(max_mb)
    source = await _locate(api, pointer)
    limit.check(source.size)
    try:
        answer = await _open(api, source.url)
        async with answer:
            _check_answer(answer, source.media_type)
            limit.check(answer.content_length or 0)

            # Counted as well, as neither Slack's word nor the header need be true.
            count = 0
            async for piece in answer.content.iter_chunked(PIECE):
                if count == 0:
                    _check_beginning(answer, source.media_type, piece)
                count += len(piece)
                limit.check(count)
                yield piece
    except _PageInstead:
        await _refuse_what_is_not_shown(api, pointer)
        raise
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise DeliveryFailed(UNREACHABLE) from None


async def _refuse_what_is_not_shown(api: SlackApi, pointer: Mapping[str, str]) -> None:
    """Raise a permanent DeliveryFailed where Slack will never hand over a file.

    So it is of a message in a private conversation that somebody passes on by the message's menu:
    whoever did so can still send a screenshot, and is to hear that before another day has passed.
    """
    if "file" not in pointer:
        return
    try:
        await api.look_up(api.client.files_info, file=pointer["file"])
    except SlackRefused as refusal:
        if refusal.error in _NOT_SHOWN:
            raise DeliveryFailed(NOT_SHOWN, permanent=True) from None
    except DeliveryFailed:
        # That says nothing of the file.
        return


async def complete_files(api: SlackApi, work: Work, message: Payload) -> None:
    """Ask what the files are of which Slack sent only the id, and write it into the message.

    A file of which Slack does not say in time keeps its id, by which it can be fetched later.
    """
    jobs = [work.start(_complete(api, file)) for file in find_stubs(message)]
    if not jobs:
        return

    await asyncio.wait(jobs, timeout=STUB_SECONDS)
    for job in jobs:
        if not job.done() or job.exception():
            job.cancel()
            log.info("slack file not looked up")


async def _complete(api: SlackApi, file: dict[str, Any]) -> None:
    answer = await api.ask(api.client.files_info, file=file["id"])
    # A stub's `mode` says nothing of the file.
    file.pop("mode", None)
    file.update(object_in(answer, "file"))


async def _locate(api: SlackApi, pointer: Mapping[str, str]) -> _Download:
    """Read the pointer; where Slack sent only the id of a file, ask Slack for the rest."""
    url = pointer.get("url", "")
    if url:
        return _Download(url, pointer.get("media_type", ""))

    answer = await api.look_up(api.client.files_info, file=pointer["file"])
    info = object_in(answer, "file")
    url = _url_of(info)
    size = info.get("size")
    media_type = CANVAS_TYPE if is_canvas(info) else first_text(info, "mimetype")
    return _Download(url, media_type, size if isinstance(size, int) else 0)


def _url_of(info: Mapping[str, Any]) -> str:
    if is_elsewhere(info):
        raise DeliveryFailed(ELSEWHERE, permanent=True)
    url = first_text(info, "url_private_download", "url_private")
    if not url:
        # Of a file in a shared channel, Slack may say more when it is asked again.
        raise DeliveryFailed(GONE, permanent=info.get("file_access") != STUB)
    return url


async def _open(api: SlackApi, url: str) -> aiohttp.ClientResponse:
    """Follows Slack's redirects itself, so that the token goes to nobody else."""
    headers = {"Authorization": f"Bearer {api.token}", "Accept-Encoding": "identity"}
    for _ in range(_REDIRECTS):
        if not is_slacks(url, api.api_url):
            raise DeliveryFailed(NOT_SLACKS, permanent=True)
        answer = await api.session.get(
            url, headers=headers, allow_redirects=False, timeout=_TIMEOUT
        )
        if answer.status not in _REDIRECTING:
            return answer
        answer.release()
        url = urljoin(url, answer.headers.get("Location", ""))

    # Whoever may not read a file is sent from one page to sign in to the next.
    raise _PageInstead


def is_slacks(url: str, api_url: str) -> bool:
    """Tells where the token may be sent: to Slack over https, or to where the Web API is."""
    try:
        there, api = urlsplit(url), urlsplit(api_url)
        is_same_host = there.hostname == api.hostname and there.port == api.port
        if is_same_host and there.scheme == api.scheme:
            return True
        if there.scheme != "https" or there.port not in (None, 443):
            return False
    except ValueError:
        # A port that is no number or too large a one, or no address of IPv6.
        return False
    host = there.hostname or ""
    return any(host == slack or host.endswith("." + slack) for slack in _SLACK)


def _check_answer(answer: aiohttp.ClientResponse, media_type: str) -> None:
    """Raise DeliveryFailed for whatever is not the file."""
    if answer.status in (404, 410):
        raise DeliveryFailed(GONE, permanent=True)
    if answer.status == 429:
        after = answer.headers.get("Retry-After", "")
        seconds = float(after) if after.isdecimal() else None
        raise DeliveryFailed(REFUSED.format(429), retry_after=seconds)
    if answer.status != 200:
        raise DeliveryFailed(REFUSED.format(answer.status))

    # Without the right to read a file, Slack answers 200 with its page for signing in.
    may_be_page = "html" in media_type or media_type == CANVAS_TYPE
    if answer.content_type == "text/html" and not may_be_page:
        raise _PageInstead


def _check_beginning(answer: aiohttp.ClientResponse, media_type: str, piece: bytes) -> None:
    """Raise DeliveryFailed for a page that was to be a canvas and is another."""
    is_page = answer.content_type == "text/html"
    if media_type == CANVAS_TYPE and is_page and _CANVAS_MARK not in piece:
        raise DeliveryFailed(NO_CANVAS, permanent=True)
