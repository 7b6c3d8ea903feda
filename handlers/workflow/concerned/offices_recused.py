"""Whether a case may be about everybody who has an office: then it goes to whoever is left."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.matter import Around
from handlers.rules import access
from handlers.workflow.reach import may_be_told
from store.model.case import Case
from store.model.records import Person, Role


def with_recused(case: Case, before: Case | None, around: Around, desk: Desk) -> Case:
    """The case, saying whether it may be about every chair of governors, headteacher or
    safeguarding lead.

    `before`: as it was stored, where somebody has just said something of it. As long as the same
    people are said to be concerned, and roles alone have changed, whoever looks after it in the
    chair's place goes on with that.
    """
    is_chair_out = _is_about_all(Role.CHAIR, was=case.chair_recused, case=case, around=around)
    if case.chair_recused and (before is None or _said_of(before) == _said_of(case)):
        is_chair_out = True
    elif is_chair_out and before is not None and not before.chair_recused:
        is_chair_out = not _is_left_to_a_chair(case, before, around, desk)
    is_head_out = _is_about_all(Role.HEAD, was=False, case=case, around=around)
    is_lead_out = _is_about_all(Role.DSL, was=case.lead_recused, case=case, around=around)
    out = (is_chair_out, is_head_out, is_lead_out)
    if out == (case.chair_recused, case.head_recused, case.lead_recused):
        return case
    return case.changed(
        chair_recused=is_chair_out, head_recused=is_head_out, lead_recused=is_lead_out
    )


def _said_of(case: Case) -> set[tuple[str, str | None, str]]:
    """Whom somebody has said that it concerns: not whom its words may mean besides."""
    said = [about for about in case.summary.concerned if not about.is_of_words]
    return {(about.subject, about.person, about.name) for about in said}


def _is_about_all(role: Role, *, was: bool, case: Case, around: Around) -> bool:
    """`was`: what is so while nobody has that office."""
    people = around.people.having((role,))
    if not people:
        return was
    if not case.concerned:
        return False
    return all(access.is_shut_out(person, case.summary) for person in people)


def _is_left_to_a_chair(case: Case, before: Case, around: Around, desk: Desk) -> bool:
    """Whether no more than words name a chair who looked after it: "Thank you, Mrs Mensah". They
    let in nobody else.
    """
    matter = around.having(before).matter(before)
    return any(
        may_be_told(chair, matter, desk) and not _is_meant(chair, case)
        for chair in around.people.having((Role.CHAIR,))
    )


def _is_meant(person: Person, case: Case) -> bool:
    return access.is_meant_by_somebody(person, [case.summary])
