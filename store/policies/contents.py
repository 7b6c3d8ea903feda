"""A text's table of contents, which is no answer: the names of sections, each with its page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.policies.text_line import TextLine

_HEADING = re.compile(r"(?:table of )?contents(?: page)?|index", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:p(?:age|\.)? ?)?\d{1,3}\Z")
#: Characters of a page's number, with what stands before it.
_LONGEST_PAGE = len("page 123")
#: What stands between the name of a section and its page.
_BETWEEN = " \u00a0\t.…|"
_LEADS_TO_PAGE = re.compile(r"[ \u00a0]{2}|\t|\.{3}|…|[|]")


def leave_out_contents(lines: Sequence[TextLine]) -> None:
    """Make the entries below a heading `Contents` lines that nothing is read from."""
    n = 0
    while n < len(lines):
        line = lines[n]
        n += 1
        if line.text and _HEADING.fullmatch(_bare(line)):
            n = _leave_out_entries(lines, n)


def _leave_out_entries(lines: Sequence[TextLine], n: int) -> int:
    """Of those from line `n` on. Gives the number of the first line that is none."""
    while n < len(lines):
        line = lines[n]
        if line.kind not in ("blank", "rule") and not _is_entry(line.text):
            break
        if line.kind != "blank":
            line.kind = "rule"
        n += 1
    return n


def _is_entry(text: str) -> bool:
    words = text.rstrip(" |")
    page = _PAGE_NUMBER.search(words, max(0, len(words) - _LONGEST_PAGE))
    if page is None:
        return False
    before = words[: page.start()]
    between = before[len(before.rstrip(_BETWEEN)) :]
    return _LEADS_TO_PAGE.search(between) is not None


def _bare(line: TextLine) -> str:
    words = line.heading if line.kind == "heading" else line.text
    return words.strip(" :")
