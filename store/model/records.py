"""What is remembered, as frozen records.

A change is a new record. All times are aware UTC. The case, which gathers most of them, is in `store.model.case`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from store.model.kinds import OWN_STEP

REFERENCE_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""28 digits and consonants: no vowels, so that nothing is spelt; no 0, 1, I and O, which are misread."""

SYSTEM = "headsup"
"""Who did it, where nobody did: the bot itself."""


class IllegalMove(Exception):
    """The record does not allow this; the text says why."""


class Role(StrEnum):
    STAFF = "staff"
    LEADER = "leader"
    HEAD = "head"
    DSL = "dsl"  # designated safeguarding lead
    ICT = "ict"
    CHAIR = "chair"


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class State(StrEnum):
    """How far a piece of evidence has come."""

    KEPT = "kept"
    WAITING = "waiting"  # for somebody to say what it is about; nothing has been fetched
    WANTED = "wanted"  # to be fetched
    TOO_LARGE = "too large"
    LOST = "lost"  # given up after a day of trying, or gone from the platform
    WITHHELD = "withheld"  # a child undressed: never fetched


class Progress(StrEnum):
    """What has become of a follow-up."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    NOT_REMOVED = "not removed"
    NOT_NEEDED = "not needed"
    ENDED = "ended"  # with its case


class Subject(StrEnum):
    """Whom a case is about."""

    SCHOOL = "school"
    STAFF = "staff"
    HEAD = "head"
    PUPIL = "pupil"
    PARENT = "parent"
    ME = "me"  # the person who reported it
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The bot has asked something; the next words of this person complete the command."""

    command: str  # empty: nothing is awaited, and only `used` is remembered
    place: str
    until: datetime
    short: bool = False  # a name or a number; a longer message is something else
    used: tuple[str, ...] = ()  # source keys of the last answers, which the platform may send again


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    roles: tuple[str, ...]
    accounts: tuple[str, ...]  # `slack:T1:U7`, `telegram:4242`
    since: datetime
    earlier: tuple[str, ...] = ()  # ids that this person had before two records were made one
    awaiting: Awaiting | None = None
    hints: tuple[str, ...] = ()  # what is said once, and has been
    invited: bool = (
        False  # came by an invitation; otherwise the platform alone vouches for the name
    )
    version: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id, *self.earlier)

    def has(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-use code, kept as its SHA-256."""

    digest: str
    name: str
    roles: tuple[str, ...]
    until: datetime
    person: str | None = None  # whose further account this is, where it is somebody we know


@dataclass(frozen=True, slots=True)
class About:
    subject: str  # a Subject
    person: str | None = None  # id, where it is somebody we know
    name: str = ""
    heads: tuple[
        str, ...
    ] = ()  # ids of the headteachers of that moment, where it is about the headteacher
    nobody_of: tuple[str, ...] = ()  # ids of those of a like name whom the reporter did not mean


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    likeness: str  # 64-bit difference hash, 16 hexadecimal digits; empty for a plain surface


@dataclass(frozen=True, slots=True)
class Evidence:
    """One screenshot, file, link or text as received."""

    number: int  # 1, 2, 3 … within its case
    kind: str  # text, link, picture, video, audio, file
    source: str  # source key of the message that it came in
    by: str  # person id
    at: datetime
    state: str = State.KEPT
    text: str = ""  # a text, or a link, as typed
    normal: str = ""  # a link's normal form
    name: str = ""
    media_type: str = ""
    size: int | None = None  # bytes
    pointer: Mapping[str, str] = field(default_factory=dict)
    origin: Mapping[str, str] = field(
        default_factory=dict
    )  # what the platform says of the original
    sha256: str = ""
    kept_at: datetime | None = None
    picture: Picture | None = None
    problem: str = ""  # why it is not kept, or could not be opened
    tries: int = 0
    next_try: datetime | None = None
    first_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One person passed something on, in one or several messages."""

    by: str  # person id
    at: datetime
    sources: tuple[str, ...]  # source keys, of messages and albums; each is of one case alone
    place: str  # where to answer


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a chronology. `hash` covers the content and the hash of the entry before."""

    at: datetime
    by: str
    what: str
    details: Mapping[str, str]
    before: str
    hash: str

    @staticmethod
    def make(at: datetime, by: str, what: str, details: Mapping[str, str], before: str) -> Entry:
        content = json.dumps([at.isoformat(), by, what, dict(details), before], sort_keys=True)
        return Entry(at, by, what, details, before, hashlib.sha256(content.encode()).hexdigest())

    @property
    def sound(self) -> bool:
        return Entry.make(self.at, self.by, self.what, self.details, self.before).hash == self.hash


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One step of one case: of its procedure, or one of its own."""

    key: str  # the step's, or own-1, own-2 …
    what: str
    owner: str  # a role, or “owner”: whoever looks after the case
    due: datetime
    clock: str  # school: waits for school days and hours; legal: working days, waits for nothing; now: at once
    person: str | None = None  # who was asked to do it, in place of the role
    urgent: bool = False
    outcomes: tuple[str, ...] = ()
    passage: str = ""
    progress: str = Progress.OPEN
    opened_at: datetime | None = None
    settled_at: datetime | None = None
    postponed: int = 0
    told: int = (
        -1
    )  # the last stage that was told: 0 before it is due, 1, 2 … the days for which it is overdue

    @property
    def is_open(self) -> bool:
        return self.progress == Progress.OPEN

    @property
    def is_own(self) -> bool:
        """Somebody has added it to this case; no procedure calls for it."""
        return self.key.startswith(OWN_STEP)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that the bot owes somebody. What it says is worded when it is sent."""

    key: str  # unique: however often it is owed, it is sent once
    kind: str  # alert, channel, waiting, taken, closed …
    to: str  # person id, or an address for a channel
    due: datetime  # not sent before
    reference: str = ""  # the case as the reader knows it, where that is one joined to this
    step: str = ""  # the follow-up or duty that it is about
    stage: int = 0  # of its being overdue, in days; 0 before that
    waits: bool = False  # for school hours
    settled: datetime | None = None  # sent, or no longer needed
    result: str = ""  # sent, moot, failed
    message: str = ""  # address and platform's id of what was sent
    tries: int = 0


@dataclass(frozen=True, slots=True)
class DutyDone:
    """A duty of the school's was done, for one of the days on which it is due."""

    key: str
    due: date
    by: str  # person id
    at: datetime

    @property
    def under(self) -> str:
        return f"{self.key} {self.due}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists and access need to know of a case; small, so that all of them fit in memory."""

    reference: str
    version: int
    status: str
    opened_at: datetime
    touched_at: datetime  # by whoever did more than look
    category: str | None
    urgent: bool
    withheld: bool
    withholds: bool  # something of it is never fetched
    about: About | None
    owner: str | None
    joined_to: str | None
    settled: bool
    reporters: tuple[str, ...]
    last_report_at: datetime
    sources: tuple[str, ...]
    links: tuple[str, ...]
    hashes: tuple[str, ...]
    likenesses: tuple[int, ...]
    unkept: int
    outcome: str  # how it ended
    closed_at: datetime | None
    held: bool  # not to be erased
    due: datetime | None  # of the earliest open follow-up
    wake_at: datetime | None  # when somebody is to be reminded of something next


def new_reference() -> str:
    """Four random characters: 614,656 references, and none tells how many cases there are."""
    base = len(REFERENCE_ALPHABET)
    number = secrets.randbelow(base**4)
    return "".join(REFERENCE_ALPHABET[number // base**place % base] for place in range(4))


def new_id() -> str:
    return secrets.token_hex(6)
