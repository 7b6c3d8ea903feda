"""The removal of what was posted, link by link: asked, answered, silent, gone."""

from __future__ import annotations

from tests.talks.conftest import Talk
from tests.talks.stage import Stage

TWO_LINKS = """
    Asha> They write https://www.facebook.com/groups/1/posts/2 and https://x.com/a/3
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
    Ben>  /case take {a}
    bot>  Ben Okafor is looking after it
"""


async def test_each_link_has_its_own_removal(talk: Talk) -> None:
    await talk(TWO_LINKS)
    await talk("""
        Ben>  /case removal {a}
        bot>  2 facebook.com/groups/1/posts/2: nobody was asked yet\\n3 x.com/a/3: nobody was asked yet
        Ben>  (taps) 2 facebook.com/groups/1/posts/2
        bot>  Case {a} · 2 facebook.com/groups/1/posts/2: nobody was asked yet
        Ben>  (taps) Reported to the site
        bot>  What number did the report get?
        Ben>  12345
        bot>  Case {a} · noted.\\n2 facebook.com/groups/1/posts/2: the site was asked on 24 November 2026, report 12345: no answer yet
        Ben>  /case removal {a} 3 gone on Monday
        bot>  3 x.com/a/3: seen gone on 23 November 2026 by Ben Okafor
        Ben>  /case removal {a} 2
        bot>  the site was asked on 24 November 2026, report 12345
        Ben>  (taps) What came back
        bot>  What came back? (Case {a}, 2 facebook.com/groups/1/posts/2)
        Ben>  They look into it
        bot>  answered on 24 November 2026, “They look into it”
        Ben>  /case {a}
        bot>  Removal: 2 facebook.com/groups/1/posts/2: the site asked on 24 Nov; 3 x.com/a/3: gone on 23 Nov
        Ben>  /case log {a}
        bot>  asked the site to take it down (evidence 2), report 12345
        bot>  saw that it is gone (evidence 3) on 23 November 2026
        Ben>  /figures
        bot>  Removal asked for: 1. Gone: 0.
        bot>  Posts by site: facebook.com 0 of 1 gone.
        Cleo> /case removal {a} 2 gone
        bot>  seen gone on 24 November 2026 by Cleo Martin
        Ben>  /figures
        bot>  Removal asked for: 1. Gone: 1.
        bot>  Posts by site: facebook.com 1 of 1 gone.
        Ben>  /case removal {a} 2 site 777
        bot>  Case {a} · nothing new was noted: what is gone is asked for no more.
        Ben>  /case removal {a} 2 there
        bot>  report 12345
        Ben>  /case removal {a} 7 gone
        bot>  Case {a} has no post 7.
        Ben>  /case removal {a} 2 burn it
        bot>  I cannot read “burn it”.
        Ben>  /case removal {a} 2 gone on Blursday
        bot>  I cannot read “Blursday” as a day.
        Ben>  /case removal {a} 3 refused
        bot>  Nobody was asked yet to take that down.
        Asha> /case removal {a} gone
        bot>  That is not yours to do with case {a}.
    """)


async def test_the_day_on_which_it_was_seen_to_be_gone_is_the_one_that_was_typed(
    talk: Talk,
) -> None:
    await talk(TWO_LINKS)
    await talk("""
        Ben>  /case removal {a} 2 gone yesterday
        bot>  2 facebook.com/groups/1/posts/2: seen gone on 23 November 2026 by Ben Okafor
        Ben>  /case removal {a} 3 gone 20/11/2026
        bot>  3 x.com/a/3: seen gone on 20 November 2026 by Ben Okafor
        Ben>  /case removal {a} 3 there today
        bot>  3 x.com/a/3
        Ben>  /case removal {a} all gone since lunch
        bot>  I cannot read “since lunch” as a day. Type it like today, Monday or 24/11.
        Ben>  /case removal {a} 3 gone tomorrow
        bot>  I cannot read “tomorrow” as a day.
        Ben>  /case removal {a} 3
        bot>  3 x.com/a/3: nobody was asked yet
    """)


async def test_steps_say_of_all_posts_that_they_were_asked_for_and_are_gone(talk: Talk) -> None:
    await talk(TWO_LINKS)
    await talk("""
        Ben>  /case done {a} evidence
        bot>  done: Establish what was posted
        Ben>  (taps) Post by post
        bot>  nobody was asked yet
        Ben>  /case refused {a} talk
        bot>  refused: Talk to the person who posted it
        Ben>  /case removal {a}
        bot>  2 facebook.com/groups/1/posts/2: whoever posted it was asked on 24 November 2026: refused
        bot>  3 x.com/a/3: whoever posted it was asked on 24 November 2026: refused
        Ben>  /case removal {a} 2 site -
        bot>  the site was asked on 24 November 2026: no answer yet
        Ben>  (taps) Done: Ask the site's host to remove it
        bot>  done: Ask the site's host to remove it
        Ben>  /case removal {a} all gone
        bot>  3 x.com/a/3
        bot>  seen gone on 24 November 2026 by Ben Okafor
    """)


async def test_a_weeks_silence_of_a_site_brings_the_next_step(talk: Talk, stage: Stage) -> None:
    await talk(TWO_LINKS)
    await talk("""
        Ben>  /case done {a} evidence
        bot>  done: Establish what was posted
        Ben>  /case refused {a} talk
        bot>  Ask the site's host to remove it
        Ben>  /case done {a} host
        bot>  done: Ask the site's host to remove it
        Ben>  /case removal {a} 2 answer They look into it
        bot>  “They look into it”
        clock> 2026-12-01T07:50
        Ben>  /case {a}
        bot>  Case {a}
    """)
    assert "Report Harmful Content" not in stage.seen("Ben")[-1].words
    await talk("""
        clock> 2026-12-01T08:01
        Ben>  /case {a}
        bot>  The host was silent for a week, or refused: tell Report Harmful Content · Ben Okafor · due Thu 3 Dec, 17:00
        Ben>  /case log {a}
        bot>  Heads Up found that the site has neither removed it nor refused in time (evidence 2 and 3)
        clock> 2026-12-02T08:01
        bot to Ben>  Yours now: The host was silent for a week, or refused: tell Report Harmful Content
        Ben>  /case done {a} harmful-content
        bot>  done: The host was silent
        Ben>  /case removal {a} 3
        bot>  the site was asked on 24 November 2026: no answer in time; Report Harmful Content was asked on 2 December 2026
    """)


async def test_what_was_taken_down_in_time_brings_no_step(talk: Talk, stage: Stage) -> None:
    await talk(TWO_LINKS)
    await talk("""
        Ben>  /case removal {a} all site 12345
        bot>  report 12345
        Ben>  /case removal {a} all gone
        bot>  seen gone
        clock> 2026-12-02T09:00
        Ben>  /case {a}
        bot>  Case {a}
    """)
    assert "Report Harmful Content" not in stage.seen("Ben")[-1].words


async def test_a_site_that_refuses_brings_the_next_step_at_once(talk: Talk) -> None:
    await talk(TWO_LINKS)
    await talk("""
        Ben>  /case removal {a} 2 site 12345
        bot>  report 12345
        Cleo> /case removal {a} 2 refused It breaks none of their rules
        bot>  refused, “It breaks none of their rules”
        Ben>  /case {a}
        bot>  The host was silent for a week, or refused: tell Report Harmful Content
    """)


async def test_of_what_was_joined_the_silence_is_told_where_the_steps_are(talk: Talk) -> None:
    await talk("""
        Asha> They call the kitchen filthy
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        clock> +20m
        Gita> It is here https://www.facebook.com/groups/1/posts/2
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> (taps) Complaint about the school
        clock> +20m
        Ben>  /case take {a}
        bot>  Ben Okafor is looking after it
        Ben>  /case join {b} to {a}
        bot>  Case {a}
        Ben>  /case removal {a}
        bot>  {b} 2 facebook.com/groups/1/posts/2: nobody was asked yet
        Ben>  (taps) Reported to the site
        bot>  What number did the report get?
        Ben>  -
        bot>  {b} 2 facebook.com/groups/1/posts/2: the site was asked on 24 November 2026
        clock> 2026-12-01T08:01
        Ben>  /case {a}
        bot>  The host was silent for a week, or refused: tell Report Harmful Content
        Ben>  /case done {a} harmful-content
        bot>  done: The host was silent
        Ben>  /case removal {a}
        bot>  Report Harmful Content was asked on 1 December 2026
    """)


async def test_whom_a_case_concerns_reads_nothing_of_its_removals(talk: Talk) -> None:
    await talk("""
        Asha> They write of her https://www.facebook.com/groups/1/posts/2
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Cleo Martin
        bot>  What is it mostly about?
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        Ben>  /case removal {a} 2 site 12345
        bot>  report 12345
        Cleo> /case removal {a}
        bot>  I know no case “{a}” that you may see.
        Cleo> /figures
        bot>  Removal asked for: 0. Gone: 0.
    """)
