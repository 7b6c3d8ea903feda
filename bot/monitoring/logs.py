"""Logs: to standard error, a line of JSON each, or in colours at a terminal. Ids and kinds alone.

What an exception says may hold what people wrote, and so may what a library says: of both, only the
kind is logged, and where in the program it was.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor

from store.model.identifiers import new_id

ROOT = Path(__file__).parents[2]

#: Places of one exception that are logged, the innermost.
DEEPEST = 12


def set_up() -> None:
    """Ours through structlog; libraries say only what is wrong, without its words."""
    structlog.configure(
        processors=[*_steps(), _renderer()],
        logger_factory=structlog.PrintLoggerFactory(_Patient(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    handler = _Handler(logging.ERROR)
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    sys.excepthook = _log_end


def is_written() -> bool:
    """Whether the log can be written. Tries again, where the last line could not be."""
    if _Patient.is_failing:
        _Patient(sys.stderr).flush()
    return not _Patient.is_failing


class _Patient:
    """A file of lines that raises nothing where one cannot be written: a full disk, a closed pipe.

    The log never decides over a message; `/ready` says that it is not written.
    """

    is_failing = False

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        try:
            return self._file.write(line)
        except (OSError, ValueError):
            # ValueError: the file was closed.
            _Patient.is_failing = True
            return 0

    def flush(self) -> None:
        try:
            self._file.flush()
            _Patient.is_failing = False
        except (OSError, ValueError):
            _Patient.is_failing = True


@contextmanager
def to_standard_error() -> Iterator[None]:
    """For a command whose output others read, and which logs what it happens to see."""
    before = structlog.get_config()
    to = _Patient(sys.stderr)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(to))  # type: ignore[arg-type]
    try:
        yield
    finally:
        structlog.configure(**before)


def request() -> AbstractContextManager[None]:
    """Give every line meanwhile, from the front-end to the store, one new id as `request`."""
    return structlog.contextvars.bound_contextvars(request=new_id()[:8])


def errors_logged() -> int:
    """How many lines that say that something failed this process has logged."""
    return _Errors.number


class _Errors:
    number = 0


def _count_errors(_: Any, method: str, event: EventDict) -> EventDict:
    if method in ("error", "exception", "critical"):
        _Errors.number += 1
    return event


def _steps() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _count_errors,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
    ]


def _renderer() -> Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(colors=True)
    return structlog.processors.JSONRenderer(serializer=_json)


def _json(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=lambda value: type(value).__name__).decode()


def _without_words(_: Any, __: str, event: EventDict) -> EventDict:
    """An exception as its kind and its places."""
    error = event.pop("exc_info", None)

    # As in the standard library: an exception, True for the present one, or the three parts of one.
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(why=type(error).__name__, trace=places(error.__traceback__))
    return event


def places(trace: TracebackType | None) -> str:
    """`Traceback: bot/build.py:71 take > …`, the innermost last."""
    frames = traceback.extract_tb(trace)[-DEEPEST:]
    return "Traceback: " + " > ".join(f"{_short(f.filename)}:{f.lineno} {f.name}" for f in frames)


def _short(path: str) -> str:
    file = Path(path)
    if file.is_relative_to(ROOT):
        return str(file.relative_to(ROOT))
    return "/".join(file.parts[-2:])


class _Handler(logging.Handler):
    """What a library has to say, in our own form."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().error(
            "a library failed", library=record.name, exc_info=record.exc_info
        )


def _log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        structlog.get_logger().critical("ended by a mistake in the program", exc_info=error)
