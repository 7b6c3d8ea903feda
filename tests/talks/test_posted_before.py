"""Who has posted before: on the card, and in a list, for whoever may see those cases."""

from __future__ import annotations

from tests.talks.conftest import Talk

REPORT = """
    Asha> {words}
    bot>  Case {letter}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
    Asha> /case posted {letter} {who}
    Asha> /case apart {letter}
    clock> +3h
"""


def reported(letter: str, words: str, who: str) -> str:
    script = REPORT.replace("{letter}", "{" + letter + "}")
    return script.replace("{words}", words).replace("{who}", who)


async def test_the_card_says_that_they_have_posted_before(talk: Talk) -> None:
    cases = await talk(reported("a", "They call the kitchen filthy", "@HillsideMum"))
    await talk(
        """
        Ben>  /case posters
        bot>  the account @HillsideMum · a case: {a}
    """.replace("{a}", cases["a"])
    )
    cases |= await talk(reported("b", "Now it is the playground", "@hillsidemum"))
    cases |= await talk(reported("c", "And the play of Year 5", "a parent of Year 5"))
    await talk(
        """
        Ben>  /case {b}
        bot>  The second case in twelve months with posts by the account @hillsidemum: {a} as well.
        Ben>  /case posters
        bot>  2 cases: {b} and {a}
        Asha> /case posters
        bot>  not among the things you can do
        Efua> /case posters
        bot>  In the cases of the last twelve months that you may see, nobody was named
        down> 2028-01-10 10:00
        Ben>  /case posters
        bot>  In the cases of the last twelve months that you may see, nobody was named
    """.replace("{a}", cases["a"]).replace("{b}", cases["b"])
    )


async def test_what_is_kept_from_somebody_does_not_count_for_them(talk: Talk) -> None:
    cases = await talk(reported("a", "They call the kitchen filthy", "@HillsideMum"))
    cases |= await talk("""
        Asha> They say things of somebody
        bot>  Case {b}
        Asha> (taps) The headteacher
        Asha> (taps) Complaint about staff
        bot>  Thank you
        Asha> /case posted {b} @HillsideMum
        Asha> /case apart {b}
        clock> +3h
    """)
    await talk(
        """
        Ben>  /case posters
        bot>  the account @HillsideMum · a case: {a}
        Ben>  /case {a}
        bot>  Complaint about the school
        Efua> /case {b}
        bot>  Complaint about staff
        Efua> /case posters
        bot>  the account @HillsideMum · a case: {b}
    """.replace("{a}", cases["a"]).replace("{b}", cases["b"])
    )
