"""One policy text as it is shown in a chat: its sections, its pages, and what is to be said of its age."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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
from handlers.text.words import listed, shortened
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


LONG_LABEL = 60


KEY = 8  # characters of a text's digest in a button


def quoted(passage: Passage, today: date) -> Quote:
    """A passage with what introduces it or belongs to it, and its places."""
    places = [passage.title, passage.section, *_review(passage.review_by, today)]
    if passage.also:
        others = (
            " · ".join(p for p in (other.title, other.section) if p) for other in passage.also
        )
        places.append(ALSO_IN.format(places=listed(others)))
    words = "\n".join(w for w in (passage.lead_in, passage.text, *passage.rest) if w)
    return Quote(words, " · ".join(p for p in places if p))


def _review(review_by: date | None, today: date) -> list[str]:
    if review_by is None:
        return []
    return [(PAST_REVIEW if review_by < today else REVIEW_BY).format(day=_day(review_by))]


def _list(desk: Desk) -> Reply:
    texts = _readable(desk)
    if not texts:
        return say(NO_TEXTS)
    choices = tuple(
        c for text in texts for c in _choice_of(text, None, shortened(text.title, LONG_LABEL))
    )
    titles = "\n".join(text.title for text in texts)
    return Reply((Heading(TEXTS), Text(titles), Text(HOW_TO_ASK), Choices(choices, menu=OPEN)))


def _readable(desk: Desk) -> list[PolicyText]:
    return [text for text in desk.policies.texts() if text.readable]


def _review_day(text: PolicyText, today: date) -> str:
    return (
        _day(text.review_by) + (OVERDUE if text.is_past_review(today) else "")
        if text.review_by
        else ""
    )


def _keyed(key: str, desk: Desk) -> PolicyText:
    """The text of a button. Raises Refused when it has changed since."""
    text = next((t for t in _readable(desk) if t.digest[:KEY] == key.strip()), None)
    if text is None:
        raise Refused(CHANGED)
    return text


def _about(text: PolicyText, ask: Ask, desk: Desk) -> Reply:
    today = desk.calendar.local(ask.at).date()
    facts = [
        ("Kept by", text.owner),
        ("Approved", _day(text.approved) if text.approved else ""),
        ("Review by", _review_day(text, today)),
        ("For", text.audience),
    ]
    pdf_choice = Choice("Print it", f"policy-pdf {text.digest[:KEY]}")
    sections = [passages for passages in desk.policies.whole(text.doc) if passages]
    parts: list[Part] = [Heading(text.title), Fields(tuple((n, v) for n, v in facts if v))]
    if sum(len(p.text) for passages in sections for p in passages) <= PAGE:
        words = (Quote(p.text, p.section) for passages in sections for p in passages)
        return Reply((*parts, *words, Choices((pdf_choice,))))
    choices = tuple(
        c
        for passages in sections
        for c in _choice_of(
            text, passages[0].start, shortened(passages[0].section or "The beginning", LONG_LABEL)
        )
    )
    return Reply((*parts, Choices(choices, menu=OPEN), Choices((pdf_choice,))))


def _page(text: PolicyText, start: int, ask: Ask, desk: Desk) -> Reply:
    """A section from a place on, as much as one message holds."""
    passages = [p for p in desk.policies.section_at(text.doc, start) if p.start >= start]
    if not passages:
        raise Refused(CHANGED)
    shown, room = passages[:1], PAGE - len(passages[0].text)
    for passage in passages[1:]:
        room -= len(passage.text)
        if room < 0:
            break
        shown.append(passage)
    today = desk.calendar.local(ask.at).date()
    *before, last = shown
    parts: list[Part] = [Quote(p.text) for p in before]
    parts.append(quoted(replace(last, lead_in=""), today))
    rest = passages[len(shown) :]
    if rest:
        parts.append(Choices(_choice_of(text, rest[0].start, "Read on")))
    return Reply(tuple(parts))


def _choice_of(text: PolicyText | None, start: int | None, label: str) -> tuple[Choice, ...]:
    """A button that shows a text, or its section that begins there."""
    if text is None:
        return ()
    place = "" if start is None else f" {start}"
    return (Choice(label, f"policy-text {text.digest[:KEY]}{place}"),)


def _section_start(passage: Passage, desk: Desk) -> int | None:
    section = desk.policies.section_at(passage.doc, passage.start)
    return section[0].start if section else None


def _start_of(text: PolicyText, section: str, desk: Desk) -> int | None:
    passages = desk.policies.section(text.doc, section) if section else ()
    return passages[0].start if passages else None


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
