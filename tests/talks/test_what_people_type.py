"""Command, answer or report? What people type is never lost, and never taken for something else."""

from __future__ import annotations

import pytest

from tests.talks.conftest import Talk
from tests.talks.stage import Stage

REPORTS_THAT_LOOK_LIKE_COMMANDS = [
    "Policy breach! Mr Smith posted pupil photos https://www.facebook.com/mr.smith/photos/12",
    "Policy is a joke, writes Mr Smith on his page",
    "People invite pupils as friends on Snapchat",
    "People take our photos without asking, is the role of the school",
    "Join https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
    "join TeachersAgainstHomework",
    "Report by a parent: they laugh at Year 4 online",
    "Case closed, she writes, and tags the school",
    "Help us, writes a mother about Year 6",
    "84PR",
]

WITHOUT_FORMS = pytest.mark.parametrize("stage", ["terminal", "telegram"], indirect=True)
"""Slack answers a command with a form where the others ask, and take the next words."""


@pytest.mark.parametrize("words", REPORTS_THAT_LOOK_LIKE_COMMANDS)
async def test_a_report_is_not_taken_for_a_command(talk: Talk, words: str) -> None:
    await talk(f"""
        Asha> {words}
        bot>  Case {{a}}
        Ben>  {words}
        bot>  Case {{b}}
    """)


async def test_words_after_a_slash_that_are_no_command_are_kept(talk: Talk) -> None:
    await talk("""
        Asha> /nobody at this school can teach, says the village page
        bot>  is not a command, so I have kept your message as a report.
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Ben>  /case {a}
        bot>  can teach, says the village page
        Gita> /also the cook was called names there
        bot>  is not a command, so I have kept your message as a report.
    """)


async def test_short_slips_are_named_and_long_ones_say_that_nothing_was_kept(talk: Talk) -> None:
    await talk("""
        Asha> /xyzzy
        bot>  I don't know “/xyzzy”. “/help” shows what I know.
        Asha> /reprot a fight in Year 9 is online
        bot>  Nothing was kept. Did you mean “/report what you saw, and where”?
        Asha> /case status
        bot>  You have not passed anything on yet.
    """)


async def test_commands_are_understood_without_a_slash(talk: Talk) -> None:
    await talk("""
        Asha> Something about the cook
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Asha> policy can I reply to a parent on Facebook?
        bot>  ·
        Asha> Case status.
        bot>  {a} · not categorised yet
        Asha> help!
        bot>  Seen a worrying post
        Asha> case list
        bot>  That is not among the things you can do here.
        Ben>  case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  people invite Hana Lee as leader and dsl
        bot>  An invitation for Hana Lee (leadership and safeguarding lead)
    """)


async def test_a_reference_is_enough(talk: Talk) -> None:
    await talk("""
        Asha> Something about the cook
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Ben>  #{a}
        bot>  Something about the cook
        Ben>  {a}.
        bot>  Something about the cook
        Ben>  /case {a}.
        bot>  Something about the cook
        Ben>  /case {a}: take
        bot>  Ben Okafor is looking after it
        Ben>  case {a} note Rang the mother
        bot>  Noted with case {a}.
        Gita> {a}
        bot>  Case {b}
        Gita> /case about {b} school
        bot>  Case {b}
    """)


@WITHOUT_FORMS
async def test_what_is_no_name_is_kept_and_does_not_become_the_subject(talk: Talk) -> None:
    await talk("""
        Asha> A parent says the cook is rude
        bot>  Case {a}
        Asha> /case about {a} staff ?
        bot>  Type the name.
        Asha> A fight video of Year 9 boys is going round
        bot>  2 messages
        Asha> /case about {a} staff ?
        bot>  Type the name.
        Asha> case status
        bot>  {a} · not categorised yet
        Asha> /case about {a} staff ?
        bot>  Type the name.
        Asha> help
        bot>  Seen a worrying post
        clock> +10m
        Ben>  /case {a}
        bot>  About: not said yet
        Asha> /case about {a} staff ?
        bot>  Type the name.
        Asha> Mrs Doreen Field
        bot>  Case {a}
        clock> +10m
        Ben>  /case {a}
        bot>  Mrs Doreen Field
    """)


@WITHOUT_FORMS
async def test_a_link_is_a_report_whatever_was_asked(talk: Talk) -> None:
    await talk("""
        Asha> A parent says the cook is rude
        bot>  Case {a}
        clock> +20m
        Asha> /case note {a}
        bot>  What should be noted
        Asha> There is more: https://www.facebook.com/groups/1/posts/2
        bot>  Case {b}
        Asha> /case note {a}
        bot>  What should be noted
        Asha> [forwards "and somebody answered her"]
        bot>  Case {b}
        Asha> /case note {a}
        bot>  What should be noted
        Asha> She is the mother of Tom
        bot>  Noted with case {a}.
    """)


async def test_the_help_fits_the_role(talk: Talk) -> None:
    await talk("""
        Asha> /help
        bot>  /case status [REF]
        Ben>  /help
        bot>  /case status [REF]
        Ben>  (taps) Looking after cases
        bot>  Looking after cases
        bot>  /case take REF
        Ben>  /help school
        bot>  /people invite NAME as ROLE
        Ben>  /help not-removed
        bot>  /case not-removed REF STEP
        Asha> /help not-removed
        bot>  I know no command with “not-removed”.
    """)


async def test_no_page_of_the_help_is_longer_than_a_screen(talk: Talk, stage: Stage) -> None:
    headings = (
        "looking after cases|evidence, figures and keeping|steps of a case|the policies|the school"
    )
    for words in ("", *headings.split("|")):
        await talk(f"""
            Ben>  /help {words}
            bot>  REF is the case’s reference
        """)
        page = stage.seen("Ben")[-1].words
        assert len(page.splitlines()) <= 24, page


async def test_how_to_type_it_is_said(talk: Talk) -> None:
    await talk("""
        Ben>  /people give Asha
        bot>  Please type it like this: /people give NAME the role ROLE
        Asha> Something about the cook
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Dev>  /case give {a} to Nobody
        bot>  I know no case
        Cleo> /case give {a} to Zebedee
        bot>  I know nobody called “Zebedee”. Please check the spelling.
        Ben>  /people give Zebedee the role leader
        bot>  “/people” lists everybody.
    """)


async def test_thanks_and_greetings_are_no_reports(talk: Talk) -> None:
    await talk("""
        Asha> Thank you!
        bot>  kept nothing
        Asha> 👍
        bot>  kept nothing
        Asha> Hello.
        bot>  kept nothing
        Asha> /case status
        bot>  You have not passed anything on yet.
        Asha> hello, a parent writes that she will come and hit the cook
        bot>  Case {a}
        Asha> 谢谢，有人写了坏话
        bot>  Kept: 2 messages.
    """)
