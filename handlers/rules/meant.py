"""Whether a person is who was named as the subject of a case, or as who posted it."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.rules.names.alike import holds_whole_name, is_named, may_be_account, may_mean
from handlers.rules.names.offices import roles_of_office
from store.model.records import About, Person, Poster, Role, Subject


def is_meant(person: Person, about: About) -> bool:
    """Tell whether this person is, or may be, who was named as a subject or poster: by id, as the
    head of that time, or by name.
    """
    if not {about.person, *about.heads, *about.candidates}.isdisjoint(person.ids):
        return True

    is_excluded = not set(about.nobody_of).isdisjoint(person.ids)
    if not is_excluded and _has_name_among(about.names, person):
        return True

    # A case about a headteacher who was not known by then is about whoever is one now.
    if about.subject == Subject.HEAD and not about.person and not about.heads:
        return person.has(Role.HEAD)

    # The name counts even where an id is known: one person may have a record in each chat.
    if not about.name or is_excluded:
        return False
    return _has_office_named(person, about) or _may_be_called_so(person, about)


def _has_name_among(names: Iterable[str], person: Person) -> bool:
    return any(is_named(said, name) for said in names for name in person.names)


def _has_office_named(person: Person, about: About) -> bool:
    """Whoever comes to have an office is meant by it too, where nobody has said who had it."""
    is_nobody_yet = about.subject in (Subject.STAFF, Poster.OTHER) and not about.person
    return is_nobody_yet and person.has(*roles_of_office(about.name))


def _may_be_called_so(person: Person, about: About) -> bool:
    return any(_may_be_called(about, name) for name in person.names)


def _may_be_called(about: About, name: str) -> bool:
    """Tell whether what was said may stand for somebody of this name."""
    if about.subject == Poster.ACCOUNT:
        return may_be_account(about.name, name)
    if about.person:
        return is_named(about.name, name)
    # Pupils and parents share names with staff. Of them, a part of a name means nobody here.
    if about.subject in (Subject.PUPIL, Subject.PARENT):
        return is_named(about.name, name) or holds_whole_name(about.name, name)
    return may_mean(about.name, name)
