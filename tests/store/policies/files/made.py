"""Files that tests make, and what they look for in what became of them."""

from __future__ import annotations

import io
import zipfile

import typst

from bot.cli.policies.add import as_lines
from store.policies.files.add import add
from tests.store.policies.files.conftest import TODAY


def lines_shown(added, folder):
    return "\n".join(as_lines(added, folder, TODAY))


def text_of(added):
    return " ".join(added.text.text[added.text.body :].split())


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def make_docx(body, **parts):
    """A Word file of the given XML; further parts by their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"
        )
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return file.getvalue()


def paragraph(words, style="", number="", run=""):
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        level, _, kind = number.partition("/")
        about += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{kind}"/></w:numPr>'
    return f"<w:p><w:pPr>{about}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{words}</w:t></w:r></w:p>"


def passages_of(reading, folder):
    """Passages of what was read in this very process: of a process of its own, whatever is raised is a refusal."""
    (folder / "read.md").write_text(reading.text, encoding="utf-8", newline="")
    return add(folder / "read.md", folder, today=TODAY).passages


SENTENCES = [
    "Parents are asked to speak to the class teacher first about a worry.",
    "The safeguarding lead decides on any matter of self-harm, and tells the parents within the same school day.",
    "A conversation sorts most things out before they grow into complaints about arrangements.",
    "The governors answer for compliance, implementation, monitoring and evaluation.",
    "Staff do not respond to comments about the school that they come across on social networking sites.",
]


def make_pdf(source, **made):
    return typst.compile(f'#set text(lang: "en", region: "GB")\n{source}'.encode(), **made)


def make_school_pdf(page="", pages=1):
    text = "\n\n".join(SENTENCES)
    again = "\n\n".join(s.replace("The ", "Every ", 1) for s in SENTENCES)
    return make_pdf(
        f"{page}\n#set par(justify: true)\n= Online Safety Policy\n== Roles and duties\n{text}\n\n"
        f"== Bullets\n- never lent to anybody, not even for a short while, and not to a pupil who asks for it kindly\n"
        f"- kept in the office\n\n1.1 Numbered by hand.\n\n1.2 Numbered again.\n\n"
        f"== More of it\n{again}\n\n"
        + "#pagebreak()\n".join(again + "\n\n" for _ in range(pages - 1))
    )
