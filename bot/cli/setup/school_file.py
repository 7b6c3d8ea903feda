"""`school.toml`, changed line by line: remarks, staff and whatever else stands in it stay."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time

TOP = (
    "# The school, as Heads Up knows it. Every line is optional; "
    "school.example.toml shows what else there is.\n"
)

#: Characters of a line after which a list is written a line for each of its texts.
WIDE = 100

Value = str | time | Sequence[str]


def merged(text: str, values: Mapping[str, Value]) -> str:
    """The file's text with these values, each in its old place, or before the first table."""
    lines = text.splitlines() if text else TOP.splitlines()
    for key, value in values.items():
        end = _first_heading(lines)
        begin = _place_of(key, lines[:end])
        if begin is None:
            place = _after_last_words(lines[:end])
            lines.insert(place, _line(key, value))
        else:
            lines[begin : _end(lines, begin)] = [_line(key, value)]
    return "\n".join(lines) + "\n"


def _first_heading(lines: list[str]) -> int:
    """The number of the line in which the first table begins; without tables, the last line's."""
    for number in range(len(lines)):
        if _is_heading(lines, number):
            return number
    return len(lines)


def _is_heading(lines: list[str], number: int) -> bool:
    """Whether a table begins in this line. A list of several lines is none."""
    if not lines[number].lstrip().startswith("["):
        return False
    try:
        tomllib.loads("\n".join(lines[:number]))
    except tomllib.TOMLDecodeError:
        # It is in the middle of a value.
        return False
    return True


def _place_of(key: str, lines: list[str]) -> int | None:
    """The first line that gives this key a value."""
    for number, line in enumerate(lines):
        if _key(line) == key:
            return number
    return None


def _after_last_words(lines: list[str]) -> int:
    """Where to add a line, so that blank lines at the end stay there."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _key(line: str) -> str:
    key, equals, _ = line.partition("=")
    return key.strip().strip("\"'") if equals else ""


def _end(lines: list[str], begin: int) -> int:
    """The number of the line after a value, which may take several lines."""
    for end in range(begin + 1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[begin:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return begin + 1


def _line(key: str, value: Value) -> str:
    """A key and its value as TOML; more than one line for a list that is wide."""
    if isinstance(value, time):
        return f"{key} = {value:%H:%M:%S}"
    if isinstance(value, str):
        return f"{key} = {_text(value)}"
    short = f"{key} = [{', '.join(map(_text, value))}]"
    if len(short) <= WIDE:
        return short
    items = "".join(f"    {_text(one)},\n" for one in value)
    return f"{key} = [\n{items}]"


def _text(value: str) -> str:
    """As JSON writes it, which TOML reads."""
    printable = "".join(character for character in value if character.isprintable())
    return json.dumps(printable, ensure_ascii=False)
