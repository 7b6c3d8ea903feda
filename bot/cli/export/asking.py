"""Asks the person at the terminal what becomes of each name and file of an export."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from bot.cli.export.decisions import Decided, Decision
from bot.cli.export.folded import Finder
from bot.cli.export.html_pages import safe, texts_of
from bot.cli.export.redact import Ask

BEGIN = (
    "Who else is named, one after another. r takes the name out wherever it stands, k keeps it, "
    "s stops here: what you have answered is kept in others.txt."
)
ABOUT_FILE = "Look at {path}. Hand it over?"
ANSWERS = {"r": Decided.REMOVE, "k": Decided.KEEP, "s": None}
AGAIN = "r, k or s, please."

#: How many places are shown of each, and how much to either side of it.
PLACES = 2
AROUND = 40


def asker(folder: Path) -> Ask | None:
    """Asks in the terminal; None where nobody sits at one."""
    if not sys.stdin.isatty():
        return None
    texts: list[str] = []
    for page in sorted(folder.glob("*.html")):
        texts += texts_of(page.read_text("utf-8"))
    typer.echo(BEGIN)

    def ask(decision: Decision) -> Decided | None:
        typer.echo("\n" + _said_of(decision, texts))
        while True:
            answer = typer.prompt("[r]emove, [k]eep, [s]top", default="", show_default=False)
            key = answer.strip().lower()[:1]
            if key in ANSWERS:
                return ANSWERS[key]
            typer.echo(AGAIN)

    return ask


def _said_of(decision: Decision, texts: list[str]) -> str:
    if decision.is_file:
        return ABOUT_FILE.format(path=safe(decision.words))
    finder = Finder((decision.words,))
    lines = [safe(decision.words)]
    for text in texts:
        place = finder.around(text, AROUND)
        if place and len(lines) <= PLACES:
            lines.append(f"    … {place} …")
    return "\n".join(lines)
