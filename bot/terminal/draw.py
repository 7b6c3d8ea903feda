"""Replies as lines of text. What people typed cannot move the cursor, colour or hide anything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from handlers.messages import (
    FILE_GONE,
    Choice,
    Choices,
    Fields,
    File,
    Heading,
    Part,
    Prompt,
    Quote,
    Reply,
    Table,
    Text,
)

#: Control characters, and those by which Unicode turns the direction of writing or ends a line.
_UNPRINTABLE = (
    *range(32),
    *range(127, 160),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0x2028,
    0x2029,
)
UNPRINTABLE = dict.fromkeys(_UNPRINTABLE, "\N{REPLACEMENT CHARACTER}")
del UNPRINTABLE[ord("\n")], UNPRINTABLE[ord("\t")]


@dataclass(frozen=True, slots=True)
class Line:
    """One line to print, or several that stay together."""

    text: str
    #: `heading`, `choice`, `quote` or `file`; empty for plain text.
    kind: str = ""
    #: Where words begin and end that are set off in bold.
    bold: tuple[int, int] = (0, 0)
    #: What it begins with, and each further row has where it is too long for one.
    margin: str = ""


def safe(text: str) -> str:
    """A text without terminal control characters, in which every line ends with `\\n`."""
    printable = text.replace("\r\n", "\n").translate(UNPRINTABLE)
    # Lone halves of surrogate pairs can be typed, and cannot be printed.
    return printable.encode("utf-8", "replace").decode()


def lines(reply: Reply) -> list[Line]:
    """The lines of a reply; its choices are numbered from 1."""
    drawn: list[Line] = []
    # Two choices may be equal, and have a number each all the same.
    numbers = {id(choice): number for number, choice in enumerate(choices(reply), 1)}
    for part in reply.parts:
        drawn += _draw(part, numbers)
    return drawn


def choices(reply: Reply) -> list[Choice]:
    """The buttons of a reply, in the order of their numbers."""
    found: list[Choice] = []
    for part in reply.parts:
        if isinstance(part, Choices):
            found += part.options
    return found


def _draw(part: Part, numbers: Mapping[int, int]) -> Iterator[Line]:
    match part:
        case Heading(text):
            yield Line(safe(text), "heading")
        case Text(text) | Table(text):
            yield from _draw_rows(text)
        case Fields(pairs):
            yield from _draw_fields(pairs)
        case Quote():
            yield from _draw_quote(part)
        case Choices(options):
            yield from _draw_choices(options, numbers)
        case Prompt(question):
            yield Line(safe(question))
        case File(content, name, media_type, alt):
            where = content if isinstance(content, Path) else "in memory"
            yield Line(safe(f"[file] {name} ({media_type}): {where}"), "file")
            if alt:
                yield Line(safe(alt))


def _draw_rows(text: str, before: str = "", kind: str = "") -> Iterator[Line]:
    for row in safe(text).split("\n"):
        yield Line(f"{before}{row}", kind)


def _draw_fields(pairs: Sequence[tuple[str, str]]) -> Iterator[Line]:
    for name, value in pairs:
        yield Line(safe(f"{name}: {value}".replace("\n", " ")))


def _draw_quote(quote: Quote) -> Iterator[Line]:
    """A bar before each row, a thick one where it holds words that are set off.

    So they are seen in a script's output as well, which has no bold.
    """
    row = ""
    bold = (0, 0)
    for words, is_bold in quote.pieces or (("", False),):
        first, *others = safe(words).split("\n")
        for n, piece in enumerate([first, *others]):
            if n:
                yield _quote_row(row, bold)
                row, bold = "", (0, 0)
            if is_bold and piece.strip():
                bold = (len(row), len(row) + len(piece))
            row += piece
    yield _quote_row(row, bold)
    if quote.place:
        yield Line(f"│   {safe(quote.place)}", "quote", margin="│   ")


def _quote_row(row: str, bold: tuple[int, int]) -> Line:
    if bold == (0, 0):
        return Line(f"│ {row}", "quote", margin="│ ")
    start, end = bold
    bar = "┃ "
    return Line(f"{bar}{row}", "quote", (len(bar) + start, len(bar) + end), bar)


def _draw_choices(options: Sequence[Choice], numbers: Mapping[int, int]) -> Iterator[Line]:
    for choice in options:
        yield Line(f"[{numbers[id(choice)]}] {safe(choice.label)}", "choice")


async def save_files(reply: Reply) -> Reply:
    """The reply with its files where whoever sits here can open them, until the chat ends."""
    parts: list[Part] = []
    for part in reply.parts:
        parts.append(await _save(part) if isinstance(part, File) else part)
    return replace(reply, parts=tuple(parts))


async def _save(file: File) -> File | Text:
    """The file with a path; a sentence in its place where it cannot be read."""
    if isinstance(file.content, Path):
        return file
    # A folder for each: two files of a chat may have one name.
    path = Path(mkdtemp(dir=_folder().name)) / file.name.replace("/", "-")
    try:
        async with file.opened() as content:
            with path.open("wb") as copy:
                await asyncio.to_thread(shutil.copyfileobj, content, copy)
    except OSError:
        return Text(FILE_GONE.format(name=file.name))
    return replace(file, content=path)


@cache
def _folder() -> TemporaryDirectory[str]:
    """One folder for the whole process, which is removed when it ends."""
    return TemporaryDirectory(prefix="headsup-")
