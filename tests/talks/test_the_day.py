"""Attention: one message a day, rounds while nobody takes what is urgent, and who hears of a step. TUESDAY is 24 November
2026, 10:00.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.talks.conftest import Talk
from tests.talks.stage import Stage, TerminalStage

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
THREAT = """
    Asha> He will come with a knife, it says
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Threat of violence
    bot to Ben>  Urgent: case {a}
    bot to Cleo> Urgent: case {a}
"""


@pytest.fixture
def phone(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_text('urgent_phone = "01632 960789"\n')


@pytest.fixture
def christmas(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_text('closed = ["2026-12-19/2027-01-03"]\n')


def standing(stage: Stage, name: str, words: str) -> int | None:
    """How many of the messages that somebody has now say this. A terminal's paper cannot be unwritten: None."""
    if isinstance(stage, TerminalStage):
        return None
    return sum(words in seen for seen in stage.seen(name))


async def test_a_chat_holds_one_message_of_the_day_with_each_case_once(
    talk: Talk, stage: Stage
) -> None:
    await talk(COMPLAINT)
    await talk("""
        clock> +20m
        Gita> The gate is never shut
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> (taps) Complaint about the school
        bot>  {b}
        clock> 2026-11-27T08:00
        bot to Ben>  Overdue:\\n{a} · Complaint about the school · Establish what was posted, and gather the evidence · Ben Okafor · day 1 · 1 more\\n{b} · Complaint
        bot to Ben>  Open {b}
        clock> 2026-11-30T08:00
        bot to Ben>  Your week\\nOverdue\\n{a} · Complaint about the school
        clock> 2026-12-01T08:00
        bot to Ben>  Today, Tue 1 December\\nOverdue:\\n{a} · Complaint about the school
        clock> 2026-12-01T16:00
        bot to Ben>  (nothing)
        Ben>  (taps) Open {a}
        bot>  Next: Establish what was posted
    """)
    assert standing(stage, "Ben", "Today, ") in (1, None)
    assert standing(stage, "Ben", "Your week") in (0, None)


async def test_the_message_of_the_day_is_taken_away_from_whoever_turns_out_to_be_meant(
    talk: Talk, stage: Stage
) -> None:
    known = await talk(COMPLAINT)
    await talk("""
        clock> 2026-11-26T08:00
        bot to Ben>  Due today:\\n{a}
        Asha> /case about {a} Ben Okafor
        bot>  Case {a}
        clock> +1m
    """)
    await stage.quiet()
    assert standing(stage, "Ben", known["a"]) in (0, None)
    await talk("""
        clock> 2026-11-27T08:00
        bot to Efua> Today, Fri 27 November\\nOverdue:\\n{a}
    """)
    await stage.quiet()
    assert standing(stage, "Ben", known["a"]) in (0, None)


async def test_what_is_urgent_goes_round_less_and_less_often_and_one_message_a_person(
    phone: None, talk: Talk, stage: Stage
) -> None:
    known = await talk("clock> 2026-11-28T22:00\n" + THREAT)
    await talk("""
        bot to Efua> (nothing)
        clock> +14m
        bot to Efua> (nothing)
        clock> +1m
        bot to Efua> Urgent: case {a}. Nobody has taken it for 15 minutes. Told so far: Ben Okafor and Cleo Martin.
        bot to Ben>  Case {a}: overdue since Sat 28 Nov, 22:15\\nTell the person threatened
    """)
    await stage.quiet()
    assert not any("Nobody has taken it" in seen for seen in stage.seen("Ben"))
    await talk("""
        clock> +15m
        bot to Ben>  Urgent: case {a}\\nThreat of violence\\nNobody has taken it for 30 minutes.\\nTold so far: Ben Okafor, Cleo Martin and Efua Mensah.
        bot to Asha> Case {a}: nobody has taken it yet. Ring 01632 960789 now. If anybody is in danger, ring 999.
        bot to Cleo> (nothing)
        clock> +15m
        bot to Cleo> (nothing)
        clock> +15m
        bot to Cleo> Nobody has taken it for an hour.
        bot to Ben>  Consider telling the police
        clock> +59m
        bot to Efua> (nothing)
        clock> +1m
        bot to Efua> Nobody has taken it for 2 hours.
        bot to Ben>  (nothing)
        clock> +1h
        bot to Ben>  Nobody has taken it for 3 hours.
    """)
    await stage.quiet()
    for name in ("Ben", "Cleo", "Efua"):
        assert standing(stage, name, f"Urgent: case {known['a']}") in (1, None)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        clock> +3h
        bot to Efua> (nothing)
        bot to Cleo> (nothing)
    """)


async def test_whoever_is_on_it_is_left_in_peace_and_the_others_are_told(talk: Talk) -> None:
    await talk("clock> 2026-11-28T22:00\n" + THREAT)
    await talk("""
        clock> +15m
        bot to Efua> Nobody has taken it for 15 minutes.
        Efua> (taps) Seen, I am on it
        bot>  I will not tell you about case {a} again for 2 hours
        clock> +15m
        bot to Ben>  Nobody has taken it for 30 minutes.
        bot to Ben>  Efua Mensah has seen it and is on it, since 22:15.
        Ben>  (taps) Seen, I am on it
        bot>  the others read that you are on it
        clock> +30m
        bot to Cleo> Ben Okafor has seen it and is on it, since 22:30.
        clock> +1h
        bot to Cleo> Nobody has taken it for 2 hours.
        bot to Ben>  (nothing)
        bot to Efua> (nothing)
        clock> +1h
        bot to Efua> Nobody has taken it for 3 hours.
        Ben>  /case log {a}
        bot>  Efua Mensah has seen it, and is on it
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Efua> (taps) Seen, I am on it
        bot>  Somebody is looking after case {a} by now.
        clock> +3h
        bot to Efua> (nothing)
    """)


async def test_nobody_learns_of_a_case_by_asking_about_it(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Efua> /case ask {a}
        bot>  I know no case “{a}” that you may see.
        Efua> /case seen {a}
        bot>  I know no case “{a}” that you may see.
        Asha> /case seen {a}
        bot>  That is not among the things you can do here.
    """)


async def test_the_chair_asks_what_happens_and_is_answered(talk: Talk, stage: Stage) -> None:
    await talk(COMPLAINT)
    await talk("""
        clock> 2026-11-30T08:00
        bot to Efua> Your week\\nNothing is overdue.
        clock> 2026-12-02T08:00
        bot to Efua> Case {a} · Complaint about the school
        bot to Efua> It is with Ben Okafor.
        Efua> (taps) Ask Ben Okafor what happens
        bot>  I have asked Ben Okafor what happens with case {a}. The answer comes to you here.
        bot to Ben>  Efua Mensah asks what happens with case {a}
        Ben>  (taps) Answer
        bot>  It goes to Efua Mensah, who does not see the case.
        Ben>  They meet on Friday
        bot>  Told Efua Mensah.
        bot to Efua> Ben Okafor about case {a}: They meet on Friday
        Ben>  /case log {a}
        bot>  Ben Okafor answered Efua Mensah: They meet on Friday
        clock> 2026-12-04T12:00
        bot to Efua> (nothing)
        clock> 2026-12-07T08:00
        bot to Efua> Your week\\nOverdue\\n{a} · Complaint about the school
        bot to Efua> Ben Okafor · day 7
        Efua> (taps) Ask Ben Okafor about {a}
        bot>  I have asked Ben Okafor what happens with case {a}.
        bot to Ben>  Efua Mensah asks what happens with case {a}
    """)
    for seen in stage.seen("Efua"):
        assert "kitchen" not in seen.words


async def test_nobody_is_reminded_of_a_case_before_they_are_told_of_it(talk: Talk) -> None:
    await talk("""
        clock> 2026-11-28T10:00
        Asha> They tease him in the group
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        clock> 2026-11-30T07:59
        bot to Ben>  (nothing)
        bot to Cleo> (nothing)
        clock> 2026-11-30T08:00
        bot to Ben>  New case {a}
        bot to Cleo> New case {a}
        bot to Ben>  Your week\\nNothing is overdue.
        bot to Ben>  Due today\\n{a} · Bullying of a pupil or an adult
        bot to Ben>  by 09:00
        clock> 2026-11-30T09:00
        bot to Ben>  Case {a}: overdue since Mon 30 Nov, 09:00
    """)


async def test_hours_begin_when_it_is_made_urgent(talk: Talk) -> None:
    await talk("""
        clock> 2026-11-28T10:00
        Asha> They tease him in the group
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        clock> +1h
        bot to Ben>  (nothing)
        Asha> /case urgent {a}
        bot to Ben>  Urgent: case {a}
        Ben>  /case {a}
        bot>  Next: Consider telling the police, and note what was decided · Ben Okafor · due Sat 28 Nov, 12:00
    """)


async def test_what_the_law_counts_is_told_on_a_working_day_in_the_holidays(
    christmas: None, talk: Talk
) -> None:
    await talk("""
        clock> 2026-12-19T12:00
        Asha> A mother writes that her son was hit
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        clock> 2026-12-21T07:59
        bot to Ben>  (nothing)
        clock> 2026-12-21T08:00
        bot to Ben>  New case {a}
        clock> 2026-12-21T17:00
        bot to Ben>  Case {a}: overdue since Mon 21 Dec, 17:00
    """)


async def test_whoever_a_step_falls_to_hears_of_it_once(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Cleo> /case refused {a} talk
        bot>  refused: Talk to the person who posted it
        bot to Ben>  (nothing)
        clock> 2026-11-25T08:00
        bot to Ben>  {a} · Complaint about the school\\nYours now: Send the letter that sets out the concern
        bot to Ben>  Yours now: Consider restricting the person's access
        bot to Cleo> (nothing)
        Cleo> /case hand {a} evidence to Ben
        bot>  gave “Establish what was posted, and gather the evidence” to Ben Okafor
        clock> 2026-11-26T08:00
        bot to Ben>  Cleo Martin gave you a step: Establish what was posted, and gather the evidence, due Thu 26 Nov, 17:00.
        Cleo> /case done {a} evidence
        bot>  done: Establish
        clock> 2026-11-27T08:00
        bot to Ben>  Cleo Martin has marked your step “done”: Establish what was posted
        clock> 2026-11-27T16:00
        bot to Ben>  (nothing)
    """)


async def test_a_step_that_is_pressing_is_told_at_once(talk: Talk) -> None:
    await talk(THREAT)
    await talk("""
        Cleo> /case postpone {a} police until friday, because he is away
        bot>  put off until Fri 27 Nov, 17:00.
        bot to Ben>  Cleo Martin put off your step until Fri 27 Nov, 17:00: Consider telling the police
    """)


async def test_a_step_that_asks_for_a_note_asks_for_it(talk: Talk) -> None:
    await talk(THREAT)
    await talk("""
        Ben>  /case done {a} police
        bot>  What was decided, and why?
        Ben>  The police were told at ten, number 77
        bot>  done: Consider telling the police, and note what was decided
        Ben>  /case log {a}
        bot>  done: Consider telling the police, and note what was decided: The police were told at ten, number 77
    """)


async def test_nothing_is_overdue_is_said_to_nobody_who_was_told_of_what_waits(talk: Talk) -> None:
    await talk("""
        clock> 2026-11-28T22:00
        Asha> He will come with a knife, it says
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        clock> 2026-11-29T02:00
        clock> 2026-11-30T08:00
        bot to Efua> Your week\\nOverdue\\n{a} · Threat of violence · urgent, and nobody has taken it
    """)
