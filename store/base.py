"""What a store offers, whatever it is made of; `tests/store/` holds every one of them to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from store.model.case import Case
from store.model.memos import Erased, Kind, Memo
from store.model.records import Evidence, Invitation, Notice, Person, Summary


@dataclass(frozen=True, slots=True)
class Kept:
    sha256: str
    size: int  # bytes


class Store(Protocol):
    """Every write is durable when the call returns, whole or not at all."""

    # Cases. `save` and `add` raise Conflict, and StoreUnavailable when the disk is full or the like.
    async def add(self, case: Case) -> None:
        """A new case. Conflict: its reference or one of its source keys is taken."""

    async def save(self, case: Case) -> Case:
        """Replace the case if its version is still the stored one; gives it back with the next version.

        Conflict: it has changed since it was read, or a new source key is taken by another case.
        """

    async def case(self, reference: str) -> Case:
        """Raises NotFound, or DamagedCase."""

    async def by_source(self, source: str) -> str | None:
        """The reference of the case that holds this source key, written and durable."""

    async def summaries(self) -> Sequence[Summary]:
        """All cases, in no order."""

    async def summary(self, reference: str) -> Summary | None: ...

    async def reported_by(self, ids: Sequence[str]) -> Sequence[Summary]:
        """Cases with a report by one of these ids of a person, oldest first."""

    async def joined_to(self, *references: str) -> Sequence[Summary]:
        """Cases that have become part of one of these."""

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        """Open cases that share a link, the same bytes, or a picture that looks the same."""

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        """Evidence that should be fetched now, with its case's reference."""

    async def erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        """Take cases away for good: all that is kept of them, the notices that name them, who was shown them, the
        searches that found or named them, and what people were last asked about them. `leaving` stays, and their
        references are not given again. All of them or none.

        Conflict: one has changed since it was read, or a further case is joined to it.
        """

    # Notices. Claimed ones are given to nobody else until the lease has passed.
    async def claim(
        self, now: datetime, limit: int, lease_seconds: float
    ) -> Sequence[tuple[str, Notice]]:
        """Due notices that are not settled, earliest first, with their case's reference, or nothing."""

    async def to_wake(self, now: datetime, limit: int) -> Sequence[str]:
        """References of cases whose `wake_at` has come, earliest first."""

    async def next_due(self) -> datetime | None:
        """When the next notice, piece of evidence or case is to be dealt with; past or future."""

    async def owe(self, notice: Notice) -> None:
        """A notice of no case; nothing happens when its key was owed before."""

    async def loose(self) -> Sequence[Notice]:
        """Every notice of no case, settled ones too."""

    async def settle(self, reference: str, notice: Notice) -> None:
        """Store a claimed notice's newer state, and let go of the claim."""

    # Evidence, as received.
    async def keep(self, reference: str, pieces: AsyncIterator[bytes], limit: int) -> Kept:
        """Store a stream by its SHA-256. Raises OverLimit (bytes); leaves nothing behind when it fails."""

    async def discard(self, reference: str, sha256: str) -> None:
        """Take back what `keep` stored, where no case refers to it."""

    async def discard_strays(self) -> None:
        """Take away bytes of cases that withhold something, where no case refers to them, and of erased ones.

        Other cases keep theirs: a case's file that was put back from a backup may not know them yet.
        """

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        """The bytes as a file to read, for as long as the context lasts. Raises NotFound."""

    # People. `save_person` compares and swaps like `save`.
    async def people(self) -> Sequence[Person]: ...

    async def having(self, roles: Collection[str]) -> Sequence[Person]:
        """People with any of these roles, in the order in which they joined."""

    async def person(self, id: str) -> Person:
        """By an id that the person has or had. Raises NotFound."""

    async def by_account(self, account: str) -> Person | None: ...

    async def add_person(self, person: Person) -> None:
        """Conflict: one of the accounts belongs to somebody."""

    async def save_person(self, person: Person) -> Person: ...

    async def remove_person(self, id: str) -> None: ...

    async def add_invitation(self, invitation: Invitation) -> None: ...

    async def invitations(self) -> Sequence[Invitation]:
        """All that were not used."""

    async def invitation(self, digest: str) -> Invitation | None: ...

    async def use_invitation(self, digest: str) -> bool:
        """Take it off the list; False when it was gone: one of two people who use it at once."""

    # Memos: see `store.model.memos`.
    async def put(self, memo: Memo) -> None:
        """Keep it, in place of the one of its kind that has the same key."""

    async def memo(self, kind: type[Kind], under: str) -> Kind | None: ...

    async def memos(self, kind: type[Kind]) -> Sequence[Kind]:
        """All of a kind, in no order."""

    async def drop(self, kind: type[Memo], under: str) -> bool:
        """Take one away; False when it was gone."""

    def alone(self, what: str) -> AbstractAsyncContextManager[None]:
        """One holder of the same words at a time, among all processes of the school. Not twice by the same task.

        Raises StoreUnavailable, also when others hold it for too long.
        """

    async def unreadable(self) -> Sequence[str]:
        """What is there and cannot be read, each by its kind and key: the lists leave it out."""

    # How often something happened lately. It may be forgotten when every process has ended.
    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        """Count it, unless it was counted `most` times in the span that ends now: then, when there is room again."""

    async def outgrown(self) -> None:
        """Wait until another version of the bot has changed what this one stores in. Raises StoreUnavailable then."""

    async def close(self) -> None: ...
