"""What cannot reach somebody goes to the next of the ladder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers.desk import Desk
from handlers.workflow.reach import is_reached, may_be_told, reachable
from handlers.workflow.telling.rounds import owe_round_instead
from store.model.case import Case
from store.model.kinds import FOR_REPORTERS, NoticeKind
from store.model.records import Notice, Person

#: In the key of a notice, before the id of whoever is told in place of somebody.
PASSED_ON = " for "


async def pass_up(case: Case, notice: Notice, desk: Desk) -> Case:
    """The case, owing to the next of the ladder what could not be delivered to this person.

    Those whose chat refuses the bot's token come only where nobody else is there.
    """
    passed = await _pass_up_to(is_reached, case, notice, desk)
    if passed is case:
        passed = await _pass_up_to(reachable, case, notice, desk)
    return passed


async def _pass_up_to(
    is_there: Callable[[Person, Desk], bool], case: Case, notice: Notice, desk: Desk
) -> Case:
    """As `pass_up`, to those alone of whom `is_there` is true; the same case where nobody is."""
    if notice.kind == NoticeKind.CHANNEL or notice.kind in FOR_REPORTERS:
        return case
    around = await desk.around(case)
    matter = around.matter(case)
    told = _told_the_same(notice, case)
    for role in desk.procedure.ladder:
        passed_on = []
        for person in around.people.having((role,)):
            is_next = person.id not in told and is_there(person, desk)
            if is_next and may_be_told(person, matter, desk):
                passed_on.append(_passed_on_to(person, notice, desk))
        if passed_on:
            return case.owe(*passed_on)
    return case


def _told_the_same(notice: Notice, case: Case) -> set[str]:
    """Ids of all to whom a notice, or another that says the same, is owed or was sent."""
    told = {notice.to}
    for other in case.notices:
        if _says_the_same(other, notice):
            told.add(other.to)
    return told


def _passed_on_to(person: Person, notice: Notice, desk: Desk) -> Notice:
    key = f"{notice.key}{PASSED_ON}{person.id}"
    anew = replace(notice, due=desk.now(), first_due=None, tries=0)
    return replace(anew, key=key, to=person.id)


async def climb(case: Case, notice: Notice, desk: Desk) -> Case:
    """The case, owing to somebody who can be reached what is urgent and waits for a new token.

    It is owed once; whoever may not see the case hears that it is there.
    """
    if notice.kind == NoticeKind.URGENT:
        return owe_round_instead(case, notice, await desk.around(case), desk)
    if any(other.key.startswith(f"{notice.key}{PASSED_ON}") for other in case.notices):
        return case
    return await _pass_up_to(is_reached, case, notice, desk)


def passed_on_from(notice: Notice) -> str:
    """Id of the person for whom a notice was first, where they could not be reached; else empty."""
    before, passed_on, _ = notice.key.partition(PASSED_ON)
    return before.split()[-1] if passed_on else ""


def _says_the_same(one: Notice, other: Notice) -> bool:
    return (one.kind, one.step, one.stage) == (other.kind, other.step, other.stage)
