"""What was sent to a case, as it is read on its card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Matter
from handlers.messages import Part, Quote, Text
from handlers.text.words import full_day, moment, size
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import WORDS, EvidenceKind
from store.model.records import State

#: Characters of a text that are shown with its case.
QUOTED = 300
#: Pieces of evidence that are shown with their case.
SHOWN = 3
FURTHER = "That is not all of it: “/case evidence {reference}” hands it over."

STATES: dict[str, str] = {
    State.WAITING: "not fetched until somebody says what it is about",
    State.WANTED: "being fetched",
    State.LOST: "could not be fetched",
    State.WITHHELD: "withheld, never fetched",
}


def evidence_shown(matter: Matter, desk: Desk) -> list[Part]:
    """The first pieces of a matter's evidence, as far as there is room for them."""
    rows = [(case, item) for case in matter.cases for item in case.evidence]
    rows = [row for row in rows if not _is_in_a_text(row, rows)]
    parts: list[Part] = []
    is_cut = len(rows) > SHOWN
    for case, item in rows[:SHOWN]:
        place = place_of(item, case, matter, desk)
        parts.append(Quote(_content(item, matter), place))
        is_cut = is_cut or len(item.text) > QUOTED
    if is_cut:
        parts.append(Text(FURTHER.format(reference=matter.case.reference)))
    return parts


def _is_in_a_text(row: tuple[Case, Evidence], rows: Sequence[tuple[Case, Evidence]]) -> bool:
    """Whether it is a link that stands in a text of the same case: it is read there."""
    case, item = row
    if item.kind != EvidenceKind.LINK:
        return False
    for other, text in rows:
        is_read = other is case and text.kind == EvidenceKind.TEXT
        if is_read and item.text in text.text[:QUOTED]:
            return True
    return False


def place_of(item: Evidence, case: Case, matter: Matter, desk: Desk) -> str:
    """`2 · Asha Patel, Tue 24 Nov, 10:00`, and where it was first posted as far as is known."""
    is_of_root = case.reference == matter.case.reference
    number = f"{item.number}" if is_of_root else f"{case.reference} {item.number}"
    who, when = matter.people.name(item.by), moment(item.at, desk.calendar)
    return f"{number} · {who}, {when}{_origin(item, desk)}"


def _origin(item: Evidence, desk: Desk) -> str:
    known = [item.origin[key] for key in ("author", "place") if item.origin.get(key)]
    sent_at = item.origin.get("sent_at")
    if sent_at:
        known.append(_first_posted_at(sent_at, item, desk))
    return f" · first posted: {', '.join(known)}" if known else ""


def _first_posted_at(sent_at: str, item: Evidence, desk: Desk) -> str:
    """With its year, where that is not the one in which it was passed on; the text itself where
    it is no moment.
    """
    try:
        posted = desk.calendar.local(datetime.fromisoformat(sent_at))
    except ValueError:
        return sent_at
    passed_on = desk.calendar.local(item.at)
    if posted.year == passed_on.year:
        return moment(posted, desk.calendar)
    return f"{full_day(posted)}, {posted:%H:%M}"


def _content(item: Evidence, matter: Matter) -> str:
    if item.kind in WORDS:
        return beginning(item.text, QUOTED)
    words = f"{item.kind.capitalize()} {item.name}".strip()
    if item.size:
        words += f" · {size(item.size)}"
    state = STATES.get(item.state, item.state)
    if item.state == State.KEPT and matter.withheld:
        state = "locked away"
    words += f": {state}"
    return f"{words} ({item.problem})" if item.problem else words


def beginning(text: str, limit: int) -> str:
    """A text, or so many characters of it."""
    return text if len(text) <= limit else text[:limit].rstrip() + "…"
