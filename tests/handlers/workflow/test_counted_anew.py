"""A step whose hours the clock counts anew is as the entries of its case say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from handlers.sweep import sweep
from store.model.kinds import Clock
from store.model.proofs import with_proofs
from store.model.records import FollowUp, Role
from store.replaying import find_contradictions
from tests.desks import Time, desk_in
from tests.store.made import BEN, MINUTE, NOW, case, notice, person


async def test_a_step_that_the_clock_moves_is_proved(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, Time(NOW))
    await desk.store.add_person(person(BEN, roles=(Role.HEAD,)))
    hour = timedelta(hours=1)
    step = FollowUp("ring", "Ring home", "head", NOW + hour, Clock.NOW, opened_at=NOW, told=-1)
    told = notice("n", NOW + 10 * MINUTE)
    made = replace(case(), wake_at=NOW, follow_ups=(step,), notices=(told,))
    await desk.store.add(with_proofs(made, None, NOW))
    await sweep(desk)
    swept = await desk.store.case(made.reference)
    [moved] = swept.follow_ups
    assert moved.due == NOW + hour + 10 * MINUTE
    assert list(find_contradictions(swept)) == []
    await desk.store.close()
