"""How often something happened lately, remembered by one process until it ends."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

#: Of whom or what the times are remembered; who has been quiet the longest is forgotten first.
REMEMBERED = 10_000


class RateCounter:
    """The embedded store's answer to `Store.count`."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def hit(self, what: str, at: datetime, span: timedelta, most: int) -> datetime | None:
        """Count `what` at this time, unless that was done `most` times in the span before it.

        Gives None where it was counted, and else the time when there is room again.
        """
        times = self._times.setdefault(what, deque())
        self._times.move_to_end(what)
        while times and times[0] <= at - span:
            times.popleft()

        if len(times) >= most:
            # Where nothing at all is allowed, no time before tells when there is room.
            return times[-most] + span if most else at + span

        times.append(at)
        while len(self._times) > self._remembered:
            self._times.popitem(last=False)
        return None
