"""The tables of docs/technician.md, made from the code: `python -m bot.docs.technician_page` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from bot.__main__ import app
from bot.settings import Settings
from bot.slack.manifest import APP_SCOPE, EVENTS, REMOVALS, SCOPES

PAGE = Path(__file__).parents[2] / "docs" / "technician.md"
APP_SCOPE_IS = "on the app token alone: open the connection of Socket Mode"

_MADE = re.compile(r"(<!-- made: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page, with each table between `<!-- made: … -->` and `<!-- end -->` as the code has it now."""
    return _MADE.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], page)


def settings_table() -> str:
    rows = (
        (f"`{name.upper()}`", field.description or "", _default(field.default))
        for name, field in Settings.model_fields.items()
    )
    return _table(("Setting", "What it is", "If it is not set"), rows)


def command_table() -> str:
    rows = ((f"`headsup {usage}`", words) for usage, words in commands())
    return _table(("Command", "What for"), rows)


def scope_table() -> str:
    rows = [(f"`{name}`", why) for name, why in sorted(SCOPES.items())] + [
        (f"`{APP_SCOPE}`", APP_SCOPE_IS)
    ]
    return _table(("Scope", "To"), rows)


def event_table() -> str:
    rows = ((f"`{name}`", what) for name, what in sorted({**EVENTS, **REMOVALS}.items()))
    return _table(("Event", "What it brings"), [*rows])


def commands() -> Iterator[tuple[str, str]]:
    """Every command of `headsup`, with its arguments and options, and the line that its help begins with."""
    yield from _commands(get_command(app), "")


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
    given = " ".join(map(_given, command.params))
    yield f"{name} {given}".strip(), (command.help or "").split("\n")[0]


def _given(parameter: TyperArgument | TyperOption) -> str:
    if isinstance(parameter, TyperArgument):
        words = parameter.metavar or (parameter.name or "").upper()
    else:
        words = next(word for word in parameter.opts if word.startswith("--"))
        words += "" if parameter.is_flag else " …"
    return words if parameter.required else f"[{words}]"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
