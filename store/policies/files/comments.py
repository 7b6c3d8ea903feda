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

    What looks like a comment and has no mark in the text stays, but for an answer below another
    comment. A note of the text's own has a blank after its mark.
    """
    kept = text.rstrip()
    marks: list[str] = []
    while found := _COMMENT.fullmatch(kept, _start_of_last_line(kept)):
        marks.append(found["mark"])
        kept = kept[: found.start()].rstrip()
    if not marks or f"[{marks[-1]}]" not in kept:
        return WithoutComments(text, 0)
    for mark in marks:
        kept = kept.replace(f"[{mark}]", "")
    return WithoutComments(kept + "\n", len(marks))


def _start_of_last_line(text: str) -> int:
    return max(text.rfind("\n"), text.rfind("\r")) + 1
