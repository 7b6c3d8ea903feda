"""Which records name somebody, and why: cases, people, notices and memos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.cli.export.held_records import Held
from bot.cli.export.name_search import PERHAPS, Sought, texts_in
from handlers.matter import Around, Matter, People, Summaries
from handlers.rules.meant import is_meant
from handlers.rules.names.alike import is_named
from store.model.case import Case
from store.model.proofs import is_proof
from store.model.records import About, Entry, Person

ABOUT_THEM = "it is about them"
POSTED = "they posted it, or may have"
PASSED_ON = "they passed it on"
LOOK_AFTER = "they look after it"
STEP = "a step of it was given to them"
ENTRIES = "entries are by them, or name them"
WORDS = "words in it name them ({way})"


@dataclass(slots=True)
class Included:
    """A case that names the person, and why."""

    matter: Matter
    #: What ties them to the case, as sentences for whoever reads the export.
    reasons: list[str]
    #: False where a first name alone stands there, which may be anybody's.
    sure: bool
    #: Where each piece of evidence was copied to, or why it was not: by `REFERENCE NUMBER`.
    copied: dict[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.matter.named

    @property
    def typed(self) -> Iterator[str]:
        """What people wrote in it, and what was read in their pictures."""
        for item in self.case.evidence:
            yield from (item.text, item.name, item.machine_read, *item.origin.values())
        for entry in self.case.chronology:
            for detail, value in entry.details.items():
                if not is_proof(detail):
                    yield from texts_in(value)


@dataclass(frozen=True, slots=True)
class Search:
    """A name that is looked for in all that is held."""

    sought: Sought
    held: Held
    #: The people of the bot who have that name.
    known: Sequence[Person]
    #: The ids that they have or had.
    ids: frozenset[str]

    @classmethod
    def of(cls, sought: Sought, held: Held) -> Search:
        known = [person for person in held.people if is_named(sought.name, person.name)]
        ids: set[str] = set()
        for person in known:
            ids.update(person.ids)
        return cls(sought, held, known, frozenset(ids))

    def cases(self) -> list[Included]:
        """The cases that name them, also those that only may."""
        found: list[Included] = []
        for case in self.held.cases:
            included = self._included(case)
            if included:
                found.append(included)
        return found

    def others(self) -> Iterator[tuple[str, Any]]:
        """People, notices and memos that name them, each with the name of its kind's folder."""
        for person in self.known:
            yield "people", person
        for kind, record in self.held.others:
            texts = list(texts_in(asdict(record)))
            holds_id = not self.ids.isdisjoint(texts)
            if holds_id or self.sought.surest_way(texts) not in ("", PERHAPS):
                yield kind, record

    def _included(self, case: Case) -> Included | None:
        reasons = self._ties(case)
        sure = bool(reasons)
        way = self.sought.surest_way(texts_in(asdict(case)))
        if way:
            reasons.append(WORDS.format(way=way))
            sure = sure or way != PERHAPS
        if not reasons:
            return None
        return Included(matter_of(case, self.held), reasons, sure)

    def _ties(self, case: Case) -> list[str]:
        """What the case itself says of them, whatever words are in it."""
        reasons: list[str] = []
        if self._are_among(case.subjects):
            reasons.append(ABOUT_THEM)
        if self._are_among(case.posters):
            reasons.append(POSTED)
        if not self.ids.isdisjoint(case.reporters):
            reasons.append(PASSED_ON)
        if case.owner in self.ids:
            reasons.append(LOOK_AFTER)
        if any(step.person in self.ids for step in case.follow_ups):
            reasons.append(STEP)
        if self._is_in_entries(case):
            reasons.append(ENTRIES)
        return reasons

    def _are_among(self, named: Iterable[About]) -> bool:
        """Whether they are among the subjects, or the posters, of a case."""
        for about in named:
            if any(is_meant(person, about) for person in self.known):
                return True
            if is_named(self.sought.name, about.name):
                return True
        return False

    def _is_in_entries(self, case: Case) -> bool:
        return any(self._is_in(entry) for entry in case.chronology)

    def _is_in(self, entry: Entry) -> bool:
        return entry.by in self.ids or not self.ids.isdisjoint(entry.details.values())


def matter_of(case: Case, held: Held) -> Matter:
    """The case, with what it was joined to and what was joined to it, however far."""
    ring = {case.reference}
    while True:
        wider = set(ring)
        for other in held.cases:
            if other.joined_to in ring:
                wider.add(other.reference)
            if other.reference in ring and other.joined_to:
                wider.add(other.joined_to)
        if wider == ring:
            break
        ring = wider

    ring.discard(case.reference)
    others = tuple(other for other in held.cases if other.reference in ring)
    summaries = Summaries(other.summary for other in held.cases)
    around = Around(summaries, People(held.people))
    return Matter(case, frozenset(), case, around, others)
