"""A bare line that a leader types where the bot has just spoken: is it meant as a report?"""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_a_bare_line_after_a_message_of_the_bots_asks_first(talk: Talk) -> None:
    await talk("""
        Ben>  /policy gaps
        bot>  have answered every question
        Ben>  Not with pupils' names in it
        bot>  Open a case with this? It is kept, and nobody is told yet.
        Cleo> /case list
        bot>  No open cases
        Ben>  (taps) No, it was not meant for that
        bot>  is closed as sent by mistake
        clock> +20m
        bot to Cleo> (nothing)
        bot to Ben> (nothing)
        clock> +1d
        bot to Cleo> (nothing)
    """)


async def test_yes_goes_on_with_the_usual_question(talk: Talk) -> None:
    await talk("""
        Ben>  /case list
        bot>  No open cases
        Ben>  A parent calls Mrs Bell a liar in the Year 4 group
        bot>  Open a case with this?
        Ben>  (taps) Yes, open it
        bot>  Case {a}
        bot>  Who is it about?
        Ben>  It is Tom's mother
        bot>  Case {a}
        bot>  Who is it about?
        clock> +10m
        bot to Cleo> New case {a}
    """)


async def test_no_answer_means_yes(talk: Talk) -> None:
    await talk("""
        Ben>  /case list
        bot>  No open cases
        Ben>  A parent calls Mrs Bell a liar in the Year 4 group
        bot>  it becomes case {a} in ten minutes
        clock> +9m
        bot to Cleo> (nothing)
        clock> +1m
        bot to Cleo> New case {a}
        Cleo> /case {a}
        bot>  A parent calls Mrs Bell a liar
        Ben>  (taps) No, it was not meant for that
        bot>  is closed as sent by mistake
    """)


async def test_what_comes_next_is_a_report_of_its_own(talk: Talk) -> None:
    """A No to the line ends nothing else, whichever of the two is said first."""
    await talk("""
        Ben>  /case list
        bot>  No open cases
        Ben>  that is what I wanted to know
        bot>  it becomes case {a} in ten minutes
        Ben>  [forwards "He hit a child on the stairs"]
        bot>  Case {b}
        Ben>  (taps) No, it was not meant for that
        bot>  Case {a} is closed as sent by mistake
        clock> +10m
        bot to Cleo> New case {b}
        Cleo> /case {b}
        bot>  He hit a child on the stairs
    """)


async def test_a_second_line_is_asked_about_by_itself(talk: Talk) -> None:
    await talk("""
        Ben>  /case list
        bot>  No open cases
        Ben>  that is what I wanted to know
        bot>  it becomes case {a} in ten minutes
        Ben>  He hit her on the stairs
        bot>  it becomes case {b} in ten minutes
        Ben>  /case mistake {a}
        bot>  Case {a} is closed as sent by mistake
        clock> +10m
        bot to Cleo> New case {b}
    """)


async def test_a_notice_is_a_message_of_the_bots_too(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +1m
        bot to Ben>  New case {a}
        Ben>  I know about that one
        bot>  Open a case with this?
        Ben>  (taps) No, it was not meant for that
        bot>  is closed as sent by mistake
    """)


async def test_it_is_asked_within_ten_minutes_and_only_of_bare_words(talk: Talk) -> None:
    await talk("""
        Ben>  /case list
        bot>  No open cases
        clock> +11m
        Ben>  A parent calls Mrs Bell a liar in the Year 4 group
        bot>  Who is it about?
        clock> +3m
        Ben>  See https://example.org/groups/year4
        bot>  a link to example.org
        Ben>  [forwards "She is a liar"] look
        bot>  Kept:
        Ben>  /report She is called a liar again
        bot>  Kept with case
        Asha> /case status
        bot>  yet
        Asha> They call the kitchen filthy
        bot>  Who is it about?
    """)


async def test_what_is_asked_about_is_part_of_no_other_case(talk: Talk) -> None:
    await talk("""
        Ben>  /report The gate is broken, writes a parent
        bot>  Case {a}
        clock> +3m
        Ben>  What happens now with the other one
        bot>  Open a case with this?
        Ben>  (taps) No, it was not meant for that
        bot>  is closed as sent by mistake
        Ben>  /case {a}
        bot>  Case {a}
    """)
