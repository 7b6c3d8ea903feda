"""What one person has said of a case: whom it is about, and who posted it.

A reporter is shown this, and not what others made of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from handlers.matter import Matter
from handlers.rules import access
from handlers.rules.access import may_be_somebody
from store.model.case import Case
from store.model.kinds import LETTING_IN, EntryKind
from store.model.records import SYSTEM, About, Entry, Person, Poster

OF_SUBJECTS = frozenset({EntryKind.ABOUT, EntryKind.ALSO_ABOUT, EntryKind.ABOUT_INSTEAD})
OF_POSTERS = frozenset({EntryKind.POSTED, EntryKind.POSTED_INSTEAD})


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What somebody has said of a case, with what they have put right themselves left out."""

    subjects: tuple[About, ...]
    posters: tuple[About, ...]
    #: The key of a category.
    category: str | None = None

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
    category = None
    for entry in case.chronology:
        if entry.by in person.ids and entry.what == EntryKind.CATEGORY:
            category = entry.details.get("category")
    subjects, posters = _said_by(person, case, OF_SUBJECTS), _said_by(person, case, OF_POSTERS)
    return OwnWords(subjects, posters, category)


def _said_by(person: Person, case: Case, kinds: Collection[str]) -> tuple[About, ...]:
    said: list[About] = []
    for entry in case.chronology:
        if entry.by in person.ids and entry.what in kinds:
            named = named_in(entry)
            said = [each for each in said if _still_said(each, entry) and each != named]
            said.append(named)
    return tuple(said)


def named_in(entry: Entry) -> About:
    """Who was named in an entry, as far as it keeps that."""
    details = entry.details
    person = details.get("person") or None
    return About(details.get("subject", ""), person, details.get("name", ""))


def _still_said(earlier: About, entry: Entry) -> bool:
    """Whether something that was said before stands beside what this entry says."""
    if entry.what in LETTING_IN:
        return earlier.label not in entry.details.get("before", "").split("\n")
    if entry.what == EntryKind.ABOUT:
        return may_be_somebody(earlier)
    return earlier.subject != Poster.UNKNOWN


def may_settle(person: Person, matter: Matter, case: Case, named: About) -> bool:
    """Tell whether this person may say who was meant: whoever looks after the case, or who alone
    has named them.

    Whoever may be meant themselves may not. `case`: the newest state of the one that was asked for.
    """
    if not matter.relations or matter.is_about(person):
        return False
    if (named.is_of_words or named.is_of_matter) and not matter.whole:
        # Whoever went on seeing it all the while reads nothing new.
        if set(named.candidates) <= set(case.last_inside):
            return True
        is_alone = len(matter.summaries) == 1
        return is_alone and _is_untouched(person, case)
    named_by = _named_by(named.label, case)
    return matter.whole or (bool(named_by) and named_by <= set(person.ids))


def may_say_whom(person: Person, matter: Matter) -> bool:
    """Tell whether this person may say whom a case is about, or who posted it.

    Whoever it may be about may not; but where nothing than the words of their own report says so,
    they are asked as everybody is, until somebody has looked at it.
    """
    if not matter.is_about(person):
        return True
    if access.concerns(person, matter.summaries) or not matter.is_own(person):
        return False
    return _is_untouched(person, matter.named)


def _is_untouched(person: Person, case: Case) -> bool:
    """Whether nobody but its one reporter has had anything to do with it.

    Later, whoever its words let in would see what leaders have written in the meantime.
    """
    by = {entry.by for entry in case.chronology} - {SYSTEM}
    return by <= set(person.ids)


def _named_by(label: str, case: Case) -> set[str]:
    """Ids of those who have said this name of a case."""
    found: set[str] = set()
    for entry in case.chronology:
        if entry.what in OF_SUBJECTS | OF_POSTERS and named_in(entry).label == label:
            found.add(entry.by)
    return found
