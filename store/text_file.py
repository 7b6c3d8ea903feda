"""Text files that people edit, with whatever editor they have."""

from __future__ import annotations

import codecs
from pathlib import Path

from store.errors import Trouble

NOT_UTF8 = (
    "{path}, line {line}: not text in UTF-8. Save the file again as plain text, encoded as UTF-8."
)
IS_UTF16 = (
    "{path}, line 1: the file is saved as UTF-16, which Windows calls Unicode. "
    "Save it again as plain text, encoded as UTF-8."
)

#: Quotation marks that mean nothing to a program.
CURLY_QUOTES = frozenset("“”„‟‘’‚‛«»")


class NotText(Trouble):
    """The file is not text in UTF-8; the text names the file and the line, from 1."""


def read_text(path: Path) -> str:
    """The text of a file, without the mark that some editors put before it.

    Raises NotText and OSError.
    """
    content = path.read_bytes()
    # Text in UTF-8 holds no zero bytes, and text in UTF-16 without its mark hardly anything else.
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise NotText(IS_UTF16.format(path=path))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotText(NOT_UTF8.format(path=path, line=line)) from error
    # As Python reads text files.
    return text.replace("\r\n", "\n").replace("\r", "\n")
