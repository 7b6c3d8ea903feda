"""Shows on a terminal that a command is at work, and how far it has come.

It goes to standard error, and only where that is a terminal: what is piped, or written to a file,
holds what the command says and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from store.progress import watching

#: Says one line, above what shows the progress.
Say = Callable[[str], None]


@contextmanager
def progress(words: str) -> Iterator[Say]:
    """Show what is done, such as “Backing up”, until the context ends; then it is gone again."""
    # It takes a moment to load, and a pipe does not need it.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield typer.echo
        return

    spins = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    counts = (BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn())
    # What goes to standard output stays there, also where that is a file.
    with Progress(*spins, *counts, console=console, transient=True, redirect_stdout=False) as shown:
        task = shown.add_task(words, total=None)

        def say(line: str) -> None:
            shown.stop()
            typer.echo(line)
            shown.start()

        with watching(lambda done, of: shown.update(task, completed=done, total=of)):
            yield say
