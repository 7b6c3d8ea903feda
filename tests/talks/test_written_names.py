"""Somebody is named in what is added to a case, by its reporter or by leaders: its writer is asked at once."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_a_leaders_note_names_another_leader(talk: Talk) -> None:
    await talk("""
        Asha> Our school page is being mocked
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Defamatory about the school
        bot>  Thank you.
        clock> +1m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Cleo> /case note {a} The mother now says that Ben Okafor hit him
        bot>  Noted with case {a}.
        bot>  The words may mean Ben Okafor
        Ben>  /case {a}
        bot>  I know no case
        Cleo> (taps) No, it is not about them
        bot>  Ben Okafor is looking after it
        Ben>  /case {a}
        bot>  Case {a}
        Cleo> /case add {a} “ask the safeguarding lead and Dev Singh” by friday
        bot>  The words may mean
        Cleo> (taps) Yes: Dev Singh
        bot>  Dev Singh
        Dev>  /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  Case {a}
    """)


async def test_its_reporter_is_asked_whom_their_own_note_has_named(talk: Talk) -> None:
    await talk("""
        Asha> The page says the worst of him
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  The chair of governors is told
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        clock> +1m
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Asha> /case note {a} I have told the chair of it myself
        bot>  The words may mean Efua Mensah
        Asha> (taps) No, it is not about them
        bot>  Case {a}
        Efua> /case {a}
        bot>  Efua Mensah is looking after it
    """)


async def test_whoever_it_is_about_takes_it_from_nobody_by_naming_them(talk: Talk) -> None:
    await talk("""
        Ben>  /report They write something of the yard
        bot>  Case {a}
        clock> +11m
        Cleo> /case about {a} Ben Okafor
        bot>  You no longer see this case
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Ben>  /case note {a} Efua Mensah and Cleo Martin were there as well
        bot>  Noted
        Efua> /case {a}
        bot>  Efua Mensah is looking after it
    """)
