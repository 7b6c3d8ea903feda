"""Work in threads beside what else the process does, that never keeps it from ending."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

#: How far work that nobody waits for stands back behind the rest of the machine (see `nice`).
STAND_BACK = 5
#: Seconds that the end of the process waits for a piece of work at most.
LAST_WAIT = 30.0

_Work = TypeVar("_Work")

_is_ending = threading.Event()
_threads: set[threading.Thread] = set()
#: What is being done, and what comes after it.
_waiting: deque[Callable[[], object]] = deque()
#: Held while `_waiting` changes.
_turn = threading.Lock()


class Ending(Exception):
    """The process ends; what is not done yet is left undone."""


def begin(work: Callable[[], object]) -> None:
    """Do it in a thread, and return at once.

    One piece of work goes after another: each of them keeps the processors busy, and many schools
    may begin at one time.
    """
    with _turn:
        _waiting.append(work)
        if len(_waiting) > 1:
            return
        # Without `daemon` the process would wait for all of it.
        thread = threading.Thread(target=_do_all, name="texts", daemon=True)
        _threads.add(thread)
        thread.start()


def _do_all() -> None:
    while not _is_ending.is_set():
        try:
            _waiting[0]()
        except Ending:
            pass
        # Whatever fails for one school, the others' texts are made ready.
        except Exception as error:  # noqa: BLE001
            structlog.get_logger().error("texts not made ready", exc_info=error)
        with _turn:
            # It stays first until it is done, so that nobody begins a second thread.
            _waiting.popleft()
            if not _waiting:
                break
    _threads.discard(threading.current_thread())


def in_threads(
    do: Callable[[_Work], None], pieces: Iterable[_Work], threads: int, *, stand_back: bool
) -> None:
    """Do all pieces in so many threads, and wait for them.

    `stand_back`: let everything else go first. Raises what a piece raised, and Ending.
    """
    waiting = iter(list(pieces))
    failed: list[BaseException] = []

    def run() -> None:
        if stand_back:
            _stand_back()
        # `next` on a list's iterator gives no piece to two threads.
        for piece in waiting:
            if failed or _is_ending.is_set():
                return
            try:
                do(piece)
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

    workers = [threading.Thread(target=run, name="texts", daemon=True) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failed:
        raise failed[0]
    if _is_ending.is_set():
        raise Ending


def give_back_memory() -> None:
    """Give the system what was freed and is still held: 100 MB after much work with a model.

    Only the C library of most Linux systems holds so much, and only it has this call.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _stand_back() -> None:
    """On Linux every thread has a priority of its own; elsewhere all keep theirs."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), STAND_BACK)
    except (AttributeError, OSError):
        return


@atexit.register
def _end() -> None:
    """Nothing may be within onnxruntime while its libraries are taken down."""
    _is_ending.set()
    for thread in list(_threads):
        thread.join(LAST_WAIT)
