"""`headsup pack` makes what a chat could not carry, encrypts it, and leaves a trace in the case."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from bot.cli.pack import Order, pack_to
from bot.settings import Settings
from handlers.workflow.exports import note_exports
from store.base import Store
from store.errors import Trouble
from store.model.kinds import EntryKind
from store.model.memos import Exported
from store.model.records import TECHNICIAN
from store.postgres import PostgresStore
from store.tiny import TinyStore
from tests.bot.cli.test_check import settings
from tests.databases import database
from tests.desks import Time, desk_in
from tests.handlers.cases.test_pack import run_verify
from tests.store.made import NOW, case, item, person
from tests.store.test_evidence import BYTES, DIGEST, pieces

ORDER = Order("7k4m", "police", "the police have asked for it")


class There:
    def __init__(self, store: Store, given: Settings) -> None:
        self.store = store
        self.given = given


@pytest.fixture(params=["folder", "database"])
async def there(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[There]:
    store: Store
    if request.param == "folder":
        given = settings(tmp_path)
        store = TinyStore.open(tmp_path / "data")
    else:
        given = settings(tmp_path, DATABASE_URL=database(), HEADSUP_SCHOOL="packed")
        store = await PostgresStore.open(database(), "packed")
    if not await store.people():
        await store.add_person(person("asha"))
        made = case(reference="7K4M")
        await store.add(made)
        kept = await store.keep("7K4M", pieces(BYTES), 10**6)
        evidence = (item(1, "file", sha256=kept.sha256, size=kept.size, name="../x"),)
        await store.save(replace(made, evidence=evidence))
        await store.add(case(reference="7K4N", joined_to="7K4M"))
    yield There(store, given)
    await store.close()


async def test_it_is_whole_and_becomes_an_entry(there: There, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = await pack_to(out, replace(ORDER, reference="7K4N"), there.given, NOW)
    path = out / "7K4M-police.zip"
    assert str(path) in said[0]
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert run_verify(tmp_path / "unpacked")[0] == 0
    manifest = json.loads((tmp_path / "unpacked" / "manifest.json").read_bytes())
    [row] = [row for row in manifest["files"] if row.get("kind") == "file"]
    assert row["sha256"] == DIGEST
    assert (tmp_path / "unpacked" / row["path"]).read_bytes() == BYTES
    assert set(manifest["cases"]) == {"7K4M", "7K4N"}

    desk = desk_in(tmp_path / "elsewhere", Time(NOW))
    await desk.store.close()
    await note_exports(replace(desk, store=there.store), NOW)
    entries = (await there.store.case("7K4M")).chronology
    packed = [entry for entry in entries if entry.what == EntryKind.PACKED]
    assert packed[-1].by == TECHNICIAN
    assert packed[-1].details["for"] == "the police"
    assert packed[-1].details["reason"] == "the police have asked for it"
    assert all(memo.noted for memo in await there.store.memos(Exported))


async def test_encrypted_it_opens_with_the_private_key_alone(there: There, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    order = replace(ORDER, encrypt=str(identity.to_public()))
    await pack_to(tmp_path / "out", order, there.given, NOW)
    [path] = (tmp_path / "out").iterdir()
    assert path.name == "7K4M-police.zip.age"
    assert BYTES not in path.read_bytes()
    (tmp_path / "opened.zip").write_bytes(pyrage.decrypt(path.read_bytes(), [identity]))
    assert zipfile.ZipFile(tmp_path / "opened.zip").testzip() is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reference": "ZZZZ"}, "There is no case ZZZZ"),
        ({"receiver": "everybody"}, "police, authority, governors or person"),
        ({"because": " "}, "Say why"),
        ({"encrypt": "age1nonsense"}, "no public key"),
    ],
)
async def test_what_is_typed_wrong_is_said_and_nothing_is_made(
    there: There, tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(Trouble, match=said):
        await pack_to(tmp_path / "out", replace(ORDER, **wrong), there.given, NOW)
    assert not (tmp_path / "out").exists()


async def test_nothing_is_written_over_and_nothing_into_the_bots_folder(
    there: There, tmp_path: Path
) -> None:
    await pack_to(tmp_path / "out", ORDER, there.given, NOW)
    with pytest.raises(Trouble, match="there already"):
        await pack_to(tmp_path / "out", ORDER, there.given, NOW)
    with pytest.raises(Trouble, match="the bot's own"):
        await pack_to(there.given.headsup_data / "out", ORDER, there.given, NOW)
