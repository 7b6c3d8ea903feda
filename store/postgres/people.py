"""People and invitations in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from store.errors import Conflict, NotFound
from store.model.records import Invitation, Person
from store.postgres.documents import all_readable, key_of, plain, to_jsonb
from store.postgres.rows import Rows, whole

VALUES = (
    ":version, CAST(:document AS jsonb), :since, CAST(:roles AS text[]), CAST(:earlier AS text[])"
)
ACCOUNTS = """
gone AS (
    DELETE FROM accounts a USING written w
    WHERE a.school = :school AND a.person = w.id AND a.account <> ALL (CAST(:accounts AS bytea[]))
),
had AS (
    INSERT INTO accounts (school, account, person)
    SELECT DISTINCT :school, given.account, written.id
    FROM written, unnest(CAST(:accounts AS bytea[])) AS given (account)
    WHERE NOT EXISTS (
        SELECT FROM accounts a WHERE a.school = :school AND a.account = given.account AND a.person = written.id
    )
)
SELECT count(*) FROM written
"""
ADD = f"""
WITH written AS (
    INSERT INTO people (school, id, version, document, since, roles, earlier)
    VALUES (:school, :id, {VALUES}) RETURNING id
), {ACCOUNTS}"""  # noqa: S608 (made of the constants above)
SAVE = f"""
WITH written AS (
    UPDATE people SET (version, document, since, roles, earlier) = ({VALUES})
    WHERE school = :school AND id = :id AND version = :version - 1 RETURNING id
), {ACCOUNTS}"""  # noqa: S608


class PostgresPeople(Rows):
    """The part of a store that is about people."""

    async def _people(self, where: str, **values: object) -> list[Person]:
        sql = f"SELECT p.id, CAST(document AS text) FROM people p WHERE p.school = :school AND {where}"  # noqa: S608
        return all_readable(Person, await self._rows(sql, **values))

    async def people(self) -> Sequence[Person]:
        return await self._people("true ORDER BY p.since, p.id")

    async def having(self, roles: Collection[str]) -> Sequence[Person]:
        return await self._people(
            "p.roles && CAST(:roles AS text[]) ORDER BY p.since, p.id",
            roles=[plain(role) for role in roles],
        )

    async def person(self, id: str) -> Person:
        found = await self._people(
            "(p.id = :id OR :id = ANY (p.earlier)) ORDER BY p.id <> :id LIMIT 1", id=plain(id)
        )
        if not found:
            raise NotFound(id)
        return found[0]

    async def by_account(self, account: str) -> Person | None:
        where = "p.id = (SELECT person FROM accounts WHERE school = :school AND account = :account)"
        return next(iter(await self._people(where, account=key_of(account))), None)

    async def add_person(self, person: Person) -> None:
        await self._write_person(ADD, person)

    async def save_person(self, person: Person) -> Person:
        saved = replace(person, version=person.version + 1)
        await self._write_person(SAVE, saved)
        return saved

    async def _write_person(self, sql: str, person: Person) -> None:
        [(written,)] = await whole(
            self._rows(
                sql,
                id=plain(person.id),
                version=person.version,
                document=to_jsonb(person),
                since=person.since,
                roles=[plain(role) for role in person.roles],
                earlier=[plain(id) for id in person.earlier],
                accounts=[key_of(account) for account in person.accounts],
            )
        )
        if not written:
            raise Conflict(person.id)

    async def remove_person(self, id: str) -> None:
        if not await self._do(
            "DELETE FROM people WHERE school = :school AND id = :id", id=plain(id)
        ):
            raise NotFound(id)

    # --- invitations ------------------------------------------------------------------------------

    async def add_invitation(self, invitation: Invitation) -> None:
        await self._do(
            "INSERT INTO invitations (school, digest, document) VALUES (:school, :digest, CAST(:document AS jsonb)) "
            "ON CONFLICT (school, digest) DO UPDATE SET document = excluded.document",
            digest=plain(invitation.digest),
            document=to_jsonb(invitation),
        )

    async def invitations(self) -> Sequence[Invitation]:
        sql = "SELECT digest, CAST(document AS text) FROM invitations WHERE school = :school"
        return all_readable(Invitation, await self._rows(sql))

    async def invitation(self, digest: str) -> Invitation | None:
        sql = "SELECT digest, CAST(document AS text) FROM invitations WHERE school = :school AND digest = :digest"
        return next(
            iter(all_readable(Invitation, await self._rows(sql, digest=plain(digest)))), None
        )

    async def use_invitation(self, digest: str) -> bool:
        sql = "DELETE FROM invitations WHERE school = :school AND digest = :digest"
        return bool(await self._do(sql, digest=plain(digest)))
