"""Whose licences what is installed beside the bot has, as a page: `make licences`.

What is installed is what `requirements-postgres.txt` locks; the licences are those that the
packages here say they have.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.docs.markdown import table

LOCK = Path(__file__).parents[2] / "requirements-postgres.txt"
HEAD = """\
# Licences of third parties

Heads Up is under the [Apache License 2.0](../LICENSE), and so are the weights in it, whose own
notices are in `store/policies/search/models.*.txt`. Beside it, these packages are installed, some
with PostgreSQL alone; none is changed, or copied into this repository. `make sbom` writes all of
them down for a machine, with their versions and hashes.

"""
# Without addresses: some lead to registries, and all of them change.
COLUMNS = ("Package", "Licence")
#: What says nothing of its licence in its package, and says it in its repository.
SAID_ELSEWHERE = {"pyrage": "MIT"}
UNKNOWN = "UNKNOWN"

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def locked_packages(lock: str) -> list[str]:
    """The names of what a lock installs, in its order."""
    return _PINNED.findall(lock)


def page() -> str:
    """Raises ValueError where a package has no licence that is known."""
    rows = []
    for package in _licences(locked_packages(LOCK.read_text("utf-8"))):
        name, licence = package["Name"], package["License"]
        if licence == UNKNOWN:
            licence = SAID_ELSEWHERE.get(name, "")
        if not licence:
            raise ValueError(f"{name} says nothing of its licence")
        rows.append((name, licence))
    return HEAD + table(COLUMNS, sorted(rows, key=lambda row: row[0].casefold()))


def _licences(packages: Iterable[str]) -> Sequence[dict[str, str]]:
    asked = ["--format", "json", "--packages", *packages]
    command = [sys.executable, "-m", "piplicenses", *asked]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
