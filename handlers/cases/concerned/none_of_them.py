"""“None of them”, perhaps with somebody else, in answer to whether a case is about those whom its
words name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What says so, with what may stand before somebody who is named besides.
NONE_OF_THEM = re.compile(
    r"(?:none|neither)\b(?: of (?:them|those|these|the (?:above|two)))?[ ,.;:–-]*"
    r"(?:(?:but|and|except|only|rather|it (?:is|was)|it['’]s)\b[ ,:]*)*",
    re.IGNORECASE,
)
#: What a button has after it: see `named_mark`.
MARK = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class NoneOfThem:
    """That it is about none of those whom its words name."""

    #: The mark of those whom a button spoke of; empty where it was typed.
    mark: str = ""
    #: Whom it is about instead, in the words that were typed.
    somebody: str = ""

    @classmethod
    def parse(cls, typed: str) -> NoneOfThem | None:
        """`none`, `none 3f2a1b`, `none of them, Ben Okafor`; None for anything else."""
        found = NONE_OF_THEM.match(typed)
        if found is None:
            return None
        rest = typed[found.end() :].strip()
        return cls(mark=rest) if MARK.fullmatch(rest) else cls(somebody=rest)
