"""Whoever is named by what they do, or in letters that posts are made up with, is meant by it."""

from __future__ import annotations

import pytest

from tests.talks.conftest import Talk


@pytest.mark.parametrize(
    "said",
    [
        "whoever runs the school",
        "Sir, the big boss",
        "the person in charge of the school",
        "ᴏᴋᴀғᴏʀ",
        "𝐁𝐞𝐧 𝐎𝐤𝐚𝐟𝐨𝐫",
        "y prifathro",
    ],
)
async def test_the_head_is_meant(talk: Talk, said: str) -> None:
    await talk(f"""
        Asha> They write something of one of us
        bot>  Case {{a}}
        Asha> /case about {{a}} {said}
        bot>  Did you mean one of these?
        clock> +11m
        Ben>  /case {{a}}
        bot>  I know no case
        Efua> /case {{a}}
        bot>  Case {{a}}
    """)


async def test_the_safeguarding_lead_is_meant(talk: Talk) -> None:
    await talk("""
        Asha> They write something of one of us
        bot>  Case {a}
        Asha> /case about {a} she who leads on child protection
        bot>  Did you mean one of these?
        clock> +11m
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  Case {a}
    """)


async def test_a_question_that_names_the_head_so_does_not_go_to_the_head(talk: Talk) -> None:
    await talk("""
        Asha> /policy may 𝐁𝐞𝐧 𝐎𝐤𝐚𝐟𝐨𝐫 drink kettle water in the small yard at noon
        bot>  Ask the leadership
        Asha> (taps) Ask the leadership
        bot>  Your question has gone to Efua Mensah
    """)
