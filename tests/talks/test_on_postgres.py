"""The talks once more, with PostgreSQL in place of the folder."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from pathlib import Path

import pytest

from tests.databases import database
from tests.talks.conftest import Conversation, Talk
from tests.talks.stage import TUESDAY, StillClock, TerminalStage
from tests.talks.test_keeping import SCHOOL

HERE = Path(__file__)
MODULES = [path.stem for path in sorted(HERE.parent.glob("test_*.py")) if path != HERE]
TALKS: list[Callable[[Talk], Awaitable[None]]] = [
    held
    for module in MODULES
    for name, held in inspect.getmembers(import_module(f"tests.talks.{module}"), inspect.isfunction)
    if name.startswith("test_") and list(inspect.signature(held).parameters) == ["talk"]
]
_schools = itertools.count()


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    (tmp_path / "school.toml").write_text(SCHOOL)  # for the talks about how long cases are kept
    school = f"talk-{next(_schools)}"
    stage = TerminalStage(
        tmp_path, StillClock(TUESDAY), DATABASE_URL=database(), HEADSUP_SCHOOL=school
    )
    async with stage.running():
        yield Conversation(stage, tmp_path).hold


@pytest.mark.parametrize("held", TALKS, ids=lambda held: held.__name__)
async def test_the_same_talk(held: Callable[[Talk], Awaitable[None]], talk: Talk) -> None:
    await held(talk)


def test_most_talks_are_held_here() -> None:
    assert len(TALKS) > 60
