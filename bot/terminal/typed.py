"""A typed line: whether it is for the terminal itself, and the words and files in it."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path
from typing import Literal

from handlers.messages import Attachment, Origin
from handlers.text.links import find
from handlers.text.words import shortened

NO_FILE = "There is no file {path}."

#: The verbs that the terminal follows itself, and how each is typed.
USAGES = {
    "send": "send PATH…",
    "forward": 'forward PATH|URL|"text"',
    "tap": "tap LABEL|NUMBER",
    "as": "as NAME",
    "clock": "clock +2d, or clock 2026-11-23T08:00",
}

Kind = Literal["picture", "video", "audio", "file"]
#: What a file is, by the first half of its media type.
KINDS: dict[str, Kind] = {"image": "picture", "video": "video", "audio": "audio"}

_NAME = re.compile(r"[^\W\d_][\w'’-]{0,30}")
_WORD = re.compile(r"""\"([^"]*)\"(?=\s|$)|'([^']*)'(?=\s|$)|((?:\\.|\S)+)""", re.DOTALL)
_QUOTED = re.compile(r"""\"([^"]*)\"|'([^']*)'""")
_ENDING = re.compile(r"\w\.\w{1,5}$")
_ESCAPED = re.compile(r"\\(.)")


class Misunderstood(Exception):
    """A line that the terminal itself could not follow; the text says why."""


def is_for_terminal(verb: str, rest: str) -> bool:
    """Tells `as Ben` from `as far as I know …`, and `send a.png` from `send help please`.

    The others are something to report. `verb` is one of USAGES.
    """
    words = rest.split(maxsplit=2)
    if not words:
        return True
    if verb == "as":
        return bool(_NAME.fullmatch(rest))
    if verb == "clock":
        return len(words) <= 2 and rest[0] in "+-0123456789"
    if verb == "send":
        return looks_like_path(words[0]) or is_file(rest) or is_file(words[0])
    return True


def looks_like_path(word: str) -> bool:
    """Tells a word that was meant as a file, whether there is one or not, from all others."""
    if find(word) or "://" in word:
        return False
    if " " in word.strip("\"'"):
        return False
    return word.startswith(("/", ".", "~", '"', "'")) or bool(_ENDING.search(word))


def split_words(line: str) -> list[str]:
    """The words of a line. What stands in quotes is one, and so is the name of a file."""
    if is_file(line):
        return [line]
    words = []
    for match in _WORD.finditer(line):
        # A lone quote, as in `don't`, is a letter like others.
        in_double, in_single, bare = match.groups(default="")
        word = in_double or in_single or bare
        if word:
            words.append(word)
    return words


def unquote(line: str) -> str:
    """What was said, as it was typed, but for quotes around the whole."""
    return line[1:-1] if _QUOTED.fullmatch(line) else line


def is_file(word: str) -> bool:
    return _find_file(word) is not None


def attachment(word: str, origin: Origin | None = None) -> Attachment:
    """The file that a word names, as a pointer. Raises Misunderstood where there is none."""
    path = _find_file(word)
    if path is None:
        raise Misunderstood(NO_FILE.format(path=shortened(word, 200)))
    guessed, _ = mimetypes.guess_type(path.name)
    media_type = guessed or "application/octet-stream"
    return Attachment(
        kind=KINDS.get(media_type.partition("/")[0], "file"),
        pointer={"path": str(path.resolve())},
        name=path.name,
        media_type=media_type,
        size=path.stat().st_size,
        origin=origin,
    )


def _find_file(word: str) -> Path | None:
    """The file that a word names, with or without `\\` before its spaces, or nothing."""
    for name in (word, _ESCAPED.sub(r"\1", word)):
        try:
            path = Path(name).expanduser()
            if path.is_file():
                return path
        # The name is too long or none at all, or there is no such home.
        except (OSError, RuntimeError, ValueError):
            continue
    return None
