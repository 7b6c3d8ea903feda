"""The policy texts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.commands.answering import print_lines
from bot.cli.commands.app import app, policy
from bot.cli.commands.options import AsJson


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, as one would type it.")] = "",
    texts: Annotated[
        Path | None, typer.Option(help="A folder of texts; else POLICY_TEXTS.")
    ] = None,
    as_json: AsJson = False,
    jsonl: Annotated[
        bool, typer.Option(help="Read questions as JSON lines, write answers so.")
    ] = False,
) -> None:
    """Ask the policy texts, as /policy does."""
    from bot.cli.policies import ask as asking
    from bot.cli.progress import progress
    from bot.open_texts import cache_file
    from bot.settings import load

    with progress("Reading the texts"):
        policies = asking.open_texts(texts or load().policy_texts, cache_file())
    if jsonl:
        asking.ask_lines(policies, sys.stdin, sys.stdout)
    else:
        asking.ask_one(policies, question, sys.stdout, as_json=as_json)


@policy.command("add")
def policy_add(
    file: Annotated[Path, typer.Argument(help="A .docx, .pdf, .html, .md or .txt file.")],
    title: Annotated[
        str, typer.Option(help="How the text is called; else as it calls itself.")
    ] = "",
    owner: Annotated[str, typer.Option(help="The role that keeps it current.")] = "",
    review_by: Annotated[
        str, typer.Option(help="The day by which it is reviewed, as 2027-09-30.")
    ] = "",
    sign: Annotated[str, typer.Option(help="Who signs it, as “parent or carer, pupil”.")] = "",
    instead: Annotated[
        bool, typer.Option("--replace", help="A new version: put it in place of the text there is.")
    ] = False,
) -> None:
    """Put a file of the school's among the texts, and show what was understood of it."""
    from bot.cli.policies.add import add_file, own_texts
    from bot.cli.progress import progress
    from bot.settings import load

    today = datetime.now(UTC).astimezone().date()
    with progress("Reading"):
        lines = add_file(
            file,
            own_texts(load()),
            today,
            title=title,
            owner=owner,
            review_by=review_by,
            signed_by=sign,
            instead=instead,
        )
    print_lines(lines)


@policy.command(
    "match",
    help=(
        "Choose, for each passage that procedure.toml names and the texts do not have, one that "
        "they have."
    ),
)
def policy_match(
    take_all: Annotated[
        bool,
        typer.Option("--yes", help="Take every proposal that the texts bear out; ask nothing."),
    ] = False,
) -> None:
    from bot.cli.policies.add import own_texts
    from bot.cli.policies.match import match_passages
    from bot.settings import load

    def ask(question: str) -> bool:
        return typer.confirm(question, default=False)

    match_passages(own_texts(load()), typer.echo, None if take_all else ask)
