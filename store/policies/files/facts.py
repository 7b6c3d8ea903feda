"""Finds what a text says of itself: its title, owner, approval and next review."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from store.policies.files.header import find_body, iso, one_line
from store.policies.files.labelled_days import LabelledDay, find_labelled_days
from store.policies.files.reading import FileText

_OWNER = re.compile(
    r"^[ \t\u00a0|*-]*(?:policy owner|owner|(?:person|staff|lead|member of staff) responsible|"
    r"responsible (?:person|lead)|policy lead)(?: for (?:this )?policy)?"
    r"\**[ \t]*[:|][ \t|*]*(?P<who>[^|\r\n]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)

_POLICY = re.compile(
    r"polic(?:y|ies)|agreement|statement|procedure|code of|guidance|charter|rules|handbook",
    re.IGNORECASE,
)
_SCHOOL = re.compile(r"school|academy|college|primary|nursery|federation|trust", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """What a text says of itself."""

    owner: str = ""
    approved: date | None = None
    review_by: date | None = None
    review_words: str = ""
    names_several_reviews: bool = False

    def words_for(self, review_by: date | None) -> str:
        """The words that gave the day of the next review; empty where it is another day."""
        if review_by and review_by == self.review_by:
            return self.review_words
        return ""

    def as_header(self, title: str) -> dict[str, str]:
        return {
            "title": title,
            "owner": self.owner,
            "approved": iso(self.approved),
            "review by": iso(self.review_by),
        }


def find_title(reading: FileText) -> str:
    """What the text calls itself.

    Where the school's name stands first, it is the line after it that names a policy.
    """
    title = reading.title.strip("*_ ")
    if _POLICY.search(title) or not _SCHOOL.search(title):
        return title
    lines = [line.strip("#*_ ") for line in reading.text.splitlines() if line.strip()]
    for line in lines[:8]:
        is_short = len(line) <= 80 and not line.endswith((".", ",", ";", ":"))
        if is_short and _POLICY.search(line):
            return line
    return title


def find_facts(reading: FileText) -> FoundFacts:
    """Owner, approval and review, where the file itself says them, and says them once."""
    body = reading.text[find_body(reading.text) :]
    text = "\n\n".join((body, *reading.margins))
    reviews: dict[date, LabelledDay] = {}
    approvals: set[date] = set()
    for found in find_labelled_days(text):
        if found.label == "review":
            reviews.setdefault(found.day, found)
        elif found.label == "approved":
            approvals.add(found.day)

    facts = FoundFacts(
        owner=_find_owner(text),
        approved=approvals.pop() if len(approvals) == 1 else None,
    )
    next_reviews = [review for review in reviews.values() if review.is_next]
    candidates = next_reviews or list(reviews.values())
    if len(candidates) == 1:
        review = candidates[0]
        return replace(facts, review_by=review.day, review_words=review.words)
    return replace(facts, names_several_reviews=len(candidates) > 1)


def _find_owner(text: str) -> str:
    owner = _OWNER.search(text)
    return one_line(owner.group("who")).strip("* ") if owner else ""
