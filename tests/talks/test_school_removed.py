"""A school that leaves a trust: its chats given back, nothing left of it anywhere, the others as they were."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.chat import Believed
from bot.chats import SLACK, TELEGRAM
from bot.cli.check.check import check_all
from bot.cli.keeping.backup import back_up
from bot.open_store import open_store
from bot.schools.connect import connect_by_token, disconnect
from bot.schools.open import open_installations, schools_with_chats
from bot.settings import load
from store.postgres.installations import Installation
from tests.buckets import client, keys, new_bucket
from tests.databases import server
from tests.doubles.slack_world import APP
from tests.doubles.trust import Trust
from tests.store.test_moving import fill
from tests.talks.test_schools import URL, of, running, said, schools, settings, trust

__all__ = ("settings", "trust")

OAK, ELM = "111111:" + "a" * 35, "222222:" + "b" * 35


def rows(url: str, school: str) -> dict[str, list[str]]:
    """Every row of every table that holds the school's key in any column, as a superuser sees them."""
    name = url.partition("?")[0].rpartition("/")[2]
    found: dict[str, list[str]] = {}
    with psycopg.connect(server().get_uri(name), autocommit=True) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            every = connection.execute(
                sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(schema, table))
            ).fetchall()
            mine = [json.dumps(row) for (row,) in every if school in row.values()]
            if mine:
                found[table] = sorted(mine)
    return found


async def furnish(school: str, settings: dict[str, str]) -> None:
    store = await open_store(of(school, settings))
    try:
        await fill(store)
        await store.count("something", datetime.now(UTC), timedelta(days=1), 9)
    finally:
        await store.close()


async def in_every_place(trust: Trust, settings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Two schools with everything that a school can have; the settings of their deployment."""
    bucket = new_bucket()
    more = {"EVIDENCE_URL": f"s3://{bucket}/path", "BACKUP_TO": str(tmp_path / "backups")}
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    given = {**settings, **more, **aws}
    for school, token, name in (("oakfield", OAK, "oakbot"), ("elmwood", ELM, "elmbot")):
        await trust.telegram(token, name)
        await connect_by_token(of(school, given), TELEGRAM, token)
        await furnish(school, given)
    await asyncio.to_thread(back_up, load(given), "", "", datetime.now(UTC))
    database, installations = await open_installations(load(given))
    now = datetime.now(UTC)
    await installations.link("oakfield", now, datetime(2100, 1, 1, tzinfo=UTC))
    await database.close()
    return given


def bucket_of(settings: dict[str, str]) -> str:
    return settings["EVIDENCE_URL"].split("/")[2]


def files(tmp_path: Path, school: str) -> list[str]:
    return sorted(str(path) for path in tmp_path.rglob("*") if school in path.parts)


async def test_nothing_is_left_of_a_school_that_was_removed(
    trust: Trust, settings: dict[str, str], tmp_path: Path
) -> None:
    given = await in_every_place(trust, settings, tmp_path)
    url, bucket = given["DATABASE_URL"], bucket_of(given)
    client().put_object(Bucket=bucket, Key="path/oakfield/what/else", Body=b"x")
    client().put_object(Bucket=bucket, Key="path/oakfield-two/AAAA/1", Body=b"x")
    # A table of a later version, which refers to another, is found as well.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE later (school text REFERENCES schools, what text)")
        connection.execute("INSERT INTO later VALUES ('oakfield', 'x'), ('elmwood', 'x')")

    async with running(trust, given):
        oak, elm = trust.telegrams
        for telegram in (oak, elm):
            await telegram.until(lambda telegram=telegram: telegram.updates.webhook)
        mine = rows(url, "oakfield")
        assert {"cases", "memos", "people", "tallies", "installations", "later"} <= mine.keys()
        before = len(mine["cases"]), keys(bucket), files(tmp_path, "oakfield")
        typed = "Oakfield School\nOakfield School\n"
        status, words = await said("remove", "oakfield", settings=given, typed=typed)
        assert (status, "A bot is using the school" in words) == (1, True), words
        assert "disconnect" in words
        left = len(rows(url, "oakfield")["cases"]), keys(bucket), files(tmp_path, "oakfield")
        assert left == before
    assert oak.updates.webhook

    stopped = rows(url, "oakfield")
    for typed in ("elmwood\n", "Oakfield School\nOakfield Schol\n"):
        status, words = await said("remove", "oakfield", settings=given, typed=typed)
        assert (status, "nothing was removed" in words) == (1, True), words
    assert "5 cases" in words
    assert rows(url, "oakfield") == stopped

    other = rows(url, "elmwood"), files(tmp_path, "elmwood")
    typed = "Oakfield School\nOakfield School\n"
    status, words = await said("remove", "oakfield", settings=given, typed=typed)
    assert (status, "Oakfield School was removed" in words) == (0, True), words
    assert "Telegram (@oakbot)" in words
    assert rows(url, "oakfield") == {}
    assert not [key for key in keys(bucket) if key.startswith("path/oakfield/")]
    assert files(tmp_path, "oakfield") == []
    assert not oak.updates.webhook
    assert elm.updates.webhook
    assert (rows(url, "elmwood"), files(tmp_path, "elmwood")) == other
    assert {key.split("/")[1] for key in keys(bucket)} == {"elmwood", "oakfield-two"}

    status, words = await said("remove", "oakfield", settings=given)
    assert (status, "There is no school “oakfield”" in words) == (1, True), words
    status, words = await said("remove", "../schools", settings=given)
    assert (status, "There is no school" in words) == (1, True), words


async def test_what_keeps_a_chat_from_being_given_back_keeps_the_school(
    trust: Trust, settings: dict[str, str], tmp_path: Path
) -> None:
    oak = await trust.telegram(OAK, "oakbot")
    await connect_by_token(of("oakfield", settings), TELEGRAM, OAK)
    await furnish("oakfield", settings)
    before = rows(settings["DATABASE_URL"], "oakfield")
    oak.api.down = True
    typed = "Oakfield School\nOakfield School\n"
    status, words = await said("remove", "oakfield", settings=settings, typed=typed)
    assert (status, "nothing was changed" in words) == (1, True), words
    assert rows(settings["DATABASE_URL"], "oakfield") == before
    oak.api.down = False

    # Its own file, and its own folder, need not be right.
    (tmp_path / "schools" / "oakfield" / "school.toml").write_text("nation = 3\n")
    typed = "oakfield\noakfield\n"
    status, words = await said(
        "remove", "oakfield", "--keep-backups", settings=settings, typed=typed
    )
    assert status == 0, words
    assert rows(settings["DATABASE_URL"], "oakfield") == {}


async def test_backups_stay_where_they_are_to_stay(
    trust: Trust, settings: dict[str, str], tmp_path: Path
) -> None:
    given = await in_every_place(trust, settings, tmp_path)
    copies = files(tmp_path / "backups", "oakfield")
    typed = "Oakfield School\nOakfield School\n"
    status, words = await said("remove", "oakfield", "--keep-backups", settings=given, typed=typed)
    assert (status, "Its backups are still at" in words) == (0, True), words
    assert files(tmp_path / "backups", "oakfield") == copies


async def test_a_telegram_bot_that_is_disconnected_is_called_no_more(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak, elm = await trust.telegram(OAK, "oakbot"), await trust.telegram(ELM, "elmbot")
    async with schools(settings) as (made, _):
        for school, telegram in (("oakfield", oak), ("elmwood", elm)):
            await connect_by_token(of(school, settings), TELEGRAM, telegram.token)
        await made.refresh()
        for telegram in (oak, elm):
            await telegram.until(lambda telegram=telegram: telegram.updates.webhook)
        await disconnect(of("oakfield", settings), TELEGRAM)
        assert not oak.updates.webhook
        # Whoever runs may have announced itself in between.
        oak.updates.webhook = {"url": f"{URL}/telegram/111111"}
        await made.refresh()
        assert not oak.updates.webhook
        assert elm.updates.webhook

        # Another deployment's webhook is its own.
        elm.updates.webhook = {"url": "https://other.example/hook"}
        await disconnect(of("elmwood", settings), TELEGRAM)
        await made.refresh()
        assert elm.updates.webhook == {"url": "https://other.example/hook"}

        # A token that was revoked is forgotten all the same.
        await connect_by_token(of("elmwood", settings), TELEGRAM, elm.token)
        elm.revokes_token()
        assert "no longer connected" in await disconnect(of("elmwood", settings), TELEGRAM)


async def test_the_check_says_where_the_platform_thinks_otherwise(
    trust: Trust, settings: dict[str, str]
) -> None:
    oak = await trust.telegram(OAK, "oakbot")
    elm = await trust.workspace("TELM")
    await connect_by_token(of("oakfield", settings), TELEGRAM, OAK)
    database, installations = await open_installations(load(settings))
    made = Installation("slack", "TOTHER", "elmwood", "Elm", elm.bot_token, datetime.now(UTC))
    await installations.put(made)
    await database.close()

    async def found(school: str) -> str:
        report = await check_all(load(settings), lambda: datetime.now(UTC))
        return "\n".join(f.says for f in report.found if f.school == school and f.part == "tokens")

    here = f"{URL}/telegram/111111"
    assert f"{here} should be it" in await found("oakfield")
    oak.updates.webhook = {"url": "https://other.example/secret"}
    words = await found("oakfield")
    assert f"at https://other.example/…, and this bot waits for it at {here}" in words
    assert "secret" not in words
    oak.updates.webhook = {"url": here}
    assert await found("oakfield") == ""
    oak.updates.webhook_trouble = {
        "last_error_date": datetime.now(UTC).timestamp() // 1,
        "last_error_message": "Connection timed out",
    }
    oak.updates.waiting.append({"update_id": 1})
    assert "Connection timed out. 1 messages wait there" in await found("oakfield")
    assert "of the workspace School (TELM), and this school was connected to TOTHER" in await found(
        "elmwood"
    )


async def test_tokens_of_two_apps_and_people_of_another_workspace_are_told_apart(
    trust: Trust, settings: dict[str, str]
) -> None:
    elm = await trust.workspace("TELM")
    api = {"SLACK_API_URL": f"{trust.url}/api/", "SLACK_BOT_TOKEN": elm.bot_token}
    now = Believed(datetime.now(UTC))
    for app, differs in ((APP, False), ("A0OTHER", True)):
        its = load({**api, "SLACK_APP_TOKEN": f"xapp-1-{app}-123-abc"})
        assert ["SLACK_APP_TOKEN of the app" in line for line in await SLACK.compare(its, now)] == (
            [True] if differs else []
        )
    its = load(api)
    for workspaces, differs in (({"TELM", "TOLD"}, False), ({"TOLD"}, True)):
        believed = Believed(datetime.now(UTC), workspaces=frozenset(workspaces))
        assert bool(await SLACK.compare(its, believed)) is differs


async def test_one_school_that_polls_is_told_of_a_webhook(trust: Trust) -> None:
    oak = await trust.telegram(OAK, "oakbot")
    its = load({"TELEGRAM_API_URL": trust.url, "TELEGRAM_BOT_TOKEN": OAK})
    now = Believed(datetime.now(UTC))
    assert await TELEGRAM.compare(its, now) == []
    oak.updates.webhook = {"url": "https://other.example/hook"}
    [line] = await TELEGRAM.compare(its, now)
    assert "asks for it without a webhook" in line


async def test_a_school_in_a_folder_is_not_removed(tmp_path: Path) -> None:
    given = {"HEADSUP_DATA": str(tmp_path / "data")}
    status, words = await said("remove", "school", settings={**given, "PATH": "/usr/bin:/bin"})
    assert (status, "is its folder" in words) == (1, True), words


async def test_schools_know_their_keys(trust: Trust, settings: dict[str, str]) -> None:
    await trust.telegram(OAK, "oakbot")
    await connect_by_token(of("oakfield", settings), TELEGRAM, OAK)
    [elm, oak] = await schools_with_chats(load(settings))
    assert (dict(elm.connected_to), dict(oak.connected_to)) == ({}, {"telegram": "111111"})


@pytest.fixture(autouse=True)
def _no_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADSUP_SCHOOL", "BACKUP_TO"):
        monkeypatch.delenv(name, raising=False)
