"""What is worked out of texts again and again, remembered without filling the memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

#: Characters of a long text. A post is mostly shorter.
LONG = 1_000
#: Long texts that are remembered: enough for one answer.
MOST_LONG = 32

Work = TypeVar("Work", bound=Callable[..., Any])


def remembered(most: int) -> Callable[[Work], Work]:
    """As `lru_cache`, for a function of a text; of long texts it remembers the last few alone."""

    def remember(work: Work) -> Work:
        of_short = lru_cache(maxsize=most)(work)
        of_long = lru_cache(maxsize=MOST_LONG)(work)

        @wraps(work)
        def look(text: str, *rest: str) -> Any:
            known = of_short if len(text) < LONG else of_long
            return known(text, *rest)

        return cast(Work, look)

    return remember
