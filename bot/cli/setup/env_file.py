"""`.env`, changed line by line: what it does not know, it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

TOP = (
    "# Settings of Heads Up, with the tokens: "
    "nobody but the bot's own account should read this file.\n"
)

_PLAIN = re.compile(r"[\w:/.@,+-]*", re.ASCII)


def read(path: Path) -> dict[str, str]:
    """Its settings that have a value; none where there is no file. Raises OSError."""
    if not path.exists():
        return {}
    values = dotenv_values(path, interpolate=False)
    return {name: value for name, value in values.items() if value}


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
