"""Reads a school's own file, of whichever kind it is.

Its kind is told by what is in it, and not by its name.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from store.limited import LimitExceeded, Limits, run_limited
from store.policies.files.bare_text import decode_text, refuse_what_is_too_long, title_on_top
from store.policies.files.comments import take_out_comments
from store.policies.files.pdf.read import read_pdf
from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileRefused,
    FileText,
    FileTooLarge,
    OtherKind,
    Protected,
)
from store.policies.files.web_page import is_web_page, read_web_page
from store.policies.files.word.read import read_word

#: Bytes; a scan of a hundred pages is smaller.
LARGEST_FILE = 50_000_000
WEB_PAGES = (".html", ".htm")
TEXTS = (".md", ".markdown", ".txt", *WEB_PAGES)

NO_FILE = (
    "There is no file {name}. "
    "Check the spelling, or drag the file into this window to write its name."
)
NOT_A_FILE = "{name} is no file. Add one .docx, .pdf, .html, .md or .txt file at a time."
NOT_OPENED = "{name} cannot be opened: {reason}."
TOO_LARGE = (
    "{name} is larger than {most} MB, which is more than any policy. "
    "Save it without pictures, and add that."
)
EMPTY = "{name} is empty."
OTHER_KIND = (
    "{name} is not a kind of file that can be read. "
    "Save it as .docx, .pdf, .html, .txt or .md, and add that."
)
OLD_WORD = "{name} is a file of an old Word. Open it in Word, save it as .docx, and add that."
LOCKED = "{name} needs a password. Save a copy without a password in Word, and add that."
DAMAGED = (
    "{name} is no proper {kind} file: it may be damaged. Save it once more, and add the new file."
)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
#: What files of Word before 2007 begin with, and files with a password to this day.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"

#: What the longest policy needs, several times over.
LIMITS = Limits(memory=2_000_000_000, seconds=120)
TOO_MUCH = (
    "{name} takes too long to read, or too much memory. Save the text on its own, and add that."
)


@dataclass(frozen=True, slots=True)
class SchoolFile:
    """What was read out of the school's file."""

    reading: FileText
    #: Of the kind that it is, whatever its name says.
    suffix: str


def read_bytes(file: Path) -> bytes:
    try:
        if not file.exists():
            raise FileRefused(NO_FILE.format(name=file))
        if not file.is_file():
            raise FileRefused(NOT_A_FILE.format(name=file))
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        # Path raises ValueError where there is a NUL in the name.
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise FileRefused(NOT_OPENED.format(name=file, reason=reason)) from error
    if len(data) > LARGEST_FILE:
        raise FileTooLarge(TOO_LARGE.format(name=file.name, most=LARGEST_FILE // 1_000_000))
    if not data.strip(b" \t\r\n\x00"):
        raise Empty(EMPTY.format(name=file.name))
    return data


def read_school_file(name: str, data: bytes) -> SchoolFile:
    """What a file says. Word, PDF and web pages are read in a process of their own: they may do
    harm.
    """
    if not _may_do_harm(data, Path(name).suffix.lower()):
        return _read_source(name, data)
    try:
        said = run_limited(read_here, LIMITS, name, data=data)
    except LimitExceeded as error:
        raise FileTooLarge(TOO_MUCH.format(name=name)) from error
    if "refused" in said:
        kinds = {kind.__name__: kind for kind in FileRefused.__subclasses__()}
        raise kinds.get(said["refused"], FileRefused)(said["words"])
    reading = FileText(
        said["text"],
        title=said["title"],
        margins=tuple(said["margins"]),
        left_out=tuple(said["left_out"]),
        blank_pages=tuple(said["blank_pages"]),
    )
    return SchoolFile(reading, said["suffix"])


def read_here(name: str) -> dict[str, Any]:
    """What the file on standard input says, or why it is refused, as JSON tells it."""
    try:
        source = _read_source(name, sys.stdin.buffer.read())
    except FileRefused as refusal:
        return {"refused": type(refusal).__name__, "words": str(refusal)}
    return {"suffix": source.suffix, **asdict(source.reading)}


def _read_source(name: str, data: bytes) -> SchoolFile:
    """What a file says. Its kind is told by what is in it, and not by its name."""
    suffix = Path(name).suffix.lower()
    if _is_pdf(data, suffix):
        return SchoolFile(read_pdf(name, data), ".pdf")
    if data.startswith(_ZIP):
        return SchoolFile(read_word(name, data), ".docx")
    _refuse_what_is_no_text(name, data, suffix)
    text = decode_text(name, data)
    if not text.strip("\ufeff \t\r\n"):
        raise Empty(EMPTY.format(name=name))
    # Before anything looks for marks in it, which takes seconds in a text without end.
    refuse_what_is_too_long(name, len(text.encode("utf-8")))
    if suffix in WEB_PAGES or is_web_page(text):
        page = read_web_page(text)
        if not page.text.strip():
            raise Empty(EMPTY.format(name=name))
        return SchoolFile(page, suffix)
    without = take_out_comments(text)
    left_out = ("the comments at its end",) if without.number else ()
    reading = FileText(without.text, title=title_on_top(without.text), left_out=left_out)
    return SchoolFile(reading, suffix)


def _may_do_harm(data: bytes, suffix: str) -> bool:
    if _is_pdf(data, suffix) or data.startswith(_ZIP) or suffix in WEB_PAGES:
        return True
    # In UTF-16, every other byte is a zero.
    beginning = data[:5000].replace(b"\x00", b"").lower()
    return b"<html" in beginning or b"<!doctype html" in beginning


def _is_pdf(data: bytes, suffix: str) -> bool:
    """A PDF may have something before its first line, and a text may be about PDFs."""
    if data.lstrip().startswith(b"%PDF-"):
        return True
    return suffix == ".pdf" and b"%PDF-" in data[:1024]


def _refuse_what_is_no_text(name: str, data: bytes, suffix: str) -> None:
    if data.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Protected(LOCKED.format(name=name))
        raise OtherKind(OLD_WORD.format(name=name))
    if suffix == ".pdf":
        raise DamagedFile(DAMAGED.format(name=name, kind="PDF"))
    if suffix == ".docx":
        raise DamagedFile(DAMAGED.format(name=name, kind="Word"))
    if suffix not in TEXTS or data.startswith(b"{\\rtf"):
        raise OtherKind(OTHER_KIND.format(name=name))
