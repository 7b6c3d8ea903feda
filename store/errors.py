"""What can go wrong with a store, and `Trouble`: what the person at the keyboard can mend."""

from __future__ import annotations


class Trouble(Exception):
    """The text says what is wrong and what to do."""


class NotFound(Exception):
    """There is no such record."""


class Conflict(Exception):
    """Somebody else was faster: read again, and try again."""


class StoreUnavailable(Trouble):
    """Nothing can be written or read just now; nothing was changed. The text says why."""


class DamagedCase(NotFound):
    """The case is there, and cannot be read; it was put aside."""


class OverLimit(Exception):
    """More bytes came than may be kept."""
