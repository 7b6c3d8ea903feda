"""What leaders have written in a case since is read by nobody whom a later answer lets in."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_its_reporter_lets_nobody_in_once_it_was_worked_on(talk: Talk) -> None:
    await talk("""
        Asha> They write something of one of us
        bot>  Case {a}
        Asha> /case about {a} ben okafur
        bot>  Did you mean one of these?
        clock> +11m
        Efua> /case note {a} Private: I am ringing the police
        bot>  Noted
        Asha> (taps) No, somebody else
        bot>  Case {a}
        clock> +1m
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases
        Efua> /case {a}
        bot>  Did you mean one of these?
    """)


async def test_nor_by_who_posted_it(talk: Talk) -> None:
    await talk("""
        Asha> They write something of one of us
        bot>  Case {a}
        Asha> /case posted {a} ben okafur
        bot>  Did you mean one of these?
        Asha> /case about {a} the school
        bot>  About the school
        clock> +11m
        Efua> /case note {a} Private: I am ringing the police
        bot>  Noted
        Asha> /case posted {a} only ben okafur
        bot>  Case {a}
        clock> +1m
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  Did you mean one of these?
        Efua> (taps) No, somebody else
        bot>  You no longer see this case
        Ben>  /case {a}
        bot>  Case {a}
    """)


async def test_a_chair_signs_what_she_notes_of_her_own_report(talk: Talk) -> None:
    await talk("""
        Efua> /report I was told that the head shouted
        bot>  Case {a}
        Efua> /case about {a} the headteacher
        bot>  About the headteacher
        clock> +11m
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Efua> /case note {a} I am seeing the police. Efua Mensah, chair of governors
        bot>  Noted
        clock> +1m
        Efua> /case {a}
        bot>  I am seeing the police
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_what_its_reporter_is_answered_is_the_same_where_leaders_name_them(
    talk: Talk,
) -> None:
    await talk("""
        Gita> They write something of the yard
        bot>  Case {a}
        Gita> /case about {a} the school
        bot>  About the school
        Gita> (taps) Complaint about the school
        bot>  Leadership is told shortly
        clock> +11m
        Cleo> /case about {a} Gita Rao
        bot>  Concerns: Gita Rao
        Gita> /case urgent {a}
        bot>  Leadership is being told now
        bot>  Sent by mistake
        Gita> /case mistake {a}
        bot>  Somebody is working on case {a} already
        Cleo> /case {a}
        bot>  says that it was sent by mistake
    """)
