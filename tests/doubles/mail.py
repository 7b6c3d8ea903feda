"""A mail server on loopback, which speaks SMTP as RFC 5321 has it, and refuses what it is told to.

async with MailDouble(tmp_path) as mail:
    # MAIL_URL=mail.url SSL_CERT_FILE=mail.trusted
    mail.refuse("rcpt", "451 4.7.1 Greylisted, come back later", times=1)
    await mail.until(lambda: mail.to("efua@governors.example"))
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote
from warnings import catch_warnings, simplefilter

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.patience import PATIENCE, until

#: Where in a conversation something goes wrong; "taken" is after the mail was taken.
Stage = Literal["login", "mail", "rcpt", "data", "taken", "noop"]
Secured = Literal["tls", "starttls", "nothing"]
USER, PASSWORD = "headsup@school.example", "p@ss/w#rd?"


@dataclass(frozen=True)
class Mail:
    """One mail that was taken."""

    sender: str
    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def words(self) -> str:
        return self.message.get_content()

    @property
    def everything(self) -> str:
        """Headers and words, as somebody would read them."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.message.items())
        return f"{headers}\n\n{self.words}"


@dataclass
class _Fault:
    reply: str
    times: float
    drops: bool = False
    hangs: bool = False


@dataclass
class MailDouble:
    """The server. `secured`: by TLS from the first byte, by STARTTLS, or not at all."""

    #: For its certificate.
    folder: Path
    secured: Secured = "tls"
    #: A server that knows no AUTH.
    takes_passwords: bool = True
    password: str = PASSWORD
    mails: list[Mail] = field(default_factory=list)
    #: Of each mail that was begun.
    attempts: int = 0
    connections: int = 0
    #: A login was tried, or a mail begun, on a connection without TLS.
    in_the_open: bool = False
    _faults: dict[str, _Fault] = field(default_factory=dict)
    _port: int = 0
    _server: asyncio.Server | None = None
    _held: list[asyncio.Event] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        key, certificate = _pair()
        (self.folder / "mail.key").write_bytes(key)
        self.trusted.write_bytes(certificate)
        await self.starts()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.goes_down()

    async def starts(self) -> None:
        """At the same port as before."""
        context = self._context() if self.secured == "tls" else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocol, "127.0.0.1", self._port, ssl=context
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def goes_down(self) -> None:
        for event in self._held:
            event.set()
        if self._server:
            self._server.close()
            self._server = None
        await asyncio.sleep(0)

    @property
    def url(self) -> str:
        scheme = "smtps" if self.secured == "tls" else "smtp"
        end = "?starttls=required" if self.secured == "starttls" else ""
        login = f"{quote(USER, safe='')}:{quote(self.password, safe='')}@"
        if not self.takes_passwords:
            login = ""
        return f"{scheme}://{login}127.0.0.1:{self._port}{end}"

    @property
    def trusted(self) -> Path:
        """The file of the certificates that a machine is to trust."""
        return self.folder / "mail.crt"

    @property
    def environment(self) -> dict[str, str]:
        return {"MAIL_URL": self.url, "MAIL_FROM": "headsup@school.example"}

    def refuse(self, stage: Stage, reply: str, times: float = float("inf")) -> None:
        self._faults[stage] = _Fault(reply, times)

    def drop(self, stage: Stage, times: float = float("inf")) -> None:
        """End the connection there, without a word."""
        self._faults[stage] = _Fault("", times, drops=True)

    def hang(self, stage: Stage) -> None:
        """Say nothing there, and keep the connection."""
        self._faults[stage] = _Fault("", float("inf"), hangs=True)

    def mend(self) -> None:
        self._faults.clear()
        for event in self._held:
            event.set()

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == address]

    async def until(self, true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        return await until(true, seconds)

    # --- inside -------------------------------------------------------------------------------------------

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.trusted, self.folder / "mail.key")
        return context

    def _protocol(self) -> SMTP:
        self.connections += 1
        with catch_warnings():
            # It does not see that the whole connection is TLS.
            simplefilter("ignore")
            return self._smtp()

    def _smtp(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.school.example",
            tls_context=self._context() if self.secured == "starttls" else None,
            require_starttls=self.secured == "starttls",
            authenticator=self._log_in if self.takes_passwords else None,
            auth_exclude_mechanism=None if self.takes_passwords else ("LOGIN", "PLAIN"),
            auth_required=self.takes_passwords,
            auth_require_tls=self.secured == "starttls",
            enable_SMTPUTF8=False,
        )

    def _log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self._look_whether_secret(server)
        fault = self._fault("login")
        if fault and fault.drops:
            server.transport.abort()
        if fault:
            return AuthResult(success=False, handled=False, message=fault.reply or "421 Bye")
        assert isinstance(data, LoginPassword)
        is_right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=is_right, handled=False)

    async def handle_NOOP(self, server: SMTP, session: Session, envelope: Envelope, _: str) -> str:  # noqa: N802
        return await self._at("noop", server) or "250 OK"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._look_whether_secret(server)
        self.attempts += 1
        refusal = await self._at("mail", server)
        if not refusal:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refusal or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._at("rcpt", server)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        refusal = await self._at("data", server)
        if refusal:
            return refusal
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        for to in envelope.rcpt_tos:
            self.mails.append(Mail(str(envelope.mail_from), to, message))
        return await self._at("taken", server) or "250 Taken"

    def _look_whether_secret(self, server: SMTP) -> None:
        if server.transport.get_extra_info("sslcontext") is None:
            self.in_the_open = True

    def _fault(self, stage: Stage) -> _Fault | None:
        fault = self._faults.get(stage)
        if fault is None or fault.times <= 0:
            return None
        fault.times -= 1
        return fault

    async def _at(self, stage: Stage, server: SMTP) -> str:
        """What is said there in place of yes; empty where nothing goes wrong."""
        fault = self._fault(stage)
        if fault is None:
            return ""
        if fault.drops:
            server.transport.abort()
        if fault.hangs:
            event = asyncio.Event()
            self._held.append(event)
            with suppress(asyncio.CancelledError):
                await event.wait()
        return fault.reply or "421 4.3.2 Closing"


@cache
def _pair() -> tuple[bytes, bytes]:
    """A key, and a certificate of 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.school.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        made.public_bytes(serialization.Encoding.PEM),
    )
