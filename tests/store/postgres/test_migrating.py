"""`migrate` on tables of an earlier version that hold rows of several schools."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from store.errors import StoreUnavailable
from store.model.case import Case, Classification
from store.model.records import About, FollowUp, Progress, Status, Subject
from store.postgres import PostgresStore, migrate
from store.postgres.documents import key_of, to_jsonb
from store.postgres.migrating import known
from tests.asking import reported_by
from tests.databases import database_of, new_database, server
from tests.store.made import NOW, case, item
from tests.store.test_evidence import DIGEST

LINK = "example.com/é"
CASE = """
INSERT INTO cases (school, reference, version, document, summary, status, reporters, links, hashes, likenesses)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '{}')
"""
BEFORE_WORDS = """
INSERT INTO cases (school, reference, version, document, summary, status, hashes, likenesses)
VALUES ('here', %s, %s, %s, %s, %s, '{}', '{}')
"""
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
                values = (
                    school,
                    "7K4M",
                    DIGEST,
                    kind,
                    number,
                    f"{kind} {number} {school}".encode(),
                )
                everything.execute("INSERT INTO evidence VALUES (%s, %s, %s, %s, %s, %s)", values)
    assert migrate(url) == known()
    with psycopg.connect(server().get_uri("small_copies")) as everything:
        left = everything.execute("SELECT bytes FROM evidence ORDER BY school, number").fetchall()
        assert left == [
            (f"bytes {n} {school}".encode(),) for school in ("here", "there") for n in (0, 1)
        ]
        key = "PRIMARY KEY (school, reference, sha256, number)"
        assert everything.execute(KEY).fetchall() == [(key, True, True)]
    store = await PostgresStore.open(url, "here")
    async with store.kept("7K4M", DIGEST) as path:
        assert path.read_bytes() == b"bytes 0 herebytes 1 here"
    assert await store._rows("SELECT DISTINCT school FROM evidence") == [("here",)]
    await store.close()


async def test_cases_are_found_by_what_they_were_found_by_in_every_school() -> None:
    url = database_of("marks", "0003")
    made = {school: [_case_by(f"asha {school}") for _ in range(2)] for school in ("here", "there")}
    with psycopg.connect(server().get_uri("marks")) as everything:
        for school, cases in made.items():
            everything.execute("INSERT INTO schools (school) VALUES (%s)", (school,))
            for each in cases:
                everything.execute(CASE, (school, *_columns(each)))
    migrate(url)
    for school, cases in made.items():
        store = await PostgresStore.open(url, school)
        summaries = [each.summary for each in cases]
        for found in (
            await reported_by(store, f"asha {school}"),
            await store.alike([LINK], [], []),
            await store.alike([], [DIGEST], []),
        ):
            assert sorted(found, key=lambda summary: summary.reference) == summaries
        assert [await store.case(each.reference) for each in cases] == cases
        await store.save(cases[0].note("seen", by="ben", at=NOW))
        await store.close()


async def test_open_cases_of_nobody_yet_wake_and_weigh_their_words_when_they_are_saved() -> None:
    url = database_of("words", "0005")
    words = item(1, "text", text="our head shouted")
    open_one = case(evidence=(words,))
    closed = replace(case(evidence=(words,)), status=Status.CLOSED)
    of_school = case(evidence=(words,), about=About(Subject.SCHOOL))
    with psycopg.connect(server().get_uri("words")) as everything:
        everything.execute("INSERT INTO schools (school) VALUES ('here')")
        for each in (open_one, closed, of_school):
            summary = replace(each.summary, open_words="")
            row = (each.reference, each.version, to_jsonb(each), to_jsonb(summary), each.status)
            everything.execute(BEFORE_WORDS, row)
    assert migrate(url) == known()

    store = await PostgresStore.open(url, "here")
    now = datetime.now(UTC) + timedelta(seconds=1)
    assert await store.to_wake(now, 10) == [open_one.reference]
    woken = await store.case(open_one.reference)
    assert woken.wake_at is not None
    assert woken.wake_at <= now
    await store.save(woken)
    (found,) = [s for s in await store.summaries() if s.reference == open_one.reference]
    assert "head" in found.open_words
    await store.close()


async def test_when_a_case_was_taken_and_its_removal_are_known_of_cases_of_before() -> None:
    url = database_of("figures", "0006")
    steps = {
        "": (),
        "asked": (FollowUp("talk", "Ask", "owner", NOW, "school", outcomes=("refused",)),),
        "gone": (FollowUp("gone", "Check", "owner", NOW, "school", outcomes=("not removed",)),),
    }
    cases = []
    for removal, follow_ups in steps.items():
        done = tuple(replace(step, progress=Progress.DONE) for step in follow_ups)
        made = replace(case(), follow_ups=done)
        assert made.removal == removal
        taken = replace(case(), follow_ups=done).give("ben", by="ben", at=NOW)
        cases += [made, taken.give("cleo", by="ben", at=NOW + timedelta(hours=1))]
    cases.append(replace(case(), outcome="removed", status=Status.CLOSED))
    with psycopg.connect(server().get_uri("figures")) as everything:
        everything.execute("INSERT INTO schools (school) VALUES ('here')")
        for each in cases:
            summary = replace(each.summary, taken_at=None, removal="")
            row = (each.reference, each.version, to_jsonb(each), to_jsonb(summary), each.status)
            everything.execute(BEFORE_WORDS, row)
    assert migrate(url) == known()
    store = await PostgresStore.open(url, "here")
    found = {summary.reference: summary for summary in await store.summaries()}
    assert found == {each.reference: each.summary for each in cases}
    await store.close()


async def test_what_reporters_said_themselves_is_known_of_cases_of_before() -> None:
    url = database_of("said", "0008")
    threat, other = (
        Classification(key, urgent=False, withhold=False) for key in ("threat", "other")
    )
    of_nobody = case()
    of_leader = case().categorise(threat, by="ben", at=NOW).make_urgent(by="ben", at=NOW)
    changed = case().categorise(threat, by="asha", at=NOW).make_urgent(by="asha", at=NOW)
    again = case().categorise(threat, by="asha", at=NOW).categorise(other, by="asha", at=NOW)
    again = again.make_urgent(by="asha", at=NOW).categorise(threat, by="asha", at=NOW)
    cases = [of_nobody, of_leader, changed, again]
    assert [len(each.said) for each in cases] == [0, 0, 2, 3]
    with psycopg.connect(server().get_uri("said")) as everything:
        everything.execute("INSERT INTO schools (school) VALUES ('here')")
        for each in cases:
            summary = replace(each.summary, said=())
            row = (each.reference, each.version, to_jsonb(each), to_jsonb(summary), each.status)
            everything.execute(BEFORE_WORDS, row)
    assert migrate(url) == known()
    store = await PostgresStore.open(url, "here")
    found = {summary.reference: summary.said for summary in await store.summaries()}
    assert found == {each.reference: each.said for each in cases}
    await store.close()


def test_of_several_servers_the_one_is_migrated_that_may_be_written_to() -> None:
    url, standby = new_database("two_servers"), server("a standby")
    standby.psql("CREATE DATABASE two_servers OWNER headsup")
    standby.psql("ALTER DATABASE two_servers SET default_transaction_read_only = on")
    assert migrate(url.replace("host=", f"host={standby.pgdata},")) == known()
    assert migrate(url) == known()


def test_what_fails_is_said_as_it_is_and_may_be_tried_again() -> None:
    url = new_database("not_allowed")
    with psycopg.connect(server().get_uri("not_allowed"), autocommit=True) as superuser:
        superuser.execute("ALTER SCHEMA public OWNER TO CURRENT_USER")
        superuser.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        with pytest.raises(StoreUnavailable, match="InsufficientPrivilege"):
            migrate(url)
        superuser.execute("GRANT CREATE ON SCHEMA public TO headsup")
    assert migrate(url) == known()


def _case_by(id: str) -> Case:
    link = item(2, "link", text=f"https://{LINK}", normal=LINK)
    evidence = (item(1, sha256=DIGEST), link)
    return case(by=id, evidence=evidence, about=About(Subject.SCHOOL))


def _columns(case: Case) -> tuple[object, ...]:
    """As migration 0003 left them."""
    summary = case.summary
    documents = (case.version, to_jsonb(case), to_jsonb(summary), summary.status)
    found_by = (
        list(summary.reporters),
        [key_of(link) for link in summary.links],
        list(summary.hashes),
    )
    return case.reference, *documents, *found_by
