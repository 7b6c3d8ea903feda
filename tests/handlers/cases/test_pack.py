"""A pack is whole, says when it is not, and holds nothing that its receiver must not have."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import itertools
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Choices, File, Incoming, Prompt, Reply, Sender
from store.disk.aside import MAKING, sweep_aside
from store.model.evidence import Evidence
from store.model.kinds import EntryKind
from store.model.proofs import with_proofs
from store.model.records import About, FollowUp, Person, Role, State, Subject
from tests.desks import Time, desk_in
from tests.handlers.shown import says_what_it_shows, words_in
from tests.large_pictures import black_png
from tests.store import made
from tests.store.made import NOW

PEOPLE = {
    "asha": ("Asha Patel", Role.STAFF),
    "ben": ("Ben Okafor", Role.HEAD),
    "cleo": ("Cleo Martin", Role.DSL),
}
HOSTILE = "../../../etc/passwd\0#set page(width: 1pt)\n*bold* $x$ <tag> @ref =1+1\u202etxt.exe"
SECRET = "I heard it from Mrs Bell, in confidence"
TO_ALL, TO_SOME = ("police", "authority"), ("governors", "person")


class Office:
    def __init__(self, folder: Path) -> None:
        self.time = Time(NOW)
        self.desk: Desk = desk_in(folder, self.time)
        self.numbers = itertools.count()

    async def asks(self, who: str, command: str, place: str = "") -> Reply:
        incoming = Incoming(
            f"slack:{next(self.numbers)}",
            Sender(f"slack:{who}", PEOPLE[who][0]),
            place or f"slack:D{who}",
            self.time.now,
            command=command,
        )
        reply = await reception.receive(incoming, self.desk) or Reply()
        await says_what_it_shows(reply, who, self.desk)
        return reply

    async def case(self, **more: Any) -> str:
        """One with words, a forwarded text, a link, two files and a note, all with hostile names."""
        step = FollowUp("own-1", f"Ask {SECRET}", "owner", NOW, "school")
        case = made.case(
            category="staff-complaint",
            about=About(Subject.PUPIL, name="Tom Small"),
            follow_ups=(step,),
            **more,
        )
        await self.desk.store.add(case)
        files = [await self._kept(case.reference, size) for size in (10, 70_000)]
        origin = {"author": "Parent of Year 5", "place": HOSTILE}
        evidence = (
            made.item(1, "text", text=f"{SECRET} {HOSTILE}"),
            made.item(2, "text", text=f"They write this {HOSTILE}", origin=origin),
            made.item(3, "link", text="https://facebook.com/groups/1"),
            *(
                made.item(n, "file", name=HOSTILE, sha256=file.sha256, size=file.size)
                for n, file in enumerate(files, 4)
            ),
            made.item(6, "picture", state=State.LOST, name=HOSTILE),
        )
        case = replace(case, evidence=evidence)
        for item in evidence[3:5]:
            case = case.enter(
                NOW,
                "headsup",
                EntryKind.KEPT,
                number=str(item.number),
                sha256=item.sha256,
                size=str(item.size),
            )
        case = case.note(f"{SECRET}\n{HOSTILE}", by="cleo", at=NOW)
        await self.desk.store.save(with_proofs(case, None, NOW))
        return case.reference

    async def _kept(self, reference: str, size: int) -> Evidence:
        async def pieces() -> AsyncIterator[bytes]:
            yield random.Random(size).randbytes(size)

        kept = await self.desk.store.keep(reference, pieces(), 10**6)
        return made.item(sha256=kept.sha256, size=kept.size)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    here = Office(tmp_path)
    for id, (name, role) in PEOPLE.items():
        await here.desk.store.add_person(
            Person(id, name, (role,), (f"slack:{id}",), NOW, invited=True)
        )
    yield here
    await here.desk.store.close()


async def unpacked(office: Office, reference: str, key: str, folder: Path) -> Path:
    """The pack that the head is given, unpacked as any program does it."""
    reply = await office.asks("ben", f"case pack {reference} {key} because they asked {HOSTILE}")
    [file] = [part for part in reply.parts if isinstance(part, File)]
    into = folder / key
    async with file.opened() as content:
        with zipfile.ZipFile(content) as archive:
            for name in archive.namelist():
                assert not name.startswith("/")
                assert ".." not in name
                assert name.isascii()
            archive.extractall(into)
    return into


def verify_of(folder: Path) -> ModuleType:
    """What the pack brings along to look through it."""
    spec = importlib.util.spec_from_file_location("verify", folder / "verify.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


def run_verify(folder: Path) -> tuple[int, str]:
    """In a Python without anything installed."""
    command = [sys.executable, "-I", "-S", "-B", str(folder / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    return done.returncode, done.stdout


def everything_in(folder: Path) -> str:
    """All that can be read in a pack."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".pdf":
            pages = PdfReader(BytesIO(path.read_bytes())).pages
            found += [page.extract_text() for page in pages]
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return " ".join(" ".join(found).split())


async def test_for_whom_and_why_are_asked_and_written_into_the_case(
    office: Office, tmp_path: Path
) -> None:
    reference = await office.case()
    asked = await office.asks("ben", f"case pack {reference}")
    [choices] = [part for part in asked.parts if isinstance(part, Choices)]
    assert [choice.label for choice in choices.options] == [
        "The police",
        "The local authority",
        "The governors",
        "The person concerned",
    ]
    why = await office.asks("ben", choices.options[0].command)
    assert isinstance(why.parts[0], Prompt)
    before = await office.desk.store.case(reference)
    await office.asks("ben", f"{why.parts[0].command} they asked for it")
    after = await office.desk.store.case(reference)
    [entry] = after.chronology[len(before.chronology) :]
    assert (entry.what, entry.by) == (EntryKind.PACKED, "ben")
    assert entry.details["for"] == "the police"
    assert entry.details["reason"] == "they asked for it"
    log = await office.asks("ben", f"case log {reference}")
    assert "made a pack of it for the police: they asked for it" in "\n".join(words_in(log))


@pytest.mark.parametrize("key", [*TO_ALL, *TO_SOME])
async def test_it_holds_what_its_receiver_may_have_and_no_more(
    office: Office, tmp_path: Path, key: str
) -> None:
    reference = await office.case()
    folder = await unpacked(office, reference, key, tmp_path)
    words = everything_in(folder)
    for secret in (SECRET, "Asha", "asha", "Tom Small"):
        assert (secret in words) is (key in TO_ALL), secret
    assert "They write this" in words
    assert "https://facebook.com/groups/1" in words
    pdf = " ".join(page.extract_text() for page in PdfReader(folder / "chronology.pdf").pages)
    said = "said in confidence" in " ".join(pdf.split())
    assert said is (key in TO_SOME)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    case = await office.desk.store.case(reference)
    for item in case.evidence[3:5]:
        [row] = [r for r in manifest["files"] if r.get("number") == str(item.number)]
        content = (folder / row["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"] == item.sha256
        assert row["sha256"] in "".join(pdf.split())
    assert run_verify(folder)[0] == 0


async def test_nothing_withheld_is_in_any(office: Office, tmp_path: Path) -> None:
    reference = await office.case(withheld=True)
    case = await office.desk.store.case(reference)
    for key in (*TO_ALL, *TO_SOME):
        folder = await unpacked(office, reference, key, tmp_path)
        bytes_kept = {item.sha256 for item in case.evidence if item.sha256}
        digests = {
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert not bytes_kept & digests
        assert "locked away" in everything_in(folder)


Tamper = Callable[[Path, random.Random], None]


def flip_a_bit(folder: Path, chance: random.Random) -> None:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    path = chance.choice(files)
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content) * 8)
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def lose_a_file(folder: Path, chance: random.Random) -> None:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    chance.choice([path for path in files if path.name != "verify.py"]).unlink()


def add_a_file(folder: Path, chance: random.Random) -> None:
    (folder / "originals" / "999-XXXX-1.txt").write_text("new")


def cut_the_chain(folder: Path, chance: random.Random) -> None:
    """Some entry goes, and everything is sealed anew by whoever can run a program."""
    chains = json.loads((folder / "chain.json").read_bytes())
    [entries] = chains.values()
    del entries[chance.randrange(len(entries))]
    seal_anew(folder, chains)


def change_an_entry(folder: Path, chance: random.Random) -> None:
    chains = json.loads((folder / "chain.json").read_bytes())
    [entries] = chains.values()
    entry = chance.choice(entries)
    entry["details"]["text"] = "It was nothing."
    seal_anew(folder, chains)


def swap_a_file(folder: Path, chance: random.Random) -> None:
    [path] = folder.glob("originals/*-4*")
    path.write_bytes(b"another")
    seal_anew(folder, json.loads((folder / "chain.json").read_bytes()))


def seal_anew(folder: Path, chains: dict[str, Any]) -> None:
    (folder / "chain.json").write_text(json.dumps(chains))
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for row in manifest["files"]:
        content = (folder / row["path"]).read_bytes()
        row |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    manifest["cases"] = {ref: {"entries": len(entries)} for ref, entries in chains.items()}
    written = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(written)
    (folder / "manifest.sha256").write_text(hashlib.sha256(written).hexdigest() + "\n")


TAMPERS: dict[Tamper, int] = {
    flip_a_bit: 150,
    lose_a_file: 10,
    add_a_file: 1,
    cut_the_chain: 20,
    change_an_entry: 20,
    swap_a_file: 1,
}


@pytest.mark.parametrize("tamper", TAMPERS)
async def test_whatever_is_done_to_it_is_found(
    office: Office, tmp_path: Path, tamper: Tamper
) -> None:
    reference = await office.case()
    folder = await unpacked(office, reference, "police", tmp_path)
    verify = verify_of(folder)
    assert verify.find_problems(folder) == []
    whole = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for seed in range(TAMPERS[tamper]):
        tamper(folder, random.Random(seed))
        assert verify.find_problems(folder), (tamper.__name__, seed)
        if seed == 0:
            code, words = await asyncio.to_thread(run_verify, folder)
            assert code != 0
            assert not words or "NOT as it was" in words
        for path in folder.rglob("*"):
            if path.is_file() and path not in whole:
                path.unlink()
        for path, content in whole.items():
            path.write_bytes(content)


async def test_what_telegram_cannot_carry_is_not_begun(office: Office) -> None:
    reference = await office.case()
    case = await office.desk.store.case(reference)
    large = replace(case.evidence[4], size=49_000_000)
    before = await office.desk.store.save(case.with_evidence(large))
    asks = f"case pack {reference} police because they asked"
    reply = await office.asks("ben", asks, "telegram:42")
    [words] = words_in(reply)
    assert f"headsup pack {reference} --to FOLDER" in words
    assert await office.desk.store.case(reference) == before
    office.time.now += timedelta(minutes=1)
    assert any(isinstance(part, File) for part in (await office.asks("ben", asks)).parts)


async def test_it_is_made_on_the_disk_and_gone_when_it_was_sent(office: Office) -> None:
    reference = await office.case()
    reply = await office.asks("ben", f"case pack {reference} police because they asked")
    [file] = [part for part in reply.parts if isinstance(part, File)]
    assert callable(file.content)
    async with file.content() as path:
        assert path.stat().st_size > 70_000
    assert not path.parent.exists()


async def test_it_is_made_in_the_bots_own_folder(office: Office, tmp_path: Path) -> None:
    office.desk = replace(office.desk, data=tmp_path / "data")
    reference = await office.case()
    reply = await office.asks("ben", f"case pack {reference} police because they asked")
    [file] = [part for part in reply.parts if isinstance(part, File)]
    assert callable(file.content)
    async with file.content() as path:
        assert path.parent.parent == tmp_path / "data" / MAKING
        sweep_aside(tmp_path / "data")
        # Another one starts meanwhile, and leaves it alone.
        assert path.exists()
    assert list((tmp_path / "data" / MAKING).iterdir()) == []


@pytest.mark.parametrize("key", [*TO_ALL, *TO_SOME])
async def test_pictures_are_shown_small_beside_their_hash(
    office: Office, tmp_path: Path, key: str
) -> None:
    reference = await office.case()
    case = await office.desk.store.case(reference)
    contents = [_png(seed) for seed in range(3)] + [b"\x89PNG\r\n\x1a\nno picture"]
    # A few bytes that become gigabytes.
    contents.append(black_png(40_000, 40_000))
    pictures = []
    for number, content in enumerate(contents, len(case.evidence) + 1):
        kept = await office.desk.store.keep(reference, _in_one_piece(content), 10**7)
        pictures.append(made.item(number, sha256=kept.sha256, size=kept.size, name=HOSTILE))
    await office.desk.store.save(replace(case, evidence=(*case.evidence, *pictures)))
    folder = await unpacked(office, reference, key, tmp_path)
    pdf = PdfReader(folder / "chronology.pdf")
    assert sum(len(page.images) for page in pdf.pages) == 3
    words = "".join("".join(page.extract_text() for page in pdf.pages).split())
    assert all(item.sha256 in words for item in pictures)
    # They stand in the PDF alone, and not beside the originals.
    assert not [path for path in folder.rglob("*.jpg") if path.stat().st_size < 100]
    assert run_verify(folder)[0] == 0


async def test_a_picture_that_is_locked_away_is_shown_nowhere(
    office: Office, tmp_path: Path
) -> None:
    reference = await office.case(withheld=True)
    case = await office.desk.store.case(reference)
    kept = await office.desk.store.keep(reference, _in_one_piece(_png(1)), 10**7)
    shot = made.item(7, sha256=kept.sha256, size=kept.size)
    await office.desk.store.save(replace(case, evidence=(*case.evidence, shot)))
    for key in (*TO_ALL, *TO_SOME):
        folder = await unpacked(office, reference, key, tmp_path)
        pdf = PdfReader(folder / "chronology.pdf")
        assert not any(page.images for page in pdf.pages)
        assert kept.sha256 not in everything_in(folder)


def _png(seed: int) -> bytes:
    out = BytesIO()
    noise = random.Random(seed).randbytes(30 * 60 * 3)
    Image.frombytes("RGB", (30, 60), noise).resize((300, 600)).save(out, "PNG")
    return out.getvalue()


async def _in_one_piece(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.mark.parametrize("key", [*TO_ALL, *TO_SOME])
async def test_the_platforms_ids_go_to_those_alone_who_get_all(
    office: Office, tmp_path: Path, key: str
) -> None:
    reference = await office.case()
    await office.asks("ben", f"case take {reference}")
    [taken] = [
        entry
        for entry in (await office.desk.store.case(reference)).chronology
        if entry.what == EntryKind.TAKEN
    ]
    source = taken.details["source"]
    folder = await unpacked(office, reference, key, tmp_path)
    assert (f'"{source}"' in everything_in(folder)) is (key in TO_ALL)
    assert "took it" in everything_in(folder)
    assert run_verify(folder)[0] == 0
