"""Nobody who works on cases takes one over from all the others, or has it sunk in silence."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_who_names_all_the_others_is_not_left_alone_with_it(talk: Talk) -> None:
    await talk("""
        Ben>  /people give Gita Rao the role leader
        bot>  leadership
        Asha> A parent says that she was rude
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  About Cleo Martin
        clock> +11m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Gita> /case note {a} Ben Okafor and Efua Mensah were there
        bot>  Is it about them
        clock> +1m
        Ben>  /case {a}
        bot>  Ben Okafor is looking after it
        Gita> (taps) No, it is not about them
        bot>  Case {a}
        Ben>  /case {a}
        bot>  Ben Okafor is looking after it
        Cleo> /case {a}
        bot>  I know no case
    """)


async def test_nor_by_one_after_the_other(talk: Talk) -> None:
    await talk("""
        Ben>  /people give Gita Rao the role leader
        bot>  leadership
        Asha> A parent says that she was rude
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  About Cleo Martin
        clock> +11m
        Gita> /case note {a} Ben Okafor was there
        bot>  Is it about them
        Ben>  /case {a}
        bot>  I know no case
        Gita> /case note {a} Efua Mensah was there
        bot>  Is it about them
        clock> +1m
        Efua> /case {a}
        bot>  Efua Mensah was there
    """)


async def test_nor_by_joining_what_names_them(talk: Talk) -> None:
    await talk("""
        Ben>  /people give Gita Rao the role leader
        bot>  leadership
        Asha> A parent says that she was rude
        bot>  Case {a}
        Asha> /case about {a} Cleo Martin
        bot>  About Cleo Martin
        clock> +11m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Gita> /report Mr Okafor and Efua Mensah were at the gate
        bot>  Case {b}
        clock> +11m
        Gita> /case join {b} to {a}
        bot>  Then nobody but you would see case {a}
        Ben>  /case {a}
        bot>  Ben Okafor is looking after it
    """)


async def test_what_the_chair_has_read_is_not_ended_as_a_mistake(talk: Talk) -> None:
    await talk("""
        Asha> He did it again, they write
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        clock> +11m
        Efua> /case {a}
        bot>  He did it again
        Asha> /case mistake {a}
        bot>  so it stays open
        clock> +6m
        Efua> /case {a}
        bot>  says that it was sent by mistake
    """)


async def test_a_search_for_a_hidden_reference_is_not_listed(talk: Talk) -> None:
    await talk("""
        Asha> He did it again, they write
        bot>  Case {a}
        Asha> /case about {a} the headteacher
        bot>  About the headteacher
        Cleo> /case find {a}
        bot>  No case with
        Cleo> /case find playground
        bot>  No case with
        Ben>  /case searches
        bot>  “playground”, 0 found
        Efua> /case {a}
        bot>  Case {a}
    """)
