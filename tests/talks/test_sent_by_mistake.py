"""The ways back of whoever passed something on, in every chat."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_a_reporter_ends_what_was_sent_by_mistake(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> (taps) Sent by mistake
        bot>  Case {a} is closed as sent by mistake. What you sent is still kept.
        clock> +20m
        bot to Ben>  (nothing)
        Asha> /case {a}
        bot>  closed: it was sent by mistake
        Ben>  /case {a}
        bot>  closed: sent by mistake
    """)


async def test_to_say_it_twice_is_answered_the_same(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> /case mistake {a}
        bot>  Case {a} is closed as sent by mistake. What you sent is still kept.
        Asha> /case mistake {a}
        bot>  Case {a} is closed as sent by mistake. What you sent is still kept.
    """)


async def test_whoever_has_begun_to_work_on_it_is_told(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +1m
        bot to Ben>  New case {a}
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Asha> /case mistake {a}
        bot>  Somebody is working on case {a} already
        clock> +1m
        bot to Ben>  More for case {a}
        Ben>  /case {a}
        bot>  Whoever passed it on says that it was sent by mistake.
    """)


async def test_words_of_a_mistake_open_no_case(talk: Talk) -> None:
    await talk("""
        Asha> sorry, wrong tap
        bot>  You have no open case
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> Sorry, sent by mistake
        bot>  Which one was sent by mistake?
        Asha> (taps) Case {a}
        bot>  Case {a} is closed as sent by mistake.
    """)


async def test_words_of_a_wrong_tap_lead_to_what_can_be_changed(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        Asha> Oops, I tapped the wrong category
        bot>  Which one should be changed?
        Asha> (taps) Case {a}
        bot>  What should be changed about case {a}?
        Asha> (taps) What it is about
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Complaint about the school
    """)


async def test_what_was_said_can_be_changed(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        Asha> (taps) Change
        bot>  What should be changed about case {a}?
        Asha> (taps) What it is about
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Complaint about the school
    """)


async def test_nobody_else_and_no_subject_ends_it_so(talk: Talk) -> None:
    await talk("""
        Ben>  They write about me, and it is about me
        bot>  Case {a}
        Ben>  /case about {a} me
        bot>  Case {a}
        Ben>  /case mistake {a}
        bot>  Others say now what this case is about.
        Efua> /case mistake {a}
        bot>  Only whoever passed case {a} on can say that.
        Asha> /case mistake {a}
        bot>  I know no case
    """)
