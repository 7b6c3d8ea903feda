"""Working with cases, and what each person sees of them."""

from __future__ import annotations

from tests.talks.conftest import Talk
from tests.talks.stage import Stage, TelegramStage


async def test_leaders_work_a_case_to_its_end(talk: Talk) -> None:
    await talk("""
        Asha> They call Mr Ahmed a liar on the village page
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Defamatory about staff
        bot>  Leadership is told shortly.
        clock> +1m
        bot to Ben>  New case {a}
        bot to Ben>  Defamatory about staff
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case give {a} to Cleo
        bot>  Cleo Martin is looking after it
        bot to Cleo> Case {a} is yours to look after now
        Cleo> /case note {a} Rang the mother, who will take it down
        bot>  Noted with case {a}.
        Cleo> /case {a}
        bot>  noted: Rang the mother, who will take it down
        Cleo> /case close {a}
        bot>  How does case {a} end?
        Cleo> (taps) Removed
        bot>  closed: removed
        bot to Asha> Case {a} is closed
        Asha> /case {a}
        bot>  closed: leadership has dealt with it
        Cleo> /case list open
        bot>  No open cases.
        Cleo> /case list closed
        bot>  {a} · Defamatory about staff
        Cleo> /case reopen {a} it is there again
        bot>  reopened it: it is there again
    """)


async def test_a_card_says_how_many_steps_it_does_not_show_and_when_it_was_first_posted(
    talk: Talk, stage: Stage
) -> None:
    """The year is said where it was posted in another: in Telegram, it was."""
    is_of_last_year = isinstance(stage, TelegramStage)
    first_posted = "9 October 2025, 09:53" if is_of_last_year else "Tue 24 Nov, 10:00"
    await talk("""
        Asha> [forwards "He will come with a knife, it says"]
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        Ben>  /case {a}
        bot>  … and one more step: “More” shows it.
    """)
    await talk(f"""
        Ben>  /case {{a}}
        bot>  , {first_posted}
        Ben>  /case add {{a}} “ring the parents” by friday
        bot>  ring the parents
        Ben>  /case {{a}}
        bot>  … and 2 more steps: “More” shows them.
    """)


async def test_staff_see_their_own_cases_and_no_others(talk: Talk) -> None:
    await talk("""
        Asha> Something about the cook
        bot>  Case {a}
        Gita> /case {a}
        bot>  I know no case
        Gita> /case 2222
        bot>  I know no case
        Gita> /case status
        bot>  You have not passed anything on yet.
        Gita> /case list
        bot>  That is not among the things you can do here.
        Gita> /case take {a}
        bot>  I know no case
        Asha> /case take {a}
        bot>  That is not yours to do
        Asha> /case note {a} it was on Facebook
        bot>  Noted with case {a}.
        Gita> /case note {a} let me in
        bot>  I know no case
    """)


async def test_nobody_sees_a_case_about_themselves(talk: Talk) -> None:
    await talk("""
        Asha> A parent says Cleo ignored her child
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        Asha> /case about {a} Cleo
        bot>  Did you mean one of these?
        Asha> (taps) Cleo Martin
        bot>  Thank you.
        clock> +2h
        bot to Cleo> (nothing)
        bot to Ben>  New case {a}
        Cleo> /case {a}
        bot>  I know no case
        Cleo> /case status
        bot>  You have not passed anything on yet.
    """)


async def test_a_report_about_oneself_stays_ones_own(talk: Talk) -> None:
    await talk("""
        Gita> A father writes that I shouted at his son
        bot>  Case {a}
        Gita> (taps) A member of staff
        Gita> (taps) Me
        bot>  What is it mostly about?
        Gita> (taps) Allegation about staff
        bot>  Thank you.
        Gita> /case {a}
        bot>  You sent: a message
        Gita> /case note {a} I was not in school that day
        bot>  Noted with case {a}.
    """)


async def test_the_same_link_is_found_again(talk: Talk) -> None:
    await talk("""
        Asha> https://www.facebook.com/groups/1/posts/2?fbclid=1
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Gita> https://m.facebook.com/groups/1/posts/2/?utm_source=x
        bot>  Case {b}
        Gita> (taps) A member of staff
        Gita> (taps) Somebody else
        bot>  Type the name.
        Gita> Mrs Bell
        bot>  What is it mostly about?
        Gita> (taps) Complaint about staff
        clock> +10m
        Ben>  /case {b}
        bot>  It looks like case {a}.
        Ben>  (taps) Join to {a}
        bot>  With it: {b}
        Gita> /case {b}
        bot>  You sent: a link to facebook.com
        Ben>  /case {b}
        bot>  Case {a}
        Gita> /case {a}
        bot>  I know no case
    """)


async def test_the_same_picture_is_found_again(talk: Talk) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        clock> +20m
        Asha> [sends shot.png]
        bot>  Case {b}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        clock> +1m
        Ben>  /case {b}
        bot>  It looks like case {a}.
        Asha> /case {a}
        bot>  Case {a}
    """)


async def test_what_one_passed_on_before_is_offered(talk: Talk) -> None:
    await talk("""
        Asha> https://www.facebook.com/groups/1/posts/2
        bot>  Case {a}
        clock> +20m
        Asha> https://www.facebook.com/groups/1/posts/2
        bot>  Case {b}
        bot>  It looks like your case {a}.
        Asha> (taps) Part of {a}
        bot>  Who is it about?
    """)


async def test_an_unanswered_question_is_asked_again_on_both_sides(talk: Talk) -> None:
    await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        clock> +9m
        bot to Ben>  (nothing)
        bot to Cleo> (nothing)
        clock> +1m
        bot to Ben>  Nobody has said yet what it is about
        bot to Cleo> New case {a}
        clock> +4m
        bot to Asha> (nothing)
        clock> +1m
        bot to Asha> Until you say so, a picture is not fetched.
        bot to Ben>  (nothing)
    """)


async def test_at_night_only_what_is_urgent_is_sent(talk: Talk) -> None:
    await talk("""
        clock> 2026-11-27T21:00
        Asha> They call the cook names
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Negative or offensive about staff
        clock> 2026-11-30T07:59
        bot to Ben>  (nothing)
        clock> 2026-11-30T08:00
        bot to Ben>  New case {a}
        clock> 2026-11-30T22:00
        Gita> He will come with a knife, it says
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> (taps) Threat of violence
        bot to Ben>  Urgent: case {b}
        Asha> /case urgent {a}
        bot>  Case {a} is urgent now.
        bot to Ben>  Urgent: case {a}
    """)


async def test_words_that_only_look_like_commands_are_reports(talk: Talk) -> None:
    await talk("""
        Asha> case of bullying in the Year 6 chat
        bot>  Case {a}
        Asha> /case {a}
        bot>  You sent: a message
        Asha> case status
        bot>  {a} · not categorised yet
        Asha> case {a}
        bot>  You sent: a message
        Asha> help
        bot>  Seen a worrying post
    """)


async def test_markup_and_pings_stay_text(talk: Talk) -> None:
    await talk("""
        Asha> <!channel> *bold* <b>x</b> <@UBEN> _it_ `code` @here
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Complaint about staff
        clock> +10m
        Ben>  /case {a}
        bot>  <!channel> *bold* <b>x</b> <@UBEN> _it_ `code` @here
    """)


async def test_policies_are_quoted_or_nothing_is_said(talk: Talk) -> None:
    await talk("""
        Asha> /policy can I reply to a parent on facebook?
        bot>  Do not reply
        Asha> /policy what is the capital of Peru
        bot>  The texts do not say.
        Asha> /policy
        bot>  The policy texts
    """)
