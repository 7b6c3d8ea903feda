"""From when leaders may see a case, and from whom its words hold it back.

Whoever passes something on has a moment in which to say whom it is about. Lists, searches, counts,
alerts and channels all ask here, by way of `handlers.rules.access`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from handlers.rules.names.in_words import may_speak_of, may_speak_of_somebody
from handlers.rules.names.offices import offices_in
from store.model.records import Person, Role, Summary, is_known_whom

#: In which its reporter may say whom a case is about, before leaders see it.
PAUSE = timedelta(minutes=10)
PAUSE_IF_URGENT = timedelta(seconds=60)


def pause_ends(case: Summary, matter: Sequence[Summary]) -> datetime:
    """From when leaders may see a case, in UTC.

    `matter` is all that it is joined to, its root first. What is new in a matter that leaders know
    has a pause of its own; of a new matter, one part that is urgent is enough to end it.
    """
    root, *others = matter
    if case is root and not others:
        return pause_of(case)
    urgent_parts = [part for part in matter if part.urgent or part.withheld]
    whole = min(pause_of(part) for part in (root, *urgent_parts))
    return max(pause_of(case), whole)


def pause_of(case: Summary) -> datetime:
    """From when leaders might see a case that stands alone, in UTC."""
    # Of a child undressed somebody has to hear at once, and it is about that child.
    if case.withheld or is_known_whom(case.subjects):
        return case.opened_at
    if not case.urgent:
        return case.opened_at + PAUSE
    # Whoever else is meant by them, they are kept from it besides: nobody else need wait.
    is_somebody = any(about.candidates for about in case.subjects)
    if is_somebody or may_speak_of_somebody(case.open_words):
        return case.opened_at
    return case.opened_at + PAUSE_IF_URGENT


def is_held_back(person: Person, matter: Iterable[Summary]) -> bool:
    """Tell whether words of a matter may speak of a person, and nobody has said whom it is about.

    No time ends this: only an answer does.
    """
    # A loop: it is asked of everybody who works on cases, several times for one report.
    for part in matter:  # noqa: SIM110
        if may_speak_of(part.open_words, person):
            return True
    return False


def speaks_of_head(case: Summary, heads: Sequence[Person]) -> bool:
    """Tell whether the words of a case may speak of the headteacher, by office or by name, and
    nobody has said whether they do.
    """
    if Role.HEAD in offices_in(case.open_words):
        return True
    named: set[str] = set()
    for about in case.subjects:
        if about.is_of_words or about.is_of_matter:
            named.update(about.candidates)
    for head in heads:
        if not named.isdisjoint(head.ids) or may_speak_of(case.open_words, head):
            return True
    return False
