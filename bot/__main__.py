"""The command line. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import asyncio
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.chats import CHATS

NO_POSIX = (
    "Heads Up runs on Linux and macOS. On Windows, run it in WSL, or in containers: "
    "docs/technician.md"
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Staff pass a worrying post on; leadership gets a heads-up, "
        "and nobody forgets to follow it up."
    ),
)

#: The chats to which a school of several can be connected, for typer to show and to check.
ConnectedChat = StrEnum(  # type: ignore[misc]
    "ConnectedChat", {chat.platform.name: chat.platform.value for chat in CHATS}
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
    from bot.logs import set_up
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
    if not written:
        sys.exit(1)


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
        bool, typer.Option("--again", help="With --from: new slips for those who have not joined.")
    ] = False,
    mail: Annotated[
        str, typer.Option(help="An address, for somebody in no chat: told by mail alone.")
    ] = "",
) -> None:
    """Print a one-use code with which somebody joins; valid for seven days."""
    from bot.settings import load

    if mail:
        from bot.cli.invite_by_mail import Invited, invite_by_mail

        asyncio.run(invite_by_mail(Invited(name, role or [], person, mail), load()))
        return
    if staff_list is None:
        from bot.cli.invite import print_invitation

        asyncio.run(print_invitation(name, role or [], load(), person))
        return

    from datetime import UTC, datetime

    from rich.console import Console

    from bot.cli.invite_many.invite_many import Order, invite_from

    if name or role or person:
        raise typer.BadParameter("the list has the names and the roles", param_hint="--from")
    order = Order(staff_list, to, again=again, dry_run=dry_run)
    asyncio.run(invite_from(order, load(), Console(highlight=False), datetime.now(UTC)))


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
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
) -> None:
    """List who is here and who has not joined; or let somebody leave."""
    from datetime import UTC, datetime

    from bot.cli.people import let_leave, list_people
    from bot.cli.people_csv import list_for_a_table
    from bot.settings import load

    now = datetime.now(UTC)
    if school or as_csv:
        lines = asyncio.run(list_for_a_table(load(), school, as_csv=as_csv))
    elif left:
        lines = asyncio.run(let_leave(left, load(), now))
    else:
        lines = asyncio.run(list_people(load(), staff_list, now))
    typer.echo("\n".join(lines))


@app.command()
def confirm(
    code: Annotated[str, typer.Argument(help="The code that was read out to you.")],
) -> None:
    """Confirm a mail address by the code that was sent there: from then on, mail goes to it."""
    from bot.cli.invite_by_mail import confirm as confirm_address
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
    from bot.cli.roles import change_roles
    from bot.settings import load

    asyncio.run(change_roles(name, give or [], take or [], load()))


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
    from bot.slack.manifest import creation_link
    from bot.slack.manifest import manifest as make_manifest

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
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
) -> None:
    """Say what is wrong, one line each with the mend. Exit status 1 where there is anything."""
    from bot.cli.check.printed import print_check
    from bot.cli.progress import progress

    with progress("Looking") as say:
        is_well = asyncio.run(print_check(say, offline=offline, as_json=as_json))
    if not is_well:
        sys.exit(1)


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
        bool, typer.Option("--again", help="Use this place again, from which all was moved away.")
    ] = False,
) -> None:
    from bot.cli.move import WHICH, move_to, use_again, word_move
    from bot.cli.progress import progress
    from bot.settings import load
    from store.errors import Trouble

    settings = load()
    if again:
        typer.echo(asyncio.run(use_again(settings)))
    elif to:
        with progress("Carrying over"):
            moved = asyncio.run(move_to(to, settings))
        typer.echo("\n".join(word_move(moved, to, settings)))
    else:
        raise Trouble(WHICH)


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

        if not asyncio.run(print_table(load(), typer.echo, offline=offline)):
            sys.exit(1)
        return
    typer.echo("\n".join(asyncio.run(list_schools(load()))))


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
        typer.echo("\n".join(asyncio.run(install_link(settings, chosen))))


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
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
) -> None:
    from bot.cli.progress import progress
    from bot.cli.verify import print_findings
    from bot.settings import load

    with progress("Looking through all that is kept") as say:
        is_well = print_findings(load(), say, against=against, as_json=as_json)
    if not is_well:
        sys.exit(1)


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
    from datetime import UTC, datetime

    from bot.cli.backup import back_up
    from bot.cli.progress import progress
    from bot.settings import load

    with progress("Backing up"):
        said = back_up(load(), to, encrypt, datetime.now(UTC), forget_older=forget_older)
    typer.echo("\n".join(said))


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
    key: Annotated[
        Path | None, typer.Option(help="The file with the private key, if it is encrypted.")
    ] = None,
    generation: Annotated[
        str, typer.Option(help="An older backup, by its name; else the newest.")
    ] = "",
) -> None:
    from bot.cli.progress import progress
    from bot.cli.restore import RestoreOrder, put_back
    from bot.settings import load

    with progress("Putting back"):
        restored = put_back(RestoreOrder(source, to, key, generation), load())
    typer.echo("\n".join(restored.lines))
    if not restored.is_well:
        sys.exit(1)


@app.command(
    "put-back",
    help=(
        "Bring back from an older copy what is lost or otherwise here: shows what differs, and "
        "asks of each case. What it replaces is kept in a folder. Stop the bot first. Exit status "
        "1 where not all is well afterwards."
    ),
)
def put_back_cases(
    source: Annotated[
        str,
        typer.Argument(metavar="FROM", help="A place of backups, a data folder, postgresql://…"),
    ],
    key: Annotated[
        Path | None, typer.Option(help="The file with the private key, if it is encrypted.")
    ] = None,
    generation: Annotated[
        str, typer.Option(help="An older backup, by its name; else the newest.")
    ] = "",
    all_older: Annotated[
        bool, typer.Option("--all-older", help="Take the older one of each case; ask nothing.")
    ] = False,
) -> None:
    from datetime import UTC, datetime

    from bot.cli.older_copy import CopyOrder
    from bot.cli.put_back import put_back
    from bot.logs import to_standard_error
    from bot.settings import load

    def ask(question: str) -> str:
        import click

        return str(typer.prompt(question, type=click.Choice(["o", "k", "a", "n"])))

    order = CopyOrder(source, key, generation)
    how = None if all_older else ask
    with to_standard_error():
        is_well = asyncio.run(put_back(order, load(), how, typer.echo, datetime.now(UTC)))
    if not is_well:
        sys.exit(1)


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
    from bot.cli.backup import new_key

    typer.echo("\n".join(new_key(file)))


@app.command()
def export(
    person: Annotated[str, typer.Option(help="The person's full name.")],
    to: Annotated[Path, typer.Option(help="A new folder.")],
) -> None:
    """Gather what is held that names somebody, for a person to check and redact."""
    from datetime import UTC, datetime

    from bot.cli.export.export import export_to
    from bot.cli.progress import progress
    from bot.settings import load

    with progress("Gathering"):
        lines = asyncio.run(export_to(to, person, load(), datetime.now(UTC)))
    typer.echo("\n".join(lines))


@app.command()
def redact(
    folder: Annotated[Path, typer.Argument(help="What `headsup export` has written.")],
    to: Annotated[Path, typer.Option(help="A new folder, for the copy.")],
) -> None:
    """Write a copy of an export without what tells of others; asks about each name and file."""
    from bot.cli.export.asking import asker
    from bot.cli.export.redact import redact_to

    typer.echo("\n".join(redact_to(folder, to, asker(folder))))


@app.command()
def pack(
    reference: Annotated[str, typer.Argument(help="The case's reference, such as 7K4M.")],
    to: Annotated[Path, typer.Option(help="A folder.")],
    receiver: Annotated[str, typer.Option("--for", help="police, authority, governors or person.")],
    because: Annotated[str, typer.Option(help="Why it is handed over.")],
    encrypt: Annotated[str, typer.Option(help="A public key of age, which begins with age1.")] = "",
) -> None:
    """Pack a case as a ZIP file, to hand over: what a chat cannot carry, or encrypted."""
    from datetime import UTC, datetime

    from bot.cli.pack import Order, pack_to
    from bot.cli.progress import progress
    from bot.settings import load

    order = Order(reference, receiver, because, encrypt)
    with progress("Packing"):
        lines = asyncio.run(pack_to(to, order, load(), datetime.now(UTC)))
    typer.echo("\n".join(lines))


@app.command()
def figures(
    period: Annotated[
        list[str] | None,
        typer.Argument(help="last term, this year, 2026-27 or 1/9/2026 to 31/12/2026."),
    ] = None,
    of_all: Annotated[bool, typer.Option("--all", help="Of all schools together.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    pdf: Annotated[Path | None, typer.Option(help="A new file, for a page to hand on.")] = None,
) -> None:
    """Count the cases of several schools together, for a trust; no school can be told apart."""
    from datetime import UTC, datetime

    from bot.cli.figures import NEEDS_ALL, Wanted, figures_of_all
    from bot.cli.progress import progress
    from bot.settings import load
    from store.errors import Trouble

    if not of_all:
        raise Trouble(NEEDS_ALL)
    wanted = Wanted(" ".join(period or []), as_csv, pdf)
    with progress("Counting"):
        lines = asyncio.run(figures_of_all(load(), wanted, datetime.now(UTC)))
    typer.echo("\n".join(lines))


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
            help="Of cases, too, that are kept from somebody who works here.",
        ),
    ] = False,
) -> None:
    from datetime import UTC, datetime

    from bot.cli.audit import AuditOrder
    from bot.cli.audit import audit as audit_all
    from bot.settings import load

    order = AuditOrder(since, to, with_apart)
    typer.echo("\n".join(asyncio.run(audit_all(order, load(), datetime.now(UTC)))))


@app.command()
def version() -> None:
    """Say which version this is, and on what it runs."""
    from bot.version import version_line

    typer.echo(version_line())


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, as one would type it.")] = "",
    texts: Annotated[
        Path | None, typer.Option(help="A folder of texts; else POLICY_TEXTS.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
    jsonl: Annotated[
        bool, typer.Option(help="Read questions as JSON lines, write answers so.")
    ] = False,
) -> None:
    """Ask the policy texts, as /policy does."""
    from bot.cli import ask as asking
    from bot.cli.progress import progress
    from bot.open_texts import cache_file
    from bot.settings import load

    with progress("Reading the texts"):
        policies = asking.open_texts(texts or load().policy_texts, cache_file())
    if jsonl:
        asking.ask_lines(policies, sys.stdin, sys.stdout)
    else:
        asking.ask_one(policies, question, sys.stdout, as_json=as_json)


policy = typer.Typer(no_args_is_help=True, help="The policy texts that the bot quotes.")
app.add_typer(policy, name="policy")


@policy.command("add")
def policy_add(
    file: Annotated[Path, typer.Argument(help="A .docx, .pdf, .md or .txt file.")],
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
    from datetime import UTC, datetime

    from bot.cli.policy_add import add_file, own_texts
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
    typer.echo("\n".join(lines))


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
    from bot.cli.policy_add import own_texts
    from bot.cli.policy_match import match_passages
    from bot.settings import load

    def ask(question: str) -> bool:
        return typer.confirm(question, default=False)

    match_passages(own_texts(load()), typer.echo, None if take_all else ask)


if __name__ == "__main__":
    main()
