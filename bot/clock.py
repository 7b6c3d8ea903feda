"""The few fixed jobs. The scheduler remembers nothing: what is due is in the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


def start_clock(*jobs: Callable[[], Awaitable[None]]) -> AsyncIOScheduler:
    """Run each job now and every minute, however late, never twice at once."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in jobs:
        scheduler.add_job(
            job, "cron", second=0, coalesce=True, max_instances=1, misfire_grace_time=None
        )
    scheduler.start()
    return scheduler
