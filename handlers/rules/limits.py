"""How much one person may do in a while: a flood, by mistake or meant, drowns nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may do before the rest is refused, with the time from which it is not.

    Saying that a case is urgent is never refused.
    """

    #: Commands and taps a minute.
    acts: int = 30
    #: New cases an hour: what comes after that is kept with the latest.
    reports: int = 60
    #: Messages an hour, whatever becomes of them.
    messages: int = 600
    #: Invitations that one account tries in a day.
    codes: int = 5
