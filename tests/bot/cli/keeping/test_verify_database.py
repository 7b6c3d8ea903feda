"""`headsup verify` where the data is in PostgreSQL: what is not as it was written is named, and nothing else."""

from __future__ import annotations

import asyncio
import itertools
import json
from functools import partial
from pathlib import Path

import psycopg
import pytest

from bot.cli.keeping.move import move_to, use_again
from bot.cli.keeping.verify import print_findings
from bot.open_store import open_store
from bot.settings import Settings
from store.errors import Trouble
from store.model.proofs import with_proofs
from tests.bot.cli.test_check import settings
from tests.databases import database, migrated, server
from tests.store.made import NOW, case, item, person
from tests.store.test_evidence import BYTES, DIGEST, pieces

_schools = itertools.count()


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL=f"verified-{next(_schools)}")


async def furnish(given: Settings) -> str:
    """The reference of a case with a picture."""
    store = await open_store(given)
    await store.add_person(person("asha"))
    made = case(evidence=(item(1, sha256=DIGEST),))
    await store.keep(made.reference, pieces(BYTES), len(BYTES))
    made = made.enter(NOW, "headsup", "kept", number="1", sha256=DIGEST)
    await store.add(with_proofs(made, None, NOW))
    await store.add(with_proofs(case(), None, NOW))
    await store.close()
    return made.reference


def change(sql: str, given: Settings) -> None:
    with psycopg.connect(server().get_uri("headsup")) as superuser:
        assert superuser.execute(f"{sql} WHERE school = %s", (given.headsup_school,)).rowcount


async def said(given: Settings, against: str = "", *, as_json: bool = False) -> list[str]:
    lines: list[str] = []
    look = partial(print_findings, given, lines.append, against=against, as_json=as_json)
    well = await asyncio.to_thread(look)
    assert well == (lines == ["All is well."] or '"well": true' in lines[0])
    return lines


async def test_what_is_well_says_so(given: Settings) -> None:
    await furnish(given)
    assert await said(given) == ["All is well."]
    [summary] = await said(given, as_json=True)
    assert json.loads(summary)["looked_at"] == {"cases": 2, "evidence": 1, "records": 1}


@pytest.mark.parametrize(
    ("sql", "where", "what"),
    [
        ("UPDATE people SET document = '{}'", "people/asha", "is not as it was written"),
        ("UPDATE cases SET document = '{}'", "cases/{ref}", "is not as it was written"),
        (
            "UPDATE cases SET document = jsonb_set(document, '{chronology,0,by}', '\"mallory\"')",
            "cases/{ref}",
            "entry 1 is not as it was written",
        ),
        (
            "UPDATE cases SET document = jsonb_set(document, '{status}', '\"closed\"')",
            "cases/{ref}",
            "its status is not what the entries say",
        ),
        ("DELETE FROM evidence", f"cases/{{ref}}/evidence/{DIGEST}", "is missing"),
        (
            "UPDATE evidence SET bytes = 'others'",
            f"cases/{{ref}}/evidence/{DIGEST}",
            "is not as it was received",
        ),
    ],
)
async def test_what_is_not_is_named(
    given: Settings, sql: str, where: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = await furnish(given)
    change(sql, given)
    found = [
        line for line in await said(given) if line.startswith(f"{where.format(ref=reference)}: ")
    ]
    assert len(found) == 1
    assert what in found[0]
    assert "verify" not in found[0]
    assert capsys.readouterr().out == ""


async def test_what_cannot_be_moved_is_named(given: Settings, tmp_path: Path) -> None:
    await furnish(given)
    change("DELETE FROM evidence", given)
    with pytest.raises(Trouble, match="Run: headsup verify"):
        await move_to(str(tmp_path / "copy"), given)
    [finding] = await said(given)
    assert "(evidence 1) is missing" in finding


async def test_a_copy_is_a_folder_or_a_database(given: Settings, tmp_path: Path) -> None:
    """What was rewritten so that it fits in itself is seen beside a copy of either kind."""
    reference = await furnish(given)
    await move_to(str(tmp_path / "copy"), given)
    older = migrated("older_copy")
    await use_again(given)
    await move_to(older, given)
    copies = (str(tmp_path / "copy"), older)
    assert [await said(given, against) for against in copies] == [["All is well."]] * 2
    with pytest.raises(Trouble, match="There is no copy"):
        await said(given, str(tmp_path))

    change("DELETE FROM cases", given)
    for against in copies:
        lines = await said(given, against)
        assert [line for line in lines if line.startswith(f"cases/{reference}: is in the older")]
        assert len(lines) == 2
