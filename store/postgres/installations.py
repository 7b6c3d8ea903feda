"""Which workspace in Slack, and which bot in Telegram, is which school's; and the links that install the one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from store.errors import Conflict
from store.postgres.connecting import Connections
from store.postgres.database import Database
from store.postgres.rows import Rows
from store.postgres.token_key import TokenKey

NO_SCHOOL = ""
ALL = (
    "SELECT platform, key, school, name, token, since FROM installations ORDER BY school, platform"
)
PUT = """
INSERT INTO installations (platform, key, school, name, token, since)
VALUES (:platform, :key, :school, :name, :token, :since)
ON CONFLICT (platform, key) DO UPDATE
SET name = excluded.name, token = excluded.token, since = excluded.since
WHERE installations.school = excluded.school
"""
DROP = "DELETE FROM installations WHERE platform = :platform AND key = :key AND since = :since"
RENEW = "UPDATE installations SET token = :token WHERE platform = :platform AND key = :key AND since = :since"
LINK = "INSERT INTO installation_links (digest, school, until) VALUES (:digest, :school, :until)"
TOO_OLD = "DELETE FROM installation_links WHERE until <= :now"
LINKED = "SELECT 1 FROM installation_links WHERE digest = :digest AND until > :now"
USE = "DELETE FROM installation_links WHERE digest = :digest AND until > :now"


@dataclass(frozen=True, slots=True)
class Installation:
    """One chat of one school."""

    platform: str
    key: str  # Slack: the workspace's id; Telegram: the bot's number
    school: str
    name: str  # of the workspace, or of the bot, as people know it
    token: str | None  # the bot's; None where TOKEN_KEY does not open it
    since: datetime


class Installations(Rows):
    """Rows that say which school it is, seen as of no school. Each call raises StoreUnavailable."""

    def __init__(self, database: Database, key: TokenKey) -> None:
        super().__init__(Connections(database.rows, NO_SCHOOL))
        self._key = key

    async def all(self) -> Sequence[Installation]:
        return [
            Installation(
                platform,
                key,
                school,
                name,
                self._key.decrypt(token, _of(platform, key, school)),
                since,
            )
            for platform, key, school, name, token, since in await self._rows(ALL)
        ]

    async def put(self, installation: Installation) -> None:
        """Keep it, in place of an older token of the same chat.

        Conflict: the chat is another school's, or the school has another one on that platform.
        """
        if not await self._do(
            PUT, **{**asdict(installation), "token": self._encrypted(installation)}
        ):
            raise Conflict(installation.key)

    async def drop(self, installation: Installation) -> bool:
        """Take one away with its token; False when it was gone, or was made anew since."""
        which = {
            "platform": installation.platform,
            "key": installation.key,
            "since": installation.since,
        }
        return bool(await self._do(DROP, **which))

    async def renew(self, installation: Installation) -> None:
        """Encrypt its token with the first key."""
        which = {
            "platform": installation.platform,
            "key": installation.key,
            "since": installation.since,
        }
        await self._do(RENEW, token=self._encrypted(installation), **which)

    async def link(self, school: str, now: datetime, until: datetime) -> str:
        """Words that stand for the school in a link, `SCHOOL.…`, good once, until then."""
        words = f"{school}.{secrets.token_urlsafe(24)}"
        await self._do(TOO_OLD, now=now)
        await self._do(LINK, digest=_digest(words), school=school, until=until)
        return words

    async def is_link(self, words: str, now: datetime) -> bool:
        """Whether a link is good."""
        return bool(await self._rows(LINKED, digest=_digest(words), now=now))

    async def use_link(self, words: str, now: datetime) -> bool:
        """The same, once: of two who use it at the same moment one is told False."""
        return bool(await self._do(USE, digest=_digest(words), now=now))

    def _encrypted(self, installation: Installation) -> bytes:
        whose = _of(installation.platform, installation.key, installation.school)
        return self._key.encrypt(installation.token or "", whose)


def _of(platform: str, key: str, school: str) -> str:
    return f"{platform}\n{key}\n{school}"


def _digest(words: str) -> bytes:
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()
