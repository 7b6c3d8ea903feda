"""`headsup policy add`: puts a school's own file among the texts, and shows what was understood of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.settings import PACKAGED_TEXTS, Settings, its_texts
from store.errors import Trouble
from store.policies.files.add import Added, add
from store.policies.texts import day

ADDED = "Added “{title}” as {doc}."
REPLACED = "“{title}” ({doc}) is now this version. The older one is kept:"
SECTIONS = "Sections: {count}"
NO_SECTIONS = "Sections: none. No headings were found; the text is searched as one."
MORE_SECTIONS = "  … and {count} more"
PASSAGES = "Passages: {count}"
OWNER = "Owner: {owner}"
NO_OWNER = "Owner: not found. Say who keeps the text current with --owner."
APPROVED = "Approved: {day}"
REVIEW = "Review by: {day}"
REVIEW_FOUND = "Review by: {day}, from the words “{words}”"
REVIEW_PAST = "That day has passed: answers from this text will say so. Mend it with --review-by."
NO_REVIEW = "Review by: not found. Give the day with --review-by 2027-09-30, and its owner is reminded of it."
REVIEWS = "Review by: the text names several days. Say which with --review-by 2027-09-30."
SIGNED = "To be signed by: {names}"
MARGINS = "Left out, because it stands on the margins of pages: “{words}”"
LEFT_OUT = "Left out: {what}."
BLANK_PAGES = (
    "No text was found on page {pages}: pictures cannot be quoted. Look whether words are missing."
)
ORIGINAL = "The file itself is kept as {path}."
CHECK = "Please read {doc} once beside the file: what it says is what the bot quotes."
NO_DAY = "“{given}” is no day. Write it as 2027-09-30 or 30 September 2027."
SHOWN = 12  # sections
PACKAGED = (
    "There is no folder policy_texts here, and the texts in use are part of the program. "
    "Make one of your own first: cp -r {folder} policy_texts"
)
SHARED = (
    "{school} has no texts of its own, and those in {folder} are used by other schools too. Make some first: "
    "cp -r {folder} {own}"
)


def own_texts(settings: Settings) -> Path:
    """The folder to which a text is added. Raises Trouble where one school of several shares it with others."""
    own = its_texts(settings)
    if own and settings.policy_texts != own:
        raise Trouble(
            SHARED.format(school=settings.headsup_school, folder=settings.policy_texts, own=own)
        )
    return settings.policy_texts


def add_file(
    file: Path,
    folder: Path,
    today: date,
    *,
    title: str = "",
    owner: str = "",
    review_by: str = "",
    signed_by: str = "",
    instead: bool = False,
) -> list[str]:
    """Add the file to the folder; gives the lines to show. `review_by`: a day as somebody types it.

    Raises Trouble.
    """
    if folder == PACKAGED_TEXTS:
        raise Trouble(PACKAGED.format(folder=folder))
    until = day(review_by) if review_by.strip() else None
    if review_by.strip() and until is None:
        raise Trouble(NO_DAY.format(given=review_by))
    added = add(
        file,
        folder,
        today=today,
        title=title,
        owner=owner,
        review_by=until,
        signed_by=signed_by,
        instead=instead,
    )
    return list(as_lines(added, folder, today))


def as_lines(added: Added, folder: Path, today: date) -> Iterator[str]:
    """What was understood, a line for each thing."""
    text = added.text
    yield (REPLACED if added.kept else ADDED).format(title=text.title, doc=text.doc)
    yield from (f"  {path.relative_to(folder)}" for path in added.kept)
    yield SECTIONS.format(count=len(added.sections)) if added.sections else NO_SECTIONS
    yield from (f"  {heading}" for heading in added.sections[:SHOWN])
    if len(added.sections) > SHOWN:
        yield MORE_SECTIONS.format(count=len(added.sections) - SHOWN)
    yield PASSAGES.format(count=added.passages)
    yield OWNER.format(owner=text.owner) if text.owner else NO_OWNER
    if text.approved:
        yield APPROVED.format(day=_spoken(text.approved))
    yield from _review(added, today)
    for words in added.reading.margins:
        yield MARGINS.format(words=words)
    for what in added.reading.left_out:
        yield LEFT_OUT.format(what=what)
    if added.reading.blank_pages:
        yield BLANK_PAGES.format(pages=", ".join(map(str, added.reading.blank_pages)))
    yield ORIGINAL.format(path=added.original.relative_to(folder))
    yield CHECK.format(doc=text.doc)


def _review(added: Added, today: date) -> Iterator[str]:
    until = added.text.review_by
    if until is None:
        yield REVIEWS if added.doubtful else NO_REVIEW
        return
    found = REVIEW_FOUND if added.review_words else REVIEW
    yield found.format(day=_spoken(until), words=added.review_words)
    if added.text.is_past_review(today):
        yield REVIEW_PAST


def _spoken(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"
