"""`/home`, which Slack's Home tab and Telegram's Start show as well: what waits, and what one can do here."""

from __future__ import annotations

from tests.talks.conftest import Talk


async def test_staff_find_three_buttons(talk: Talk) -> None:
    await talk("""
        Asha> /home
        bot>  Seen a worrying post about a pupil
        Asha> (taps) Pass something on
        Asha> They write about Year 4 on https://example.org/post
        bot>  Case {a}
        Asha> /home
        bot>  Ask the policies
        Asha> (taps) My reports
        bot>  {a} · not categorised yet
        Asha> (taps) Ask the policies
        bot>  What would you like to know?
        Asha> may I be friends with pupils on social media
        bot>  social media
        Finn> /home
        bot>  I work for the staff of a school, and only for those who were invited.
        Finn> /start
        bot>  (nothing)
    """)


async def test_leaders_find_what_waits_for_them(talk: Talk) -> None:
    await talk("""
        Ben>  /home
        bot>  Today, Tue 24 November
        bot>  Nothing is due for you today.
        Asha> They write about Year 4 on https://example.org/post
        bot>  Case {a}
        clock> +15m
        Ben>  /home
        bot>  New this week:\\n{a} · no category yet · Tue 24 Nov, 10:00
        Ben>  (taps) Open {a}
        bot>  Case {a}
        Ben>  /case urgent {a}
        bot>  urgent
        Ben>  home
        bot>  Urgent:\\n{a} · no category yet · urgent, and nobody has taken it
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /home
        bot>  You look after:\\n{a} · no category yet
        Asha> /case about {a} the headteacher
        bot>  headteacher
        Ben>  /home
        bot>  Nothing is due for you today.
    """)
