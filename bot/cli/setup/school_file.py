"""`school.toml`, changed line by line: remarks, staff and whatever else stands in it stay."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time

TOP = "# The school, as Heads Up knows it. Every line is optional; school.example.toml shows what else there is.\n"
WIDE = 100

Value = str | time | Sequence[str]


def merged(text: str, values: Mapping[str, Value]) -> str:
    """The file's text with these values, each in the place where it stood, or before the first table."""
    lines = text.splitlines() if text else TOP.splitlines()
    for key, value in values.items():
        end = next((n for n, line in enumerate(lines) if _is_heading(lines, n)), len(lines))
        begin = next((n for n in range(end) if _key(lines[n]) == key), None)
        if begin is None:
            while end and not lines[end - 1].strip():
                end -= 1
            lines[end:end] = [_line(key, value)]
        else:
            lines[begin : _end(lines, begin)] = [_line(key, value)]
    return "\n".join(lines) + "\n"


def _is_heading(lines: list[str], number: int) -> bool:
    """Whether a table begins in this line. A list of several lines is none."""
    if not lines[number].lstrip().startswith("["):
        return False
    try:
        tomllib.loads("\n".join(lines[:number]))
    except tomllib.TOMLDecodeError:
        return False  # in the middle of a value
    return True


def _key(line: str) -> str:
    key, equals, _ = line.partition("=")
    return key.strip().strip("\"'") if equals else ""


def _end(lines: list[str], begin: int) -> int:
    """The line after a value, which may take several."""
    for end in range(begin + 1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[begin:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return begin + 1


def _line(key: str, value: Value) -> str:
    if isinstance(value, time):
        return f"{key} = {value:%H:%M:%S}"
    if isinstance(value, str):
        return f"{key} = {_text(value)}"
    short = f"{key} = [{', '.join(map(_text, value))}]"
    return (
        short
        if len(short) <= WIDE
        else f"{key} = [\n" + "".join(f"    {_text(one)},\n" for one in value) + "]"
    )


def _text(value: str) -> str:
    """As JSON writes it, which TOML reads."""
    return json.dumps("".join(c for c in value if c.isprintable()), ensure_ascii=False)
