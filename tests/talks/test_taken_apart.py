"""A report that is taken out of a matter, or that leaders let go of, shows nobody more than before."""

from __future__ import annotations

from tests.talks.conftest import Talk

TWO_REPORTS = """
    Asha> They are on about the yard again, it says on a page
    bot>  Case {a}
    Asha> /report Here is more of it, of the same page
    bot>  Kept with case {b}
    clock> +11m
"""


async def test_a_new_case_is_kept_from_whom_the_earlier_one_is_about_until_it_is_said(
    talk: Talk,
) -> None:
    await talk(f"""{TWO_REPORTS}
        Ben>  /case about {{a}} Cleo Martin
        bot>  Cleo Martin
        Asha> (taps) A new case
        bot>  Who is it about?
        Cleo> /case {{b}}
        bot>  I know no case
        Ben>  /case {{b}}
        bot>  Here is more of it
        Asha> /case about {{b}} school
        bot>  Case {{b}}
        Cleo> /case {{b}}
        bot>  Here is more of it
        Cleo> /case {{a}}
        bot>  I know no case
    """)


async def test_a_leader_who_says_whom_is_told_whom_that_lets_in(talk: Talk) -> None:
    await talk(f"""{TWO_REPORTS}
        Ben>  /case about {{a}} Cleo Martin
        bot>  Cleo Martin
        Ben>  /case apart {{b}}
        bot>  Case {{b}}
        Cleo> /case {{b}}
        bot>  I know no case
        Ben>  /case about {{b}} school
        bot>  who must not see it now: Cleo Martin
        Cleo> /case {{b}}
        bot>  I know no case
        Ben>  (taps) Yes, it is not about them
        bot>  Case {{b}}
        Cleo> /case {{b}}
        bot>  Here is more of it
    """)


async def test_what_the_chair_wrote_is_shown_to_other_leaders_only_when_the_chair_says_so(
    talk: Talk,
) -> None:
    await talk(f"""{TWO_REPORTS}
        Asha> /case about {{a}} the headteacher
        bot>  Case {{a}}
        Efua> /case note {{b}} A private note of the chair
        bot>  Noted
        Asha> /case apart {{b}}
        bot>  Leadership has worked on case {{b}} already
        Asha> /case category {{b}} staff-complaint
        bot>  Kept with case {{b}}
        Cleo> /case {{b}}
        bot>  I know no case
        Efua> /case apart {{b}}
        bot>  can be seen by somebody who does not see it now: Cleo Martin
        Cleo> /case {{b}}
        bot>  I know no case
        Efua> (taps) Yes, a case of its own
        bot>  Case {{b}}
        Cleo> /case log {{b}}
        bot>  A private note of the chair
        Ben>  /case {{b}}
        bot>  I know no case
    """)


async def test_what_the_chair_wrote_ends_with_the_whole(talk: Talk) -> None:
    await talk(f"""{TWO_REPORTS}
        Asha> /case about {{a}} the headteacher
        bot>  Case {{a}}
        Efua> /case note {{b}} A private note of the chair
        bot>  Noted
        Efua> /case close {{a}} removed
        bot>  closed
        clock> +11m
        Cleo> /case {{b}}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases
    """)


async def test_a_report_that_nobody_has_seen_does_not_end_with_the_whole(talk: Talk) -> None:
    await talk("""
        Asha> They are on about the yard again, it says on a page
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  Case {a}
        Asha> /report Here is more of it, of the same page
        bot>  Kept with case {b}
        Efua> /case close {a} removed
        bot>  closed
        clock> +11m
        Efua> /case {b}
        bot>  nobody has taken it yet
        Ben>  /case {b}
        bot>  I know no case
    """)


async def test_ict_lets_go_of_what_is_said_to_be_about_the_head(talk: Talk) -> None:
    await talk("""
        Asha> This site is full of hate, they write
        bot>  Case {a}
        Asha> /case category {a} unsuitable-site
        bot>  Case {a}
        Asha> /case about {a} website
        bot>  Case {a}
        clock> +11m
        Dev>  /case take {a}
        bot>  Dev Singh is looking after it
        Asha> /case about {a} Ben Okafor
        bot>  Case {a}
        clock> +1m
        bot to Efua> New case {a}
        Dev>  /case {a}
        bot>  I know no case
    """)


async def test_nobody_is_sent_to_the_lead_about_whom_a_picture_is(talk: Talk) -> None:
    await talk("""
        Asha> The child in this picture is in Year 4
        bot>  Case {a}
        Asha> (taps) A child undressed or sexualised
        bot>  Ring the safeguarding lead now
        Asha> /case about {a} Cleo Martin
        bot>  Ring the headteacher now
        bot>  The headteacher is being told
        Ben>  /case {a}
        bot>  nothing of them can be seen here
    """)


async def test_nobody_is_sent_to_the_head_either_where_it_is_about_both(talk: Talk) -> None:
    await talk("""
        Asha> The child in this picture is in Year 4
        bot>  Case {a}
        Asha> (taps) A child undressed or sexualised
        bot>  Ring the safeguarding lead now
        Asha> /case about {a} Cleo Martin and Ben Okafor
        bot>  Ring the chair of governors now
        Efua> /case {a}
        bot>  Cleo Martin
    """)


async def test_who_is_asked_does_not_tell_what_leaders_have_said(talk: Talk) -> None:
    await talk("""
        Asha> A rude post about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +20m
        Asha> /policy may I bring my own kettle for the staffroom
        bot>  You can ask Ben Okafor
        Asha> (taps) Ask the leadership
        bot>  gone to Ben Okafor
        Cleo> /case about {a} the headteacher
        bot>  Done.
        clock> +1m
        Ben>  /case overdue
        bot>  kettle for the staffroom
        Asha> /policy may I bring my own toaster for the staffroom
        bot>  You can ask Ben Okafor
    """)


async def test_whom_the_matter_is_about_parts_what_is_theirs_and_stays_out(talk: Talk) -> None:
    """What they have just sent is a report like any other; that it is nothing of theirs is not for them to say."""
    await talk("""
        Ben>  They are on about the yard again, it says on a page
        bot>  Case {a}
        Ben>  /report And about the dinner
        bot>  Kept with case {b}
        clock> +11m
        Cleo> /case about {a} Ben Okafor
        bot>  You no longer see this case
        Ben>  (taps) A new case
        bot>  Case {b}
        clock> +11m
        Efua> /case {b}
        bot>  about the dinner
        Ben>  /case about {b} school
        bot>  Others say now
        Ben>  /case log {b}
        bot>  That is not yours to do
    """)
