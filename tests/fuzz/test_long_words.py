"""Words without end behind every command, and in every message: what they cost grows as they do.

The processor's seconds are compared with one another, never with a figure: machines differ.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from math import inf

import pytest

from handlers.commands import Command
from handlers.menu import COMMANDS
from handlers.messages import Forwarded, Origin
from tests.desks import shipped_policies
from tests.fuzz.test_words import School, school

#: More than any chat takes in one message: Slack takes 40,000 characters, Telegram 4,096.
LENGTH = 48_000

#: How many times as long is as many times as much work; spaces behind /case add took the square of it.
LONGER = 6

#: How many times as much work is too much: some way below the square, above what a busy machine blurs.
MOST = 2 * LONGER

#: The same for twice as much.
MOST_OF_TWICE = 3

#: Seconds below which the growth says nothing.
NOTHING = 0.02

TRIES = 4

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


async def _grows_evenly(say: Callable[[str], Awaitable[float]], piece: str) -> bool:
    """Whether long words take no more than their share of what shorter ones take.

    What else the machine does can only add to it, so the least of a few tries counts.
    """
    long = piece * (LENGTH // len(piece))
    short = long[: len(long) // LONGER]
    took_short = took_long = took_twice = inf
    for _ in range(TRIES):
        took_long = min(took_long, await say(long))
        if took_long < NOTHING:
            return True
        took_short = min(took_short, await say(short))
        if took_long < MOST * took_short:
            return True
        # A step up to what is cut off anyway is no growth; the square of twice as much is four times.
        took_twice = min(took_twice, await say(long + long))
        if took_twice < MOST_OF_TWICE * took_long:
            return True
    return False


@pytest.mark.parametrize("command", COMMANDS.all, ids=[command.name for command in COMMANDS.all])
async def test_no_command_is_kept_busy(command: Command) -> None:
    async with school() as made:
        if command.name == "policy print":
            # Typesetting has its own time, and its own thread.
            return
        if command.name != "policy":
            # What is no word of such a command is a question, and the models are asked enough of
            # them behind that one.
            made.desk = replace(made.desk, policies=shipped_policies(by_meaning=False))
        # What is loaded for the first time is no measure.
        await made.say("ben", command=f"{command.name} {made.reference} to Ben by friday")
        name, reference = command.name, made.reference
        for piece in PIECES:
            for said in ("{}", reference + " {}!"):

                async def say(words: str, said: str = said) -> float:
                    return await _took(made, "ben", "", command=f"{name} {said.format(words)}")

                assert await _grows_evenly(say, piece), (said, piece[:30])


@pytest.mark.parametrize("piece", PIECES)
async def test_no_message_is_kept_busy(piece: str) -> None:
    async with school() as made:
        await made.say("gita", "What I saw")
        for said in ("{}", "/case add {}", "case about {}", "People say {}"):

            async def say(words: str, said: str = said) -> float:
                return await _took(made, "gita", said.format(words))

            assert await _grows_evenly(say, piece), (said, piece[:30])

        async def forward(words: str) -> float:
            parts = (Forwarded(words, ORIGIN),) * 3
            return await _took(made, "gita", "see this", forwarded=parts)

        assert await _grows_evenly(forward, piece), piece[:30]
