"""Questions at the keyboard.

Each is asked until its answer can be used; Enter keeps what stands in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TypeVar

import typer

from handlers.text.hours import hour_named
from handlers.text.words import counted
from store.errors import Trouble
from store.school.school import closed_days

NOT_ONE = "Please type one of: {words}."
NO_TIME = "“{words}” is not a time of day. Please type one such as 8:00 or 8am."
NOT_LATER = "The school cannot close before it opens, at {opens:%H:%M}."
NO_PORT = "A port is a number from 1 to 65535."
NO_PHONE = "“{words}” is not a telephone number."
NO_NAME = "Please type a full name: first name and surname."
NO_DAY = "“{words}” is not a day. Please type one such as 21 Dec or 21/12/2026."
BACKWARDS = "“{words}” ends before it begins."
NO_FILE = "There is no file {path}."
NO_EVENTS = "{path} holds no all-day events called holiday, half term, INSET or closed."
FOUND = "Found {number} in it."

#: What is around a token that was copied from a file or a page.
QUOTES = "\"'“”‘’`"

#: What is typed to leave something out that has a value.
NOTHING = "-"

T = TypeVar("T")


class Unusable(Exception):
    """The answer cannot be used; the text says why."""


def ask(words: str, read: Callable[[str], T], default: str = "") -> T:
    """Ask until `read`, which raises Unusable, makes something of what was typed; gives that."""
    while True:
        typed = typer.prompt(words, default=default, show_default=bool(default)).strip()
        try:
            return read(typed)
        except Unusable as why:
            typer.echo(f"  {why}")


def ask_hidden(words: str) -> str:
    """What was typed, without showing it; nothing where it was Enter alone."""
    return str(typer.prompt(words, default="", show_default=False, hide_input=True)).strip()


def ask_token(words: str) -> str:
    """As `ask_hidden`, and without the quotes around it: nobody sees that they were pasted."""
    return ask_hidden(words).strip(QUOTES).strip()


def port(typed: str) -> str:
    """The number of a port. Raises Unusable."""
    if not typed.isdecimal() or not 0 < int(typed) < 65536:
        raise Unusable(NO_PORT)
    return str(int(typed))


def yes(words: str, *, default: bool) -> bool:
    return bool(typer.confirm(words, default=default))


def one_of(options: Sequence[str]) -> Callable[[str], str]:
    """Makes a reader for `ask`: one of these, by its number, or by how it begins."""

    def read(typed: str) -> str:
        if typed.isdecimal() and 0 < int(typed) <= len(options):
            return options[int(typed) - 1]
        begin = typed.lower()
        found = [option for option in options if begin and option.lower().startswith(begin)]
        if len(found) != 1:
            raise Unusable(NOT_ONE.format(words=", ".join(options)))
        return found[0]

    return read


def hour(after: time | None = None) -> Callable[[str], time]:
    """Makes a reader for `ask`: a time of day, as `8`, `8:30`, `08.30` or `8am`."""

    def read(typed: str) -> time:
        found = hour_named(typed) or _plain_hour(typed)
        if found is None:
            raise Unusable(NO_TIME.format(words=typed))
        if after and found <= after:
            raise Unusable(NOT_LATER.format(opens=after))
        return found

    return read


def _plain_hour(typed: str) -> time | None:
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?", typed)
    if not match:
        return None
    hours, minutes = int(match[1]), int(match[2] or 0)
    return time(hours, minutes) if hours <= 23 and minutes <= 59 else None


def phone(typed: str) -> str:
    """A telephone number as it was typed; nothing for `-`. Raises Unusable."""
    if typed in ("", NOTHING):
        return ""
    digits = sum(character.isdigit() for character in typed)
    if digits < 3 or not re.fullmatch(r"[\d +()/,a-zA-Z.-]{3,60}", typed):
        raise Unusable(NO_PHONE.format(words=typed))
    return typed


def full_name(typed: str) -> str:
    """A name of two words or more, with one space between them. Raises Unusable."""
    words = typed.split()
    if len(words) < 2 or len(typed) > 80:
        raise Unusable(NO_NAME)
    return " ".join(words)


def closed(typed: str) -> tuple[str, ...] | Path:
    """Days and spans of days, as the school file has them, or an .ics file that holds them.

    Between them are commas; `-` is for none. Raises Unusable.
    """
    if typed in ("", NOTHING):
        return ()
    if typed.lower().endswith(".ics"):
        return _calendar(Path(typed).expanduser())
    spans = (words.strip() for words in typed.split(","))
    return tuple(_span(words) for words in spans if words)


def _calendar(path: Path) -> Path:
    """The path of a calendar that holds closed days, whose number is said."""
    if not path.is_file():
        raise Unusable(NO_FILE.format(path=path))
    try:
        found = closed_days(path)
    except Trouble as error:
        raise Unusable(str(error)) from error
    if not found:
        raise Unusable(NO_EVENTS.format(path=path))
    number = counted(len(found), "closed day or holiday", "closed days or holidays")
    typer.echo("  " + FOUND.format(number=number))
    return path


def _span(words: str) -> str:
    """`2026-12-21/2027-01-01`, or a day alone."""
    # A day may be written with slashes too, but not one that begins with its year.
    separator = " to "
    if separator not in words and re.match(r"\d{4}-", words):
        separator = "/"
    first, is_span, last = words.partition(separator)
    today = datetime.now(UTC).date()
    begin = _day(first.strip(), since=today)
    end = _day((last or first).strip(), since=begin)
    if end < begin:
        raise Unusable(BACKWARDS.format(words=words))
    return f"{begin}/{end}" if is_span else str(begin)


def _day(words: str, *, since: date) -> date:
    """A day as it was typed; without a year, the first such day from `since` on."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"):
        found = _day_in_form(words, form)
        if found:
            return found
    for year in (since.year, since.year + 1):
        for form in ("%d %B %Y", "%d %b %Y", "%d/%m/%Y"):
            found = _day_in_form(f"{words}{form[2]}{year}", form)
            if found and found >= since:
                return found
    raise Unusable(NO_DAY.format(words=words))


def _day_in_form(words: str, form: str) -> date | None:
    try:
        return datetime.strptime(words, form).date()  # noqa: DTZ007  (a day)
    except ValueError:
        return None
