"""The memos: small records that stand by themselves, each kept under a key of its own."""

from __future__ import annotations

from typing import Protocol, TypeVar

from store.records import DutyDone


class Memo(Protocol):
    @property
    def under(self) -> str:
        """The key; one memo of a kind is kept under it."""


Kind = TypeVar("Kind", bound=Memo)

FOLDERS: dict[type[Memo], str] = {DutyDone: "duties"}
"""Every kind, and the folder of its files in the embedded store."""
