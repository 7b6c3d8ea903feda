"""`headsup …`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys

import typer

# Each of them adds its commands, in the order in which the help lists them.
from bot.cli.commands import (  # isort: skip
    running,
    people,
    keeping,
    schools,
    handing_over,
    policies,
)
from bot.cli.commands.app import app

__all__ = ["app", "handing_over", "keeping", "people", "policies", "running", "schools"]

NO_POSIX = (
    "Heads Up runs on Linux and macOS. On Windows, run it in WSL, or in containers: "
    "docs/technician.md"
)


def main() -> None:
    """`headsup …`; a mistake that the technician can mend is one sentence and exit status 1."""
    from store.errors import Trouble

    if os.name != "posix":
        # Files that outlive a crash, signals, and limits for what reads pictures.
        typer.echo(f"headsup: {NO_POSIX}", err=True)
        sys.exit(1)
    try:
        app()
    except Trouble as error:
        typer.echo(f"headsup: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
