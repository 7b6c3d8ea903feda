"""Whom to ring, and who decides, about a picture of a child undressed: nobody whom it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.desk import Desk
from handlers.matter import People
from store.model.records import Person, Role

LEAD = "the safeguarding lead"
#: Where every safeguarding lead may be meant, the next of these.
INSTEAD = {Role.HEAD: "the headteacher", Role.CHAIR: "the chair of governors"}
OFFICER = "the local authority’s designated officer"


@dataclass(frozen=True, slots=True)
class ToRing:
    #: `the safeguarding lead`, for the midst of a sentence.
    who: str
    #: ` on 01632 960123`, or nothing.
    on_phone: str
    #: Theirs is to decide; empty for somebody outside the school.
    role: str = ""

    @property
    def who_begins(self) -> str:
        """As a sentence begins with it."""
        return self.who[0].upper() + self.who[1:]


def whom_to_ring(is_meant: Callable[[Person], bool], people: People, desk: Desk) -> ToRing:
    """The safeguarding lead, unless it may be about every one that there is.

    `is_meant`: whether a case may be about somebody, as far as whoever reads this knows.
    """
    school = desk.calendar.school
    leads = people.having((Role.DSL,))
    if not leads or not all(map(is_meant, leads)):
        return ToRing(LEAD, _on(school.safeguarding_phone), Role.DSL)
    for role, who in INSTEAD.items():
        if not all(map(is_meant, people.having((role,)))):
            return ToRing(who, "", role)
    return ToRing(OFFICER, _on(school.local_authority_phone))


def _on(phone: str) -> str:
    return f" on {phone}" if phone else ""
