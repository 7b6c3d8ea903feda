"""People and invitations in PostgreSQL: a document each, with what is searched beside it.

A person's accounts are rows, whose primary key keeps two people from having the same one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from store.errors import Conflict, NotFound
from store.model.invitations import Invitation
from store.model.records import Person
from store.postgres.documents import all_readable, key_of, plain, to_jsonb
from store.postgres.rows import Rows, run_to_end

VALUES = (
    ":version, CAST(:document AS jsonb), :since, CAST(:roles AS text[]), CAST(:earlier AS text[])"
)
#: The accounts of the person that was `written`: those that are gone, and those that are new. An
#: account of somebody else breaks the primary key. Gives 1, or 0 where nobody was written.
WITH_ACCOUNTS = """
gone AS (
    DELETE FROM accounts a USING written w
    WHERE a.school = :school AND a.person = w.id AND a.account <> ALL (CAST(:accounts AS bytea[]))
),
had AS (
    INSERT INTO accounts (school, account, person)
    SELECT DISTINCT :school, given.account, written.id
    FROM written, unnest(CAST(:accounts AS bytea[])) AS given (account)
    WHERE NOT EXISTS (
        SELECT FROM accounts a
        WHERE a.school = :school AND a.account = given.account AND a.person = written.id
    )
)
SELECT count(*) FROM written
"""
ADD = f"""
WITH written AS (
    INSERT INTO people (school, id, version, document, since, roles, earlier)
    VALUES (:school, :id, {VALUES}) RETURNING id
), {WITH_ACCOUNTS}"""  # noqa: S608 (made of the constants above)
SAVE = f"""
WITH written AS (
    UPDATE people SET (version, document, since, roles, earlier) = ({VALUES})
    WHERE school = :school AND id = :id AND version = :version - 1 RETURNING id
), {WITH_ACCOUNTS}"""  # noqa: S608
PEOPLE = "SELECT p.id, CAST(document AS text) FROM people p WHERE p.school = :school"
REMOVE = "DELETE FROM people WHERE school = :school AND id = :id"

INVITE = """
INSERT INTO invitations (school, digest, document)
VALUES (:school, :digest, CAST(:document AS jsonb))
ON CONFLICT (school, digest) DO UPDATE SET document = excluded.document
"""
INVITATIONS = "SELECT digest, CAST(document AS text) FROM invitations WHERE school = :school"
USE_INVITATION = "DELETE FROM invitations WHERE school = :school AND digest = :digest"


class PostgresPeople(Rows):
    """The part of a store that is about people and invitations."""

    async def _find_people(self, where: str, **values: object) -> list[Person]:
        """Those of whom a condition holds, which may be followed by an order."""
        return all_readable(Person, await self._rows(f"{PEOPLE} AND {where}", **values))

    async def people(self) -> Sequence[Person]:
        return await self._find_people("true ORDER BY p.since, p.id")

    async def having(self, roles: Collection[str], ids: Collection[str] = ()) -> Sequence[Person]:
        return await self._find_people(
            "(p.roles && CAST(:roles AS text[]) OR p.id = ANY (:ids)"
            " OR p.earlier && CAST(:ids AS text[])) ORDER BY p.since, p.id",
            roles=[plain(role) for role in roles],
            ids=[plain(id) for id in ids],
        )

    async def person(self, id: str) -> Person:
        # Whose id it is now goes before whose it was.
        where = "(p.id = :id OR :id = ANY (p.earlier)) ORDER BY p.id <> :id LIMIT 1"
        found = await self._find_people(where, id=plain(id))
        if not found:
            raise NotFound(id)
        return found[0]

    async def by_account(self, account: str) -> Person | None:
        where = "p.id = (SELECT person FROM accounts WHERE school = :school AND account = :account)"
        found = await self._find_people(where, account=key_of(account))
        return found[0] if found else None

    async def add_person(self, person: Person) -> None:
        await self._write_person(ADD, person)

    async def save_person(self, person: Person) -> Person:
        saved = replace(person, version=person.version + 1)
        await self._write_person(SAVE, saved)
        return saved

    async def _write_person(self, sql: str, person: Person) -> None:
        writing = self._rows(
            sql,
            id=plain(person.id),
            version=person.version,
            document=to_jsonb(person),
            since=person.since,
            roles=[plain(role) for role in person.roles],
            earlier=[plain(id) for id in person.earlier],
            accounts=[key_of(account) for account in person.accounts],
        )
        [(written,)] = await run_to_end(writing)
        if not written:
            raise Conflict(person.id)

    async def remove_person(self, id: str) -> None:
        removed = await self._change(REMOVE, id=plain(id))
        if not removed:
            raise NotFound(id)

    # --- invitations ------------------------------------------------------------------------------

    async def add_invitation(self, invitation: Invitation) -> None:
        await self._change(INVITE, digest=plain(invitation.digest), document=to_jsonb(invitation))

    async def invitations(self) -> Sequence[Invitation]:
        return all_readable(Invitation, await self._rows(INVITATIONS))

    async def invitation(self, digest: str) -> Invitation | None:
        rows = await self._rows(f"{INVITATIONS} AND digest = :digest", digest=plain(digest))
        found = all_readable(Invitation, rows)
        return found[0] if found else None

    async def use_invitation(self, digest: str) -> bool:
        return bool(await self._change(USE_INVITATION, digest=plain(digest)))
