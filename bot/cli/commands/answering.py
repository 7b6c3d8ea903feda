"""How a command answers: in lines, and by its exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import typer


def print_lines(lines: Iterable[str]) -> None:
    typer.echo("\n".join(lines))


def fail_unless(is_well: bool) -> None:
    """End with the exit status 1, for scripts, where something is not well."""
    if not is_well:
        sys.exit(1)
