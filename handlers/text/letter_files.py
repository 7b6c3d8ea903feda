"""A letter as a Word file, to be edited and signed, and as a PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence

from handlers.text.pdf import BOLD, Block, Document, print_document, printable, split_runs


def letter_docx(title: str, school: str, parts: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A Word file. `parts`: `words`, `list` or `quote`, and the lines of each.

    It takes some 50 ms of one core: call it in a thread.
    """
    # Slow to load: only where a letter is written.
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    document.core_properties.title = printable(title)
    document.core_properties.author = printable(school)
    normal = document.styles["Normal"]
    normal.font.name = "Calibri"
    normal.font.size = Pt(11)
    for kind, lines in parts:
        if kind == "list":
            for line in lines:
                _add_runs(document.add_paragraph(style="List Bullet"), line)
            continue
        paragraph = document.add_paragraph()
        if kind == "quote":
            paragraph.paragraph_format.left_indent = Cm(1)
            paragraph.paragraph_format.right_indent = Cm(1)
        for number, line in enumerate(lines):
            if number:
                paragraph.add_run().add_break()
            _add_runs(paragraph, line)
            if kind == "quote":
                for run in paragraph.runs:
                    run.italic = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_runs(paragraph: object, line: str) -> None:
    for words, is_bold in split_runs(line):
        run = paragraph.add_run(words)  # type: ignore[attr-defined]
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
    return print_document(Document(title, school, [], day, blocks))
