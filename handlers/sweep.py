"""What happens by itself, every minute: whatever has come due is owed, whenever it is looked at."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.digest import owe_digests
from handlers.duties import owe_duties
from handlers.reminders import remind
from store.base import Conflict, DamagedCase, NotFound

AT_ONCE = 200  # cases looked at together


async def sweep(desk: Desk) -> None:
    """Owe the reminders, digests and duties that have come due. Running it again changes nothing."""
    now = desk.now()
    while references := await desk.store.to_wake(now, AT_ONCE):
        progress = [await _remind(reference, desk) for reference in references]
        if not any(progress):
            break
    await owe_duties(desk, now)
    await owe_digests(desk, now)


async def _remind(reference: str, desk: Desk) -> bool:
    """Whether the case was looked at; its `wake_at` is later then."""
    while True:
        try:
            case = await desk.store.case(reference)
            await desk.store.save(await remind(case, desk.now(), desk))
        except Conflict:
            continue
        except (DamagedCase, NotFound):
            return False
        return True
