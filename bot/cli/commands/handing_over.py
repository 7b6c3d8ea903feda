"""What is handed to somebody outside, or counted for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.commands.answering import print_lines
from bot.cli.commands.app import app
from bot.cli.commands.options import AsCsv


@app.command()
def export(
    person: Annotated[str, typer.Option(help="The person's full name.")],
    to: Annotated[Path, typer.Option(help="A new folder.")],
) -> None:
    """Gather what is held that names somebody, for a person to check and redact."""
    from bot.cli.export.export import export_to
    from bot.cli.progress import progress
    from bot.settings import load

    with progress("Gathering"):
        lines = asyncio.run(export_to(to, person, load(), datetime.now(UTC)))
    print_lines(lines)


@app.command()
def redact(
    folder: Annotated[Path, typer.Argument(help="What `headsup export` has written.")],
    to: Annotated[Path, typer.Option(help="A new folder, for the copy.")],
) -> None:
    """Write a copy of an export without what tells of others; asks about each name and file."""
    from bot.cli.export.asking import asker
    from bot.cli.export.redact import redact_to

    print_lines(redact_to(folder, to, asker(folder)))


@app.command()
def pack(
    reference: Annotated[str, typer.Argument(help="The case's reference, such as 7K4M.")],
    to: Annotated[Path, typer.Option(help="A folder.")],
    receiver: Annotated[str, typer.Option("--for", help="police, authority, governors or person.")],
    because: Annotated[str, typer.Option(help="Why it is handed over.")],
    encrypt: Annotated[str, typer.Option(help="A public key of age, which begins with age1.")] = "",
) -> None:
    """Pack a case as a ZIP file, to hand over: what a chat cannot carry, or encrypted."""
    from bot.cli.pack import Order, pack_to
    from bot.cli.progress import progress
    from bot.settings import load

    order = Order(reference, receiver, because, encrypt)
    with progress("Packing"):
        lines = asyncio.run(pack_to(to, order, load(), datetime.now(UTC)))
    print_lines(lines)


@app.command()
def figures(
    period: Annotated[
        list[str] | None,
        typer.Argument(help="last term, this year, 2026-27 or 1/9/2026 to 31/12/2026."),
    ] = None,
    of_all: Annotated[bool, typer.Option("--all", help="Of all schools together.")] = False,
    as_csv: AsCsv = False,
    pdf: Annotated[Path | None, typer.Option(help="A new file, for a page to hand on.")] = None,
) -> None:
    """Count the cases of several schools together, for a trust; no school can be told apart."""
    from bot.cli.figures import NEEDS_ALL, Wanted, figures_of_all
    from bot.cli.progress import progress
    from bot.settings import load
    from store.errors import Trouble

    if not of_all:
        raise Trouble(NEEDS_ALL)
    wanted = Wanted(" ".join(period or []), as_csv, pdf)
    with progress("Counting"):
        lines = asyncio.run(figures_of_all(load(), wanted, datetime.now(UTC)))
    print_lines(lines)


@app.command(
    help=(
        "Write who had which role, who read what, and what was exported, as CSV for an auditor. "
        "No word of a case is in it. That it was written is noted."
    )
)
def audit(
    since: Annotated[str, typer.Option(help="The first day, as 2026-09-01.")],
    to: Annotated[Path | None, typer.Option(help="A new file; else it is printed.")] = None,
    with_apart: Annotated[
        bool,
        typer.Option(
            "--with-kept-apart",
            help="Include cases that are kept from somebody who works here.",
        ),
    ] = False,
) -> None:
    from bot.cli.audit import AuditOrder
    from bot.cli.audit import audit as audit_all
    from bot.settings import load

    order = AuditOrder(since, to, with_apart)
    print_lines(asyncio.run(audit_all(order, load(), datetime.now(UTC))))
