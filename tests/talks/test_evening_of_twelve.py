"""An evening with twelve schools in one process: one broken, one revoked, one slow, one whose disk is full; eight notice nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from bot.chats import TELEGRAM
from bot.schools.connect import connect_by_token
from handlers.reception import NOT_KEPT
from store.postgres.token_key import TokenKey
from tests.bot.test_health import asked_when_up
from tests.bot.test_run import bot, environment
from tests.crash.processes import free_port
from tests.databases import migrated, server
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User
from tests.doubles.trust import Trust
from tests.patience import PATIENCE
from tests.talks.test_schools import code_for, of, trust

__all__ = ("trust",)

SCHOOLS = [f"school-{number:02}" for number in range(1, 13)]
BROKEN, REVOKED, SLOW, FULL, *SOUND = SCHOOLS
#: As PostgreSQL answers where there is no room for the rows of one school alone.
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END$$;
CREATE TRIGGER no_room BEFORE INSERT ON cases FOR EACH ROW
WHEN (NEW.school = 'school-04') EXECUTE FUNCTION no_room();
"""


async def down(port: int) -> set[str]:
    """The schools that do not work, as Prometheus is told."""
    _, page = await asked_when_up(port, "/metrics")
    lines = [line for line in page.splitlines() if line.startswith("headsup_school_up{")]
    return {line.split('"')[1] for line in lines if line.endswith(" 0.0")}


async def test_an_evening_with_twelve_schools(trust: Trust, tmp_path: Path) -> None:
    for school in SCHOOLS:
        folder = tmp_path / "schools" / school
        folder.mkdir(parents=True)
        (folder / "school.toml").write_text(f'name = "{school}"\n')
    (tmp_path / "schools" / "trust.toml").write_text('nation = "Wales"\nopens = 07:00:00\n')
    numbers = free_port()
    url = migrated("evening_of_twelve")
    more = {"DATABASE_URL": url, "SCHOOLS": str(tmp_path / "schools"), "METRICS": str(numbers)}
    settings = environment(tmp_path, **trust.environment, **more, TOKEN_KEY=TokenKey.new())

    bots: dict[str, TelegramDouble] = {}
    staff: dict[str, User] = {}
    codes: dict[str, str] = {}
    for number, school in enumerate(SCHOOLS, 1):
        token = f"{number:06}:" + "a" * 35
        bots[school] = await trust.telegram(token, f"{school}_bot")
        await connect_by_token(of(school, settings), TELEGRAM, token)
        staff[school] = bots[school].user(number, "Asha")
        codes[school] = await code_for(school, "Asha Patel", "staff", settings)
    written = tmp_path / "schools" / BROKEN / "school.toml"
    right = written.read_text()
    written.write_text("nation = 3\n")
    bots[REVOKED].revokes_token()
    reached = [school for school in SCHOOLS if school not in (BROKEN, REVOKED)]

    async with bot(settings):
        for school in reached:
            await bots[school].until(lambda each=bots[school]: each.updates.webhook)
        for school in reached:
            await staff[school].says(f"/join {codes[school]}")
            await bots[school].waits_for(staff[school], "Welcome, Asha Patel.")

        bots[SLOW].api.held = asyncio.Event()
        with psycopg.connect(server().get_uri("evening_of_twelve"), autocommit=True) as connection:
            connection.execute(NO_ROOM)
        for school in SCHOOLS:
            await staff[school].says("They say they will hurt Noor Malik")

        # Whatever befalls four of them, the others are answered.
        for school in SOUND:
            await bots[school].waits_for(staff[school], "Case ")
        await bots[FULL].waits_for(staff[FULL], NOT_KEPT[:30])
        async with asyncio.timeout(PATIENCE):
            while await down(numbers) != {BROKEN, REVOKED}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

        # Each comes back when its trouble ends, and what was said meanwhile is there.
        bots[SLOW].api.held.set()
        await bots[SLOW].waits_for(staff[SLOW], "Case ")
        with psycopg.connect(server().get_uri("evening_of_twelve"), autocommit=True) as connection:
            connection.execute("DROP TRIGGER no_room ON cases")
        await bots[FULL].waits_for(staff[FULL], "Case ")
        written.write_text(right)
        await bots[BROKEN].until(lambda: not bots[BROKEN].updates.waiting)
