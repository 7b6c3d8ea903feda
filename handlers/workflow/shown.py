"""Which messages showed somebody a case: when it turns out to be about them, they are taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.messages import Choices, Fields, File, Heading, Prompt, Quote, Reply, Text
from handlers.rules import access
from handlers.workflow.changes import apply
from store.errors import DamagedCase, NotFound
from store.model.memos import Showing, Shown
from store.model.records import REFERENCE_ALPHABET

REFERENCE = re.compile(rf"(?<![0-9A-Za-z])[{REFERENCE_ALPHABET}]{{4}}(?![0-9A-Za-z])")
MOST = 500  # showings of one case that are remembered
REMEMBERED = timedelta(days=400)


def marked(reply: Reply, desk: Desk) -> Reply:
    """The reply, saying of which of the cases that were opened for it there is something in it."""
    if reply.of is not None:
        return reply
    return replace(
        reply, of=frozenset(desk.opened & mentioned(reply)) if desk.opened else frozenset()
    )


def mentioned(reply: Reply) -> set[str]:
    """References that stand anywhere in a reply, buttons included."""
    return {reference for words in _words(reply) for reference in REFERENCE.findall(words)}


def _words(reply: Reply) -> Iterator[str]:
    for part in reply.parts:
        match part:
            case Heading(text) | Text(text):
                yield text
            case Fields(pairs):
                yield from (words for pair in pairs for words in pair)
            case Quote(text, place):
                yield from (text, place)
            case Choices(options):
                yield from (choice.command for choice in options)
            case Prompt():
                yield part.command
            case File():
                yield part.name


async def note_shown(references: Collection[str], person: str, message: str, desk: Desk) -> None:
    """Note that a message showed these cases; it is taken back at once where it came too late.

    `message`: its address and the platform's id. Raises StoreUnavailable.
    """
    now = desk.now()
    for reference in references:
        showing = Showing(person, message, now)
        await _change(reference, lambda known, s=showing: (*_without(known, s.message), s), desk)  # type: ignore[misc]
        await take_back_from(person, reference, desk)


async def forget_shown(references: Collection[str], message: str, desk: Desk) -> None:
    """Something else stands in place of a message that showed these cases. Raises StoreUnavailable."""
    for reference in references:
        if await desk.store.memo(Shown, reference):
            await _change(reference, lambda known: _without(known, message), desk)


async def take_back_from(person: str, reference: str, desk: Desk) -> None:
    """Owe it to take back what this person was shown, where the case is about them by now, or locked away."""
    summary = await desk.store.summary(reference)
    if summary is None:
        return
    try:
        reader = await desk.store.person(person)
        matter = await desk.matter_of(summary)
        if any(part.withheld or access.is_subject(reader, part.about) for part in matter):
            await apply(desk, reference, lambda case: case)
    except (NotFound, DamagedCase):
        return


async def _change(
    reference: str, change: Callable[[tuple[Showing, ...]], tuple[Showing, ...]], desk: Desk
) -> None:
    async with desk.store.alone(f"shown {reference}"):
        if await desk.store.summary(reference) is None:
            return  # erased meanwhile
        known = await desk.store.memo(Shown, reference) or Shown(reference)
        showings = _lately(change(known.showings), desk.now())
        if showings != known.showings:
            await desk.store.put(replace(known, showings=showings))


def _without(showings: tuple[Showing, ...], message: str) -> tuple[Showing, ...]:
    return tuple(s for s in showings if s.message != message)


def _lately(showings: tuple[Showing, ...], now: datetime) -> tuple[Showing, ...]:
    return tuple(s for s in showings if now - s.at < REMEMBERED)[-MOST:]
