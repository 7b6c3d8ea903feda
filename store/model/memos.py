"""The memos: small records that stand by themselves, each kept under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from store.model.records import DutyDone


class Memo(Protocol):
    @property
    def under(self) -> str:
        """The key; one memo of a kind is kept under it."""


Kind = TypeVar("Kind", bound=Memo)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that was asked of the policy texts. Who asked is not kept."""

    digest: str  # of its words
    text: str  # as it was typed last
    asked_at: datetime  # last
    times: int = 1
    lacking: bool = False  # the texts do not say
    answered_at: datetime | None = None  # when a text came to answer it
    texts: str = ""  # a digest of the texts that it was put to

    @property
    def under(self) -> str:
        return self.digest


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A question that somebody sent to the leadership."""

    id: str
    text: str
    by: str  # person id
    at: datetime
    answer: str = ""
    answered_by: str = ""  # person id
    answered_at: datetime | None = None

    @property
    def under(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Statement:
    """One version of a text that staff accept, as it read."""

    version: str  # a digest of its words
    title: str
    text: str
    since: datetime

    @property
    def under(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class Reminded:
    """How often somebody was asked to accept a statement."""

    person: str  # id
    version: str  # of the statement
    times: int
    at: datetime  # last

    @property
    def under(self) -> str:
        return f"{self.person} {self.version}"


@dataclass(frozen=True, slots=True)
class Acceptance:
    person: str  # id
    version: str  # of the statement
    at: datetime

    @property
    def under(self) -> str:
        return f"{self.person} {self.version}"


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
    sources: tuple[
        str, ...
    ] = ()  # SHA-256 of each source key, while the platform may send it again

    @property
    def under(self) -> str:
        return self.references[0] if self.references else ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What is held about somebody was gathered at the command line, for a request of theirs."""

    id: str
    name: str  # whose
    references: tuple[str, ...]  # of the cases that were gathered
    at: datetime
    noted: bool = False  # in the chronology of each of them

    @property
    def under(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Showing:
    """A message that showed somebody more of a case than its reporter may know."""

    person: str  # id
    message: str  # address and platform's id
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """The messages that showed a case, so that they can be taken back."""

    reference: str
    showings: tuple[Showing, ...] = ()

    @property
    def under(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class Searched:
    """Somebody searched the cases."""

    id: str
    by: str  # person id
    words: str  # as they were typed
    at: datetime
    found: tuple[str, ...] = ()  # references

    @property
    def under(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class BackedUp:
    """How the backups to one place have gone."""

    to: str
    tried_at: datetime  # last
    done_at: datetime | None = None  # when one went well, last
    failed: str = ""  # why the last did not, as a sentence

    @property
    def under(self) -> str:
        return self.to


FOLDERS: dict[type[Memo], str] = {
    BackedUp: "backups",
    DutyDone: "duties",
    Erased: "erased",
    Exported: "exported",
    Question: "questions",
    Enquiry: "enquiries",
    Statement: "statements",
    Acceptance: "acceptances",
    Reminded: "reminded",
    Shown: "shown",
    Searched: "searched",
}
"""Every kind, and the folder of its files in the embedded store."""
