"""What is noted about the place of a store itself: no copy of the records takes it along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

#: The name of the note that tells one school's backups from another's.
BACKUP_ID = "backup-id"
#: The name of the note that says where everything was moved to.
MOVED_AWAY = "moved-away"
#: The name of the note that says which backup is being put back.
PUTTING_BACK = "putting-back"
#: The name of the note that says which fields the records have of the last bot that ran here.
FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class PlaceNote:
    """A note in a store of many records, beside which it lies. It is no memo: nobody lists it."""

    name: str
    text: str

    @property
    def memo_key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class MovedAway:
    """Everything was moved to another place."""

    #: A folder, or a database's address without its password.
    to: str
    #: UTC.
    at: datetime

    def to_text(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_text(cls, text: str) -> MovedAway | None:
        """What a note says; None where there is no note. Raises ValueError."""
        return msgspec.json.decode(text, type=cls) if text else None
