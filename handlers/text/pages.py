"""Long things, a page at a time: each page is one message in every chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

#: Characters on a page. Slack's shortest limit is 3,000, Telegram's 4,096.
PAGE = 2_800

#: Characters from the end of a piece, in which it is split between words rather than in one.
WORDS = 200

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Thing]):
    """One page of a list whose rows are equally long."""

    shown: Sequence[Thing]
    #: The number of the page after this one, if there is one.
    following: int | None


def split_text(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters, split at a line break or space if possible.

    That line break or space is in none of the pieces.
    """
    pieces = []
    while len(text) > limit:
        window = limit - WORDS
        near = text[window : limit + 1]
        gap = max(near.rfind("\n"), near.rfind(" "))
        if gap < 0:
            pieces.append(text[:limit])
            text = text[limit:]
        else:
            pieces.append(text[: window + gap])
            text = text[window + gap + 1 :]
    return [*pieces, text]


def fill_pages(
    things: Sequence[Thing], length: Callable[[Thing], int], most: int | None = None
) -> list[list[Thing]]:
    """Put things on pages, in order, as many on each as there is room for, and `most` at most.

    There is at least one page; what is too long for any stands on one alone.
    """
    pages: list[list[Thing]] = [[]]
    room = PAGE
    for thing in things:
        page = pages[-1]
        is_full = length(thing) > room or len(page) == most
        if page and is_full:
            page = []
            pages.append(page)
            room = PAGE
        page.append(thing)
        room -= length(thing)
    return pages


def rows_of_page(things: Sequence[Thing], page: int, size: int) -> ListPage[Thing]:
    """The rows of a page, from 1, of which each holds `size`; the last where it is beyond."""
    last = max((len(things) - 1) // size, 0)
    before = min(max(page, 1) - 1, last)
    shown = things[before * size : (before + 1) * size]
    return ListPage(shown, before + 2 if before < last else None)


def number_in(typed: str, digits: int = 9) -> int | None:
    """The number that a word is; None for what is none, or has more digits."""
    # Some digits of other scripts are decimal too, and an endless number is refused by int().
    is_number = typed.isdecimal() and typed.isascii() and len(typed) <= digits
    return int(typed) if is_number else None


def page_number(typed: str, digits: int = 3) -> int | None:
    """The page that a word means, from 1; None for what is no number, or has more digits.

    With three digits the reference of a case, which has four characters, is never a page.
    """
    number = number_in(typed, digits)
    return None if number is None else max(number, 1)


def page_named(typed: str, pages: int) -> int:
    """The page that was typed, from 1; the first for none, the last where it is beyond."""
    return min(page_number(typed, digits=5) or 1, pages)
