"""`headsup policy add`: puts a school's own file among the texts.

It shows what was understood of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.settings import PACKAGED_TEXTS, Settings, env_path, its_texts
from handlers.text.words import ROLES, full_day, listed
from store.errors import Trouble
from store.model.records import Role
from store.policies.files.add import Added, TextDetails, add
from store.policies.texts import day

ADDED = "Added “{title}” as {doc}."
REPLACED = "“{title}” ({doc}) is now this version. The older one is kept:"
SECTIONS = "Sections: {count}"
NO_SECTIONS = "Sections: none. No headings were found; the text is searched as one."
MORE_SECTIONS = "  … and {count} more"
PASSAGES = "Passages: {count}"
OWNER = "Owner: {owner}"
OWNER_NO_ROLE = (
    "Owner: {owner}, which is no role, so the headteacher is reminded of the review. "
    "Name one with --owner: {roles}."
)
NO_ROLE = "“{given}” is no role. The owner of a text is one of these: {roles}."
NO_OWNER = "Owner: not found. Say who keeps the text current with --owner."
APPROVED = "Approved: {day}"
REVIEW = "Review by: {day}"
REVIEW_FOUND = "Review by: {day}, from the words “{words}”"
REVIEW_PAST = (
    "That day has passed, and answers from this text will say so. Once it has been reviewed, "
    "give the new day with --review-by."
)
NO_REVIEW = (
    "Review by: not found. "
    "Give the day with --review-by 2027-09-30, and its owner is reminded of it."
)
REVIEWS = "Review by: the text names several days. Say which with --review-by 2027-09-30."
MARGINS = "Left out, as it is in the margins of the pages: “{words}”"
LEFT_OUT = "Left out: {what}."
BLANK_PAGES = (
    "No text was found on page {pages}: words in a picture cannot be quoted. Check that "
    "nothing is missing."
)
ORIGINAL = "The file itself is kept as {path}."
CHECK = "Please compare {doc} with the file once: the bot quotes what {doc} says."
NO_DAY = "“{given}” is not a date. Write it like 2027-09-30 or 30 September 2027."

#: Sections that are shown.
SHOWN = 12

PACKAGED = (
    "There is no folder {own}, and the texts in use are part of the program. "
    "Make one of your own first: cp -r {folder} {own}"
)
SHARED = (
    "{school} has no texts of its own, and those in {folder} are used by other schools too. "
    "Make some first: cp -r {folder} {own}"
)


def own_texts(settings: Settings) -> Path:
    """The folder to which a text is added.

    Raises Trouble where one school of several shares it with others.
    """
    own = its_texts(settings)
    if own and settings.policy_texts != own:
        raise Trouble(
            SHARED.format(school=settings.headsup_school, folder=settings.policy_texts, own=own)
        )
    return settings.policy_texts


# The options are those that somebody may give on the command line, each by its name.
def add_file(  # noqa: PLR0913
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

    Empty options are for the text itself to say. `instead` puts it in place of the text there is.
    Raises Trouble.
    """
    if folder == PACKAGED_TEXTS:
        own = env_path().with_name(PACKAGED_TEXTS.name)
        raise Trouble(PACKAGED.format(folder=folder, own=own))
    until: date | None = None
    if review_by.strip():
        until = day(review_by)
        if until is None:
            raise Trouble(NO_DAY.format(given=review_by))
    if owner.strip() and not _is_role(owner):
        raise Trouble(NO_ROLE.format(given=owner.strip(), roles=_role_names()))
    details = TextDetails(title=title, owner=owner, review_by=until, signed_by=signed_by)
    added = add(file, folder, details, today=today, instead=instead)
    return list(as_lines(added, folder, today))


def as_lines(added: Added, folder: Path, today: date) -> Iterator[str]:
    """What was understood, a line for each thing."""
    text = added.text
    if added.kept:
        yield REPLACED.format(title=text.title, doc=text.doc)
    else:
        yield ADDED.format(title=text.title, doc=text.doc)
    for path in added.kept:
        yield f"  {path.relative_to(folder)}"

    yield from _section_lines(added)
    yield PASSAGES.format(count=added.passages)

    yield _owner_line(text.owner)
    if text.approved:
        yield APPROVED.format(day=full_day(text.approved))
    yield from _review_lines(added, today)

    yield from _left_out_lines(added)
    yield ORIGINAL.format(path=added.original.relative_to(folder))
    yield CHECK.format(doc=text.doc)


def _owner_line(owner: str) -> str:
    if not owner:
        return NO_OWNER
    if _is_role(owner):
        return OWNER.format(owner=owner)
    return OWNER_NO_ROLE.format(owner=owner, roles=_role_names())


def _is_role(owner: str) -> bool:
    """The key of a role, or its name: what the reviews of texts go by."""
    named = owner.strip().lower()
    return any(named in (role.value, words.lower()) for role, words in ROLES.items())


def _role_names() -> str:
    return listed([ROLES[role] for role in Role], "or")


def _section_lines(added: Added) -> Iterator[str]:
    number = len(added.sections)
    if not number:
        yield NO_SECTIONS
        return
    yield SECTIONS.format(count=number)
    for heading in added.sections[:SHOWN]:
        yield f"  {heading}"
    if number > SHOWN:
        yield MORE_SECTIONS.format(count=number - SHOWN)


def _review_lines(added: Added, today: date) -> Iterator[str]:
    until = added.text.review_by
    if until is None:
        yield REVIEWS if added.doubtful else NO_REVIEW
        return
    if added.review_words:
        yield REVIEW_FOUND.format(day=full_day(until), words=added.review_words)
    else:
        yield REVIEW.format(day=full_day(until))
    if added.text.is_past_review(today):
        yield REVIEW_PAST


def _left_out_lines(added: Added) -> Iterator[str]:
    """What stands in the file and not in the text: the reader may miss something."""
    reading = added.reading
    for words in reading.margins:
        yield MARGINS.format(words=words)
    for what in reading.left_out:
        yield LEFT_OUT.format(what=what)
    if reading.blank_pages:
        yield BLANK_PAGES.format(pages=", ".join(map(str, reading.blank_pages)))
