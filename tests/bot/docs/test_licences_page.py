"""The page of licences names everything that is locked."""

from __future__ import annotations

import re
from pathlib import Path

from bot.docs.licences_page import locked_packages, page

ROOT = Path(__file__).parents[3]
WRITTEN = (ROOT / "docs" / "licences.md").read_text("utf-8")
#: Of whose code nothing may be handed on in another's.
NOT_OURS = re.compile(r"\bA?GPL|proprietary|commercial", re.IGNORECASE)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def listed(text: str) -> set[str]:
    # No addresses: some would lead to registries.
    assert "://" not in text
    rows = re.findall(r"^\| ([\w.-]+) \| (.+?) \|$", text, re.MULTILINE)
    assert all(not NOT_OURS.search(licence.replace("LGPL", "")) for _, licence in rows)
    return {plain(name) for name, _ in rows if name not in ("Package", "---")}


def test_everything_that_is_locked_is_on_the_page() -> None:
    lock = (ROOT / "requirements-postgres.txt").read_text("utf-8")
    # What builds the package is no part of it.
    locked = {plain(name) for name in locked_packages(lock)} - {"setuptools"}
    assert listed(WRITTEN) - {"setuptools"} == locked, "run: make licences"


def test_the_page_can_be_made_anew() -> None:
    assert listed(page()) >= {"typst", "tinydb", "pyrage"}
