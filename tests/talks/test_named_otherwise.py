"""Somebody is named as people name each other: whoever may be meant is shut out until it is said."""

from __future__ import annotations

import pytest

from store.model.records import Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

UNSEEN = """
        {who}>  /case {{a}}
        bot>  I know no case
        {who}>  /case list
        bot>  No open cases.
"""
ASKED = """
        Asha> Somebody shouted in the hall
        bot>  Case {{a}}
        Asha> /case {verb} {{a}} {typed}
        bot>  Did you mean one of these?
        clock> +11m
"""


@pytest.mark.parametrize(
    ("typed", "who", "name"),
    [
        ("Benny", "Ben", "Ben Okafor"),
        ("Mr O", "Ben", "Ben Okafor"),
        ("BenOkafor77", "Ben", "Ben Okafor"),
        ("https://instagram.com/mr.okafor", "Ben", "Ben Okafor"),
        ("@mr.okafor.y4", "Ben", "Ben Okafor"),
        ("parent Cleo Martin", "Cleo", "Cleo Martin"),
        ("Martin, Cleo of Year 4", "Cleo", "Cleo Martin"),
    ],
)
async def test_whoever_it_may_be_about_is_asked_after(
    typed: str, who: str, name: str, talk: Talk
) -> None:
    await talk(ASKED.format(verb="about", typed=typed) + UNSEEN.format(who=who))
    await talk(f"""
        Asha> (taps) {name}
        bot>  What is it mostly about?
    """)
    await talk(UNSEEN.format(who=who))


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("https://instagram.com/mr.okafor", "Ben"),
        ("https://www.instagram.com/okafor", "Ben"),
        ("@mr.okafor.y4", "Ben"),
        ("instagram.com/mr.okafor", "Ben"),
        ("a parent, Cleo Martin of Year 4", "Cleo"),
        ("a pupil’s mum, Cleo Martin", "Cleo"),
        ("mum Cleo Martin", "Cleo"),
    ],
)
async def test_whoever_may_have_posted_it_is_asked_after(typed: str, who: str, talk: Talk) -> None:
    await talk(ASKED.format(verb="posted", typed=typed) + UNSEEN.format(who=who))


@pytest.mark.parametrize(
    "typed",
    [
        "Cleo Martin, Ben Okafor",
        "Cleo Martin; Ben Okafor",
        "Cleo Martin/Ben Okafor",
        "Cleo Martin Ben Okafor",
        "Martin, Cleo, Okafor, Ben",
        "Ben Okafor shouted, with Cleo Martin",
        "Al Bell, Bo Reid, Cy Hill, Di Lee, Ed Fox, Flo Ray, Cleo Martin, Ben Okafor",
        "Al Bell and Bo Reid and Cy Hill and Di Lee and Ed Fox and Cleo Martin and Ben Okafor",
    ],
)
@pytest.mark.parametrize("verb", ["about", "posted"])
async def test_each_of_several_is_shut_out_and_none_chosen(
    verb: str, typed: str, talk: Talk
) -> None:
    await talk(f"""
        Asha> Somebody shouted in the hall
        bot>  Case {{a}}
        Asha> /case {verb} {{a}} {typed}
        bot>  Case {{a}}
        clock> +11m
    """)
    await talk(UNSEEN.format(who="Ben") + UNSEEN.format(who="Cleo"))


@pytest.mark.parametrize("typed", ["Okafor, Martin", "Mr Okafor, Mrs Martin", "Mr O, Miss M"])
async def test_one_of_two_surnames_is_not_chosen_in_place_of_both(typed: str, talk: Talk) -> None:
    await talk(ASKED.format(verb="about", typed=typed))
    await talk("""
        Asha> (taps) Ben Okafor
        bot>  Did you mean one of these?
    """)
    await talk(UNSEEN.format(who="Ben") + UNSEEN.format(who="Cleo"))


@pytest.mark.parametrize("verb", ["about", "posted"])
async def test_more_names_than_are_noted_at_once_are_refused(verb: str, talk: Talk) -> None:
    names = ", ".join(f"{letter}o Bell{letter.lower()}" for letter in "BCDFGHJKLMNPRSTVWXYZQ")
    await talk(f"""
        Asha> Somebody shouted in the hall
        bot>  Case {{a}}
        Asha> /case {verb} {{a}} {names}
        bot>  I have noted none of them
        Asha> /case {{a}}
        bot>  Who is it about?
    """)


@pytest.mark.parametrize("office", ["the deputy head", "our vice-principal", "an assistant head"])
async def test_a_deputy_is_not_the_head_and_may_be_a_leader(
    office: str, talk: Talk, stage: Stage
) -> None:
    leader = Person("lee", "Lee Bell", (Role.LEADER,), ("elsewhere:lee",), stage.clock.now())
    await stage.bot.desk.store.add_person(leader)
    await talk(ASKED.format(verb="about", typed=office) + UNSEEN.format(who="Cleo"))
    await talk("""
        Ben>  /case {a}
        bot>  Case {a}
        Asha> (taps) Lee Bell
        bot>  What is it mostly about?
        Cleo> /case {a}
        bot>  Case {a}
    """)


@pytest.mark.parametrize("office", ["head of Year 4", "head of PE", "the deputy head"])
async def test_nobody_of_an_office_lets_in_whoever_was_meant(office: str, talk: Talk) -> None:
    await talk(ASKED.format(verb="about", typed=office))
    await talk(f"""
        Asha> (taps) No, somebody else
        bot>  What is it mostly about?
        Ben>  /case {{a}}
        bot>  {office} (a member of staff)
        Cleo> /case {{a}}
        bot>  {office} (a member of staff)
        Cleo> /case log {{a}}
        bot>  {office}
    """)


@pytest.mark.parametrize("office", ["the safeguarding officer", "our child-protection officer"])
async def test_whoever_leads_safeguarding_by_another_word(office: str, talk: Talk) -> None:
    await talk(f"""
        Asha> Somebody shouted in the hall
        bot>  Case {{a}}
        Asha> /case about {{a}} {office}
        bot>  What is it mostly about?
        clock> +11m
        Ben>  /case {{a}}
        bot>  Cleo Martin (a member of staff)
    """)
    await talk(UNSEEN.format(who="Cleo"))


async def test_a_search_by_a_short_form_is_not_told_to_whom_it_names(talk: Talk) -> None:
    await talk("""
        Cleo> /case find Benny
        bot>  No case
        Cleo> /case find dinner
        bot>  No case
        Ben>  /case searches
        bot>  “dinner”
    """)
    assert "Benny" not in str([each.words for each in talk.stage.seen("Ben")])


@pytest.mark.parametrize(
    "words",
    [
        "Benny shouted at my son",
        "Mr Okafr shouted at my son",
        "Mr O shouted at my son",
        "hate_mrokafor shouted at my son",
    ],
)
async def test_words_that_name_the_head_otherwise_hold_it_back(words: str, talk: Talk) -> None:
    await talk(f"""
        Asha> {words}
        bot>  Case {{a}}
        clock> +11m
    """)
    await talk(UNSEEN.format(who="Ben"))
