"""One school back in from an older copy: what differs is shown, and decided case by case, or all older."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.build import build
from bot.cli.keeping.older_copy import CopyOrder
from bot.cli.keeping.put_back import put_back
from bot.cli.keeping.restore import RestoreOrder
from bot.cli.keeping.restore import put_back as restored
from bot.settings import Settings
from store.errors import DamagedCase, NotFound, Trouble
from store.model.case import Case
from store.model.memos import Erased, RoleChange
from store.model.records import About, Role, Subject
from tests.bot.cli.keeping.test_backup_database import (
    UNDRESSED,
    add_picture,
    backed_up,
    headsup,
    opened,
)
from tests.bot.cli.test_check import settings
from tests.databases import database, server
from tests.patience import PATIENCE
from tests.store.made import BEN, NOW, case, notice, person
from tests.talks.stage import ROOT

_numbers = itertools.count()
FILM = b"a film, " * 1000
LATER = NOW + timedelta(days=3)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["folder", "database"])
def given(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.chdir(tmp_path)
    if request.param == "folder":
        return settings(tmp_path)
    key = f"put-back-{next(_numbers)}"
    return settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=key)


class Typist:
    """Types one answer after another."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.said: list[str] = []

    def ask(self, question: str) -> str:
        self.said.append(question)
        return self.answers.pop(0)

    @property
    def words(self) -> str:
        return "\n".join(self.said)


async def decide(
    given: Settings, source: Path | str, *answers: str, all_older: bool = False
) -> Typist:
    typist = Typist(*answers)
    how = None if all_older else typist.ask
    is_well = await put_back(CopyOrder(str(source)), given, how, typist.said.append, LATER)
    assert is_well, typist.words
    assert not typist.answers
    return typist


def damage(given: Settings, reference: str) -> None:
    if given.database_url is None:
        (given.headsup_data / "cases" / reference / "case.json").write_text("{}")
        return
    with psycopg.connect(server().get_uri("headsup"), autocommit=True) as connection:
        connection.execute(
            "UPDATE cases SET document = '{}' WHERE school = %s AND reference = %s",
            (given.headsup_school, reference),
        )


async def cases(given: Settings, *references: str) -> Sequence[Case]:
    async with opened(given) as store:
        return [await store.case(reference) for reference in references]


@pytest.fixture
async def differing(given: Settings, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A backup, and a school that has gone on, lost and damaged since; the cases by what befell them."""
    async with opened(given) as store:
        names = ("same", "went on", "rewritten", "damaged", "erased", "locked")
        refs = {name: await add_picture(store, FILM + name.encode()) for name in names}
        await store.add_person(person("asha"))
        await store.add_person(person("ben", roles=(Role.HEAD,)))
    await backed_up(given, tmp_path / "backups")
    async with opened(given) as store:
        went_on = await store.case(refs["went on"])
        await store.save(went_on.note("A phone call.", by=BEN, at=NOW + MINUTE))
        rewritten = await store.case(refs["rewritten"])
        await store.save(replace(rewritten, chronology=(), evidence=()).note("x", by=BEN, at=NOW))
        erased = await store.case(refs["erased"])
        await store.erase([erased], Erased((erased.reference,), (), BEN, NOW))
        locked = await store.case(refs["locked"])
        await store.save(locked.categorise(UNDRESSED, by=BEN, at=NOW))
        await store.remove_person("asha")
        ben = await store.person("ben")
        await store.save_person(replace(ben, roles=(Role.STAFF,)))
        newer = case()
        await store.add(newer)
        refs["newer"] = newer.reference
    damage(given, refs["damaged"])
    return tmp_path / "backups", refs


async def test_case_by_case(
    given: Settings, differing: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    backups, refs = differing
    before = await cases(given, refs["went on"], refs["same"], refs["newer"])
    answers = {"went on": "k", "rewritten": "o", "damaged": "o"}
    in_order = [
        answers[name] for name, _ in sorted(refs.items(), key=lambda i: i[1]) if name in answers
    ]
    typist = await decide(given, backups, *in_order)
    assert f"Case {refs['went on']} has gone on since" in typist.words
    assert f"Case {refs['rewritten']} differs" in typist.words
    assert f"Case {refs['damaged']} is in the older copy" in typist.words
    assert f"Case {refs['locked']} is locked here" in typist.words
    assert refs["same"] not in typist.words
    assert refs["erased"] not in typist.words
    assert "A phone call" not in typist.words

    assert await cases(given, refs["went on"], refs["same"], refs["newer"]) == before
    rewritten, damaged = await cases(given, refs["rewritten"], refs["damaged"])
    for made in (rewritten, damaged):
        assert "put this case back" in str(made.chronology[-1])
        async with (
            opened(given) as store,
            store.kept(made.reference, made.evidence[0].sha256) as path,
        ):
            assert path.read_bytes().startswith(FILM)
    async with opened(given) as store:
        with pytest.raises(NotFound):
            await store.case(refs["erased"])
        assert (await store.case(refs["locked"])).withheld
        # Nobody who has left is let in by it, and nobody gets a role back.
        assert (await store.person("asha")).roles == ()
        assert (await store.person("ben")).roles == (Role.STAFF,)
    assert "and are back, with the roles" in typist.words

    # What was replaced is not lost: it can be brought here again.
    [aside] = await asyncio.to_thread(lambda: list(tmp_path.glob("replaced-*")))
    assert aside.stat().st_mode & 0o077 == 0
    typist = Typist("o")
    await put_back(CopyOrder(str(aside)), given, typist.ask, typist.said.append, LATER + MINUTE)
    [again] = await cases(given, refs["rewritten"])
    assert [entry.details.get("text") for entry in again.chronology][:1] == ["x"]


async def test_all_older(given: Settings, differing: tuple[Path, dict[str, str]]) -> None:
    backups, refs = differing
    typist = await decide(given, backups, all_older=True)
    assert "took" not in typist.words
    # Nothing is lost of it, and what was said since may keep somebody from it.
    [went_on, newer] = await cases(given, refs["went on"], refs["newer"])
    assert "A phone call." in str(went_on.chronology)
    assert newer.reference == refs["newer"]
    async with opened(given) as store:
        assert (await store.case(refs["locked"])).withheld
        assert not await store.unreadable()


async def test_all_older_takes_back_nothing_of_whom_a_case_is_about(
    given: Settings, tmp_path: Path
) -> None:
    made = case()
    async with opened(given) as store:
        await store.add(made)
    await backed_up(given, tmp_path / "backups")
    async with opened(given) as store:
        now = await store.case(made.reference)
        await store.save(now.concern(About(Subject.STAFF, name="Cleo Martin"), by=BEN, at=NOW))
    await decide(given, tmp_path / "backups", all_older=True)
    [kept] = await cases(given, made.reference)
    assert [about.name for about in kept.subjects] == ["Cleo Martin"]


@pytest.mark.parametrize(("answer", "comes_back"), [("a", True), ("n", False)])
async def test_all_that_follow(
    given: Settings, differing: tuple[Path, dict[str, str]], answer: str, comes_back: bool
) -> None:
    backups, refs = differing
    typist = Typist(answer)
    await put_back(CopyOrder(str(backups)), given, typist.ask, typist.said.append, LATER)
    async with opened(given) as store:
        if comes_back:
            await store.case(refs["damaged"])
        else:
            with pytest.raises(DamagedCase):
                await store.case(refs["damaged"])


async def test_what_went_out_is_not_sent_again(given: Settings, tmp_path: Path) -> None:
    made = case(notices=(notice("alert"),))
    async with opened(given) as store:
        await store.add(made)
    await backed_up(given, tmp_path / "backups")
    async with opened(given) as store:
        now = await store.case(made.reference)
        sent = replace(notice("alert"), settled=NOW, result="sent")
        await store.save(replace(now, notices=(sent,)).note("x", by=BEN, at=NOW))
    await decide(given, tmp_path / "backups", "o")
    [back] = await cases(given, made.reference)
    assert [each.settled for each in back.notices] == [NOW]


async def test_lost_entries_of_the_log_of_roles_come_back(given: Settings, tmp_path: Path) -> None:
    change = RoleChange("1", "given", NOW, "asha", "Asha", ("head",), ("head",), "ben", "slack")
    async with opened(given) as store:
        await store.add_person(person("asha", roles=("head",)))
        await store.put(change)
    await backed_up(given, tmp_path / "backups")
    async with opened(given) as store:
        await store.drop(RoleChange, "1")
        await store.remove_person("asha")
    await decide(given, tmp_path / "backups")
    async with opened(given) as store:
        assert list(await store.memos(RoleChange)) == [change]
        assert (await store.person("asha")).roles == ("head",)


async def test_nothing_is_put_back_while_a_bot_works(tmp_path: Path) -> None:
    given = settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=f"put-back-{next(_numbers)}")
    async with opened(given) as store:
        await store.add(case())
    await backed_up(given, tmp_path / "backups")
    bot = await build(given, {})
    try:
        with pytest.raises(Trouble, match="A bot is using the school"):
            await decide(given, tmp_path / "backups")
    finally:
        await bot.desk.store.close()
    with pytest.raises(Trouble, match="neither a backup nor a data folder"):
        await decide(given, tmp_path / "nowhere")


def test_the_command(tmp_path: Path) -> None:
    key = f"put-back-{next(_numbers)}"
    given = {"DATABASE_URL": database(), "HEADSUP_SCHOOL": key}
    made = settings(tmp_path, **given)

    async def furnish() -> str:
        async with opened(made) as store:
            return await add_picture(store, FILM)

    async def go_on(reference: str) -> None:
        async with opened(made) as store:
            await store.save((await store.case(reference)).note("x", by=BEN, at=NOW))

    reference = asyncio.run(furnish())
    asyncio.run(backed_up(made, tmp_path / "backups"))
    asyncio.run(go_on(reference))
    status, words = headsup("restore", "backups", database(), folder=tmp_path, **given)
    assert (status, "headsup put-back FROM" in words) == (1, True), words
    status, words = headsup("put-back", "backups", "--all-older", folder=tmp_path, **given)
    assert (status, f"Kept as they are here: {reference}" in words) == (0, True), words
    assert f"Case {reference} has gone on since" in words


KILLED = """
import sys
from bot.cli.keeping import restore
from bot.settings import load

async def wait(*_):
    print("unpacked", flush=True)
    sys.stdin.read()

restore._fill = wait
restore.put_back(restore.RestoreOrder(sys.argv[1], sys.argv[2]), load({"HEADSUP_SCHOOL": sys.argv[3]}))
"""


async def test_a_restore_that_is_killed_leaves_nothing_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"put-back-{next(_numbers)}"
    given = settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=key)
    async with opened(given) as store:
        await add_picture(store, FILM)
    await backed_up(given, tmp_path / "backups")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    other = f"put-back-{next(_numbers)}"
    command = [sys.executable, "-c", KILLED, str(tmp_path / "backups"), database(), other]
    killed = subprocess.Popen(  # noqa: ASYNC220
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout
    assert await asyncio.wait_for(asyncio.to_thread(killed.stdout.readline), PATIENCE)
    [left] = temporary.iterdir()
    assert left.stat().st_mode & 0o077 == 0

    # While it is at it, nobody takes that away.
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    empty = settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=other)
    bot = await build(empty, {})
    await bot.desk.store.close()
    assert left.exists()

    killed.send_signal(signal.SIGKILL)
    await asyncio.to_thread(killed.wait)
    order = RestoreOrder(str(tmp_path / "backups"), database())
    done = await asyncio.to_thread(restored, order, empty)
    assert done.is_well
    assert not list(temporary.iterdir())
