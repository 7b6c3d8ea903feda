"""The page for people says what the table says."""

from __future__ import annotations

from pathlib import Path

from bot.docs.access_page import page
from handlers.menu import COMMANDS
from handlers.rules.access import TABLE, Act
from store.school.procedure import load_procedure

ROOT = Path(__file__).parents[3]


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "access.md").read_text("utf-8")
    assert page(load_procedure(ROOT / "policy_texts")) == written, "run: make docs"


def test_nothing_is_left_out() -> None:
    made = page(load_procedure(ROOT / "policy_texts"))
    assert all(f"| {act.value}" in made for act in Act)
    assert len(TABLE) == len(Act)
    assert all(command.usage.replace("|", "\\|") in made for command in COMMANDS.all)
