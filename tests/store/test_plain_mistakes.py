"""What is wrong in a file or a setting is said in words for whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, load
from store.plain_mistakes import say_plainly
from store.school.school import load_school
from store.school.toml import FileMistake

#: What each field of the school's file is not.
WRONG = ("true", "3", "3.5", '"x"', "[]", "{}", "2026-12-21", "08:30:00", "1979-05-27T07:32:00Z")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PORT", "abc", "PORT (in the environment): write a whole number, such as 12."),
        ("MAX_FILE_MB", "-3", "MAX_FILE_MB (in the environment): it is too small: at least 1."),
        (
            "ACTS_A_MINUTE",
            "x",
            "ACTS_A_MINUTE (in the environment): write a whole number, such as 12.",
        ),
    ],
)
def test_a_setting(setting: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load({setting: value})
    assert said in str(raised.value)


@pytest.mark.parametrize("value", WRONG)
def test_no_value_of_the_wrong_kind_is_named_in_the_librarys_words(
    tmp_path: Path, value: str
) -> None:
    lines = []
    for line in Path("school.example.toml").read_text().splitlines():
        name, is_set, _ = line.removeprefix("# ").partition(" = ")
        if is_set and name.isidentifier():
            lines.append(f"{name} = {value}")
    fields = list(dict.fromkeys(lines))
    assert len(fields) > 10
    for field in fields:
        (tmp_path / "school.toml").write_text(f"{field}\n")
        try:
            load_school(tmp_path / "school.toml")
        except FileMistake as mistake:
            said = str(mistake)
            assert "nput should" not in said, said
            assert "valid" not in said, said


def test_the_librarys_words_are_better_than_none() -> None:
    assert (
        say_plainly({"type": "never_seen", "msg": "Some words", "loc": (), "input": ""})
        == "Some words"
    )
