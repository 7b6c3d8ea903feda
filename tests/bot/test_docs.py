"""What the pages name exists, and what exists is named."""

from __future__ import annotations

from bot.technician_page import PAGE, filled
from bot.version import current, version_line
from tests.talks.stage import ROOT


def test_the_tables_of_the_technician_are_current() -> None:
    written = PAGE.read_text("utf-8")
    assert filled(written) == written, "run: make docs"


def test_the_version_is_the_one_of_the_package() -> None:
    assert f'version = "{current()}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert version_line().startswith(f"Heads Up {current()}, Python 3.")
