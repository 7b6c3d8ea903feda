"""`headsup move`: everything carried over to another place, which is then used in place of this."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from bot.open_store import migrate_tables, moved_away, open_even_moved, without_password
from bot.settings import Settings
from handlers.text.words import counted
from store.base import Store
from store.errors import Trouble
from store.model.place_notes import MOVED_AWAY, MovedAway
from store.moving import Moved, move

EVERYTHING = (
    "Everything is there: {cases}, {evidence} of evidence, {people}, {others}{of_school}. "
    "What is left here is no longer used: no bot starts with it. "
    "Now set {setting} to the new place, and start the bot."
)
OF_SCHOOL = ", of the school “{school}”"
LOCKED = (
    "{number} files that may show a child undressed stay where they were, as nobody may copy them. "
    "Keep that place, and let nobody into it, until the police have said what happens to them."
)
AGAIN = (
    "{place} can be used again. What was kept in {to} since then is not here. Stop every bot "
    "that uses {to}, and only then start one here."
)
NOT_MOVED = "{place} was not moved away, so there is nothing to undo."
WHICH = "Say where to: headsup move --to FOLDER, or headsup move --to postgresql://…"
SAME = "Everything is in that place already. Name another one."


async def move_to(where: str, settings: Settings) -> Moved:
    """Carry all that the present store holds over to a folder or a database.

    The bucket of a database is EVIDENCE_URL, on whichever side the database is. What is left here
    is marked, so that no bot starts with it. Raises Trouble.
    """
    is_database = "://" in where
    if is_database:
        there = settings.model_copy(update={"database_url": SecretStr(where)})
    else:
        folder = {"database_url": None, "evidence_url": "", "headsup_data": Path(where)}
        there = settings.model_copy(update=folder)
    if settings.database_url is None:
        settings = settings.model_copy(update={"evidence_url": ""})
    to = without_password(there)
    if to == without_password(settings):
        raise Trouble(SAME)
    if is_database:
        migrate_tables(there)

    source = await open_even_moved(settings)
    try:
        await _refuse_moved_elsewhere(source, to, settings)
        target = await open_even_moved(there)
        try:
            async with source.kept_still(), target.kept_still():
                moved = await move(source, target)
                # In this order: whatever dies in between leaves no two places that may be used.
                note = MovedAway(to, datetime.now(UTC))
                await source.put_place_note(MOVED_AWAY, note.to_text())
                await target.put_place_note(MOVED_AWAY, "")
                return moved
        finally:
            await target.close()
    finally:
        await source.close()


async def _refuse_moved_elsewhere(source: Store, to: str, settings: Settings) -> None:
    """Raises Trouble, but where the same move was interrupted, or is done once more."""
    note = MovedAway.from_text(await source.place_note(MOVED_AWAY))
    if note and note.to != to:
        raise moved_away(note, settings)


async def use_again(settings: Settings) -> str:
    """Let bots use a place again that was moved away; what was done, as a sentence.

    Raises Trouble.
    """
    place = without_password(settings)
    store = await open_even_moved(settings)
    try:
        note = MovedAway.from_text(await store.place_note(MOVED_AWAY))
        if note is None:
            raise Trouble(NOT_MOVED.format(place=place))
        await store.put_place_note(MOVED_AWAY, "")
        return AGAIN.format(place=place, to=note.to)
    finally:
        await store.close()


def word_move(moved: Moved, where: str, settings: Settings) -> list[str]:
    """What was moved, in sentences."""
    is_database = "://" in where
    lines = [
        EVERYTHING.format(
            cases=counted(moved.cases, "case"),
            evidence=counted(moved.evidence, "piece"),
            people=counted(moved.people, "person", "people"),
            others=counted(moved.others, "other record"),
            of_school=OF_SCHOOL.format(school=settings.headsup_school) if is_database else "",
            setting="DATABASE_URL" if is_database else "HEADSUP_DATA",
        )
    ]
    if moved.locked:
        lines.append(LOCKED.format(number=moved.locked))
    return lines
