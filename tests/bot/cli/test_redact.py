"""`headsup redact`: each name and each file is decided by a person, and what is removed is in no copy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli.export.decisions import Decided, Decision, read_decisions
from bot.cli.export.folded import Finder, folded_words
from bot.cli.export.html_pages import texts_of
from bot.cli.export.name_search import Sought
from bot.cli.export.others_named import others_named
from bot.cli.export.redact import redact_to
from store.errors import Trouble
from store.model.records import About, Poster, State, Subject
from tests.bot.cli.test_export import ASHA, Folder
from tests.store.made import NOW, case, item, person
from tests.store.test_evidence import BYTES, DIGEST, pieces
from tests.talks.stage import ROOT

WORDS = (
    "Ella Brown hit TOM and ben okafor laughed. Zoë filmed it: https://example.org/zoe/1, "
    "her mother is Mrs Patel, 01632 960123, mum@example.org, @zoe.b on TikTok. Asha saw it."
)


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Folder]:
    it = Folder(tmp_path)
    await it.store.add_person(ASHA)
    await it.store.add_person(replace(person("ben", roles=("head",)), name="Ben Okafor"))
    made = case(
        by="p1",
        about=About(Subject.PUPIL, name="Ella Brown"),
        posters=(About(Poster.ACCOUNT, name="@zoe.b"),),
        evidence=(
            item(1, "text", text=WORDS),
            item(2, sha256=DIGEST, name="ella_brown.png"),
            item(3, state=State.LOST, name="tom at school.png"),
        ),
    ).note("I rang Tom’s father, Mr O’Neill", by="ben", at=NOW)
    await it.add(made)
    await it.store.keep(made.reference, pieces(BYTES), len(BYTES))
    await it.export()
    yield it
    await it.store.close()


def proposed(folder: Folder) -> dict[str, Decision]:
    return {decision.words: decision for decision in read_decisions(folder.to)}


def decide(folder: Folder, **kept: Decided) -> None:
    """Remove all but what is kept."""
    path = folder.to / "others.txt"
    lines = []
    for line in path.read_text("utf-8").splitlines():
        is_kept = any(words.replace("_", " ") in line for words in kept)
        lines.append(
            line.replace("?", "keep" if is_kept else "remove", 1) if line[:1] == "?" else line
        )
    path.write_text("\n".join(lines), "utf-8")


async def test_who_else_is_named_is_proposed(folder: Folder) -> None:
    words = {words.casefold() for words in proposed(folder)}
    for expected in (
        *("ella brown", "tom", "zoë", "mrs patel", "mr o’neill", "ben okafor", "@zoe.b"),
        *("01632 960123", "mum@example.org", "https://example.org/zoe/1,"),
    ):
        assert expected in words or expected.rstrip(",") in words, expected
    # The person is not, and neither are days and ordinary words.
    assert not words & {"asha", "asha patel", "patel", "i", "tiktok", "her"}
    assert [d.words for d in proposed(folder).values() if d.is_file] == [
        f"evidence/{folder.pages[0]}-2.png"
    ]


async def test_nothing_is_written_before_all_is_decided(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="not decided yet, such as"):
        redact_to(folder.to, tmp_path / "clean", None)
    assert not (tmp_path / "clean").exists()


async def test_what_is_removed_stands_nowhere_in_the_copy(folder: Folder, tmp_path: Path) -> None:
    with (folder.to / "others.txt").open("a", encoding="utf-8") as file:
        file.write("\nremove at school\n")
    decide(folder)
    clean = tmp_path / "clean"
    [said] = redact_to(folder.to, clean, None)
    assert "1 file left out" in said
    everything = [path for path in clean.rglob("*") if path.is_file()]
    texts = "\n".join(path.read_text("utf-8") for path in everything).casefold()
    for gone in (
        "ella",
        "brown",
        "tom",
        "okafor",
        "zoe",
        "zoë",
        "mrs patel",
        "neill",
        "960123",
        "mum@",
        "at school",
    ):
        assert gone not in texts, gone
    assert "[removed]" in texts
    assert "[file not handed over]" in texts
    assert "asha" in texts
    assert "asha patel" in texts
    assert not any(BYTES in path.read_bytes() for path in everything)
    assert "default-src &#x27;none&#x27;" in texts
    assert all(path.stat().st_mode & 0o077 == 0 for path in (clean, *everything))
    # What was gathered stays as it was.
    assert "Ella Brown" in folder.read(f"{folder.pages[0]}.html")


async def test_what_is_kept_stays(folder: Folder, tmp_path: Path) -> None:
    decide(folder, Ella_Brown=Decided.KEEP, file=Decided.KEEP)
    with (folder.to / "others.txt").open("a", encoding="utf-8") as file:
        file.write("\nremove Ella\n")
    redact_to(folder.to, tmp_path / "clean", None)
    page = (tmp_path / "clean" / f"{folder.pages[0]}.html").read_text("utf-8")
    assert "Ella Brown" in page
    [copy] = (tmp_path / "clean" / "evidence").iterdir()
    assert copy.read_bytes() == BYTES
    assert copy.name in page


async def test_a_file_that_no_line_names_is_left_out(folder: Folder, tmp_path: Path) -> None:
    decide(folder, file=Decided.KEEP)
    (folder.to / "evidence" / "added.png").write_bytes(b"added")
    (folder.to / "evidence" / "link.png").symlink_to(ROOT / "README.md")
    redact_to(folder.to, tmp_path / "clean", None)
    assert len(list((tmp_path / "clean" / "evidence").iterdir())) == 1


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("drop Ella", "line {}: a line is"),
        ("remove", "line {}: a line is"),
        ("remove Ella\nkeep Ella", "decided twice"),
    ],
)
async def test_a_line_that_says_nothing_is_named(
    folder: Folder, tmp_path: Path, line: str, trouble: str
) -> None:
    path = folder.to / "others.txt"
    decide(folder)
    written = path.read_text("utf-8")
    path.write_text(f"{written}\n{line}\n", "utf-8")
    number = written.count("\n") + 2
    with pytest.raises(Trouble, match=trouble.format(number)):
        redact_to(folder.to, tmp_path / "clean", None)


async def test_what_is_no_export_is_refused(folder: Folder, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = CliRunner().invoke(app, ["redact", str(empty), "--to", str(tmp_path / "clean")])
    assert "others.txt is not there" in str(result.exception)
    with pytest.raises(Trouble, match="is inside the export's folder"):
        redact_to(folder.to, folder.to / "clean", None)


async def test_a_person_at_a_terminal_is_asked_and_goes_on_where_they_stopped(
    folder: Folder, tmp_path: Path
) -> None:
    number = len(proposed(folder))
    clean = tmp_path / "clean"
    command = ["-m", "bot", "redact", str(folder.to), "--to", str(clean)]

    first = pexpect.spawn(
        str(ROOT / ".venv/bin/python"), command, cwd=ROOT, encoding="utf-8", timeout=120
    )
    first.expect(re.escape("[s]top: "))
    first.sendline("what")
    first.expect("r, k or s, please")
    first.sendline("r")
    first.expect(re.escape("[s]top: "))
    first.sendline("s")
    first.expect("not decided yet")
    first.wait()
    assert not clean.exists()
    assert [decision.decided for decision in proposed(folder).values()].count(Decided.REMOVE) == 1

    then = pexpect.spawn(
        str(ROOT / ".venv/bin/python"), command, cwd=ROOT, encoding="utf-8", timeout=120
    )
    for _ in range(number - 1):
        then.expect(re.escape("[s]top: "))
        then.sendline("k")
    then.expect("A copy is in")
    then.wait()
    assert (clean / "index.html").is_file()


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Mn")), min_size=2, max_size=8)


@given(st.lists(NAMES, min_size=1, max_size=3), st.text(max_size=20), st.text(max_size=20))
def test_whatever_the_name_and_the_text_it_is_gone_and_the_rest_stands(
    parts: list[str], before: str, after: str
) -> None:
    name = " ".join(parts)
    finder = Finder((name,))
    text = f"{before} {name} {after}"
    redacted = finder.replaced(text, "[removed]")
    if folded_words(name):
        assert finder.finds(text)
    assert not finder.finds(redacted) or folded_words(name) in "removed"
    assert finder.replaced(before, "") in (before, redacted) or finder.finds(before)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("José García-López", "JOSE GARCIA‑LOPEZ was there"),
        ("Ana O'Brien", "ana\n o’brien"),
        ("Zoe", "Zoe\u0308 and others"),
        ("Strauß", "STRAUSS"),
        ("ella", "my_ella_1.png"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(name: str, text: str) -> None:
    redacted = Finder((name,)).replaced(text, "X")
    assert "X" in redacted
    assert not Finder((name,)).finds(redacted)
    assert not re.search("(?i)garc|brien|zoe|strau|ella|\u0308", redacted)


def test_part_of_a_word_is_no_name() -> None:
    finder = Finder(("Tom", "Ella"))
    for text in ("Tomorrow", "umbrella", "Ellas", "atom"):
        assert finder.replaced(text, "X") == text


def test_somebody_who_shouts_names_each() -> None:
    text = "ELLA AND TOM ARE LIARS"
    found = {other.words for other in others_named([text], (), [text], Sought("Asha Patel"))}
    assert {"ELLA", "TOM"} <= found
    assert not found & {"AND", "ARE"}


def test_the_texts_of_a_page_are_its_cells() -> None:
    assert texts_of("<style>p{}</style><p>a &amp; b</p><td>c</td>") == ["a & b", "c"]
