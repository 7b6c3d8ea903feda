"""The store in PostgreSQL, for several processes on several machines; each store is of one school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from psycopg import AsyncConnection

from store.erasing import without_question
from store.errors import Conflict
from store.model.case import Case
from store.model.memos import FOLDERS, Erased, Searched, Shown
from store.model.records import Invitation, Notice, Person, Summary
from store.postgres.cases import PostgresCases
from store.postgres.connecting import Connections
from store.postgres.counting import PostgresRateCounter
from store.postgres.database import Database
from store.postgres.documents import key_of, plain, readable, to_jsonb
from store.postgres.evidence import PostgresEvidence
from store.postgres.memos import MEMOS, PUT, PostgresMemos
from store.postgres.people import PostgresPeople
from store.postgres.rows import statement, whole
from store.postgres.turns import PostgresTurns

ONLY = "school"
"""The key of the school where there is but one."""

GONE = (
    "DELETE FROM cases WHERE school = :school AND reference = ANY (:references)",
    "DELETE FROM evidence WHERE school = :school AND reference = ANY (:references)",
    "DELETE FROM notices WHERE school = :school AND reference = ANY (:references)",
    "DELETE FROM notices WHERE school = :school AND reference = '' AND CAST(document AS text) ~ :naming",
    "DELETE FROM memos WHERE school = :school AND kind = :shown AND key = ANY (:keys)",
    "DELETE FROM memos WHERE school = :school AND kind = :searched "
    "AND concat_ws(' ', document->>'words', document->>'found') ~* :naming",
)


DOCUMENTS: tuple[tuple[str, type[Any], str, str], ...] = (
    ("cases", Case, "reference", "document"),
    ("cases", Summary, "reference", "summary"),
    ("people", Person, "id", "document"),
    ("invitations", Invitation, "digest", "document"),
    ("notices", Notice, "encode(key, 'hex')", "document"),
)


class PostgresStore(
    PostgresCases,
    PostgresPeople,
    PostgresMemos,
    PostgresEvidence,
    PostgresRateCounter,
    PostgresTurns,
):
    """A Store in PostgreSQL. Made by `open`; see `store.base.Store` for what each call promises."""

    def __init__(self, database: Database, school: str, *, is_own: bool = False) -> None:
        super().__init__(Connections(database.rows, school), database.turns)
        self._database = database
        self._is_own = is_own

    @classmethod
    async def open(cls, where: str | Database, school: str = ONLY) -> Self:
        """`where`: an address, or a database that others use and close. Raises StoreUnavailable."""
        is_own = isinstance(where, str)
        return cls(
            await Database.open(where) if isinstance(where, str) else where, school, is_own=is_own
        )

    async def close(self) -> None:
        if self._is_own:
            await self._database.close()

    async def outgrown(self) -> None:
        await self._database.outgrown()

    async def unreadable(self) -> Sequence[str]:
        found: list[str] = []
        for table, kind, key, column in DOCUMENTS:
            sql = f"SELECT {key}, CAST({column} AS text) FROM {table} WHERE school = :school"  # noqa: S608
            found += [
                f"{table}/{named}"
                for named, document in await self._rows(sql)
                if not readable(kind, document, named)
            ]
        for kind in FOLDERS:
            rows = await self._rows(MEMOS, kind=kind.__name__)
            found += [
                f"{FOLDERS[kind]}/{named}"
                for named, document in rows
                if not readable(kind, document, named)
            ]
        return sorted(set(found))

    # --- erasing ----------------------------------------------------------------------------------

    async def erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        await whole(self._erase(cases, leaving))

    async def _erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        references = [case.reference for case in cases]
        values: dict[str, Any] = {
            "school": self._connections.school,
            "references": references,
            "naming": rf"\m({'|'.join(references)})\M",
            "shown": Shown.__name__,
            "searched": Searched.__name__,
            "keys": [key_of(reference) for reference in references],
        }
        async with self._connections.together() as connection:
            await _must_be_whole(connection, cases, values)
            put = {
                "kind": Erased.__name__,
                "key": key_of(leaving.under),
                "document": to_jsonb(leaving),
            }
            await connection.execute(statement(PUT), {**values, **put})
            for sql in GONE:
                await connection.execute(statement(sql), values)
            await self._ask_no_more(connection, references)

    async def _ask_no_more(self, connection: AsyncConnection, references: Sequence[str]) -> None:
        rows = await connection.execute(
            statement(
                "SELECT id, CAST(document AS text) FROM people WHERE school = :school FOR UPDATE"
            ),
            {"school": self._connections.school},
        )
        for id, document in await rows.fetchall():
            person = readable(Person, document, id)
            if person and (freed := without_question(person, references)) is not person:
                freed = replace(freed, version=freed.version + 1)
                await connection.execute(
                    statement(
                        "UPDATE people SET version = :version, document = CAST(:document AS jsonb) "
                        "WHERE school = :school AND id = :id"
                    ),
                    {
                        "school": self._connections.school,
                        "id": plain(freed.id),
                        "version": freed.version,
                        "document": to_jsonb(freed),
                    },
                )


async def _must_be_whole(
    connection: AsyncConnection, cases: Sequence[Case], values: dict[str, Any]
) -> None:
    """Raises Conflict where a case has changed, or another was joined to it."""
    held = await connection.execute(
        statement(
            "SELECT reference, version FROM cases WHERE school = :school AND reference = ANY (:references) "
            "ORDER BY reference FOR UPDATE"
        ),
        values,
    )
    joined = await connection.execute(
        statement(
            "SELECT 1 FROM cases WHERE school = :school AND joined_to = ANY (:references) "
            "AND reference <> ALL (:references)"
        ),
        values,
    )
    if {(case.reference, case.version) for case in cases} != set(
        await held.fetchall()
    ) or joined.rowcount:
        raise Conflict(cases[0].reference)
