"""What holds for a whole trust, and each school's own file over it: one rule, and mistakes by file and line."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.settings import load, of_school
from store.school.procedure import PACKAGED, load_procedure, procedure_file
from store.school.school import SHARING, School, load_school
from store.school.toml import FileMistake

TRUST = """
nation = "Wales"
opens = 07:30:00
closes = 18:00:00
safeguarding_phone = "01632 960123"
closed = ["2026-12-21/2027-01-01"]
terms = [2026-09-02]

[retention]
years = 7

[retention.outcome]
unfounded = 1
mistake = 0
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    trust, own = tmp_path / "trust.toml", tmp_path / "oakfield" / "school.toml"
    own.parent.mkdir()
    trust.write_text(TRUST)
    return trust, own


def test_a_schools_own_file_goes_over_that_of_the_trust(files: tuple[Path, Path]) -> None:
    trust, own = files
    own.write_text(
        'name = "Oakfield"\nclosed = [2027-03-01]\ncloses = 16:00:00\nterms = [2026-09-03]\n'
        "[retention.outcome]\nunfounded = 2\n"
    )
    school = load_school(own, trust)
    assert (school.name, school.nation, school.opens) == ("Oakfield", "Wales", time(7, 30))
    assert school.closes == time(16)
    assert [str(day) for day in school.closed] == ["2027-03-01", "2026-12-21/2027-01-01"]
    assert [str(day) for day in school.terms] == ["2026-09-03"]
    assert school.retention.years == 7
    assert school.retention.outcome == {"unfounded": 2, "mistake": 0}


def test_without_either_file(files: tuple[Path, Path]) -> None:
    trust, own = files
    assert load_school(own, trust).nation == "Wales"
    trust.unlink()
    assert load_school(own, trust) == School()


@pytest.mark.parametrize("name", sorted(SHARING.alone))
def test_what_is_of_one_school_alone_is_none_of_the_trusts(
    files: tuple[Path, Path], name: str
) -> None:
    trust, own = files
    trust.write_text(f'nation = "Wales"\n{name} = "x"\n')
    with pytest.raises(
        FileMistake, match=rf"trust\.toml, line 2: {name}: this is of one school alone"
    ):
        load_school(own, trust)


@pytest.mark.parametrize(
    ("in_trust", "in_own", "said"),
    [
        ("opens = 9\nnation = 3\n", "", r"trust\.toml, line 2: nation"),
        ("opens = 9\n", "\nnation = 3\n", r"school\.toml, line 2: nation"),
        ("nations = 1\n", "", r"trust\.toml, line 1: .*nothing here is called"),
        ("opens = 9\n", "x = 1\n", r"school\.toml, line 1: .*nothing here is called"),
        ("opens = 9\n", "closes = 8\n", r"school\.toml, line 1: the school closes before"),
        ('closed = ["x"]\n', "closed = [2027-01-01]\n", r"trust\.toml, line 1: closed: “x”"),
        ("closed = [2027-01-01]\n", '\nclosed = ["x"]\n', r"school\.toml, line 2: closed: “x”"),
        ("[retention]\nyears = 101\n", "", r"trust\.toml, line 2: retention.years"),
        ("[retention]\nyears = 7\n", "[retention]\nyears = 101\n", r"school\.toml, line 2: ret"),
        ("opens = \n", "", r"trust\.toml, line 1: this line cannot"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    files: tuple[Path, Path], in_trust: str, in_own: str, said: str
) -> None:
    trust, own = files
    trust.write_text(in_trust)
    own.write_text(in_own)
    with pytest.raises(FileMistake, match=said) as raised:
        load_school(own, trust)
    assert "\n" not in str(raised.value)


def test_texts_and_procedure_of_the_trust(tmp_path: Path) -> None:
    schools = tmp_path / "schools"
    shared, own = schools / "policy_texts", schools / "oakfield" / "policy_texts"
    for folder in (own, schools / "elmwood"):
        folder.mkdir(parents=True)
    settings = load({"SCHOOLS": str(schools)})
    assert of_school(settings, "elmwood").policy_texts == settings.policy_texts

    shared.mkdir()
    text = PACKAGED.read_text().replace('name = "Racism"', 'name = "Racist words"')
    (shared / "procedure.toml").write_text(text)
    (shared / "letters").mkdir()
    for letter in (PACKAGED.parent / "letters").glob("*.md"):
        (shared / "letters" / letter.name).write_text(letter.read_text())
    (own / "phones.md").write_text("# Phones\n\nAre handed in.\n")
    elm, oak = of_school(settings, "elmwood"), of_school(settings, "oakfield")
    assert (elm.policy_texts, oak.policy_texts) == (shared, own)
    assert procedure_file(own, oak.trust_texts) == shared / "procedure.toml"
    for each in (elm, oak):
        procedure = load_procedure(each.policy_texts, each.trust_texts)
        assert procedure.category
    # A school without the letters is offered none.
    assert not any(step.letter for steps in procedure.procedure for step in steps.step)
    own_procedure = own / "procedure.toml"
    own_procedure.write_text(PACKAGED.read_text())
    assert procedure_file(own, oak.trust_texts) == own_procedure


def test_the_texts_of_the_trust_are_no_school(tmp_path: Path) -> None:
    (tmp_path / "policy_texts").mkdir()
    (tmp_path / "oakfield").mkdir()
    assert of_school(load({"SCHOOLS": str(tmp_path)}), "oakfield").trust_file == (
        tmp_path / "trust.toml"
    )
