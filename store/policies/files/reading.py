"""What reading a school's file gives, and what can be wrong with the file."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Trouble


class FileRefused(Trouble):
    """A file that no text can be made of; the message says why, and what to do."""


class Empty(FileRefused):
    """There is nothing in it."""


class OtherKind(FileRefused):
    """It is neither Markdown, bare text, Word nor PDF."""


class Damaged(FileRefused):
    """It cannot be read to its end."""


class Protected(FileRefused):
    """It needs a password."""


class Scan(FileRefused):
    """Its pages are pictures, or letters that cannot be read out of it."""


class TooLarge(FileRefused):
    """It is larger than any policy, or unpacks to something that is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read out of one file."""

    text: str  # Markdown in the school's own words
    title: str = ""  # as the file itself shows it; empty where nothing looks like one
    margins: tuple[
        str, ...
    ] = ()  # what stood above or below the pages, once each, and is not in the text
    left_out: tuple[str, ...] = ()  # what else is not in the text: "the table of contents"
    blank_pages: tuple[int, ...] = ()  # pages with a picture and no text, from 1
