"""`.env`: read with a sentence for what is wrong in it, and changed line by line.

What it does not know, it leaves alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from store.errors import Trouble
from store.text_file import CURLY_QUOTES, read_text

TOP = (
    "# Settings of Heads Up, with the tokens: "
    "nobody but the bot's own account should read this file.\n"
)
NO_SETTING = "{path}, line {line}: no setting. Write NAME=value, or # in front of a remark."
NO_EQUALS = "{path}, line {line}: {name} has no “=” after it. Write {name}=value."
CURLY = (
    "{path}, line {line}: the value of {name} is in curly quotes, as word processors make them. "
    "Type straight ones, or none."
)

_PLAIN = re.compile(r"[\w:/.@,+-]*", re.ASCII)


class EnvFileMistake(Trouble):
    """The file cannot be used as it is; a line for each mistake names its line, from 1."""


def read(path: Path, *, interpolate: bool = False) -> dict[str, str]:
    """Its settings that have a value; none where there is no file.

    Raises EnvFileMistake, NotText, and OSError. `interpolate` puts other settings in for `${…}`.
    """
    if not path.exists():
        return {}
    text = read_text(path)
    mistakes = list(_find_mistakes(path, text))
    if mistakes:
        raise EnvFileMistake("\n".join(mistakes))
    values = dotenv_values(stream=StringIO(text), interpolate=interpolate)
    return {name: value for name, value in values.items() if value}


def line_of(name: str, path: Path) -> int:
    """The line, from 1, on which a setting stands; the last one counts. 0 where it does not."""
    if not path.exists():
        return 0
    lines = [_line(binding) for binding in _bindings(read_text(path)) if binding.key == name]
    return lines[-1] if lines else 0


def _find_mistakes(path: Path, text: str) -> Iterator[str]:
    for binding in _bindings(text):
        line, name, value = _line(binding), binding.key, binding.value
        if binding.error:
            yield NO_SETTING.format(path=path, line=line)
        elif name and value is None:
            yield NO_EQUALS.format(path=path, line=line, name=name)
        elif value and value[0] in CURLY_QUOTES:
            yield CURLY.format(path=path, line=line, name=name)


def _bindings(text: str) -> Iterator[Binding]:
    return parse_stream(StringIO(text))


def _line(binding: Binding) -> int:
    """Blank lines in front of a setting belong to what the parser has read of it."""
    original = binding.original
    blank = len(original.string) - len(original.string.lstrip())
    return original.line + original.string[:blank].count("\n")


def merged(text: str, values: Mapping[str, str]) -> str:
    """The file's text with these settings: in the place where each stood, or at the end."""
    lines = text.splitlines() if text else TOP.splitlines()
    for name, value in values.items():
        line = f"{name}={_written(value)}"
        setting = re.compile(rf"\s*(export\s+)?{name}\s*=")
        places = [number for number, old in enumerate(lines) if setting.match(old)]
        if places:
            # Where a setting stands several times, the last one counts.
            lines[places[-1]] = line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _written(value: str) -> str:
    """A value as `.env` has it: in quotes where it is more than letters and digits."""
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
