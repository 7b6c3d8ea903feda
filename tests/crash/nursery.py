"""`headsup …` at the price of a fork: everything is imported once, and each command is a process of its own.

What runs in it is the command line's own `main`; only the imports, which take a second, were done before. Where a
start from nothing is what is tested, `python -m bot` is started instead.

    command("check", "--offline")     to be run by whatever runs programs; `nursling.py` stands for the new process
    start(Life(…), log)               the new process itself, by its id; start_between(…) for one that is talked to
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from store.school.procedure import load_procedure

ROOT = Path(__file__).parents[2]
NURSLING = Path(__file__).with_name("nursling.py")
SLOW_DISK = "TESTS_SLOW_DISK"
PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24  # linux/prctl.h
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAPABILITIES = 1, 2, 0x20080522  # linux/capability.h
HOUSE = ("store", "handlers", "bot")
#: What alembic alone imports, and what makes the models with a package that the bot does without.
NOT_OF_THE_BOT = (".migrations", ".search.pack")
#: Bytes: more than an environment has.
MOST = 1 << 20
#: Held while the nursery is made, which several threads may ask for.
_making = threading.Lock()


@dataclass(frozen=True)
class Life:
    """What a process is given."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    #: What has the `main` that it is.
    module: str = "bot.__main__"
    #: Permissions hold for it even where the tests run as root.
    ordinary: bool = False


# --- for tests ------------------------------------------------------------------------------------------


def command(*arguments: str) -> list[str]:
    """The command line of `headsup …`. What runs it says in which folder, and with what environment."""
    return [sys.executable, "-I", "-S", str(NURSLING), address(), *arguments]


@dataclass(frozen=True)
class Started:
    """A process by its id, and where a line with its exit status will come."""

    pid: int
    status: socket.socket


def start(life: Life, out: int) -> Started:
    """A process that reads nothing, and writes to this descriptor."""
    with open(os.devnull) as nothing:
        return start_between(life, nothing.fileno(), out, out)


def start_between(life: Life, *streams: int) -> Started:
    """A process that reads from the first of these descriptors, writes to the second, and complains to the third."""
    asking = socket.socket(socket.AF_UNIX)
    asking.connect(address())
    given = json.dumps(asdict(life)).encode() + b"\n"
    socket.send_fds(asking, [given], list(streams))
    said = b""
    while not said.endswith(b"\n"):
        said += asking.recv(1)
    return Started(int(said), asking)


def address() -> str:
    """Where the one nursery of these tests listens. It ends when they do."""
    with _making:
        return _address()


@cache
def _address() -> str:
    folder = Path(tempfile.mkdtemp(prefix="nursery"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = str(folder / "socket")
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.nursery", place],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert nursery.stdin
    assert nursery.stdout
    atexit.register(nursery.wait)
    atexit.register(nursery.stdin.close)
    assert nursery.stdout.readline() == b"ready\n"
    return place


# --- the nursery ----------------------------------------------------------------------------------------


def main(place: str) -> None:
    """Make a process for whoever asks, until nobody holds the other end of standard input."""
    import_everything()
    load_procedure(ROOT / "policy_texts")  # each process of ours reads the same
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who looked after one
    # Ignored where the tests were started in the background, and handed down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(place)
    listening.listen(64)
    gc.freeze()
    os.write(1, b"ready\n")
    while True:
        ready, _, _ = select.select([listening, 0], [], [])
        if 0 in ready:
            return
        asked, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            look_after(asked)
        asked.close()


def import_everything() -> None:
    for package in HOUSE:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not any(part in module.name for part in NOT_OF_THE_BOT):
                import_module(module.name)


def look_after(asked: socket.socket) -> NoReturn:
    """Say the id of a new process, and how it ended."""
    _die_with_the_one_above()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, handed, _, _ = socket.recv_fds(asked, MOST, 3)
    while not said.endswith(b"\n"):
        said += asked.recv(MOST)
    child = os.fork()
    if child == 0:
        asked.close()
        live(Life(**json.loads(said)), handed)
    for descriptor in handed:
        os.close(descriptor)
    try:
        asked.sendall(b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        asked.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    finally:
        os._exit(0)


def live(life: Life, handed: list[int]) -> NoReturn:
    """Be `headsup …`, or what else it is, until the end."""
    _die_with_the_one_above()
    if life.ordinary:
        _be_ordinary()
    _take_over(handed, life.environment)
    os.chdir(life.folder)
    os.environ.clear()
    os.environ.update(life.environment)
    _slow_down_disk(float(os.environ.pop(SLOW_DISK, "0")))
    sys.argv = ["headsup", *life.arguments]
    status: Any = 1
    try:
        import_module(life.module).main()
        status = 0
    except SystemExit as end:
        status = end.code or 0
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(status if isinstance(status, int) else 1)


def _take_over(handed: list[int], environment: dict[str, str]) -> None:
    """The three streams of whoever asked, and their terminal where they are one."""
    for ours, theirs in enumerate(handed):
        os.dup2(theirs, ours)
        os.close(theirs)
    os.setsid()
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = open(0, encoding=encoding)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding=encoding)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=encoding, errors="backslashreplace")  # noqa: SIM115
    sys.stdout.reconfigure(line_buffering=os.isatty(1) or "PYTHONUNBUFFERED" in environment)
    sys.stderr.reconfigure(line_buffering=True)


def _slow_down_disk(seconds: float) -> None:
    """Let every write take so much longer until it is durable."""
    fsync = os.fsync

    def slow(descriptor: Any) -> None:
        time.sleep(seconds)
        fsync(descriptor)

    if seconds:
        os.fsync = slow


def _die_with_the_one_above() -> None:
    """No process outlives the tests."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _be_ordinary() -> None:
    """Give up root's right to read and write whatever it likes, also for the programs that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    rights = (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)
    for right in rights:
        libc.prctl(PR_CAPBSET_DROP, right, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    # Effective, permitted and inheritable ones of the first 32, and then of the others.
    held = (ctypes.c_uint32 * 6)()
    libc.capget(header, held)
    for right in rights:
        for kind in range(3):
            held[kind] &= ~(1 << right)
    if libc.capset(header, held) != 0:
        raise OSError(ctypes.get_errno(), "rights not given up")


if __name__ == "__main__":
    main(sys.argv[1])
