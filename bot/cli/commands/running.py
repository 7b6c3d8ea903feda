"""The bot itself: started, set up, and looked at."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from bot.cli.commands.answering import fail_unless
from bot.cli.commands.app import app
from bot.cli.commands.options import AsJson


@app.command(
    help=(
        "Start the bot: in Slack and Telegram where there are tokens, else as a chat in this "
        "terminal."
    )
)
def run(
    only: Annotated[
        str,
        typer.Option(
            help="With DATABASE_URL: web takes in what people send, worker minds the clock."
        ),
    ] = "all",
) -> None:
    from bot.build import run_terminal
    from bot.chats import make_front_ends
    from bot.monitoring.logs import set_up
    from bot.run import ProcessRole, run_chats
    from bot.settings import load
    from bot.unknown_settings import find_unknown

    if only not in tuple(ProcessRole):
        raise typer.BadParameter("it is web or worker", param_hint="--only")
    role = ProcessRole(only)
    settings = load()
    for line in find_unknown():
        typer.echo(f"headsup: {line}", err=True)
    set_up()
    if settings.schools:
        from bot.schools.run import run_schools

        asyncio.run(run_schools(settings, role))
        return

    front_ends = make_front_ends(settings)
    if front_ends:
        asyncio.run(run_chats(settings, front_ends, role))
        return

    try:
        not_understood = asyncio.run(run_terminal(settings))
    except KeyboardInterrupt:
        # Ctrl-C is one of the ways to end the chat, and nothing has gone wrong.
        typer.echo()
        return
    # A script that feeds its lines to the terminal has to hear that some were not understood.
    if not_understood:
        sys.exit(1)


@app.command(
    help=(
        "Ask for the school, the tokens and the headteacher; write .env and the school file. "
        "Safe to run again."
    )
)
def setup() -> None:
    from bot.cli.setup.setup import NOTHING_CHANGED, set_up

    try:
        written = set_up()
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(f"\n{NOTHING_CHANGED}")
        written = False
    fail_unless(written)


@app.command()
def manifest(
    url: Annotated[
        str | None,
        typer.Option(help="The bot's public https address, for HTTP in place of Socket Mode."),
    ] = None,
    link: Annotated[
        bool, typer.Option("--link", help="Print a link to Slack's page with it filled in.")
    ] = False,
) -> None:
    """Print the Slack app's manifest: api.slack.com/apps, Create New App, From a manifest."""
    import json

    from bot.settings import load
    from bot.slack.app.manifest import creation_link
    from bot.slack.app.manifest import manifest as make_manifest

    settings = load()
    several = bool(settings.schools)

    # With SCHOOLS, the bot is always reached over HTTP.
    if not url:
        url = settings.public_url if several else None
    made = make_manifest(url, several=several)
    typer.echo(creation_link(made) if link else json.dumps(made, indent=2, ensure_ascii=False))


@app.command()
def check(
    offline: Annotated[bool, typer.Option("--offline", help="Do not try the tokens.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong, one line each with the mend. Exit status 1 where there is anything."""
    from bot.cli.check.printed import print_check
    from bot.cli.progress import progress

    with progress("Looking") as say:
        is_well = asyncio.run(print_check(say, offline=offline, as_json=as_json))
    fail_unless(is_well)


@app.command(
    help=(
        "Ask the bot of this machine whether it lives, at METRICS or PORT: for a container or a "
        "monitor. Exit status 1 where it does not."
    )
)
def alive(
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask whether it is ready, too: store, log and chats.")
    ] = False,
) -> None:
    from bot.cli.alive import ask
    from bot.settings import load

    typer.echo(ask(load(), ready=ready))


@app.command()
def version() -> None:
    """Say which version this is, and on what it runs."""
    from bot.version import version_line

    typer.echo(version_line())
