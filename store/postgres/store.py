"""The store in PostgreSQL, for several processes on several machines.

Its parts come together here, with what concerns all of them: erasing, and what cannot be read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

import structlog
from psycopg import AsyncConnection

from store.erasing import NAMING, without_cases, without_question
from store.errors import Conflict, StoreUnavailable, Trouble
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.memos import FOLDERS, Erased, Memo
from store.model.records import Notice, Person, Summary
from store.postgres.cases import PostgresCases
from store.postgres.connection.connecting import Connections
from store.postgres.connection.session_locks import LockKind, school_lock
from store.postgres.counting import PostgresRateCounter
from store.postgres.database import Database
from store.postgres.documents import key_of, plain, readable, to_jsonb
from store.postgres.evidence import PostgresEvidence
from store.postgres.memos import DROP, PUT
from store.postgres.people import PostgresPeople
from store.postgres.place_notes import PostgresPlaceNotes
from store.postgres.rows import run_to_end, statement
from store.postgres.snapshot import PostgresSnapshot, snapshot
from store.postgres.turns import PostgresTurns

IN_USE = (
    "A bot is using the school “{school}” in this database. Stop every one of them, on every "
    "machine, and try again."
)
NOT_VACUUMED = "erased, and not yet vacuumed; PostgreSQL does that by itself"

#: The key of the school where there is but one.
ONLY_SCHOOL = "school"

#: What erasing takes away. In a pattern of PostgreSQL `\m` and `\M` are where a word begins and
#: ends.
ERASE = (
    "DELETE FROM cases WHERE school = :school AND reference = ANY (:references)",
    "DELETE FROM evidence WHERE school = :school AND reference = ANY (:references)",
    "DELETE FROM notices WHERE school = :school AND reference = ANY (:references)",
    "DELETE FROM notices WHERE school = :school AND reference = '' "
    "AND CAST(document AS text) ~ :naming",
)
EVERY_MEMO = """
SELECT kind, encode(key, 'hex'), CAST(document AS text) FROM memos
WHERE school = :school AND kind = ANY (:kinds)
"""
#: Memos that may name one of the cases: `~*` makes no difference between capital and small letters.
HOLD_MEMOS = """
SELECT kind, encode(key, 'hex'), CAST(document AS text) FROM memos
WHERE school = :school AND kind = ANY (:kinds) AND CAST(document AS text) ~* :holding FOR UPDATE
"""
#: What was erased is not read any more, but lies in the tables until this; a role that does not own
#: them is only warned. Index entries hold keys, and go in any case.
VACUUM = """
VACUUM (INDEX_CLEANUP ON) cases, sources, marks, notices, evidence, memos, people
"""
HOLD_CASES = """
SELECT reference, version FROM cases WHERE school = :school AND reference = ANY (:references)
ORDER BY reference FOR UPDATE
"""
FIND_FURTHER_PARTS = """
SELECT 1 FROM cases WHERE school = :school AND joined_to = ANY (:references)
    AND reference <> ALL (:references)
"""
HOLD_PEOPLE = """
SELECT id, CAST(document AS text) FROM people WHERE school = :school FOR UPDATE
"""
SAVE_PERSON = """
UPDATE people SET version = :version, document = CAST(:document AS jsonb)
WHERE school = :school AND id = :id
"""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DocumentColumn:
    """Where documents of a kind lie, beside the memos."""

    table: str
    kind: type[Any]
    #: What names a row, in SQL.
    key: str
    column: str = "document"

    @property
    def sql(self) -> str:
        """Asks for the names of rows, and for the texts of their documents."""
        wanted = f"{self.key}, CAST({self.column} AS text)"
        return f"SELECT {wanted} FROM {self.table} WHERE school = :school"  # noqa: S608


DOCUMENT_COLUMNS = (
    DocumentColumn("cases", Case, "reference"),
    DocumentColumn("cases", Summary, "reference", column="summary"),
    DocumentColumn("people", Person, "id"),
    DocumentColumn("invitations", Invitation, "digest"),
    DocumentColumn("notices", Notice, "encode(key, 'hex')"),
)


class PostgresStore(
    PostgresCases,
    PostgresPeople,
    PostgresPlaceNotes,
    PostgresEvidence,
    PostgresRateCounter,
    PostgresTurns,
):
    """A Store in PostgreSQL, of one school.

    Made by `open`; see `store.base.Store` for what each call promises.
    """

    from_memory = ()

    def __init__(self, database: Database, school: str, *, is_own: bool = False) -> None:
        super().__init__(Connections(database.rows, school), database.turns)
        self._database = database
        self._presence = database.presence
        self._takes_part = False
        self._is_own = is_own

    @classmethod
    async def open(cls, where: str | Database, school: str = ONLY_SCHOOL) -> Self:
        """`where`: an address, or a database that others use and close. Raises StoreUnavailable."""
        if isinstance(where, str):
            return cls(await Database.open(where), school, is_own=True)
        return cls(where, school)

    async def close(self) -> None:
        if self._takes_part:
            self._presence.leave(self._connections.school)
        if self._is_own:
            await self._database.close()

    async def take_part(self) -> None:
        await self._presence.join(self._connections.school)
        self._takes_part = True

    async def claims_freed(self) -> None:
        await self._presence.freed()

    @asynccontextmanager
    async def kept_still(self) -> AsyncIterator[None]:
        school = self._connections.school
        async with school_lock(self._database.url, LockKind.AT_WORK, school) as is_alone:
            if not is_alone:
                raise Trouble(IN_USE.format(school=school))
            yield

    async def outgrown(self) -> None:
        await self._database.outgrown()

    def backing_up(self) -> AbstractAsyncContextManager[bool]:
        """Let one backup of the school be made at a time; False where another is under way.

        Raises StoreUnavailable.
        """
        return school_lock(self._database.url, LockKind.BACKUP, self._connections.school)

    def snapshot(self) -> AbstractAsyncContextManager[PostgresSnapshot]:
        """The school's records as of one moment. Raises StoreUnavailable."""
        return snapshot(self._database.rows, self._connections.school)

    async def unreadable(self) -> Sequence[str]:
        # A case whose document and summary are both damaged is named once.
        found: set[str] = set()
        for place in DOCUMENT_COLUMNS:
            for key, document in await self._rows(place.sql):
                if not readable(place.kind, document, key):
                    found.add(f"{place.table}/{key}")
        kinds = {kind.__name__: kind for kind in FOLDERS}
        memos = await self._rows(EVERY_MEMO, kinds=list(kinds))
        for name, key, document in memos:
            kind = kinds[name]
            if not readable(kind, document, key):
                found.add(f"{FOLDERS[kind]}/{key}")
        return sorted(found)

    # --- erasing ----------------------------------------------------------------------------------

    async def erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        await run_to_end(self._erase(cases, leaving))

    async def _erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        references = [case.reference for case in cases]
        values: dict[str, Any] = {
            "school": self._connections.school,
            "references": references,
            "naming": rf"\m({'|'.join(references)})\M",
        }
        memo = {
            "kind": Erased.__name__,
            "key": key_of(leaving.memo_key),
            "document": to_jsonb(leaving),
        }
        async with self._connections.together() as connection:
            await _must_be_whole(connection, cases, values)
            await connection.execute(statement(PUT), {**values, **memo})
            for sql in ERASE:
                await connection.execute(statement(sql), values)
            await self._ask_no_more(connection, references)
            await self._name_no_more(connection, references)
        await self._vacuum()

    async def _vacuum(self) -> None:
        """Rid the tables of what was erased; where that fails, PostgreSQL does it later."""
        try:
            async with self._connections.each() as connection:
                await connection.execute(VACUUM)
        except (Conflict, StoreUnavailable) as error:
            log.warning(NOT_VACUUMED, why=str(error))

    async def _name_no_more(self, connection: AsyncConnection, references: Sequence[str]) -> None:
        """Take away the memos that name one of these cases, or what of them does."""
        kinds: dict[str, type[Memo]] = {kind.__name__: kind for kind in NAMING}
        holding = self._with_school({"kinds": list(kinds), "holding": "|".join(references)})
        rows = await connection.execute(statement(HOLD_MEMOS), holding)
        for name, key, document in await rows.fetchall():
            memo = readable(kinds[name], document, key)
            # What cannot be read goes: it may hold anything.
            left = without_cases(memo, references) if memo else None
            if memo is not None and left is memo:
                continue
            row = self._with_school({"kind": name, "key": bytes.fromhex(key)})
            if left is None:
                await connection.execute(statement(DROP), row)
            else:
                await connection.execute(statement(PUT), {**row, "document": to_jsonb(left)})

    async def _ask_no_more(self, connection: AsyncConnection, references: Sequence[str]) -> None:
        """Forget what people were last asked, where that was about one of these cases."""
        rows = await connection.execute(statement(HOLD_PEOPLE), self._with_school({}))
        for id, document in await rows.fetchall():
            person = readable(Person, document, id)
            if person is None:
                continue
            freed = without_question(person, references)
            if freed is person:
                continue

            saved = replace(freed, version=freed.version + 1)
            values = self._with_school(
                {
                    "id": plain(saved.id),
                    "version": saved.version,
                    "document": to_jsonb(saved),
                }
            )
            await connection.execute(statement(SAVE_PERSON), values)


async def _must_be_whole(
    connection: AsyncConnection, cases: Sequence[Case], values: dict[str, Any]
) -> None:
    """Raises Conflict where a case has changed, or another one was joined to it.

    Nobody changes the cases until the transaction ends.
    """
    held = await connection.execute(statement(HOLD_CASES), values)
    further_parts = await connection.execute(statement(FIND_FURTHER_PARTS), values)
    read = {(case.reference, case.version) for case in cases}
    stored = set(await held.fetchall())
    if read != stored or further_parts.rowcount:
        raise Conflict(cases[0].reference)
