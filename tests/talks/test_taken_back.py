"""What somebody was shown of a case is taken back when it turns out to be about them."""

from __future__ import annotations

import asyncio

import pytest

from handlers.notices.wording import NO_LONGER
from store.model.address import MessageRef
from store.model.memos import Shown
from tests.patience import PATIENCE
from tests.talks.conftest import Talk
from tests.talks.stage import SlackStage, Stage, TelegramStage, TerminalStage


def left(stage: Stage, name: str, words: str) -> list[str]:
    """What somebody can still read with these words in it. A terminal's paper cannot be unwritten."""
    if isinstance(stage, TerminalStage):
        return []
    return [seen.words for seen in stage.seen(name) if words in seen.words]


async def quiet(stage: Stage) -> None:
    """Until all that was begun is done, and what follows from it."""
    await stage.quiet()
    await stage.bot.work()


@pytest.mark.parametrize("verb", ["about", "posted"])
async def test_answers_alerts_and_lists_are_taken_back(verb: str, talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They say somebody shouted at a child
        bot>  Case {a}
        Gita> [sends other.png]
        bot>  Case {b}
        Gita> (taps) The school
        bot>  What is it mostly about?
        Gita> (taps) Threat of violence
        bot>  Thank you.
        bot to Cleo> Urgent: case {b}
        clock> +10m
        bot to Cleo> New case {a}
        Cleo> case {a}
        bot>  They say somebody shouted at a child
        Cleo> case {a} log
        bot>  all entries
        Cleo> case list
        bot>  {a} ·
        Cleo> case {b}
        bot>  Case {b}
    """)
    await quiet(stage)
    await talk(
        """
        Asha> /case {verb} {a} Cleo Martin
        bot>  Case {a}
    """.replace("{a}", cases["a"]).replace("{verb}", verb)
    )
    await quiet(stage)
    assert left(stage, "Cleo", cases["a"]) == []
    assert left(stage, "Cleo", "shouted") == []
    assert left(stage, "Ben", NO_LONGER) == []
    if not isinstance(stage, TerminalStage):
        assert left(stage, "Cleo", f"Case {cases['b']}")
    assert left(stage, "Cleo", NO_LONGER) == []


@pytest.mark.parametrize("verb", ["about", "posted"])
async def test_buttons_of_what_was_taken_back_are_gone(verb: str, talk: Talk, stage: Stage) -> None:
    cases = await talk(
        """
        Asha> They say somebody shouted at a child
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot>  Thank you.
        bot to Cleo> Urgent: case {a}
        Asha> /case {verb} {a} Cleo Martin
        bot>  Case {a}
    """.replace("{verb}", verb)
    )
    await quiet(stage)
    assert not [seen for seen in stage.seen("Cleo") if "I'll take it" in seen] or isinstance(
        stage, TerminalStage
    )
    if isinstance(stage, TerminalStage):
        await talk("""
            Cleo> hello
            bot>  Thank you.
        """)
        await stage.taps("Cleo", "I'll take it")
        assert (await stage.bot.desk.store.case(cases["a"])).owner is None


async def test_handed_over_files_are_deleted(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
        clock> +10m
        Cleo> case evidence {a}
        bot>  A file of case {a}.
    """)
    await handed_over(stage, cases["a"])
    await quiet(stage)
    await talk(
        """
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
    """.replace("{a}", cases["a"])
    )
    await quiet(stage)
    assert _files(stage) == 0
    assert left(stage, "Cleo", cases["a"]) == []


async def handed_over(stage: Stage, reference: str) -> None:
    """Until a file was shown, and that was noted. A terminal hands over a path, at once."""
    if isinstance(stage, TerminalStage):
        return
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = await stage.bot.desk.store.memo(Shown, reference)
            if shown and any(
                MessageRef.parse(showing.message).is_file for showing in shown.showings
            ):
                return
            await asyncio.sleep(0.01)


def _files(stage: Stage) -> int:
    if isinstance(stage, SlackStage):
        return len(stage.slack.world.uploads)
    return len(stage.telegram.api.uploads) if isinstance(stage, TelegramStage) else 0


async def test_a_reporter_keeps_what_a_reporter_was_told(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Cleo> A parent says that I shouted
        bot>  Case {a}
        Cleo> (taps) A member of staff
        Cleo> (taps) Me
        bot>  What is it mostly about?
        Cleo> (taps) Allegation about staff
        bot>  Thank you.
    """)
    await quiet(stage)
    assert left(stage, "Cleo", "no longer available") == []
    await talk(
        """
        Cleo> case {a}
        bot>  You sent: a message
    """.replace("{a}", cases["a"])
    )


async def test_joining_takes_back_as_well(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Gita> They say somebody shouted
        bot>  Case {b}
        clock> +10m
        Cleo> case {a}
        bot>  They write about the dinner
        Gita> /case about {b} Cleo Martin
        bot>  Case {b}
    """)
    await quiet(stage)
    assert left(stage, "Cleo", cases["a"]) or isinstance(stage, TerminalStage)
    await talk(f"""
        Ben>  /case join {cases["b"]} to {cases["a"]}
        bot>  With it: {cases["b"]}
    """)
    await quiet(stage)
    assert left(stage, "Cleo", cases["a"]) == []


async def test_a_digest_is_taken_back(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They say somebody shouted at a child
        bot>  Case {a}
        Asha> (taps) A member of staff
        Asha> (taps) Somebody else
        bot>  Type the name.
        Asha> Mrs Bell
        bot>  What is it mostly about?
        Asha> (taps) Complaint about staff
        bot>  Thank you.
        clock> 2026-11-30T08:30
        bot to Cleo> Your week
    """)
    await quiet(stage)
    assert left(stage, "Cleo", cases["a"]) or isinstance(stage, TerminalStage)
    await talk(f"""
        Asha> /case about {cases["a"]} Cleo Martin
        bot>  Case {cases["a"]}
    """)
    await quiet(stage)
    assert left(stage, "Cleo", cases["a"]) == []


async def test_the_channel_forgets_a_case_about_one_of_its_readers(
    stage: Stage, talk: Talk
) -> None:
    if not isinstance(stage, SlackStage):
        return
    from dataclasses import replace

    channel = stage.slack.channel("CLEADERS", "leaders", "UBEN", "UCLEO", "UHEADSUP")
    desk = replace(stage.bot.desk, channels=(f"slack:{channel}",))
    stage.bot.desk = stage.bot.delivery.desk = stage.bot.delivery.shown_log.desk = desk
    cases = await talk("""
        Asha> They say somebody shouted at a child
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        clock> +1m
        bot to Ben> Urgent: case {a}
    """)
    await quiet(stage)
    current = [s for s in stage.slack.world.current() if s.channel == channel]
    assert [cases["a"] in s.words for s in current] == [True]
    await talk(f"""
        Asha> /case about {cases["a"]} Cleo Martin
        bot>  Case {cases["a"]}
    """)
    await quiet(stage)
    current = [s for s in stage.slack.world.current() if s.channel == channel]
    assert current == []


@pytest.mark.parametrize("stage", ["telegram"], indirect=True)
async def test_what_cannot_be_taken_back_now_is_tried_again(talk: Talk, stage: Stage) -> None:
    assert isinstance(stage, TelegramStage)
    cases = await talk("""
        Asha> They say somebody shouted at a child
        bot>  Case {a}
        clock> +10m
        Cleo> case {a}
        bot>  shouted
    """)
    await quiet(stage)
    stage.telegram.drops("deleteMessage", times=2)
    await talk(f"""
        Asha> /case about {cases["a"]} Cleo Martin
        bot>  Case {cases["a"]}
    """)
    await quiet(stage)
    assert left(stage, "Cleo", "shouted")
    await talk("""
        clock> +1m
    """)
    assert left(stage, "Cleo", "shouted") == []


async def test_staff_answers_leave_no_trace(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Complaint about the school
        bot>  Thank you.
        Asha> case {a}
        bot>  You sent: a message
    """)
    await quiet(stage)
    assert await stage.bot.desk.store.memos(Shown) == []


async def test_files_of_a_child_undressed_are_deleted_wherever_they_were_handed_over(
    talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        Asha> [sends shot.png]
        bot>  Case {a}
        Asha> (taps) A pupil
        bot>  What is it mostly about?
        Asha> (taps) Bullying of a pupil or an adult
        bot>  Thank you.
        clock> +1m
        Ben> case evidence {a}
        bot>  A file of case {a}.
    """)
    await handed_over(stage, cases["a"])
    await quiet(stage)
    await talk(f"""
        Ben>  /case category {cases["a"]} child-undressed
        bot>  A child undressed or sexualised
    """)
    await quiet(stage)
    assert _files(stage) == 0
