"""Reads a PDF: the words in the order of the file, with headings, bullets and paragraphs guessed.

A PDF knows letters and places, and nothing of paragraphs. `pages` gets the lines out of the file,
`margins` finds what stands above or below most pages, `layout` how most lines look, `groups` which
lines belong together, `tables` which of them are rows, and `markdown` writes the text, where
`divided_words` puts together again what the end of a line divides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.policies.files.pdf.drawn import Page, PdfLine
from store.policies.files.pdf.groups import LETTER
from store.policies.files.pdf.margins import PAGE_NUMBER, find_margins, without_numbers
from store.policies.files.pdf.markdown import render_document
from store.policies.files.pdf.pages import TOO_LARGE, read_pages
from store.policies.files.reading import Empty, FileText, FileTooLarge, Scan
from store.policies.texts import LARGEST

SCAN = (
    "{name} is a scan: its pages are pictures, with no text to quote. Add the file that it was "
    "printed from, or have the scan's text recognised (OCR) and saved as a PDF with text."
)
GARBLED = (
    "The letters of {name} cannot be read out of it, though they look right on the page. "
    "Add the Word file, or save it as PDF once more with another program."
)
EMPTY = "{name} holds no words."
#: What a program writes where a font does not tell which letters its signs are.
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd\ue000-\uefff\uf100-\uf8ff]|\(cid:\d+\)|/g\d+")


def read_pdf(name: str, data: bytes) -> FileText:
    """The text of the bytes of a PDF called `name`. Raises FileRefused.

    It takes about 20 ms a page.
    """
    pages = read_pages(name, data)
    lines: list[PdfLine] = []
    for page in pages:
        lines += page.lines
    _refuse_without_words(name, pages, lines)

    margins = find_margins(pages)
    kept = [line for line in lines if id(line) not in margins]
    if not kept:
        # Running heads and page numbers, and nothing else.
        raise Empty(EMPTY.format(name=name))
    document = render_document(kept)
    if len(document.text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise FileTooLarge(TOO_LARGE.format(name=name))

    in_margins = [line.text for line in lines if id(line) in margins]
    return FileText(
        document.text,
        title=document.title,
        margins=_tell_once(in_margins),
        blank_pages=_number_blank_pages(pages),
    )


def _refuse_without_words(name: str, pages: Sequence[Page], lines: Sequence[PdfLine]) -> None:
    letters = sum(len(LETTER.findall(line.text)) for line in lines)
    if letters < 3 * len(pages):
        if any(page.has_picture for page in pages):
            raise Scan(SCAN.format(name=name))
        raise Empty(EMPTY.format(name=name))
    if _is_garbled("".join(line.text for line in lines)):
        raise Scan(GARBLED.format(name=name))


def _is_garbled(text: str) -> bool:
    return len(_UNREADABLE.findall(text)) * 10 > len(text)


def _tell_once(lines: Sequence[str]) -> tuple[str, ...]:
    """What stands in the margins, without page numbers; lines that differ in a number once."""
    told: dict[str, str] = {}
    for line in lines:
        if not PAGE_NUMBER.fullmatch(line):
            told.setdefault(without_numbers(line), line)
    return tuple(told.values())


def _number_blank_pages(pages: Sequence[Page]) -> tuple[int, ...]:
    numbers = []
    for number, page in enumerate(pages, 1):
        if page.has_picture and not page.lines:
            numbers.append(number)
    return tuple(numbers)
