"""Which workspace in Slack, and which bot in Telegram, is which school's.

Also the links by which a school installs the bot in its workspace. All times are aware.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from store.errors import Conflict
from store.postgres.connection.connecting import Connections
from store.postgres.database import Database
from store.postgres.rows import Rows
from store.postgres.token_key import TokenKey

#: As whom these tables are asked: no row-level security binds them, for they say whose a chat is.
NO_SCHOOL = ""

ALL = (
    "SELECT platform, key, school, name, token, since FROM installations ORDER BY school, platform"
)
#: Nothing is changed where the chat is another school's.
PUT = """
INSERT INTO installations (platform, key, school, name, token, since)
VALUES (:platform, :key, :school, :name, :token, :since)
ON CONFLICT (platform, key) DO UPDATE
SET name = excluded.name, token = excluded.token, since = excluded.since
WHERE installations.school = excluded.school
"""
# Only as it was read: one that was made anew since has another moment in `since`.
DROP = "DELETE FROM installations WHERE platform = :platform AND key = :key AND since = :since"
RENEW = """
UPDATE installations SET token = :token
WHERE platform = :platform AND key = :key AND since = :since
"""

LINK = "INSERT INTO installation_links (digest, school, until) VALUES (:digest, :school, :until)"
DROP_OLD_LINKS = "DELETE FROM installation_links WHERE until <= :now"
IS_LINK = "SELECT 1 FROM installation_links WHERE digest = :digest AND until > :now"
USE_LINK = "DELETE FROM installation_links WHERE digest = :digest AND until > :now"


@dataclass(frozen=True, slots=True)
class Installation:
    """One chat of one school."""

    #: `slack` or `telegram`.
    platform: str
    #: Slack: the workspace's id; Telegram: the bot's number.
    key: str
    school: str
    #: Of the workspace, or of the bot, as people know it.
    name: str
    #: The bot's; None where TOKEN_KEY does not open it.
    token: str | None
    #: When it was made, or made anew.
    since: datetime


class Installations(Rows):
    """The chats of all schools of a deployment, with their tokens, which are kept encrypted.

    Each call raises StoreUnavailable.
    """

    def __init__(self, database: Database, key: TokenKey) -> None:
        super().__init__(Connections(database.rows, NO_SCHOOL))
        self._key = key

    async def all(self) -> Sequence[Installation]:
        """Every chat, in the order of its school and platform."""
        found: list[Installation] = []
        for platform, key, school, name, encrypted, since in await self._rows(ALL):
            token = self._key.decrypt(encrypted, _owner_of_token(platform, key, school))
            found.append(Installation(platform, key, school, name, token, since))
        return found

    async def put(self, installation: Installation) -> None:
        """Keep it, in place of an older token of the same chat.

        Conflict: the chat is another school's, or the school has another one on that platform.
        """
        values = {**asdict(installation), "token": self._encrypt_token(installation)}
        written = await self._change(PUT, **values)
        if not written:
            raise Conflict(installation.key)

    async def drop(self, installation: Installation) -> bool:
        """Take one away with its token; False when it was gone, or was made anew since."""
        return bool(await self._change(DROP, **_which(installation)))

    async def renew(self, installation: Installation) -> None:
        """Encrypt its token anew, with the first key of TOKEN_KEY."""
        token = self._encrypt_token(installation)
        await self._change(RENEW, token=token, **_which(installation))

    async def link(self, school: str, now: datetime, until: datetime) -> str:
        """New words that stand for the school in a link, `SCHOOL.…`: good once, until `until`.

        Only their hash is kept, so that who reads the database cannot use them.
        """
        words = f"{school}.{secrets.token_urlsafe(24)}"
        await self._change(DROP_OLD_LINKS, now=now)
        await self._change(LINK, digest=_digest(words), school=school, until=until)
        return words

    async def is_link(self, words: str, now: datetime) -> bool:
        """Whether these words, of a link, are good now; they stay so."""
        return bool(await self._rows(IS_LINK, digest=_digest(words), now=now))

    async def use_link(self, words: str, now: datetime) -> bool:
        """Take a link away, and say whether it was good.

        Of two who use it at the same moment one is told False.
        """
        return bool(await self._change(USE_LINK, digest=_digest(words), now=now))

    def _encrypt_token(self, installation: Installation) -> bytes:
        whose = _owner_of_token(installation.platform, installation.key, installation.school)
        return self._key.encrypt(installation.token or "", whose)


def _which(installation: Installation) -> dict[str, object]:
    """What finds the row of an installation, as it was read."""
    return {
        "platform": installation.platform,
        "key": installation.key,
        "since": installation.since,
    }


def _owner_of_token(platform: str, key: str, school: str) -> str:
    """What is encrypted with a token, so that it is of no use in another row."""
    return f"{platform}\n{key}\n{school}"


def _digest(words: str) -> bytes:
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()
