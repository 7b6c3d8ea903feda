"""The bytes of Slack's files, in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.slack.api import UNREACHABLE, Web
from bot.slack.attachments import STUB, is_elsewhere
from handlers.messages import DeliveryFailed, TooLarge

GONE = "The file is no longer in Slack."
ELSEWHERE = "The file is not kept in Slack."
NOT_SLACKS = "The file's address is not Slack's."
A_PAGE = "Slack gave a page in place of the file: may the bot read files (files:read)?"
TOO_LARGE = "The file is over {} MB."
REFUSED = "Slack refused the file: http {}."

PIECE = 64 * 1024
_REDIRECTS = 5
_SLACK = ("slack.com", "slack-files.com", "slack-edge.com")
_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=60)


async def fetch(web: Web, pointer: Mapping[str, str], max_mb: int) -> AsyncIterator[bytes]:
    """The bytes behind a pointer. Raises DeliveryFailed, TooLarge."""
    url, media_type = pointer.get("url", ""), pointer.get("media_type", "")
    limit = max_mb * 1024 * 1024
    if not url:
        info = (await web.look_up(web.client.files_info, file=pointer["file"])).get("file") or {}
        url, media_type = _address(info), str(info.get("mimetype") or "")
        if isinstance(info.get("size"), int) and info["size"] > limit:
            raise TooLarge(TOO_LARGE.format(max_mb))
    try:
        answer = await _open(web, url)
        async with answer:
            _check(answer, media_type)
            if (answer.content_length or 0) > limit:
                raise TooLarge(TOO_LARGE.format(max_mb))
            count = 0
            async for piece in answer.content.iter_chunked(PIECE):
                count += len(piece)
                if count > limit:
                    raise TooLarge(TOO_LARGE.format(max_mb))
                yield piece
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise DeliveryFailed(UNREACHABLE) from None


def _address(info: Mapping[str, Any]) -> str:
    if is_elsewhere(info):
        raise DeliveryFailed(ELSEWHERE, permanent=True)
    url = str(info.get("url_private_download") or info.get("url_private") or "")
    if not url:
        raise DeliveryFailed(GONE, permanent=info.get("file_access") != STUB)
    return url


async def _open(web: Web, url: str) -> aiohttp.ClientResponse:
    """Follows Slack's redirects itself, so that the token goes to nobody else."""
    for _ in range(_REDIRECTS):
        if not is_slacks(url, web.api_url):
            raise DeliveryFailed(NOT_SLACKS, permanent=True)
        headers = {"Authorization": f"Bearer {web.token}", "Accept-Encoding": "identity"}
        answer = await web.session.get(
            url, headers=headers, allow_redirects=False, timeout=_TIMEOUT
        )
        if answer.status not in (301, 302, 303, 307, 308):
            return answer
        answer.release()
        url = urljoin(url, answer.headers.get("Location", ""))
    raise DeliveryFailed(A_PAGE)


def is_slacks(url: str, api_url: str) -> bool:
    """Whether the token may be sent there: to Slack over https, or to where the Web API is."""
    there, api = urlsplit(url), urlsplit(api_url)
    try:
        if (there.scheme, there.hostname, there.port) == (api.scheme, api.hostname, api.port):
            return True
        host = there.hostname or ""
        return (
            there.scheme == "https"
            and there.port in (None, 443)
            and any(host == slack or host.endswith("." + slack) for slack in _SLACK)
        )
    except ValueError:
        return False


def _check(answer: aiohttp.ClientResponse, media_type: str) -> None:
    if answer.status in (404, 410):
        raise DeliveryFailed(GONE, permanent=True)
    if answer.status == 429:
        after = answer.headers.get("Retry-After", "")
        seconds = float(after) if after.isdecimal() else None
        raise DeliveryFailed(REFUSED.format(429), retry_after=seconds)
    if answer.status != 200:
        raise DeliveryFailed(REFUSED.format(answer.status))
    if answer.content_type == "text/html" and "html" not in media_type:
        raise DeliveryFailed(A_PAGE)
