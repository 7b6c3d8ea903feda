"""Where everything is kept: made, moved, backed up and looked through."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.commands.answering import fail_unless, print_lines
from bot.cli.commands.app import app
from bot.cli.commands.options import AsJson, Generation, KeyFile


@app.command(
    help=(
        "Make the database's tables, or bring them up to date. Safe to run again, and on "
        "several machines at once."
    )
)
def migrate(
    print_roles: Annotated[
        bool,
        typer.Option("--print-roles", help="Print SQL that makes the roles, and change nothing."),
    ] = False,
) -> None:
    from bot.cli.progress import progress
    from bot.open_store import migrate_tables, sql_of_roles
    from bot.settings import load

    if print_roles:
        typer.echo(sql_of_roles(), nl=False)
        return
    with progress("Bringing the tables up to date") as say:
        say(migrate_tables(load()))


@app.command(
    help=(
        "Carry everything over to a database or a folder. Stop the bot first, or with SCHOOLS "
        "disconnect the school's chats; run it again if it was interrupted. For a copy while the "
        "bot runs: headsup backup, and restore into a folder."
    )
)
def move(
    to: Annotated[
        str, typer.Option(help="postgresql://user:password@host/name, or a folder.")
    ] = "",
    again: Annotated[
        bool,
        typer.Option("--again", help=("Use this place again, though all was moved away from it.")),
    ] = False,
) -> None:
    from bot.cli.keeping.move import WHICH, move_to, use_again, word_move
    from bot.cli.progress import progress
    from bot.settings import load
    from store.errors import Trouble

    settings = load()
    if again:
        typer.echo(asyncio.run(use_again(settings)))
    elif to:
        with progress("Carrying over"):
            moved = asyncio.run(move_to(to, settings))
        print_lines(word_move(moved, to, settings))
    else:
        raise Trouble(WHICH)


@app.command(
    help=(
        "Say what in the folder or the database is not as it was written. Exit status 1 where "
        "there is anything."
    )
)
def verify(
    against: Annotated[
        str,
        typer.Option(help="An older copy to compare with: a folder, or a database’s address."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from bot.cli.keeping.verify import print_findings
    from bot.cli.progress import progress
    from bot.settings import load

    with progress("Looking through all that is kept") as say:
        is_well = print_findings(load(), say, against=against, as_json=as_json)
    fail_unless(is_well)


@app.command()
def backup(
    to: Annotated[
        str, typer.Argument(help="A folder on another disk, or s3://bucket/path; else BACKUP_TO.")
    ] = "",
    encrypt: Annotated[
        str, typer.Option(help="A public key of age (age1…); else BACKUP_KEY.")
    ] = "",
    forget_older: Annotated[
        bool, typer.Option(help="Keep this backup there, and no older one.")
    ] = False,
) -> None:
    """Copy all that is kept, also while the bot runs. Only what has changed is copied again."""
    from bot.cli.keeping.backup import back_up
    from bot.cli.progress import progress
    from bot.settings import load

    with progress("Backing up"):
        said = back_up(load(), to, encrypt, datetime.now(UTC), forget_older=forget_older)
    print_lines(said)


@app.command(
    help=(
        "Put a backup back into an empty folder or database. Exit status 1 where what was backed "
        "up was not all well."
    )
)
def restore(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Where the backups are.")],
    to: Annotated[
        str,
        typer.Argument(help="An empty folder, or postgresql://…; else DATABASE_URL."),
    ] = "",
    key: KeyFile = None,
    generation: Generation = "",
) -> None:
    from bot.cli.keeping.restore import RestoreOrder, put_back
    from bot.cli.progress import progress
    from bot.settings import load

    with progress("Putting back"):
        restored = put_back(RestoreOrder(source, to, key, generation), load())
    print_lines(restored.lines)
    fail_unless(restored.is_well)


@app.command(
    "put-back",
    help=(
        "Bring back from an older copy what is lost or different here: shows what differs, and "
        "asks about each case. What it replaces is kept in a folder. Stop the bot first. Exit "
        "status 1 where not all is well afterwards."
    ),
)
def put_back_cases(
    source: Annotated[
        str,
        typer.Argument(metavar="FROM", help="A place of backups, a data folder, postgresql://…"),
    ],
    key: KeyFile = None,
    generation: Generation = "",
    all_older: Annotated[
        bool,
        typer.Option(
            "--all-older",
            help="Take the older one of each case of which something is lost; ask nothing.",
        ),
    ] = False,
) -> None:
    from bot.cli.keeping.older_copy import CopyOrder
    from bot.cli.keeping.put_back import put_back
    from bot.monitoring.logs import to_standard_error
    from bot.settings import load

    def ask(question: str) -> str:
        import click

        return str(typer.prompt(question, type=click.Choice(["o", "k", "a", "n"])))

    order = CopyOrder(source, key, generation)
    how = None if all_older else ask
    with to_standard_error():
        is_well = asyncio.run(put_back(order, load(), how, typer.echo, datetime.now(UTC)))
    fail_unless(is_well)


@app.command(
    "backup-key",
    help=(
        "Make a pair of keys, so that backups can be encrypted: nobody reads them without the "
        "private key."
    ),
)
def backup_key(
    file: Annotated[Path, typer.Argument(help="A new file for the private key.")],
) -> None:
    from bot.cli.keeping.backup import new_key

    print_lines(new_key(file))
