"""What a case is about, in words: also where the procedure no longer knows its category."""

from __future__ import annotations

from handlers.text.words import shortened
from store.school.procedure import Procedure

LOST = "“{key}”, which is no category any more"


def category_name(key: str | None, procedure: Procedure, unsaid: str) -> str:
    """The name of a category; `unsaid` where nobody has said one."""
    if not key:
        return unsaid
    category = procedure.named(key)
    return category.name if category else LOST.format(key=shortened(key, 40))
