"""What is remembered, as frozen records.

A change is a new record. All times are aware UTC. The case, which gathers most of them, is in
`store.model.case`; evidence, invitations and memos have modules of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from store.model.kinds import OWN_STEP
from store.model.removals import SiteRemoval

#: Who did it, where nobody did: the bot itself.
SYSTEM = "headsup"

#: Who did it, at the command line.
TECHNICIAN = "technician"


#: As entries are hashed.
_JSON = json.JSONEncoder(sort_keys=True)


class IllegalMove(Exception):
    """The record does not allow this; the text says why."""


class Role(StrEnum):
    STAFF = "staff"
    LEADER = "leader"
    HEAD = "head"
    #: Designated safeguarding lead.
    DSL = "dsl"
    ICT = "ict"
    CHAIR = "chair"


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class State(StrEnum):
    """How far a piece of evidence has come."""

    KEPT = "kept"
    #: For somebody to say what it is about; nothing has been fetched.
    WAITING = "waiting"
    #: To be fetched.
    WANTED = "wanted"
    TOO_LARGE = "too large"
    #: Given up after a day of trying, or gone from the platform.
    LOST = "lost"
    #: A child undressed: never fetched.
    WITHHELD = "withheld"


class Progress(StrEnum):
    """What has become of a follow-up."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    NOT_REMOVED = "not removed"
    NOT_NEEDED = "not needed"
    #: With its case.
    ENDED = "ended"


class Subject(StrEnum):
    """Whom a case is about."""

    SCHOOL = "school"
    STAFF = "staff"
    HEAD = "head"
    PUPIL = "pupil"
    #: A parent, or anybody else who does not work here.
    PARENT = "parent"
    WEBSITE = "website"
    #: The person who reported it.
    ME = "me"
    UNSURE = "unsure"


class Poster(StrEnum):
    """Who posted what was passed on: kept as an `About`, for its rules are those of a subject."""

    PARENT = "parent"
    PUPIL = "pupil"
    #: A colleague.
    STAFF = "staff"
    HEAD = "head"
    #: A handle or a page, by its name; whose it is nobody has said.
    ACCOUNT = "account"
    #: Nobody of the above; perhaps with a name.
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The bot has asked something; the next words of this person complete the command."""

    #: Empty: nothing is awaited, and only `used` is remembered.
    command: str
    place: str
    until: datetime
    #: A name or a number; a longer message is something else.
    short: bool = False
    #: Source keys of the last answers, which the platform may send again.
    used: tuple[str, ...] = ()
    #: A name, in place of a tap: what can be none is something else.
    name: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    roles: tuple[str, ...]
    #: `slack:T1:U7`, `telegram:4242`.
    accounts: tuple[str, ...]
    since: datetime
    #: Ids that this person had before two records were made one.
    earlier: tuple[str, ...] = ()
    awaiting: Awaiting | None = None
    #: What is said once, and has been.
    hints: tuple[str, ...] = ()
    #: Came by an invitation; otherwise the platform alone vouches for the name.
    invited: bool = False
    version: int = 0
    #: What they were called before: a case may name them so.
    former_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that they are and were called, the name of now first."""
        return (self.name, *self.former_names)

    def renamed(self, name: str) -> Person:
        """The person under another name; the one of before is not forgotten."""
        if name == self.name:
            return self
        former = [each for each in self.names if each != name]
        return replace(self, name=name, former_names=tuple(former))

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id, *self.earlier)

    def has(self, *roles: str) -> bool:
        # A loop: it is asked some hundred times for one report.
        for role in roles:  # noqa: SIM110
            if role in self.roles:
                return True
        return False


def ids_of(people: Iterable[Person]) -> tuple[str, ...]:
    """All ids that these people have or had."""
    return tuple(id for person in people for id in person.ids)


@dataclass(frozen=True, slots=True)
class About:
    #: A Subject.
    subject: str
    #: Id, where it is somebody we know.
    person: str | None = None
    name: str = ""
    #: Ids of the headteachers of that moment, where it is about the headteacher.
    heads: tuple[str, ...] = ()
    #: Names of those who had the office that was named: whoever comes back has another id.
    names: tuple[str, ...] = ()
    #: Ids of those of a like name whom the reporter did not mean.
    nobody_of: tuple[str, ...] = ()
    #: Ids of those whom the words may mean, until somebody has said which of them it is.
    candidates: tuple[str, ...] = ()
    #: Ids of those whom the case's own words name besides, of whom somebody has said that it is not
    #: about them.
    not_meant: tuple[str, ...] = ()
    #: Whether it is somebody who was given a role by those from whom the case is kept: it is kept
    #: from them too, until somebody who looks after it lets them see it.
    appointed: bool = False

    @property
    def label(self) -> str:
        """What entries call it: the name, or what kind of person it is."""
        return self.name or self.subject

    @property
    def is_of_words(self) -> bool:
        """Whether it is somebody whom words may mean, besides those whom the case is about."""
        return self.subject == Subject.UNSURE and bool(self.candidates) and bool(self.name)

    @property
    def is_of_matter(self) -> bool:
        """Whether these are whom the matter was kept from out of which the case was taken, until it
        is said whom it is about.
        """
        return self.subject == Subject.UNSURE and bool(self.candidates) and not self.name

    @property
    def is_open(self) -> bool:
        """Whether it is still to be said who that is."""
        is_nobody_yet = self.subject == Subject.STAFF and not (self.person or self.name)
        return bool(self.candidates) or is_nobody_yet or self.subject == Subject.UNSURE


def is_known_whom(subjects: Collection[About]) -> bool:
    """Tell whether somebody has said whom a case is about, and no more is to be asked.

    Whom its words may mean besides is a question of its own.
    """
    said = [about for about in subjects if not about.is_of_words]
    return bool(said) and not any(about.is_open for about in said)


@dataclass(frozen=True, slots=True)
class Report:
    """One person passed something on, in one or several messages."""

    #: Person id.
    by: str
    at: datetime
    #: Source keys, of messages and albums; each is of one case alone.
    sources: tuple[str, ...]
    #: Where to answer.
    place: str


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
        content = _JSON.encode([at.isoformat(), by, what, dict(details), before])
        return Entry(at, by, what, details, before, hashlib.sha256(content.encode()).hexdigest())

    @property
    def sound(self) -> bool:
        return Entry.make(self.at, self.by, self.what, self.details, self.before).hash == self.hash


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One step of one case: of its procedure, or one of its own."""

    #: The step's, or own-1, own-2 …
    key: str
    what: str
    #: A role, or “owner”: whoever looks after the case.
    owner: str
    due: datetime
    #: School: waits for school days and hours; legal: working days, waits for nothing; now: at
    #: once.
    clock: str
    #: Who was asked to do it, in place of the role.
    person: str | None = None
    urgent: bool = False
    outcomes: tuple[str, ...] = ()
    passage: str = ""
    progress: str = Progress.OPEN
    opened_at: datetime | None = None
    settled_at: datetime | None = None
    postponed: int = 0
    #: The last stage that was told: 0 before it is due, 1, 2 … the days for which it is overdue.
    told: int = -1
    #: Ids of those whose it was when that was last worked out; nobody's yet, where it is empty.
    whose: tuple[str, ...] = ()

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

    #: Unique: however often it is owed, it is sent once.
    key: str
    #: Alert, channel, waiting, taken, closed …
    kind: str
    #: Person id, or an address for a channel.
    to: str
    #: Not sent before.
    due: datetime
    #: The case as the reader knows it, where that is one joined to this.
    reference: str = ""
    #: The follow-up or duty that it is about.
    step: str = ""
    #: Of its being overdue, in days; 0 before that.
    stage: int = 0
    #: For school hours.
    waits: bool = False
    #: Sent, or no longer needed.
    settled: datetime | None = None
    #: Sent, moot, failed.
    result: str = ""
    #: Address and platform's id of what was sent.
    message: str = ""
    tries: int = 0
    #: References of other cases that were told in the same message.
    beside: tuple[str, ...] = ()
    #: When it was due first, where it could not be sent then and was put off.
    first_due: datetime | None = None

    @property
    def unsent_since(self) -> datetime:
        """Since when it is owed, however often it was put off."""
        return self.first_due or self.due


@dataclass(frozen=True, slots=True)
class Said:
    """Of what kind a case is, in the words of one who reported it; or that it is urgent."""

    #: Person id.
    by: str
    #: The key of a category; empty: that it is urgent.
    category: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists and access need to know of a case; small, so that all of them fit in memory."""

    reference: str
    version: int
    status: str
    opened_at: datetime
    #: By whoever did more than look.
    touched_at: datetime
    category: str | None
    urgent: bool
    withheld: bool
    #: Something of it is never fetched.
    withholds: bool
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
    #: How it ended.
    outcome: str
    closed_at: datetime | None
    #: Not to be erased.
    held: bool
    #: Of the earliest open follow-up.
    due: datetime | None
    #: When somebody is to be reminded of something next.
    wake_at: datetime | None
    #: Whom else it is about.
    also_about: tuple[About, ...] = ()
    #: Who posted it, of which each `subject` is a Poster.
    posters: tuple[About, ...] = ()
    #: What its reporters have said, folded, until it is known whom it is about.
    open_words: str = ""
    #: They speak of the headteacher.
    speaks_of_head: bool = False
    #: Every chair of governors is, or may be, one of its subjects.
    chair_recused: bool = False
    #: Every headteacher is, or may be.
    head_recused: bool = False
    #: When somebody began to look after it, first.
    taken_at: datetime | None = None
    #: A Removal, or empty.
    removal: str = ""
    #: Ids of those who saw it last, whom its words alone do not shut out.
    last_inside: tuple[str, ...] = ()
    #: Of each post whose removal was asked for.
    site_removals: tuple[SiteRemoval, ...] = ()
    #: What its reporters have said of its kind themselves, each once, the latest last.
    said: tuple[Said, ...] = ()
    #: Every safeguarding lead is, or may be, one of its subjects.
    lead_recused: bool = False

    @property
    def subjects(self) -> tuple[About, ...]:
        """Everything that was said of whom it is about."""
        return (self.about, *self.also_about) if self.about else ()

    @property
    def concerned(self) -> tuple[About, ...]:
        """Everybody who must not see it: whom it is about, and who posted it."""
        return (*self.subjects, *self.posters)
