"""What its reporters have said in a case, and of its kind."""

from __future__ import annotations

from collections.abc import Collection

from store.model.case_parts.record import NO_FIELDS, CaseRecord
from store.model.evidence import Evidence
from store.model.kinds import EntryKind
from store.model.records import Said, is_known_whom
from store.model.words import words_of


class CaseWords(CaseRecord):
    """A case, as far as its reporters speak in it."""

    __slots__ = NO_FIELDS

    @property
    def open_words(self) -> str:
        """What its reporters have said in it, word by word, until it is known whom it is about.

        It is worked out from what is stored, and never stored itself: nothing can come of a
        difference between the two.
        """
        if is_known_whom(self.subjects):
            return ""
        return self.all_words

    @property
    def all_words(self) -> str:
        """What its reporters have said in it, word by word."""
        return words_of(self._texts())

    def words_since(self, before: CaseRecord, without: Collection[str] = ()) -> str:
        """What they have said in it since it was as `before`; `without`: but for people of these
        ids.
        """
        return words_of(self._texts(before, without))

    def _texts(self, before: CaseRecord | None = None, without: Collection[str] = ()) -> list[str]:
        pieces, entries = (len(before.evidence), len(before.chronology)) if before else (0, 0)
        texts: list[str] = []
        for item in self.evidence[pieces:]:
            if item.by not in without:
                texts += (item.text, item.name, *_words_of_origin(item))
        reporters = self.reporters
        for entry in self.chronology[entries:]:
            is_theirs = entry.by in reporters and entry.by not in without
            if entry.what == EntryKind.NOTE and is_theirs:
                texts.append(entry.details.get("text", ""))
        return texts

    @property
    def said(self) -> tuple[Said, ...]:
        """What its reporters have said of its kind themselves, each once, the latest last."""
        reporters = self.reporters
        said: dict[Said, None] = {}
        for entry in self.chronology:
            if entry.by in reporters and entry.what in (EntryKind.CATEGORY, EntryKind.URGENT):
                latest = Said(entry.by, entry.details.get("category", ""))
                said.pop(latest, None)
                said[latest] = None
        return tuple(said)


def _words_of_origin(item: Evidence) -> tuple[str, ...]:
    """What the platform says of where a piece of evidence was posted, and by whom."""
    origin = item.origin
    if not origin:
        return ()
    # Where the platform keeps it says nothing, but for the name of a public channel.
    channel = origin.get("link", "").partition("://")[2].partition("/")[2]
    return (origin.get("author", ""), origin.get("place", ""), channel)
