"""What the pages name exists, and what exists is named."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.docs.technician_page import PAGE, commands, filled
from bot.settings import Settings
from bot.version import current, version_line
from handlers.menu import COMMANDS, TAPPED
from handlers.rules.access import WORKERS
from store.model.records import Person, Role
from tests.pictures import terminal
from tests.talks.stage import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"`([^`\n]+)`|^ {4,}(\S.*)$", re.MULTILINE)
ELSEWHERE = {
    "invite",
    "newbot",
    "mybots",
    "setprivacy",
}  # commands of Slack itself, and of @BotFather
ASKED = {"health", "ready", "metrics"}  # by machines, over HTTP


def code(page: Path) -> list[str]:
    """What stands in backticks or indented: things that one types."""
    return ["".join(found) for found in CODE.findall(page.read_text("utf-8"))]


def person(role: Role) -> Person:
    return Person("", "", (role,), (), datetime.now(UTC))


def name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_chat_command_that_is_named_exists(page: Path) -> None:
    for words in code(page):
        for typed in re.findall(r"(?:^|(?<=[ ,]))/([a-z][^,;]*)", words):
            first = typed.split()[0].rstrip("…")
            if "/" not in first and first not in ELSEWHERE | ASKED | {"headsup"}:
                assert COMMANDS.find(typed.strip()), typed


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_the_command_line_that_is_named_exists(page: Path) -> None:
    known = {
        " ".join(word for word in usage.split() if word.islower() and word[0].isalpha())
        for usage, _ in commands()
    }
    for words in code(page):
        for typed in re.findall(r"(?<![/\w-])headsup ((?:policy )?[a-z][a-z-]*)", words):
            assert typed in known, typed


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {field.upper() for field in Settings.model_fields}
    for words in code(page):
        for named in re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b", words):
            assert named in known, named


def test_every_setting_and_command_is_named() -> None:
    """The tables are made from the code: with them, all of both are on the technician's page."""
    written = PAGE.read_text("utf-8")
    assert filled(written) == written, "run: make docs"
    assert all(f"| `{field.upper()}` |" in written for field in Settings.model_fields)
    assert all(
        f"| `headsup {usage.replace('|', chr(92) + '|')}` |" in written for usage, _ in commands()
    )


def test_staff_and_leaders_find_all_their_commands_on_their_page() -> None:
    for page, roles in (("staff.md", {Role.STAFF}), ("leaders.md", WORKERS)):
        text = (ROOT / "docs" / page).read_text("utf-8")
        for command in COMMANDS.all:
            if command not in TAPPED and any(command.is_for(person(Role(role))) for role in roles):
                bare = command.name in ("case", "policy")
                assert (
                    f"/{command.name}" in text
                    if not bare
                    else re.search(rf"`/{command.name} (REF|7K4M|QUE|may)", text)
                )


@pytest.mark.parametrize("page", ["staff.md", "leaders.md"])
def test_one_page_is_one_page(page: str) -> None:
    """60 lines of 125 characters fit on a sheet of A4."""
    lines = (ROOT / "docs" / page).read_text("utf-8").splitlines()
    assert sum(1 + len(line) // 125 for line in lines) <= 60


async def test_the_picture_is_of_the_product_as_it_is(tmp_path: Path) -> None:
    """But for the order in which two are told at once."""

    def words(svg: str) -> list[str]:
        found = re.findall(r">([^<>]+)</text>", svg)
        return sorted(text.replace("&#160;", " ").strip() for text in found)

    drawn = (ROOT / "docs" / "talk.svg").read_text("utf-8")
    assert "Case&#160;7K4M" in drawn
    assert words(drawn) == words(await terminal.draw(tmp_path)), "run: make pictures"
    assert "http" not in re.sub(r'xmlns="[^"]*"|example\.com|https://', "", drawn).replace(
        "http://www.w3.org", ""
    )


def test_the_version_is_the_one_of_the_package() -> None:
    assert f'version = "{current()}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert version_line().startswith(f"Heads Up {current()}, Python 3.")
