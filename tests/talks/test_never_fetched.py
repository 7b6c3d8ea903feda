"""A picture of a child undressed is never fetched, in any order of taps, in any chat."""

from __future__ import annotations

from itertools import permutations

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
        clock> +10m
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
        clock> +1m
        Ben>  /case category {a} threat
        bot>  Only the safeguarding lead can change that now.
    """,
    "what came later": """
        Asha> They write about the school
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +5m
        Asha> [sends shot.png]
        bot>  Kept with case {b}
        Asha> (taps) A child undressed or sexualised
        bot>  please stop here
        bot to Cleo> A child undressed or sexualised
        clock> +1m
        Asha> /case same {b} {a}
        bot>  Only the safeguarding lead can change that now.
    """,
    "another person's report of it": """
        Gita> [sends shot.png]
        bot>  Case {a}
        Asha> Somebody sent a picture
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Asha> /case category {b} child-undressed
        bot>  please stop here
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> (taps) Threat of violence
        bot>  Thank you.
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
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        clock> +1m
    """)
    assert stage.asked_for_bytes()


STEPS = {
    "the reporter says it": """
        Asha> /case category {a} child-undressed
        bot>  please stop here
    """,
    "a leader says something else": """
        Ben>  /case category {a} threat
    """,
    "the reporter sends more": """
        Asha> [sends more.png]
    """,
    "the reporter makes it urgent": """
        Asha> /case urgent {a}
    """,
}


@pytest.mark.parametrize("stage", ["slack", "telegram"], indirect=True)
@pytest.mark.parametrize("sent", ["one.png", "one.png, two.png"])
@pytest.mark.parametrize("order", list(permutations(STEPS, 3)))
async def test_it_is_never_fetched_in_any_order(
    order: tuple[str, ...], sent: str, talk: Talk, stage: Stage
) -> None:
    if "the reporter says it" not in order:
        order = (*order, "the reporter says it")
    await talk(f"Asha> [sends {sent}]\nbot> Case {{a}}")
    for step in order:
        await talk(STEPS[step])
    await stage.quiet()
    await talk("clock> +3h")
    assert not stage.asked_for_bytes()


async def test_what_was_kept_before_it_was_known_is_locked_away(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        clock> +1m
        Ben>  /case evidence {a}
        bot>  A file of case {a}.
    """)
    home = stage.folder / "data" / "cases" / cases["a"]
    kept = [path.read_bytes() for path in (home / "evidence").iterdir()]
    await talk(f"""
        Asha> /case category {cases["a"]} child-undressed
        bot>  It had been fetched before; it is locked away now.
        bot>  Ring the safeguarding lead now
        bot to Cleo> A child undressed or sexualised
        Ben>  /case evidence {cases["a"]}
        bot>  locked away. They are handed to nobody.
        Ben>  /case {cases["a"]}
        bot>  They are locked away: tell the police
        bot>  Speak to the safeguarding lead now
        Cleo> /case evidence {cases["a"]}
        bot>  nobody opens them, copies them or passes them on, you neither.
        Cleo> /case {cases["a"]}
        bot>  They are locked away: tell the police
        Asha> /case {cases["a"]}
        bot>  Case {cases["a"]}
    """)
    assert [path.read_bytes() for path in (home / "evidence").iterdir()] == kept != []
    assert sorted(path.name for path in home.iterdir()) == ["case.json", "evidence"]


async def test_a_part_that_turns_out_to_be_it_locks_the_whole_away(
    talk: Talk, stage: Stage
) -> None:
    await talk("""
        Gita> [sends shot.png]
        bot>  Case {a}
        Gita> (taps) A pupil
        bot>  What is it mostly about?
        Gita> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
        Asha> They sent a picture round
        bot>  Case {b}
        Asha> /case about {b} school
        bot>  Case {b}
        clock> +10m
        Ben>  /case join {b} to {a}
        bot>  With it: {b}
        Asha> /case category {b} child-undressed
        bot>  please stop here
        Ben>  /case evidence {a}
        bot>  They are handed to nobody.
        Ben>  /case evidence {b}
        bot>  They are handed to nobody.
    """)
