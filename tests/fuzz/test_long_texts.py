"""Texts made to keep the reader busy: what they cost grows as they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

import pytest

from store.policies.citing import gather_sections
from store.policies.divide import divide
from store.policies.files.web_page import read_web_page
from store.policies.texts import parse
from tests.fuzz.test_long_words import LONGER, MOST, NOTHING, TRIES

LENGTH = 120_000

PIECES = (
    "<" + "." * LENGTH,
    "[a](x “",
    "[a](" + " " * LENGTH,
    ".. _a:" + ":" * LENGTH + "\r\n",
    "<b>",
    "<tr>" + " " * LENGTH,
    "<ul><li>a",
    "Staff must:\n\nWrite it down:\n\n",
    "1. a:\n",
    "[a](" + "x" * LENGTH,
    "- a [b](https://a.b/" + "c" * 300 + ") d.\n",
)


PAGES = ("<b>", "<b></i>", "<nav>a", "<main>", "<ul><li>a")


def _read_text(words: str) -> None:
    text = parse("a.md", words.encode())
    list(gather_sections(text, divide(text)))


@pytest.mark.parametrize("piece", PIECES, ids=[piece[:12] for piece in PIECES])
def test_no_text_takes_more_than_its_share(piece: str) -> None:
    _must_grow_as_it_does(_read_text, piece)


@pytest.mark.parametrize("piece", PAGES)
def test_no_web_page_takes_more_than_its_share(piece: str) -> None:
    _must_grow_as_it_does(read_web_page, piece)


def _must_grow_as_it_does(read: Callable[[str], object], piece: str) -> None:
    long = piece * max(1, LENGTH // len(piece))
    short = long[: len(long) // LONGER]
    took_short = took_long = inf
    for _ in range(TRIES):
        took_long = min(took_long, _took(read, long))
        took_short = min(took_short, _took(read, short))
        if took_long < max(NOTHING, MOST * took_short):
            return
    raise AssertionError((took_short, took_long))


def _took(read: Callable[[str], object], words: str) -> float:
    """Seconds of the processor."""
    begun = time.process_time()
    read(words)
    return time.process_time() - begun
