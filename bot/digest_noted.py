"""Tells Prometheus when the last digest of a school went out."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.monitoring.metrics import Metrics
from handlers.desk import Desk
from handlers.school.last_digest import WORDS, last_digest

#: It goes out once a week, and a year's notices are many.
EVERY = timedelta(hours=1)

log = structlog.get_logger()


class DigestNoted:
    """Looks once an hour. `minute` belongs to the clock."""

    def __init__(self, school: str, desk: Desk, metrics: Metrics) -> None:
        self._school, self._desk, self._metrics = school, desk, metrics
        self._looked_at: datetime | None = None

    async def minute(self) -> None:
        """Never raises."""
        now = self._desk.now()
        if self._looked_at and now - self._looked_at < EVERY:
            return
        try:
            at = last_digest(await self._desk.store.loose(*WORDS))
        except Exception as error:
            log.error("last digest not looked up", why=type(error).__name__)
            return
        self._looked_at = now
        self._metrics.digest_sent(self._school, at)
