"""The rows of a list that somebody saved from a spreadsheet, whatever that made of it.

Excel writes the mark of UTF-8 or not, UTF-16 with tabs, Windows' own letters, semicolons where
the decimal sign is a comma, `sep=;` in a line of its own, and rows of separators alone.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from store.disk.durable import unavailable
from store.errors import Trouble

#: With which files of Excel and its like begin: a zip archive, and what was there before it.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SEPARATORS = (",", ";", "\t")
#: Bytes of a list; a thousand people take less than a tenth of it.
LARGEST = 2_000_000

NOT_THERE = "There is no file {file}."
IS_WORKBOOK = "{file} is a workbook. In Excel, save the list as “CSV UTF-8 (Comma delimited)”."
TOO_LARGE = "{file} is larger than {most} MB: that is no list of names."
NOT_TEXT = "{file} is not text. Save the list as “CSV UTF-8”, and try again."


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, without the spaces around them."""

    #: The line of the file in which it begins, from 1.
    line: int
    cells: tuple[str, ...]


def read_rows(file: Path) -> list[Row]:
    """All rows in which something stands. Raises Trouble."""
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise Trouble(NOT_THERE.format(file=file)) from error
    except OSError as error:
        raise unavailable(error, file) from error
    if len(content) > LARGEST:
        raise Trouble(TOO_LARGE.format(file=file, most=LARGEST // 1_000_000))
    if content.startswith(WORKBOOKS):
        raise Trouble(IS_WORKBOOK.format(file=file))
    text = _decoded(content)
    if "\0" in text:
        raise Trouble(NOT_TEXT.format(file=file))
    return _rows_of(text)


def _decoded(content: bytes) -> str:
    """The text, without the mark before it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:2]:
        # UTF-16 without its mark: every other byte of what is plain English is zero.
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # “CSV (Comma delimited)” of Excel on Windows, in Western Europe.
        return content.decode("cp1252", "replace")


def _rows_of(text: str) -> list[Row]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip(" ,;\t\n"):
        return []
    said, first_line = _separator_said(text), 1
    if said:
        text, first_line = text.partition("\n")[2], 2
    reader = csv.reader(StringIO(text), delimiter=said or _likely_separator(text))
    rows, begins = [], first_line
    for cells in reader:
        cleaned = tuple(_cleaned(cell) for cell in cells)
        if any(cleaned):
            rows.append(Row(begins, cleaned))
        # A cell in quotation marks may go over several lines.
        begins = first_line + reader.line_num
    return rows


def _separator_said(text: str) -> str:
    """The one of `sep=;` in the first line, by which Excel tells itself; else nothing."""
    first = text.partition("\n")[0].strip().strip('"').lower()
    is_said = first.startswith("sep=") and len(first) == len("sep=;")
    return first[-1] if is_said else ""


def _likely_separator(text: str) -> str:
    """The one that divides the first line in which something stands."""
    lines = [line for line in text.split("\n") if line.strip(" ,;\t")]
    return max(SEPARATORS, key=lines[0].count)


def _cleaned(cell: str) -> str:
    """What somebody sees in the cell: also of `="Gita Rao"`, which keeps Excel from guessing."""
    words = " ".join(cell.replace("\u200b", "").replace("\ufeff", "").split())
    if words.startswith('="') and words.endswith('"'):
        words = words[2:-1].strip()
    return words
