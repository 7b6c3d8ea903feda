"""A school's own texts in place of ours: the bot starts, and quotes them. In each chat."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.cli.policies.add import add_file
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.talks.conftest import Talk, as_written
from tests.talks.stage import (
    ROOT,
    TUESDAY,
    SlackStage,
    Stage,
    StillClock,
    TelegramStage,
    TerminalStage,
)

OWN = """\
# Mobile phones

Staff keep their own phones in a locker while pupils are in the building.

## Pupils

Pupils hand in their phones at the office before lessons begin.
"""


@pytest.fixture(params=["terminal", "slack", "telegram"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """A school that has thrown our texts away, and has the procedure alone."""
    texts = tmp_path / "texts"
    texts.mkdir()
    shutil.copy(ROOT / "policy_texts" / "procedure.toml", texts)
    clock = StillClock(TUESDAY)
    environment = {"POLICY_TEXTS": str(texts)}
    async with AsyncExitStack() as stack:
        made: Stage
        if request.param == "terminal":
            made = TerminalStage(tmp_path, clock, **environment)
        elif request.param == "slack":
            slack = await stack.enter_async_context(SlackDouble())
            made = SlackStage(tmp_path, clock, slack, **environment)
        else:
            telegram = await stack.enter_async_context(TelegramDouble())
            made = TelegramStage(tmp_path, clock, telegram, **environment)
        await stack.enter_async_context(made.running())
        yield made
        await as_written(made)


async def test_a_school_s_own_text_is_quoted_as_soon_as_it_is_added(
    talk: Talk, stage: Stage, tmp_path: Path
) -> None:
    await talk("""
        Asha> /policy where do pupils put their phones
        bot>  The texts do not say.
    """)
    file = tmp_path / "Phones 2026.md"
    file.write_text(OWN)
    shown = add_file(file, tmp_path / "texts", TUESDAY.date(), owner="headteacher")
    assert shown[0] == "Added “Mobile phones” as phones-2026.md."
    await talk("""
        clock> +2m
        Asha> /policy where do pupils put their phones
        bot>  Pupils hand in their phones at the office before lessons begin.
        Asha> /policy
        bot>  Mobile phones
    """)


async def test_a_case_goes_its_way_without_passages(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> Have you seen what they say about Mr Ahmed?
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name
        Asha> Mr Ahmed
        bot>  What is it mostly about?
        Asha> (taps) Defamatory about staff
        bot>  Thank you.
        Ben>  /case {a}
        bot>  Establish what was posted
    """)
    for name in ("Asha", "Ben"):
        assert not any("What the policy says" in seen.words for seen in stage.seen(name))
