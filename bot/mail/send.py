"""Hands a mail to the server, and says what became of it. https://www.rfc-editor.org/rfc/rfc5321"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import aiosmtplib

from bot.front_end import NotThere, TokenNotTaken
from bot.mail.render import Letter
from bot.mail.server import MailServer, Sending
from handlers.messages import DeliveryFailed

#: Seconds for one answer of the server, and for all of one mail.
ANSWER = 30.0
WHOLE = 60.0
FAREWELL = 5.0
#: From here on the server says that another try will not help.
FOR_GOOD = 500

UNREACHABLE = "The mail server cannot be reached: {why}."
CERTIFICATE = "its certificate is not accepted"
NO_ANSWER = "it does not answer in time"
NO_CONNECTION = "there is no connection"
HUNG_UP = "it ended the connection"
NO_TLS = "The mail server offers no STARTTLS, so nothing is sent by it."
NO_LOGIN = "The mail server takes no password."
LOGIN_REFUSED = "The mail server refuses the user or the password ({code})."
SENDER_REFUSED = "The mail server refuses MAIL_FROM as the sender ({code})."
RECEIVER_REFUSED = "The mail server does not take mail for this address ({code})."
MAIL_REFUSED = "The mail server does not take the mail ({code})."
LATER = "The mail server asks to come back later ({code})."


def message_of(letter: Letter, to: str, sending: Sending, id: str, at: datetime) -> EmailMessage:
    """The mail as it goes over the wire. `at` is aware UTC; a line break in a header raises."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = f"Heads Up <{sending.sender}>"
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}>"
    # No holiday notes come back: https://www.rfc-editor.org/rfc/rfc3834#section-5
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body, charset="utf-8")
    return message


async def send(message: EmailMessage, sending: Sending, seconds: float = ANSWER) -> None:
    """Give a mail to the server. Once this returns, the server has taken it. Raises DeliveryFailed.

    TokenNotTaken for what is wrong with the settings: no other mail would go out either.
    """
    to = str(message["To"])
    async with _translating(), _connected(sending.server, seconds) as client:
        await client.send_message(message, sender=sending.sender, recipients=[to])


async def try_server(server: MailServer, seconds: float = ANSWER) -> None:
    """Connect, and log in. Raises DeliveryFailed as `send` does."""
    async with _translating(), _connected(server, seconds) as client:
        await client.noop()


@asynccontextmanager
async def _connected(server: MailServer, seconds: float) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection on which one is logged in. Raises as aiosmtplib."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=seconds,
        use_tls=server.is_tls,
        # Neither tried where it is offered, nor left out where it is not.
        start_tls=not server.is_tls and not server.is_plain,
        tls_context=None if server.is_plain else server.tls(),
        local_hostname="localhost",
    )
    try:
        async with asyncio.timeout(WHOLE):
            await client.connect()
            if server.user:
                await client.login(server.user, server.password)
            yield client
        # The mail has been taken: whatever becomes of the farewell, it is not sent again.
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await client.quit(timeout=FAREWELL)
    finally:
        client.close()


@asynccontextmanager
async def _translating() -> AsyncIterator[None]:
    try:
        yield
    # A name that can be no host's is a ValueError (UnicodeError).
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ssl.SSLError, ValueError) as error:
        raise translate_error(error) from error


def translate_error(error: Exception) -> DeliveryFailed:
    """What an error means for whoever wanted to send something. No words of the server's are in
    it: they may name whom it was for.
    """
    match error:
        case aiosmtplib.SMTPAuthenticationError(code=code) if code >= FOR_GOOD:
            return TokenNotTaken(LOGIN_REFUSED.format(code=code))
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return translate_error(first)
        case aiosmtplib.SMTPSenderRefused(code=code) if code >= FOR_GOOD:
            return TokenNotTaken(SENDER_REFUSED.format(code=code))
        case aiosmtplib.SMTPRecipientRefused(code=code) if code >= FOR_GOOD:
            return DeliveryFailed(RECEIVER_REFUSED.format(code=code), permanent=True)
        case aiosmtplib.SMTPDataError(code=code) if code >= FOR_GOOD:
            return DeliveryFailed(MAIL_REFUSED.format(code=code), permanent=True)
        case aiosmtplib.SMTPResponseException(code=code):
            return DeliveryFailed(LATER.format(code=code))
        case aiosmtplib.SMTPNotSupported():
            return TokenNotTaken(NO_LOGIN)
        case aiosmtplib.SMTPException(message=words) if "STARTTLS" in words:
            return TokenNotTaken(NO_TLS)
        case aiosmtplib.SMTPException(message=words) if "authentication method" in words:
            return TokenNotTaken(NO_LOGIN)
    return NotThere(UNREACHABLE.format(why=_why(error)))


def _why(error: BaseException) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError) or "certificate" in str(error).lower():
        return CERTIFICATE
    if isinstance(error, TimeoutError):
        return NO_ANSWER
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return HUNG_UP
    return NO_CONNECTION
