"""What one person has said of a case: of what kind it is, whom it is about, and who posted it.

A reporter is shown this, and not what others made of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from handlers.matter import Matter
from handlers.rules import access
from handlers.rules.access import may_be_somebody
from handlers.rules.pause import is_held_back
from store.model.case import Case
from store.model.kinds import ADDITIONS, LETTING_IN, LOOKS, EntryKind
from store.model.records import SYSTEM, About, Entry, Person, Poster, Said, Summary
from store.school.procedure import Procedure

OF_SUBJECTS = frozenset({EntryKind.ABOUT, EntryKind.ALSO_ABOUT, EntryKind.ABOUT_INSTEAD})
OF_POSTERS = frozenset({EntryKind.POSTED, EntryKind.POSTED_INSTEAD})


@dataclass(frozen=True, slots=True)
class OwnKind:
    """Of what kind a case is, in the words of one of its reporters."""

    said: tuple[Said, ...]

    @property
    def category(self) -> str | None:
        """The key of the category that they said last."""
        keys = [each.category for each in self.said if each.category]
        return keys[-1] if keys else None

    def is_urgent(self, procedure: Procedure) -> bool:
        """Tell whether they said that it is urgent, or of a kind that is."""
        for each in self.said:
            category = procedure.named(each.category)
            if not each.category or (category and category.urgent):
                return True
        return False


def own_kind(person: Person, case: Summary) -> OwnKind:
    """What this person, who reported a case, has said of its kind."""
    if not case.said:
        return OwnKind(())
    return OwnKind(tuple(each for each in case.said if each.by in person.ids))


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What somebody has said of a case, with what they have put right themselves left out."""

    subjects: tuple[About, ...]
    posters: tuple[About, ...]
    kind: OwnKind

    @property
    def concerned(self) -> tuple[About, ...]:
        """As of a case: `handlers.rules.access` can be asked whom these words concern."""
        return (*self.subjects, *self.posters)

    @property
    def labels(self) -> set[str]:
        """What entries call those whom they name."""
        return {each.label for each in self.concerned}


def own_words(person: Person, case: Case) -> OwnWords:
    """What this person has said of a case, by its entries."""
    subjects, posters = _said_by(person, case, OF_SUBJECTS), _said_by(person, case, OF_POSTERS)
    return OwnWords(subjects, posters, own_kind(person, case.summary))


def _said_by(person: Person, case: Case, kinds: Collection[str]) -> tuple[About, ...]:
    said: list[About] = []
    ids = person.ids
    for entry in case.chronology:
        if entry.what in kinds and entry.by in ids:
            named = named_in(entry)
            said = [each for each in _still_said(said, entry) if each != named]
            said.append(named)
    return tuple(said)


def named_in(entry: Entry) -> About:
    """Who was named in an entry, as far as it keeps that."""
    details = entry.details
    person = details.get("person") or None
    return About(details.get("subject", ""), person, details.get("name", ""))


def _still_said(said: Sequence[About], entry: Entry) -> Sequence[About]:
    """What somebody has said before, as far as it stands beside what they say in this entry.

    It does not hang on what others have said in between.
    """
    if entry.what in LETTING_IN:
        taken_back = entry.details.get("before", "").split("\n")
        return [each for each in said if each.label not in taken_back]
    if entry.what == EntryKind.POSTED:
        return [each for each in said if each.subject != Poster.UNKNOWN]
    return said if any(map(may_be_somebody, said)) else ()


def may_settle(person: Person, matter: Matter, case: Case, named: About) -> bool:
    """Tell whether this person may say who was meant: whoever looks after the case, or who alone
    has named them.

    Whoever may be meant themselves may not. `case`: the newest state of the one that was asked for.
    """
    if not matter.relations or matter.is_about(person):
        return False
    if matter.whole:
        return True
    return not named.appointed and _may_let_in(person, matter, case, named)


def _may_let_in(person: Person, matter: Matter, case: Case, named: About) -> bool:
    """Whether whoever does not look after a case may say of somebody that they are not meant."""
    # Whoever went on seeing it all the while reads nothing new.
    if named.candidates and set(named.candidates) <= set(case.last_inside):
        return True
    if len(matter.summaries) > 1:
        return False
    is_untouched = _is_untouched(person, case, but=LOOKS)
    if named.is_of_words or named.is_of_matter:
        return is_untouched or _have_named(named, person, case)
    return is_untouched and _is_named_by_them_alone(named, person, case)


def _is_named_by_them_alone(named: About, person: Person, case: Case) -> bool:
    named_by = _named_by(named.label, case)
    return bool(named_by) and named_by <= set(person.ids)


def may_say_whom(person: Person, matter: Matter) -> bool:
    """Tell whether this person may say whom a case is about, or who posted it.

    Whoever it may be about may not; but where no more than the words of their own report says so,
    they are asked as everybody is, until somebody has looked at it.
    """
    if not access.may_be_about(person, matter.summaries):
        return True
    if matter.is_about(person):
        return False
    return len(matter.summaries) == 1 and _is_untouched(person, matter.named)


def may_say_kind(person: Person, matter: Matter) -> bool:
    """Tell whether this person may say first of what kind it is: everybody who passed it on may,
    but for those of whom somebody else has said that it is about them, or was posted by them.
    """
    case = matter.named
    if case.category is not None:
        return not access.may_be_about(person, matter.summaries)
    if may_say_whom(person, matter) or access.concerns(person, [own_words(person, case)]):
        return True
    others = [part for part in matter.summaries if not set(part.reporters) <= set(person.ids)]
    if is_held_back(person, others):
        return False
    return not access.is_meant_by_somebody(person, matter.summaries)


def _is_untouched(person: Person, case: Case, *, but: Collection[str] = ()) -> bool:
    """Whether nobody but its one reporter has done anything with it, `but` of these kinds.

    Later, whoever its words let in would see what leaders have written in the meantime.
    """
    by = {entry.by for entry in case.chronology if entry.what not in but} - {SYSTEM}
    return by <= set(person.ids)


def _have_named(named: About, person: Person, case: Case) -> bool:
    """Whether it was this person's own addition that named somebody, and nobody else has done
    anything since: whoever saw it before that lost nothing but its sight.
    """
    is_theirs = is_since = False
    for entry in case.chronology:
        if entry.what in LOOKS:
            continue
        if entry.by != SYSTEM:
            is_theirs = entry.by in person.ids
            is_since = is_since and is_theirs
            is_theirs = is_theirs and entry.what in ADDITIONS
        elif entry.what == EntryKind.ALSO_ABOUT and entry.details.get("name") == named.name:
            is_since = is_theirs
    return is_since


def _named_by(label: str, case: Case) -> set[str]:
    """Ids of those who have said this name of a case."""
    found: set[str] = set()
    for entry in case.chronology:
        if entry.what in OF_SUBJECTS | OF_POSTERS and named_in(entry).label == label:
            found.add(entry.by)
    return found
