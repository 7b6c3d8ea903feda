"""What is about the headteacher goes past the headteacher: answers, searches, questions."""

from __future__ import annotations

import pytest

from tests.talks.conftest import Talk
from tests.talks.stage import Stage

PAST = "The chair of governors is told. The headteacher is not."


@pytest.mark.parametrize("said", ["head", "the headteacher", "Ben Okafor", "staff Ben Okafor"])
@pytest.mark.parametrize("stage", ["terminal"], indirect=True)
async def test_the_reporter_reads_who_is_told_however_it_was_said(said: str, talk: Talk) -> None:
    await talk(f"""
        Asha> They say that he shouted at a child
        bot>  Case {{a}}
        Asha> /case about {{a}} {said}
        bot>  {PAST}
        Asha> (taps) Allegation about staff
        bot>  {PAST}
        Asha> /case urgent {{a}}
        bot>  {PAST}
    """)


async def test_what_is_added_later_says_so_too(talk: Talk) -> None:
    await talk(f"""
        Asha> They say that the head shouted at a child
        bot>  Case {{a}}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  {PAST}
        Asha> He did it again today
        bot>  {PAST}
        clock> +5m
        Asha> And once more
        bot>  Kept with case {{b}}
        Asha> (taps) A new case
        bot>  Who is it about?
        Asha> /case category {{b}} staff-allegation
        bot>  Who is it about?
        Asha> /case about {{b}} Mr Okafor
        bot>  Did you mean one of these?
        Asha> It was in the yard
        bot>  Leadership is told shortly. The headteacher is not.
    """)


async def test_nobody_learns_from_their_answer_what_others_have_said(
    talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        Asha> They say that he shouted at a child
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The headteacher is not.
        Gita> Somebody shouted in the hall
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> /case category {b} other
        bot>  Leadership is told shortly.
        Efua> /case {a}
        bot>  Case {a}
    """)
    store = stage.bot.desk.store
    part = await store.case(cases["b"])
    await store.save(part.join(cases["a"], by="efua", at=stage.clock.now()))
    await talk(f"""
        Gita> And in the yard
        bot>  Case {cases["b"]}
    """)
    assert not any("headteacher is not" in seen for seen in stage.seen("Gita"))


async def test_a_question_about_the_head_goes_to_the_chair(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /policy may the head look into my handbag?
        bot>  Ask the leadership
        Asha> (taps) Ask the leadership
        bot>  Your question has gone to Efua Mensah.
        bot to Efua> handbag
    """)
    assert not any("handbag" in seen for seen in stage.seen("Ben"))


async def test_whoever_has_reported_the_head_asks_the_chair(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> They say that he shouted at a child
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The headteacher is not.
        Asha> /policy may I bring a parrot to lessons?
        bot>  Ask the leadership
        Asha> (taps) Ask the leadership
        bot>  Your question has gone to Efua Mensah.
        bot to Efua> parrot
    """)
    assert not any("parrot" in seen for seen in stage.seen("Ben"))


async def test_the_head_sees_no_search_of_one_who_was_the_chair(talk: Talk) -> None:
    await talk("""
        technician> gives Gita Rao the role chair
        clock> +1m
        Gita> /case find lemonade
        bot>  No
        technician> takes Gita Rao the role chair
        clock> +1m
        Cleo> /case find marmalade
        bot>  No
        technician> gives Ben Okafor the role chair
        clock> +1m
        Efua> /case find biscuits
        bot>  No
        Ben>  /case find crumpets
        bot>  No
        Ben>  /case searches
        bot>  marmalade
    """)


async def test_which_searches_are_hidden(talk: Talk, stage: Stage) -> None:
    await test_the_head_sees_no_search_of_one_who_was_the_chair(talk)
    (shown,) = (seen.words for seen in stage.seen("Ben") if "marmalade" in seen.words)
    assert "crumpets" in shown
    assert "lemonade" not in shown
    assert "biscuits" not in shown
