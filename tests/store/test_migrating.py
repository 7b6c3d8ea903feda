"""`migrate` on tables of an earlier version that hold rows of several schools."""

from __future__ import annotations

import psycopg

from store.postgres import PostgresStore, migrate
from store.postgres.migrating import known
from tests.databases import database_of, server
from tests.store.test_evidence import DIGEST

KEY = """
SELECT pg_get_constraintdef(c.oid), relrowsecurity, relforcerowsecurity
FROM pg_constraint c JOIN pg_class t ON conrelid = t.oid WHERE relname = 'evidence' AND contype = 'p'
"""


async def test_small_copies_of_pictures_go_from_every_school_and_what_was_received_stays() -> None:
    url = database_of("small_copies", "0004")
    with psycopg.connect(server().get_uri("small_copies")) as everything:
        for school in ("here", "there"):
            everything.execute("INSERT INTO schools (school) VALUES (%s)", (school,))
            for kind, number in (("bytes", 0), ("bytes", 1), ("thumbnail", 0)):
                values = (school, "7K4M", DIGEST, kind, number, f"{kind} {number} {school}".encode())
                everything.execute("INSERT INTO evidence VALUES (%s, %s, %s, %s, %s, %s)", values)
    assert migrate(url) == known()
    with psycopg.connect(server().get_uri("small_copies")) as everything:
        left = everything.execute("SELECT bytes FROM evidence ORDER BY school, number").fetchall()
        assert left == [(f"bytes {n} {school}".encode(),) for school in ("here", "there") for n in (0, 1)]
        key = "PRIMARY KEY (school, reference, sha256, number)"
        assert everything.execute(KEY).fetchall() == [(key, True, True)]
    store = await PostgresStore.open(url, "here")
    async with store.kept("7K4M", DIGEST) as path:
        assert path.read_bytes() == b"bytes 0 herebytes 1 here"
    assert await store._rows("SELECT DISTINCT school FROM evidence") == [("here",)]
    await store.close()
