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
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.messages import DeliveryFailed

UNREACHABLE = "Slack could not be reached."
TRYING_AGAIN = "Slack could not be reached. Trying again."
REFUSED = "Slack refused: {}."
NO_LONGER_TAKEN = (
    "Slack no longer takes SLACK_BOT_TOKEN. Install the app in your workspace again, and give the "
    "bot its new token."
)

#: Not permanent: what is owed waits for a new token.
REFUSED_TOKEN = {
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
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
    "cannot_reply_to_message",
    "thread_not_found",
    "user_not_in_channel",
    "missing_scope",
    "no_permission",
    "file_not_found",
    "file_deleted",
    "invalid_blocks",
    "msg_too_long",
    "msg_blocks_too_long",
}
_TOO_MANY_REQUESTS = "ratelimited"
#: With the growing pauses below: about four minutes.
_ATTEMPTS = 8
#: Bytes of an answer that tell a page.
PAGE_BEGINS_WITHIN = 200
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)

log = structlog.get_logger()

# Slack's packages log whole requests and answers, names and words included. Nothing of what people
# wrote may stand in a log, so only our own lines do.
quiet = logging.getLogger("bot.slack.quiet")
quiet.setLevel(logging.CRITICAL + 1)
quiet.propagate = False


class SlackRefused(DeliveryFailed):
    """Slack answered with an error; `error` is its code."""

    def __init__(self, error: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(REFUSED.format(error), permanent=permanent, retry_after=retry_after)
        self.error = error


@dataclass(frozen=True, slots=True)
class SlackPauses:
    """Growing pauses between attempts, in seconds; `pauses[0]` is the first."""

    first: float = 1.0
    most: float = 60.0

    def __getitem__(self, attempt: int) -> float:
        # Bounded, as 2 to the power of some thousand attempts is no float.
        doublings = min(attempt, 30)
        return float(min(self.first * 2**doublings, self.most))


class SlackApi:
    """The client, and what it needs. Made outside an event loop; `close` ends its connections."""

    def __init__(self, token: str, api_url: str, pauses: SlackPauses) -> None:
        self.api_url = api_url if api_url.endswith("/") else api_url + "/"
        self.token = token
        self.pauses = pauses
        self.client = AsyncWebClient(
            token=token, base_url=self.api_url, logger=quiet, retry_handlers=[]
        )
        # The session reads the environment's proxy, and the hosts that go without it.
        self.client.proxy = None
        self._session: aiohttp.ClientSession | None = None
        #: The last that Slack said of the token is that it is not good.
        self.token_refused = False
        self._was_taken = False

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one pool of connections, made when it is first wanted."""
        if self._session is None or self._session.closed:
            # Without a proxy, aiohttp would still read .netrc, in a thread, for every request.
            has_proxies = bool(getproxies())
            self._session = aiohttp.ClientSession(
                timeout=_TIMEOUT, trust_env=has_proxies, json_serialize_bytes=orjson.dumps
            )
        return self._session

    async def ask(self, method: Callable[..., Awaitable[Any]], **arguments: Any) -> dict[str, Any]:
        """One call of one method of `client`. Raises SlackRefused or DeliveryFailed."""
        self.client.session = self.session
        # What is asked with another token, as the app's, says nothing of this one.
        is_own_token = "app_token" not in arguments
        try:
            answer = await method(**arguments)
        except SlackApiError as error:
            refusal = _refusal(error)
            if is_own_token and refusal.error in REFUSED_TOKEN:
                self._note_token_refused(refusal.error)
            raise refusal from None
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError):
            raise DeliveryFailed(UNREACHABLE) from None
        if is_own_token:
            self.token_refused, self._was_taken = False, True
        return dict(answer.data)

    def expect_token(self) -> None:
        """Let the first refusal be told of: nobody else here tries the token."""
        self._was_taken = True

    def _note_token_refused(self, error: str) -> None:
        """Say once that the token is no longer good, until it is again.

        Of one that never was, whoever tries it says so.
        """
        if self._was_taken and not self.token_refused:
            log.error(NO_LONGER_TAKEN, kind=error)
        self.token_refused = True

    async def look_up(
        self, method: Callable[..., Awaitable[Any]], **arguments: Any
    ) -> dict[str, Any]:
        """One call for what may be asked twice, and is: an idle connection may have died unseen.

        Raises SlackRefused or DeliveryFailed, as `ask` does.
        """
        try:
            return await self.ask(method, **arguments)
        except SlackRefused:
            raise
        except DeliveryFailed:
            return await self.ask(method, **arguments)

    async def retry(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """Try for some minutes, pausing as Slack asks. Gives what the attempt gives.

        Raises the DeliveryFailed of the last attempt; a permanent one at once.
        """
        for number in range(_ATTEMPTS - 1):
            try:
                return await attempt()
            except DeliveryFailed as failure:
                if failure.permanent:
                    raise
                pause = failure.retry_after
                if pause is None:
                    pause = self.pauses[number]
            await asyncio.sleep(pause)
        return await attempt()

    async def respond(self, url: str, body: dict[str, Any]) -> None:
        """Post to a `response_url`, good for five answers in thirty minutes.

        Raises DeliveryFailed.
        """
        try:
            async with self.session.post(url, json=body) as answer:
                if answer.status == 429:
                    seconds = _retry_after(answer.headers)
                    raise SlackRefused(_TOO_MANY_REQUESTS, permanent=False, retry_after=seconds)
                if answer.status != 200:
                    raise SlackRefused(f"http {answer.status}", permanent=answer.status < 500)
                await refuse_page(answer)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise DeliveryFailed(UNREACHABLE) from None

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()


async def refuse_page(answer: aiohttp.ClientResponse) -> None:
    """Raise DeliveryFailed for a page with which a filter or a proxy answers in Slack's place.

    Slack says `ok` in a few words where it has taken something.
    """
    beginning = await answer.content.read(PAGE_BEGINS_WITHIN)
    if beginning.lstrip().startswith(b"<"):
        raise DeliveryFailed(UNREACHABLE)


def _refusal(error: SlackApiError) -> SlackRefused:
    """What Slack answered, by its own code or else by the status of HTTP."""
    response = error.response
    status = getattr(response, "status_code", 0)
    # A proxy on the way may answer with a page rather than with JSON.
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None

    if status == 429 or code == _TOO_MANY_REQUESTS:
        seconds = _retry_after(response.headers)
        return SlackRefused(_TOO_MANY_REQUESTS, permanent=False, retry_after=seconds)

    code = str(code or f"http {status}")
    return SlackRefused(code, permanent=code in _PERMANENT)


def _retry_after(headers: Any) -> float:
    """Seconds to wait, as Slack says; one where it does not."""
    try:
        return float(headers.get("Retry-After", 1))
    except ValueError:
        return 1.0
