"""Nobody whom a report may be about sees it before somebody has said who it is about."""

from __future__ import annotations

import pytest

from handlers.cases.reporting.reporter_view import CHAIR_TOLD
from handlers.workflow.shown import note_shown
from store.model.address import MessageRef
from store.model.case import Case
from store.model.kinds import NoticeKind
from tests.talks.conftest import Talk
from tests.talks.stage import SlackStage, Stage, TerminalStage
from tests.talks.test_taken_back import left, quiet


async def test_a_case_is_told_and_listed_after_ten_minutes(talk: Talk) -> None:
    await talk("""
        Asha> They write something about the dinner
        bot>  Case {a}
        Asha> /case category {a} school-complaint
        bot>  Case {a}
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases
        Ben>  /case find dinner
        bot>  No case with
        Asha> /case {a}
        bot>  Case {a}
        clock> +9m
        bot to Ben> (nothing)
        bot to Cleo> (nothing)
        clock> +1m
        bot to Ben> New case {a}
        Ben>  /case list
        bot>  {a} ·
        Ben>  /case find dinner
        bot>  {a}
    """)


async def test_nobody_says_anything_and_leaders_are_told(talk: Talk) -> None:
    await talk("""
        Asha> They write something about the dinner
        bot>  Case {a}
        clock> +10m
        bot to Ben> New case {a}
        bot to Cleo> New case {a}
    """)


async def test_it_is_told_as_soon_as_it_is_known_whom_it_is_about(talk: Talk) -> None:
    await talk("""
        Asha> They write something about the dinner
        bot>  Case {a}
        Asha> /case category {a} school-complaint
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Thank you.
        clock> +1m
        bot to Ben> New case {a}
    """)


async def test_what_is_urgent_waits_for_sixty_seconds(talk: Talk) -> None:
    await talk("""
        Asha> They write that they come with a knife
        bot>  Case {a}
        Asha> /case category {a} threat
        bot>  Case {a}
        clock> 2026-11-24T10:00:59
        bot to Ben> (nothing)
        bot to Cleo> (nothing)
        clock> 2026-11-24T10:01:00
        bot to Ben> Urgent: case {a}
        bot to Cleo> Urgent: case {a}
    """)


async def test_what_is_urgent_is_told_at_once_to_those_who_cannot_be_meant(talk: Talk) -> None:
    await talk("""
        Asha> Our headteacher threatens to hit a child
        bot>  Case {a}
        Asha> /case category {a} threat
        bot>  Case {a}
        bot to Cleo> Urgent: case {a}
        bot to Efua> Urgent: case {a}
        clock> +2h
        bot to Ben> (nothing)
        Ben>  /case {a}
        bot>  I know no case
    """)


async def test_the_head_hears_nothing_of_words_about_the_head(talk: Talk) -> None:
    await talk("""
        Asha> Our head Ben Okafor put horrible stuff about a child on the net
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        Ben>  /case list
        bot>  No open cases
        clock> +10m
        bot to Ben> (nothing)
        bot to Efua> New case {a}
        Efua> /case {a}
        bot>  horrible stuff
        clock> +3d
        Ben>  /case {a}
        bot>  I know no case
        Ben>  /case list
        bot>  No open cases
        Ben>  /case find horrible
        bot>  No case with
        Ben>  /case overdue
        bot>  Nothing is overdue
    """)


@pytest.mark.parametrize(
    "words",
    ["mr okafor did it", "BEN did it", "It was @benokafor", "Okafor’s page", "the Head", "BO"],
)
async def test_any_way_of_naming_somebody_counts(words: str, talk: Talk) -> None:
    await talk(f"""
        Asha> See what {words}, please
        bot>  Case {{a}}
        Asha> /case category {{a}} staff-offensive
        bot>  Case {{a}}
        clock> +10m
        bot to Ben> (nothing)
        bot to Efua> New case {{a}}
        Ben>  /case {{a}}
        bot>  I know no case
    """)


async def test_a_name_that_is_said_between_two_taps_is_heard_by_nobody(talk: Talk) -> None:
    await talk("""
        Asha> They write horrible things, as they wrote to others
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        clock> 2026-11-24T10:00:10
        bot to Cleo> (nothing)
        Asha> /case about {a} Cleo Martin
        bot>  Thank you.
        clock> +1h
        bot to Cleo> (nothing)
        Cleo> /case {a}
        bot>  I know no case
        Ben>  /case {a}
        bot>  Case {a}
    """)


async def test_a_witness_is_let_in_by_the_answer(talk: Talk) -> None:
    await talk("""
        Asha> A parent writes that we are racist, Ben Okafor has seen it as well
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        clock> +10m
        bot to Ben> (nothing)
        Asha> /case about {a} parent
        bot>  The words may mean Ben Okafor. Is it about them, or did they post it?
        clock> +1m
        bot to Ben> (nothing)
        Asha> (taps) No, it is not about them
        bot>  Thank you.
        clock> +1m
        bot to Ben> New case {a}
        Ben>  /case {a}
        bot>  has seen it
    """)


async def test_what_is_added_counts_and_takes_back(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They write horrible things
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        clock> +10m
        bot to Ben> New case {a}
        Ben>  case take {a}
        bot>  Ben Okafor is looking after it
        Asha> /case note {a} I think that it is Mr Okafor
        bot>  Noted with case {a}
        bot to Efua> New case {a}
        Ben>  /case {a}
        bot>  I know no case
    """)
    await quiet(stage)
    assert left(stage, "Ben", f"Case {cases['a']}") == []
    assert left(stage, "Ben", f"case {cases['a']}") == []
    await talk(f"""
        Asha> /case about {cases["a"]} parent
        bot>  Thank you.
        Efua> /case about {cases["a"]} none
        bot>  You no longer see this case
        clock> +1m
        bot to Ben> New case {cases["a"]}
    """)


async def test_what_is_joined_counts(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        Ben>  /case {a}
        bot>  about the dinner
        Gita> They write about Mr Okafor
        bot>  Case {b}
        clock> +11m
        Cleo> /case join {b} to {a}
        bot>  With it: {b}
        Ben>  /case {a}
        bot>  I know no case
        Gita> /case about {b} parent
        bot>  Case {b}
        Ben>  /case {a}
        bot>  I know no case
        Cleo> /case about {b} none
        bot>  Case {a}
        Ben>  /case {a}
        bot>  about the dinner
    """)


async def test_what_is_new_in_a_case_that_leaders_know_waits_as_well(talk: Talk) -> None:
    await talk("""
        Asha> They write about the dinner
        bot>  Case {a}
        Asha> /case about {a} school
        bot>  Case {a}
        clock> +5m
        Asha> And this is by somebody here
        bot>  Part of {a}
        Cleo> /case {a}
        bot>  about the dinner
        Cleo> /case find somebody
        bot>  No case with
        clock> +10m
        Cleo> /case find somebody
        bot>  {a}
    """)


async def test_the_reporter_of_words_about_the_head_is_told_who_hears_of_it(talk: Talk) -> None:
    await talk(f"""
        Asha> Our head shouts at children
        bot>  Case {{a}}
        Asha> /case category {{a}} staff-complaint
        bot>  Case {{a}}
        Asha> /case about {{a}} unsure
        bot>  {CHAIR_TOLD}
    """)


async def test_where_all_are_named_the_reporter_is_told_so(talk: Talk) -> None:
    await talk("""
        Asha> The head, the DSL and the chair of governors laugh about it
        bot>  Case {a}
        clock> +30m
        bot to Asha> nobody has been told
        bot to Ben> (nothing)
        bot to Cleo> (nothing)
        bot to Efua> (nothing)
    """)


async def test_it_is_deleted_and_leaves_no_gravestone(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They write horrible things
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        clock> +10m
        bot to Ben> New case {a}
        Ben>  case {a}
        bot>  horrible
        Asha> /case about {a} head
        bot>  Thank you.
    """)
    await quiet(stage)
    assert left(stage, "Ben", cases["a"]) == left(stage, "Ben", "no longer available") == []


@pytest.mark.parametrize(
    "said", ["/case about {a} head", "/case note {a} It is Mr Okafor", "It is Mr Okafor"]
)
async def test_what_is_shown_while_it_is_said_whom_it_is_about_is_taken_back(
    said: str, talk: Talk, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is on its way to the head while the case that it shows is being saved."""
    cases = await talk("""
        Asha> They write horrible things
        bot>  Case {a}
        Asha> /case urgent {a}
        bot>  urgent now
        clock> +1m
        bot to Ben> Urgent: case {a}
    """)
    desk = stage.bot.desk
    message = str(MessageRef(stage.account("Ben"), "on its way"))
    save = desk.store.save

    async def save_late(case: Case) -> Case:
        monkeypatch.setattr(desk.store, "save", save)
        await note_shown([case.reference], "ben", message, desk)
        return await save(case)

    monkeypatch.setattr(desk.store, "save", save_late)
    await talk(f"""
        Asha> {said.replace("{a}", cases["a"])}
        bot>  {cases["a"]}
    """)
    await stage.quiet()
    case = await desk.store.case(cases["a"])
    taken_back = [n.message for n in case.notices if n.kind == NoticeKind.WITHDRAW]
    assert message in taken_back


async def test_what_is_said_of_another_case_in_the_same_message_stays(
    talk: Talk, stage: Stage
) -> None:
    cases = await talk("""
        clock> 2026-11-24T20:00
        Asha> They write horrible things
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        Gita> They write about the dinner
        bot>  Case {b}
        Gita> /case category {b} school-complaint
        bot>  Case {b}
        clock> 2026-11-25T08:01
        bot to Ben> New case {a}
        Asha> /case about {a} head
        bot>  Thank you.
    """)
    await quiet(stage)
    assert left(stage, "Ben", cases["a"]) == []
    if not isinstance(stage, TerminalStage):
        assert left(stage, "Ben", f"New case {cases['b']}")


@pytest.mark.parametrize("stage", ["slack"], indirect=True)
async def test_what_slack_keeps_for_its_records_is_changed_instead(
    talk: Talk, stage: Stage
) -> None:
    assert isinstance(stage, SlackStage)
    cases = await talk("""
        Asha> They write horrible things
        bot>  Case {a}
        Asha> /case category {a} staff-offensive
        bot>  Case {a}
        clock> +10m
        bot to Ben> New case {a}
    """)
    stage.slack.fail("chat.delete", "compliance_exports_prevent_deletion")
    await talk(f"""
        Asha> /case about {cases["a"]} head
        bot>  Thank you.
        bot to Ben> no longer available
    """)
    await quiet(stage)
    assert left(stage, "Ben", cases["a"]) == []
