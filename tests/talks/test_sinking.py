"""What somebody tries whom a case is about, so that it comes to nothing: it reaches those who can look after it."""

from __future__ import annotations

from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def test_whom_it_is_about_locks_away_nothing_that_others_have_sent(talk: Talk) -> None:
    await talk("""
        Asha> He has done it again, they write
        bot>  Case {a}
        Asha> /case category {a} staff-complaint
        bot>  Case {a}
        clock> +20m
        Ben>  /report That same thing again, seen on the page just now
        bot>  Case {b}
        clock> +11m
        Cleo> /case join {b} to {a}
        bot>  With it: {b}
        Asha> /case about {a} The headteacher
        bot>  The chair of governors is told.
        Ben>  /case category {b} child-undressed
        bot>  Others say now
        Efua> /case evidence {a}
        bot>  He has done it again
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_nor_does_whom_only_words_name(talk: Talk) -> None:
    await talk("""
        Asha> Somebody says that Ben Okafor slapped a boy
        bot>  Case {a}
        clock> +20m
        Ben>  /report That same thing again, seen on the page just now
        bot>  Case {b}
        clock> +11m
        Cleo> /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case category {b} child-undressed
        bot>  Others say now
        Ben>  /case about {b} Efua Mensah and Cleo Martin
        bot>  Others say now
        Ben>  /case mistake {b}
        bot>  Somebody is working on case {b} already, so it stays open.
        Cleo> /case list
        bot>  {a}
    """)


async def test_whom_the_words_of_their_own_report_name_does_not_end_it(talk: Talk) -> None:
    await talk("""
        Ben>  They say Ben Okafor slapped a boy
        bot>  Case {a}
        clock> +11m
        Efua> /case {a}
        bot>  They say Ben Okafor slapped a boy
        Ben>  /case mistake {a}
        bot>  Somebody is working on case {a} already, so it stays open.
        Ben>  /case posted {a} Efua Mensah
        bot>  Others say now
        Efua> /case list
        bot>  {a}
    """)


async def test_what_is_added_to_a_closed_case_opens_it_where_it_names_somebody(
    talk: Talk,
) -> None:
    await talk("""
        Asha> A boy was shouted at in the yard, they write
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +11m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case close {a} removed
        bot>  closed: removed
        Asha> /case note {a} The boy says now that it was Ben Okafor himself
        bot>  Noted with case {a}.
        clock> +1h
        bot to Efua> More for case {a}
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  nobody has taken it yet
        Efua> /case log {a}
        bot>  Heads Up reopened it: what was added says, or may say, whom it is about
    """)


async def test_whom_a_closed_case_is_about_may_still_be_said(talk: Talk) -> None:
    await talk("""
        Asha> A boy was shouted at in the yard, they write
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +11m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case close {a} removed
        bot>  closed: removed
        Asha> /case about {a} The headteacher
        bot>  The chair of governors is told. The headteacher is not.
        clock> +1h
        bot to Efua> New case {a}
        Ben>  /case list closed
        bot>  No closed cases.
    """)


async def test_who_posted_it_is_said_of_a_part_of_what_was_closed(talk: Talk) -> None:
    await talk("""
        Asha> A boy was shouted at in the yard, they write
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +20m
        Gita> They write of the yard
        bot>  Case {b}
        Gita> /case about {b} school
        bot>  Case {b}
        Gita> /case category {b} school-defamatory
        bot>  Case {b}
        clock> +11m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case close {a} removed
        bot>  closed: removed
        Gita> /case posted {b} Ben Okafor
        bot>  {b}
        clock> +1h
        bot to Efua> case {a}
        Ben>  /case {a}
        bot>  I know no case
    """)


async def test_more_for_a_closed_case_reaches_who_may_see_it(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> A boy was shouted at in the yard, they write
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +11m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case close {a} removed
        bot>  closed: removed
        Asha> /case note {a} They have put it up again this morning
        bot>  Noted with case {a}.
        clock> +1h
        bot to Ben> More for case {a}
        Ben>  /case {a}
        bot>  closed: removed
    """)
    last = next(seen for seen in reversed(stage.seen("Ben")) if "More for case" in seen.words)
    assert "I'll take it" not in last.words


async def test_a_colleague_becomes_headteacher(talk: Talk) -> None:
    """What is about her is the governors' from then on, and no longer for leaders who work for her."""
    await talk("""
        technician> gives Gita Rao the role leader
        technician> gives Dev Singh the role leader
        Asha> Somebody was rude to a child, they write
        bot>  Case {a}
        Asha> /case about {a} Gita Rao
        bot>  Case {a}
        Asha> /case category {a} staff-complaint
        bot>  Thank you.
        clock> +11m
        Dev>  /case take {a}
        bot>  Dev Singh is looking after it
        technician> gives Gita Rao the role head
        clock> +1h
        bot to Efua> New case {a}
        Dev>  /case {a}
        bot>  I know no case
        Cleo> /case list
        bot>  No open cases
        Gita> /case list
        bot>  No open cases
        Efua> /case {a}
        bot>  Whatever a step or a text says, tell the headteacher nothing of it
    """)


async def test_who_hears_that_it_is_urgent_is_told_whom_to_ring(talk: Talk) -> None:
    await talk("""
        Asha> A boy was hit again
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  Case {a}
        Asha> /case urgent {a}
        bot>  Case {a}
        clock> +16m
        bot to Cleo> Please ring Efua Mensah now, and speak to nobody else about it.
    """)
