"""Gets the lines of each page out of the file, by pypdf."""

from __future__ import annotations

import io
import logging
import re
import time
from dataclasses import replace
from typing import Any

from store.policies.files.pdf.drawn import Fragment, Page, PdfLine
from store.policies.files.reading import DamagedFile, FileTooLarge, Protected
from store.policies.texts import LARGEST

MOST_PAGES = 500
#: Seconds that reading one file may take.
PATIENCE = 60.0

DAMAGED = (
    "{name} is damaged and cannot be read to its end. "
    "Save it as PDF once more, and add the new file."
)
LOCKED = (
    "{name} is protected by a password. "
    "Save a copy without protection, or the Word file, and add that."
)
TOO_LONG = (
    "{name} has more than {most} pages, which is more than any policy. "
    "Add the policy's own pages alone."
)
TOO_SLOW = "{name} takes too long to read. Save it as PDF once more, or add the Word file."
TOO_LARGE = "{name} unpacks to far more than a policy text. Save the text on its own, and add that."
_BOLD_FONT = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_EVEN_FONT = re.compile(r"mono|courier|consolas|typewriter|cmtt", re.IGNORECASE)


def read_pages(name: str, data: bytes) -> list[Page]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

    # What pypdf can mend is no news to the person.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    budget = _Budget(name)
    pages: list[Page] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        # Many a school's PDF is locked against changes alone, and opens with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Protected(LOCKED.format(name=name))
        if len(reader.pages) > MOST_PAGES:
            raise FileTooLarge(TOO_LONG.format(name=name, most=MOST_PAGES))
        for number, page in enumerate(reader.pages):
            lines = _read_lines(page, number, budget)
            pages.append(Page(lines, _has_picture(page)))
    except (Protected, FileTooLarge):
        raise
    except (FileNotDecryptedError, DependencyError) as error:
        raise Protected(LOCKED.format(name=name)) from error
    except (LimitReachedError, MemoryError) as error:
        raise FileTooLarge(TOO_LARGE.format(name=name)) from error
    except Exception as error:
        # A damaged PDF brings up every kind of error in its reader.
        raise DamagedFile(DAMAGED.format(name=name)) from error
    if not pages:
        raise DamagedFile(DAMAGED.format(name=name))
    return pages


class _Budget:
    """What reading one file may take, in seconds and letters: a small PDF can unpack endlessly."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._until = time.monotonic() + PATIENCE
        self._letters = 0

    def spend(self, text: str) -> None:
        """To be called with every piece of text. Raises FileTooLarge."""
        self._letters += len(text)
        if self._letters > LARGEST:
            raise FileTooLarge(TOO_LARGE.format(name=self._name))
        if time.monotonic() > self._until:
            raise FileTooLarge(TOO_SLOW.format(name=self._name))


def _read_lines(page: Any, number: int, budget: _Budget) -> list[PdfLine]:
    """The lines of one of pypdf's pages that hold more than blanks."""
    collector = _LineCollector(page, number, budget)
    page.extract_text(visitor_text=collector.take)
    collector.end_line()
    return [line for line in collector.lines if line.text]


class _LineCollector:
    """Gathers the lines of one page while pypdf walks over its drawing commands."""

    def __init__(self, page: Any, number: int, budget: _Budget) -> None:
        self.lines: list[PdfLine] = []
        self._fragments: list[Fragment] = []
        self._number = number
        self._budget = budget
        self._bottom = float(page.cropbox.bottom)
        # An empty page box would divide by zero; A4 is 842 points high.
        self._height = float(page.cropbox.top - page.cropbox.bottom) or 842.0

    def take(self, text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        """One piece of text, as pypdf tells it.

        `cm` and `tm` are the matrices of the page and of the text: what they make of the origin is
        the place of the first letter. A break in `text` ends a line.
        """
        from pypdf import mult

        self._budget.spend(text)
        matrix = mult(tm, cm)
        # Text that stands on its side has its scale in the other corner of the matrix.
        scale = abs(matrix[3]) or abs(matrix[1]) or 1.0
        font_name = str(font.get("/BaseFont", "")) if font else ""

        first, *others = text.split("\n")
        fragment = Fragment(
            x=matrix[4],
            y=matrix[5] - self._bottom,
            size=abs(size) * scale,
            is_bold=bool(_BOLD_FONT.search(font_name)),
            is_even=bool(_EVEN_FONT.search(font_name)),
            text=first,
        )
        self._draw(fragment)
        for other in others:
            self.end_line()
            self._draw(replace(fragment, text=other))

    def end_line(self) -> None:
        if self._fragments:
            self.lines.append(PdfLine(self._fragments, self._number, self._height))
            self._fragments = []

    def _draw(self, fragment: Fragment) -> None:
        if not fragment.text:
            return
        if fragment.text.strip() and self._is_on_another_line(fragment):
            self.end_line()
        self._fragments.append(fragment)

    def _is_on_another_line(self, fragment: Fragment) -> bool:
        """It stands above or below what was drawn before, further than a raised number does.

        Where the next line of a cell is drawn, pypdf does not always tell a break.
        """
        before = [other for other in self._fragments if other.text.strip()]
        if not before:
            return False
        return abs(before[-1].y - fragment.y) > 0.8 * max(before[-1].size, fragment.size)


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    if resources is None:
        return False
    objects = resources.get_object().get("/XObject")
    return objects is not None and len(objects.get_object()) > 0
