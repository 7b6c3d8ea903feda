"""The words of a file that is plain text, such as an e-mail or a chat that a phone has written out:
to know from whom it is to be kept, and no evidence.
"""

from __future__ import annotations

import asyncio
import codecs
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.parser import BytesParser
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from handlers.rules.names.in_pictures import surely_speaks_of
from store.errors import Trouble
from store.model.evidence import Evidence
from store.model.kinds import EvidenceKind
from store.model.records import Person
from store.policies.files.bare_text import decode_text

#: Media types of which a file is read as it lies.
TYPES = ("text/", "message/rfc822", "application/json", "application/rtf")
ENDINGS = (".txt", ".eml", ".csv", ".json", ".rtf")
E_MAIL, ZIP = ".eml", ".zip"
#: Bytes of a file that are read.
MOST_BYTES = 500_000
#: Lines that are looked at, each once: for each it takes a moment to tell whom it may name.
MOST_LINES = 5_000
#: Characters that are kept.
LONGEST = 5_000
#: Characters of a line that are looked at together.
LINE = 1_000
#: A line that greets whoever reads it, and says nothing of them.
GREETING = re.compile(
    r"(?:dear|hi|hello|good (?:morning|afternoon))(?: [\w.'’-]{1,40}){1,3}[,!:]", re.IGNORECASE
)


def is_text_file(item: Evidence) -> bool:
    """Tell whether a piece of evidence is a file of plain text, or may hold one."""
    name = item.name.lower()
    is_text = item.media_type.startswith(TYPES) or name.endswith((*ENDINGS, ZIP))
    return item.kind == EvidenceKind.FILE and is_text


async def words_in_file(path: Path, name: str, workers: Sequence[Person]) -> str:
    """The lines of a file that surely speak of any of these people, and then what there is room
    for; whatever cannot be read is left out. `name`: what the file was called. Raises OSError.
    """
    return await asyncio.to_thread(_lines_to_keep, path, name.lower(), workers)


def _lines_to_keep(path: Path, name: str, workers: Sequence[Person]) -> str:
    lines: dict[str, None] = {}
    for text in _texts_in(path, name):
        for line in text.splitlines():
            words = " ".join(line.split())
            for begin in range(0, len(words), LINE):
                lines[words[begin : begin + LINE]] = None
    looked_at = list(lines)[:MOST_LINES]
    named = []
    for line in looked_at:
        if not GREETING.fullmatch(line) and any(surely_speaks_of(line, each) for each in workers):
            named.append(line)
    return "\n".join(dict.fromkeys([*named, *looked_at]))[:LONGEST]


def _texts_in(path: Path, name: str) -> Iterator[str]:
    if name.endswith(ZIP):
        yield from _texts_in_zip(path)
        return
    with path.open("rb") as file:
        data = file.read(MOST_BYTES)
    yield from _texts_of(name, data)


def _texts_in_zip(path: Path) -> Iterator[str]:
    """What a phone writes out as a chat lies in such a file beside its pictures."""
    try:
        with ZipFile(path) as folder:
            for member in folder.infolist():
                name = member.filename.lower()
                if name.endswith(ENDINGS) and not member.flag_bits & 1:
                    with folder.open(member) as file:
                        yield from _texts_of(name, file.read(MOST_BYTES))
                    return
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return


def _texts_of(name: str, data: bytes) -> Iterator[str]:
    is_of_two_bytes = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if name.endswith(E_MAIL) and not is_of_two_bytes:
        yield from _texts_of_mail(data)
        return
    try:
        yield decode_text(name, data).replace("\0", "")
    except Trouble:
        yield data.decode("utf-8", "ignore").replace("\0", "")


def _texts_of_mail(data: bytes) -> Iterator[str]:
    """Its subject, and what it says in plain words or in HTML; else all of it as it lies."""
    try:
        mail = BytesParser(policy=email.policy.default).parsebytes(data)
        yield str(mail["subject"] or "")
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                yield str(part.get_content())
    except (LookupError, ValueError, AttributeError, TypeError, KeyError):
        yield data.decode("utf-8", "ignore").replace("\0", "")
