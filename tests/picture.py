"""The picture in the README: a real talk in the terminal, as it came out. `make picture` draws it anew."""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
import textwrap
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from tests.talks.stage import TUESDAY, StillClock, TerminalStage

TALK = (
    (
        "Asha",
        'forward "No child is safe there, somebody should sort them out. https://example.com/groups/4711"',
    ),
    ("Asha", "tap The school"),
    ("Asha", "tap Threat of violence"),
    ("Asha", "tap A pupil"),
    ("Ben", "tap I'll take it"),
    ("Asha", "/case status"),
    ("Asha", "/policy may I reply to a parent online?"),
)
WIDTH = 104
SHOWN = 12  # lines of one answer
TITLE = "Heads Up"
MORE, QUOTE = "  …", "  │ "
FONTS = re.compile(
    r"@font-face \{.*?\}", re.DOTALL
)  # from a server elsewhere; any monospaced font will do


async def draw(folder: Path) -> str:
    """The talk as an SVG; the reference of its case is another one each time."""
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
    return FONTS.sub("", console.export_svg(title=TITLE, theme=MONOKAI, unique_id="talk"))


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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as there:
        sys.stdout.write(asyncio.run(draw(Path(there))))
