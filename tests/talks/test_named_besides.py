"""Words that name somebody hold a case back from them until that is answered: no answer that speaks of others lets them
in, nor does what is added later, nor do they let themselves in.
"""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_a_pupil_is_shown_and_a_colleague_has_posted_it(talk: Talk) -> None:
    await talk("""
        Asha> Cleo Martin posted photos of my pupils on her own page
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  Case {a}
        Asha> (taps) Pictures or personal details of pupils
        bot>  The words may mean Cleo Martin. Is it about them, or did they post it?
        clock> +11m
        bot to Ben> New case {a}
        bot to Cleo> (nothing)
        Cleo> /case {a}
        bot>  I know no case
        Cleo> /case find photos
        bot>  No case with
        Ben>  /case {a}
        bot>  The words may mean Cleo Martin
        Ben>  (taps) Yes: Cleo Martin
        bot>  Concerns: a pupil; Cleo Martin (a member of staff)
        Cleo> /case list
        bot>  No open cases
    """)


async def test_its_reporter_says_that_a_witness_is_not_meant(talk: Talk) -> None:
    await talk("""
        Asha> I showed Cleo Martin what they write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  The words may mean Cleo Martin
        clock> +1m
        bot to Ben> New case {a}
        Asha> (taps) No, it is not about them
        bot>  Thank you.
        clock> +1m
        bot to Ben> (nothing)
        Cleo> /case {a}
        bot>  Concerns: the school
    """)


async def test_the_head_who_passed_it_on_does_not_let_himself_in(talk: Talk) -> None:
    await talk("""
        Ben>  Parents say that the head hit a pupil
        bot>  Case {a}
        clock> +15m
        Efua> /case note {a} I shall ring the authority on Monday
        bot>  Noted
        Ben>  /case about {a} school
        bot>  Others say now
        Ben>  /case about {a} none
        bot>  Others say now what this case is about
        Ben>  /case log {a}
        bot>  That is not yours to do
        Ben>  /case list
        bot>  No open cases
        Efua> /case log {a}
        bot>  I shall ring the authority
    """)


async def test_an_answer_takes_nothing_from_the_chair(talk: Talk) -> None:
    """Nor does its reporter let somebody in to what leaders have written meanwhile."""
    await talk("""
        Asha> Mr Okafor, our head, pushed a boy against the wall
        bot>  Case {a}
        clock> +15m
        Efua> /case note {a} The authority rings me at noon
        bot>  Noted
        Asha> /case about {a} pupil
        bot>  Case {a}
        Asha> /case about {a} none
        bot>  only they can say that somebody is not meant
        Asha> /case category {a} staff-complaint
        bot>  Thank you.
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case list
        bot>  {a}
        Efua> /case {a}
        bot>  The words may mean Ben Okafor
        Efua> (taps) No, it is not about them
        bot>  You no longer see this case
        Ben>  /case {a}
        bot>  Concerns: a pupil
    """)


async def test_who_is_not_sure_who_it_is_has_not_said_that_it_is_nobody(talk: Talk) -> None:
    await talk("""
        Asha> Mr Okafor shouted at a pupil in the hall
        bot>  Case {a}
        Asha> (taps) A member of staff
        bot>  Which member of staff?
        Asha> /case about {a} staff unsure
        bot>  Case {a}
        clock> +11m
        bot to Ben> (nothing)
        Ben>  /case list
        bot>  No open cases
        Ben>  /case find shouted
        bot>  No case with
    """)


async def test_what_is_added_later_names_somebody_as_well(talk: Talk) -> None:
    await talk("""
        Asha> Our school page is being mocked
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Defamatory about the school
        bot>  Thank you.
        clock> +1m
        bot to Ben> New case {a}
        Asha> /case note {a} It was Ben Okafor, and Cleo Martin filmed it
        bot>  Noted
        clock> +2m
        Ben>  /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  The words may mean Ben Okafor or Cleo Martin
        Efua> (taps) Yes: Ben Okafor
        bot>  The words may mean Cleo Martin
        Efua> (taps) No, it is not about them
        bot>  Concerns: the school; Ben Okafor (the headteacher)
    """)


async def test_whoever_took_a_case_and_is_named_later_has_it_no_longer(talk: Talk) -> None:
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
        Asha> /case note {a} Ben Okafor wrote it himself
        bot>  Noted
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  nobody has taken it yet
    """)


async def test_a_closed_case_turns_out_to_be_about_somebody(talk: Talk) -> None:
    await talk("""
        Asha> Somebody is unkind to a child at lunch
        bot>  Case {a}
        clock> +15m
        Cleo> /case close {a} no-action
        bot>  closed
        Cleo> /case about {a} Ben Okafor
        bot>  You no longer see this case
        Efua> /case reopen {a} it is about Ben
        bot>  Case {a}
        Ben>  /case {a}
        bot>  I know no case
    """)


async def test_what_is_written_to_a_case_that_went_away_is_said_to_be_lost(talk: Talk) -> None:
    await talk("""
        Asha> They write horrible things about us
        bot>  Case {a}
        clock> +11m
        Cleo> /case note {a}
        bot>  note
        Ben>  /case about {a} Cleo Martin
        bot>  Case {a}
        Cleo> I saw a pupil being hit today by a colleague near the gate
        bot>  Nothing was kept. Send it again
    """)


async def test_whoever_becomes_a_leader_later_is_asked_about(talk: Talk) -> None:
    await talk("""
        Dev>  Gita Rao posted photos of Tom and Ella on her page
        bot>  Case {a}
        Dev>  (taps) A pupil
        bot>  Case {a}
        Dev>  (taps) Pictures or personal details of pupils
        bot>  Thank you.
        clock> +1m
        bot to Ben> New case {a}
        technician> gives Gita Rao the role leader
        clock> +2m
        Gita> /case {a}
        bot>  I know no case
        Gita> /case find photos
        bot>  No case with
        Ben>  /case {a}
        bot>  The words may mean Gita Rao
    """)


async def test_a_witness_who_has_taken_it_keeps_it_when_another_is_named(talk: Talk) -> None:
    await talk("""
        Asha> I showed Cleo Martin what they write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  The words may mean Cleo Martin
        Asha> (taps) No, it is not about them
        bot>  Thank you.
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        clock> +1m
        Asha> /case note {a} Dev Singh saw it as well
        bot>  Noted
        clock> +1m
        bot to Cleo> More for case {a}
        Cleo> /case {a}
        bot>  The words may mean Dev Singh
    """)


async def test_a_no_to_one_does_not_speak_of_another_who_is_named_later(talk: Talk) -> None:
    await talk("""
        Asha> I showed Dev Singh what they write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  The words may mean Dev Singh
        clock> +1m
        Ben>  /case {a}
        bot>  The words may mean Dev Singh
        Asha> /case note {a} It is Cleo Martin who wrote it
        bot>  Noted
        Ben>  (taps) No, it is not about them
        bot>  The words may mean Dev Singh or Cleo Martin
        clock> +11m
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_that_one_of_a_like_name_is_meant_clears_nobody_of_the_words(talk: Talk) -> None:
    await talk("""
        Asha> Cleo Martin hit a boy and Cleo Jones filmed it
        bot>  Case {a}
        Asha> /case posted {a} Cleo Jones
        bot>  Did you mean one of these?
        Asha> (taps) No, somebody else
        bot>  Case {a}
        Asha> /case about {a} pupil
        bot>  Case {a}
        Asha> /case category {a} bullying
        bot>  The words may mean Cleo Martin
        clock> +11m
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_none_of_them_and_somebody_else_notes_both(talk: Talk) -> None:
    await talk("""
        Asha> I showed Cleo Martin what they write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  The words may mean Cleo Martin
        Asha> /case about {a} none of them, Ben
        bot>  Did you mean one of these?
        Asha> (taps) Ben Okafor
        bot>  Ben Okafor (the headteacher)
        clock> +1m
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  Concerns: the school; Ben Okafor (the headteacher)
    """)
