"""The words of a file that is plain text, such as a chat that a phone has written out: to know from
whom it is to be kept, and no evidence.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Sequence
from pathlib import Path

from handlers.rules.names.in_pictures import surely_speaks_of
from store.model.evidence import Evidence
from store.model.kinds import EvidenceKind
from store.model.records import Person

#: Media types of which a file is read as it lies.
TYPES = ("text/", "message/rfc822")
ENDINGS = (".txt", ".eml", ".csv")
#: Bytes of a file that are read.
MOST_BYTES = 500_000
#: Characters that are kept.
LONGEST = 5_000
#: Characters of a line that are looked at together.
LINE = 1_000
#: By how a file begins.
ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16"}


def is_text_file(item: Evidence) -> bool:
    """Tell whether a piece of evidence is a file of plain text."""
    is_text = item.media_type.startswith(TYPES) or item.name.lower().endswith(ENDINGS)
    return item.kind == EvidenceKind.FILE and is_text


async def words_in_file(path: Path, workers: Sequence[Person]) -> str:
    """The lines of a file that surely speak of any of these people, and then what there is room
    for; whatever cannot be read is left out. Raises OSError.
    """
    return await asyncio.to_thread(_lines_to_keep, path, workers)


def _read_here(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES)
    for begin, encoding in ENCODINGS.items():
        if data.startswith(begin):
            return data.decode(encoding, "ignore")
    return data.decode("utf-8", "ignore").replace("\0", "")


def _lines_to_keep(path: Path, workers: Sequence[Person]) -> str:
    lines = []
    for line in _read_here(path).splitlines():
        words = " ".join(line.split())
        lines += [words[begin : begin + LINE] for begin in range(0, len(words), LINE)]
    named = [line for line in lines if any(surely_speaks_of(line, each) for each in workers)]
    return "\n".join(dict.fromkeys([*named, *lines]))[:LONGEST]
