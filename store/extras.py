"""How to install what is not installed: it depends on how the bot was."""

from __future__ import annotations

from pathlib import Path

#: Lies beside the packages of a clone, and is in no wheel.
PINNED = Path(__file__).parents[1] / "requirements-postgres.txt"
OF_CLONE = "Run: make postgres"
OF_WHEEL = (
    "Install the wheel again, with its extra: "
    "pipx install --force 'headsup-….whl[postgres]', or pip install 'headsup-….whl[postgres]'"
)


def how_to_install(pinned: Path = PINNED) -> str:
    """A sentence on how to add what PostgreSQL and buckets need."""
    return OF_CLONE if pinned.exists() else OF_WHEEL
