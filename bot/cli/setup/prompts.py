"""Questions at the keyboard. Each is asked until its answer can be used; Enter keeps what stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeVar

import typer

from handlers.text.words import counted
from store.errors import Trouble
from store.school.school import closed_days

NOT_ONE = "Please type one of: {words}."
NO_TIME = "“{words}” is no time of day such as 08:00."
NOT_LATER = "The school cannot close before it opens, at {opens:%H:%M}."
NO_PHONE = "“{words}” is no telephone number."
NO_NAME = "Please type a full name: first name and surname."
NO_DAY = "“{words}” is no day such as 2026-12-21 or 21/12/2026."
BACKWARDS = "“{words}” ends before it begins."
NO_FILE = "There is no file {path}."
NO_EVENTS = "{path} holds no all-day events called holiday, half term, INSET or closed."
FOUND = "Found {number} in it."
NOTHING = "-"

T = TypeVar("T")


class Unusable(Exception):
    """The answer cannot be used; the text says why."""


def ask(words: str, read: Callable[[str], T], default: str = "") -> T:
    """What was typed, as `read` makes it, which raises Unusable."""
    while True:
        typed = typer.prompt(words, default=default, show_default=bool(default)).strip()
        try:
            return read(typed)
        except Unusable as why:
            typer.echo(f"  {why}")


def ask_hidden(words: str) -> str:
    """What was typed, without showing it; nothing where it was Enter alone."""
    return str(typer.prompt(words, default="", show_default=False, hide_input=True)).strip()


def yes(words: str, *, default: bool) -> bool:
    return bool(typer.confirm(words, default=default))


def one_of(options: Sequence[str]) -> Callable[[str], str]:
    """One of these, by its number, or by how it begins."""

    def read(typed: str) -> str:
        if typed.isdecimal() and 0 < int(typed) <= len(options):
            return options[int(typed) - 1]
        found = [option for option in options if typed and option.lower().startswith(typed.lower())]
        if len(found) != 1:
            raise Unusable(NOT_ONE.format(words=", ".join(options)))
        return found[0]

    return read


def hour(after: time | None = None) -> Callable[[str], time]:
    """A time of day: `8`, `8:30`, `08.30`."""

    def read(typed: str) -> time:
        match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?", typed)
        if not match or int(match[1]) > 23 or int(match[2] or 0) > 59:
            raise Unusable(NO_TIME.format(words=typed))
        found = time(int(match[1]), int(match[2] or 0))
        if after and found <= after:
            raise Unusable(NOT_LATER.format(opens=after))
        return found

    return read


def phone(typed: str) -> str:
    """A telephone number; `-` for none."""
    if typed in ("", NOTHING):
        return ""
    if sum(c.isdigit() for c in typed) < 3 or not re.fullmatch(r"[\d +()/,a-zA-Z.-]{3,60}", typed):
        raise Unusable(NO_PHONE.format(words=typed))
    return typed


def full_name(typed: str) -> str:
    words = typed.split()
    if len(words) < 2 or len(typed) > 80:
        raise Unusable(NO_NAME)
    return " ".join(words)


def closed(typed: str) -> tuple[str, ...] | Path:
    """Days and spans of days with commas between, or an .ics file that holds them; `-` for none."""
    if typed in ("", NOTHING):
        return ()
    if typed.lower().endswith(".ics"):
        return _calendar(Path(typed).expanduser())
    return tuple(_span(words.strip()) for words in typed.split(",") if words.strip())


def _calendar(path: Path) -> Path:
    if not path.is_file():
        raise Unusable(NO_FILE.format(path=path))
    try:
        found = closed_days(path)
    except Trouble as error:
        raise Unusable(str(error)) from error
    if not found:
        raise Unusable(NO_EVENTS.format(path=path))
    typer.echo(
        "  "
        + FOUND.format(
            number=counted(len(found), "closed day or holiday", "closed days or holidays")
        )
    )
    return path


def _span(words: str) -> str:
    first, to, last = words.partition(" to ")
    if not to:
        first, to, last = words.partition("/") if re.match(r"\d{4}-", words) else (words, "", "")
    begin, end = _day(first.strip()), _day((last or first).strip())
    if end < begin:
        raise Unusable(BACKWARDS.format(words=words))
    return f"{begin}/{end}" if to else str(begin)


def _day(words: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(words, form).date()  # noqa: DTZ007  (a day)
        except ValueError:
            continue
    raise Unusable(NO_DAY.format(words=words))
