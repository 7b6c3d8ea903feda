"""Comments in the text that an online document was saved as: they are no part of the policy.

Below the text there is a line for each, `[a]Is that still so?`, and in the text there is its mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"\[(?P<mark>[a-z]{1,2})\](?=\S)[^\r\n]*")


@dataclass(frozen=True, slots=True)
class WithoutComments:
    text: str
    #: How many there were.
    number: int


def take_out_comments(text: str) -> WithoutComments:
    """The text without its comments and their marks; all of it where there are none.

    A mark without a comment stays, and so does what looks like a comment and has no mark. A note
    of the text's own has a blank after its mark.
    """
    kept = text.rstrip()
    marks: list[str] = []
    while True:
        last = max(kept.rfind("\n"), kept.rfind("\r")) + 1
        found = _COMMENT.fullmatch(kept, last)
        if found is None or f"[{found['mark']}]" not in kept[:last]:
            break
        marks.append(found["mark"])
        kept = kept[:last].rstrip()
    if not marks:
        return WithoutComments(text, 0)
    for mark in marks:
        kept = kept.replace(f"[{mark}]", "")
    return WithoutComments(kept + "\n", len(marks))
