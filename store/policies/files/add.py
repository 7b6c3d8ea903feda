"""Makes a text of the folder from a school's own file, and keeps the file beside it.

`NAME.md` holds the school's words, below a header of what is known of them; `originals/NAME.pdf` is
the file, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from store.disk.durable import unavailable
from store.errors import Trouble
from store.policies.divide import divide, sections
from store.policies.files.bare_text import NO_TEXT, refuse_what_is_too_long
from store.policies.files.facts import find_facts, find_title
from store.policies.files.header import iso, lasting_header, write_header
from store.policies.files.reading import FileRefused, FileText, OtherKind
from store.policies.files.same_text import find_same_text, free_name, read_texts, safe_name
from store.policies.files.school_file import read_bytes, read_school_file
from store.policies.files.write_version import Version, write_version
from store.policies.texts import PolicyText, parse, title_from_name

NO_FOLDER = "The folder {folder} is not there. Make it, or say in POLICY_TEXTS where the texts are."
EXISTS = (
    "There is a text “{title}” already ({doc}). "
    "To put this in its place, add --replace; the older one is kept."
)


class NoFolder(Trouble):
    """The folder of texts is not there."""


class AlreadyThere(FileRefused):
    """The folder has a text of that name or title, and nobody asked to replace it."""


@dataclass(frozen=True, slots=True)
class TextDetails:
    """What somebody says of a text, which goes before what its file says."""

    title: str = ""
    owner: str = ""
    review_by: date | None = None
    #: Who signs it, with commas between; it is an agreement then.
    signed_by: str = ""

    def as_header(self) -> dict[str, str]:
        return {
            "title": self.title,
            "owner": self.owner,
            "review by": iso(self.review_by),
            "kind": "agreement" if self.signed_by else "",
            "sign": self.signed_by,
        }


NOTHING_TOLD = TextDetails()


@dataclass(frozen=True, slots=True)
class Added:
    """What was understood of a file, and where things now are."""

    text: PolicyText
    sections: tuple[str, ...]
    #: Sentences and bullets.
    passages: int
    #: The file, byte for byte.
    original: Path
    #: The files of the version that was replaced.
    kept: tuple[Path, ...]
    #: The words in the text that gave its review day; empty where they did not.
    review_words: str
    #: The text names several review days, and none was taken.
    doubtful: bool
    reading: FileText


def add(
    file: Path,
    folder: Path,
    details: TextDetails = NOTHING_TOLD,
    *,
    today: date,
    instead: bool = False,
) -> Added:
    """Make a text in `folder` from `file`. `instead`: in place of the one with the same title.

    Takes a second or two for a long PDF. Raises FileRefused, NoFolder, and StoreUnavailable when
    the folder cannot be written to.
    """
    data = read_bytes(file)
    if not folder.is_dir():
        raise NoFolder(NO_FOLDER.format(folder=folder))
    source = read_school_file(file.name, data)
    reading = source.reading

    facts = find_facts(reading)
    title = find_title(reading) or title_from_name(file.stem) or "Policy"
    content = write_header(reading.text, details.as_header(), facts.as_header(title))
    text = _parse_as_bot(file, f"{safe_name(file.stem)}.md", content)

    there = read_texts(folder)
    replaced = find_same_text(there, text)
    if replaced and not instead:
        raise AlreadyThere(EXISTS.format(title=replaced.title, doc=replaced.doc))
    if replaced:
        content = write_header(content, {}, lasting_header(replaced))
        text = _parse_as_bot(file, f"{Path(replaced.doc).stem}.md", content)
    else:
        text = replace(text, doc=free_name(there, text))

    version = Version(text.doc, content, data, source.suffix)
    try:
        written = write_version(folder, version, replaced, today)
    except OSError as error:
        raise unavailable(error, folder) from error

    units = divide(text)
    review_words = "" if details.review_by else facts.words_for(text.review_by)
    return Added(
        text=text,
        sections=sections(units),
        passages=len(units),
        original=written.original,
        kept=written.kept,
        review_words=review_words,
        doubtful=facts.names_several_reviews and text.review_by is None,
        reading=reading,
    )


def _parse_as_bot(file: Path, doc: str, content: str) -> PolicyText:
    """The text as the bot will read it."""
    data = content.encode("utf-8")
    refuse_what_is_too_long(file.name, len(data))
    text = parse(doc, data)
    if not text.readable:
        raise OtherKind(NO_TEXT.format(name=file.name))
    return text
