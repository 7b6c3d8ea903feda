"""`headsup backup` and `restore` where the data is in PostgreSQL: there and back, while bots write, for several schools."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.check.check import check
from bot.cli.keeping.backup import back_up
from bot.cli.keeping.restore import RestoreOrder, put_back
from bot.monitoring.metrics import Metrics
from bot.nightly import Nightly
from bot.open_store import open_store
from bot.settings import Settings, load
from handlers.school.backups import last_backup
from store.backup.keys import make_key
from store.base import Store
from store.errors import NotFound, Trouble
from store.model.case import Classification
from store.model.memos import BackedUp, Erased
from tests.bot.cli.test_check import settings
from tests.buckets import client, keys, new_bucket
from tests.crash.nursery import command
from tests.databases import database, migrated, new_database, server
from tests.desks import Time, desk_in
from tests.store.made import BEN, NOW, case, item, person
from tests.store.test_moving import everything, fill
from tests.talks.stage import ROOT

_numbers = itertools.count()
DAY = timedelta(days=1)
UNDRESSED = Classification("child-undressed", urgent=True, withhold=True)


def headsup(*arguments: str, folder: Path, **given: str) -> tuple[int, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
        **given,
    }
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def a_school(tmp_path: Path, **more: str) -> Settings:
    """A school of its own in the one database of this run."""
    key = f"backed-up-{next(_numbers)}"
    return settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=key, **more)


def elsewhere(given: Settings) -> tuple[str, Settings]:
    """The address of a database that knows nothing, and the settings of the same school there."""
    url = new_database(f"restored_{next(_numbers)}")
    return url, given.model_copy(update={"database_url": load({"DATABASE_URL": url}).database_url})


@asynccontextmanager
async def opened(given: Settings) -> AsyncIterator[Store]:
    store = await open_store(given)
    try:
        yield store
    finally:
        await store.close()


async def held(given: Settings) -> dict[str, object]:
    """All that a school has, but how its backups have gone."""
    async with opened(given) as store:
        found = await everything(store)
    found["memos"].pop(BackedUp.__name__)  # type: ignore[attr-defined]
    return found


async def backed_up(given: Settings, to: Path, at: datetime = NOW, **how: str) -> list[str]:
    return await asyncio.to_thread(back_up, given, str(to), how.get("key", ""), at)


async def restored(to: str, source: Path, given: Settings, key: Path | None = None) -> list[str]:
    order = RestoreOrder(str(source), to, key)
    done = await asyncio.to_thread(put_back, order, given)
    assert done.is_well, done.lines
    return done.lines


def copied_to(place: Path) -> bytes:
    """All that lies there in pieces."""
    return b"".join(path.read_bytes() for path in place.glob("pieces/*/*"))


async def add_picture(store: Store, content: bytes) -> str:
    """The reference of a case with these bytes."""

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    made = case()
    await store.add(made)
    kept = await store.keep(made.reference, pieces(), 10**6)
    picture = item(sha256=kept.sha256, size=kept.size)
    await store.save(replace(made, evidence=(picture,)))
    return made.reference


@pytest.mark.parametrize("where", ["database", "bucket"])
async def test_everything_comes_back_into_an_empty_database(tmp_path: Path, where: str) -> None:
    bucket = new_bucket()
    more = {"EVIDENCE_URL": f"s3://{bucket}/heads-up"} if where == "bucket" else {}
    given = a_school(tmp_path, **more)
    async with opened(given) as store:
        await fill(store)
    before = await held(given)

    public = make_key(tmp_path / "key")
    said = await backed_up(given, tmp_path / "backups", key=public)
    assert "What was written there was read back, and is right. Backups kept there: 1." in said
    assert b"Asha" not in copied_to(tmp_path / "backups")

    # The server and the bucket are lost.
    for name in keys(bucket):
        client().delete_object(Bucket=bucket, Key=name)
    url, there = elsewhere(given)
    with pytest.raises(Trouble, match="--key"):
        await restored(url, tmp_path / "backups", given)
    lines = await restored(url, tmp_path / "backups", given, tmp_path / "key")
    assert lines[-1].startswith("All is well. Set DATABASE_URL")
    assert "password" not in lines[0]
    assert await held(there) == before
    assert len(keys(bucket)) == (5 if where == "bucket" else 0)

    # Nothing is put over what is there, and the backups go on where they were.
    with pytest.raises(Trouble, match="has cases or people"):
        await restored(url, tmp_path / "backups", given, tmp_path / "key")
    said = await backed_up(there, tmp_path / "backups", NOW + DAY, key=public)
    assert "Backups kept there: 2." in said[1]


async def test_it_comes_back_into_a_folder_too(tmp_path: Path) -> None:
    given = a_school(tmp_path)
    async with opened(given) as store:
        await fill(store)
    await backed_up(given, tmp_path / "backups")
    await restored(str(tmp_path / "folder"), tmp_path / "backups", given)
    in_a_folder = load({"HEADSUP_DATA": str(tmp_path / "folder")})
    assert await held(in_a_folder) == await held(given)


async def test_what_has_not_changed_is_not_copied_again(tmp_path: Path) -> None:
    given = a_school(tmp_path)
    async with opened(given) as store:
        await fill(store)
    for key in ("", make_key(tmp_path / "key")):
        to = tmp_path / f"backups-{len(key)}"
        await backed_up(given, to, key=key)
        [said, _] = await backed_up(given, to, NOW + DAY, key=key)
        # The list of files, and how the backup before has gone.
        assert re.search(r"Written there now: (2 pieces|1 piece) \(", said)


async def test_what_was_erased_or_locked_is_in_no_later_copy(tmp_path: Path) -> None:
    given = a_school(tmp_path)
    async with opened(given) as store:
        erased = await add_picture(store, b"what was erased")
        locked = await add_picture(store, b"what was locked")
        kept = await add_picture(store, b"what was kept")
        await store.erase([await store.case(erased)], Erased((erased,), (), BEN, NOW))
        locking = (await store.case(locked)).categorise(UNDRESSED, by=BEN, at=NOW)
        await store.save(locking)
    await backed_up(given, tmp_path / "backups")
    copied = copied_to(tmp_path / "backups")
    assert b"what was erased" not in copied
    assert b"what was locked" not in copied
    assert b"what was kept" in copied
    url, there = elsewhere(given)
    await restored(url, tmp_path / "backups", given)
    async with opened(there) as store:
        assert {s.reference for s in await store.summaries()} == {kept, locked}
        assert [memo.references for memo in await store.memos(Erased)] == [(erased,)]


async def test_a_copy_made_while_bots_write_and_erase_is_whole(tmp_path: Path) -> None:
    """Each copy is put back, and is well: no case without its evidence, none that was erased half."""
    given = a_school(tmp_path)
    async with opened(given) as store:
        for number in range(30):
            await add_picture(store, b"%d" % number)

        async def write() -> None:
            for number in itertools.count(30):
                added = await add_picture(store, b"%d" % number)
                summaries = await store.summaries()
                for reference in (added, min(s.reference for s in summaries)):
                    noted = (await store.case(reference)).note("seen", by=BEN, at=NOW)
                    await store.save(noted)
                oldest = await store.case(min(s.reference for s in summaries))
                memo = Erased((oldest.reference,), (), BEN, NOW)
                await store.erase([oldest], memo)

        writing = asyncio.create_task(write())
        for day in range(3):
            await backed_up(given, tmp_path / "backups", NOW + day * DAY)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    for path in sorted((tmp_path / "backups" / "generations").iterdir()):
        order = RestoreOrder(
            str(tmp_path / "backups"), str(tmp_path / path.stem), generation=path.stem
        )
        done = await asyncio.to_thread(put_back, order, given)
        assert done.is_well, done.lines


async def test_an_interrupted_return_is_finished_by_the_next(tmp_path: Path) -> None:
    bucket = new_bucket()
    given = a_school(tmp_path, EVIDENCE_URL=f"s3://{bucket}/heads-up")
    async with opened(given) as store:
        await fill(store)
    await backed_up(given, tmp_path / "backups")
    url, there = elsewhere(given)
    broken = given.model_copy(update={"evidence_url": "s3://no-such-bucket/x"})
    with pytest.raises(Trouble, match="no-such-bucket"):
        await restored(url, tmp_path / "backups", broken)
    await restored(url, tmp_path / "backups", given)
    assert await held(there) == await held(given)


async def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    given = a_school(tmp_path)
    async with opened(given) as store:
        reference = await add_picture(store, b"x")
        await store.add_person(person("asha"))
    school = given.headsup_school
    server().psql(
        f"\\c headsup\nUPDATE cases SET document = '{{}}' WHERE school = '{school}'"  # noqa: S608
    )
    said = await backed_up(given, tmp_path / "backups")
    assert f"cases/{reference}" in said
    assert "What cannot be read is not in this backup" in said[-1]


async def test_one_backup_at_a_time(tmp_path: Path) -> None:
    given = a_school(tmp_path)
    async with opened(given) as store:
        await store.add_person(person("asha"))
        async with store.backing_up():  # type: ignore[attr-defined]
            with pytest.raises(Trouble, match="under way already"):
                await backed_up(given, tmp_path / "backups")
        # That is no failure of the other one.
        assert await store.memos(BackedUp) == []


async def test_one_school_does_not_take_the_place_of_another(tmp_path: Path) -> None:
    for expected in (None, "another data folder or school"):
        given = a_school(tmp_path)
        async with opened(given) as store:
            await store.add_person(person("asha"))
        if expected is None:
            await backed_up(given, tmp_path / "backups")
        else:
            with pytest.raises(Trouble, match=expected):
                await backed_up(given, tmp_path / "backups")


async def test_it_is_made_every_night_and_its_failure_is_told(tmp_path: Path) -> None:
    time, to = Time(NOW), tmp_path / "backups"
    given = a_school(tmp_path, BACKUP_TO=str(to))
    async with opened(given) as store:
        await store.add_person(person("asha"))
        desk = replace(desk_in(tmp_path, time), store=store, backup_to=given.backup_place)
        nightly = Nightly(given, desk, Metrics())
        await nightly.minute()
        assert await last_backup(desk) == BackedUp(str(to), NOW, NOW)
        to.rename(tmp_path / "gone")
        time.now = NOW + DAY
        await nightly.minute()
        failed = await last_backup(desk)
    assert failed is not None
    assert "Is its disk attached?" in failed.failed
    report = await check(given, lambda: time.now, offline=True)
    assert len([f for f in report.found if f.part == "backup"]) == 2
    assert report.facts is not None
    assert report.facts.last_backup == NOW


def test_three_schools_one_after_the_other_and_back(tmp_path: Path) -> None:
    """As it is typed: one command for all of them, one for a single one, and `verify` after it."""
    for key in ("ashby", "birch", "cedar"):
        (tmp_path / "schools" / key).mkdir(parents=True)
        (tmp_path / "schools" / key / "school.toml").write_text(f'name = "{key.title()}"\n')
    given = {"SCHOOLS": str(tmp_path / "schools"), "DATABASE_URL": migrated("three_schools")}
    references: dict[str, str] = {}
    for key in ("ashby", "birch", "cedar"):
        one = load({**given, "HEADSUP_SCHOOL": key})
        references[key] = asyncio.run(_furnish(one, key))
    assert headsup("backup-key", "key", folder=tmp_path)[0] == 0
    code, said = headsup("backup", "copies", folder=tmp_path, **given)
    assert code == 0, said
    assert said.count("What was written there was read back") == 3

    there = {**given, "DATABASE_URL": new_database("three_schools_back")}
    code, said = headsup("restore", "copies", folder=tmp_path, **there)
    assert code == 0, said
    assert said.count("All is well.") == 3
    for key, reference in references.items():
        code, said = headsup("--school", key, "verify", folder=tmp_path, **there)
        assert (code, said[:12]) == (0, "All is well.")
        assert asyncio.run(_references(load({**there, "HEADSUP_SCHOOL": key}))) == [reference]

    alone = {**given, "DATABASE_URL": new_database("one_school_back")}
    code, said = headsup("--school", "birch", "restore", "copies", folder=tmp_path, **alone)
    assert code == 0, said
    assert asyncio.run(_references(load({**alone, "HEADSUP_SCHOOL": "birch"}))) == [
        references["birch"]
    ]
    with pytest.raises(NotFound):
        asyncio.run(_case(load({**alone, "HEADSUP_SCHOOL": "ashby"}), references["ashby"]))


async def _furnish(given: Settings, key: str) -> str:
    async with opened(given) as store:
        await store.add_person(person(f"asha-{key}"))
        return await add_picture(store, key.encode())


async def _references(given: Settings) -> list[str]:
    async with opened(given) as store:
        return [summary.reference for summary in await store.summaries()]


async def _case(given: Settings, reference: str) -> None:
    async with opened(given) as store:
        await store.case(reference)


async def test_an_empty_backup_is_none(tmp_path: Path) -> None:
    """As with a wrong HEADSUP_SCHOOL, whose rows nobody sees."""
    with pytest.raises(Trouble, match="Are DATABASE_URL and HEADSUP_SCHOOL right?"):
        await backed_up(a_school(tmp_path), tmp_path / "backups")


async def test_nothing_is_backed_up_from_a_place_without_an_address(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with pytest.raises(Trouble, match="Say where the backup goes"):
        back_up(a_school(tmp_path), "", "", now)
    with pytest.raises(Trouble, match="Say where it goes"):
        put_back(RestoreOrder(str(tmp_path)), settings(tmp_path))
