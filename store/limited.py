"""A function in a process of its own, with bounds of memory and time: for files made to do harm.

Whatever becomes of that process, this one goes on. It is given no setting and no token, may write
no file, and what it answers is JSON: a program that a file takes over can say little.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

#: Seconds of the clock for one of the processor's: the machine may be busy.
PATIENCE = 6


class LimitExceeded(Exception):
    """It took too much memory or time, or ended without an answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    #: Bytes of addresses; the interpreter itself takes some 100 million.
    memory: int
    #: Of the processor.
    seconds: int


def run_limited(
    function: Callable[..., Any], limits: Limits, *words: str, data: bytes = b""
) -> Any:
    """What a function of a module gives for these words, as JSON tells it.

    `data` is its standard input. Raises LimitExceeded, also for whatever the function raises.
    """
    try:
        ended = subprocess.run(  # noqa: S603
            _command(function, limits, words),
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=limits.seconds * PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded from error
    return _answer(ended.stdout)


async def run_limited_soon(function: Callable[..., Any], limits: Limits, *words: str) -> Any:
    """As `run_limited`, while others go on. Cancelled, it ends the process."""
    # Not above: the process that is started imports who starts it, and has no use for that.
    import asyncio

    process = await asyncio.create_subprocess_exec(
        *_command(function, limits, words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    try:
        async with asyncio.timeout(limits.seconds * PATIENCE):
            said, _ = await process.communicate()
    except TimeoutError as error:
        raise LimitExceeded from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    return _answer(said)


def _command(function: Callable[..., Any], limits: Limits, words: tuple[str, ...]) -> list[str]:
    place = [function.__module__, function.__name__]
    bounds = [str(limits.memory), str(limits.seconds)]
    return [sys.executable, "-m", "store.limited_process", *bounds, *place, *words]


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}


def _answer(said: bytes) -> Any:
    try:
        return json.loads(said)
    except ValueError as error:
        raise LimitExceeded from error
