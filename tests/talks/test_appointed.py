"""Whom a case concerns chooses nobody who looks after it, by no role that they may give."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_a_chair_makes_a_friend_chair_who_sees_nothing_about_the_chair(talk: Talk) -> None:
    await talk("""
        Asha> They are both in it, a parent writes
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Asha> /case about {a} Efua Mensah
        bot>  The safeguarding lead is told
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Cleo> /case note {a} A private note of the safeguarding lead
        bot>  Noted
        Efua> /people give Gita Rao the role chair
        bot>  chair of governors
        Gita> /case list
        bot>  No open cases
        Gita> /case {a}
        bot>  I know no case
        Efua> /people take Efua Mensah the role chair
        bot>  is now
        clock> +1m
        Gita> /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  Gita Rao
        bot>  Cleo Martin is looking after it
    """)


async def test_head_and_chair_make_a_lead_who_sees_nothing_about_them(talk: Talk) -> None:
    await talk("""
        Asha> They are both in it, a parent writes
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Asha> /case about {a} Efua Mensah
        bot>  The safeguarding lead is told
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Ben>  /people give Gita Rao the role dsl
        bot>  I have asked Efua Mensah
        bot to Efua> Do you agree?
        Efua> (taps) Yes, I agree
        bot>  safeguarding lead
        Gita> /case list
        bot>  No open cases
        Gita> /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  Cleo Martin is looking after it
    """)


async def test_a_head_makes_a_leader_who_sees_nothing_whose_words_may_mean_the_head(
    talk: Talk,
) -> None:
    await talk("""
        Asha> A parent writes that Ben Okafor slapped a boy
        bot>  Case {a}
        Asha> /case about {a} the school
        bot>  About the school
        clock> +11m
        Efua> /case note {a} A private note of the chair
        bot>  Noted
        Ben>  /people give Gita Rao the role leader
        bot>  leadership
        Gita> /case list
        bot>  No open cases
        Gita> /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  The words may mean
        Efua> (taps) No, it is not about them
        bot>  You no longer see this case
        Gita> /case {a}
        bot>  Case {a}
    """)


async def test_another_chair_of_before_looks_after_it(talk: Talk) -> None:
    await talk("""
        Efua> /people give Gita Rao the role chair
        bot>  chair of governors
        Asha> They are both in it, a parent writes
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Asha> /case about {a} Efua Mensah
        bot>  Case {a}
        Gita> /case {a}
        bot>  Case {a}
        Efua> /case {a}
        bot>  I know no case
    """)
