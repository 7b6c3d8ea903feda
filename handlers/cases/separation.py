"""What is taken out of a matter, and stands alone again: nobody comes to see it by that alone.

Whoever the matter was kept from is kept from what is taken out of it, until somebody says whom that
is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.rules.pause import pause_ends
from store.model.case import Case
from store.model.kinds import LOOKS
from store.model.records import SYSTEM, Person, Summary, ids_of


@dataclass(frozen=True, slots=True)
class Separation:
    """What it would mean to take one case out of its matter."""

    #: Who would see it then, and does not now. Those who are `kept` are not among them.
    lets_in: tuple[Person, ...]
    #: Ids of those from whom the matter is kept, and the case alone would not be.
    kept: tuple[str, ...]
    #: Somebody besides its reporters has done more with it than look.
    is_worked_on: bool

    def is_for_leaders(self, *, is_about: bool) -> bool:
        """Whether only those who look after it may take it out: more people would see what others
        have made of it, or the matter is about whoever says so.
        """
        return self.is_worked_on and (is_about or bool(self.lets_in))

    def take_out(self, case: Case, *, by: str, at: datetime) -> Case:
        """The case by itself, perhaps about those from whom its matter was kept."""
        return case.separate(by=by, at=at, kept=self.kept)


async def separation_of(case: Case, around: Around, desk: Desk) -> Separation:
    """Work out what it would mean to take a case out of its matter."""
    everybody = await desk.store.people()
    before = around.matter(case)
    alone = case.separate(by=SYSTEM, at=desk.now())
    freed = access.let_in(everybody, before, around.having(alone).matter(alone))
    kept = ids_of(freed)

    apart = case.separate(by=SYSTEM, at=desk.now(), kept=kept)
    after = around.having(apart).matter(apart)
    now = _inside(everybody, before, case.summary, desk)
    then = _inside(everybody, after, apart.summary, desk)
    lets_in = tuple(person for person in then if person not in now)
    return Separation(lets_in, kept, _is_worked_on(case, everybody))


def _is_worked_on(case: Case, everybody: Iterable[Person]) -> bool:
    by = {entry.by for entry in case.chronology if entry.what not in LOOKS} - {SYSTEM}
    for person in everybody:
        if not set(person.ids).isdisjoint(case.reporters):
            by -= set(person.ids)
    return bool(by)


def _inside(
    everybody: Sequence[Person], matter: Sequence[Summary], case: Summary, desk: Desk
) -> list[Person]:
    """Who sees all of a matter, once its pause is over."""
    at = max(desk.now(), pause_ends(case, matter))
    found = []
    for person in everybody:
        relations = access.relations(person, case, matter, desk.procedure, at)
        if not access.INSIDE.isdisjoint(relations):
            found.append(person)
    return found
