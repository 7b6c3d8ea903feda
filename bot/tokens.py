"""Tries a token against its platform, before the bot runs.

For `headsup setup`, `headsup check` and `headsup connect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp

#: Seconds for an answer.
PATIENCE = 10

#: In a trouble that says nothing of the token itself.
OUT_OF_REACH = "could not be reached"
UNREACHABLE = (
    "{platform} could not be reached at {host}: {reason}. "
    "Is there a network, or a firewall between?"
)
NO_ADDRESS = (
    "{platform} could not be reached: {url} is no address. Take {setting} out of .env, or "
    "correct it."
)
ELSE = (
    "What answers at {host} is not {platform}. Take {setting} out of .env, or correct it; where it "
    "is not there, have the school's filter or proxy let the bot through."
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a token."""

    #: What is wrong, and how to mend it; empty where the token is right.
    trouble: str = ""
    #: Of the workspace, or of the bot.
    name: str = ""
    #: What the token may do; None where the platform did not say.
    scopes: frozenset[str] | None = None
    #: The time by the platform's clock, UTC.
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlatformAnswer:
    """What a platform's API said, whether yes or no; or why it said nothing."""

    body: Mapping[str, Any] = field(default_factory=dict)
    #: Found by a name in any case.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Why there is no answer, as a sentence; empty where there is one.
    trouble: str = ""

    @property
    def date(self) -> datetime | None:
        """The time by the platform's clock, UTC, where it says it."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", "")).astimezone(UTC)
        except ValueError:
            return None


async def ask(platform: str, setting: str, url: str, token: str = "") -> PlatformAnswer:
    """Call a platform's API once; its errors are sentences, and never name the token.

    `platform` is its name for people, and `setting` the one that says where its API is.
    """
    host = urlsplit(url).netloc
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=bool(getproxies())) as session,
            session.post(url, headers=headers) as response,
        ):
            body = await response.json(content_type=None)
            received = response.headers.copy()
    except aiohttp.InvalidURL:
        # Telegram's address holds the token.
        base = url.rpartition("/bot")[0] or url
        return PlatformAnswer(
            trouble=NO_ADDRESS.format(platform=platform, url=base, setting=setting)
        )
    except ValueError:
        return _something_else(platform, host, setting)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        reason = _reason(error)
        return PlatformAnswer(
            trouble=UNREACHABLE.format(platform=platform, host=host, reason=reason)
        )

    # Both platforms say in `ok` whether it is a yes.
    if not isinstance(body, dict) or "ok" not in body:
        return _something_else(platform, host, setting)
    return PlatformAnswer(body, received)


def _something_else(platform: str, host: str, setting: str) -> PlatformAnswer:
    trouble = ELSE.format(host=host, platform=platform, setting=setting)
    return PlatformAnswer(trouble=trouble)


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return f"no answer within {PATIENCE} seconds"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known here"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "its certificate is not accepted"
    return "no connection"
