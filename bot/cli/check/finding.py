"""What `headsup check` says, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.chats import address_of
from bot.settings import Settings
from store.model.address import Address
from store.model.case import Case
from store.model.invitations import Invitation
from store.model.memos import BackedUp
from store.model.records import Notice, Person
from store.school.procedure import Procedure
from store.school.school import School


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    #: What was looked at, as CHECKS calls it; or tokens, procedure, evidence.
    part: str
    #: What is wrong, and the mend: one line.
    says: str
    #: The school's key, where there are several.
    school: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is neither right nor wrong, as far as it is known."""

    running: bool | None = None
    people: int = 0
    #: UTC.
    last_digest: datetime | None = None
    #: Words in pictures can be found.
    reads_pictures: bool = False
    #: When a backup went well last, UTC.
    last_backup: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """All that was read for the check. What could not be read is None, and has been said."""

    settings: Settings
    #: UTC.
    now: datetime
    school: School | None = None
    procedure: Procedure | None = None
    people: Sequence[Person] = ()
    cases: Sequence[Case] = ()
    #: The notices of no case: digests, duties.
    notices: Sequence[Notice] = ()
    #: Those that nobody has used, also where their time is over.
    invitations: Sequence[Invitation] = ()
    #: Paths of what could not be read: `cases/7K4M`, `people/….json`.
    unreadable: Sequence[str] = ()
    #: The database's role, where row-level security does not bind it.
    unbound_role: str = ""
    #: Whether a bot works with it; None where that cannot be told.
    running: bool | None = None
    #: How the backups to BACKUP_TO have gone.
    last_backup: BackedUp | None = None
    #: False where the store could not be looked into at all.
    readable: bool = True

    @property
    def channel_addresses(self) -> list[Address]:
        """The leadership channels that the settings and the school file name."""
        of_school = self.school.leadership_channel if self.school else ()
        channels = (*self.settings.leadership_channel, *of_school)
        return [Address.parse(address_of(channel)) for channel in channels]


#: One thing to look at, without the network: gives a line for each thing that is wrong.
Check = Callable[[Looked], Iterator[str]]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that is wrong, in the order in which it is said."""

    found: Sequence[Finding] = ()
    #: None where the settings could not be read, and where there are several schools.
    facts: Facts | None = None
    #: Of each school, by its key, where there are several.
    schools: Mapping[str, Facts] = field(default_factory=dict)
