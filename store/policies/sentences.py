"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.policies.unit import LONGEST, LONGEST_MARK

#: Characters; a longer bullet is divided into its sentences.
SHORT_BULLET = 140
_SENTENCE_END = re.compile(r"[.!?…][\"'’”)\]]*(?=\s+[\"'‘“(\[]*[A-Z0-9]|\s*\Z)")
#: Words whose full stop does not end a sentence, and initials.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|st|vs|inc|approx|dept|p|pp|para|rev|revd|prof|hon)|\b[A-Z])\.\Z",
    re.IGNORECASE,
)
#: Those that stand before a number: `ext. 204`, `17 Oct. 2026`.
_BEFORE_NUMBER = re.compile(
    r"\b(?:no|nos|ext|tel|mob|fax|room|reg|sec|ch|art|fig|vol"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s{1,3}\(?[\d+]")
#: Dots that lead from one column to the other: `Head ........ 311`.
_LEADERS = ("....", "……", ". . .")
#: A number or letter within a sentence, as in `staff must: a. listen; b. tell the head`.
_CLAUSE = re.compile(r"(?:[;:,]|\b(?:and|or))\s+\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})\.\Z", re.IGNORECASE)


def split_bullet(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the units of a bullet begin and end: one unit where it is short, else its sentences."""
    if 0 < end - start <= SHORT_BULLET:
        yield start, end
    else:
        yield from split_sentences(text, start, end)


def split_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of text[start:end] begin and end, none longer than LONGEST."""
    here = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if match.end() < end and _is_within_sentence(text, here, match.start() + 1):
            continue
        yield from _cut_to_length(text, here, match.end())
        here = skip_blanks(text, match.end(), end)
    if here < end:
        yield from _cut_to_length(text, here, end)


def _is_within_sentence(text: str, start: int, stop: int) -> bool:
    """True for a full stop of an abbreviation, of the number of a clause, or of a row of dots."""
    # Slices are short, so that no pattern looks back at all that was written before.
    near = text[max(start, stop - 12) : stop]
    if near.endswith(_LEADERS):
        return True
    if _BEFORE_NUMBER.search(near) and _NUMBER.match(text, stop):
        return True
    return bool(_ABBREVIATION.search(near) or _CLAUSE.search(near))


def _cut_to_length(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces of text[start:end] of at most LONGEST characters, cut where a pause is, if any."""
    most = LONGEST - LONGEST_MARK
    while end - start > most:
        pauses = [
            text.rfind(mark, start + most // 2, start + most)
            for mark in ("; ", ", ", " ", "\n", "\r")
        ]
        latest = max(pauses)
        cut = latest + 1 if latest > 0 else start + most
        piece = text[start:cut].rstrip()
        if piece:
            yield start, start + len(piece)
        start = skip_blanks(text, cut, end)
    if end > start:
        yield start, end


def skip_blanks(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start
