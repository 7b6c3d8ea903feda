"""A letter as a Word file, to be edited and signed, and as a PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handlers.text.pdf import (
    BOLD,
    Block,
    Document,
    keep_together,
    print_document,
    printable,
    split_runs,
)

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from docx.text.paragraph import Paragraph

#: How many paragraphs at the end stay on one page: the greeting, and who signs.
SIGNED = 2
#: Millimetres: A4, and its margins.
PAPER, MARGIN = (210, 297), 25
#: Characters that Word's title and author may have.
LONGEST_PROPERTY = 255


def letter_docx(title: str, school: str, parts: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A Word file. `parts`: `words`, `list` or `quote`, and the lines of each.

    It takes some 50 ms of one core: call it in a thread.
    """
    document = _new_document(title, school)
    for kind, lines in parts:
        if kind == "list":
            for line in lines:
                _add_runs(document.add_paragraph(style="List Bullet"), line)
        else:
            _add_paragraph(document, lines, is_quoted=kind == "quote")

    for paragraph in document.paragraphs[-SIGNED:]:
        paragraph.paragraph_format.keep_together = True
    for paragraph in document.paragraphs[-SIGNED:-1]:
        paragraph.paragraph_format.keep_with_next = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _new_document(title: str, school: str) -> DocxDocument:
    """An empty one. What comes with the library is American, the paper and the spelling."""
    # Slow to load: only where a letter is written.
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = docx.Document()
    document.core_properties.title = printable(title)[:LONGEST_PROPERTY]
    document.core_properties.author = printable(school)[:LONGEST_PROPERTY]
    document.core_properties.language = "en-GB"
    normal = document.styles["Normal"]
    normal.font.name = "Calibri"
    normal.font.size = Pt(11)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    [section] = document.sections
    section.page_width, section.page_height = map(Mm, PAPER)
    section.left_margin = section.right_margin = Mm(MARGIN)
    section.top_margin = section.bottom_margin = Mm(MARGIN)
    return document


def _add_paragraph(document: DocxDocument, lines: Sequence[str], *, is_quoted: bool) -> None:
    from docx.shared import Cm

    paragraph = document.add_paragraph()
    for number, line in enumerate(lines):
        if number:
            paragraph.add_run().add_break()
        _add_runs(paragraph, line)
    if is_quoted:
        paragraph.paragraph_format.left_indent = Cm(1)
        paragraph.paragraph_format.right_indent = Cm(1)
        for run in paragraph.runs:
            run.italic = True


def _add_runs(paragraph: Paragraph, line: str) -> None:
    for words, is_bold in split_runs(line):
        run = paragraph.add_run(words)
        run.bold = is_bold or None


def letter_pdf(
    title: str, school: str, day: str, parts: Sequence[tuple[str, Sequence[str]]]
) -> bytes:
    """A PDF (A4). Call it in a thread."""
    blocks: list[Block] = []
    for kind, lines in parts:
        if kind == "list":
            blocks += [
                {"kind": "item", "mark": "", "indent": 0, "text": split_runs(line)}
                for line in lines
            ]
        elif kind == "quote":
            plain = [BOLD.sub(r"\1", line) for line in lines]
            blocks += [
                {"kind": "item", "mark": "|", "indent": 1, "text": [(printable(line), False)]}
                for line in plain
            ]
        else:
            blocks.append({"kind": "paragraph", "text": split_runs("\n".join(lines))})
    blocks[-SIGNED:] = keep_together(blocks[-SIGNED:])
    return print_document(Document(title, school, [], day, blocks))
