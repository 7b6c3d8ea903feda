"""A function in a process of its own, with bounds of memory and time: for files made to do harm.

Whatever becomes of that process, this one goes on. It is given no setting and no token, may write
no file, and what it answers is JSON: a program that a file takes over can say little.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
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
    return [sys.executable, "-m", __name__, *bounds, *place, *words]


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}


def _answer(said: bytes) -> Any:
    try:
        return json.loads(said)
    except ValueError as error:
        raise LimitExceeded from error


def _main(memory: str, seconds: str, module: str, name: str, *words: str) -> None:
    """The process itself."""
    bounds = {
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in bounds.items():
        resource.setrlimit(kind, (most, most))
    # Where memory runs out for all, this goes first, and not the bot.
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    function = getattr(import_module(module), name)
    print(json.dumps(function(*words)))  # noqa: T201


if __name__ == "__main__":
    _main(*sys.argv[1:])
