"""Ways in which a case that is kept from somebody came to be theirs to see after all, and no longer does."""

from __future__ import annotations

import pytest

from tests.talks.conftest import Talk


async def test_the_head_takes_nothing_out_of_what_is_kept_from_him(talk: Talk) -> None:
    await talk("""
        Ben>  /report They are on about the yard again, it says on a page
        bot>  Case {a}
        Ben>  /report Here is more of it, of the same page
        bot>  Kept with case {b}
        clock> +11m
        Cleo> /case about {a} Ben Okafor
        bot>  You no longer see this case
        Efua> /case note {b} I shall ring the police, a private note of the chair
        bot>  Noted
        Ben>  /case apart {b}
        bot>  Leadership has worked on case {b} already
        Ben>  /case urgent {b}
        bot>  Case {b} is urgent now
        Ben>  /case list
        bot>  No open cases
        Ben>  /case log {b}
        bot>  That is not yours to do
    """)


async def test_what_is_left_when_the_whole_is_closed_is_kept_from_the_same(talk: Talk) -> None:
    await talk("""
        Asha> They are on about the yard again, it says on a page
        bot>  Case {a}
        Asha> /report Here is more of it, of the same page
        bot>  Kept with case {b}
        clock> +11m
        Asha> /case about {a} Ben Okafor
        bot>  Case {a}
        Efua> /case note {b} A private note of the chair
        bot>  Noted
        Efua> /case close {a} removed
        bot>  closed
        clock> +11m
        Ben>  /case {b}
        bot>  I know no case
        Efua> /case {b}
        bot>  closed
    """)


async def test_what_its_reporter_takes_out_with_a_leaders_note_in_it_is_kept_from_the_same(
    talk: Talk,
) -> None:
    await talk("""
        Asha> They are on about the yard again, it says on a page
        bot>  Case {a}
        Asha> /report Here is more of it, of the same page
        bot>  Kept with case {b}
        clock> +11m
        Cleo> /case note {b} I know who was filmed
        bot>  Noted
        Asha> /case about {a} the headteacher
        bot>  Case {a}
        Asha> /case apart {b}
        bot>  Leadership has worked on case {b} already
        clock> +11m
        Ben>  /case {b}
        bot>  I know no case
        Efua> /case log {b}
        bot>  I know who was filmed
    """)


async def test_whoever_took_it_before_it_was_about_the_head_has_it_no_longer(talk: Talk) -> None:
    await talk("""
        Asha> He has done it again, they write
        bot>  Case {a}
        clock> +11m
        Cleo> /case take {a}
        bot>  Cleo Martin is looking after it
        Asha> /case about {a} the headteacher
        bot>  The chair of governors is told. The headteacher is not.
        Asha> /case category {a} staff-complaint
        bot>  Thank you.
        clock> +1m
        bot to Efua> New case {a}
        Cleo> /case {a}
        bot>  I know no case
    """)


@pytest.mark.parametrize("command", ["about", "posted"])
async def test_only_before_a_name_is_the_name(talk: Talk, command: str) -> None:
    await talk(f"""
        Asha> She slapped a child again, a parent writes
        bot>  Case {{a}}
        Asha> /case {command} {{a}} only Cleo Martin
        bot>  Cleo Martin
        Asha> /case about {{a}} school
        bot>  Case {{a}}
        clock> +11m
        Cleo> /case {{a}}
        bot>  I know no case
        Ben>  /case {{a}}
        bot>  Cleo Martin
    """)


async def test_a_closed_case_is_kept_from_whoever_leads_later(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes that Gita Rao slapped a boy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +1m
        Ben>  /case close {a} removed
        bot>  closed
        technician> gives Gita Rao the role leader
        clock> +1m
        Gita> /case list closed
        bot>  No closed cases
        Gita> /case find slapped
        bot>  No case with
        Gita> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  closed
        Ben>  /case reopen {a} there is more
        bot>  The words may mean Gita Rao
        Ben>  (taps) No, it is not about them
        bot>  Case {a}
        Gita> /case {a}
        bot>  slapped a boy
    """)


async def test_whoever_comes_to_have_an_office_that_was_named_is_meant(talk: Talk) -> None:
    await talk("""
        Asha> Somebody was rude to a parent
        bot>  Case {a}
        Asha> /case about {a} the deputy head
        bot>  Did you mean one of these?
        Asha> /case category {a} staff-complaint
        bot>  Case {a}
        technician> gives Gita Rao the role leader
        clock> +11m
        Gita> /case {a}
        bot>  I know no case
        Gita> /case list
        bot>  No open cases
    """)
