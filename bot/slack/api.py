"""Slack's Web API: one client, one pool of connections, one family of errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.request import getproxies

import aiohttp
import orjson
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.messages import DeliveryFailed

UNREACHABLE = "Slack could not be reached."
TRYING_AGAIN = "Slack could not be reached. Trying again."
REFUSED = "Slack refused: {}."

REFUSED_TOKEN = {  # not permanent: what is owed waits for a new token
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
}
_PERMANENT = {
    "channel_not_found",
    "is_archived",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
    "users_not_found",
    "not_in_channel",
    "cannot_dm_bot",
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "restricted_action",
    "missing_scope",
    "no_permission",
    "file_not_found",
    "file_deleted",
    "invalid_blocks",
    "msg_too_long",
    "msg_blocks_too_long",
}
_ATTEMPTS = 8  # with the growing pauses below: about four minutes

# Slack's packages log whole requests and answers, names and words included. Rule 7: only our own lines.
quiet = logging.getLogger("bot.slack.quiet")
quiet.setLevel(logging.CRITICAL + 1)
quiet.propagate = False


class SlackRefused(DeliveryFailed):
    """Slack answered with an error; `error` is its code."""

    def __init__(self, error: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(REFUSED.format(error), permanent=permanent, retry_after=retry_after)
        self.error = error


@dataclass(frozen=True, slots=True)
class Pauses:
    """Growing pauses between attempts, in seconds."""

    first: float = 1.0
    most: float = 60.0

    def __getitem__(self, attempt: int) -> float:
        return float(min(self.first * 2 ** min(attempt, 30), self.most))


class Web:
    """The client, and what it needs. Made outside an event loop; `close` ends its connections."""

    def __init__(self, token: str, api_url: str, pauses: Pauses) -> None:
        self.api_url = api_url if api_url.endswith("/") else api_url + "/"
        self.token = token
        self.pauses = pauses
        self.client = AsyncWebClient(
            token=token, base_url=self.api_url, logger=quiet, retry_handlers=[]
        )
        self.client.proxy = None  # the session reads the environment's, and its exceptions
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one pool of connections, made when it is first wanted."""
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=30, connect=10)
            proxied = bool(
                getproxies()
            )  # else aiohttp would read .netrc, in a thread, for every request
            self._session = aiohttp.ClientSession(
                timeout=timeout, trust_env=proxied, json_serialize_bytes=orjson.dumps
            )
        return self._session

    async def ask(self, method: Callable[..., Awaitable[Any]], **arguments: Any) -> dict[str, Any]:
        """One call of one method of `client`. Raises SlackRefused or DeliveryFailed."""
        self.client.session = self.session
        try:
            answer = await method(**arguments)
        except SlackApiError as error:
            raise _refusal(error) from None
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError):
            raise DeliveryFailed(UNREACHABLE) from None
        return dict(answer.data)

    async def look_up(
        self, method: Callable[..., Awaitable[Any]], **arguments: Any
    ) -> dict[str, Any]:
        """As `ask`, for what may be asked twice: an idle connection may have died unseen."""
        try:
            return await self.ask(method, **arguments)
        except SlackRefused:
            raise
        except DeliveryFailed:
            return await self.ask(method, **arguments)

    async def patiently(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """Try for some minutes, pausing as Slack asks. Raises DeliveryFailed; at once if permanent."""
        for number in range(_ATTEMPTS):
            try:
                return await attempt()
            except DeliveryFailed as failure:
                if failure.permanent or number == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(
                    self.pauses[number] if failure.retry_after is None else failure.retry_after
                )
        return None

    async def respond(self, url: str, body: dict[str, Any]) -> None:
        """Post to a `response_url`, good for five answers in thirty minutes. Raises DeliveryFailed."""
        try:
            async with self.session.post(url, json=body) as answer:
                if answer.status == 429:
                    raise SlackRefused(
                        "ratelimited", permanent=False, retry_after=_seconds(answer.headers)
                    )
                if answer.status != 200:
                    raise SlackRefused(f"http {answer.status}", permanent=answer.status < 500)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise DeliveryFailed(UNREACHABLE) from None

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()


def _refusal(error: SlackApiError) -> SlackRefused:
    response = error.response
    status = getattr(response, "status_code", 0)
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if status == 429 or code == "ratelimited":
        return SlackRefused("ratelimited", permanent=False, retry_after=_seconds(response.headers))
    code = str(code or f"http {status}")
    return SlackRefused(code, permanent=code in _PERMANENT)


def _seconds(headers: Any) -> float:
    try:
        return float(headers.get("Retry-After", 1))
    except ValueError:
        return 1.0
