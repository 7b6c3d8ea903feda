"""The one way to change a case that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from handlers.desk import Desk
from handlers.matter import Around, Matter, Summaries, ids_named_in
from handlers.messages import Refused
from handlers.rules import access
from handlers.rules.access import Act
from handlers.workflow.concerned.appointed import (
    lets_in_by_role,
    names_in_role_log,
    with_appointed,
    with_head_of_before,
)
from handlers.workflow.concerned.candidates import as_of_head, with_newcomer_named
from handlers.workflow.concerned.recusal import may_mean_a_reader
from handlers.workflow.consequences import with_consequences
from handlers.workflow.reopening import names_more, opened_again
from store.errors import Conflict, DamagedCase, NotFound
from store.model.case import Case
from store.model.proofs import with_proofs
from store.model.records import SYSTEM, IllegalMove, Person, Role, Status, Summary

TOO_BUSY = "Others are changing case {reference} at this moment. Please try again."
CLOSED = (
    "Case {reference} is closed. If there is more to say, add a note to it, or send it as "
    "something "
    "new."
)
TRIES = 20

Move = Callable[[Case], Case]


async def change(
    desk: Desk, person: Person, asked: str | Matter, act: Act, move: Move, *, named: bool = False
) -> Matter:
    """Make a move on the freshest state of a matter's root, and owe the notices that follow from
    it.

    `asked`: a reference, or the matter as it was just seen for this act. `named`: on the very case
    that was asked for, also where it was joined to another. Gives back
    the matter as it is then, without relations when the change took it out of the person's sight.
    What the same message has changed before it does not change again. Raises Refused, also for a
    move that the case does not allow.
    """
    seen = asked if isinstance(asked, Matter) else None
    reference = seen.named.reference if seen else str(asked)
    for _ in range(TRIES):
        matter = seen or await desk.case_for(person, reference, act)
        seen = None
        case = matter.named if named else matter.case
        moved = _moved(case, matter, act, move, desk)
        if moved is case:
            return matter
        try:
            around = await _around_now(moved, matter, desk)
            moved = await with_consequences(moved, around, desk, case)
            saved = await desk.store.save(with_proofs(moved, case, desk.now()))
        except Conflict:
            continue
        saved = await take_back_late(saved, case, around, desk)
        await _open_whole_again(saved, case, around, desk)
        now = _seen_now(desk, person, matter, around.having(saved), saved)
        if saved.joined_to == case.joined_to and now.whole <= matter.whole:
            return now
        return await _seen_anew(desk, person, reference, saved)
    raise Refused(TOO_BUSY.format(reference=reference))


def _moved(case: Case, matter: Matter, act: Act, move: Move, desk: Desk) -> Case:
    """The case after a move, or the very same where that changes nothing.

    Raises Refused where the case does not allow it.
    """
    if desk.source and case.holds(desk.source):
        # The platform has sent it again, or it was done and another thing went wrong.
        return case
    if case.status == Status.CLOSED and not access.may_when_closed(act, matter.relations):
        raise matter.refusal(CLOSED.format(reference=matter.named.reference))
    try:
        moved = move(case)
    except IllegalMove as illegal:
        raise matter.refusal(str(illegal)) from illegal
    if moved is case or not desk.source:
        return moved
    return moved.came_of(desk.source, case)


async def _around_now(moved: Case, matter: Matter, desk: Desk) -> Around:
    """What there is around a case that was moved.

    It is asked for where the move has joined it to something, or names somebody else.
    """
    is_known = moved.joined_to is None or moved.joined_to in matter.around.summaries
    named = ids_named_in(moved) - matter.ids_named
    if is_known and all(matter.people.get(id) for id in named):
        return matter.around.having(moved)
    return await desk.around(moved)


def _seen_now(desk: Desk, person: Person, matter: Matter, around: Around, saved: Case) -> Matter:
    """The matter with a case of it that was saved, as far as the person may still see it."""

    def now(case: Case) -> Case:
        return saved if case.reference == saved.reference else case

    named = now(matter.named)
    relations = desk.listed(person, named.summary, around.summaries).relations
    if not access.may_with(person, Act.SEE, relations):
        return Matter(saved, frozenset(), saved, around)
    if not relations & access.INSIDE:
        return Matter(named, relations, named, around)
    return Matter(named, relations, now(matter.case), around, tuple(map(now, matter.joined)))


async def _seen_anew(desk: Desk, person: Person, reference: str, saved: Case) -> Matter:
    """It is another matter now, or they see more of it: what they had not seen is read."""
    try:
        return await desk.case_for(person, reference, Act.SEE)
    except Refused:
        return Matter(saved, frozenset(), saved, await desk.around(saved))


async def apply(desk: Desk, reference: str, move: Move, *, saves_always: bool = False) -> Case:
    """Make a move that follows from another, whoever made that one. Raises NotFound.

    `saves_always`: also what is as it was, so that whoever is changing the case at this moment has
    to look at it, and at people, once more.
    """
    while True:
        case = await desk.store.case(reference)
        moved = move(case)
        around = await desk.around(moved)
        moved = await with_consequences(moved, around, desk)
        if moved == case and not saves_always:
            return case
        try:
            saved = await desk.store.save(with_proofs(moved, case, desk.now()))
        except Conflict:
            continue
        return await take_back_late(saved, case, around, desk)


async def take_back_late(saved: Case, before: Case, around: Around, desk: Desk) -> Case:
    """The case, owing it to take back what somebody was shown of it while it was being saved.

    Whoever noted that may still have read the case as it was `before`.
    """
    if _hides_from(saved) == _hides_from(before):
        return saved
    matter = around.having(saved).matter(saved)
    if not saved.withheld and not may_mean_a_reader(saved, matter, around):
        return saved
    try:
        return await apply(desk, saved.reference, lambda case: case)
    except NotFound:
        return saved


async def _open_whole_again(saved: Case, before: Case, around: Around, desk: Desk) -> None:
    """Open what a part belongs to, where that was closed and the part names somebody by now."""
    root = around.matter(saved)[0]
    if root.status == Status.OPEN or root.reference == saved.reference:
        return
    if names_more(saved, before):
        with suppress(NotFound):
            await apply(desk, root.reference, lambda case: opened_again(case, desk))


def _hides_from(case: Case) -> object:
    """What of a case keeps somebody from it."""
    return case.concerned, case.open_words, case.withheld, case.joined_to


async def without_lost_owner(desk: Desk, reference: str) -> None:
    """Take a matter from an owner who may no longer look after it: its subject, whoever posted it,
    or somebody without a role.

    Where the matter has several parts its steps, too, may be others' than before.
    """
    summaries = Summaries(await desk.store.related([reference]))
    if reference not in summaries:
        return
    root = summaries.root(reference)
    if root.owner is not None and not await _may_own(root, summaries, desk):
        await apply(desk, root.reference, lambda case: case.give_up(by=SYSTEM, at=desk.now()))
    elif len(summaries.matter(root.reference)) > 1:
        await apply(desk, root.reference, lambda case: case)


async def _may_own(root: Summary, summaries: Summaries, desk: Desk) -> bool:
    """Whether whoever looks after a matter still may."""
    try:
        owner = await desk.store.person(str(root.owner))
    except NotFound:
        return False
    return access.may_with(owner, Act.OWN, desk.listed(owner, root, summaries).relations)


async def reconsider(
    desk: Desk, person: Person, before: Person | None, by: Iterable[str] = ()
) -> None:
    """Somebody has come, or has other roles: every open case tells those who are to know of it now.

    `before`: the person as they were; `by`: ids of those who invited them, or gave the roles. A
    case, also a closed one, may be about somebody who had nothing to do with cases when it was said
    whom it is about, or was called otherwise.
    """
    givers = await _givers(set(by), before, desk)
    is_new = _is_new_or_renamed(person, before)
    move = await _look_anew(person, desk, is_new=is_new)
    # Of those who never work on cases there are many, and nothing that is being done leans on them.
    is_of_workers = any(one.has(*access.WORKERS) for one in (person, before) if one)

    def move_of_appointed(case: Case) -> Case:
        return with_appointed(move(case), person, desk)

    summaries = Summaries(await desk.store.summaries())
    for summary in summaries:
        reference, is_open = summary.reference, summary.status == Status.OPEN
        matter = summaries.matter(reference)
        is_appointed = lets_in_by_role(person, before, givers, matter, desk)
        with suppress(DamagedCase, NotFound):
            if is_appointed and summary is matter[0]:
                await apply(desk, reference, move_of_appointed)
            elif is_open or is_new or person.has(Role.HEAD):
                await apply(desk, reference, move, saves_always=is_open and is_of_workers)
            if is_open:
                await without_lost_owner(desk, reference)


async def _givers(ids: set[str], before: Person | None, desk: Desk) -> list[Person]:
    """Those who gave somebody roles, or took them."""
    givers = await _those_here(ids, desk)
    if before and before.id in ids:
        # Whoever lays an office down gives themselves what they see without it.
        givers.append(before)
    return givers


async def _look_anew(person: Person, desk: Desk, *, is_new: bool) -> Move:
    """What finds out anew whether a case is about somebody, as they are now."""
    is_newcomer = is_new and person.has(*access.WORKERS)
    former = await names_in_role_log(desk) if is_newcomer else {}

    def move(case: Case) -> Case:
        case = as_of_head(case, person, desk)
        if not is_new:
            return case
        case = with_head_of_before(case, person, former, desk)
        return with_newcomer_named(case, person, desk)

    return move


def _is_new_or_renamed(person: Person, before: Person | None) -> bool:
    """Whether they had nothing to do with cases before, or have come to be called otherwise."""
    if before is None or not before.has(*access.WORKERS):
        return True
    return not set(person.names) <= set(before.names)


async def _those_here(ids: Iterable[str], desk: Desk) -> list[Person]:
    """The people of these ids, as far as there are such: a technician is none."""
    found = []
    for id in dict.fromkeys(ids):
        with suppress(NotFound):
            found.append(await desk.store.person(id))
    return found
