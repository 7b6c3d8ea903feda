"""What is gathered at the command line for somebody's request leaves a trace in each case that it
was taken from.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.desk import Desk
from handlers.workflow.changes import Move, apply
from store.errors import DamagedCase, NotFound
from store.model.kinds import EntryKind
from store.model.memos import Exported
from store.model.records import SYSTEM, TECHNICIAN


async def note_exports(desk: Desk, now: datetime) -> None:
    """Enter what was exported since this ran last. Killed half way, it goes on where it was."""
    for memo in await desk.store.memos(Exported):
        if memo.noted:
            continue
        for reference in memo.references:
            try:
                if not await _is_entered(memo, reference, desk):
                    await apply(desk, reference, _enter(memo))
            except (DamagedCase, NotFound):
                continue
        await desk.store.put(replace(memo, noted=True))


def _enter(memo: Exported) -> Move:
    if memo.packed_for:
        details = {"for": memo.packed_for, "reason": memo.reason, "export": memo.id}
        return lambda case: case.enter(memo.at, TECHNICIAN, EntryKind.PACKED, **details)
    return lambda case: case.enter(memo.at, SYSTEM, EntryKind.EXPORTED, export=memo.id)


async def _is_entered(memo: Exported, reference: str, desk: Desk) -> bool:
    case = await desk.store.case(reference)
    return any(entry.details.get("export") == memo.id for entry in case.chronology)
