"""Which messages showed somebody a case: if it turns out to be about them, those go."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.rules import access
from handlers.workflow.changes import apply
from store.errors import DamagedCase, NotFound
from store.model.memos import Showing, Shown

#: Showings of one case that are remembered.
MOST = 500
REMEMBERED = timedelta(days=400)


async def note_shown(references: Collection[str], person: str, message: str, desk: Desk) -> None:
    """Note that a message showed these cases; it is taken back at once where it came too late.

    `message`: its address and the platform's id. Raises StoreUnavailable.
    """
    showing = Showing(person, message, desk.now())
    for reference in references:
        await _change(reference, lambda known: (*_without(known, message), showing), desk)
        await take_back_from(person, reference, desk)


async def forget_shown(references: Collection[str], message: str, desk: Desk) -> None:
    """Something else stands in place of a message that showed these cases.

    Raises StoreUnavailable.
    """
    for reference in references:
        if await desk.store.memo(Shown, reference):
            await _change(reference, lambda known: _without(known, message), desk)


async def take_back_from(person: str, reference: str, desk: Desk) -> None:
    """Owe it to take back what this person was shown, where the case may be about them by now, or
    is locked away.
    """
    matter = await desk.store.related([reference])
    try:
        reader = await desk.store.person(person)
        is_locked = any(part.withheld for part in matter)
        if is_locked or access.is_kept_from(reader, matter):
            await apply(desk, reference, lambda case: case)
    except (NotFound, DamagedCase):
        return


async def _change(
    reference: str, change: Callable[[tuple[Showing, ...]], tuple[Showing, ...]], desk: Desk
) -> None:
    async with desk.store.alone(f"shown {reference}"):
        if not await desk.store.related([reference]):
            # Erased meanwhile.
            return
        known = await desk.store.memo(Shown, reference) or Shown(reference)
        showings = _lately(change(known.showings), desk.now())
        if showings != known.showings:
            await desk.store.put(replace(known, showings=showings))


def _without(showings: tuple[Showing, ...], message: str) -> tuple[Showing, ...]:
    return tuple(s for s in showings if s.message != message)


def _lately(showings: tuple[Showing, ...], now: datetime) -> tuple[Showing, ...]:
    return tuple(s for s in showings if now - s.at < REMEMBERED)[-MOST:]
