"""The log for an auditor: who had which role, who read and took along what; no word of a case; itself recorded."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest

from bot.cli.audit import AuditOrder, audit
from bot.settings import Settings
from store.errors import Trouble
from store.model.kinds import EntryKind
from store.model.memos import Exported, RoleChange, Searched
from store.model.records import About, Subject
from tests.bot.cli.keeping.test_backup_database import headsup, opened
from tests.bot.cli.test_check import settings
from tests.databases import database, migrated
from tests.store.made import BEN, NOW, case, person

_numbers = itertools.count()
SECRETS = ("Noor Malik", "the words", "because of this", "hurt")


@pytest.fixture(params=["folder", "database"])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "folder":
        return settings(tmp_path)
    key = f"audited-{next(_numbers)}"
    return settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=key)


async def furnish(given: Settings) -> tuple[str, str]:
    """The references of a case, and of one that is kept from the head."""
    plain = case()
    plain = plain.concern(About(Subject.PUPIL, name="Noor Malik"), by=BEN, at=NOW)
    plain = plain.enter(NOW, BEN, EntryKind.READ).enter(NOW, BEN, EntryKind.LOOKED)
    plain = plain.note("Noor Malik was hurt.", by=BEN, at=NOW)
    plain = plain.enter(
        NOW, BEN, EntryKind.PACKED, **{"for": "police", "reason": "because of this", "export": "1"}
    )
    apart = (
        case()
        .concern(About(Subject.HEAD, heads=(BEN,)), by=BEN, at=NOW)
        .enter(NOW, BEN, EntryKind.READ)
    )
    async with opened(given) as store:
        await store.add(plain)
        await store.add(apart)
        await store.add_person(person(BEN))
        await store.put(Searched("1", BEN, "the words", NOW, (plain.reference,)))
        await store.put(Exported("2", "Noor Malik", (plain.reference, apart.reference), NOW))
        await store.put(Exported("3", "Noor Malik", (apart.reference,), NOW))
        change = RoleChange("4", "given", NOW, BEN, "Ben", ("head",), ("head",), "technician", "x")
        await store.put(change)
    return plain.reference, apart.reference


def rows(lines: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(lines[0])))


async def test_no_word_of_a_case_is_in_it(
    given: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, apart = await furnish(given)
    lines = await audit(AuditOrder("2026-09-01"), given, NOW)
    table = lines[0]
    assert not [secret for secret in SECRETS if secret in table]
    assert apart not in table
    # Beside the table, which may go into a file.
    assert "kept from somebody who works here" in capsys.readouterr().err
    found = rows(lines)
    assert {row["what"] for row in found} == {
        "looked at a case",
        "read the reports of a case",
        "made a pack of a case",
        "searched the cases",
        "gathered what is held about somebody",
        "roles: given",
    }
    assert {row["case"] for row in found} == {plain, ""}
    assert {row["detail"] for row in found if "pack" in row["what"]} == {"police"}
    assert {row["school"] for row in found} == {given.headsup_school}

    # Whoever may know of every case is told of every case; still without a word of it.
    every = await audit(AuditOrder("2026-09-01", with_apart=True), given, NOW)
    assert apart in every[0]
    assert not [secret for secret in SECRETS if secret in every[0]]
    assert len(every) == 1


async def test_it_is_recorded_itself(given: Settings) -> None:
    await furnish(given)
    await audit(AuditOrder("2026-09-01", with_apart=True), given, NOW)
    found = rows(await audit(AuditOrder("2026-11-01"), given, NOW))
    [own] = [row for row in found if "auditor" in row["what"]]
    assert (own["who"], own["detail"]) == (
        "the technician",
        "since 2026-09-01, with what is kept apart",
    )


async def test_only_since_that_day(given: Settings) -> None:
    await furnish(given)
    assert rows(await audit(AuditOrder(f"{NOW:%Y-%m-%d}"), given, NOW))
    assert not rows(await audit(AuditOrder("2030-01-01"), given, NOW))
    with pytest.raises(Trouble, match="is not a date"):
        await audit(AuditOrder("yesterday"), given, NOW)


async def test_into_a_file_that_nobody_else_reads(given: Settings, tmp_path: Path) -> None:
    await furnish(given)
    file = tmp_path / "audit.csv"
    lines = await audit(AuditOrder("2026-09-01", file), given, NOW)
    assert str(file) in lines[0]
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(Trouble, match="nothing was written over"):
        await audit(AuditOrder("2026-09-01", file), given, NOW)


def test_people_and_schools_of_a_trust(tmp_path: Path) -> None:
    given = {"DATABASE_URL": migrated(f"listed_{next(_numbers)}"), "SCHOOLS": "schools"}
    given |= {"TOKEN_KEY": "k" * 43 + "=", "PUBLIC_URL": "https://headsup.example.org"}
    for key in ("oakfield", "elmwood"):
        (tmp_path / "schools" / key).mkdir(parents=True)
    for key in ("oakfield", "elmwood"):
        status, words = headsup(
            "--school", key, "invite", f"=Head {key}", "--role", "head", folder=tmp_path, **given
        )
        assert status == 0, words
    status, words = headsup("people", folder=tmp_path, **given)
    assert (status, "--school all" in words) == (1, True), words
    status, words = headsup("people", "--school", "all", "--csv", folder=tmp_path, **given)
    assert (status, words.splitlines()[0]) == (0, "school,name,roles,accounts,since,invited")

    status, words = headsup("schools", "--check", "--offline", folder=tmp_path, **given)
    lines = words.splitlines()
    assert status == 1
    assert lines[0].split()[:3] == ["school", "people", "last"]
    assert [line.split()[0] for line in lines[1:3]] == ["elmwood", "oakfield"]
    assert "headsup --school KEY check" in lines[-1]

    status, words = headsup("check", "--offline", "--json", folder=tmp_path, **given)
    assert status == 1
    assert '"schools": {' in words
    assert '"people": 0' in words
