"""MAIL_URL and MAIL_FROM: the server by which mail goes out, and whose it is."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address as Mailbox
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from bot.settings import Settings, SettingsError
from store.errors import Trouble

HOW = (
    "Write it as smtps://user:password@mail.example.org:465, or as "
    "smtp://user:password@mail.example.org:587?starttls=required; signs such as # / ? @ in the "
    "user or the password as %23 %2F %3F %40."
)
NO_URL = "MAIL_URL is no address of a mail server. " + HOW
NOT_SECRET = "MAIL_URL would send mails and the password for everybody on the way to read. " + HOW
STRANGE = "MAIL_URL has a part that is not known{part}. " + HOW
NO_FROM = "MAIL_FROM is not set: the address from which mails go out, headsup@example.org."
BAD_FROM = "MAIL_FROM is no address: write it as headsup@example.org."
BAD_ADDRESS = "“{address}” is no mail address that can be used here."

#: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
LONGEST = 254
IMPLICIT_TLS = 465
SUBMISSION = 587
#: On these, nobody is on the way.
OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

#: No space, no control character and nothing that ends an address: it goes into a header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    #: Both empty where the server asks for none.
    user: str = ""
    password: str = field(default="", repr=False)
    #: From the first byte; else by STARTTLS before anything is said, but for `is_plain`.
    is_tls: bool = True
    #: A server on this very machine, which is reached without.
    is_plain: bool = False

    def tls(self) -> ssl.SSLContext:
        """Takes a certificate that this machine trusts, of this very host, and no other."""
        return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Sending:
    """All that is set for mail."""

    server: MailServer
    #: The address of who sends, and its domain.
    sender: str
    domain: str


def sending_in(settings: Settings) -> Sending:
    """What the settings say of mail. Raises SettingsError where that cannot be right."""
    url = settings.mail_url.get_secret_value() if settings.mail_url else ""
    server = read_url(url)
    if not settings.mail_from:
        raise SettingsError(NO_FROM)
    _, address = parseaddr(settings.mail_from)
    try:
        sender = mail_address(address)
    except Trouble:
        raise SettingsError(BAD_FROM) from None
    return Sending(server, sender, sender.rpartition("@")[2])


def read_url(url: str) -> MailServer:
    """The server of a MAIL_URL. Raises SettingsError; no sentence shows the password."""
    parts = _split(url)
    host = parts.hostname or ""
    is_starttls = _requires_starttls(parts.query)
    is_tls = parts.scheme == "smtps"
    is_plain = not is_tls and not is_starttls
    if is_plain and host not in OF_THIS_MACHINE:
        raise SettingsError(NOT_SECRET)
    usual_port = IMPLICIT_TLS if is_tls else SUBMISSION
    return MailServer(
        host=host,
        port=parts.port or usual_port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
        is_plain=is_plain,
    )


def _split(url: str) -> SplitResult:
    """The parts of a MAIL_URL. Raises SettingsError for one that a mail server has not."""
    try:
        parts = urlsplit(url)
        # Asked for here, since only that finds out that a port is no number.
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SettingsError(NO_URL) from None
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise SettingsError(NO_URL)
    if parts.fragment or parts.path.strip("/"):
        raise SettingsError(NO_URL)
    return parts


def _requires_starttls(query: str) -> bool:
    """What the URL says after its question mark. Raises SettingsError for anything else."""
    asked = parse_qs(query, keep_blank_values=True)
    for name in asked:
        if name != "starttls":
            # With an @ in it, it is the end of a password in which there is a question mark.
            part = "" if "@" in query else f": “{name[:20]}”"
            raise SettingsError(STRANGE.format(part=part))
    return asked.get("starttls") == ["required"]


def mail_address(typed: str) -> str:
    """An address as mails are sent to it, its domain in small letters. Raises Trouble."""
    address = typed.strip()
    try:
        parsed = Mailbox(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        parsed = None
    is_usable = _ADDRESS.fullmatch(address) and len(address) <= LONGEST
    if parsed is None or not is_usable or "." not in parsed.domain.strip("."):
        raise Trouble(BAD_ADDRESS.format(address=address[:80]))
    return f"{parsed.username}@{parsed.domain.lower()}"
