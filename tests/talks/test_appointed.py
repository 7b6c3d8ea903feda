"""Whom a case concerns chooses nobody who looks after it, by no role that they may give."""

from __future__ import annotations

from tests.talks.conftest import Talk
from tests.talks.stage import Stage


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
        bot>  has no role here now
        clock> +1m
        Gita> /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  Cleo Martin is looking after it
        bot>  Shall Gita Rao see it?
        Cleo> (taps) Yes, show it to Gita Rao
        bot>  Case {a}
        Gita> /case {a}
        bot>  Case {a}
        Cleo> /case {a}
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


async def test_whoever_works_on_it_goes_on_when_a_chair_goes(talk: Talk) -> None:
    await talk("""
        Asha> They are both in it, a parent writes
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Asha> /case about {a} Efua Mensah
        bot>  The safeguarding lead is told
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Efua> /people take Efua Mensah the role chair
        bot>  has no role here now
        Cleo> /case {a}
        bot>  Cleo Martin is looking after it
    """)


async def test_a_leader_is_told_where_nobody_else_is_left(talk: Talk) -> None:
    await talk("""
        Asha> Ben Okafor and Efua Mensah say that Cleo Martin knows of a pupil in danger
        bot>  Case {a}
        Ben>  /people give Gita Rao the role leader
        bot>  leadership
        Asha> /case urgent {a}
        bot>  Case {a} is urgent
        bot to Gita>  Urgent: case {a}
    """)


async def test_thanks_take_a_case_from_nobody(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes that Ben Okafor slapped a boy
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Efua> /case note {a} A private note of the chair
        bot>  Noted
        Asha> /case note {a} Thank you, Mrs Mensah, for ringing me
        bot>  Noted
        clock> +1m
        Efua> /case {a}
        bot>  Efua Mensah is looking after it
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_whoever_is_named_by_the_reporter_goes_though_somebody_new_comes(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes that somebody slapped a boy
        bot>  Case {a}
        Asha> /case about {a} the school
        bot>  About the school
        clock> +11m
        Asha> /case note {a} Ben Okafor and Cleo Martin did it together
        bot>  Noted
        Ben>  /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  Case {a}
    """)


async def test_another_headteacher_is_left_where_head_chair_and_lead_are_not(talk: Talk) -> None:
    await talk("""
        Asha> They are all in it, a parent writes
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Asha> /case about {a} Efua Mensah
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
        technician> gives Gita Rao the role head
        clock> +2m
        Gita> /case {a}
        bot>  Case {a}
        Ben>  /case {a}
        bot>  I know no case
    """)


async def test_its_reporter_is_not_asked_of_a_friend_and_lets_nobody_in(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Asha> They are both in it, a parent writes
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Asha> /case about {a} Efua Mensah
        bot>  The safeguarding lead is told
        Efua> /people give Gita Rao the role chair
        bot>  chair of governors
        Asha> /case {a}
        bot>  You said it is about
        Asha> /case about {a} none of them
        bot>  only they can say that somebody is not meant
        Gita> /case {a}
        bot>  I know no case
    """)
    assert not [seen for seen in stage.seen("Asha") if "Gita" in seen.words]


async def test_a_head_who_lays_the_office_down_sees_nothing_by_that(talk: Talk) -> None:
    await talk("""
        Ben>  /people give Dev Singh the role head
        bot>  headteacher
        Asha> Our headteacher hits children
        bot>  Case {a}
        clock> +15m
        Efua> /case {a}
        bot>  Our headteacher hits children
        Ben>  /case list
        bot>  No open cases
        Ben>  /people give Ben Okafor the role leader
        bot>  leadership
        Ben>  /people take Ben Okafor the role head
        bot>  Ben Okafor is now
        Ben>  /case list
        bot>  No open cases
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case take {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  Shall Ben Okafor see it?
    """)


async def test_nobody_with_an_office_gets_another_by_one_persons_word(talk: Talk) -> None:
    """Else what is kept from the one would be kept from the other."""
    await talk("""
        Asha> Our headteacher hits children
        bot>  Case {a}
        clock> +15m
        Ben>  /people give Efua Mensah the role head
        bot>  Efua Mensah is chair of governors here
        Ben>  /people give Cleo Martin the role head
        bot>  Cleo Martin is safeguarding lead here
        Ben>  /people invite Efua Mensah as head
        bot>  Efua Mensah is chair of governors here
        Efua> /people give Ben Okafor the role chair
        bot>  Ben Okafor is headteacher here
        Efua> /people invite Cleo Martin as chair
        bot>  Cleo Martin is safeguarding lead here
        Efua> /case {a}
        bot>  Our headteacher hits children
    """)


async def test_nobody_is_called_what_the_bot_calls_itself(talk: Talk) -> None:
    await talk("""
        Ben>  /people invite The Technician as leader
        bot>  own name
        Ben>  /people invite heads-up as leader
        bot>  own name
        Ben>  /people invite Tess Nician as leader
        bot>  Tess Nician
    """)
