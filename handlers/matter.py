"""A case with all that it is joined to, the people whom it concerns, and how one person sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from handlers.messages import Refused, Reply
from handlers.rules import access
from handlers.rules.access import Act, Relation
from store.model.address import is_address
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.records import SYSTEM, TECHNICIAN, About, Person, Summary


class Summaries:
    """Summaries that were read together, and the matters that they make."""

    def __init__(self, summaries: Iterable[Summary]) -> None:
        self._known = {summary.reference: summary for summary in summaries}
        self._joined: dict[str, list[Summary]] = {}
        for summary in self._known.values():
            if summary.joined_to:
                self._joined.setdefault(summary.joined_to, []).append(summary)
        #: By the reference of any part that was asked for.
        self._matters: dict[str, tuple[Summary, ...]] = {}

    def __contains__(self, reference: str) -> bool:
        return reference in self._known

    def __iter__(self) -> Iterator[Summary]:
        return iter(self._known.values())

    def get(self, reference: str) -> Summary | None:
        return self._known.get(reference)

    def having(self, case: Case) -> Summaries:
        """These, with a case as it is now, perhaps not saved yet."""
        return Summaries((self._known | {case.reference: case.summary}).values())

    def root(self, reference: str) -> Summary:
        """What a case was joined to in the end, itself where it was not.

        Raises KeyError where it is not among them.
        """
        summary = self._known[reference]
        seen = {reference}
        while summary.joined_to and summary.joined_to not in seen:
            seen.add(summary.joined_to)
            further = self._known.get(summary.joined_to)
            if further is None:
                break
            summary = further
        return summary

    def matter(self, reference: str) -> tuple[Summary, ...]:
        """A case with all that has been joined to it, the case that they were joined to first.

        Raises KeyError where it is not among them.
        """
        if reference not in self._matters:
            self._matters[reference] = self._all_of(self.root(reference))
        return self._matters[reference]

    def _all_of(self, root: Summary) -> tuple[Summary, ...]:
        parts = [root]
        # It grows while it is walked: what was joined to a part comes after the part.
        for part in parts:
            for further in self._joined.get(part.reference, ()):
                if further not in parts:
                    parts.append(further)
        return tuple(parts)


class People:
    """Those who work on cases, and whom some cases name: as they were when they were read."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = list(people)
        self._by_id = {id: person for person in self._people for id in person.earlier}
        # Whose id it is now goes before whose it was.
        self._by_id |= {person.id: person for person in self._people}
        self._having: dict[frozenset[str], Sequence[Person]] = {}

    def having(self, roles: Collection[str]) -> Sequence[Person]:
        """Those with any of these roles, in the order in which they joined."""
        wanted = frozenset(roles)
        if wanted not in self._having:
            having = [person for person in self._people if person.has(*wanted)]
            self._having[wanted] = tuple(having)
        return self._having[wanted]

    def get(self, id: str) -> Person | None:
        """By an id that the person has or had."""
        return self._by_id.get(id)

    def name(self, id: str) -> str:
        """A person's name, by an id that they have or had."""
        if id == SYSTEM:
            return "Heads Up"
        if id == TECHNICIAN:
            return "The technician"
        person = self._by_id.get(id)
        return person.name if person else "somebody who has left"


@dataclass(frozen=True, slots=True)
class Around:
    """What was read around a case, to work out what follows from it: its matter, and people."""

    summaries: Summaries
    people: People

    def matter(self, case: Case) -> tuple[Summary, ...]:
        """The matter of a case, its root first. Raises KeyError where nothing of it was read."""
        return self.summaries.matter(case.reference)

    def having(self, case: Case) -> Around:
        """The same, with a case as it is now, perhaps not saved yet."""
        if self.summaries.get(case.reference) is case.summary:
            return self
        return Around(self.summaries.having(case), self.people)


def ids_named_in(case: Case) -> set[str]:
    """Ids of the people whom a case names: who reported, did, was given or is told something."""
    ids = {*case.reporters, *[item.by for item in case.evidence]}
    for entry in case.chronology:
        ids |= {entry.by, entry.details.get("to", "")}
    ids |= {follow_up.person or "" for follow_up in case.follow_ups}
    ids |= {notice.to for notice in case.notices if not is_address(notice.to)}
    ids |= {case.owner or "", *[about.person or "" for about in case.concerned]}
    return ids - {"", SYSTEM, TECHNICIAN}


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list, and what one person is to it."""

    summary: Summary
    #: All of it, the root first.
    matter: tuple[Summary, ...]
    relations: frozenset[Relation]

    @property
    def root(self) -> Summary:
        return self.matter[0]

    @property
    def inside(self) -> bool:
        """Whether the person may see more of it than its reporter may."""
        return bool(self.relations & access.INSIDE)


@dataclass(frozen=True, slots=True)
class Matter:
    """A case as one person may see it."""

    #: The one that was asked for: the root, or a part.
    named: Case
    #: To the named case, and to the matter as a whole.
    relations: frozenset[Relation]
    #: The root: what everything else was joined to; to a reporter, the named case.
    case: Case
    around: Around
    #: What was joined to it.
    joined: tuple[Case, ...] = ()

    @property
    def whole(self) -> bool:
        """All of it; otherwise the person's own report, and that it is looked after."""
        return bool(self.relations & access.INSIDE)

    @property
    def cases(self) -> tuple[Case, ...]:
        return (self.case, *self.joined)

    @property
    def subjects(self) -> list[About]:
        """All that was said of whom its cases are about."""
        return [about for case in self.cases for about in case.subjects]

    @property
    def posters(self) -> list[About]:
        """All that was said of who posted what came to its cases."""
        return [poster for case in self.cases for poster in case.posters]

    @property
    def reporters(self) -> list[str]:
        """Ids of all who passed it on, each once, in the order in which they did."""
        reporters = (id for case in self.cases for id in case.reporters)
        return list(dict.fromkeys(reporters))

    @property
    def evidence(self) -> list[Evidence]:
        """All that came to its cases."""
        return [item for case in self.cases for item in case.evidence]

    @property
    def references(self) -> frozenset[str]:
        """Of its cases, as far as the person may see them."""
        return frozenset(case.reference for case in self.cases)

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """All of it, the root first, whatever of it the person may see."""
        return self.around.matter(self.named)

    def having(self, named: Case) -> tuple[Summary, ...]:
        """All of it, with the case that was asked for as it may come to be."""
        return self.around.having(named).matter(named)

    def is_about(self, person: Person) -> bool:
        """Whether any part of it is about this person, was posted by them, or may be either."""
        return access.concerns(person, self.summaries)

    @property
    def people(self) -> People:
        return self.around.people

    @property
    def ids_named(self) -> set[str]:
        return set[str]().union(*map(ids_named_in, self.cases))

    @property
    def urgent(self) -> bool:
        return any(case.urgent for case in self.cases)

    @property
    def withheld(self) -> bool:
        return any(case.withheld for case in self.cases)

    @property
    def shown(self) -> frozenset[str]:
        """The references of the cases that words about it show to whoever sees all of it; of
        others, none.
        """
        return frozenset({self.named.reference, self.case.reference}) if self.whole else frozenset()

    def shown_in(self, reply: Reply) -> Reply:
        """A reply about it, saying so: it shows the matter, or to its reporter only mentions the
        case.
        """
        if self.whole:
            return reply.showing(self.shown)
        return reply.mentioning([self.named.reference])

    def asking(self, reply: Reply) -> Reply:
        """A question about it, saying so: its reporter is shown no more of it than they know."""
        if Relation.REPORTER in self.relations:
            return reply.mentioning([self.named.reference])
        return self.shown_in(reply)

    def refusal(self, words: str) -> Refused:
        """To raise where the words name it."""
        return Refused(words, shows=self.shown)

    def may(self, person: Person, act: Act) -> bool:
        return access.may_with(person, act, self.relations)
