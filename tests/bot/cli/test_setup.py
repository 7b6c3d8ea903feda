"""`headsup setup` at a real pseudo-terminal, against the doubles."""

from __future__ import annotations

import asyncio
import io
import os
import re
import stat
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pexpect
import pytest

from bot import env_file
from bot.cli.setup import school_file
from bot.cli.setup.prompts import Unusable, closed, full_name, hour, one_of, phone
from bot.settings import load
from store.model.records import Person, Role
from store.postgres.token_key import TokenKey
from store.school.school import load_school
from store.tiny import TinyStore
from tests.bot.test_run import environment
from tests.crash.nursery import command
from tests.databases import migrated
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.talks.stage import ROOT, TUESDAY

Answers = list[tuple[str, str]]
ENTER, CTRL_C = "", "\x03"
AGAIN = 3  # seconds until Ctrl-C is pressed again
SCHOOL: Answers = [
    ("The school's name", "Hillside Primary School"),
    ("Nation", "3"),
    ("Reminders may come from", "8:15"),
    ("… until", "16:30"),
    ("Holidays and INSET days", "2026-12-21/2027-01-01, 4/1/2027"),
    ("safeguarding lead's telephone", "01632 960123"),
    ("telephone answered at any hour", "01632 960789"),
    ("designated officer, telephone", "01632 960456"),
]
KEPT: Answers = [(question, ENTER) for question, _ in SCHOOL]
WITHOUT_CHATS: Answers = [("use Slack", "n"), ("use Telegram", "n"), ("Folder for cases", ENTER)]
NO_MAIL: Answers = [("hear by mail", ENTER)]
HEAD: Answers = [("Who is headteacher", "Ben Okafor")]


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as it:
        yield it


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as it:
        yield it


async def answer(folder: Path, answers: Answers, **settings: str) -> tuple[str, int]:
    """Run it, answer each question in its turn, and give what stood on the screen with the exit status."""
    return await asyncio.to_thread(_answer, folder, answers, settings)


def _answer(folder: Path, answers: Answers, settings: dict[str, str]) -> tuple[str, int]:
    given = environment(folder, **settings)
    for name in ("HEADSUP_DATA", "SCHOOL_FILE"):
        del given[name]
    school = ["--school", given.pop("SCHOOL")] if "SCHOOL" in given else []
    screen = io.StringIO()
    program, *arguments = command(*school, "setup")
    child = pexpect.spawn(
        program,
        arguments,
        cwd=str(folder),
        env={**given, "PYTHONPATH": str(ROOT), "TERM": "dumb"},
        encoding="utf-8",
        timeout=PATIENCE,
        dimensions=(50, 200),
    )
    child.logfile_read = screen
    child.delaybeforesend = None  # the question stands there: it reads
    for question, typed in answers:
        child.expect_exact(question)
        child.expect([r": $", r"\]: $", r"\]$"])
        child.sendintr() if typed == CTRL_C else child.sendline(typed)
    if answers and answers[-1][1] == CTRL_C:
        _interrupt_until_it_ends(child)
    child.expect(pexpect.EOF)
    child.close()
    return screen.getvalue().replace("\r\n", "\n"), child.exitstatus or 0


def _interrupt_until_it_ends(child: pexpect.spawn[str]) -> None:
    """The first may have come between the question and the reading of the answer."""
    for _ in range(int(PATIENCE / AGAIN)):
        if child.expect([pexpect.EOF, pexpect.TIMEOUT], AGAIN) == 0:
            return
        child.sendintr()


async def test_from_nothing_to_the_head_s_invitation(
    tmp_path: Path, slack: SlackDouble, telegram: TelegramDouble
) -> None:
    screen, status = await answer(
        tmp_path,
        [
            *SCHOOL,
            ("use Slack", "y"),
            ("bot token", slack.bot_token),
            ("reach the bot", ENTER),
            ("app token", slack.app_token),
            ("use Telegram", "y"),
            ("Telegram's token", telegram.token),
            *NO_MAIL,
            ("Folder for cases", ENTER),
            *HEAD,
            ("Write this?", ENTER),
        ],
        SLACK_API_URL=slack.api_url,
        TELEGRAM_API_URL=telegram.api_url,
    )
    assert status == 0
    school = load_school(tmp_path / "school.toml")
    assert (school.name, school.nation) == ("Hillside Primary School", "Wales")
    assert (f"{school.opens:%H:%M}", f"{school.closes:%H:%M}") == ("08:15", "16:30")
    assert school.closed == ("2026-12-21/2027-01-01", "2027-01-04")
    assert (school.safeguarding_phone, school.urgent_phone, school.local_authority_phone) == (
        "01632 960123",
        "01632 960789",
        "01632 960456",
    )
    assert env_file.read(tmp_path / ".env") == {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "TELEGRAM_BOT_TOKEN": telegram.token,
    }
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert "Taken: School." in screen
    assert "Taken: @headsup_test_bot." in screen
    assert "An invitation for Ben Okafor (headteacher)" in screen
    assert re.search(r"In Slack: +/headsup join [a-z0-9]{26}\n", screen)
    assert re.search(r"https://t\.me/headsup_test_bot\?start=[a-z0-9]{26}\n", screen)
    assert "Next: headsup check" in screen
    assert len(list((tmp_path / "data" / "invitations").glob("*.json"))) == 1
    for token in (slack.bot_token, slack.app_token, telegram.token):
        assert token not in screen


async def test_bad_answers_are_asked_again(tmp_path: Path) -> None:
    (tmp_path / "notes.ics").write_text("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n")
    screen, status = await answer(
        tmp_path,
        [
            ("The school's name", "Hillside"),
            ("Nation", "France"),
            ("Please type one of: England, Scotland", "sc"),
            ("Reminders may come from", "eight"),
            ("“eight” is not a time of day", "9"),
            ("… until", "8:30"),
            ("cannot close before it opens, at 09:00", "17:00"),
            ("Holidays and INSET days", "Christmas"),
            ("“Christmas” is not a day", "2027-01-04/2026-12-21"),
            ("ends before it begins", "terms.ics"),
            ("There is no file terms.ics", "notes.ics"),
            ("holds no all-day events", "-"),
            ("safeguarding lead's telephone", "ask at the office"),
            ("is not a telephone number", "-"),
            ("telephone answered at any hour", "the caretaker"),
            ("is not a telephone number", "-"),
            ("designated officer, telephone", ENTER),
            *WITHOUT_CHATS,
            ("Who is headteacher", "Ben"),
            ("first name and surname", "Ben Okafor"),
            ("Write this?", "y"),
        ],
    )
    assert status == 0
    assert "There is no chat yet" in screen
    school = load_school(tmp_path / "school.toml")
    assert (school.name, school.nation, school.closed) == ("Hillside", "Scotland", ())


async def test_what_is_wrong_with_a_token_is_said_in_words(
    tmp_path: Path, slack: SlackDouble, telegram: TelegramDouble
) -> None:
    slack.scopes.discard("files:read")
    screen, _ = await answer(
        tmp_path,
        [
            *SCHOOL,
            ("use Slack", "y"),
            ("bot token", slack.app_token),
            ("This is an app token, and the bot token is needed here", "xoxb-made-up"),
            ("Slack does not know this token", slack.bot_token),
            ("missing: files:read", CTRL_C),
        ],
        SLACK_API_URL=slack.api_url,
    )
    assert slack.app_token not in screen
    telegram.api.revoked = True
    screen, _ = await answer(
        tmp_path,
        [
            *SCHOOL,
            ("use Slack", "n"),
            ("use Telegram", "y"),
            ("Telegram's token", "headsup_bot"),
            ("This is no token of Telegram's", telegram.token),
            ("it was revoked, or not copied whole", CTRL_C),
        ],
        TELEGRAM_API_URL=telegram.api_url,
    )
    assert telegram.token not in screen
    assert os.listdir(tmp_path) == []


async def test_without_a_network_a_token_can_be_kept_untried(tmp_path: Path) -> None:
    token = "xoxb-" + "1" * 20
    screen, status = await answer(
        tmp_path,
        [
            *SCHOOL,
            ("use Slack", "y"),
            ("bot token", token),
            ("Slack could not be reached at 127.0.0.1:9: no connection", "y"),
            ("reach the bot", "1"),
            ("app token", ENTER),
            ("use Telegram", "n"),
            *NO_MAIL,
            ("Folder for cases", ENTER),
            *HEAD,
            ("Write this?", "y"),
        ],
        SLACK_API_URL="http://127.0.0.1:9/api/",
    )
    assert status == 0, screen
    assert env_file.read(tmp_path / ".env") == {"SLACK_BOT_TOKEN": token}


def over_http(secret: str, *more: tuple[str, str]) -> Answers:
    return [
        *KEPT,
        ("use Slack", "y"),
        ("bot token", ENTER),
        ("reach the bot", "HTTP"),
        ("signing secret", secret),
        *more,
        ("use Telegram", "n"),
        *NO_MAIL,
        ("Folder for cases", ENTER),
        ("Who is headteacher", "-"),
        ("Write this?", "y"),
    ]


async def test_slack_over_http_and_back(tmp_path: Path, slack: SlackDouble) -> None:
    secret = slack.signing_secret
    (tmp_path / ".env").write_text(
        f"SLACK_BOT_TOKEN={slack.bot_token}\nSLACK_APP_TOKEN={slack.app_token}\n"
    )
    answers = over_http(
        "not it",
        ("A signing secret is 32 letters and digits", secret),
        ("Port on this machine", "70000"),
        ("A port is a number", "3443"),
    )
    screen, status = await answer(tmp_path, answers, SLACK_API_URL=slack.api_url)
    assert status == 0, screen
    assert "headsup manifest --url" in screen
    assert "[Socket Mode]" in screen
    assert secret not in screen
    wanted = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": secret, "PORT": "3443"}
    assert env_file.read(tmp_path / ".env") == wanted
    settings = load({**os.environ, **dict(line.split("=") for line in env_lines(tmp_path))})
    assert settings.slack_app_token is None

    answers = over_http(ENTER, ("Port on this machine", ENTER))
    screen, status = await answer(tmp_path, answers, SLACK_API_URL=slack.api_url)
    assert (status, "[HTTP]" in screen, ".env stays as it is." in screen) == (0, True, True)

    back = [
        ("reach the bot", "s") if asked == "reach the bot" else (asked, typed)
        for asked, typed in answers
    ]
    index = [asked for asked, _ in back].index("signing secret")
    back[index : index + 2] = [("app token", slack.app_token)]
    screen, status = await answer(tmp_path, back, SLACK_API_URL=slack.api_url)
    assert status == 0, screen
    assert env_file.read(tmp_path / ".env") == {**wanted, "SLACK_APP_TOKEN": slack.app_token}


def env_lines(folder: Path) -> list[str]:
    return [line for line in (folder / ".env").read_text().splitlines() if "=" in line]


TERMS = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:Half term
DTSTART;VALUE=DATE:20270215
DTEND;VALUE=DATE:20270220
END:VEVENT
END:VCALENDAR
"""


async def test_the_school_s_own_calendar_will_do(tmp_path: Path) -> None:
    (tmp_path / "terms.ics").write_text(TERMS.replace("\n", "\r\n"))
    with_calendar = [
        (asked, "terms.ics" if asked.startswith("Holidays") else typed) for asked, typed in SCHOOL
    ]
    for answers in (with_calendar, KEPT):  # and again, with what there is
        screen, status = await answer(
            tmp_path, [*answers, *WITHOUT_CHATS, *HEAD, ("Write this?", "y")]
        )
        assert status == 0
        assert load_school(tmp_path / "school.toml").closed == ("2027-02-15/2027-02-19",)
    assert "[terms.ics]" in screen
    assert "school.toml stays as it is." in screen


OLD_ENV = """\
# ours
export PORT=3001
SLACK_BOT_TOKEN={bot}
SLACK_APP_TOKEN={app}
ODD="kept as it is" # and this
"""
OLD_SCHOOL = """\
# Ask Dev before you change this.
name = "Hillside Primary School" # since 1967
closed = [
    "2026-12-21/2027-01-01", # Christmas
    2027-01-04,
]
staff = ["Mr Ahmed"]

[retention]
years = 7
"""


async def test_run_again_it_shows_what_there_is_and_keeps_what_it_does_not_know(
    tmp_path: Path, slack: SlackDouble
) -> None:
    old = OLD_ENV.format(bot=slack.bot_token, app=slack.app_token)
    (tmp_path / ".env").write_text(old)
    (tmp_path / "school.toml").write_text(OLD_SCHOOL)
    store = TinyStore.open(tmp_path / "data")
    await store.add_person(Person("p1", "Ben Okafor", (Role.HEAD,), ("slack:T1:UBEN",), TUESDAY))
    await store.close()
    again: Answers = [
        *KEPT[:5],
        ("safeguarding lead's telephone", "01632 960123"),
        *KEPT[6:],
        ("use Slack", ENTER),
        (f"bot token (xoxb-…) [Enter keeps xoxb-…{slack.bot_token[-4:]}", ENTER),
        ("reach the bot", ENTER),
        (f"app token (xapp-…) [Enter keeps xapp-…{slack.app_token[-4:]}", ENTER),
        ("use Telegram", ENTER),
        *NO_MAIL,
        ("Folder for cases", ENTER),
    ]
    screen, status = await answer(
        tmp_path, [*again, ("Write this?", ENTER)], SLACK_API_URL=slack.api_url
    )
    assert status == 1
    assert "Nothing was changed." in screen
    assert (tmp_path / "school.toml").read_text() == OLD_SCHOOL
    assert "[Hillside Primary School]" in screen
    assert "[2026-12-21/2027-01-01, 2027-01-04]" in screen
    assert "Ben Okafor is headteacher already." in screen
    assert ".env stays as it is.\nschool.toml changes:\n" in screen

    screen, status = await answer(
        tmp_path, [*again, ("Write this?", "y")], SLACK_API_URL=slack.api_url
    )
    assert status == 0
    assert "An invitation" not in screen
    assert (tmp_path / ".env").read_text() == old
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    written = (tmp_path / "school.toml").read_text()
    assert [line for line in OLD_SCHOOL.splitlines() if line not in written.splitlines()] == []
    school = load_school(tmp_path / "school.toml")
    assert (school.staff, school.retention.years, school.safeguarding_phone) == (
        ("Mr Ahmed",),
        7,
        "01632 960123",
    )


@pytest.mark.parametrize(
    "question", ["Nation", "Holidays", "use Telegram", "Who is headteacher", "Write this?"]
)
async def test_ctrl_c_leaves_everything_as_it_was(tmp_path: Path, question: str) -> None:
    (tmp_path / ".env").write_text("PORT=3001\n")
    (tmp_path / "school.toml").write_text(OLD_SCHOOL)
    everything = [*SCHOOL, *WITHOUT_CHATS, *HEAD, ("Write this?", "y")]
    until = next(n for n, (asked, _) in enumerate(everything) if asked.startswith(question))
    screen, status = await answer(tmp_path, [*everything[:until], (question, CTRL_C)])
    assert status == 1
    assert "Nothing was changed." in screen
    assert "Traceback" not in screen
    assert (tmp_path / ".env").read_text() == "PORT=3001\n"
    assert (tmp_path / "school.toml").read_text() == OLD_SCHOOL
    assert sorted(os.listdir(tmp_path)) == [".env", "school.toml"]


async def test_the_made_up_people_are_left_behind(tmp_path: Path) -> None:
    store = TinyStore.open(tmp_path / "data")
    await store.add_person(Person("ben", "Ben Okafor", (Role.HEAD,), ("terminal:ben",), TUESDAY))
    await store.close()
    screen, _ = await answer(tmp_path, [*SCHOOL, *WITHOUT_CHATS, *HEAD, ("Write this?", ENTER)])
    assert "data holds the made-up people" in screen
    assert env_file.read(tmp_path / ".env") == {"HEADSUP_DATA": "school-data"}
    assert len(list((tmp_path / "school-data" / "invitations").glob("*"))) == 1


async def test_a_school_file_with_a_mistake_is_left_to_its_owner(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_text("opens = 25:00:00\n")
    screen, status = await answer(tmp_path, [])
    assert status == 1
    assert "school.toml" in screen
    assert (tmp_path / "school.toml").read_text() == "opens = 25:00:00\n"


# --- its parts --------------------------------------------------------------------------------------------


def test_an_env_file_keeps_its_lines(tmp_path: Path) -> None:
    text = "# remark\nA=1\nexport PORT=1\nPORT=2\nODD='x y'\n"
    made = env_file.merged(text, {"PORT": "3", "HEADSUP_DATA": "it's a\\b #1"})
    assert made.splitlines()[:5] == ["# remark", "A=1", "export PORT=1", "PORT=3", "ODD='x y'"]
    (tmp_path / ".env").write_text(made)
    assert env_file.read(tmp_path / ".env") == {
        "A": "1",
        "PORT": "3",
        "ODD": "x y",
        "HEADSUP_DATA": "it's a\\b #1",
    }


def test_a_school_file_keeps_its_lines(tmp_path: Path) -> None:
    days = [f"2027-0{month}-01/2027-0{month}-09" for month in range(1, 9)]
    made = school_file.merged(
        OLD_SCHOOL,
        {
            "name": 'The "Hill" \\ School\x07',
            "closed": days,
            "nation": "Wales",
            "safeguarding_phone": "",
        },
    )
    (tmp_path / "school.toml").write_text(made)
    school = load_school(tmp_path / "school.toml")
    assert (school.name, school.nation, list(school.closed)) == (
        'The "Hill" \\ School',
        "Wales",
        days,
    )
    assert school.retention.years == 7
    assert made.startswith("# Ask Dev before you change this.\n")


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        (hour(), "24"),
        (hour(), "8:60"),
        (hour(), ""),
        (phone, "12"),
        (phone, "01632\x1b[2J960123"),
        (full_name, "Ben"),
        (full_name, "x " * 60),
        (closed, "31/2/2027"),
        (closed, "2027-01-01, soon"),
        (one_of(("England", "Scotland")), ""),
        (one_of(("England", "Scotland")), "3"),
    ],
)
def test_answers_that_cannot_be_used(read: object, typed: str) -> None:
    assert callable(read)
    with pytest.raises(Unusable):
        read(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("8", 8), ("8am", 8), ("8:00", 8), ("08.00", 8), ("5pm", 17), ("5 p.m.", 17), ("noon", 12)],
)
def test_hours_as_people_write_them(typed: str, read: int) -> None:
    assert hour()(typed) == time(read)


def test_days_without_a_year_are_the_next() -> None:
    (span, day) = closed("21 Dec to 4 Jan, 25/12")
    first, last = (date.fromisoformat(words) for words in span.split("/"))
    today = datetime.now(UTC).date()
    assert (first.month, first.day, last.month, last.day) == (12, 21, 1, 4)
    assert today <= first < last <= first + timedelta(days=14)
    assert today <= date.fromisoformat(day) <= today + timedelta(days=366)


def test_days_as_people_write_them() -> None:
    assert closed("2026-12-21/2027-01-01, 4/1/2027, 15 February 2027 to 19 February 2027") == (
        "2026-12-21/2027-01-01",
        "2027-01-04",
        "2027-02-15/2027-02-19",
    )


async def test_one_school_of_several_is_asked_what_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "schools" / "oakfield").mkdir(parents=True)
    url = migrated("set_up")
    given = {
        "SCHOOLS": "schools",
        "DATABASE_URL": url,
        "PUBLIC_URL": "https://x.example",
        "TOKEN_KEY": TokenKey.new(),
    }
    screen, status = await answer(tmp_path, [], **given)
    assert (status, "Say which one: headsup --school KEY" in screen) == (1, True)
    asked: Answers = [*SCHOOL, *HEAD, ("Write this?", "y")]
    screen, status = await answer(tmp_path, asked, **given, SCHOOL="oakfield")
    assert status == 0, screen
    assert (
        load_school(tmp_path / "schools" / "oakfield" / "school.toml").name
        == "Hillside Primary School"
    )
    assert "An invitation for Ben Okafor (headteacher)" in screen
    assert "headsup --school oakfield connect slack" in screen
    assert not (tmp_path / ".env").exists()
