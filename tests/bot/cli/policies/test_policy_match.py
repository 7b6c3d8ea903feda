"""A school's own texts, under a procedure that names passages of others."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

import pytest

from bot.cli.policies.match import match_passages
from bot.settings import PACKAGED_TEXTS
from handlers.policies.passages import find_missing_passages
from store.errors import Trouble
from store.policies import Policies
from store.school.procedure import load_procedure
from tests.bot.cli.test_check import furnished, problems, settings
from tests.talks.stage import ROOT

INCIDENTS = """\
# When something is posted

## Keeping evidence

Whoever finds a post takes a picture of the screen, and writes down who posted it and when. That is the
evidence, and it is gathered before anything is removed.

## The police

The police are told where a post threatens violence.
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the shipped procedure, and a school's own text alone."""
    folder = tmp_path / "texts"
    folder.mkdir()
    shutil.copy(ROOT / "policy_texts" / "procedure.toml", folder)
    (folder / "posts.md").write_text(INCIDENTS)
    return folder


def test_every_passage_that_is_not_there_is_named_once(own: Path) -> None:
    procedure = load_procedure(own)
    missing = find_missing_passages(procedure, Policies(own, by_meaning=False))
    assert [each.place for each in missing] == list(procedure.passages())
    named = {each.place: each.proposal for each in missing}
    assert named["online-incidents.md#Gather the evidence"] == "posts.md#Keeping evidence"
    assert named["online-incidents.md#When the police are told"] == "posts.md#The police"


def test_nothing_is_missing_of_the_shipped_texts() -> None:
    shipped = Policies(PACKAGED_TEXTS, by_meaning=False)
    assert find_missing_passages(load_procedure(PACKAGED_TEXTS), shipped) == []


async def test_check_names_each_once_with_what_comes_nearest(tmp_path: Path, own: Path) -> None:
    await furnished(tmp_path)
    found = await problems(settings(tmp_path, POLICY_TEXTS=str(own)))
    lines = [line for line in found if line.startswith("procedure.toml")]
    assert len(lines) == len(load_procedure(own).passages())
    [evidence] = [line for line in lines if "Gather the evidence" in line]
    assert "“Establish what was posted, and gather the evidence” and 2 more like it" in evidence
    assert "Nearest is “posts.md#Keeping evidence”" in evidence
    assert "headsup policy match" in evidence


def test_what_is_accepted_is_written_and_nothing_else_is_changed(own: Path) -> None:
    file = own / "procedure.toml"
    file.chmod(0o640)
    file.write_text(
        file.read_text().replace(
            'passage = "online-incidents.md#Gather the evidence"',
            "passage = 'online-incidents.md#Gather the evidence'   # see the minutes of May",
            1,
        )
    )
    before = file.read_text()
    said: list[str] = []
    answers = iter([True])
    match_passages(own, said.append, lambda question: next(answers, False))
    after = file.read_text()
    old, new = "online-incidents.md#Gather the evidence", "posts.md#Keeping evidence"
    assert old not in after
    # The same but for the places, whatever quotation marks stood around them.
    assert re.sub("['\"]", "", after) == re.sub("['\"]", "", before.replace(old, new))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert any("before anything is removed" in line for line in said)
    assert said[-1].startswith("Written into")
    places = load_procedure(own).passages()
    assert "see the minutes of May" in after
    assert new in places


def test_nothing_is_written_unless_something_was_accepted(own: Path) -> None:
    before = (own / "procedure.toml").read_bytes()
    said: list[str] = []
    match_passages(own, said.append, lambda question: False)
    assert (own / "procedure.toml").read_bytes() == before
    assert said[-1] == "Nothing was changed."


def test_without_a_question_only_what_the_texts_bear_out_is_taken(own: Path) -> None:
    missing = find_missing_passages(load_procedure(own), Policies(own))
    borne_out = {each.place for each in missing if each.is_near}
    match_passages(own, lambda line: None, None)
    left = find_missing_passages(load_procedure(own), Policies(own))
    assert borne_out
    assert {each.place for each in left} == {each.place for each in missing} - borne_out


def test_line_ends_of_windows_stay(own: Path) -> None:
    file = own / "procedure.toml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    match_passages(own, lambda line: None, lambda question: True)
    written = file.read_bytes()
    assert b"posts.md#" in written
    assert written.count(b"\n") == written.count(b"\r\n")


def test_texts_in_place_and_the_program_s_own_are_left_alone(tmp_path: Path, own: Path) -> None:
    with pytest.raises(Trouble, match="cp -r"):
        match_passages(PACKAGED_TEXTS, lambda line: None, None)
    for path in (ROOT / "policy_texts").glob("*.md"):
        shutil.copy(path, own)
    said: list[str] = []
    match_passages(own, said.append, None)
    assert said == [
        "Every passage that procedure.toml names is in the texts. There is nothing to do."
    ]
