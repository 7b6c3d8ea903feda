"""A case that is damaged in whatever way: it keeps nobody from starting, and everything that looks names it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.check.check import check
from bot.settings import load
from store.backup import make
from store.disk.evidence import EVIDENCE
from store.errors import Conflict, DamagedCase
from store.model.memos import Enquiry
from store.tiny import TinyStore, verifying
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.store.made import ASHA, BEN, NOW, case, notice, person
from tests.store.test_evidence import BYTES, pieces
from tests.store.test_verifying import flip, rewrite
from tests.talks.stage import ROOT

#: Of each way to damage a case.
EACH = 3
WHOLE = "9ZZZ"


def _truncate(home: Path) -> None:
    path = home / "case.json"
    path.write_bytes(path.read_bytes()[:100])


def _zero(home: Path) -> None:
    path = home / "case.json"
    path.write_bytes(bytes(path.stat().st_size))


def _take_out_an_entry(home: Path) -> None:
    rewrite(
        home.parents[1],
        home.name,
        lambda case: replace(case, chronology=case.chronology[1:]),
    )


def _be_anothers(home: Path) -> None:
    shutil.copy(home.parent / WHOLE / "case.json", home / "case.json")


def _replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(home: Path) -> None:
        (home / "case.json").unlink()
        make(home / "case.json")

    return damage


def _close_folder(home: Path) -> None:
    shutil.rmtree(home)
    # It cannot be looked into, whoever asks: a link to itself.
    home.symlink_to(home.name)


def _put_file_in_place(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("a note")


WAYS: dict[str, Callable[[Path], object]] = {
    "half": _truncate,
    "zeros": _zero,
    "empty": lambda home: (home / "case.json").write_bytes(b""),
    "one bit": lambda home: flip(home / "case.json", 800),
    "other words": lambda home: (home / "case.json").write_text("not a case"),
    "an entry less": _take_out_an_entry,
    "the file of another": _be_anothers,
    "no file": lambda home: (home / "case.json").unlink(),
    "no folder": shutil.rmtree,
    "a folder": _replace_by(Path.mkdir),
    "a pipe": _replace_by(os.mkfifo),
    "a link to itself": _replace_by(lambda path: path.symlink_to(path.name)),
    "a link to nothing": _replace_by(lambda path: path.symlink_to("nothing")),
    "a folder that nobody looks into": _close_folder,
    "a file for a folder": _put_file_in_place,
}

#: What reads well and contradicts itself is a case all the same.
STILL_READ = {"an entry less"}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AGAIN", 0.0)


async def damage_all(data: Path) -> dict[str, list[str]]:
    """The damaged cases by the way in which each was damaged, beside one that is whole."""
    store = TinyStore.open(data)
    await store.add(case(reference=WHOLE))
    damaged: dict[str, list[str]] = {}
    for way in WAYS:
        for number in range(EACH):
            made = case().note("a note", by=BEN, at=NOW)
            await store.add(made)
            if number == 0:
                await store.keep(made.reference, pieces(BYTES), len(BYTES))
            damaged.setdefault(way, []).append(made.reference)
    await store.close()
    for way, references in damaged.items():
        for reference in references:
            WAYS[way](data / "cases" / reference)
    return damaged


async def named_by_check(data: Path) -> str:
    settings = load({"HEADSUP_DATA": str(data), "POLICY_TEXTS": str(ROOT / "policy_texts")})
    report = await check(settings, lambda: datetime.now(UTC), offline=True)
    return "\n".join(finding.says for finding in report.found)


async def test_every_damaged_case_is_named_before_and_after_a_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    damaged = await damage_all(data)
    for start in range(3):
        verified = "\n".join(map(str, verify(data, Walk())))
        checked = await named_by_check(data)
        made = make(data, str(tmp_path / f"copy{start}"), NOW)
        for way, references in damaged.items():
            for reference in references:
                assert f"cases/{reference}" in verified, (start, way)
                assert reference in checked, (start, way)
                is_there = (data / "cases" / reference / EVIDENCE).exists()
                if is_there and way not in STILL_READ and way != "the file of another":
                    assert any(reference in odd for odd in made.odd) or way == "no file", way
        assert f"{WHOLE}: its file" not in checked

        store = TinyStore.open(data)
        unreadable = {name.removeprefix("cases/") for name in await store.unreadable()}
        for way, references in damaged.items():
            if way in STILL_READ:
                continue
            for reference in references:
                assert reference in unreadable, (start, way)
                with pytest.raises(DamagedCase, match=reference):
                    await store.case(reference)
                with pytest.raises(Conflict):
                    await store.add(case(reference=reference))
        assert WHOLE not in unreadable
        await store.save((await store.case(WHOLE)).note("works", by=BEN, at=NOW))
        await store.close()


async def test_what_the_disk_did_not_give_is_read_at_the_next_start(tmp_path: Path) -> None:
    store = TinyStore.open(tmp_path)
    made = case()
    await store.add(made)
    await store.close()
    path = tmp_path / "cases" / made.reference / "case.json"
    good = path.read_bytes()
    path.unlink()
    path.symlink_to(path.name)
    store = TinyStore.open(tmp_path)
    assert await store.unreadable() == [f"cases/{made.reference}"]
    await store.close()
    path.unlink()
    path.write_bytes(good)
    store = TinyStore.open(tmp_path)
    assert await store.case(made.reference) == made
    assert await store.unreadable() == []
    await store.close()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path.name)])
async def test_a_record_that_cannot_be_read_stops_nothing_and_is_written_anew(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    store = TinyStore.open(tmp_path)
    await store.add_person(person("ben"))
    await store.put(Enquiry("one", "lost", ASHA, NOW))
    await store.owe(notice("loose"))
    await store.close()
    for folder in ("people", "enquiries", "notices"):
        [path] = (tmp_path / folder).glob("*.json")
        path.unlink()
        make(path)
    named = [str(mismatch) for mismatch in verify(tmp_path, Walk())]
    assert len(named) == 3
    store = TinyStore.open(tmp_path)
    assert len(await store.unreadable()) == 3
    await store.put(Enquiry("one", "anew", ASHA, NOW))
    await store.owe(notice("loose"))
    await store.close()
    store = TinyStore.open(tmp_path)
    enquiry = await store.memo(Enquiry, "one")
    assert enquiry
    assert enquiry.text == "anew"
    assert await store.unreadable() == ["people/ben"]
    await store.close()


async def test_an_erased_case_is_not_missed(tmp_path: Path) -> None:
    from store.model.memos import Counted, Erased

    store = TinyStore.open(tmp_path)
    made = case()
    await store.add(made)
    left = Erased((made.reference,), (Counted("bullying", "2026-11"),), BEN, NOW)
    await store.erase((made,), left)
    await store.close()
    assert list(verify(tmp_path, Walk())) == []
    assert made.reference not in await named_by_check(tmp_path)
    store = TinyStore.open(tmp_path)
    assert await store.unreadable() == []
    await store.close()


async def test_a_folder_of_an_earlier_version_is_listed_at_the_first_start(tmp_path: Path) -> None:
    store = TinyStore.open(tmp_path)
    made = case()
    await store.add(made)
    await store.close()
    shutil.rmtree(tmp_path / ".references")
    await TinyStore.open(tmp_path).close()
    shutil.rmtree(tmp_path / "cases" / made.reference)
    [mismatch] = verify(tmp_path, Walk())
    assert str(mismatch).startswith(f"cases/{made.reference}: is missing.")
