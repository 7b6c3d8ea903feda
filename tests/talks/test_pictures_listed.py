"""A tap lets go what its card had listed, and nothing else does. What is locked late, says who had it."""

from __future__ import annotations

from store.model.records import State
from tests.patience import until
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def _states(stage: Stage, reference: str) -> list[str]:
    case = await stage.bot.desk.store.case(reference)
    return [item.state for item in case.evidence]


async def test_what_came_after_the_card_waits_and_is_asked_about(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends one.png]
        bot>  Case {a}
        Asha> [sends two.png]
        bot>  Not fetched yet: 2 pictures.
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> /case category {a} threat 1
        bot>  Not fetched yet: a picture.
        bot>  What is it mostly about?
        clock> +1m
    """)
    assert await _states(stage, cases["a"]) == [State.KEPT, State.WAITING]
    await talk(f"""
        clock> +15m
        bot to Asha> Case {cases["a"]} still needs one tap of yours. Until you say so, a picture is not fetched.
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
    """)
    assert await _states(stage, cases["a"]) == [State.KEPT, State.KEPT]


async def test_the_later_one_is_a_child_undressed(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends one.png]
        bot>  Case {a}
        Asha> [sends two.png]
        bot>  Not fetched yet: 2 pictures.
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> /case category {a} threat 1
        bot>  What is it mostly about?
        clock> +1m
        Asha> (taps) A child undressed or sexualised
        bot>  please stop here
        clock> +3h
    """)
    assert await _states(stage, cases["a"]) == [State.KEPT, State.WITHHELD]


async def test_what_is_typed_lets_go_what_was_sent_before(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends one.png]
        bot>  Case {a}
        Asha> [sends two.png]
        bot>  2 pictures
        Asha> /case category {a} Threat of violence
        bot>  Who is it about?
        clock> +1m
    """)
    assert await _states(stage, cases["a"]) == [State.KEPT, State.KEPT]


async def test_that_it_is_part_of_another_lets_nothing_go(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends one.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        clock> +5m
        Asha> [sends two.png]
        bot>  Kept with case {b}
    """)
    part = cases["b"]
    await talk(f"""
        Asha> (taps) Part of {cases["a"]}
        bot>  What is it mostly about?
        clock> +20m
        bot to Asha> Case {part} still needs one tap of yours.
    """)
    assert await _states(stage, part) == [State.WAITING]
    await talk(f"""
        Asha> (taps) Threat of violence
        bot>  Case {part}
        clock> +1m
    """)
    assert await _states(stage, part) == [State.KEPT]


async def test_what_was_joined_before_is_asked_about_by_itself(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends one.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        clock> +5m
        Asha> [sends two.png]
        bot>  Kept with case {b}
    """)
    part = cases["b"]
    await talk(f"""
        Asha> (taps) Part of {cases["a"]}
        bot>  What is it mostly about?
        Asha> /case category {cases["a"]} threat 1
        bot>  Kept with case {cases["a"]}
        clock> +1m
    """)
    assert await _states(stage, cases["a"]) == [State.KEPT]
    assert await _states(stage, part) == [State.WAITING]
    await talk(f"""
        Asha> /case category {part} threat 1
        bot>  Case {part}
        clock> +1m
    """)
    assert await _states(stage, part) == [State.KEPT]


async def test_the_lead_lets_go_what_others_sent_only_by_having_seen_it(
    talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        Asha> [sends one.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Cleo> /case category {a} bullying
        bot>  Case {a}: nobody who has seen this has said what it is.
        bot>  1 · Asha Patel
        bot>  I have seen it
        clock> +1m
    """)
    assert await _states(stage, cases["a"]) == [State.WAITING]
    await talk("""
        Asha> [sends two.png]
        bot>  2 pictures
        Cleo> (taps) I have seen it
        bot>  2 · Asha Patel
        clock> +1m
    """)
    assert await _states(stage, cases["a"]) == [State.WAITING, State.WAITING]
    await talk(f"""
        Cleo> (taps) I have seen it
        bot>  said of evidence 1, 2: “I have seen it”, and it is: Bullying
        clock> +1m
        Cleo> /case log {cases["a"]}
        bot>  Cleo Martin said of evidence 1, 2: “I have seen it”
    """)
    assert await _states(stage, cases["a"]) == [State.KEPT, State.KEPT]


async def test_a_late_lock_says_who_had_it_and_opens_by_having_seen_it_alone(
    talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        clock> +1m
        Ben>  /case evidence {a}
        bot>  A file of case {a}.
        clock> +1m
        Asha> [sends two.png]
        bot>  Case {a}
    """)
    a = cases["a"]
    await stage.quiet()
    await until(lambda: stage.handed("Ben"))
    await talk(f"""
        Asha> /case category {a} child-undressed
        bot>  It had been fetched before; it is locked away now.
        bot to Cleo> “Open” says who had it.
        clock> +1m
        Cleo> /case {a}
        bot>  Who had it before it was locked:
        bot>  Asha Patel sent it
        bot>  Ben Okafor was handed evidence {a} 1, Tue 24 Nov, 10:01.
        Cleo> /case category {a} threat
        bot>  Case {a} is locked, because somebody said that it is about a child undressed.
        bot>  1 · Asha Patel
        bot>  picture, locked away
        bot>  picture, withheld, never fetched
        Ben>  /case release {a} threat 2
        bot>  That is not among the things you can do here.
        Cleo> /case evidence {a}
        bot>  locked away: nobody opens them
        Cleo> /case category {a} threat
        bot>  I have seen it
        Cleo> (taps) I have seen it
        bot>  said of evidence 1, 2: “I have seen it”
        Cleo> /case evidence {a}
        bot>  A file of case {a}.
        clock> +3h
    """)
    assert await _states(stage, a) == [State.KEPT, State.WITHHELD]
