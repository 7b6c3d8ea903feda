"""How much one person may do in a while: a flood, by mistake or meant, drowns nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is over them is refused, with the time from which it is not; saying that a case is urgent never is."""

    acts: int = 30  # commands and taps a minute
    reports: int = 60  # new cases an hour: what comes after that is kept with the latest
    messages: int = 600  # an hour, whatever becomes of them
    codes: int = 5  # invitations that one account tries in a day
