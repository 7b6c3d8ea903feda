"""Long things, a page at a time: each page is one message in every chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

PAGE = 2_800  # characters; Slack's shortest limit is 3,000, Telegram's 4,096
WORDS = 200  # from the end of a piece, in which it is divided between words rather than in one

Thing = TypeVar("Thing")


def divided(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters, divided between lines or words where it can be."""
    pieces = []
    while len(text) > limit:
        near = text[limit - WORDS : limit + 1]
        at = max(near.rfind("\n"), near.rfind(" "))
        end = limit if at < 0 else limit - WORDS + at
        pieces.append(text[:end])
        text = text[end:] if at < 0 else text[end + 1 :]
    return [*pieces, text]


def paged(
    things: Sequence[Thing], length: Callable[[Thing], int], most: int | None = None
) -> list[list[Thing]]:
    """In order, as many on each page as there is room for; at least one page, and at least one thing on it."""
    pages: list[list[Thing]] = [[]]
    room = PAGE
    for thing in things:
        if pages[-1] and (length(thing) > room or len(pages[-1]) == most):
            pages.append([])
            room = PAGE
        pages[-1].append(thing)
        room -= length(thing)
    return pages


def page_named(typed: str, pages: int) -> int:
    """The page that was typed, from 1; the first where that is none, the last where there are not so many."""
    number = int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < 6 else 1
    return min(max(number, 1), pages)
