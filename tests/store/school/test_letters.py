"""The letters that a school edits: a mistake is named by its line, and what is shipped has none."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from store.school.letters import FIELDS, FOLDER, letter_named, load_letters
from store.school.procedure import load_procedure
from store.school.toml import FileMistake
from tests.desks import TEXTS

SHIPPED = {
    *("removal-request", "warning", "meeting-head", "meeting-chair", "meeting-outcome"),
    *("site-complaint", "holding-reply", "staff-support", "lado-referral", "provider-notice"),
}
WELL = "---\ntitle: A letter\nuse: for a test\n---\n\n{school}\n\nDear {to},\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEXTS, tmp_path / "texts"))


def test_those_that_are_shipped_can_be_used_and_use_every_field() -> None:
    letters = load_letters(TEXTS)
    assert set(letters) == SHIPPED
    used = set()
    for letter in letters.values():
        fields = set(re.findall(r"\{([^}]*)\}", letter.text))
        assert {"school", "date", "to", "signed", "what was posted, where, when"} <= fields
        assert letter.passages
        used |= fields
    assert used == set(FIELDS)
    named = {step.letter for steps in load_procedure(TEXTS).procedure for step in steps.step} - {""}
    assert {"warning", "removal-request", "site-complaint", "lado-referral"} <= named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WELL + "{child}\n", "test.md, line 9: there is no field “child”. Fields are {school}"),
        (WELL + "\n{To} and {date\n", "test.md, line 10: there is no field “To”"),
        (WELL + "\n\n{date\n", "test.md, line 11: a curly bracket stands alone"),
        (WELL + "}\n", "test.md, line 9: a curly bracket stands alone"),
        ("Dear {to}\n", "test.md, line 1: a letter begins with a line of ---"),
        ("---\ntitle: x\nDear\n", "test.md, line 1: a letter begins with a line of ---"),
        ("---\ntitle: x\n---\n", "test.md, line 1: “use: …” is missing"),
        ("---\ntitle: x\nuse: y\nform: z\n---\n", "test.md, line 4: nothing here is called “form”"),
    ],
)
def test_a_mistake_is_named_by_its_line(texts: Path, text: str, said: str) -> None:
    (texts / FOLDER / "test.md").write_text(text, "utf-8")
    with pytest.raises(FileMistake) as mistake:
        load_procedure(texts)
    assert said in str(mistake.value)


@pytest.mark.parametrize("length", [20_001, 5_000_000])
def test_one_that_is_too_long_is_not_cut(texts: Path, length: int) -> None:
    (texts / FOLDER / "test.md").write_text(WELL + "x" * (length - len(WELL)), "utf-8")
    with pytest.raises(FileMistake, match=r"test\.md: longer than 20,000 characters"):
        load_letters(texts)
    (texts / FOLDER / "test.md").write_text(WELL + "x" * (20_000 - len(WELL)), "utf-8")
    assert load_letters(texts)["test"].text.endswith("xxx")


@pytest.mark.parametrize("name", ["x" * 41, "*bold*", "a  b", "-a", "é", "a.b"])
def test_what_nobody_could_type_is_named(texts: Path, name: str) -> None:
    (texts / FOLDER / f"{name}.md").write_text(WELL, "utf-8")
    with pytest.raises(FileMistake, match="call the file by letters of the alphabet"):
        load_letters(texts)


def test_a_letter_is_found_however_its_name_is_written(texts: Path) -> None:
    for name in ("Thank you", "Thank you all", "Apology", "apology"):
        (texts / FOLDER / f"{name}.md").write_text(WELL.replace("title: x", f"title: {name}"))
    (texts / FOLDER / "warning.md").rename(texts / FOLDER / "Warning.md")
    letters = load_letters(texts)
    for typed, name, rest in (
        ("warning to Mrs X", "Warning", "to Mrs X"),
        ("WARNING", "Warning", ""),
        ("thank you to all", "Thank you", "to all"),
        ("Thank You All to Ann", "Thank you all", "to Ann"),
        ("Apology", "Apology", ""),
        ("apology", "apology", ""),
    ):
        found, left = letter_named(typed, letters)
        assert found
        assert (found.name, left) == (name, rest)
    assert letter_named("warnings", letters) == (None, "warnings")


def test_as_much_of_a_letters_name_as_no_other_has_is_enough(texts: Path) -> None:
    for name in ("removal-request", "meeting-head", "meeting-chair"):
        (texts / FOLDER / f"{name}.md").write_text(WELL, "utf-8")
    letters = load_letters(texts)
    for typed, rest in (
        ("removal to Jo Smith", "to Jo Smith"),
        ("Removal request to Jo Smith", "to Jo Smith"),
        ("REMOVAL", ""),
        ("request to Jo Smith", "to Jo Smith"),
    ):
        found, left = letter_named(typed, letters)
        assert found
        assert (found.name, left) == ("removal-request", rest)
    # Not which of two is guessed, and not from a letter or two.
    for typed in ("meeting with Jo", "re", "- to Jo", ""):
        assert letter_named(typed, letters) == (None, typed)


def test_what_is_no_text_is_named(texts: Path) -> None:
    (texts / FOLDER / "test.md").write_bytes(b"\xff\xfe")
    with pytest.raises(FileMistake, match=r"test\.md: not UTF-8"):
        load_letters(texts)


def test_a_school_may_have_none(texts: Path) -> None:
    shutil.rmtree(texts / FOLDER)
    assert load_letters(texts) == {}
    steps = [step for steps in load_procedure(texts).procedure for step in steps.step]
    # No button is there that would write one.
    assert not any(step.letter for step in steps)
    assert any(step.removal for step in steps)


def test_a_letter_whose_passages_are_not_among_the_texts_is_a_letter(texts: Path) -> None:
    """So is a step: a school's own texts take the place of ours, and the bot starts with them."""
    places = "none.md; online-incidents.md#Nothing; ../school.example.toml"
    text = f"---\ntitle: x\nuse: y\npassages: {places}\n---\nDear {{to}}\n"
    (texts / FOLDER / "test.md").write_text(text, "utf-8")
    load_procedure(texts)
    assert load_letters(texts)["test"].passages == tuple(places.split("; "))


def test_a_step_whose_letter_is_not_there_is_named_by_its_line(texts: Path) -> None:
    (texts / FOLDER / "warning.md").unlink()
    procedure = (texts / "procedure.toml").read_text("utf-8").split("\n")
    line = procedure.index('letter = "warning"') + 1
    with pytest.raises(FileMistake, match=rf"line {line}: .*there is no letter “warning”"):
        load_procedure(texts)
