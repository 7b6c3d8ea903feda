"""A reporter reads what they said themselves of their report, wherever it is shown, and nothing of what leaders made of
it.
"""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_lists_and_cards_say_what_the_reporter_has_said(talk: Talk) -> None:
    await talk("""
        Asha> They write about our dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  Case {a}
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        clock> +1m
        Ben>  /case about {a} Dev Singh
        bot>  Case {a}
        Ben>  /case category {a} threat
        bot>  Case {a}
        Asha> /case status
        bot>  {a} · Complaint about the school
        Asha> /case {a}
        bot>  About: Complaint about the school
        Asha> /case later {a}
        bot>  Complaint about the school\\nKept
        Asha> (taps) Urgent
        bot>  Case {a} is urgent now
        Asha> /case status
        bot>  {a} · Complaint about the school · urgent
    """)


async def test_what_leaders_alone_have_said_is_not_said_yet(talk: Talk) -> None:
    await talk("""
        Asha> They write about our dinner
        bot>  Case {a}
        clock> +11m
        Ben>  /case about {a} Dev Singh
        bot>  Case {a}
        Ben>  /case category {a} threat
        bot>  Case {a}
        Asha> /case status
        bot>  {a} · not categorised yet · Tue
        Asha> /case category {a} threat
        bot>  Case {a}
        Asha> /case status
        bot>  {a} · Threat
        Ben>  /case {a}
        bot>  Asha Patel said what it is about
    """)
