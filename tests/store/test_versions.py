"""What an earlier version wrote, this one reads: `versions/` keeps a small data folder of each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from store.model.memos import FOLDERS
from store.tiny import TinyStore, verifying
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.asking import joined_to
from tests.store.made import BEN, NOW
from tests.store.test_evidence import BYTES, DIGEST

VERSIONS = sorted((Path(__file__).parent / "versions").iterdir())
SINCE_0_1 = {
    *(
        "duties",
        "erased",
        "exported",
        "questions",
        "enquiries",
        "statements",
        "acceptances",
        "shown",
    ),
    *("searched", "backups"),
}


@pytest.fixture(params=VERSIONS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(verifying, "AGAIN", 0.0)
    shutil.copytree(request.param / "kept", tmp_path / "data")
    return tmp_path / "data"


def folders_of_cases(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("cases/*/*") if path.is_dir()}


async def test_all_of_it_is_read_and_can_be_changed(folder: Path) -> None:
    assert list(verify(folder, Walk())) == []
    store = TinyStore.open(folder)
    assert folders_of_cases(folder) == {"evidence"}
    assert store.damaged == {}
    [made] = [await store.case(s.reference) for s in await store.summaries() if not s.joined_to]
    assert [bool(item.sha256) for item in made.evidence] == [True, True, False]
    assert (made.category, made.owner) == ("bullying", BEN)
    assert [s.joined_to for s in await joined_to(store, made.reference)] == [made.reference]
    async with store.kept(made.reference, DIGEST) as path:
        assert path.read_bytes() == BYTES
    assert [person.name for person in await store.people()] == ["Asha"]
    assert await store.invitation("d" * 64)
    for kind, name in FOLDERS.items():
        assert bool(await store.memos(kind)) or name not in SINCE_0_1, name
    saved = await store.save(made.note("read by a later version", by=BEN, at=NOW))
    assert saved.chronology[-1].what == "note"
    await store.close()
    assert list(verify(folder, Walk())) == []
