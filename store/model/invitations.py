"""An invitation, by whose code somebody joins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.model.address import Address


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-use code, kept as its SHA-256."""

    digest: str
    name: str
    roles: tuple[str, ...]
    until: datetime
    #: Whose further account this is, where it is somebody we know; else it is for a new person.
    person: str | None = None
    #: Id of who made it, or TECHNICIAN; empty where an earlier version made it.
    by: str = ""
    #: Id of who agreed to it, where nobody may give its roles alone; TECHNICIAN, once whoever has
    #: the mail address has read out the code.
    agreed_by: str = ""
    #: The account that has used it, and waits for the person to say that it is theirs; a mail
    #: address, to which the code was sent, from the beginning.
    claimed_by: str = ""
    #: What the platform calls that account.
    claimed_name: str = ""

    @property
    def key(self) -> str:
        """What buttons call it; it is no secret, as the code is."""
        return self.digest[:16]

    @property
    def is_by_mail(self) -> bool:
        """Whether it is for a mail address, and its code is typed by the technician alone."""
        return Address.parse(self.claimed_by).is_send_only
