"""The files that a school edits: every mistake is named with its file and line, in words."""

import re
import tomllib
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from store.school.procedure import Delay, load_procedure
from store.school.school import School, load_school
from store.school.toml import FileMistake

SHIPPED = Path(__file__).parents[3] / "policy_texts"
TEXT = (SHIPPED / "procedure.toml").read_text("utf-8")
MESSAGE = re.compile(r"(.+), line (\d+): (.+)")


def _texts(folder: Path, procedure: str) -> Path:
    """The shipped texts with another procedure."""
    folder.mkdir(exist_ok=True)
    for path in (*SHIPPED.glob("*.md"), SHIPPED / "letters"):
        (folder / path.name).unlink(missing_ok=True)
        (folder / path.name).symlink_to(path)
    (folder / "procedure.toml").write_text(procedure, "utf-8")
    return folder


def _mistakes(load: Callable[[Path], object], path: Path) -> dict[int, str]:
    """Line -> what is said of it. Every line of the message names one."""
    with pytest.raises(FileMistake) as raised:
        load(path)
    found = {}
    for line in str(raised.value).split("\n"):
        match = MESSAGE.fullmatch(line)
        assert match, line
        assert Path(match[1]).suffix == ".toml"
        assert "Traceback" not in line
        found[int(match[2])] = match[3]
    return found


def _procedure_mistakes(folder: Path, procedure: str) -> dict[int, str]:
    return _mistakes(load_procedure, _texts(folder / "texts", procedure))


def _school_mistakes(folder: Path, school: str) -> dict[int, str]:
    (folder / "school.toml").write_text(school, "utf-8")
    return _mistakes(load_school, folder / "school.toml")


# --- procedure.toml ------------------------------------------------------------------------------------


def test_the_shipped_procedure_has_no_mistake() -> None:
    procedure = load_procedure(SHIPPED)
    assert sum(category.governors for category in procedure.category) == 9
    assert [category.key for category in procedure.category if category.withhold]
    for category in procedure.category:
        assert procedure.named(category.key) is category
    assert procedure.named("nonsense") is procedure.named(None) is None


def _assignments() -> dict[str, int]:
    """Each kind of line, such as `[[category]] key`, and its last line in the shipped file, from 1."""
    found, table, depth = {}, "", 0
    for number, line in enumerate(TEXT.split("\n"), 1):
        if header := re.match(r"\s*(\[\[?[\w.-]+\]\]?)", line):
            table = header[1]
        elif depth == 0 and (key := re.match(r"\s*([\w-]+)\s*=", line)):
            found[f"{table} {key[1]}".strip()] = number
        depth += line.count("[") - line.count("]") if not header else 0
    return found


ASSIGNMENTS = _assignments()


def _with_line(number: int, change: Callable[[str], str]) -> str:
    lines = TEXT.split("\n")
    lines[number - 1] = change(lines[number - 1])
    return "\n".join(lines)


def test_the_kinds_of_lines_were_found() -> None:
    assert {
        "ladder",
        "[[category]] key",
        "[[category]] alerts",
        "[[outcome]] name",
    } <= ASSIGNMENTS.keys()
    assert len(ASSIGNMENTS) > 12


@pytest.mark.parametrize("kind", ASSIGNMENTS)
def test_a_misspelt_word_is_named_by_its_line(tmp_path: Path, kind: str) -> None:
    number = ASSIGNMENTS[kind]
    mistakes = _procedure_mistakes(
        tmp_path, _with_line(number, lambda line: line.replace(" =", "x =", 1))
    )
    assert "nothing here is called" in mistakes[number]
    assert kind.split()[-1] + "x" in mistakes[number]


@pytest.mark.parametrize("kind", ASSIGNMENTS)
def test_a_value_of_the_wrong_kind_is_named_by_its_line(tmp_path: Path, kind: str) -> None:
    number = ASSIGNMENTS[kind]
    if TEXT.split("\n")[number - 1].rstrip().endswith("["):
        pytest.fail("a value over several lines; give this test another way to break it")
    wrong = _with_line(number, lambda line: f"{line.split('=')[0]}= {{ nonsense = 1 }}")
    assert number in _procedure_mistakes(tmp_path, wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('key = "threat"', 'key = "Threat!"', "small letters and hyphens"),
        ('key = "threat"', f'key = "{"t" * 25}"', "1 to 24 small letters"),
        ('key = "threat"', 'key = "staff-photo"', "there more than once"),
        ('name = "Threat of violence"', 'name = ""', "at least 1 character"),
        ('name = "Threat of violence"', f'name = "{"x" * 61}"', "at most 60 characters"),
        (
            'ladder = ["head", "dsl", "leader", "chair"]',
            'ladder = ["janitor"]',
            "'staff', 'leader', 'head'",
        ),
        ('ladder = ["head", "dsl", "leader", "chair"]', "ladder = []", "at least 1"),
    ],
)
def test_a_wrong_value_is_named_by_its_line(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert TEXT.count(right) == 1
    text = TEXT.replace(right, wrong)
    number = text[: text.index(wrong)].count("\n") + 1
    mistakes = _procedure_mistakes(tmp_path, text)
    where = [line for line in mistakes if said in mistakes[line]]
    if "more than once" in said:  # either of the two
        same = [n for n, line in enumerate(text.split("\n"), 1) if line == wrong]
        assert set(where) <= set(same)
        assert where
    else:
        assert where == [number]


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = TEXT.replace('key = "threat"', 'key = "Threat"').replace(
        'key = "staff-photo"', 'key = "9"'
    )
    lines = text.split("\n")
    numbers = {lines.index('key = "Threat"') + 1, lines.index('key = "9"') + 1}
    assert _procedure_mistakes(tmp_path, text).keys() == numbers


def test_one_category_withholds(tmp_path: Path) -> None:
    [said] = _procedure_mistakes(
        tmp_path, TEXT.replace("withhold = true", "withhold = false")
    ).values()
    assert "withhold = true" in said


@pytest.mark.parametrize(
    "wrong", ['["me"]', '["unsure"]', '["Staff"]', '["staff", ""]', '"staff"', "7"]
)
def test_a_wrong_subject_of_a_category_is_named_by_its_line(tmp_path: Path, wrong: str) -> None:
    number = ASSIGNMENTS["[[category]] concerns"]
    lines = TEXT.split("\n")
    lines[number - 1] = f"concerns = {wrong}"
    assert number in _procedure_mistakes(tmp_path, "\n".join(lines))


def test_each_subject_is_offered_a_few_categories() -> None:
    """The shipped ones; `other` only among all of them."""
    categories = load_procedure(SHIPPED).category
    for subject in ("school", "staff", "head", "pupil", "parent", "website"):
        fitting = [category.key for category in categories if category.fits({subject})]
        assert 5 <= len(fitting) <= 8
        assert "other" not in fitting


def test_a_category_that_does_not_say_whom_it_fits_fits_everybody(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^concerns = .*\n", "", TEXT)
    categories = load_procedure(_texts(tmp_path / "texts", text)).category
    assert all(category.fits({"website"}) for category in categories)


@pytest.mark.parametrize("table", ["uncategorised", "category", "outcome"])
def test_a_missing_table_is_a_sentence(tmp_path: Path, table: str) -> None:
    document = tomllib.loads(TEXT)
    assert table in document
    text = re.sub(rf"(?ms)^\[\[?{table}\]\]?.*?(?=^\[(?!\[?{table}\b)|\Z)", "", TEXT)
    assert table not in tomllib.loads(text)
    [said] = [
        said for said in _procedure_mistakes(tmp_path, text).values() if said.startswith(table)
    ]
    assert "required" in said


def test_what_is_no_toml_is_named_by_its_line(tmp_path: Path) -> None:
    lines = TEXT.split("\n")
    number = ASSIGNMENTS["[[category]] name"]
    lines[number - 1] = 'name = "no end'
    folder = _texts(tmp_path / "texts", "\n".join(lines))
    with pytest.raises(
        FileMistake, match=rf"procedure\.toml, line {number}: this line cannot be read"
    ):
        load_procedure(folder)


def test_what_is_no_utf_8_is_named_by_its_line(tmp_path: Path) -> None:
    folder = _texts(tmp_path / "texts", "")
    (folder / "procedure.toml").write_bytes(b"# one\n# two\nladder = ['Se\xf1or']\n")
    assert _mistakes(load_procedure, folder) == {
        3: "not text in UTF-8. Save the file again as plain text, encoded as UTF-8."
    }


def test_a_file_as_windows_saves_it_is_read_or_named(tmp_path: Path) -> None:
    folder = _texts(tmp_path / "texts", "")
    (folder / "procedure.toml").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load_procedure(folder) == load_procedure(SHIPPED)
    (folder / "procedure.toml").write_bytes(TEXT.encode("utf-16"))
    [said] = _mistakes(load_procedure, folder).values()
    assert "saved as UTF-16" in said


def test_curly_quotes_are_named_by_their_line(tmp_path: Path) -> None:
    folder = _texts(tmp_path / "texts", "")
    (folder / "procedure.toml").write_text("# one\nladder = [“head”]\n")
    assert _mistakes(load_procedure, folder) == {
        2: "the quotes are curly, as word processors make them. Type straight ones."
    }


def test_a_file_that_is_missing_or_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileMistake, match=r"There is no folder .+/nowhere.+POLICY_TEXTS"):
        load_procedure(tmp_path / "nowhere")
    (tmp_path / "procedure.toml").mkdir()
    with pytest.raises(FileMistake, match=r"procedure\.toml is a folder, and should be a file"):
        load_procedure(tmp_path)


#: One of each kind of value, each of which is wrong somewhere.
WRONG = ("7", "-1", "1.5", "true", '"x"', "[7]", '["x"]', "{x = 1}", "2026-12-21", "08:00:00")


@pytest.mark.parametrize("name", School.model_fields)
def test_no_mistake_in_the_school_is_in_the_words_of_a_program(tmp_path: Path, name: str) -> None:
    """Whatever is written there is taken, or refused in words that say what to write."""
    for wrong in WRONG:
        (tmp_path / "school.toml").write_text(f"{name} = {wrong}\n")
        said = _refusal(tmp_path / "school.toml")
        assert not re.search(r"[Ii]nput|valid |unable|parsing", said), (wrong, said)


def _refusal(file: Path) -> str:
    try:
        load_school(file)
    except FileMistake as mistake:
        return str(mistake)
    return ""


@pytest.mark.parametrize(
    "line",
    [
        "opens = 08:00",
        "safeguarding_phone = 07700900123",
        "name = Oakfield",
        'name = "Oak',
        "opens =",
    ],
)
def test_how_a_line_is_written_is_said_where_it_cannot_be_read(tmp_path: Path, line: str) -> None:
    file = tmp_path / "school.toml"
    file.write_text(f"# the school\n{line}\n")
    with pytest.raises(
        FileMistake, match=r"school\.toml, line 2: this line cannot be read\. .*quotes"
    ):
        load_school(file)


def test_a_folder_of_texts_alone_has_the_procedure_that_comes_with_the_bot(tmp_path: Path) -> None:
    (tmp_path / "phones.md").write_text("# Phones\n\nPhones are off in class.\n")
    found = load_procedure(tmp_path)
    assert [each.key for each in found.category] == [
        each.key for each in load_procedure(SHIPPED).category
    ]


STEPS = """
ladder = ["head"]
uncategorised = { alerts = ["head"] }
[[category]]
key = "a"
name = "A"
alerts = ["head"]
withhold = true
procedure = "p"
[[procedure]]
key = "p"
[[procedure.step]]
key = "first"
do = "Do this"
owner = "head"
due = "2 school days"
outcomes = ["refused"]
passage = "online-incidents.md"
[[procedure.step]]
key = "second"
do = "Then that"
owner = "owner"
due = "15 minutes"
after = ["first", "refused", "again"]
[[duty]]
key = "d"
do = "Once a year"
owner = "chair"
due = "09-30"
[[outcome]]
key = "done"
name = "Done"
"""


def test_steps_and_duties_are_read(tmp_path: Path) -> None:
    procedure = load_procedure(_texts(tmp_path / "texts", STEPS))
    first, second = procedure.steps("a")
    assert (first.due, second.due) == (Delay(2, "school day"), Delay(15, "minute"))
    assert procedure.duty[0].due == ("09-30",)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('procedure = "p"', 'procedure = "q"', "there is no procedure “q”"),
        ('due = "2 school days"', 'due = "soon"', "“soon” is not a time"),
        ('due = "2 school days"', 'due = "0 school days"', "“0 school days” is not a time"),
        ('due = "15 minutes"', "due = 15", "“15” is not a time"),
        ('owner = "owner"', 'owner = "cook"', "'owner', 'staff'"),
        ('after = ["first", "refused", "again"]', 'after = "third"', "“third” is neither"),
        ('after = ["first", "refused", "again"]', 'after = "second"', "“second” is neither"),
        ('outcomes = ["refused"]', 'outcomes = ["maybe"]', "'refused'"),
        ('passage = "online-incidents.md"', "passage = 7", "put it in straight quotes"),
        ('key = "second"', 'key = "first"', "“first” is there more than once"),
        ('due = "09-30"', 'due = "02-30"', "“02-30” is not a month and day"),
        ('due = "09-30"', 'due = ["09-30", "13-01"]', "“13-01” is not a month and day"),
        ('owner = "chair"', 'owner = "owner"', "'staff'"),
    ],
)
def test_a_mistake_in_steps_and_duties_is_named_by_its_line(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert STEPS.count(right) == 1
    number = STEPS[: STEPS.index(right)].count("\n") + 1
    mistakes = _procedure_mistakes(tmp_path, STEPS.replace(right, wrong))
    assert said in mistakes[number]


@pytest.mark.parametrize("passage", ["lost.md", "online-incidents.md#No", "#", "../../etc/passwd"])
def test_a_passage_that_the_texts_lack_is_no_mistake(tmp_path: Path, passage: str) -> None:
    procedure = STEPS.replace('passage = "online-incidents.md"', f'passage = "{passage}"')
    loaded = load_procedure(_texts(tmp_path / "texts", procedure))
    assert passage in loaded.passages()


# --- school.toml ---------------------------------------------------------------------------------------

SCHOOL = """name = "Hill Primary"
nation = "Wales"
timezone = "Europe/London"
opens = 08:30:00
closes = 16:00:00
closed = [2026-12-01, "2026-12-21/2027-01-03"]
staff = ["Asha Patel", "Ben Okafor"]
safeguarding_phone = "01234 567890"
[retention]
years = 7
[retention.outcome]
unfounded = 1
"""


def test_a_school_without_a_file_has_defaults(tmp_path: Path) -> None:
    assert load_school(tmp_path / "school.toml") == School()
    assert School().retention.years_of("removed") == 6


def test_a_school_is_read(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_text(SCHOOL, "utf-8")
    school = load_school(tmp_path / "school.toml")
    assert (school.name, school.nation, school.opens) == ("Hill Primary", "Wales", time(8, 30))
    assert school.closed == (date(2026, 12, 1), "2026-12-21/2027-01-03")
    assert [school.retention.years_of(outcome) for outcome in ("unfounded", "removed")] == [1, 7]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('nation = "Wales"', 'nation = "France"', "'England', 'Scotland'"),
        ('timezone = "Europe/London"', 'timezone = "London"', "there is no time zone “London”"),
        ('timezone = "Europe/London"', 'timezone = "../../etc"', "there is no time zone"),
        ("opens = 08:30:00", 'opens = "early"', "opens"),
        ("closes = 16:00:00", "closing = 16:00:00", "nothing here is called “closing”"),
        ('staff = ["Asha Patel", "Ben Okafor"]', 'staff = "Asha"', "staff"),
        ('"2026-12-21/2027-01-03"', '"Christmas"', "“Christmas” is not a day"),
        ('"2026-12-21/2027-01-03"', '"2026-12-21/2026-12-03"', "ends before it begins"),
        ("years = 7", "years = -1", "too small: at least 0"),
        ("years = 7", 'years = "long"', "retention.years"),
        ("unfounded = 1", "unfounded = 1000", "too large: at most 100"),
    ],
)
def test_a_mistake_in_the_school_is_named_by_its_line(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert SCHOOL.count(right) == 1
    number = SCHOOL[: SCHOOL.index(right)].count("\n") + 1
    assert said in _school_mistakes(tmp_path, SCHOOL.replace(right, wrong))[number]


def test_a_school_that_closes_before_it_opens(tmp_path: Path) -> None:
    [said] = _school_mistakes(tmp_path, SCHOOL.replace("16:00", "08:00")).values()
    assert "closes before it opens" in said
