"""Somebody is named as people name each other: whoever may be meant is shut out until it is said."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_a_short_form_alone_is_asked_about(talk: Talk) -> None:
    await talk("""
        Asha> Somebody shouted in the hall
        bot>  Case {a}
        Asha> /case about {a} Benny
        bot>  Did you mean one of these?
        clock> +11m
        Ben>  /case {a}
        bot>  I know no case
        Asha> (taps) Ben Okafor
        bot>  What is it mostly about?
        Ben>  /case list
        bot>  No open cases.
    """)


async def test_an_address_of_an_account_is_asked_about(talk: Talk) -> None:
    await talk("""
        Asha> Somebody writes of the hall
        bot>  Case {a}
        Asha> /case posted {a} https://instagram.com/mr.okafor
        bot>  Did you mean one of these?
        clock> +11m
        Ben>  /case {a}
        bot>  I know no case
        Asha> (taps) No, somebody else
        bot>  the account https://instagram.com/mr.okafor
        Ben>  /case {a}
        bot>  Case {a}
    """)


async def test_each_of_two_with_a_comma_is_shut_out(talk: Talk) -> None:
    await talk("""
        Asha> Somebody shouted in the hall
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin, Ben Okafor
        bot>  What is it mostly about?
        clock> +11m
        Ben>  /case {a}
        bot>  I know no case
        Cleo> /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  Cleo Martin
    """)


async def test_the_deputy_is_not_the_head_and_nobody_of_these_is_an_answer(talk: Talk) -> None:
    await talk("""
        Asha> Somebody shouted in the hall
        bot>  Case {a}
        Asha> /case about {a} the deputy head
        bot>  Did you mean one of these?
        clock> +11m
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  the deputy head (a member of staff)
        Asha> (taps) No, somebody else
        bot>  What is it mostly about?
        Cleo> /case {a}
        bot>  the deputy head (a member of staff)
    """)


async def test_a_search_by_a_short_form_is_not_told_to_whom_it_names(talk: Talk) -> None:
    await talk("""
        Cleo> /case find Benny
        bot>  No case
        Ben>  /case searches
        bot>  Nobody
    """)
