"""What erasing takes along, whatever the store: what names a case outside the case itself.

Those are notices that name it, questions about it, and memos.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from store.base import Store
from store.model.memos import Enquiry, Erased, Exported, Memo, Question, Searched, Shown
from store.model.records import Person

#: The kinds of memos that may name a case.
NAMING = (Searched, Shown, Exported, Question, Enquiry)

#: Stands where somebody had typed the reference of a case in words that are about more.
GONE = "(erased)"

M = TypeVar("M", bound=Memo)


async def read_erased(store: Store) -> set[str]:
    """The references of all cases that were erased for good. Raises StoreUnavailable."""
    erased: set[str] = set()
    for memo in await store.memos(Erased):
        erased.update(memo.references)
    return erased


def reference_pattern(references: Collection[str]) -> re.Pattern[str]:
    """Finds any of these references, as a word."""
    alternatives = "|".join(map(re.escape, references))
    return re.compile(rf"\b(?:{alternatives})\b")


def tells_of(search: Searched, references: Collection[str]) -> bool:
    """True for a search that found one of these cases, or looked for it by its reference."""
    text = " ".join((search.words, *search.found))
    # People type references in small letters, too.
    pattern = reference_pattern(references).pattern
    return re.search(pattern, text, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class NamingMemo:
    """A memo that names a case which is erased."""

    memo: Memo
    #: What stays of it, if anything.
    left: Memo | None


def memos_naming(memos: Iterable[Memo], references: Collection[str]) -> list[NamingMemo]:
    """Those that name one of these cases."""
    found = []
    for memo in memos:
        left = without_cases(memo, references)
        if left is not memo:
            found.append(NamingMemo(memo, left))
    return found


def without_cases(memo: M, references: Collection[str]) -> M | None:
    """What stays of a memo once these cases are gone: None where that is nothing.

    One that names none of them comes back as the very same object.
    """
    match memo:
        case Searched():
            return None if tells_of(memo, references) else memo
        case Shown():
            return None if memo.reference in references else memo
        case Exported():
            return cast("M | None", _without_references(memo, references))
        case Question():
            return _if_other(memo, replace(memo, text=_without_naming(memo.text, references)))
        case Enquiry():
            text = _without_naming(memo.text, references)
            answer = _without_naming(memo.answer, references)
            return _if_other(memo, replace(memo, text=text, answer=answer))
    return memo


def _without_references(memo: Exported, references: Collection[str]) -> Exported | None:
    """The name that was looked for may stand in the case, so it goes with the last of them."""
    left = tuple(each for each in memo.references if each not in references)
    if left == memo.references:
        return memo
    return replace(memo, references=left) if left else None


def _without_naming(text: str, references: Collection[str]) -> str:
    """People type references in small letters, too."""
    return re.sub(reference_pattern(references).pattern, GONE, text, flags=re.IGNORECASE)


def _if_other(memo: M, left: M) -> M:
    return memo if left == memo else left


def without_question(person: Person, references: Collection[str]) -> Person:
    """The person as they are to be kept once these cases are gone.

    Whoever was last asked something about one of them is no longer asked. Anybody else comes back
    as the very same object.
    """
    awaited = person.awaiting
    if awaited is None or not reference_pattern(references).search(awaited.command):
        return person
    if not awaited.used:
        return replace(person, awaiting=None)
    return replace(person, awaiting=replace(awaited, command=""))
