"""One policy text as it is shown in a chat: its sections, its pages, and how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.desk import Ask, Desk
from handlers.messages import (
    Choice,
    Choices,
    Fields,
    Heading,
    Part,
    Quote,
    Refused,
    Reply,
    Text,
    say,
)
from handlers.text.pages import PAGE
from handlers.text.words import full_day, listed, shortened
from store.policies import Passage
from store.policies.texts import PolicyText

TEXTS = "The policy texts"
NO_TEXTS = (
    "No policy texts are stored yet. Your technician can put them into the folder policy_texts."
)
HOW_TO_ASK = "Ask in your own words: “/policy can I reply to a parent on Facebook?”"
OPEN = "Read a text"
PAST_REVIEW = "its review was due {day}"
OVERDUE = ", which has passed"
REVIEW_BY = "review by {day}"
ALSO_IN = "also in {places}"
CHANGED = "That text has changed since. “/policy” shows the texts as they are now."
BEGINNING = "The beginning"

#: Bullets of a list that are not shown.
LEFT_OUT = "…"

LONG_LABEL = 60
#: Before its day, a review is spoken of for so long.
NEAR_REVIEW = timedelta(days=31)

#: Characters of a text's digest in a button: its platform leaves little room.
KEY = 8


def quote_passage(passage: Passage, today: date, title: str = "") -> Quote:
    """A passage with what introduces it or belongs to it, and its places.

    The sentence that answers is set off, and “…” says that bullets are left out. `title`: the text
    that is spoken of already, and need not be named again.
    """
    place = _place_of(passage, today, title)
    above = [passage.lead_in] if passage.lead_in else []
    if passage.skips_before:
        above.append(LEFT_OUT)
    below = [*passage.rest]
    if passage.skips_after:
        below.append(LEFT_OUT)

    words = "\n".join([*above, passage.words, *below])
    start, end = passage.answer
    is_all = words == passage.words and end - start == len(words)
    # Where it is all there is, there is nothing else to set it off from.
    if is_all or not end:
        return Quote(words, place)
    before = sum(len(line) + 1 for line in above)
    return Quote(words, place, (before + start, before + end))


def _place_of(passage: Passage, today: date, title: str) -> str:
    """Where a passage stands, when that is to be reviewed, and where it stands as well."""
    places = [without_title(passage.section, passage.title)]
    if passage.title != title:
        places.insert(0, passage.title)
    if passage.review_by:
        places.append(_review(passage.review_by, today))
    if passage.also:
        others = [place_name(other.title, other.section) for other in passage.also]
        places.append(ALSO_IN.format(places=listed(others)))
    return place_name(*places)


def _review(review_by: date, today: date) -> str:
    """That a review is past or near; nothing while it is far away."""
    if review_by < today:
        return PAST_REVIEW.format(day=full_day(review_by))
    if review_by <= today + NEAR_REVIEW:
        return REVIEW_BY.format(day=full_day(review_by))
    return ""


def without_title(section: str, title: str) -> str:
    """The heading of a section; nothing where it is the text's title once more."""
    return "" if section.casefold().strip(" .:") == title.casefold().strip(" .:") else section


def place_name(*parts: str) -> str:
    """`Title · Section`, without the parts that are empty."""
    return " · ".join(filter(None, parts))


def show_list(desk: Desk) -> Reply:
    """The titles of all texts, each with a button that opens it."""
    texts = readable_texts(desk)
    if not texts:
        return say(NO_TEXTS)

    choices: list[Choice] = []
    for text in texts:
        choices += choices_to_read(text, None, shortened(text.title, LONG_LABEL))
    titles = "\n".join(text.title for text in texts)
    menu = Choices(tuple(choices), menu=OPEN)
    return Reply((Heading(TEXTS), Text(titles), Text(HOW_TO_ASK), menu))


def readable_texts(desk: Desk) -> list[PolicyText]:
    """Every text but the files that hold none."""
    return [text for text in desk.policies.texts() if text.readable]


def text_of_button(key: str, desk: Desk) -> PolicyText:
    """The text whose digest begins like this. Raises Refused when it has changed since."""
    for text in readable_texts(desk):
        if text.digest[:KEY] == key.strip():
            return text
    raise Refused(CHANGED)


def show_text(text: PolicyText, ask: Ask, desk: Desk) -> Reply:
    """A text's facts, with its words where they fit into one message, or else its sections."""
    today = desk.calendar.local(ask.at).date()
    facts = Fields(tuple(_facts(text, today)))
    print_it = Choices((Choice("Print it", f"policy-pdf {text.digest[:KEY]}"),))
    sections = [passages for passages in desk.policies.whole(text.doc) if passages]

    everything: list[Passage] = []
    for passages in sections:
        everything += passages
    if sum(len(passage.words) for passage in everything) <= PAGE:
        words = [Quote(passage.words, passage.section) for passage in everything]
        return Reply((Heading(text.title), facts, *words, print_it))

    choices: list[Choice] = []
    for passages in sections:
        label = shortened(passages[0].section or BEGINNING, LONG_LABEL)
        choices += choices_to_read(text, passages[0].start, label)
    menu = Choices(tuple(choices), menu=OPEN)
    return Reply((Heading(text.title), facts, menu, print_it))


def _facts(text: PolicyText, today: date) -> list[tuple[str, str]]:
    """What the header says of a text, each with its name."""
    facts = []
    if text.owner:
        facts.append(("Kept by", text.owner))
    if text.approved:
        facts.append(("Approved", full_day(text.approved)))
    if text.review_by:
        overdue = OVERDUE if text.is_past_review(today) else ""
        facts.append(("Review by", full_day(text.review_by) + overdue))
    if text.audience:
        facts.append(("For", text.audience))
    return facts


def show_section(text: PolicyText, start: int, ask: Ask, desk: Desk) -> Reply:
    """A section from a place on, as much as one message holds. Raises Refused for no such place."""
    section = desk.policies.section_at(text.doc, start)
    passages = [passage for passage in section if passage.start >= start]
    if not passages:
        raise Refused(CHANGED)

    number = _number_on_a_page(passages)
    *before, last = passages[:number]
    rest = passages[number:]

    today = desk.calendar.local(ask.at).date()
    parts: list[Part] = [Quote(passage.words) for passage in before]
    # What introduces a bullet stands above it already.
    parts.append(quote_passage(replace(last, lead_in="", skips_before=False), today))
    if rest:
        parts.append(Choices(choices_to_read(text, rest[0].start, "Read on")))
    return Reply(tuple(parts))


def _number_on_a_page(passages: Sequence[Passage]) -> int:
    """How many of the passages there is room for; at least one."""
    room = PAGE - len(passages[0].words)
    for number, passage in enumerate(passages[1:], start=1):
        room -= len(passage.words)
        if room < 0:
            return number
    return len(passages)


def choices_to_read(text: PolicyText | None, start: int | None, label: str) -> tuple[Choice, ...]:
    """A button that shows a text, or its section from there on; none without a text."""
    if text is None:
        return ()
    place = "" if start is None else f" {start}"
    return (Choice(label, f"policy-text {text.digest[:KEY]}{place}"),)


def choices_to_read_around(passage: Passage, label: str, desk: Desk) -> tuple[Choice, ...]:
    """A button that shows the whole section of a passage; none where its text is gone."""
    section = desk.policies.section_at(passage.doc, passage.start)
    start = section[0].start if section else None
    return choices_to_read(desk.policies.text(passage.doc), start, label)


def start_of_section(text: PolicyText, heading: str, desk: Desk) -> int | None:
    """The character at which a section begins; None for no heading, or none of these words."""
    passages = desk.policies.section(text.doc, heading) if heading else ()
    return passages[0].start if passages else None
