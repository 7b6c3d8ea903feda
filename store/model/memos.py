"""The memos: small records that stand by themselves, each kept under a key of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar


class Memo(Protocol):
    @property
    def memo_key(self) -> str:
        """The key; one memo of a kind is kept under it."""


Kind = TypeVar("Kind", bound=Memo)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that was asked of the policy texts. Who asked is not kept."""

    #: Of its words.
    digest: str
    #: As it was typed last.
    text: str
    #: Last.
    asked_at: datetime
    times: int = 1
    #: The texts do not say.
    lacking: bool = False
    #: When a text came to answer it.
    answered_at: datetime | None = None
    #: A digest of the texts that it was put to.
    texts: str = ""

    @property
    def memo_key(self) -> str:
        return self.digest


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A question that somebody sent to the leadership."""

    id: str
    text: str
    #: Person id.
    by: str
    at: datetime
    answer: str = ""
    #: Person id.
    answered_by: str = ""
    answered_at: datetime | None = None
    #: Ids of those to whom it went first; nobody's for one of an earlier version.
    to: tuple[str, ...] = ()

    @property
    def memo_key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Statement:
    """One version of a text that staff accept, as it read."""

    #: A digest of its words.
    version: str
    title: str
    text: str
    since: datetime

    @property
    def memo_key(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class Reminded:
    """How often somebody was asked to accept a statement."""

    #: Id.
    person: str
    #: Of the statement.
    version: str
    times: int
    #: Last.
    at: datetime

    @property
    def memo_key(self) -> str:
        return f"{self.person} {self.version}"


@dataclass(frozen=True, slots=True)
class Acceptance:
    #: Id.
    person: str
    #: Of the statement.
    version: str
    at: datetime

    @property
    def memo_key(self) -> str:
        return f"{self.person} {self.version}"


@dataclass(frozen=True, slots=True)
class Counted:
    """What stays of an erased case, for the counts."""

    category: str
    #: In which it was opened: `2026-11`.
    month: str
    #: It was kept from somebody who works here, or may have been: see `docs/figures.md`. Of what an
    #: earlier version erased that is not known.
    apart: bool = True


def trace_of(source: str) -> str:
    """What is remembered of a source key of an erased case: its SHA-256, in hexadecimal digits."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Erased:
    """A case was erased, with what had been joined to it.

    Their references are given to no other case.
    """

    #: The case's first.
    references: tuple[str, ...]
    counted: tuple[Counted, ...]
    #: Person id.
    by: str
    at: datetime
    #: `trace_of` each source key, while the platform may send it again.
    sources: tuple[str, ...] = ()

    @property
    def memo_key(self) -> str:
        return self.references[0] if self.references else ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What is held about somebody was gathered at the command line, for a request of theirs."""

    id: str
    #: Whose.
    name: str
    #: Of the cases that were gathered.
    references: tuple[str, ...]
    at: datetime
    #: In the chronology of each of them.
    noted: bool = False
    #: For whom a pack of the case was made, and why; empty where it was for a request.
    packed_for: str = ""
    reason: str = ""

    @property
    def memo_key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Showing:
    """A message that showed somebody more of a case than its reporter may know."""

    #: Id.
    person: str
    #: Address and platform's id.
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """The messages that showed a case, so that they can be taken back."""

    reference: str
    showings: tuple[Showing, ...] = ()

    @property
    def memo_key(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class Searched:
    """Somebody searched the cases."""

    id: str
    #: Person id.
    by: str
    #: As they were typed.
    words: str
    at: datetime
    #: References.
    found: tuple[str, ...] = ()

    @property
    def memo_key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class BackedUp:
    """How the backups to one place have gone."""

    to: str
    #: Last.
    tried_at: datetime
    #: When one went well, last.
    done_at: datetime | None = None
    #: Why the last did not, as a sentence.
    failed: str = ""

    @property
    def memo_key(self) -> str:
        return self.to


@dataclass(frozen=True, slots=True)
class Heard:
    """What people sent in one chat came in until then, as far as is known."""

    #: The chat: `telegram`.
    platform: str
    at: datetime

    @property
    def memo_key(self) -> str:
        return self.platform


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody has opened the bot's own page in a chat. It is kept as it should be."""

    #: Whose page it is.
    account: str
    #: Last.
    opened_at: datetime
    #: A digest of what it was last known to show; empty for nothing.
    shown: str = ""
    #: The platform's own mark of that state, if it has one.
    state: str = ""

    @property
    def memo_key(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True)
class RoleWish:
    """Roles are to be given or taken. It is gone when that is done, and a `RoleChange` says so."""

    id: str
    #: RoleChangeKind.GIVEN or TAKEN.
    what: str
    #: Id of whose roles they are.
    person: str
    roles: tuple[str, ...]
    #: Person id, or TECHNICIAN.
    by: str
    at: datetime
    #: A platform, or COMMAND_LINE.
    way: str
    #: Id of who agreed, where nobody may do it alone.
    agreed_by: str = ""

    @property
    def memo_key(self) -> str:
        return self.id


#: The way of what was done there.
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What happened to somebody's roles or accounts. It is never changed, and stays for good."""

    id: str
    #: A RoleChangeKind.
    what: str
    at: datetime
    #: Id of whose roles or accounts they are; empty for somebody who has not joined.
    person: str
    #: Theirs, as it was then.
    name: str
    #: That were given or taken, or with which they joined.
    roles: tuple[str, ...]
    #: All that they had then.
    after: tuple[str, ...]
    #: Id of who did it, or TECHNICIAN.
    by: str
    #: A platform, or COMMAND_LINE.
    way: str
    #: Id of who had invited them, or agreed, or asked for what was refused; or TECHNICIAN. SYSTEM
    #: where nobody had to invite them.
    other: str = ""
    #: That they joined with, or that was added; of who was here before, all, with spaces between.
    account: str = ""
    #: Ids of those who are told.
    tells: tuple[str, ...] = ()

    @property
    def memo_key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class DutyDone:
    """A duty of the school's was done, for one of the days on which it is due."""

    key: str
    due: date
    #: Person id.
    by: str
    at: datetime

    @property
    def memo_key(self) -> str:
        return f"{self.key} {self.due}"


#: Every kind, and the folder of its files in the embedded store.
FOLDERS: dict[type[Memo], str] = {
    BackedUp: "backups",
    DutyDone: "duties",
    Erased: "erased",
    Exported: "exported",
    Heard: "heard",
    Home: "homes",
    Question: "questions",
    Enquiry: "enquiries",
    Statement: "statements",
    Acceptance: "acceptances",
    Reminded: "reminded",
    Shown: "shown",
    Searched: "searched",
    RoleWish: "role-wishes",
    RoleChange: "role-changes",
}
