"""Answers that are typed: a day and its hour, a name in place of a tap; what cannot be used is asked for again."""

from __future__ import annotations

from tests.talks.conftest import Talk
from tests.talks.test_follow_ups import COMPLAINT
from tests.talks.test_what_people_type import WITHOUT_FORMS


@WITHOUT_FORMS
async def test_a_follow_up_that_is_asked_about_takes_its_answer_as_people_type_it(
    talk: Talk,
) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case add {a}
        bot>  What is to be done, and by when?
        Ben>  ring the caretaker
        bot>  By when? For example: friday, or tomorrow 3pm. (Case {a}: ring the caretaker)
        Ben>  when he is back
        bot>  I cannot read “when he is back” as a day.
        Ben>  tomorrow at half past three
        bot>  Case {a}: “ring the caretaker” is due Wed 25 Nov, 15:30.
        Ben>  /case add {a} "Talk to governors" by 3
        bot>  Is 3 an hour or a day? Type it like 3pm or 27 November.
        Ben>  3pm
        bot>  Case {a}: “Talk to governors” is due Tue 24 Nov, 15:00.
        Ben>  /case add {a} tell the parents by 31/02
        bot>  I cannot read “31/02” as a day.
        Ben>  (taps) Cancel
        bot>  Nothing is changed.
    """)


async def test_a_name_is_typed_in_place_of_a_tap(talk: Talk) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  (taps) Give to
        bot>  Who should do it?
        Ben>  Dev
        bot>  Dev Singh cannot be given a step of case {a}.
        Ben>  cleo
        bot>  Case {a} · gave “Establish what was posted, and gather the evidence” to Cleo Martin
        Ben>  /case give {a}
        bot>  Who should look after case {a}?
        Ben>  Cleo Martin
        bot>  Cleo Martin is looking after it
    """)
