"""The command line, to which each module of this room adds its commands."""

from __future__ import annotations

import os
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Staff pass a worrying post on; leadership gets a heads-up, "
        "and nobody forgets to follow it up."
    ),
)
policy = typer.Typer(no_args_is_help=True, help="The policy texts that the bot quotes.")
app.add_typer(policy, name="policy")


@app.callback()
def of_one_school(
    school: Annotated[
        str, typer.Option(help="With SCHOOLS: the school that is meant; else HEADSUP_SCHOOL.")
    ] = "",
    env_file: Annotated[
        str, typer.Option(help="The file with the settings, in place of .env in this folder.")
    ] = "",
) -> None:
    if school:
        os.environ["HEADSUP_SCHOOL"] = school
    if env_file:
        os.environ["HEADSUP_ENV_FILE"] = env_file
