"""The tables of docs/technician.md, made from the code.

`python -m bot.docs.technician_page` writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from bot.__main__ import app
from bot.docs.markdown import table
from bot.settings import Settings
from bot.slack.app.manifest import EVENTS, REMOVALS
from bot.slack.app.scopes import APP_SCOPE, SCOPES

PAGE = Path(__file__).parents[2] / "docs" / "technician.md"
APP_SCOPE_IS = "on the app token alone: open the connection of Socket Mode"

_MADE = re.compile(r"(<!-- made: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page, with each table between its `<!-- made: … -->` and `<!-- end -->` made anew."""

    def make(found: re.Match[str]) -> str:
        begin, name, end = found.groups()
        return begin + TABLES[name]() + end

    return _MADE.sub(make, page)


def settings_table() -> str:
    rows: list[Sequence[str]] = []
    for name, setting in Settings.model_fields.items():
        rows.append((f"`{name.upper()}`", setting.description or "", _default(setting.default)))
    return table(("Setting", "What it is", "If it is not set"), rows)


def command_table() -> str:
    rows = [(f"`headsup {usage}`", words) for usage, words in commands()]
    return table(("Command", "What for"), rows)


def scope_table() -> str:
    rows = [(f"`{name}`", why) for name, why in sorted(SCOPES.items())]
    rows.append((f"`{APP_SCOPE}`", APP_SCOPE_IS))
    return table(("Scope", "To"), rows)


def event_table() -> str:
    events = {**EVENTS, **REMOVALS}
    rows = [(f"`{name}`", what) for name, what in sorted(events.items())]
    return table(("Event", "What it brings"), rows)


def commands() -> Iterator[tuple[str, str]]:
    """Every command of `headsup` with its arguments and options, and the first line of its help."""
    yield from _commands(get_command(app), "")


#: What makes each table, by its name in the page.
TABLES: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "commands": command_table,
    "scopes": scope_table,
    "events": event_table,
}


def _default(value: object) -> str:
    return "–" if value in (None, "", ()) else f"`{value}`"


def _commands(command: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(command, TyperGroup):
        for word, inside in command.commands.items():
            yield from _commands(inside, f"{name} {word}".strip())
        return
    given = " ".join(map(_usage, command.params))
    first_line = (command.help or "").split("\n")[0]
    yield f"{name} {given}".strip(), first_line


def _usage(parameter: TyperArgument | TyperOption) -> str:
    """How an argument or an option is typed; in brackets where it may be left out."""
    if isinstance(parameter, TyperArgument):
        words = parameter.metavar or (parameter.name or "").upper()
    else:
        words = next(word for word in parameter.opts if word.startswith("--"))
        if not parameter.is_flag:
            words += " …"
    return words if parameter.required else f"[{words}]"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
