"""A token that its platform takes back: the bot is not ready, says so once, and what is urgent reaches somebody else."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import Bot
from bot.build import build
from bot.front_end import FrontEnd
from bot.run import ProcessRole, Service, serve, stop
from bot.server import Servers
from bot.settings import Settings
from bot.slack import SlackFrontEnd
from bot.slack.api import SlackPauses
from bot.telegram import TelegramFrontEnd
from store.model.case import Case
from store.model.records import About, Notice, Person, Report, Role
from tests.bot.telegram.telegram_running import QUICK
from tests.bot.test_health import asked
from tests.crash.processes import free_port
from tests.databases import database, stopped
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.talks.stage import settings

_schools = itertools.count()
#: Seconds between two questions whether the token is good.
OFTEN = 0.05
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def service(
    given: Settings, front_ends: dict[str, FrontEnd], role: ProcessRole = ProcessRole.ALL
) -> AsyncIterator[Bot]:
    made, servers = await build(given, front_ends), Servers()
    running = Service(given, made, role)
    try:
        await serve(given, running, servers, role)
        running.start()
        yield made
    finally:
        await stop([running], servers)


async def until_ready_says(port: int, expected: tuple[int, str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while await asked(port, "/ready") != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def slack_in(given: Settings) -> SlackFrontEnd:
    return SlackFrontEnd(given, pauses=SlackPauses(first=0.01, most=0.1), watch_seconds=OFTEN)


def telegram_in(given: Settings) -> TelegramFrontEnd:
    return TelegramFrontEnd(given, pauses=QUICK, watch_seconds=OFTEN)


def told(logs: Sequence[Mapping[str, object]], setting: str) -> int:
    """How often the log says that a token is no longer taken."""
    return sum(f"no longer takes {setting}" in str(line["event"]) for line in logs)


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as lines:
        yield lines


async def test_slack_revoked_while_it_runs_is_not_ready_and_ready_again(
    tmp_path: Path, logs: list[MutableMapping[str, Any]]
) -> None:
    async with SlackDouble() as slack:
        port = free_port()
        given = settings(tmp_path, PORT=str(port), **slack.environment)
        async with service(given, {"slack": slack_in(given)}):
            await until_ready_says(port, (200, "ready\n"))
            slack.fail("auth.test", "token_revoked", float("inf"))
            await until_ready_says(port, (503, "not ready: slack\n"))
            await asyncio.sleep(3 * OFTEN)
            assert told(logs, "SLACK_BOT_TOKEN") == 1
            del slack.api.faults["auth.test"]
            await until_ready_says(port, (200, "ready\n"))


async def test_a_worker_sees_it_too_though_it_takes_nothing_in(
    tmp_path: Path, logs: list[MutableMapping[str, Any]]
) -> None:
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        numbers = free_port()
        both = {**slack.environment, **telegram.environment}
        school = f"revoked-{next(_schools)}"
        more = {"DATABASE_URL": database(), "HEADSUP_SCHOOL": school}
        given = settings(tmp_path, METRICS=str(numbers), **more, **both)
        slack.fail("auth.test", "token_revoked", float("inf"))
        front_ends: dict[str, FrontEnd] = {
            "slack": slack_in(given),
            "telegram": telegram_in(given),
        }
        async with service(given, front_ends, ProcessRole.WORKER):
            await until_ready_says(numbers, (503, "not ready: slack\n"))
            telegram.revokes_token()
            await until_ready_says(numbers, (503, "not ready: slack\nnot ready: telegram\n"))
            assert "headsup_chats_away 2.0" in (await asked(numbers, "/metrics"))[1]
        assert told(logs, "SLACK_BOT_TOKEN") == 1
        assert told(logs, "TELEGRAM_BOT_TOKEN") == 1


async def test_what_is_urgent_climbs_to_whoever_can_be_reached(tmp_path: Path) -> None:
    """Head and safeguarding lead are in Slack alone, whose token is revoked; the chair is in Telegram."""
    async with SlackDouble() as slack, TelegramDouble() as telegram:
        for user in ("UBEN", "UCLEO"):
            slack.user(user, user)
        efua = telegram.user(5, "Efua", started=True)
        port = free_port()
        both = {**slack.environment, **telegram.environment}
        given = settings(tmp_path, PORT=str(port), **both)
        front_ends: dict[str, FrontEnd] = {
            "slack": slack_in(given),
            "telegram": telegram_in(given),
        }
        async with service(given, front_ends) as bot:
            await until_ready_says(port, (200, "ready\n"))
            now = datetime.now(UTC)
            for id, role, account in (
                ("ben", Role.HEAD, f"slack:{slack.team}:UBEN"),
                ("cleo", Role.DSL, f"slack:{slack.team}:UCLEO"),
                ("efua", Role.CHAIR, "telegram:5"),
            ):
                person = Person(id, id.title(), (role,), (account,), now - MINUTE)
                await bot.desk.store.add_person(person)
            for method in ("auth.test", "conversations.open", "chat.postMessage"):
                slack.fail(method, "token_revoked", float("inf"))
            await until_ready_says(port, (503, "not ready: slack\n"))

            report = Report("asha", now, ("slack:1",), "slack:asha")
            owed = tuple(Notice(f"urgent {to}", "urgent", to, now) for to in ("ben", "cleo"))
            made = Case(
                "7K4M",
                now,
                (report,),
                category="threat",
                urgent=True,
                about=About("school"),
                notices=owed,
            )
            await bot.desk.store.add(made.enter(now, "asha", "opened"))
            bot.wake()
            await telegram.waits_for(efua, "7K4M")
            bot.wake()
            await bot.wait_until_idle(PATIENCE)
            # She is told once, and head and safeguarding lead are still owed it.
            kept = (await bot.desk.store.case("7K4M")).notices
            assert [n.result for n in kept if n.to == "efua"] == ["sent"]
            assert [n.settled for n in kept if n.to in ("ben", "cleo")].count(None) >= 2
            assert len([text for text in telegram.texts(efua) if "7K4M" in text]) == 1


async def test_the_age_counts_from_when_it_was_due_first(tmp_path: Path) -> None:
    """Each try moves the time of the next; urgent notices are counted apart."""
    async with SlackDouble() as slack:
        slack.user("UBEN", "Ben")
        given = settings(tmp_path, **slack.environment)
        now = [datetime.now(UTC)]
        bot = await build(given, {"slack": slack_in(given)}, lambda: now[0])
        ben = Person("ben", "Ben", (Role.HEAD,), (f"slack:{slack.team}:UBEN",), now[0] - MINUTE)
        await bot.desk.store.add_person(ben)
        slack.fail("chat.postMessage", "internal_error", float("inf"))
        due = now[0]
        report = Report("asha", due, ("slack:1",), "slack:asha")
        made = Case(
            "7K4M",
            due,
            (report,),
            category="threat",
            urgent=True,
            about=About("school"),
            notices=(Notice("urgent ben", "urgent", "ben", due),),
        )
        await bot.desk.store.add(made.enter(due, "asha", "opened"))
        for minutes in range(1, 8):
            await bot.delivery.tick()
            now[0] = due + minutes * MINUTE
            page = (await bot.metrics.page([bot.desk.store], now[0])).decode()
            assert f"headsup_urgent_overdue_seconds {60.0 * minutes}" in page
            assert f"headsup_notices_overdue_seconds {60.0 * minutes}" in page
        [notice] = (await bot.desk.store.case("7K4M")).notices
        assert notice.tries > 3

        del slack.api.faults["chat.postMessage"]
        now[0] += 20 * MINUTE
        await bot.delivery.tick()
        page = (await bot.metrics.page([bot.desk.store], now[0])).decode()
        assert "headsup_urgent_overdue_seconds 0.0" in page
        for front_end in bot.front_ends.values():
            await front_end.close()
        await bot.close()


async def test_the_numbers_are_there_while_the_database_is_down(tmp_path: Path) -> None:
    numbers = free_port()
    school = f"revoked-{next(_schools)}"
    more = {"DATABASE_URL": database(), "HEADSUP_SCHOOL": school}
    given = settings(tmp_path, METRICS=str(numbers), **more)
    async with service(given, {}):
        assert "headsup_stores_away 0.0" in (await asked(numbers, "/metrics"))[1]
        with stopped():
            status, page = await asked(numbers, "/metrics")
        assert status == 200
        assert "headsup_stores_away 1.0" in page
        assert "headsup_clock_timestamp_seconds" in page
