"""What tests ask of a store in a word, where the store answers for several at once."""

from __future__ import annotations

from collections.abc import Sequence

from store.base import Store
from store.model.records import Summary


async def holder_of(store: Store, source: str) -> str | None:
    """The reference of the case that holds a source key."""
    return (await store.by_source(source)).get(source) or None


async def summary_of(store: Store, reference: str) -> Summary | None:
    for summary in await store.related([reference]):
        if summary.reference == reference:
            return summary
    return None


async def reported_by(store: Store, *ids: str) -> list[Summary]:
    """Cases with a report by one of these ids of a person, the oldest last report first."""
    found = await store.related(reporters=ids)
    mine = [summary for summary in found if not set(ids).isdisjoint(summary.reporters)]
    return sorted(mine, key=lambda summary: summary.last_report_at)


async def joined_to(store: Store, reference: str) -> Sequence[Summary]:
    """Cases that have become part of this one, and of nothing in between."""
    found = await store.related([reference])
    return [summary for summary in found if summary.joined_to == reference]
