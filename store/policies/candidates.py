"""What may answer a question: quotations without overlap, those alike as one, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from store.policies.answer import Passage
from store.policies.citing import cite
from store.policies.search.differ import Claim, any_contradict, read_claim
from store.policies.search.quote import span
from store.policies.search.rank import Scored
from store.policies.search.words import words
from store.policies.snapshot import Snapshot
from store.policies.unit import Unit

#: Share of words in common from which two passages say the same.
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class _Quotation:
    """What is quoted for one unit: characters of the text with the number `doc`."""

    doc: int
    start: int
    end: int

    def overlaps(self, other: _Quotation) -> bool:
        """They have more than half of the shorter one in common."""
        if self.doc != other.doc:
            return False
        shared = min(self.end, other.end) - max(self.start, other.start)
        return shared > 0.5 * min(self.end - self.start, other.end - other.start)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer."""

    passage: Passage
    #: What its sentences and bullets say.
    statements: list[Claim]
    words: set[str]

    def says_the_same(self, other: Candidate) -> bool:
        shared = len(self.words & other.words)
        if shared < ALIKE * len(self.words | other.words):
            return False
        # “must” and “must not” are alike in nearly all words.
        return not any_contradict(self.statements, other.statements)


def drop_overlapping(snapshot: Snapshot, scored: Sequence[Scored], top: int) -> list[Scored]:
    """The best, at most `top`, without those that lie within the quotation of a better one."""
    chosen: list[Scored] = []
    quotations: list[_Quotation] = []
    for one in scored:
        quotation = _quote(snapshot, one)
        if any(quotation.overlaps(better) for better in quotations):
            continue
        quotations.append(quotation)
        chosen.append(one)
        if len(chosen) == top:
            break
    return chosen


def _quote(snapshot: Snapshot, scored: Scored) -> _Quotation:
    doc = snapshot.index.entries[scored.entry].doc
    start, end = span(snapshot.units[doc], scored.entry - snapshot.first[doc])
    return _Quotation(doc, start, end)


def make_candidate(snapshot: Snapshot, scored: Scored) -> Candidate:
    quotation = _quote(snapshot, scored)
    unit = snapshot.index.entries[scored.entry].unit
    text = snapshot.texts[quotation.doc]
    units = snapshot.units[quotation.doc]

    passage = cite(text, units, quotation.start, quotation.end, unit)
    passage = replace(passage, score=round(scored.score, 4))
    statements = _read_statements(text.plain.words, units, quotation)
    return Candidate(passage, statements, set(words(passage.words)))


def _read_statements(text: str, units: Sequence[Unit], quotation: _Quotation) -> list[Claim]:
    """What each sentence and bullet of a passage says, the bullets after their lead-in."""
    said: list[Claim] = []
    for unit in units:
        if unit.start < quotation.start or unit.end > quotation.end:
            continue
        sentence = text[unit.start : unit.end]
        if unit.lead_in and unit.needs < 0:
            start, end = unit.lead_in
            sentence = text[start:end].rstrip(" :") + " " + sentence
        said.append(read_claim(sentence))
    return said


def merge_those_alike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Passages that say the same in several places become one, at the place of the best."""
    merged: list[Candidate] = []
    for candidate in candidates:
        for n, better in enumerate(merged):
            if candidate.says_the_same(better):
                also = (*better.passage.also, candidate.passage)
                merged[n] = replace(better, passage=replace(better.passage, also=also))
                break
        else:
            merged.append(candidate)
    return merged


def find_disagreements(candidates: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
    """The numbers of each two passages of different texts that contradict each other."""
    for (n, one), (m, other) in combinations(enumerate(candidates), 2):
        if one.passage.doc == other.passage.doc:
            continue
        if any_contradict(one.statements, other.statements):
            yield n, m
