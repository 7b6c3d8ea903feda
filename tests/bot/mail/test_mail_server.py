"""MAIL_URL and MAIL_FROM as technicians write them."""

from __future__ import annotations

import pytest

from bot.chats import make_front_ends
from bot.mail.send import try_server
from bot.mail.server import MailServer, mail_address, read_url
from bot.settings import SettingsError, load
from handlers.messages import DeliveryFailed
from store.errors import Trouble

CHAT = {"TELEGRAM_BOT_TOKEN": "4242:AAE"}
URL = "smtps://user:password@mail.example.org"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (URL, MailServer("mail.example.org", 465, "user", "password")),
        (
            "smtp://head%40school.uk:p%40s%2Fs%23@mail.example.org?starttls=required",
            MailServer("mail.example.org", 587, "head@school.uk", "p@s/s#", is_tls=False),
        ),
        (
            "smtp://mail.example.org:25?starttls=required",
            MailServer("mail.example.org", 25, is_tls=False),
        ),
        ("smtp://localhost:25", MailServer("localhost", 25, is_tls=False, is_plain=True)),
        ("smtps://[::1]:465/", MailServer("::1", 465)),
    ],
)
def test_what_it_may_be(url: str, server: MailServer) -> None:
    assert read_url(url) == server


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mail.example.org", "no address of a mail server"),
        ("https://mail.example.org", "no address of a mail server"),
        ("smtps://", "no address of a mail server"),
        ("smtps://u:secret@host:port", "no address of a mail server"),
        ("smtp://u:secret@mail.example.org:587", "for everybody on the way to read"),
        ("smtp://u:secret@mail.example.org?starttls=optional", "for everybody on the way to read"),
        ("smtps://u:secret#1@mail.example.org", "or the password as %23"),
        ("smtps://mail.example.org?tls=yes", "not known: “tls”"),
        ("smtp://user:12?secret@mail.example.org", "a part that is not known. "),
        ("smtps://mail.example.org/inbox", "no address of a mail server"),
    ],
)
def test_what_it_may_not_be_and_no_sentence_shows_the_password(url: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_url(url)
    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


def test_nothing_shows_the_password() -> None:
    assert "password" not in repr(read_url(URL)).replace("password=", "")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"MAIL_URL": URL, **CHAT}, "MAIL_FROM is not set"),
        ({"MAIL_URL": URL, "MAIL_FROM": "the school", **CHAT}, "MAIL_FROM is no address"),
        ({"MAIL_FROM": "headsup@example.org", **CHAT}, "MAIL_URL is not"),
        ({"MAIL_URL": URL, "MAIL_FROM": "headsup@example.org"}, "nobody could pass anything on"),
    ],
)
def test_half_of_it_is_a_slip(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make_front_ends(load(environment))


@pytest.mark.parametrize("sender", ["headsup@example.org", "Heads Up <headsup@example.org>"])
async def test_beside_a_chat_it_is_one_of_the_ways_out(sender: str) -> None:
    front_ends = make_front_ends(load({"MAIL_URL": URL, "MAIL_FROM": sender, **CHAT}))
    assert set(front_ends) == {"telegram", "mail"}


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("efua@governors.example", "efua@governors.example"),
        (" Efua.Mensah+chair@Governors.Example ", "Efua.Mensah+chair@governors.example"),
    ],
)
def test_an_address(typed: str, address: str) -> None:
    assert mail_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "efua",
        "efua@",
        "@governors.example",
        "efua@governors",
        "efua@governors.example\nBcc: all@school.example",
        "efua@governors.example, ben@school.example",
        "Efua <efua@governors.example>",
        "efua mensah@governors.example",
        "efua@governors.example\x00",
        "éfua@governors.example",
        f"{'e' * 65}@governors.example",
        f"e@{'g' * 260}.example",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(Trouble, match="is no mail address"):
        mail_address(typed)


async def test_a_name_that_no_host_can_have_is_a_sentence() -> None:
    for host in ("mail..example.org", f"{'a' * 64}.example.org"):
        with pytest.raises(DeliveryFailed):
            await try_server(read_url(f"smtps://{host}:465"))
