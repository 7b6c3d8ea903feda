"""A picture of a child undressed is never fetched, in any order of taps, in any chat."""

from __future__ import annotations

import pytest

from tests.talks.conftest import Talk
from tests.talks.stage import Stage

UNDRESSED = "A child undressed or sexualised"

ORDERS = {
    "at once": """
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A child undressed or sexualised
        bot>  please stop here
        Asha> /case category {a} threat
        bot>  Only the safeguarding lead can change that now.
        Asha> [sends more.png]
        bot>  please stop here
    """,
    "then a leader": """
        Asha> [sends shot.png]
        bot>  Case {a}
        Ben>  /case category {a} other
        bot>  Something else
        Asha> (taps) A child undressed or sexualised
        bot>  please stop here
        Cleo> /case category {a} other
        bot>  Something else
    """,
    "an album": """
        Asha> [sends one.png, two.png]
        bot>  Case {a}
        Asha> (taps) A child undressed or sexualised
        bot>  please stop here
        Ben>  /case category {a} threat
        bot>  Only the safeguarding lead can change that now.
    """,
    "what came later": """
        Asha> They write about the school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Who is it about?
        clock> +5m
        Asha> [sends shot.png]
        bot>  Kept with case {b}
        Asha> (taps) A child undressed or sexualised
        bot>  please stop here
        bot to Cleo> A child undressed or sexualised
        Asha> /case same {b} {a}
        bot>  Only the safeguarding lead can change that now.
    """,
    "another person's report of it": """
        Gita> [sends shot.png]
        bot>  Case {a}
        Asha> Somebody sent a picture
        bot>  Case {b}
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Asha> /case category {b} child-undressed
        bot>  please stop here
        Gita> (taps) Threat of violence
        bot>  Who is it about?
    """,
}


@pytest.mark.parametrize("order", ORDERS)
async def test_it_is_never_fetched(order: str, talk: Talk, stage: Stage) -> None:
    await talk(ORDERS[order])
    await talk("clock> +3h")
    assert not stage.asked_for_bytes()


async def test_nothing_is_fetched_before_the_tap(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        clock> +30h
    """)
    assert not stage.asked_for_bytes()
    await talk("""
        Asha> /case {a}
        Asha> (taps) Threat of violence
        bot>  Who is it about?
        clock> +1m
    """)
    assert stage.asked_for_bytes()
