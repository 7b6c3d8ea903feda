"""Reads a Word file (.docx): the words as they stand, with the numbers that Word makes up.

Kept: headings, paragraphs, bullets, numbered clauses with their numbers, tables (a row is a line),
text boxes, footnotes, words that were inserted as tracked changes. Not kept: words that were
deleted so, hidden text, comments, pictures. Page headers and footers, and the table of contents,
are given beside the text.

The format: ECMA-376, part 1, WordprocessingML. It is read here because mammoth and python-docx
leave out the numbers of clauses, to which policies refer (“see 4.2”), and mammoth leaves out text
boxes as well.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree import ElementTree

from store.policies.files.reading import DamagedFile, FileText, Protected
from store.policies.files.word.document import WordDocument
from store.policies.files.word.package import DAMAGED, WordPackage

LOCKED = "{name} needs a password. Save a copy without a password in Word, and add that."

#: What a damaged or hostile file ends in, wherever it is opened or read.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ElementTree.ParseError,
    ValueError,
    OverflowError,
    RecursionError,
)


def read_word(name: str, data: bytes) -> FileText:
    """The text of the bytes of a .docx file called `name`. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return WordDocument(WordPackage(name, archive)).read()
    except _BROKEN as error:
        raise DamagedFile(DAMAGED.format(name=name)) from error
    except RuntimeError as error:
        # So zipfile says that a member is encrypted. Two of _BROKEN are kinds of it, so come first.
        raise Protected(LOCKED.format(name=name)) from error
