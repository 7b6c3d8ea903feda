"""`headsup setup` asks for mail, for those who are in no chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bot import env_file
from bot.mail.server import read_url
from tests.bot.cli.test_setup import ENTER, HEAD, SCHOOL, Answers, answer
from tests.doubles.mail import USER, MailDouble, Secured
from tests.doubles.telegram import TelegramDouble


@pytest.fixture(params=["tls", "starttls", "nothing"])
async def mail(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[MailDouble]:
    secured: Secured = request.param
    folder = tmp_path / "mail"
    folder.mkdir()
    async with MailDouble(folder, secured) as double:
        yield double


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as it:
        yield it


def by_mail(mail: MailDouble, password: str) -> Answers:
    way = {"tls": "1", "starttls": "2", "nothing": "3"}[mail.secured]
    return [
        ("server for outgoing mail", "127.0.0.1"),
        ("encrypted?", way),
        ("Its port", mail.url.partition("127.0.0.1:")[2].partition("?")[0]),
        ("User", USER),
        ("password", password),
    ]


async def test_the_chair_can_be_told_by_mail(
    tmp_path: Path, telegram: TelegramDouble, mail: MailDouble
) -> None:
    """Asked for in parts, as a provider's page has them; a wrong password is said at once."""
    answers: Answers = [
        *SCHOOL,
        ("use Slack", "n"),
        ("use Telegram", "y"),
        ("Telegram's token", f'"{telegram.token}"'),
        ("hear by mail", "y"),
        *by_mail(mail, "wrong"),
        ("untried?", ENTER),
        ("server for outgoing mail", "https://mail.example"),
        *by_mail(mail, mail.password),
        ("address from which", "head"),
        ("address from which", "headsup@school.example"),
        ("Folder for cases", ENTER),
        *HEAD,
        ("Write this?", ENTER),
    ]
    given = {"TELEGRAM_API_URL": telegram.api_url, "SSL_CERT_FILE": str(mail.trusted)}
    screen, status = await answer(tmp_path, answers, **given)
    assert status == 0, screen
    written = env_file.read(tmp_path / ".env")
    assert written["MAIL_FROM"] == "headsup@school.example"
    assert read_url(written["MAIL_URL"]) == read_url(mail.url)
    assert "user or the password" in screen
    assert "Please type a name such as smtp.example.org" in screen
    assert "The mail server is there." in screen
    assert "--role chair --mail ADDRESS" in screen
    assert written["TELEGRAM_BOT_TOKEN"] == telegram.token
    assert mail.attempts == 0
    for secret in (mail.password, quote(mail.password, safe="")):
        assert secret not in screen


async def test_a_chat_that_is_not_to_be_used_any_more_is_not_silently_kept(
    tmp_path: Path, telegram: TelegramDouble
) -> None:
    (tmp_path / ".env").write_text(f"TELEGRAM_BOT_TOKEN={telegram.token}\n")
    (tmp_path / "data").mkdir()
    answers: Answers = [
        *SCHOOL,
        ("use Slack", "n"),
        ("use Telegram", "n"),
        ("hear by mail", ENTER),
        ("Folder for cases", ENTER),
        ("Who is headteacher", "-"),
        ("Write this?", "y"),
    ]
    screen, status = await answer(tmp_path, answers, TELEGRAM_API_URL=telegram.api_url)
    assert status == 0, screen
    assert "Telegram stays connected" in screen
    assert "take TELEGRAM_BOT_TOKEN out" in screen
    assert env_file.read(tmp_path / ".env") == {"TELEGRAM_BOT_TOKEN": telegram.token}


async def test_a_password_for_everybody_to_read_is_not_even_kept_untried(
    tmp_path: Path, telegram: TelegramDouble
) -> None:
    """Nothing that was answered is lost: it is asked again, and mail can be left out, or ended."""
    before = {"TELEGRAM_BOT_TOKEN": telegram.token, "MAIL_URL": "smtps://a:b@127.0.0.1:9"}
    (tmp_path / ".env").write_text(env_file.merged("", before))
    (tmp_path / "data").mkdir()
    answers: Answers = [
        *SCHOOL,
        ("use Slack", "n"),
        ("use Telegram", ENTER),
        ("Telegram's token", ENTER),
        ("hear by mail", ENTER),
        ("server for outgoing mail", "mail.school.example"),
        ("encrypted?", "3"),
        ("Its port", ENTER),
        ("User", "me"),
        ("password", "secret-of-mine"),
        ("server for outgoing mail", "-"),
        ("Folder for cases", ENTER),
        ("Who is headteacher", "-"),
        ("Write this?", "y"),
    ]
    screen, status = await answer(tmp_path, answers, TELEGRAM_API_URL=telegram.api_url)
    assert status == 0, screen
    assert "for everybody on the way to read" in screen
    assert "secret-of-mine" not in screen
    assert env_file.read(tmp_path / ".env") == {"TELEGRAM_BOT_TOKEN": telegram.token}


async def test_mail_that_is_set_stays_with_enter_alone(
    tmp_path: Path, telegram: TelegramDouble, mail: MailDouble
) -> None:
    before = {"TELEGRAM_BOT_TOKEN": telegram.token, **mail.environment}
    (tmp_path / ".env").write_text(env_file.merged("", before))
    (tmp_path / "data").mkdir()
    answers: Answers = [
        *SCHOOL,
        ("use Slack", ENTER),
        ("use Telegram", ENTER),
        ("Telegram's token", ENTER),
        ("hear by mail", ENTER),
        ("server for outgoing mail", ENTER),
        ("encrypted?", ENTER),
        ("Its port", ENTER),
        ("User", ENTER),
        ("[Enter keeps it]", ENTER),
        ("address from which", ENTER),
        ("Folder for cases", ENTER),
        ("Who is headteacher", "-"),
        ("Write this?", "y"),
    ]
    given = {"TELEGRAM_API_URL": telegram.api_url, "SSL_CERT_FILE": str(mail.trusted)}
    screen, status = await answer(tmp_path, answers, **given)
    assert status == 0, screen
    assert env_file.read(tmp_path / ".env") == before
    assert ".env stays as it is" in screen
