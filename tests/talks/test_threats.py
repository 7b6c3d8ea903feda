"""Whoever is threatened is told in person, by somebody else, and before anything else is done."""

from __future__ import annotations

import pytest

from handlers.workflow.steps.procedure import owners_of
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

TELL = "Tell the person threatened, in person, now"


async def test_the_head_tells_a_colleague_who_does_not_see_the_case(talk: Talk) -> None:
    await talk(f"""
        Asha> They say they will wait for Cleo Martin after school
        bot>  Case {{a}}
        Asha> /case about {{a}} Cleo Martin
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you
        Ben>  /case {{a}}
        bot>  Next: {TELL} · Ben Okafor · due Tue 24 Nov, 10:15
        Cleo> /case {{a}}
        bot>  I know no case
        clock> +30m
        bot to Ben> {TELL}
    """)


async def test_the_chair_tells_the_head(talk: Talk, stage: Stage) -> None:
    await talk(f"""
        Asha> They say they will wait for the head after school
        bot>  Case {{a}}
        Asha> /case about {{a}} head
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  The chair of governors is told. The headteacher is not.
        Efua> /case {{a}}
        bot>  Next: {TELL} · Efua Mensah
        clock> +30m
        bot to Efua> {TELL}
    """)
    assert not any(TELL in seen for seen in stage.seen("Ben"))


@pytest.mark.parametrize("stage", ["terminal"], indirect=True)
@pytest.mark.parametrize(
    ("threatened", "teller"),
    [("Ben", "Efua"), ("Cleo", "Ben"), ("Dev", "Ben"), ("Efua", "Ben"), ("Gita", "Ben")],
)
async def test_nobody_is_given_it_for_themselves(
    threatened: str, teller: str, talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        Asha> They say what they will do to a colleague
        bot>  Case {a}
    """)
    store = stage.bot.desk.store
    person = await store.person(threatened.lower())
    await talk(f"""
        Asha> /case about {cases["a"]} {person.name}
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you
    """)
    case = await store.case(cases["a"])
    first = min(case.follow_ups, key=lambda step: step.due)
    assert first.what == TELL
    around = await stage.bot.desk.around(case)
    owners = owners_of(first, case, around, stage.bot.desk)
    assert [owner.id for owner in owners] == [teller.lower()]
