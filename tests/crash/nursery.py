"""`headsup run` at the price of a fork: everything is imported once, and each bot is a process of its own.

Takes a line of JSON for each bot (its environment, its folder, its log) and answers with the process's id.
What runs in it is the command line's own `main`; only the imports, which take a second, were done before.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
import time
from typing import Any, NoReturn

from PIL import Image, ImageOps  # noqa: F401

import bot.__main__
import bot.build
import bot.logs
import bot.settings
import bot.slack
import bot.telegram  # noqa: F401
import handlers.workflow.pictures  # noqa: F401

SLOW_DISK = "TESTS_SLOW_DISK"
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _slow_down_disk(seconds: float) -> None:
    """Let every write take so much longer until it is durable."""
    fsync = os.fsync

    def slow(descriptor: Any) -> None:
        time.sleep(seconds)
        fsync(descriptor)

    if seconds:
        os.fsync = slow


def live(life: dict[str, Any]) -> NoReturn:
    """Be the bot until the end, as `headsup run` in that folder."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # no bot outlives the tests
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(life["folder"])
    os.environ.clear()
    os.environ.update(life["environment"])
    log = os.open(life["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    _slow_down_disk(float(os.environ.pop(SLOW_DISK, "0")))
    sys.argv = ["headsup", "run"]
    status = 1
    try:
        bot.__main__.main()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who were killed
    gc.freeze()
    for line in sys.stdin:
        life = json.loads(line)
        child = os.fork()
        if child == 0:
            live(life)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
