"""Tries a token against its platform, before the bot runs: for `headsup setup` and `headsup check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp

PATIENCE = 10  # seconds
UNREACHABLE = "{platform} could not be reached at {host}: {reason}. Is there a network, or a firewall between?"
NO_ADDRESS = (
    "{platform} could not be reached: {url} is no address. Take {setting} out of .env, or mend it."
)
ELSE = "What answers at {host} is not {platform}. Take {setting} out of .env, or mend it."


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. `trouble` says what is wrong and how to mend it; empty where the token is right."""

    trouble: str = ""
    name: str = ""  # of the workspace, or of the bot
    scopes: frozenset[str] | None = None  # None: the platform did not say
    date: datetime | None = None  # by the platform's clock, UTC


@dataclass(frozen=True, slots=True)
class Answer:
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # found in any case
    trouble: str = ""  # why there is none

    @property
    def date(self) -> datetime | None:
        try:
            return parsedate_to_datetime(self.headers.get("Date", "")).astimezone(UTC)
        except ValueError:
            return None


async def ask(platform: str, setting: str, url: str, token: str = "") -> Answer:
    """One call of a platform's API; its errors are sentences, and never name the token."""
    host = urlsplit(url).netloc
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=bool(getproxies())) as session,
            session.post(url, headers=headers) as answer,
        ):
            body = await answer.json(content_type=None)
            found = Answer(body if isinstance(body, dict) else {}, answer.headers.copy())
    except aiohttp.InvalidURL:
        base = url.rpartition("/bot")[0] or url  # Telegram's holds the token
        return Answer(trouble=NO_ADDRESS.format(platform=platform, url=base, setting=setting))
    except ValueError:
        return Answer(trouble=ELSE.format(host=host, platform=platform, setting=setting))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Answer(
            trouble=UNREACHABLE.format(platform=platform, host=host, reason=_reason(error))
        )
    if "ok" not in found.body:
        return Answer(trouble=ELSE.format(host=host, platform=platform, setting=setting))
    return found


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return f"no answer within {PATIENCE} seconds"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known here"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "its certificate is not accepted"
    return "no connection"
