"""Pictures that were kept arrive as they came, in every chat and from every store."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from store.errors import NotFound
from tests.databases import database
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.talks.conftest import Talk
from tests.talks.stage import TUESDAY, SlackStage, Stage, StillClock, TelegramStage, TerminalStage

_schools = itertools.count()


@pytest.fixture(params=["folder", "postgres"])
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "folder":
        return {}
    return {"DATABASE_URL": database(), "HEADSUP_SCHOOL": f"handed-{next(_schools)}"}


@pytest.fixture(params=["terminal", "slack", "telegram"])
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]
) -> AsyncIterator[Stage]:
    clock = StillClock(TUESDAY)
    made: TerminalStage | SlackStage | TelegramStage
    async with AsyncExitStack() as until:
        if request.param == "terminal":
            made = TerminalStage(tmp_path, clock, **environment)
        elif request.param == "slack":
            slack = await until.enter_async_context(SlackDouble())
            made = SlackStage(tmp_path, clock, slack, **environment)
        else:
            telegram = await until.enter_async_context(TelegramDouble())
            made = TelegramStage(tmp_path, clock, telegram, **environment)
        await until.enter_async_context(made.running())
        yield made


async def _ready(talk: Talk, stage: Stage) -> str:
    cases = await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +11m
    """)
    return cases["a"]


async def test_a_picture_arrives_as_it_came(talk: Talk, stage: Stage) -> None:
    reference = await _ready(talk, stage)
    await talk(f"""
        Ben> /case evidence {reference}
        bot> A file of case {reference}.
        bot> {reference}-1
    """)
    assert stage.handed("Ben") == [(stage.folder / "shot.png").read_bytes()]


async def test_a_picture_that_is_gone_is_spoken_of(talk: Talk, stage: Stage) -> None:
    reference = await _ready(talk, stage)

    @asynccontextmanager
    async def kept(reference: str, sha256: str) -> AsyncIterator[Path]:
        raise NotFound(sha256)
        yield

    stage.bot.desk.store.kept = kept  # type: ignore[method-assign]
    await talk(f"""
        Ben> /case evidence {reference}
        bot> cannot be read just now
    """)
    assert stage.handed("Ben") == []
