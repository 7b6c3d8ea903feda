"""`verify` finds what is not as it was written: one bit anywhere, entries taken out or put in, files swapped."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.disk.seal import seal, unseal
from store.documents import case_from, case_tables, record_tables, to_json
from store.model.case import Case, Classification
from store.model.invitations import Invitation
from store.model.memos import Counted, Erased
from store.model.records import Entry, State
from store.tiny import TinyStore, verifying
from store.tiny.verifying import verify
from store.verifying import Mismatch, Walk
from tests.store.made import ASHA, BEN, CLEO, NOW, case, item, notice, person
from tests.store.test_evidence import BYTES, DIGEST, pieces

OTHER = b"another picture"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AGAIN", 0.0)


async def furnish(folder: Path) -> tuple[str, str]:
    """A folder with a record of each kind; the references of a case with evidence and of one joined to it."""
    store = TinyStore.open(folder)
    made = case(
        evidence=(
            item(1, state=State.WANTED),
            item(2, state=State.WANTED),
            item(3, "text", text="שלום"),
        )
    )
    await store.add(made)
    for number, content in ((1, BYTES), (2, OTHER)):
        kept = await store.keep(made.reference, pieces(content), len(content))
        found = replace(
            made.evidence[number - 1], state=State.KEPT, sha256=kept.sha256, size=kept.size
        )
        details = {"number": str(number), "sha256": kept.sha256}
        made = await store.save(made.with_evidence(found).enter(NOW, "headsup", "kept", **details))
    made = made.categorise(
        Classification("bullying", urgent=False, withhold=False), by=ASHA, at=NOW
    )
    made = await store.save(made.give(BEN, by=BEN, at=NOW).owe(notice("n")))
    part = case().join(made.reference, by=CLEO, at=NOW)
    await store.add(part)
    gone = case()
    await store.add(gone)
    await store.erase(
        (gone,), Erased((gone.reference,), (Counted("bullying", "2026-11"),), BEN, NOW)
    )
    await store.add_person(person("asha"))
    await store.add_invitation(Invitation("d" * 64, "Ben", ("head",), NOW))
    await store.owe(notice("loose"))
    await store.close()
    return made.reference, part.reference


def found(folder: Path, against: Path | None = None) -> list[Mismatch]:
    return list(verify(folder, Walk(), against))


async def test_a_healthy_folder_says_nothing(tmp_path: Path) -> None:
    await furnish(tmp_path)
    walk = Walk()
    assert list(verify(tmp_path, walk)) == []
    assert (len(walk.cases), walk.evidence, walk.records, walk.unsealed) == (2, 2, 4, 0)


def stamps(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


async def test_it_may_be_asked_while_a_bot_owns_the_folder(tmp_path: Path) -> None:
    await furnish(tmp_path)
    store = TinyStore.open(tmp_path)
    before = stamps(tmp_path)
    assert found(tmp_path) == []
    assert stamps(tmp_path) == before
    await store.close()


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.chmod(0o600)
    path.write_bytes(content)


@settings(
    max_examples=int(os.environ.get("HEADSUP_EXAMPLES", "150")),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_one_bit_in_any_file_is_found(tmp_path: Path, data: st.DataObject) -> None:
    if not (tmp_path / "data").exists():
        await furnish(tmp_path / "data")
    files = sorted(p for p in (tmp_path / "data").rglob("*") if p.is_file() and p.stat().st_size)
    assert len({path.parent.name for path in files}) >= 7
    path = data.draw(st.sampled_from(files))
    bit = data.draw(st.integers(0, 8 * path.stat().st_size - 1))
    flip(path, bit)
    try:
        where = [finding.where for finding in found(tmp_path / "data")]
        assert where
        assert all(str(path).endswith(each) for each in where if "evidence" not in each)
    finally:
        flip(path, bit)


async def test_each_single_bit_of_a_case_is_found_and_nobody_reads_it(tmp_path: Path) -> None:
    reference, _ = await furnish(tmp_path)
    content = (tmp_path / "cases" / reference / "case.json").read_bytes()
    bits = random.Random(5).sample(range(8 * len(content)), 3_000)
    for bit in bits:
        broken = bytearray(content)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError):  # noqa: PT011  (JSON's own, or a broken seal)
            unseal(bytes(broken))


def rewrite(folder: Path, reference: str, change: Callable[[Case], Case]) -> None:
    """As somebody does who knows how the files are made: with a seal that fits."""
    path = folder / "cases" / reference / "case.json"
    path.write_bytes(seal(to_json(case_tables(change(case_from(unseal(path.read_bytes())))))))


def without(case: Case, what: str) -> Case:
    return replace(case, chronology=tuple(entry for entry in case.chronology if entry.what != what))


def inserted(case: Case) -> Case:
    first, *rest = case.chronology
    forged = Entry.make(NOW, BEN, "note", {"text": "nothing in it"}, first.hash)
    return replace(case, chronology=(first, forged, *rest))


def altered(case: Case) -> Case:
    first, *rest = case.chronology
    return replace(case, chronology=(replace(first, by=CLEO), *rest))


def exchanged(case: Case) -> Case:
    first, second, *rest = case.evidence
    other = replace(first, sha256=second.sha256, size=second.size)
    return replace(
        case, evidence=(other, replace(second, sha256=first.sha256, size=first.size), *rest)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda case: without(case, "kept"), "does not follow the one before it"),
        (inserted, "does not follow the one before it"),
        (altered, "entry 1 is not as it was written"),
        (lambda case: without(case, "taken"), "its owner is not what the entries say"),
        (lambda case: replace(case, category="other"), "its category is not what the entries say"),
        (lambda case: replace(case, status="closed"), "its status is not what the entries say"),
        (lambda case: replace(case, chronology=()), "has no entries"),
        (exchanged, "is listed as another file than the entries say"),
    ],
)
async def test_who_changes_a_case_and_seals_it_again_is_found(
    tmp_path: Path, change: Callable[[Case], Case], said: str
) -> None:
    reference, _ = await furnish(tmp_path)
    rewrite(tmp_path, reference, change)
    findings = found(tmp_path)
    assert any(said in finding.what for finding in findings)
    assert {finding.where for finding in findings} == {f"cases/{reference}/case.json"}


async def test_who_writes_all_entries_anew_is_found_beside_an_older_copy(tmp_path: Path) -> None:
    reference, part = await furnish(tmp_path / "data")
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    store = TinyStore.open(tmp_path / "data")
    await store.save((await store.case(part)).note("later", by=BEN, at=NOW))
    await store.close()
    assert found(tmp_path / "data", tmp_path / "copy") == []

    def forged(case: Case) -> Case:
        made = replace(case, chronology=(), owner=None)
        for entry in case.chronology[:-1]:
            # Of its reporter alone the case itself says who it was.
            by = entry.by if entry.what == "opened" else CLEO
            made = made.enter(entry.at, by, entry.what, **entry.details)
        return made

    rewrite(tmp_path / "data", reference, forged)
    assert found(tmp_path / "data") == []  # it fits in itself, and no file can tell
    [finding] = found(tmp_path / "data", tmp_path / "copy")
    assert "lacks what the older copy holds: entry 2" in finding.what
    shutil.rmtree(tmp_path / "data" / "cases" / part)
    assert len(found(tmp_path / "data", tmp_path / "copy")) == 2


Spoil = Callable[[Path, Path], object]

SPOILT: dict[str, tuple[Spoil, str]] = {
    "evidence missing": (
        lambda home, _: (home / "evidence" / DIGEST).unlink(),
        "(evidence 1) is missing",
    ),
    "evidence extra": (
        lambda home, _: (home / "evidence" / "x.exe").write_bytes(b"x"),
        "is listed nowhere",
    ),
    "evidence swapped": (
        lambda home, _: _swap(*sorted((home / "evidence").iterdir())),
        "is the file of evidence",
    ),
    "case missing": (lambda home, _: (home / "case.json").unlink(), "is missing"),
    "case put aside": (
        lambda home, _: (home / "case.json").rename(home / "case.damaged1"),
        "does not belong there",
    ),
    "case of another": (
        lambda home, other: shutil.copy(other / "case.json", home),
        "is the file of case",
    ),
    "root missing": (lambda home, _: shutil.rmtree(home), "is missing, and case"),
    "case empty": (
        lambda home, _: (home / "case.json").write_bytes(b""),
        "is not as it was written",
    ),
    "person of another": (
        lambda home, _: (home.parents[1] / "people" / "asha.json").rename(
            home.parents[1] / "people/b.json"
        ),
        "is another record’s file",
    ),
    "notice put aside": (
        lambda home, _: (home.parents[1] / "notices" / "a.damaged1").write_bytes(b"{"),
        "was put aside",
    ),
}


def _swap(one: Path, other: Path) -> None:
    one.rename(one.with_name("x"))
    other.rename(one)
    one.with_name("x").rename(other)


@pytest.mark.parametrize("what", SPOILT)
async def test_what_is_missing_extra_or_swapped_is_found(tmp_path: Path, what: str) -> None:
    spoil, said = SPOILT[what]
    reference, part = await furnish(tmp_path)
    spoil(tmp_path / "cases" / reference, tmp_path / "cases" / part)
    findings = found(tmp_path)
    assert any(said in str(finding) for finding in findings), findings
    assert all(finding.mend for finding in findings)


async def test_what_is_not_ours_or_being_written_is_left_alone(tmp_path: Path) -> None:
    reference, _ = await furnish(tmp_path)
    home = tmp_path / "cases" / reference
    (home / ".DS_Store").write_bytes(b"\0")
    (home / "case.json.1.partial").write_bytes(b"{")
    (home / "evidence" / "0a.partial").write_bytes(b"half")
    (tmp_path / "cases" / "7K4M").mkdir()  # a process died before it wrote
    (tmp_path / "people" / "notes.txt").write_text("mine")
    for folder in (
        home / "thumbnails",
        tmp_path / "cases" / "7K4M" / "thumbnails",
    ):  # of an earlier version
        folder.mkdir()
        (folder / f"{DIGEST}.jpg").write_bytes(b"jpeg")
    assert found(tmp_path) == []
    store = TinyStore.open(
        tmp_path
    )  # and while a bot is running, it may have fetched this just now
    (home / "evidence" / ("0" * 64)).write_bytes(b"new")
    assert found(tmp_path) == []
    await store.close()
    assert len(found(tmp_path)) == 1


async def test_what_was_erased_and_is_still_there_is_named(tmp_path: Path) -> None:
    await furnish(tmp_path)
    erased = next((tmp_path / "erased").iterdir())
    reference = unseal(erased.read_bytes())["_default"]["1"]["references"][0]
    (tmp_path / "cases" / reference).mkdir()
    [finding] = found(tmp_path)
    assert "was erased" in finding.what


async def test_files_of_an_earlier_version_are_read_and_counted(tmp_path: Path) -> None:
    reference, _ = await furnish(tmp_path)
    path = tmp_path / "cases" / reference / "case.json"
    tables = unseal(path.read_bytes())
    tables["case"]["1"].pop("hold")
    path.write_bytes(orjson.dumps(tables))
    asha = tmp_path / "people" / "asha.json"
    asha.write_bytes(to_json(record_tables(person("asha"))))
    walk = Walk()
    assert list(verify(tmp_path, walk)) == []
    assert walk.unsealed == 2
    store = TinyStore.open(tmp_path)
    await store.save((await store.case(reference)).note("sealed", by=BEN, at=NOW))
    await store.close()
    walk = Walk()
    assert list(verify(tmp_path, walk)) == []
    assert walk.unsealed == 1
