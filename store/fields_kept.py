"""Which fields the records of this version have.

They are noted about a place that a bot has used. An earlier version, which does not know all of
them, would lose some of a case when it next changes it, such as from whom the case is kept; by the
note it knows, and refuses to start there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from store.base import Store
from store.errors import Trouble
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.memos import FOLDERS
from store.model.place_notes import FIELDS
from store.model.records import Notice, Person

#: Every record that stands by itself; the others are within these.
RECORDS: tuple[type[Any], ...] = (Case, Invitation, Notice, Person, *FOLDERS)

LATER = (
    "A later version of Heads Up has been used here, and keeps what this one does not know "
    "({fields}). Install that version again, or put the backup from before it back into a new "
    "place: headsup restore"
)
#: How many of the fields are named.
NAMED = 3


async def refuse_what_a_later_version_used(store: Store) -> None:
    """Raises Trouble where this version would lose some of what is kept here."""
    noted = await store.place_note(FIELDS)
    unknown = sorted(set(noted.split()) - fields_kept())
    if unknown:
        raise Trouble(LATER.format(fields=", ".join(unknown[:NAMED])))


async def note_fields_kept(store: Store) -> None:
    """Note that a bot of this version uses the place."""
    text = " ".join(sorted(fields_kept()))
    if await store.place_note(FIELDS) != text:
        await store.put_place_note(FIELDS, text)


@cache
def fields_kept() -> frozenset[str]:
    """Every field of a record, and of the records within it, such as `Case.owner`."""
    found: set[str] = set()
    waiting = list(RECORDS)
    seen: set[type[Any]] = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        found.update(f"{kind.__name__}.{field.name}" for field in fields(kind))
        for hint in get_type_hints(kind).values():
            waiting += _records_in(hint)
    return frozenset(found)


def _records_in(hint: Any) -> Iterator[type[Any]]:
    """The kinds of records that a type is made of: `tuple[Entry, ...] | None` -> Entry."""
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for part in get_args(hint):
        yield from _records_in(part)
