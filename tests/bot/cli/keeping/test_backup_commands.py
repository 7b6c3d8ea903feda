"""`headsup backup` and `restore` as they are typed, and the backup that is made every night by itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.check.check import check
from bot.cli.keeping.backup import back_up
from bot.cli.keeping.restore import RestoreOrder, put_back
from bot.cli.keeping.verify import UNPROVED, WELL
from bot.monitoring.metrics import Metrics
from bot.nightly import Nightly
from bot.settings import Settings
from handlers.desk import Desk
from handlers.messages import Heading, Text
from handlers.rules.calendar import Calendar
from handlers.school.backups import is_due, last_backup, trouble
from handlers.school.digest import digest
from store.model.memos import BackedUp
from store.model.records import Person, Role
from store.school.school import School
from store.tiny import TinyStore, verifying
from tests.bot.cli.test_check import settings
from tests.crash.nursery import command
from tests.desks import Time, desk_in
from tests.store.test_verifying import furnish
from tests.talks.stage import ROOT

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALENDAR = Calendar(School())


def headsup(*arguments: str, folder: Path, **given: str) -> tuple[int, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HEADSUP_DATA": str(folder / "data"),
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


async def test_backed_up_put_back_and_verified(tmp_path: Path) -> None:
    await furnish(tmp_path / "data")
    code, said = headsup("backup-key", "key", folder=tmp_path)
    public = said.rpartition("=")[2].strip()
    assert (code, public[:4]) == (0, "age1")
    assert headsup("backup-key", "key", folder=tmp_path) == (
        1,
        "headsup: key is there already; nothing was changed.\n",
    )
    code, said = headsup("backup", "backups", folder=tmp_path, BACKUP_KEY=public)
    assert code == 0
    assert "What was written there was read back, and is right." in said
    assert headsup("restore", "backups", "restored", folder=tmp_path)[0] == 1
    code, said = headsup("restore", "backups", "restored", "--key", "key", folder=tmp_path)
    assert (code, said.splitlines()[1]) == (
        0,
        "All is well. Set HEADSUP_DATA=restored, and start the bot.",
    )
    # The two were put into the store as an earlier version did, without proofs.
    of_before = UNPROVED.format(cases="2 cases")
    well = (0, f"{WELL} {of_before}\n")
    assert headsup("verify", folder=tmp_path) == well
    assert headsup("verify", folder=tmp_path, HEADSUP_DATA="restored") == well
    code, said = headsup("restore", "backups", "restored", "--key", "key", folder=tmp_path)
    assert (code, said[:32]) == (1, "headsup: restored is not empty, ")


def test_what_was_not_well_is_not_well_when_it_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "AGAIN", 0.0)
    asyncio.run(furnish(tmp_path / "data"))
    next((tmp_path / "data" / "cases").glob("*/evidence/*")).unlink()
    said = back_up(settings(tmp_path), str(tmp_path / "backups"), "", NOW)
    assert said[-1].startswith("1 files here are not as they were written")
    order = RestoreOrder(str(tmp_path / "backups"), str(tmp_path / "restored"))
    restored = put_back(order, settings(tmp_path))
    lines, well = restored.lines, restored.is_well
    assert not well
    assert "is missing. Put it back from a backup." in lines[-1]


# --- every night -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "tried", "due"),
    [
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), datetime(2026, 11, 23, 3, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), datetime(2026, 11, 24, 3, 0, tzinfo=UTC), False),
        (
            datetime(2026, 11, 24, 2, 59, tzinfo=UTC),
            datetime(2026, 11, 24, 2, 59, tzinfo=UTC),
            True,
        ),
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), NOW - HOUR, True),
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), NOW - HOUR / 2, False),
        (None, NOW - HOUR, True),
    ],
)
def test_it_is_due_once_a_night_and_each_hour_until_it_went_well(
    done: datetime | None, tried: datetime, due: bool
) -> None:
    assert is_due(BackedUp("x", tried, done), NOW, CALENDAR) is due


def test_the_first_is_due_at_once() -> None:
    assert is_due(None, NOW, CALENDAR)


def test_a_year_of_nights_has_one_backup_each() -> None:
    now, last, made = NOW, BackedUp("x", NOW, NOW), []
    while now < NOW + 365 * DAY:
        now += HOUR / 12
        if is_due(last, now, CALENDAR):
            last = BackedUp("x", now, now)
            made.append(CALENDAR.local(now))
    assert len(made) == 365
    assert {(each.hour, each.minute) for each in made} == {(3, 0)}


def setting_up(folder: Path, to: str, time: Time) -> tuple[Nightly, Desk]:
    given = settings(folder, BACKUP_TO=to)
    desk = replace(desk_in(folder, time), backup_to=to)
    return Nightly(given, desk, Metrics()), desk


async def lines_for(role: Role, desk: Desk) -> list[str]:
    person = Person("p", "P", (role,), ("slack:T:p",), NOW)
    parts = list((await digest(person, desk.now(), desk)).parts)
    at = [n for n, part in enumerate(parts) if part == Heading("Backup of all this")]
    return [line for n in at for line in _words(parts[n + 1]).splitlines()]


def _words(part: object) -> str:
    assert isinstance(part, Text)
    return part.text


async def test_a_failure_is_told_to_head_and_ict_manager_and_by_check(tmp_path: Path) -> None:
    time, to = Time(NOW), str(tmp_path / "backups")
    nightly, desk = setting_up(tmp_path, to, time)
    await nightly.minute()
    last = await last_backup(desk)
    assert last == BackedUp(to, NOW, NOW)
    assert await lines_for(Role.HEAD, desk) == []

    (tmp_path / "backups").rename(tmp_path / "gone")  # the disk is not attached
    time.now = NOW + DAY
    await nightly.minute()
    assert not (tmp_path / "backups").exists()  # noqa: ASYNC240
    for role in (Role.HEAD, Role.ICT):
        failed, before = await lines_for(role, desk)
        assert "The last backup failed" in failed
        assert "Is its disk attached?" in failed
        assert before.startswith("The last backup that went well is of ")
    assert await lines_for(Role.DSL, desk) == await lines_for(Role.CHAIR, desk) == []
    report = await check(settings(tmp_path, BACKUP_TO=to), lambda: time.now, offline=True)
    assert len([f for f in report.found if f.part == "backup"]) == 2

    (tmp_path / "gone").rename(tmp_path / "backups")
    time.now += HOUR
    await nightly.minute()
    assert await lines_for(Role.HEAD, desk) == []
    await desk.store.close()


async def test_two_days_without_one_are_told(tmp_path: Path) -> None:
    time, to = Time(NOW), str(tmp_path / "backups")
    nightly, desk = setting_up(tmp_path, to, time)
    assert await lines_for(Role.HEAD, desk) == [
        "No backup has been made yet, though backups are set up."
    ]
    await nightly.minute()
    time.now = NOW + 2 * DAY
    assert await lines_for(Role.HEAD, desk) == []
    time.now += HOUR
    [line] = await lines_for(Role.HEAD, desk)
    assert line.startswith("No backup has been made since ")
    await desk.store.close()


async def test_without_backup_to_nobody_is_troubled(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, Time(NOW))
    assert await lines_for(Role.HEAD, desk) == []
    await desk.store.close()


async def test_one_that_is_given_up_is_no_failure(tmp_path: Path) -> None:
    nightly, desk = setting_up(tmp_path, str(tmp_path / "backups"), Time(NOW))
    nightly.stop()
    await nightly.minute()
    assert await last_backup(desk) is None
    await desk.store.close()


async def test_one_by_hand_counts_while_the_bot_runs(tmp_path: Path) -> None:
    time, to = Time(NOW), str(tmp_path / "backups")
    _, desk = setting_up(tmp_path, to, time)
    back_up(settings(tmp_path, BACKUP_TO=to), "", "", NOW)
    assert await lines_for(Role.HEAD, desk) == []
    await desk.store.close()
    reopened = TinyStore.open(tmp_path / "data")
    assert await reopened.memo(BackedUp, to) == BackedUp(to, NOW, NOW)
    await reopened.close()


async def test_a_wrong_key_is_named_by_check(tmp_path: Path) -> None:
    given: Settings = settings(tmp_path, BACKUP_TO=str(tmp_path / "b"), BACKUP_KEY="age1x")
    said = [
        f.says for f in (await check(given, lambda: NOW, offline=True)).found if f.part == "backup"
    ]
    assert said[0].startswith("BACKUP_KEY: This is no public key of age")


def test_words_are_short() -> None:
    [failed, never] = trouble(BackedUp("x", NOW, None, "x" * 1000), NOW, CALENDAR)
    assert len(failed) < 400
    assert never.startswith("No backup")
