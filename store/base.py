"""What a store offers, whatever it is made of; `tests/store/` holds every one of them to it.

All times that go in and come out are aware.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from store.model.case import Case
from store.model.evidence import Evidence
from store.model.invitations import Invitation
from store.model.memos import Erased, Kind, Memo
from store.model.records import Notice, Person, Summary


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a stream of bytes that was stored."""

    #: 64 hexadecimal digits.
    sha256: str
    #: In bytes.
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """One case of a matter: its summary, and all of it for whoever may open it."""

    summary: Summary
    #: Raises DamagedCase.
    read: Callable[[], Case]


#: Stands for the reference of a case that was erased.
ERASED = ""


class Store(Protocol):
    """All that one school keeps.

    Every write is durable when the call returns, whole or not at all. Each call may raise
    StoreUnavailable, whose text says why in a sentence: the disk is full, the database is away or
    the like; nothing was changed then.
    """

    @property
    def from_memory(self) -> Collection[str]:
        """Names of the calls that are answered from memory alone."""

    # --- cases ------------------------------------------------------------------------------------

    async def add(self, case: Case) -> None:
        """Keep a new case.

        Conflict: its reference or one of its source keys is taken. The reference of an erased case
        stays so.
        """

    async def save(self, case: Case) -> Case:
        """Replace the case if its version is still the stored one.

        Gives it back with the next version, to change and save again. Conflict: it has changed
        since it was read, or a new source key is taken by another case.
        """

    async def replace_damaged(self, case: Case) -> None:
        """Keep a case in the place of one that is there and cannot be read.

        Conflict: it can be read. Raises NotFound where it is not there.
        """

    async def case(self, reference: str) -> Case:
        """A case with all that belongs to it. Raises NotFound, or DamagedCase."""

    async def by_source(self, *sources: str) -> Mapping[str, str]:
        """The reference of the case that holds each of these source keys, written and durable.

        What nobody holds is left out. ERASED for those of an erased case, while they are known.
        """

    async def summaries(self) -> Sequence[Summary]:
        """Summaries of all cases, in no order."""

    async def matter(self, reference: str) -> Sequence[Part]:
        """A case with all that it was joined to and all that was joined to it, in no order.

        Empty where there is no such case.
        """

    async def related(
        self, references: Collection[str] = (), reporters: Collection[str] = ()
    ) -> Sequence[Summary]:
        """The cases of all matters that have one of these references or reporters, in no order.

        `reporters` are ids of people, of now or before.
        """

    async def alike(
        self, links: Sequence[str], hashes: Sequence[str], likenesses: Sequence[int]
    ) -> Sequence[Summary]:
        """Open cases that share a link, the same bytes, or a picture that looks the same.

        `links` in their normal form, `hashes` as SHA-256 in 64 hexadecimal digits, `likenesses`
        as difference hashes of 64 bits without a sign.
        """

    async def wanted(self, now: datetime) -> Sequence[tuple[str, Evidence]]:
        """Evidence that should be fetched now, each with its case's reference."""

    async def erase(self, cases: Sequence[Case], leaving: Erased) -> None:
        """Take cases away for good, all of them or none.

        With them goes all that is kept of them: the notices that name them, who was shown them, the
        searches that found or named them, and what people were last asked about them. The memo
        `leaving` stays, and their references are not given again.

        Conflict: one has changed since it was read, or a further case is joined to it.
        """

    # --- notices ----------------------------------------------------------------------------------

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float
    ) -> Sequence[tuple[str, Notice]]:
        """At most `limit` due notices that are not settled, earliest first.

        Each comes with its case's reference, which is empty for a notice of no case. They are given
        to nobody else until the lease has passed: whoever claimed them may die before they are
        sent.
        """

    async def to_wake(self, now: datetime, limit: int) -> Sequence[str]:
        """References of at most `limit` cases whose `wake_at` has come, earliest first."""

    async def next_due(self) -> datetime | None:
        """When the next notice, piece of evidence or case is to be dealt with; past or future.

        None where nothing is to be done at any known time.
        """

    async def unsent(self, now: datetime) -> Sequence[Notice]:
        """Notices that are due and not settled, and those that were due and have been put off.

        In no order, and at most some thousand.
        """

    async def owe(self, notice: Notice) -> None:
        """Keep a notice of no case; nothing happens when its key was owed before."""

    async def loose(self, *words: str) -> Sequence[Notice]:
        """Every notice of no case, settled ones too, in no order.

        `words`: only those whose key begins with one of these words.
        """

    async def forget(self, *keys: str) -> None:
        """Take away settled notices of no case, by their keys: they could be owed again then.

        What is not settled stays, and nothing happens where there is none.
        """

    async def settle(self, reference: str, *notices: Notice) -> None:
        """Store the newer state of claimed notices of one case, and let go of the claims.

        It is one write for all of them. `reference` is that of their case, or empty for notices of
        no case, which are written one after another. Raises NotFound where the case is gone.
        """

    # --- evidence, as received --------------------------------------------------------------------

    async def keep(self, reference: str, pieces: AsyncIterator[bytes], limit: int) -> Kept:
        """Store a stream for a case, under its SHA-256.

        Raises OverLimit where more than `limit` bytes come, and whatever the stream raises. It
        leaves nothing behind when it fails.
        """

    async def discard(self, reference: str, sha256: str) -> None:
        """Take back what `keep` stored, unless the case refers to it."""

    async def discard_strays(self) -> None:
        """Take away bytes that must not be kept, which a process that died may have left behind.

        Those are bytes of cases that withhold something, where the case does not refer to them, and
        of erased cases. Other cases keep theirs: a case's file that was put back from a backup may
        not know them yet.
        """

    def kept(self, reference: str, sha256: str) -> AbstractAsyncContextManager[Path]:
        """The bytes as a file to read, for as long as the context lasts. Raises NotFound."""

    # --- people -----------------------------------------------------------------------------------

    async def people(self) -> Sequence[Person]:
        """Everybody."""

    async def having(self, roles: Collection[str], ids: Collection[str] = ()) -> Sequence[Person]:
        """People with any of these roles, or with an id that is or was one of these.

        In the order in which they joined.
        """

    async def person(self, id: str) -> Person:
        """By an id that the person has or had. Raises NotFound."""

    async def by_account(self, account: str) -> Person | None:
        """Whose account this is, as `slack:T1:U7` or `telegram:4242`."""

    async def add_person(self, person: Person) -> None:
        """Keep a new person. Conflict: the id or one of the accounts belongs to somebody."""

    async def save_person(self, person: Person) -> Person:
        """Replace the person if their version is still the stored one.

        Gives them back with the next version. Conflict: they have changed since they were read, or
        a new account belongs to somebody else.
        """

    async def remove_person(self, id: str) -> None:
        """Take a person away, by the id that they have now. Raises NotFound."""

    async def add_invitation(self, invitation: Invitation) -> None:
        """Keep an invitation."""

    async def invitations(self) -> Sequence[Invitation]:
        """All that were not used, in no order."""

    async def invitation(self, digest: str) -> Invitation | None:
        """The unused invitation whose code has this SHA-256."""

    async def use_invitation(self, digest: str) -> bool:
        """Take an invitation off the list.

        False when it was gone: of two people who use it at once, one is told so.
        """

    # --- memos: see `store.model.memos` -----------------------------------------------------------

    async def put(self, memo: Memo) -> None:
        """Keep a memo, in place of the one of its kind that has the same key."""

    async def renew(
        self, kind: type[Kind], key: str, change: Callable[[Kind | None], Kind]
    ) -> Kind:
        """Keep what `change` makes of the memo with this key, or of None, and give it back.

        Nobody changes it in between.
        """

    async def memo(self, kind: type[Kind], key: str) -> Kind | None:
        """The memo of a kind with this key."""

    async def memos(self, kind: type[Kind]) -> Sequence[Kind]:
        """All of a kind, in no order."""

    async def drop(self, kind: type[Memo], key: str) -> bool:
        """Take a memo away; False when it was gone."""

    # --- the rest ---------------------------------------------------------------------------------

    def alone(self, what: str) -> AbstractAsyncContextManager[None]:
        """A turn: one holder of the same words at a time, among all processes of the school.

        A task that takes a turn which it holds already waits for itself. Raises StoreUnavailable,
        also when others hold it for too long.
        """

    async def unreadable(self) -> Sequence[str]:
        """What is there and cannot be read, which the lists leave out.

        Each as the folder or table of its kind and its key: `cases/7K4M`, `people/…`.
        """

    async def count(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        """Count that something happens, unless it was counted `most` times in the span before `at`.

        Gives None where it was counted, and else the time when there is room again. What was
        counted may be forgotten when every process has ended.
        """

    def kept_still(self) -> AbstractAsyncContextManager[None]:
        """No bot begins to work with the store until the context ends.

        Raises Trouble where one works with it now.
        """

    async def take_part(self) -> None:
        """Say that a bot works with the store from now on, until it is closed.

        Raises StoreUnavailable, also while everything is being moved.
        """

    async def claims_freed(self) -> None:
        """Wait until a process has died that may have claimed notices: they are nobody's now.

        Returns never where one process alone uses the store.
        """

    async def place_note(self, name: str) -> str:
        """The text of a note about this place itself, as `store.model.place_notes` names them.

        Empty where there is none. No backup and no move takes such a note along.
        """

    async def put_place_note(self, name: str, text: str) -> None:
        """Keep such a note in place of the one before; take it away where the text is empty."""

    async def outgrown(self) -> None:
        """Wait until another version of the bot has changed what this one stores in.

        Raises StoreUnavailable then, and returns never.
        """

    async def close(self) -> None:
        """Let go of the folder, or of the database. Nothing may be asked afterwards."""
