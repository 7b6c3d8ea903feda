"""Several schools in one deployment."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from bot.chats import CHATS
from bot.cli.commands.answering import fail_unless, print_lines
from bot.cli.commands.app import app

#: The chats to which a school of several can be connected, for typer to show and to check.
ConnectedChat = StrEnum(  # type: ignore[misc]
    "ConnectedChat", {chat.platform.name: chat.platform.value for chat in CHATS}
)


@app.command(
    help=(
        "With SCHOOLS: list the schools, and the chats to which each is connected. With --check, "
        "look at each, in one table; exit status 1 where anything is wrong."
    )
)
def schools(
    check_each: Annotated[
        bool, typer.Option("--check", help="Look at each school, as headsup check does.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="With --check: do not ask the platforms.")
    ] = False,
) -> None:
    from bot.schools.connect import list_schools
    from bot.settings import load

    if check_each:
        from bot.cli.schools_table import print_table

        fail_unless(asyncio.run(print_table(load(), typer.echo, offline=offline)))
        return
    print_lines(asyncio.run(list_schools(load())))


@app.command(
    help=(
        "With SCHOOLS: connect a school. Slack: print a link that installs the app. Telegram: "
        "ask for the bot's token."
    )
)
def connect(chat: ConnectedChat) -> None:
    from bot.chats import chat_on
    from bot.schools.connect import connect_by_token, install_link
    from bot.settings import load

    settings = load()
    chosen = chat_on(chat)
    question = chosen.connection.token_question
    if question:
        token = typer.prompt(question, hide_input=True)
        typer.echo(asyncio.run(connect_by_token(settings, chosen, token.strip())))
    else:
        print_lines(asyncio.run(install_link(settings, chosen)))


@app.command(
    help=(
        "With SCHOOLS: forget the token of one school's chat, and have the platform call here no "
        "more. What was kept stays."
    )
)
def disconnect(chat: ConnectedChat) -> None:
    from bot.chats import chat_on
    from bot.schools.connect import disconnect as forget
    from bot.settings import load

    typer.echo(asyncio.run(forget(load(), chat_on(chat))))


@app.command(
    help=(
        "Remove one school with everything that is kept of it: cases, evidence, people, chats, "
        "its folder and its backups. Asks twice for the school's name. Refused while a bot runs "
        "with it."
    )
)
def remove(
    school: Annotated[str, typer.Argument(help="The school's key, as headsup schools lists it.")],
    keep_backups: Annotated[
        bool, typer.Option("--keep-backups", help="Leave its backups where they are.")
    ] = False,
) -> None:
    from bot.cli.remove import remove as remove_school
    from bot.settings import load

    def ask(question: str) -> str:
        return str(typer.prompt(question))

    asyncio.run(remove_school(load(), school, ask, typer.echo, keep_backups=keep_backups))
