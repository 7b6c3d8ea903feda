"""Backups of the data folder: whole, of one moment, cheap when little has changed, and given back as they were."""

from __future__ import annotations

import asyncio
import hashlib
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.backup import BackupOptions, make, places, restore
from store.backup.generations import Generation, names_to_keep
from store.backup.keys import make_key
from store.errors import Conflict, Trouble
from store.model.case import Case
from store.model.memos import Counted, Erased
from store.model.records import State
from store.tiny import TinyStore, verifying
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.asking import joined_to
from tests.patience import until
from tests.store.made import BEN, NOW, case, item, person
from tests.store.test_evidence import BYTES, DIGEST, pieces
from tests.store.test_verifying import flip, furnish

ROOT = Path(__file__).parents[3]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AGAIN", 0.0)


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    await furnish(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "backups")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "restored"


def contents(folder: Path) -> dict[str, bytes]:
    """All that counts: no lock, no list that a start makes anew, and nothing that a backup remembers."""
    found = {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }
    return {
        name: content
        for name, content in found.items()
        if not name.startswith((".lock", ".references", ".backup"))
    }


def files(place: str) -> list[Path]:
    found = [path for path in Path(place).rglob("*") if path.is_file() and path.name != ".lock"]
    return sorted(found)


def there(path: Path) -> bool:
    return path.exists()


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o077 for path in folder.rglob("*")}


def holds(place: str, content: bytes) -> bool:
    return any(content in path.read_bytes() for path in files(place))


async def change(data: Path) -> str:
    """A further entry in one case; which it was."""
    store = TinyStore.open(data)
    reference = (await store.summaries())[0].reference
    await store.save((await store.case(reference)).note("more", by=BEN, at=NOW))
    await store.close()
    return reference


async def test_what_is_put_back_is_what_was_there(data: Path, place: str, into: Path) -> None:
    made = make(data, place, NOW)
    done = restore(place, into)
    assert contents(into) == contents(data)
    assert list(verify(into, Walk())) == []
    assert (done.files, done.size, done.made) == (made.files, made.size, NOW)
    assert made.odd == ()
    assert modes(into) == {0}
    store = TinyStore.open(into)
    assert len(await store.summaries()) == 2
    await store.close()


async def test_a_second_one_copies_what_has_changed_and_no_more(
    data: Path, place: str, into: Path
) -> None:
    first = make(data, place, NOW)
    second = make(data, place, NOW + DAY)
    assert (first.copied, second.copied) == (first.files + 1, 0)  # the list
    reference = await change(data)
    third = make(data, place, NOW + 2 * DAY)
    assert third.copied == 2
    assert third.generations == 3
    restore(place, into)
    assert contents(into) == contents(data)
    earlier = into.with_name("earlier")
    restore(place, earlier, name=first.name)
    assert list(verify(into, Walk(), earlier)) == []
    changed = {
        name for name, content in contents(into).items() if contents(earlier)[name] != content
    }
    assert changed == {f"cases/{reference}/case.json"}


def test_without_what_it_remembers_nothing_is_copied_twice_either(data: Path, place: str) -> None:
    make(data, place, NOW)
    for note in (data / ".backup").glob("*.json"):
        note.unlink()
    assert make(data, place, NOW + DAY).copied == 0


async def test_small_copies_that_an_earlier_version_made_are_in_none(
    data: Path, place: str, into: Path
) -> None:
    damaged, sound, *_ = sorted((data / "cases").iterdir())
    for home in (damaged, sound):
        (home / "thumbnails").mkdir()
        (home / "thumbnails" / f"{DIGEST}.jpg").write_bytes(b"small copy")
    (damaged / "case.json").write_bytes(b"{")
    made = make(data, place, NOW)
    assert made.odd == (f"cases/{damaged.name}/case.json",)
    assert not holds(place, b"small copy")
    restore(place, into)
    assert contents(into) == {
        path: c for path, c in contents(data).items() if "thumbnails" not in path
    }


# --- while a bot runs ----------------------------------------------------------------------------------


class Busy:
    """Reports stream in, with evidence; cases are changed, joined and erased; people come."""

    def __init__(self, store: TinyStore) -> None:
        self.store = store
        self.acknowledged: list[str] = []
        self.erased: set[str] = set()
        self.stop = False

    async def go_on(self, number: int) -> None:
        while not self.stop:
            made = await self._report(f"{number}-{len(self.acknowledged)}")
            if len(self.acknowledged) % 5 == number:
                await self._erase(made)
            await asyncio.sleep(0)

    async def _report(self, name: str) -> Case:
        await self.store.add_person(person(f"p{name}"))
        made = case(by=f"p{name}", evidence=(item(1, state=State.WANTED),))
        await self.store.add(made)
        content = name.encode() * 1000
        got = await self.store.keep(made.reference, pieces(content), len(content))
        found = replace(made.evidence[0], state=State.KEPT, sha256=got.sha256, size=got.size)
        details = {"number": "1", "sha256": got.sha256}
        made = await self.store.save(
            made.with_evidence(found).enter(NOW, "headsup", "kept", **details)
        )
        part = case(by=f"p{name}").join(made.reference, by=BEN, at=NOW)
        await self.store.add(part)
        self.acknowledged += [made.reference, part.reference]
        return made

    async def _erase(self, made: Case) -> None:
        part = await self.store.case(self.acknowledged[-1])
        if part.joined_to != made.reference:
            return
        references = (made.reference, part.reference)
        try:
            await self.store.erase(
                (made, part), Erased(references, (Counted("other", "2026-11"),), BEN, NOW)
            )
        except Conflict:
            return
        self.erased.update(references)


async def test_a_backup_while_reports_stream_in_is_of_one_moment(
    data: Path, place: str, into: Path
) -> None:
    store = TinyStore.open(data)
    busy = Busy(store)
    work = [asyncio.create_task(busy.go_on(number)) for number in range(3)]
    wholes = []
    try:
        for number in range(4):
            enough = len(busy.acknowledged) + 25
            await until(lambda enough=enough: len(busy.acknowledged) > enough)
            before = set(busy.acknowledged) - busy.erased
            made = await asyncio.to_thread(make, data, place, NOW + number * DAY)
            wholes.append((made, before))
        await until(lambda: len(busy.erased) > 10)
    finally:
        busy.stop = True
        await asyncio.gather(*work)
        await store.close()
    for made, before in wholes:
        assert made.odd == ()
        restore(place, into, name=made.name)
        walk = Walk()
        assert list(verify(into, walk)) == []
        assert before - busy.erased <= walk.cases
        shutil.rmtree(into)


def test_killed_at_any_step_the_older_one_stays_good(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.backup.backup_killed", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stdout) >= 10


async def test_what_a_killed_one_left_is_used_or_taken_away(
    data: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(data, place, NOW)
    await change(data)
    put = places.FolderPlace.put

    def cut_short(self: places.FolderPlace, name: str, content: object) -> None:
        put(self, name, content)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(places.FolderPlace, "put", cut_short)
    with pytest.raises(KeyboardInterrupt):
        make(data, place, NOW + DAY)
    monkeypatch.undo()
    (Path(place) / "pieces" / ("0" * 64)).write_bytes(b"left over")
    made = make(data, place, NOW + DAY)
    assert made.copied == 1  # the list; the case's file was there
    assert made.generations == 2
    assert not (Path(place) / "pieces" / ("0" * 64)).exists()
    restore(place, data.with_name("earlier"), name=first.name)


# --- what is kept ----------------------------------------------------------------------------------------


async def test_an_erased_case_is_in_no_later_backup(data: Path, place: str) -> None:
    store = TinyStore.open(data)
    made = case(evidence=(item(1, "text", text="what they wrote"), item(2, sha256=DIGEST)))
    await store.add(made)
    content = b"only in this case"
    await store.keep(made.reference, pieces(content), 100)
    listed = replace(made.evidence[1], sha256=hashlib.sha256(content).hexdigest())
    made = await store.save(made.with_evidence(listed))
    await store.close()
    make(data, place, NOW)
    assert holds(place, content)
    assert holds(place, b"what they wrote")

    store = TinyStore.open(data)
    await store.erase((made,), Erased((made.reference,), (Counted("other", "2026-11"),), BEN, NOW))
    await store.close()
    later = make(data, place, NOW + DAY)
    restore(place, data.with_name("later"), name=later.name)
    assert not any(content in each for each in contents(data.with_name("later")).values())
    assert holds(place, content)  # in the older one
    make(data, place, NOW + 2 * DAY, BackupOptions(forget_older=True))
    assert not holds(place, content)
    assert not holds(place, b"what they wrote")
    assert not any(made.reference in p.read_text() for p in (data / ".backup").glob("*.json"))


async def test_after_five_weeks_nothing_is_left_of_it(data: Path, place: str) -> None:
    make(data, place, NOW)
    reference = await change(data)
    store = TinyStore.open(data)
    gone = [await store.case(ref) for ref in [reference]]
    for part in await joined_to(store, reference):
        gone.append(await store.case(part.reference))
    counted = tuple(Counted("other", "2026-11") for _ in gone)
    await store.erase(gone, Erased(tuple(c.reference for c in gone), counted, BEN, NOW))
    await store.close()
    for day in range(1, 36):
        make(data, place, NOW + day * DAY)
    assert not holds(place, BYTES)
    assert not holds(place, b'"opened"')


def generation(made: datetime) -> Generation:
    return Generation(made, "id", "", 0, "", ())


def test_seven_days_and_five_weeks_are_kept() -> None:
    there: dict[str, Generation] = {}
    for hour in range(0, 90 * 24, 6):
        new = generation(NOW + timedelta(hours=hour))
        there[new.name] = new
        names = names_to_keep(there.values())
        there = {name: each for name, each in there.items() if name in names}
        assert new.name in there
    ages = sorted((NOW + timedelta(hours=90 * 24 - 6) - each.made).days for each in there.values())
    assert ages[:7] == [0, 0, 1, 2, 3, 4, 5] or ages[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert 9 <= len(ages) <= 12
    assert 21 <= ages[-1] < 35


# --- encrypted ---------------------------------------------------------------------------------------------


def test_encrypted_nobody_reads_it_without_the_private_key(
    data: Path, place: str, into: Path, tmp_path: Path
) -> None:
    public = make_key(tmp_path / "key")
    made = make(data, place, NOW, BackupOptions(public=public))
    assert not holds(place, BYTES)
    assert not holds(place, b"opened")
    assert not any(name in str(files(place)) for name in (DIGEST, "case.json"))
    assert (
        make(data, place, NOW + DAY, BackupOptions(public=public)).copied == 1
    )  # the list of files, which nobody here can compare
    with pytest.raises(Trouble, match="It is encrypted|is encrypted"):
        restore(place, into)
    make_key(tmp_path / "other")
    with pytest.raises(Trouble, match="does not open this backup"):
        restore(place, into, tmp_path / "other")
    assert not there(into)
    (tmp_path / "text").write_text("no key")
    with pytest.raises(Trouble, match="no key in"):
        restore(place, into, tmp_path / "text")
    restore(place, into, tmp_path / "key", made.name)
    assert contents(into) == contents(data)


def test_another_key_is_for_everything_that_comes(
    data: Path, place: str, into: Path, tmp_path: Path
) -> None:
    old, new = make_key(tmp_path / "old"), make_key(tmp_path / "new")
    first = make(data, place, NOW, BackupOptions(public=old))
    make(data, place, NOW + DAY, BackupOptions(public=new))
    restore(place, into, tmp_path / "new")
    restore(place, into.with_name("first"), tmp_path / "old", first.name)
    assert contents(into) == contents(into.with_name("first")) == contents(data)


@pytest.mark.parametrize(
    ("given", "said"),
    [("age1nothing", "no public key of age"), ("AGE-SECRET-KEY-1ABC", "is the private key")],
)
def test_what_is_no_public_key_makes_nothing(data: Path, place: str, given: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        make(data, place, NOW, BackupOptions(public=given))
    assert not there(Path(place))


# --- bad days ------------------------------------------------------------------------------------------------


def test_it_is_put_back_into_an_empty_place_alone(data: Path, place: str, into: Path) -> None:
    make(data, place, NOW)
    into.mkdir()
    (into / "lost+found").mkdir()
    restore(place, into)
    for folder in (into, data):
        before = contents(folder)
        with pytest.raises(Trouble, match="is not empty"):
            restore(place, folder)
        assert contents(folder) == before


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_damaged_backup_is_told_and_leaves_nothing(
    data: Path, place: str, into: Path, tmp_path: Path, encrypted: bool
) -> None:
    public = make_key(tmp_path / "key") if encrypted else ""
    key = tmp_path / "key" if encrypted else None
    first = make(data, place, NOW, BackupOptions(public=public))
    for path in files(place):
        flip(path, 4 * path.stat().st_size)
        with pytest.raises(Trouble, match="is damaged.* There is no older one."):
            restore(place, into, key)
        flip(path, 4 * path.stat().st_size)
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(Trouble, match="is damaged|There is no backup"):
            restore(place, into, key)
        path.write_bytes(content)
        assert not there(into)
    await change(data)
    make(data, place, NOW + DAY, BackupOptions(public=public))
    lists = sorted((Path(place) / "generations").iterdir())
    lists[-1].write_bytes(b"{}")
    with pytest.raises(Trouble, match=f"Try an older one: --generation {first.name}"):
        restore(place, into, key)
    restore(place, into, key, first.name)


def test_a_list_with_another_path_puts_nothing_back(data: Path, place: str, into: Path) -> None:
    make(data, place, NOW)
    [path] = [path for path in files(place) if b"people/asha.json" in path.read_bytes()]
    path.write_bytes(path.read_bytes().replace(b"people/asha.json", b"people/ashb.json"))
    with pytest.raises(Trouble, match="its list of files cannot be read"):
        restore(place, into)
    assert not there(into)


def test_a_damaged_piece_is_found_in_time_and_written_again(
    data: Path, place: str, into: Path
) -> None:
    make(data, place, NOW)
    pieces = list((Path(place) / "pieces").rglob("?" * 64))
    for path in pieces:
        flip(path, 0)
    mended = [make(data, place, NOW + day * DAY).mended for day in range(1, 8)]
    assert sum(mended) == len(pieces)
    restore(place, into)
    assert contents(into) == contents(data)


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes; nor does what is on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_full_disk_is_a_sentence_and_harms_nothing(
    data: Path, place: str, into: Path, tmp_path: Path, encrypted: bool
) -> None:
    public = make_key(tmp_path / "key") if encrypted else ""
    key = tmp_path / "key" if encrypted else None
    make(data, place, NOW, BackupOptions(public=public))
    await change(data)
    with room(500), pytest.raises(Trouble, match="The disk is full"):
        make(data, place, NOW + DAY, BackupOptions(public=public))
    with room(500), pytest.raises(Trouble, match="The disk is full"):
        restore(place, into, key)
    assert not there(into)
    restore(place, into, key)
    assert list(verify(into, Walk())) == []


async def test_what_is_damaged_here_is_copied_as_it_is_and_told(
    data: Path, place: str, into: Path
) -> None:
    reference = await change(data)
    flip(data / "cases" / reference / "case.json", 800)
    missing = next(p for p in (data / "cases").glob("*/evidence/*"))
    made = make(data, place, NOW)
    assert f"cases/{reference}/case.json" in made.odd
    restore(place, into)
    assert contents(into) == contents(data)
    assert missing.exists()


async def test_a_place_belongs_to_one_data_folder(
    data: Path, place: str, tmp_path: Path, into: Path
) -> None:
    make(data, place, NOW)
    await furnish(tmp_path / "another")
    with pytest.raises(Trouble, match="holds the backups of another data folder"):
        make(tmp_path / "another", place, NOW)
    restore(place, into)
    make(into, place, NOW + DAY)  # what was put back goes on where it was


def test_what_leads_out_of_the_folder_is_not_followed(data: Path, place: str, into: Path) -> None:
    from store.backup import restoring
    from store.backup.generations import CopiedFile

    assert not any(
        restoring._is_within(CopiedFile(path, 1, "", ""))
        for path in ("/etc/x", "../x", "a/../../x", "")
    )
    assert restoring._is_within(CopiedFile("cases/7K4M/case.json", 1, "", ""))


def test_one_at_a_time(data: Path, place: str, tmp_path: Path) -> None:
    make(data, place, NOW)
    with places.open_place(place).lock(), pytest.raises(Trouble, match="under way already"):
        make(data, place, NOW + DAY)


def test_a_disk_that_is_not_attached_is_no_empty_one(data: Path, place: str) -> None:
    with pytest.raises(Trouble, match="Is its disk attached"):
        make(data, place, NOW, BackupOptions(new=False))
    assert not there(Path(place))
    make(data, place, NOW)
    make(data, place, NOW + DAY, BackupOptions(new=False))
    for odd in (data / "b", data):
        with pytest.raises(Trouble, match="inside the data folder"):
            make(data, str(odd), NOW)


def test_it_gives_up_when_it_is_told_to(data: Path, place: str, into: Path) -> None:
    first = make(data, place, NOW)
    with pytest.raises(Trouble, match="was stopped"):
        make(data, place, NOW + DAY, BackupOptions(is_stopped=lambda: True))
    assert restore(place, into).name == first.name
