"""The front-end and a real server: what is taken, what is refused, and at which moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.front_end import TokenNotTaken
from bot.mail import MailFrontEnd
from bot.settings import load
from handlers.messages import Brief, DeliveryFailed, Incoming, Reply, say
from store.model.kinds import NoticeKind
from tests.doubles.mail import MailDouble

EFUA = "efua@governors.example"
TO = f"mail:{EFUA}"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
URGENT = Reply(briefs=(Brief(NoticeKind.URGENT, "X7K2", "Threat of violence", ring="school"),))
SCHOOL = 'name = "Hillside Primary School"\nurgent_phone = "01632 960789"\n'


def front_end_of(mail: MailDouble, seconds: float = 30.0, **settings: str) -> MailFrontEnd:
    school = mail.folder / "school.toml"
    school.write_text(SCHOOL)
    given = load({**mail.environment, "SCHOOL_FILE": str(school), **settings})
    return MailFrontEnd(given, chats=["Telegram"], now=lambda: NOW, seconds=seconds)


@pytest.mark.parametrize("secured", ["tls", "starttls"])
async def test_a_mail(mail: MailDouble) -> None:
    front_end = front_end_of(mail)
    id = await front_end.send(TO, URGENT)
    (sent,) = mail.mails
    assert (sent.sender, sent.to) == ("headsup@school.example", EFUA)
    assert sent.subject == "Heads Up: urgent case X7K2 waits"
    assert sent.message["Message-ID"] == f"<{id}>"
    assert sent.message["Auto-Submitted"] == "auto-generated"
    assert sent.message["Date"] == "Tue, 24 Nov 2026 10:00:00 +0000"
    assert sent.message["From"] == "Heads Up <headsup@school.example>"
    assert sent.message.get_content_type() == "text/plain"
    assert "case X7K2" in sent.words
    assert "Threat of violence" in sent.words
    assert "ring 01632 960789" in sent.words
    assert "You cannot answer it" in sent.words
    assert "you need Heads Up in Telegram" in sent.words
    assert front_end.connected
    assert not mail.in_the_open


async def test_nothing_is_said_by_a_server_that_offers_no_tls(mail: MailDouble) -> None:
    await mail.goes_down()
    mail.secured = "nothing"
    await mail.starts()
    url = mail.url + "?starttls=required"
    with pytest.raises(TokenNotTaken, match="STARTTLS"):
        await front_end_of(mail, MAIL_URL=url).send(TO, URGENT)
    assert not mail.in_the_open
    assert mail.attempts == 0


async def test_nothing_is_said_to_a_server_whose_certificate_is_not_trusted(
    mail: MailDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "nobody.crt"
    other.write_bytes(b"")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with pytest.raises(DeliveryFailed, match="certificate") as failed:
        await front_end_of(mail).send(TO, URGENT)
    assert not failed.value.permanent
    assert mail.attempts == 0


@pytest.mark.parametrize(
    ("stage", "reply", "permanent"),
    [
        ("rcpt", "550 5.1.1 No such user", True),
        ("rcpt", "552 5.2.2 Mailbox full", True),
        ("rcpt", "450 4.2.0 Greylisted", False),
        ("rcpt", "452 4.2.2 Mailbox full", False),
        ("data", "554 5.7.1 Spam", True),
        ("data", "451 4.3.0 Try again", False),
        ("mail", "451 4.3.0 Try again", False),
        ("mail", "421 4.3.2 Closing", False),
        ("login", "454 4.7.0 Temporary failure", False),
    ],
)
async def test_what_a_refusal_means(
    mail: MailDouble, stage: str, reply: str, permanent: bool
) -> None:
    front_end = front_end_of(mail)
    mail.refuse(stage, reply)  # type: ignore[arg-type]
    with pytest.raises(DeliveryFailed) as failed:
        await front_end.send(TO, URGENT)
    assert failed.value.permanent is permanent
    assert not isinstance(failed.value, TokenNotTaken)
    assert not front_end.token_refused
    # Nothing that the server has said: it may name whom it was for.
    assert reply[4:] not in str(failed.value)
    assert reply[:3] in str(failed.value)

    mail.mend()
    await front_end.send(TO, URGENT)
    assert len(mail.mails) == 1


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("login", "535 5.7.8 Authentication credentials invalid"),
        ("login", "534 5.7.9 Please log in via your web browser"),
        ("mail", "553 5.7.1 Sender address rejected"),
        ("mail", "550 5.7.60 Client does not have permission to send as this sender"),
    ],
)
async def test_what_the_technician_has_to_mend_waits(
    mail: MailDouble, stage: str, reply: str
) -> None:
    """It is nobody's address that is wrong: no mail would go out."""
    front_end = front_end_of(mail)
    mail.refuse(stage, reply)  # type: ignore[arg-type]
    with pytest.raises(TokenNotTaken):
        await front_end.send(TO, URGENT)
    assert front_end.token_refused
    assert not front_end.connected
    mail.mend()
    await front_end.send(TO, URGENT)
    assert front_end.connected


@pytest.mark.parametrize("stage", ["login", "mail", "rcpt", "data"])
async def test_a_connection_that_ends(mail: MailDouble, stage: str) -> None:
    front_end = front_end_of(mail)
    mail.drop(stage, times=1)  # type: ignore[arg-type]
    with pytest.raises(DeliveryFailed) as failed:
        await front_end.send(TO, URGENT)
    assert not failed.value.permanent
    assert not front_end.connected
    await front_end.send(TO, URGENT)
    assert len(mail.mails) == 1


async def test_a_second_copy_is_seen_to_be_one(mail: MailDouble) -> None:
    """The server took it, and its word was lost: it comes again, under the same id."""
    front_end = front_end_of(mail)
    mail.drop("taken", times=1)
    notice = Reply(briefs=URGENT.briefs, key="X7K2 urgent efua")
    with pytest.raises(DeliveryFailed) as failed:
        await front_end.send(TO, notice)
    assert not failed.value.permanent
    await front_end.send(TO, notice)
    first, second = mail.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    await front_end.send(TO, Reply(briefs=URGENT.briefs, key="X7K2 urgent 1 efua"))
    assert mail.mails[2].message["Message-ID"] != second.message["Message-ID"]


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
async def test_a_server_that_says_nothing_is_not_waited_for(mail: MailDouble, stage: str) -> None:
    mail.hang(stage)  # type: ignore[arg-type]
    with pytest.raises(DeliveryFailed, match="not answer in time") as failed:
        await front_end_of(mail, seconds=0.2).send(TO, URGENT)
    assert not failed.value.permanent


async def test_a_server_that_is_not_there(mail: MailDouble) -> None:
    front_end = front_end_of(mail)
    await mail.goes_down()
    with pytest.raises(DeliveryFailed, match="cannot be reached") as failed:
        await front_end.send(TO, URGENT)
    assert not failed.value.permanent
    await mail.starts()
    await front_end.send(TO, URGENT)
    assert mail.mails


async def test_a_server_that_takes_no_password(mail: MailDouble) -> None:
    url = mail.url
    mail.takes_passwords = False
    with pytest.raises(TokenNotTaken, match="takes no password"):
        await front_end_of(mail, MAIL_URL=url).send(TO, URGENT)
    assert mail.attempts == 0


@pytest.mark.parametrize(
    "address", ["mail:", "mail:efua", "mail:e@x.example\nBcc: b@x.example", "mail:a@b.c,d@e.f"]
)
async def test_what_is_no_address_is_refused_before_anything_is_said(
    mail: MailDouble, address: str
) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await front_end_of(mail).send(address, URGENT)
    assert failed.value.permanent
    assert mail.connections == 0


async def test_nothing_takes_a_mails_place(mail: MailDouble) -> None:
    front_end = front_end_of(mail)
    id = await front_end.send(TO, URGENT)
    await front_end.edit(TO, id, say("as it is now"))
    await front_end.take_back(TO, id, say("This message is out of date."))
    assert len(mail.mails) == 1


async def test_no_word_of_its_parts_is_in_it(mail: MailDouble) -> None:
    await front_end_of(mail).send(TO, say("Zebra Jones was hit."))
    await front_end_of(mail).send(TO, say("Zebra Jones was hit.").briefly(*URGENT.briefs))
    for sent in mail.mails:
        assert "Zebra" not in sent.everything
        assert "hit" not in sent.everything


@pytest.mark.parametrize("reference", ["Zebra", "X7K2\r\nBcc: all@school.example", "X7K2 Jones"])
def test_a_brief_takes_nothing_for_a_reference(reference: str) -> None:
    with pytest.raises(ValueError, match="reference alone"):
        Brief(NoticeKind.URGENT, reference)


async def test_it_looks_whether_the_server_is_there(
    mail: MailDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    front_end = front_end_of(mail)
    front_end._watch_seconds = 0.01

    async def receive(incoming: Incoming) -> None:
        raise AssertionError("nothing comes in")

    running = asyncio.create_task(front_end.run(receive))
    await mail.until(lambda: front_end.connected)
    await mail.goes_down()
    await mail.until(lambda: not front_end.connected)
    assert not front_end.token_refused
    await mail.starts()
    await mail.until(lambda: front_end.connected)
    mail.refuse("login", "535 5.7.8 Authentication credentials invalid")
    await mail.until(lambda: front_end.token_refused)
    looked = mail.connections
    await mail.until(lambda: mail.connections > looked + 2)
    mail.mend()
    await mail.until(lambda: front_end.connected)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    # Each of the two is said once, and names neither the password nor anybody.
    said = capsys.readouterr().out
    assert said.count("no mail goes out now") == 1
    assert said.count("No mail goes out: The mail server refuses") == 1
    assert mail.password not in said
    assert mail.mails == []


async def test_long_lists_end(mail: MailDouble) -> None:
    briefs = [Brief(NoticeKind.DUTY, step=f"Duty {n}", day=n) for n in range(60)]
    await front_end_of(mail).send(TO, Reply(briefs=tuple(briefs)))
    assert mail.mails[0].subject == "Heads Up: 60 things wait"
    assert mail.mails[0].words.count("Duty ") == 25
    assert "and 35 more" in mail.mails[0].words
