"""Who is here: invited, confirmed, and with which roles."""

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
def invite(
    name: Annotated[str, typer.Argument(help="The person's full name.")] = "",
    role: Annotated[
        list[str] | None,
        typer.Option(help="staff, leader, head, dsl, ict or chair; may be repeated."),
    ] = None,
    person: Annotated[
        str,
        typer.Option("--for", help="Somebody who is here: for a further account of theirs."),
    ] = "",
    staff_list: Annotated[
        Path | None,
        typer.Option("--from", help="A list (CSV) of names, roles and mail: slips for everybody."),
    ] = None,
    to: Annotated[Path, typer.Option(help="With --from: the new PDF.")] = Path("invitations.pdf"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --from: show what the list says, make nothing.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="In place of earlier codes, which work no more; with --from: new slips."
        ),
    ] = False,
    mail: Annotated[
        str, typer.Option(help="An address, for somebody in no chat: told by mail alone.")
    ] = "",
) -> None:
    """Print a one-use code with which somebody joins; valid for seven days."""
    from bot.settings import load

    if staff_list:
        _refuse_beside_list(mail, names_somebody=bool(name or role or person))
    if mail and again:
        raise typer.BadParameter("that is for codes that are typed in a chat", param_hint="--again")

    if mail:
        from bot.cli.people.invite_by_mail import Invited, invite_by_mail

        asyncio.run(invite_by_mail(Invited(name, role or [], person, mail), load()))
        return
    if staff_list is None:
        from bot.cli.people.invite import print_invitation

        asyncio.run(print_invitation(name, role or [], load(), person, again=again))
        return

    from rich.console import Console

    from bot.cli.people.invite_many.invite_many import Order, invite_from

    order = Order(staff_list, to, again=again, dry_run=dry_run)
    asyncio.run(invite_from(order, load(), Console(highlight=False), datetime.now(UTC)))


def _refuse_beside_list(mail: str, *, names_somebody: bool) -> None:
    if mail:
        raise typer.BadParameter("a list has addresses of its own", param_hint="--mail")
    if names_somebody:
        raise typer.BadParameter("the list has the names and the roles", param_hint="--from")


@app.command()
def people(
    staff_list: Annotated[
        Path | None,
        typer.Option("--from", help="A staff list (CSV), to be compared with who is here."),
    ] = None,
    left: Annotated[
        str, typer.Option(help="Somebody who leaves: a full name, or an account.")
    ] = "",
    school: Annotated[str, typer.Option(help="With SCHOOLS: a school's key, or all.")] = "",
    as_csv: AsCsv = False,
) -> None:
    """List who is here and who has not joined; or let somebody leave."""
    from bot.cli.people.list_people import let_leave, list_people
    from bot.cli.people.people_csv import is_of_several, list_for_a_table
    from bot.settings import load

    is_table = bool(school) or as_csv
    if left and (staff_list or is_table):
        raise typer.BadParameter("somebody leaves, or people are listed", param_hint="--left")
    if staff_list and is_table:
        raise typer.BadParameter("it is compared with one school's people", param_hint="--from")

    settings = load()
    now = datetime.now(UTC)
    if left:
        lines = asyncio.run(let_leave(left, settings, now))
    elif is_table or is_of_several(settings):
        lines = asyncio.run(list_for_a_table(settings, school, as_csv=as_csv))
    else:
        lines = asyncio.run(list_people(settings, staff_list, now))
    print_lines(lines)


@app.command()
def confirm(
    code: Annotated[str, typer.Argument(help="The code that was read out to you.")],
) -> None:
    """Confirm a mail address by the code that was sent there: from then on, mail goes to it."""
    from bot.cli.people.invite_by_mail import confirm as confirm_address
    from bot.settings import load

    asyncio.run(confirm_address(code, load()))


@app.command(
    help=(
        "List who has which role; or give and take roles, also the chair's. The bot does it "
        "within a minute, or when it starts."
    )
)
def roles(
    name: Annotated[str, typer.Argument(help="A full name, or an account: telegram:4242.")] = "",
    give: Annotated[list[str] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    take: Annotated[list[str] | None, typer.Option(help="A role to take; may be repeated.")] = None,
) -> None:
    from bot.cli.people.roles import change_roles
    from bot.settings import load

    asyncio.run(change_roles(name, give or [], take or [], load()))
