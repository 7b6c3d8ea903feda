"""Mail for those who are in no chat: the server by which it goes out, which is tried at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

import typer

from bot.cli.setup.chats import STAYS, UNTRIED
from bot.cli.setup.prompts import NOTHING, Unusable, ask, ask_hidden, one_of, port, yes
from bot.mail.send import try_server
from bot.mail.server import MailServer, mail_address, read_url
from bot.settings import SettingsError
from handlers.messages import DeliveryFailed
from store.errors import Trouble

IN_USE = "Shall somebody who is in no chat, such as the chair of governors, hear by mail?"
ABOUT = (
    "  Any mailbox that may send will do. Its provider's page for mail programs has the answers "
    "(outgoing mail, SMTP).\n  They are tried, and nothing is sent."
)
SERVER, NO_SERVER = (
    "Its server for outgoing mail; - for no mail",
    "Please type a name such as smtp.example.org.",
)
WAY = "How is the way there encrypted? 1 TLS, 2 STARTTLS, 3 not at all, on this very machine"
WAYS = TLS, STARTTLS, PLAIN = ("TLS", "STARTTLS", "not at all")
PORTS = {TLS: "465", STARTTLS: "587", PLAIN: "25"}
PORT_THERE = "Its port"
USER = "User, mostly the mailbox's address; - for none"
PASSWORD, KEPT = "The user's password; it is not shown", " [Enter keeps it]"
FROM = "The address from which mails go out"
TAKEN = "  The mail server is there."
#: What is typed next, where mail was set up.
NEXT = 'For the chair of governors: headsup invite "NAME" --role chair --mail ADDRESS'


def ask_mail(before: Mapping[str, str]) -> dict[str, str]:
    """What to write into `.env`; nothing where there is to be no mail, or it stays as it is.

    `before`: what stands in `.env`.
    """
    is_set = "MAIL_URL" in before
    if not yes(IN_USE, default=is_set):
        if is_set:
            typer.echo(STAYS.format(chat="Mail", setting="MAIL_URL"))
        return {}
    kept = _kept(before.get("MAIL_URL", ""))
    if kept is None:
        typer.echo(ABOUT)

    url = _ask_url(kept)
    while url and not _is_usable(url):
        url = _ask_url(kept)
    if url:
        return {"MAIL_URL": url, "MAIL_FROM": _ask_sender(before, url)}
    return {"MAIL_URL": "", "MAIL_FROM": ""} if is_set else {}


def _is_usable(url: str) -> bool:
    """Whether it is to be kept: what would send a password for everybody to read never is."""
    try:
        server = read_url(url)
    except SettingsError as error:
        typer.echo(f"  {error}")
        return False
    return asyncio.run(_is_taken(server)) or yes(UNTRIED, default=False)


def _ask_sender(before: Mapping[str, str], url: str) -> str:
    """The address from which mails go out: the user often is one."""
    user = read_url(url).user
    proposed = user if "@" in user else ""
    return ask(FROM, _address, before.get("MAIL_FROM") or proposed)


def _kept(url: str) -> MailServer | None:
    """What is set, where it can be used."""
    try:
        return read_url(url) if url else None
    except SettingsError:
        return None


def _ask_url(kept: MailServer | None) -> str:
    """An address as MAIL_URL has it; empty for no mail."""
    host = ask(SERVER, _host, kept.host if kept else "")
    if not host:
        return ""
    way = ask(WAY, one_of(WAYS), _way(kept) if kept else TLS)
    number = ask(PORT_THERE, port, _proposed_port(kept, way))
    login = _ask_login(kept)
    scheme = "smtps" if way == TLS else "smtp"
    end = "?starttls=required" if way == STARTTLS else ""
    return f"{scheme}://{login}{host}:{number}{end}"


def _proposed_port(kept: MailServer | None, way: str) -> str:
    if kept and _way(kept) == way:
        return str(kept.port)
    return PORTS[way]


def _ask_login(kept: MailServer | None) -> str:
    """User and password as an address has them, with an @; empty for none."""
    user = ask(USER, str, (kept.user or NOTHING) if kept else "")
    if user in ("", NOTHING):
        return ""
    if kept and kept.user == user:
        password = ask_hidden(PASSWORD + KEPT) or kept.password
    else:
        password = ask_hidden(PASSWORD)
    return f"{quote(user, safe='')}:{quote(password, safe='')}@"


def _way(server: MailServer) -> str:
    if server.is_tls:
        return TLS
    return PLAIN if server.is_plain else STARTTLS


async def _is_taken(server: MailServer) -> bool:
    """Whether the server is there and lets one in; says so, or why not."""
    try:
        await try_server(server)
    except DeliveryFailed as error:
        typer.echo(f"  {error}")
        return False
    typer.echo(TAKEN)
    return True


def _host(typed: str) -> str:
    if typed == NOTHING:
        return ""
    # An address of the mailbox, or of a web page, is pasted there now and then.
    if not typed or set(typed) & set("@/: "):
        raise Unusable(NO_SERVER)
    return typed.lower()


def _address(typed: str) -> str:
    try:
        return mail_address(typed)
    except Trouble as error:
        raise Unusable(str(error)) from error
