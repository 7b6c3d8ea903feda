"""What `/policy` gives back: passages, each a verbatim piece of a text with its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text: `text` is exactly characters `start` to `end` of the file, read as UTF-8 with no
    newline translation, and at most 800 long."""

    doc: str
    title: str
    section: str
    start: int
    end: int
    text: str
    score: float = 0.0
    lead_in: str = ""  # what introduces the list that this bullet stands in, verbatim; "" if `text` holds it
    review_by: date | None = None
    also: tuple[Passage, ...] = ()  # the same said in other places


@dataclass(frozen=True, slots=True)
class Answer:
    """The passages, best first. When `refused`, the texts do not say: `ranked` is what comes nearest."""

    question: str
    ranked: tuple[Passage, ...] = ()
    refused: bool = True
    confidence: float = 0.0

    @property
    def nearest_section(self) -> str:
        """The heading that comes nearest to the question, for a refusal; "" where there is none."""
        return self.ranked[0].section if self.ranked else ""
