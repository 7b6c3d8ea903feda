"""Forward a post, and somebody looks after it: in each chat."""

from __future__ import annotations

from tests.patience import until
from tests.talks.conftest import Talk
from tests.talks.stage import Stage


async def test_a_screenshot_becomes_a_case_that_somebody_takes(
    reads_pictures: None, talk: Talk
) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        bot>  Not fetched yet: a picture.
        bot>  do not reply to it
        bot>  Who is it about?
        Asha> (taps) A parent or somebody else
        bot>  About a parent or somebody else.
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Leadership is being told now.
        bot to Ben>  Urgent: case {a}
        bot to Cleo> Threat of violence
        Ben>  (taps) I'll take it
        bot>  Ben Okafor is looking after it
        bot to Asha> somebody in leadership is looking after it now
        Asha> /case status
        bot>  {a} · Threat of violence
        Asha> /case {a}
        bot>  somebody in leadership is looking after it
    """)


async def test_words_a_link_and_a_picture_within_two_minutes_are_one_report(talk: Talk) -> None:
    await talk("""
        Asha> Have you seen what they say about Year 4?
        bot>  Case {a}
        Asha> https://m.facebook.com/groups/1/posts/2?fbclid=abc
        bot>  Case {a}
        bot>  a message and a link to facebook.com
        clock> +1m
        Asha> [sends shot.png]
        bot>  Case {a}
        bot>  Not fetched yet: a picture.
        Asha> /case status
        bot>  {a} · not categorised yet
    """)


async def test_what_comes_later_is_kept_with_it_until_told_otherwise(talk: Talk) -> None:
    cases = await talk("""
        Asha> Have you seen what they say about Year 4?
        bot>  Case {a}
        clock> +5m
        Asha> And this one is about the dinner ladies
        bot>  Kept with case
        bot>  Is it part of case {a}, or something new?
        Asha> (taps) A new case
        bot>  Case {b}
        bot>  Who is it about?
    """)
    assert cases["a"] != cases["b"]


async def test_a_part_of_a_case_keeps_both_references(talk: Talk) -> None:
    await talk("""
        Asha> Have you seen what they say about Year 4?
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Complaint about staff
        clock> +5m
        Asha> There is more of it now
        bot>  Kept with case {b}
        Asha> (taps) Part of {a}
        bot>  Added to case {a}.
        clock> +10m
        Ben>  /case {b}
        bot>  Case {a}
        bot>  There is more of it now
    """)


async def test_the_head_never_sees_a_case_about_the_head(talk: Talk) -> None:
    await talk("""
        Asha> [forwards "the head hit a child, says this"]
        bot>  Case {a}
        Asha> (taps) The headteacher
        Asha> (taps) Allegation about staff
        bot>  Thank you.
        clock> +1m
        bot to Efua> New case {a}
        bot to Ben>  (nothing)
        Ben>  /case list
        bot>  No open cases.
        Ben>  /case {a}
        bot>  I know no case
        Efua> /case {a}
        bot>  the head hit a child, says this
    """)


async def test_a_stranger_gets_one_polite_sentence(talk: Talk) -> None:
    await talk("""
        Finn> Hello, what is this?
        bot>  only for those who were invited
        Finn> Anybody there?
        bot>  (nothing)
        Finn> /case status
        bot>  (nothing)
    """)


async def test_a_child_undressed_stops_everything(talk: Talk) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A child undressed or sexualised
        bot>  Do not copy it, pass it on, delete it, or show it to anybody.
        bot>  If a child is in danger, ring 999 first.
        bot to Cleo> Urgent: case {a}
        Cleo> /case {a}
        bot>  withheld
        Asha> /case category {a} other
        bot>  Only the safeguarding lead can change that now.
    """)


async def test_an_album_is_one_report(talk: Talk) -> None:
    await talk("""
        Asha> [sends one.png, two.png, three.png]
        bot>  Case {a}
        bot>  Not fetched yet: 3 pictures.
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
        Asha> /case {a}
        bot>  You sent: 3 pictures
        clock> +10m
        Ben>  /case evidence {a}
        bot>  3 files of case {a}.
    """)


async def test_a_near_miss_is_suggested(talk: Talk) -> None:
    await talk("""
        Asha> /case statsu
        bot>  Did you mean “/case status [REFERENCE]”
        Ben>  /case lst
        bot>  /case list
    """)


async def test_the_card_says_at_the_end_what_was_kept(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        bot>  Not fetched yet: a picture.
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Case {a}
    """)

    def cards() -> list[str]:
        return [seen.words for seen in stage.seen("Asha") if f"Case {cases['a']}" in seen.words]

    await until(lambda: "Kept: a picture." in cards()[-1])
    await stage.quiet()
    assert "being fetched" not in cards()[-1]
