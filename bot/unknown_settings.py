"""Settings whose names nothing here knows: mostly slips of the keyboard, and never harmless."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches

from bot import env_file
from bot.settings import Settings, env_path

UNKNOWN = "{name} ({where}) is no setting of Heads Up. {mend}"
LIKELY = "Did you mean {known}?"
TAKE_OUT = "Take it out, or look up its name in docs/technician.md."
ON_LINE = "{path}, line {line}"
ENVIRONMENT = "in the environment"

#: Names that begin so are meant for the bot, if they stand in `.env`.
OURS = ("HEADSUP_", "SLACK_", "TELEGRAM_", "MAIL_")
#: How alike two names are (0 to 1) of which one is a slip for the other.
ALIKE = 0.85

KNOWN = [name.upper() for name in Settings.model_fields]


def find_unknown() -> Iterator[str]:
    """A line for each, with the setting that was probably meant. Raises Trouble, and OSError.

    Other programs have settings too: in the environment only what is like one of ours is named.
    """
    path = env_path()
    in_file = env_file.read(path)
    for name in in_file:
        likely = _likely(name)
        if likely or (name.startswith(OURS) and name not in KNOWN):
            where = ON_LINE.format(path=path, line=env_file.line_of(name, path))
            yield _say(name, where, likely)
    for name in os.environ:
        likely = _likely(name)
        if likely and name not in in_file:
            yield _say(name, ENVIRONMENT, likely)


def _likely(name: str) -> str:
    """The setting that a name is a slip for; empty where it is one, or like none."""
    if name.upper() in KNOWN:
        return ""
    close = get_close_matches(name.upper(), KNOWN, n=1, cutoff=ALIKE)
    return close[0] if close else ""


def _say(name: str, where: str, likely: str) -> str:
    mend = LIKELY.format(known=likely) if likely else TAKE_OUT
    return UNKNOWN.format(name=name, where=where, mend=mend)
