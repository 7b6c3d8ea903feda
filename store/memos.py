"""The memos: small records that stand by themselves, each kept under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from store.records import DutyDone


class Memo(Protocol):
    @property
    def under(self) -> str:
        """The key; one memo of a kind is kept under it."""


Kind = TypeVar("Kind", bound=Memo)


@dataclass(frozen=True, slots=True)
class Counted:
    """What stays of an erased case, for the counts."""

    category: str
    month: str  # in which it was opened: `2026-11`


@dataclass(frozen=True, slots=True)
class Erased:
    """A case was erased, with what had been joined to it. Their references are given to no other case."""

    references: tuple[str, ...]  # the case's first
    counted: tuple[Counted, ...]
    by: str  # person id
    at: datetime
    sources: tuple[str, ...] = ()  # SHA-256 of each source key, while the platform may send it again

    @property
    def under(self) -> str:
        return self.references[0]


@dataclass(frozen=True, slots=True)
class Exported:
    """What is held about somebody was gathered at the command line, for a request of theirs."""

    id: str
    name: str  # whose
    references: tuple[str, ...]  # of the cases that were gathered
    at: datetime

    @property
    def under(self) -> str:
        return self.id


FOLDERS: dict[type[Memo], str] = {DutyDone: "duties", Erased: "erased", Exported: "exported"}
"""Every kind, and the folder of its files in the embedded store."""
