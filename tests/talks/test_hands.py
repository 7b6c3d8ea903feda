"""Whoever has a step, and whoever had it, hear once that it has changed hands."""

from __future__ import annotations

from tests.talks.conftest import Talk

COMPLAINT = """
    Asha> They call the kitchen filthy
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
    clock> +1m
    bot to Ben>  New case {a}
"""


async def test_a_step_that_is_given_away_is_told_to_whoever_had_it(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Cleo> /case hand {a} evidence to Cleo Martin
        bot>  Cleo Martin
        clock> 2026-11-25T08:00
        bot to Ben>  No longer yours: Establish what was posted, and gather the evidence. Cleo Martin has it now.
        bot to Cleo> (nothing)
        clock> 2026-11-25T12:00
        bot to Ben>  (nothing)
        clock> 2026-11-26T08:00
        bot to Ben>  (nothing)
    """)


async def test_a_case_that_another_takes_is_told_to_whoever_had_it(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        clock> 2026-11-25T08:00
        bot to Ben>  No longer yours: Establish what was posted, and gather the evidence. Cleo Martin has it now.
        bot to Cleo> (nothing)
    """)


async def test_what_nobody_had_taken_is_lost_to_nobody(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        clock> 2026-11-25T08:00
        bot to Ben>  (nothing)
        bot to Cleo> (nothing)
    """)


async def test_what_falls_to_somebody_as_another_lost_a_role_is_told(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case hand {a} evidence to Cleo Martin
        bot>  Cleo Martin
        clock> 2026-11-25T08:00
        bot to Cleo> Ben Okafor gave you a step: Establish what was posted
        technician> takes Cleo Martin the role dsl
        clock> 2026-11-26T08:00
        bot to Ben>  Yours now: Establish what was posted, and gather the evidence
        clock> 2026-11-26T12:00
        bot to Ben>  (nothing)
    """)


async def test_a_case_whose_owner_lost_a_role_falls_to_another(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        technician> takes Cleo Martin the role dsl
        clock> 2026-11-25T08:00
        bot to Ben>  Yours now: Establish what was posted, and gather the evidence
    """)


async def test_what_was_handed_on_before_anybody_heard_of_it_is_told_to_nobody(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        technician> gives Dev Singh the role leader
        clock> +1m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case hand {a} evidence to Cleo Martin
        bot>  Cleo Martin
        Ben>  /case hand {a} evidence to Dev Singh
        bot>  Dev Singh
        Ben>  /case hand {a} talk to Cleo Martin
        bot>  Cleo Martin
        Ben>  /case hand {a} talk to Ben Okafor
        bot>  Ben Okafor
        clock> 2026-11-25T08:00
        bot to Dev>  Ben Okafor gave you a step: Establish what was posted
        bot to Cleo> (nothing)
        bot to Ben>  (nothing)
    """)


async def test_what_is_back_before_anybody_heard_that_it_was_gone_was_never_gone(
    talk: Talk,
) -> None:
    await talk(COMPLAINT)
    await talk("""
        technician> gives Dev Singh the role leader
        clock> +1m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Cleo> /case hand {a} evidence to Cleo Martin
        bot>  Cleo Martin
        Cleo> /case hand {a} talk to Cleo Martin
        bot>  Cleo Martin
        Cleo> /case hand {a} evidence to Ben Okafor
        bot>  Ben Okafor
        Cleo> /case hand {a} talk to Dev Singh
        bot>  Dev Singh
        clock> 2026-11-25T08:00
        bot to Ben>  No longer yours: Talk to the person who posted it, and ask for its removal. Dev Singh has it now.
        bot to Ben>  Cleo Martin gave you a step: Establish what was posted
        bot to Dev>  Cleo Martin gave you a step: Talk to the person
        bot to Cleo> (nothing)
    """)


async def test_what_somebody_took_and_lost_before_the_morning_is_told(talk: Talk) -> None:
    """The next step came with a step that another has done, which is told in the morning, too."""
    await talk("""
        Asha> A pupil is called names at https://example.com/p/1
        bot>  Case {a}
        Asha> /case about {a} a pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +11m
        Cleo> /case done {a} talk
        bot>  Then: Check that it is gone
        Ben> /case take {a}
        bot>  Then: Check that it is gone
        Cleo> /case take {a}
        bot>  Then: Check that it is gone
        clock> +22h
        bot to Ben>  No longer yours: Check that it is gone. Cleo Martin has it now.
    """)


async def test_hours_go_on_when_a_step_goes_to_somebody_who_had_not_heard_of_the_case(
    talk: Talk,
) -> None:
    await talk("""
        technician> gives Dev Singh the role leader
        Asha> Kill them all, it says about the kitchen staff
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        bot to Ben>  Urgent: case {a}
        clock> +5m
        Ben>  /case hand {a} police to Dev Singh
        bot>  Dev Singh · due Tue 24 Nov, 11:00
        bot to Dev>  gave you a step
        clock> 2026-11-24T10:15
        bot to Dev>  Urgent: case {a}
        Dev>  /case {a}
        bot>  due Tue 24 Nov, 11:00
    """)
