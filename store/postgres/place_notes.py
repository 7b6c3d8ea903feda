"""Notes about a school's place in the database: rows of memos, of a kind that nobody lists."""

from __future__ import annotations

from store.model.place_notes import PlaceNote
from store.postgres.memos import PostgresMemos


class PostgresPlaceNotes(PostgresMemos):
    """The part of a store that keeps notes about the place itself."""

    async def place_note(self, name: str) -> str:
        found = await self.memo(PlaceNote, name)
        return found.text if found else ""

    async def put_place_note(self, name: str, text: str) -> None:
        if text:
            await self.put(PlaceNote(name, text))
        else:
            await self.drop(PlaceNote, name)
