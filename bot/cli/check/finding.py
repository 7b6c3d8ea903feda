"""What `headsup check` says, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.settings import Settings
from store.model.case import Case
from store.model.records import Notice, Person
from store.school.procedure import Procedure
from store.school.school import School


@dataclass(frozen=True, slots=True)
class Finding:
    part: str  # as in PARTS; tokens, procedure
    says: str  # what is wrong, and the mend: one line
    school: str = ""  # its key, where there are several


@dataclass(frozen=True, slots=True)
class Facts:
    """What is neither right nor wrong, as far as it is known."""

    running: bool | None = None
    people: int = 0
    last_digest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """All that was read for the check. What could not be read is None, and has been said."""

    settings: Settings
    now: datetime  # UTC
    school: School | None = None
    procedure: Procedure | None = None
    people: Sequence[Person] = ()
    cases: Sequence[Case] = ()
    notices: Sequence[Notice] = ()  # of no case
    unreadable: Sequence[str] = ()  # `cases/7K4M`, `people/….json`
    unbound_role: str = ""  # of the database, where row-level security does not bind it
    readable: bool = True  # whether the store could be looked into at all


Part = Callable[[Looked], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Report:
    found: Sequence[Finding] = ()
    facts: Facts | None = None  # None: the settings could not be read
