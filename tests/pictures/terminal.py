"""The picture in the README: a real talk in the terminal, as it came out. `make pictures` draws it anew."""

from __future__ import annotations

import io
import re
import textwrap
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from tests.pictures.page import steady
from tests.pictures.talk import TALK
from tests.talks.stage import TUESDAY, StillClock, TerminalStage

WIDTH = 104
SHOWN = 12  # lines of one answer
TITLE = "Heads Up"
MORE, QUOTE = "  …", "  │ "
FONTS = re.compile(
    r"@font-face \{.*?\}", re.DOTALL
)  # from a server elsewhere; any monospaced font will do


async def draw(folder: Path) -> str:
    """The talk as an SVG."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    stage = TerminalStage(folder, StillClock(TUESDAY))
    async with stage.running():
        for name, line in TALK:
            console.print(f"{name}> {line}", style="bold yellow", markup=False)
            await _answer(stage, name, line, console)
        svg = console.export_svg(title=TITLE, theme=MONOKAI, unique_id="talk")
        return await steady(FONTS.sub("", svg), stage)


async def _answer(stage: TerminalStage, name: str, line: str, console: Console) -> None:
    begin = stage.out.tell()
    stage.front_end.me = name.lower()
    await stage.front_end.obey(line, stage.bot.answer)
    await stage.quiet()
    stage.out.seek(begin)
    block = 0
    for row in stage.out.read().splitlines():
        block = block + 1 if row.startswith("  ") else 0
        if block <= SHOWN:
            for part in textwrap.wrap(
                row, WIDTH, subsequent_indent=QUOTE if row.startswith(QUOTE) else "  "
            ):
                console.print(part, style=_style(row), markup=False)
        elif block == SHOWN + 1:
            console.print(MORE)


def _style(row: str) -> str:
    if not row.startswith("  "):
        return "bold green"
    return {"[": "cyan", "│": "italic"}.get(row.strip()[:1], "")
