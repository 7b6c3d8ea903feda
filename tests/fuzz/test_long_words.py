"""Words without end behind every command, and in every message: the next person waits no longer than a moment."""

from __future__ import annotations

import time

import pytest

from handlers.commands import Command
from handlers.menu import COMMANDS
from handlers.messages import Forwarded, Origin
from tests.fuzz.test_words import School, school

#: More than any chat takes in one message.
LENGTH = 100_000

#: Seconds of the processor for one message: spaces behind /case add took 35.
MOST = 0.5

PIECES = (
    " ",
    "a ",
    "Okafor by ",
    "a",
    ", ",
    "\n",
    "and head ",
    "https://a.b/" + ")" * 4_000 + " ",
    "“",
    "why? ",
)
ORIGIN = Origin("channel", *[""] * 5, None, "")


pytestmark = pytest.mark.usefixtures("texts_are_ready")


async def _took(made: School, who: str, text: str, **more: object) -> float:
    begun = time.process_time()
    await made.say(who, text, **more)
    return time.process_time() - begun


@pytest.mark.parametrize("command", COMMANDS.all, ids=[command.name for command in COMMANDS.all])
async def test_no_command_is_kept_busy(command: Command) -> None:
    async with school() as made:
        if command.name == "policy print":
            # Typesetting has its own time, and its own thread.
            return
        # What is loaded for the first time is no measure.
        await made.say("ben", command=f"{command.name} {made.reference} to Ben by friday")
        worst = {}
        for piece in PIECES:
            long = piece * (LENGTH // len(piece))
            for behind in (long, f"{made.reference} {long}!"):
                took = await _took(made, "ben", "", command=f"{command.name} {behind}")
                worst[took] = behind[:30]
        assert max(worst) < MOST, worst[max(worst)]


@pytest.mark.parametrize("piece", PIECES)
async def test_no_message_is_kept_busy(piece: str) -> None:
    long = piece * (LENGTH // len(piece))
    async with school() as made:
        await made.say("gita", "What I saw")
        for text in (long, f"/case add {long}", f"case about {long}", f"People say {long}"):
            assert await _took(made, "gita", text) < MOST, text[:30]
        forwarded = (Forwarded(long, ORIGIN),) * 3
        assert await _took(made, "gita", "see this", forwarded=forwarded) < 3 * MOST
