"""Whoever a case is about stays kept from it by whatever record and under whatever part of their name they come back, and
by whatever name of their office it was said.
"""

from __future__ import annotations

import pytest

from handlers.school.role_log import note_found
from handlers.workflow.changes import reconsider
from store.model.records import Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def _joins(stage: Stage, id: str, name: str, role: str = Role.LEADER) -> Person:
    """Somebody is here from now on, by another chat, as an invitation makes them."""
    desk, now = stage.bot.desk, stage.clock.now()
    person = Person(id, name, (role,), (f"else:{id}",), now, invited=True)
    await desk.store.add_person(person)
    await note_found(person, desk.store, now)
    await reconsider(desk, person, None)
    return await desk.store.person(id)


async def _sees(stage: Stage, id: str) -> bool:
    return bool(await stage.bot.desk.visible(await stage.bot.desk.store.person(id)))


@pytest.mark.parametrize("name", ["Mrs Martin", "Cleo M", "C. Martin", "Cleo", "Cleo Jane Martin"])
async def test_another_record_of_whoever_was_tapped_is_asked_about(
    name: str, talk: Talk, stage: Stage
) -> None:
    await _joins(stage, "twin", name)
    await _joins(stage, "other", "Kim Okonkwo")
    await talk(f"""
        Asha> She was rude to a child, they write
        bot>  Case {{a}}
        Asha> (taps) A member of staff
        Asha> (taps) Cleo Martin
        Asha> (taps) Complaint about staff
        bot>  The words may mean {name}. Is it about them, or did they post it?
        clock> +11m
    """)
    assert [await _sees(stage, id) for id in ("twin", "cleo", "other")] == [False, False, True]
    # It is somebody else of a like name: an answer lets them in, and nobody but them.
    await talk("""
        Asha> (taps) No, it is not about them
        bot>  Case {a}
    """)
    assert [await _sees(stage, id) for id in ("twin", "cleo", "other")] == [True, False, True]


async def test_a_record_that_is_made_later_is_asked_about_as_well(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> She was rude to a child, they write
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Cleo Martin
        Asha> (taps) Complaint about staff
        bot>  Case {a}
        clock> +11m
        Ben>  /people invite Mrs Martin as leader
        bot>  Somebody of that name is here already: Cleo Martin (
    """)
    await _joins(stage, "twin", "Mrs Martin")
    assert not await _sees(stage, "twin")
    await talk("""
        Ben>  /case {a}
        bot>  The words may mean Mrs Martin
        Ben>  (taps) No, it is not about them
        bot>  Case {a}
    """)
    assert await _sees(stage, "twin")


@pytest.mark.parametrize("name", ["Ben Okafor", "Okafor, Ben", "Mr Okafor", "B. Okafor"])
async def test_a_head_who_leaves_and_joins_anew_is_kept_from_cases_about_the_headteacher(
    name: str, talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> He shouted at a boy, a parent writes
        bot>  Case {a}
        Asha> (taps) The headteacher
        Asha> (taps) Complaint about staff
        bot>  Case {a}
        clock> +11m
    """)
    await _joins(stage, "again", name, Role.CHAIR)
    await _joins(stage, "other", "Kim Okonkwo", Role.CHAIR)
    desk = stage.bot.desk
    ben = next(each for each in await desk.store.people() if each.name == "Ben Okafor")
    assert not await desk.visible(ben)
    assert [await _sees(stage, id) for id in ("again", "other")] == [False, True]


@pytest.mark.parametrize(
    ("words", "sees"),
    [
        ("SLT", {"efua"}),
        ("a senior leader", {"efua"}),
        ("one of the leadership team", {"efua"}),
        ("the DHT", {"ben"}),
        ("the DDSL", {"ben"}),
        ("somebody in the safeguarding team", {"ben"}),
        ("one of the governors", {"ben", "cleo"}),
        ("our boss", {"cleo", "efua"}),
    ],
)
async def test_an_office_by_the_name_that_schools_use(
    words: str, sees: set[str], talk: Talk, stage: Stage
) -> None:
    await talk(f"""
        Asha> Somebody was rude to a parent
        bot>  Case {{a}}
        Asha> /case about {{a}} {words}
        Asha> /case category {{a}} staff-complaint
        clock> +20m
    """)
    seen = {id for id in ("ben", "cleo", "efua") if await _sees(stage, id)}
    assert seen == sees
