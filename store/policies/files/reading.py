"""What reading a school's file gives, and what can be wrong with the file."""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import Trouble


class FileRefused(Trouble):
    """A file that no text can be made of; the message says why, and what to do."""


class Empty(FileRefused):
    """There is nothing in it."""


class OtherKind(FileRefused):
    """It is neither Markdown, bare text, a web page, Word nor PDF."""


class DamagedFile(FileRefused):
    """It cannot be read to its end."""


class Protected(FileRefused):
    """It needs a password."""


class Scan(FileRefused):
    """Its pages are pictures, or letters that cannot be read out of it."""


class FileTooLarge(FileRefused):
    """It is larger than any policy, or unpacks to something that is."""


@dataclass(frozen=True, slots=True)
class FileText:
    """What was read out of one file."""

    #: Markdown in the school's own words.
    text: str
    #: As the file itself shows it; empty where nothing looks like one.
    title: str = ""
    #: What stood above or below the pages, once each, and is not in the text.
    margins: tuple[str, ...] = ()
    #: What else is not in the text, as in `the table of contents`.
    left_out: tuple[str, ...] = ()
    #: Numbers, from 1, of the pages with a picture and no text.
    blank_pages: tuple[int, ...] = ()
