"""Nobody drowns the others, and nothing that was passed on is lost for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.rules.limits import Limits
from handlers.school.invitations import for_new_person, new_code
from store.model.records import TECHNICIAN
from tests.talks.conftest import Talk
from tests.talks.stage import SlackStage, Stage, TelegramStage


def narrow(stage: Stage, **limits: int) -> None:
    """The same bot, with less room."""
    desk = replace(stage.bot.desk, limits=replace(Limits(), **limits))
    stage.bot.desk = desk


async def test_so_many_acts_a_minute_and_urgent_at_any_time(talk: Talk, stage: Stage) -> None:
    narrow(stage, acts=5)
    await talk("""
        Asha> They write something terrible
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        Asha> /case status
        bot>  {a} ·
        Asha> /case {a}
        bot>  Case {a}
        Asha> /case note {a} he came back
        bot>  Noted
        Asha> /case note {a} and again
        bot>  I have done nothing with it: please try again from 10:01:00.
        Asha> /case urgent {a}
        bot>  Case {a}
        Asha> And another thing that I saw
        bot>  Case {a}
        Gita> /case status
        bot>  You have not passed anything on yet.
        clock> +1m
        Asha> /case note {a} and again
        bot>  Noted
    """)


@pytest.mark.parametrize("stage", ["terminal", "telegram"], indirect=True)
async def test_an_answer_that_comes_too_fast_may_be_sent_again(talk: Talk, stage: Stage) -> None:
    narrow(stage, acts=2)
    cases = await talk("""
        Asha> They write something terrible
        bot>  Case {a}
        Asha> /case status
        bot>  {a} ·
        Asha> /case note {a}
        bot>  note
        Asha> He came back to the gate at noon
        bot>  I have done nothing with it: please try again from 10:01:00.
        clock> +1m
        Asha> He came back to the gate at noon
        bot>  Noted
    """)
    case = await stage.bot.desk.store.case(cases["a"])
    assert [entry.details["text"] for entry in case.chronology if entry.what == "note"] == [
        "He came back to the gate at noon"
    ]
    assert len(await stage.bot.desk.store.summaries()) == 1


async def test_more_cases_than_one_opens_in_an_hour_are_kept_with_the_last(
    talk: Talk, stage: Stage
) -> None:
    narrow(stage, reports=2)
    cases = await talk("""
        Asha> /report the first thing
        bot>  Case {a}
        Asha> /report the second thing
        bot>  Kept with case {b}
        Asha> /report the third thing
        bot>  this is kept with case {b} and is no case of its own.
        clock> +61m
        Asha> /report the fourth thing
        bot>  ase {c}
    """)
    case = await stage.bot.desk.store.case(cases["b"])
    assert [e.text for e in case.evidence] == ["the second thing", "the third thing"]
    assert len({*cases.values()}) == 3


async def test_what_is_not_kept_is_said_not_to_be(talk: Talk, stage: Stage) -> None:
    narrow(stage, messages=2)
    await talk("""
        Asha> the first thing
        bot>  Case {a}
        Asha> the second thing
        bot>  Case {a}
        Asha> the third thing
        bot>  That was not kept: there was more from you in an hour than I can take.
        bot>  Please send it again from 11:00:00.
        clock> +60m
        Asha> the third thing
        bot>  Case {b}
    """)


async def test_a_burst_of_screenshots_trips_nothing(talk: Talk, stage: Stage) -> None:
    names = ", ".join(f"{n}.png" for n in range(10))
    await talk(f"""
        Asha> [sends {names}]
        bot>  Case {{a}}
        Asha> [sends {names.replace(".png", "0.png")}]
        bot>  Case {{a}}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
    """)
    await stage.quiet()
    (summary,) = await stage.bot.desk.store.summaries()
    case = await stage.bot.desk.store.case(summary.reference)
    assert len(case.evidence) == 20


@pytest.mark.parametrize("stage", ["telegram"], indirect=True)
async def test_five_wrong_codes_burn_an_account_for_a_day(talk: Talk, stage: Stage) -> None:
    assert isinstance(stage, TelegramStage)
    code = new_code()
    made = for_new_person("Finn Stranger", ("staff",), code, stage.clock.now(), TECHNICIAN)
    await stage.bot.desk.store.add_invitation(made)
    for n in range(5):
        await talk(f"""
            Finn> /join wrongwrongwrongwrongwrong{n}
            bot>  That code is not valid
        """)
    await talk(f"""
        Finn> /join {code}
        bot>  None is accepted from this account until Wed 25 Nov, 10:00.
        clock> +24h
        Finn> /join {code}
        bot>  Welcome, Finn Stranger.
    """)


async def test_strangers_are_answered_once_an_hour(talk: Talk, stage: Stage) -> None:
    if not isinstance(stage, SlackStage | TelegramStage):
        return
    await talk("""
        Finn> hello
        bot>  please ask the school for an invitation.
        Finn> hello, is anybody there
        bot>  (nothing)
        Finn> /case status
        bot>  (nothing)
    """)
