"""Who may do what: one table. Commands, buttons, forms, lists, alerts and files all ask here.

What somebody may do hangs on two things: the roles that they have in the school, and what they are
to the case at hand. A case that was joined to others is judged with all of them: see `relations`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from handlers.rules.meant import is_meant
from handlers.rules.pause import is_held_back, pause_ends
from store.model.records import About, Person, Role, Subject, Summary
from store.school.procedure import Procedure


class Concerning(Protocol):
    """A case, or its summary."""

    @property
    def concerned(self) -> tuple[About, ...]:
        """Everybody who must not see it: whom it is about, and who posted it."""


class Act(Enum):
    """What people do. The first few are about no case in particular."""

    HELP = "read the help and the policies"
    REPORT = "pass something on"
    SEE_OWN = "see what became of one's own reports"
    LIST = "list cases"
    POLICIES = "look after the policies: what they lack, who has accepted the statement"
    SEARCHES = "see who searched for what"
    FIGURES = "count cases, for the school and for its governors"
    BACKUPS = "hear when the backups fail"
    ROLES = "see who has which role, and ask for another"
    PEOPLE = "invite people, give and take roles"
    LEADS = "give and take the role of safeguarding lead, headteacher and chair together"
    CHAIRS = "give and take the role of chair of governors"
    ROLE_LOG = "see who has changed roles and accounts, and hear of it"
    SEE = "see a case"
    NOTE = "add a note"
    CLASSIFY = "say what a case is about, whom, who posted it, and that it is urgent"
    EVIDENCE = "look at the evidence"
    WORK = "take, give, close, reopen and join"
    PACK = "make a pack of a case, to hand over"
    ERASE = "erase a case whose time is over"
    OWN = "look after a case"
    PUT_OFF_AGAIN = "put a step off for the third time"
    UNLOCK = "say that a case is not about a child undressed after all"
    HEAR = "hear that something of a case is overdue, without seeing the case"

    # Each is there once; by their names, they would take long to find for each case of a list.
    __hash__ = object.__hash__


class Relation(Enum):
    """What somebody is to a case. Its subject and the colleague who posted it are none of these,
    but a reporter remains one.
    """

    REPORTER = "reporter"
    OWNER = "owner"
    #: One's role reaches the case: see `_reaches`.
    REACH = "reach"
    #: Whoever is neither its subject nor who posted it.
    APART = "apart"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do one thing."""

    #: Any of these roles is enough.
    roles: frozenset[str]
    #: What one must be to the case, any of them; empty for what is about no case in particular.
    relations: frozenset[Relation] = frozenset()


ALL = frozenset(Role)
LEADERS = frozenset({Role.LEADER, Role.HEAD, Role.DSL})
WORKERS = LEADERS | {Role.CHAIR, Role.ICT}
ANY = frozenset({Relation.REPORTER, Relation.OWNER, Relation.REACH})
INSIDE = frozenset({Relation.OWNER, Relation.REACH})

TABLE: dict[Act, Rule] = {
    Act.HELP: Rule(ALL),
    Act.REPORT: Rule(ALL),
    Act.SEE_OWN: Rule(ALL),
    Act.LIST: Rule(WORKERS),
    Act.POLICIES: Rule(WORKERS),
    Act.SEARCHES: Rule(frozenset({Role.HEAD})),
    Act.FIGURES: Rule(LEADERS | {Role.CHAIR}),
    Act.BACKUPS: Rule(frozenset({Role.HEAD, Role.ICT})),
    Act.ROLES: Rule(frozenset({Role.HEAD, Role.CHAIR})),
    Act.PEOPLE: Rule(frozenset({Role.HEAD})),
    Act.LEADS: Rule(frozenset({Role.HEAD, Role.CHAIR})),
    Act.CHAIRS: Rule(frozenset({Role.CHAIR})),
    Act.ROLE_LOG: Rule(frozenset({Role.HEAD, Role.CHAIR, Role.DSL})),
    Act.SEE: Rule(ALL, ANY),
    Act.NOTE: Rule(ALL, ANY),
    Act.CLASSIFY: Rule(ALL, ANY),
    Act.EVIDENCE: Rule(ALL, INSIDE),
    Act.WORK: Rule(ALL, INSIDE),
    Act.PACK: Rule(LEADERS | {Role.CHAIR}, INSIDE),
    Act.ERASE: Rule(frozenset({Role.HEAD, Role.CHAIR}), frozenset({Relation.REACH})),
    Act.OWN: Rule(WORKERS, INSIDE),
    Act.PUT_OFF_AGAIN: Rule(frozenset({Role.HEAD, Role.CHAIR}), INSIDE),
    Act.UNLOCK: Rule(frozenset({Role.DSL}), INSIDE),
    Act.HEAR: Rule(ALL, frozenset({Relation.APART})),
}
#: What it is to give or take a role; any other is `PEOPLE`. A case about the headteacher is the
#: chair's alone, and so no headteacher makes a chair. Nor, alone, who hears of what is withheld.
OF_ROLES: dict[str, Act] = {Role.CHAIR: Act.CHAIRS, Role.DSL: Act.LEADS}

#: What may still be done with a closed case by those who are not inside: its reporters.
CLOSED = frozenset({Act.SEE, Act.NOTE})


def may(person: Person, act: Act) -> bool:
    """Tell whether one of the person's roles allows this, whatever the case."""
    return not TABLE[act].roles.isdisjoint(person.roles)


def may_change_role(person: Person, role: str) -> bool:
    """Tell whether this person may give and take a role: of a safeguarding lead, with another."""
    return may(person, OF_ROLES.get(role, Act.PEOPLE))


def needs_another(roles: Sequence[str]) -> bool:
    """Tell whether headteacher and chair give and take these roles together."""
    return any(OF_ROLES.get(role) == Act.LEADS for role in roles)


def may_agree(person: Person, asker: Person) -> bool:
    """Tell whether the two are a headteacher and a chair, each of them somebody else."""
    if person.id == asker.id or not (may(person, Act.LEADS) and may(asker, Act.LEADS)):
        return False
    return TABLE[Act.LEADS].roles <= {*person.roles, *asker.roles}


def may_with(person: Person, act: Act, relations: frozenset[Relation]) -> bool:
    """Tell whether somebody who is this to an open case may do this with it."""
    rule = TABLE[act]
    if not may(person, act):
        return False
    return not rule.relations or not rule.relations.isdisjoint(relations)


def may_when_closed(act: Act, relations: frozenset[Relation]) -> bool:
    """Tell whether somebody who may do this with an open case may do it with a closed one."""
    return act in CLOSED or not INSIDE.isdisjoint(relations)


def answers_for(person: Person, role: str) -> bool:
    """Tell whether this person may say that a duty of this role is done, and is reminded of it."""
    return may(person, Act.LIST) and person.has(role, Role.HEAD)


def may_be_somebody(about: About) -> bool:
    """Tell whether anybody who works here may be its subject or poster, by what was said of one."""
    return bool(
        about.person
        or about.heads
        or about.name
        or about.candidates
        or about.subject == Subject.HEAD
    )


def is_about_head(cases: Iterable[Concerning]) -> bool:
    """Tell whether any of these cases is about the headteacher, or was posted by them."""
    for case in cases:
        for about in case.concerned:
            if about.subject == Subject.HEAD:
                return True
    return False


def is_governors_alone(matter: Iterable[Summary]) -> bool:
    """Tell whether a matter is, or may be, about the headteacher, or was posted by them."""
    parts = list(matter)
    return is_about_head(parts) or any(p.head_recused or p.speaks_of_head for p in parts)


def may_be_kept_from_somebody(matter: Iterable[Summary]) -> bool:
    """Tell whether anybody who works here may be kept from a matter, now or when they join."""
    return any(part.open_words or any(map(may_be_somebody, part.concerned)) for part in matter)


def concerns(person: Person, cases: Iterable[Concerning]) -> bool:
    """Tell whether any of these cases is about this person, was posted by them, or may be either:
    then nothing of it is theirs to see.
    """
    for case in cases:
        for about in case.concerned:
            if is_meant(person, about):
                return True
    return False


def let_in(
    people: Iterable[Person], before: Collection[Summary], after: Collection[Summary]
) -> list[Person]:
    """Those from whom the same matter is kept no longer after a change."""
    return [each for each in people if is_kept_from(each, before) and not is_kept_from(each, after)]


def may_be_about(person: Person, matter: Collection[Summary]) -> bool:
    """Tell whether any part of a matter is, or may be, about this person."""
    return concerns(person, matter) or is_held_back(person, matter)


def is_kept_from(person: Person, matter: Collection[Summary]) -> bool:
    """Tell whether a matter is kept from this person, as any part of it is, or may be, about them.

    Its words alone do not keep it from those who are the last to look after it.
    """
    if _is_left_to(person, matter):
        return is_meant_by_somebody(person, matter)
    return may_be_about(person, matter)


def is_meant_by_somebody(person: Person, matter: Iterable[Summary]) -> bool:
    """Tell whether this person is, or may be, whom somebody has named: not the words alone."""
    for part in matter:
        for about in part.concerned:
            if not about.is_of_words and is_meant(person, about):
                return True
    return False


def is_kept_by_words(person: Person, matter: Collection[Summary]) -> bool:
    """Tell whether no more than words keep a matter from this person: nobody has said it."""
    return is_kept_from(person, matter) and not is_meant_by_somebody(person, matter)


def is_shut_out(person: Person, case: Summary) -> bool:
    """Tell whether a case concerns this person, and is not left to them as the last who see it."""
    if _is_left_to(person, [case]):
        return is_meant_by_somebody(person, [case])
    return concerns(person, [case])


def _is_left_to(person: Person, matter: Iterable[Summary]) -> bool:
    """Tell whether this person is one of the last who saw any part of a matter."""
    for part in matter:
        if part.last_inside and not set(person.ids).isdisjoint(part.last_inside):
            return True
    return False


def relations(
    person: Person,
    case: Summary,
    matter: Sequence[Summary],
    procedure: Procedure,
    at: datetime,
) -> frozenset[Relation]:
    """Find what a person is to a case at a time (UTC).

    `matter` is the case itself with all that it was joined to, and all that was joined to it.
    Whoever one of them concerns is shut out of all, and a role reaches all or none.
    """
    found = set()
    ids = person.ids
    if not set(ids).isdisjoint(case.reporters):
        found.add(Relation.REPORTER)
    if is_kept_from(person, matter):
        return frozenset(found)

    found.add(Relation.APART)
    if at < pause_ends(case, matter):
        return frozenset(found)
    reaches = _reaches(person, matter, procedure)
    is_owner = any(part.owner in ids for part in matter)
    if is_owner and _keeps(matter, reaches=reaches):
        found.add(Relation.OWNER)
    if reaches:
        found.add(Relation.REACH)
    return frozenset(found)


def inside(
    people: Iterable[Person], matter: Sequence[Summary], procedure: Procedure, at: datetime
) -> list[Person]:
    """Those of these people who see all of a matter at a time (UTC): who are its owner, or whom it
    reaches, by `relations`. What is so whoever asks is worked out once for all of them.
    """
    if at < pause_ends(matter[0], matter):
        return []
    roles = _roles_reaching(matter, procedure)
    owners = set() if _is_reserved(matter) else {part.owner for part in matter}
    found = []
    for person in people:
        is_open = person.has(*roles) or not owners.isdisjoint(person.ids)
        if is_open and not is_kept_from(person, matter):
            found.append(person)
    return found


def may_keep(person: Person, matter: Sequence[Summary], procedure: Procedure) -> bool:
    """Tell whether somebody who looks after a matter may do so still.

    Whoever took it before it was known to be about the head, or to be about a child undressed,
    works for that head, or may not see that.
    """
    if is_kept_from(person, matter):
        return False
    return _keeps(matter, reaches=_reaches(person, matter, procedure))


def _keeps(matter: Sequence[Summary], *, reaches: bool) -> bool:
    """Tell whether its owner keeps a matter: what is reserved, only if it reaches them."""
    return reaches or not _is_reserved(matter)


def _is_reserved(matter: Sequence[Summary]) -> bool:
    """Tell whether nobody keeps a matter whom it does not reach."""
    return is_about_head(matter) or any(part.withheld for part in matter)


def _reaches(person: Person, matter: Sequence[Summary], procedure: Procedure) -> bool:
    """Tell whether a role reaches a matter that the person neither reported nor owns.

    It is judged as one: what is said of a part is said of the whole, so that nothing that is joined
    to it, even for now, takes it from everybody.
    """
    return person.has(*_roles_reaching(matter, procedure))


def _roles_reaching(matter: Sequence[Summary], procedure: Procedure) -> Collection[str]:
    """The roles that reach a matter, by what was said of it and by what its words say."""
    said = _roles_by_what_was_said(matter, procedure)
    # While nobody has said whom it is about, the chair hears of it in the headteacher's place; and
    # where it may be about every head, the chair sees it as well: who is left may be meant too.
    for part in matter:
        if part.speaks_of_head or part.head_recused:
            return {*said, Role.CHAIR}
    return said


def _roles_by_what_was_said(matter: Sequence[Summary], procedure: Procedure) -> Collection[str]:
    withheld = [part for part in matter if part.withheld]
    alerted = [role for part in withheld for role in _alerted(part, procedure)]
    # The other leaders work for the headteacher: a case about the head is the governors', and what
    # must be withheld goes besides to those whom its category alerts.
    if is_about_head(matter):
        return {*_governors_of(matter), *alerted}
    if withheld:
        return {Role.HEAD, *alerted}
    for part in matter:
        if Role.ICT not in _alerted(part, procedure):
            return LEADERS
    return LEADERS | {Role.ICT}


def _governors_of(matter: Sequence[Summary]) -> set[Role]:
    """The roles that look after what is about the headteacher: the chair's, and whose is left."""
    found = {Role.CHAIR}
    if any(part.chair_recused for part in matter):
        found.add(Role.DSL)
        # Where it is about the lead too, another headteacher may be left.
        if any(part.lead_recused for part in matter):
            found.add(Role.HEAD)
    return found


def _alerted(case: Summary, procedure: Procedure) -> Sequence[str]:
    category = procedure.named(case.category)
    return category.alerts if category else ()
