"""The only place that wires things together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from bot.app import Bot
from bot.clock import start_clock
from bot.front_end import FrontEnd
from bot.metrics import Metrics, timed
from bot.open_store import open_store
from bot.open_texts import _texts_in
from bot.outbox.delivery import Delivery
from bot.outbox.fetcher import Fetcher
from bot.outbox.menus import USUAL, offer_menu
from bot.settings import Settings, SettingsError
from handlers.desk import Desk
from handlers.policies.statement import accept_all
from handlers.rules.calendar import Calendar
from handlers.rules.limits import Limits
from store.school.procedure import load_procedure
from store.school.school import load_school

if TYPE_CHECKING:  # PostgreSQL's packages are an extra
    from store.postgres import Database

MEGABYTE = 1_000_000
HALF = "{rest} set, but {missing} is not. Set it in the environment or in .env."
SWAPPED = (
    "{name} begins with {wrong}: the two tokens of Slack are swapped. The bot's begins with xoxb-."
)

log = structlog.get_logger()


async def build(
    settings: Settings,
    front_ends: dict[str, FrontEnd],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    database: Database | None = None,
    metrics: Metrics | None = None,
) -> Bot:
    """Read the school's files and open the store; `database` and `metrics` are those that several schools share.

    Raises FileMistake for a mistake in a file, and StoreUnavailable.
    """
    procedure = load_procedure(settings.policy_texts)
    school = load_school(settings.school_file)
    metrics = metrics or Metrics()
    store = timed(await open_store(settings, database), metrics)
    links = [front_end.join_link for front_end in front_ends.values()]
    channels = (*settings.leadership_channel, *school.leadership_channel)
    desk = Desk(
        store=store,
        procedure=procedure,
        policies=_texts_in(settings.policy_texts.absolute()),
        calendar=Calendar(school),
        now=now,
        channels=tuple(address for c in channels if (address := address_of(c))),
        platforms=frozenset(front_ends),
        join_link=lambda code: next(filter(None, (link(code) for link in links)), None),
        roles_changed=lambda person: offer_menu(person, front_ends),
        max_file_bytes=settings.max_file_mb * MEGABYTE,
        backup_to="" if settings.database_url else settings.backup_to,
        limits=Limits(
            acts=settings.acts_a_minute,
            reports=settings.reports_an_hour,
            messages=10 * settings.reports_an_hour,
        ),
    )
    return Bot(
        desk, Delivery(desk, front_ends, metrics), Fetcher(desk, front_ends), front_ends, metrics
    )


def address_of(channel: str) -> str:
    """`C0123` or `#…` is Slack's, `-100123` or `@…` is Telegram's; an address stays as it is."""
    if ":" in channel:
        return channel
    return f"telegram:{channel}" if channel[:1] in "-@0123456789" else f"slack:{channel}"


def chats(settings: Settings) -> dict[str, FrontEnd]:
    """The chats that have a token. Raises SettingsError for half of a setting."""
    found: dict[str, FrontEnd] = {}
    refuse_halves(settings)
    if settings.slack_bot_token:
        from bot.slack import SlackFrontEnd

        found["slack"] = SlackFrontEnd(settings)
    if settings.telegram_bot_token:
        from bot.telegram import TelegramFrontEnd

        found["telegram"] = TelegramFrontEnd(settings, commands=USUAL)
    return found


def refuse_halves(settings: Settings) -> None:
    """Half of a chat's settings is a slip, not a wish for the terminal. Raises SettingsError."""
    if not settings.slack_bot_token and (settings.slack_app_token or settings.slack_signing_secret):
        raise SettingsError(
            HALF.format(rest="Slack's other settings are", missing="SLACK_BOT_TOKEN")
        )
    if not settings.telegram_bot_token and (
        settings.telegram_webhook_url or settings.telegram_webhook_secret
    ):
        raise SettingsError(HALF.format(rest="Telegram's webhook is", missing="TELEGRAM_BOT_TOKEN"))
    for name, token, wrong in (
        ("SLACK_BOT_TOKEN", settings.slack_bot_token, "xapp-"),
        ("SLACK_APP_TOKEN", settings.slack_app_token, "xoxb-"),
    ):
        if token and token.get_secret_value().startswith(wrong):
            raise SettingsError(SWAPPED.format(name=name, wrong=wrong))


async def run_terminal(settings: Settings) -> int:
    """The chat in the terminal; the number of lines that were not understood."""
    from bot.terminal import TerminalFrontEnd, move_in
    from bot.terminal.moving import MovingClock

    zone = Calendar(load_school(settings.school_file)).zone
    clock = MovingClock(zone)
    waiting: list[Callable[[], Awaitable[None]]] = []

    async def work() -> None:
        for job in waiting:
            await job()

    terminal = TerminalFrontEnd(clock, work)
    bot = await build(settings, {"terminal": terminal}, clock.now)
    clock.next_due = bot.desk.store.next_due
    waiting.append(bot.work)
    await move_in(bot.desk.store, clock.now())
    await accept_all(await bot.desk.store.people(), bot.desk)
    minutes = start_clock(bot.work)
    try:
        await terminal.run(bot.take)
    finally:
        minutes.shutdown(wait=False)
        with suppress(asyncio.CancelledError):
            await bot.close()
    return terminal.not_understood
