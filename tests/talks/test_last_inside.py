"""Words never take a case from everybody: neither those of whom it is about, nor an honest reporter's by the way."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_whom_it_is_about_shuts_nobody_out(talk: Talk) -> None:
    await talk("""
        Ben>  They are on about the yard again
        bot>  Case {a}
        Ben>  (taps) The school
        bot>  Case {a}
        Ben>  (taps) Complaint about the school
        bot>  Thank you.
        clock> +11m
        Cleo> /case about {a} Ben Okafor
        bot>  You no longer see this case
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Efua> /case note {a} I ring the authority on Monday
        bot>  Noted
        Ben>  /case note {a} Efua Mensah and Cleo Martin were there as well
        bot>  Noted with case {a}.
        Efua> /case {a}
        bot>  Ben Okafor noted: Efua Mensah and Cleo Martin were there
        Cleo> /case {a}
        bot>  I know no case
        clock> +1d
        bot to Efua> More for case {a}
    """)


async def test_a_reporter_names_the_last_who_looks_after_it(talk: Talk) -> None:
    """She keeps it, and is told what that means; whoever wrote the words is asked at once."""
    await talk("""
        Asha> He has done it again, they write
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  Case {a}
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        clock> +11m
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Asha> /case note {a} I have told the chair and Cleo of it myself
        bot>  The words may mean Cleo Martin or Efua Mensah. Is it about them, or did they post it?
        Efua> /case {a}
        bot>  The words may mean you as well.
        Efua> /case about {a} none
        bot>  Others say now
        Efua> /case note {a} I have rung the authority
        bot>  Noted
        Cleo> /case {a}
        bot>  I know no case
        Asha> /case about {a} none
        bot>  Thank you.
        Efua> /case {a}
        bot>  Concerns: the headteacher
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_nor_does_a_further_report_that_is_kept_with_it_for_now(talk: Talk) -> None:
    await talk("""
        Asha> They are on about the yard again
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +5m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Asha> /report Cleo Martin and Ben Okafor and Efua Mensah have seen it too
        bot>  Is it part of case {a}, or something new?
        Ben>  /case list
        bot>  {a}
        Cleo> /case list
        bot>  {a}
    """)


async def test_yes_it_is_about_them_takes_it_from_the_last_as_well(talk: Talk) -> None:
    """That is said, and no word by the way: its reporter is told whom to turn to."""
    await talk("""
        Asha> He has done it again, they write
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  Case {a}
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        clock> +11m
        Efua> /case take {a}
        bot>  Efua Mensah is looking after it
        Asha> /case note {a} Our chair and Cleo laughed with him
        bot>  The words may mean Cleo Martin or Efua Mensah.
        Asha> (taps) Yes: Efua Mensah
        bot>  Case {a}
        Efua> /case {a}
        bot>  I know no case
    """)
