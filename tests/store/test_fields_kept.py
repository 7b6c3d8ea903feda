"""A place that a later version has used is refused: this one would lose what it does not know."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from bot.build import build
from bot.open_store import open_store
from bot.settings import Settings, load
from store.errors import Trouble
from store.fields_kept import fields_kept
from store.model.place_notes import FIELDS
from tests.databases import database

_schools = itertools.count()


@pytest.fixture(params=["folder", "database"])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "folder":
        return load({"HEADSUP_DATA": str(tmp_path / "data")})
    school = f"fields-{next(_schools)}"
    return load({"DATABASE_URL": database(), "HEADSUP_SCHOOL": school})


async def noted(given: Settings, *, also: str = "") -> set[str]:
    """What is noted about the place; a later version notes more."""
    store = await open_store(given)
    text = await store.place_note(FIELDS)
    if also:
        await store.put_place_note(FIELDS, f"{text} {also}")
    await store.close()
    return set(text.split())


async def run_once(given: Settings) -> None:
    bot = await build(given, {})
    await bot.close()


async def test_a_bot_notes_what_it_keeps_and_refuses_a_place_where_more_is_kept(
    given: Settings,
) -> None:
    assert await noted(given) == set()
    await run_once(given)
    assert await noted(given) == fields_kept()
    # It runs again, and the note stays.
    await run_once(given)
    await noted(given, also="Case.mood")
    for opening in (open_store(given), build(given, {})):
        with pytest.raises(Trouble, match=r"later version .* \(Case\.mood\)"):
            await opening


async def test_an_earlier_one_with_fewer_fields_is_no_reason_to_refuse(given: Settings) -> None:
    store = await open_store(given)
    fewer = sorted(fields_kept() - {"Case.owner"})
    await store.put_place_note(FIELDS, " ".join(fewer))
    await store.close()
    await run_once(given)
    assert await noted(given) == fields_kept()


def test_every_record_is_looked_into() -> None:
    found = fields_kept()
    within = {"Case.owner", "Entry.what", "About.subject", "Notice.key", "PostRemoval.number"}
    assert within | {"Person.roles", "Erased.references", "FollowUp.due"} <= found
