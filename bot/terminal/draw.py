"""Replies as lines of text. What people typed cannot move the cursor, colour or hide anything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
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
    Text,
)

UNPRINTABLE = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (
        *range(32),
        *range(127, 160),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0x2028,
        0x2029,
    )
    if chr(code) not in "\n\t"
}


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kind: str = ""  # heading, choice, quote, file or nothing


def safe(text: str) -> str:
    """The same text without terminal control characters."""
    return text.replace("\r\n", "\n").translate(UNPRINTABLE).encode("utf-8", "replace").decode()


def lines(reply: Reply) -> list[Line]:
    """The lines of a reply; its choices are numbered from 1."""
    numbers = {id(choice): n for n, choice in enumerate(choices(reply), 1)}
    return [line for part in reply.parts for line in _part(part, numbers)]


def choices(reply: Reply) -> list[Choice]:
    return [choice for part in reply.parts if isinstance(part, Choices) for choice in part.options]


def _part(part: Part, numbers: dict[int, int]) -> Iterator[Line]:
    match part:
        case Heading(text):
            yield Line(safe(text), "heading")
        case Text(text):
            yield from (Line(row) for row in safe(text).split("\n"))
        case Fields(pairs):
            yield from (Line(safe(f"{name}: {value}".replace("\n", " "))) for name, value in pairs)
        case Quote(text, place):
            yield from (Line(f"│ {row}", "quote") for row in safe(text).split("\n"))
            if place:
                yield Line(f"│   {safe(place)}", "quote")
        case Choices(options):
            yield from (Line(f"[{numbers[id(o)]}] {safe(o.label)}", "choice") for o in options)
        case Prompt(question):
            yield Line(safe(question))
        case File(content, name, media_type):
            where = content if isinstance(content, Path) else "in memory"
            yield Line(safe(f"[file] {name} ({media_type}): {where}"), "file")


async def laid_out(reply: Reply) -> Reply:
    """The reply with its files where somebody at the terminal can open them, until the chat ends."""
    parts = [await _lying(part) if isinstance(part, File) else part for part in reply.parts]
    return replace(reply, parts=tuple(parts))


async def _lying(file: File) -> File | Text:
    if isinstance(file.content, Path):
        return file
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
    """Removed when the process ends."""
    return TemporaryDirectory(prefix="headsup-")
