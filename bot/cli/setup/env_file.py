"""`.env`, changed line by line: what it does not know, it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

TOP = "# Settings of Heads Up, with the tokens: nobody but the bot's own account should read this file.\n"

_PLAIN = re.compile(r"[\w:/.@,+-]*", re.ASCII)


def read(path: Path) -> dict[str, str]:
    """Its settings; none where there is no file. Raises OSError."""
    if not path.exists():
        return {}
    return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value}


def merged(text: str, values: Mapping[str, str]) -> str:
    """The file's text with these settings: in the place where each stood, or at the end."""
    lines = text.splitlines() if text else TOP.splitlines()
    for name, value in values.items():
        line = f"{name}={_written(value)}"
        places = [n for n, old in enumerate(lines) if re.match(rf"\s*(export\s+)?{name}\s*=", old)]
        if places:
            lines[places[-1]] = line  # the last one is the one that counts
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _written(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
