"""Lists without marks: lines that are set in below the line that introduces them.

If a pupil tells you in person
    Listen.
    See the safeguarding lead.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.policies.text_line import TextLine

#: Blanks by which an item stands further in than what introduces it.
INSET = 2
#: Characters of a line that its writer ended, and not the width of the page.
SHORT = 60
_ENDS = (".", ",", ";", "!")


def is_bare_item(lines: Sequence[TextLine], n: int) -> bool:
    """Line `n` begins an item of such a list, where the kinds of the lines before are known.

    A paragraph whose further lines are set in goes on in small letters, or from a full line.
    """
    line = lines[n]
    if n == 0 or line.indent < INSET or not _begins_item(line.text):
        return False
    before = lines[n - 1]
    if before.kind not in ("text", "bullet"):
        return False
    if line.indent >= before.indent + INSET:
        return _introduces(lines, n - 1)
    beside = _find_beside(lines, n)
    return beside is not None and beside.is_bare_item and _is_ended(before)


def _begins_item(text: str) -> bool:
    return text[0].isupper() or not text[0].isalnum()


def _introduces(lines: Sequence[TextLine], n: int) -> bool:
    """Line `n` is short, is no sentence, and begins its paragraph or is such an item itself."""
    line = lines[n]
    if len(line.text) > SHORT or line.text.endswith(_ENDS):
        return False
    if line.kind == "bullet":
        return line.is_bare_item
    begins_paragraph = n == 0 or lines[n - 1].kind not in ("text", "bullet")
    return begins_paragraph or (n > 0 and lines[n - 1].indent > line.indent)


def _find_beside(lines: Sequence[TextLine], n: int) -> TextLine | None:
    """The line above, in one run of lines, that stands as far in as line `n`, or further out."""
    for line in reversed(lines[:n]):
        if not line.text:
            return None
        if line.indent <= lines[n].indent:
            return line
    return None


def _is_ended(line: TextLine) -> bool:
    return len(line.text) <= SHORT or line.text.endswith((*_ENDS, "?", ":"))
