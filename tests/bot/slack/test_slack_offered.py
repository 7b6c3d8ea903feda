"""What Slack offers, used: its dialog over what cannot be taken back, its calendar, and labels for those who
listen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack.render import render
from handlers.messages import LONGEST_QUESTION, Choice, Choices, Confirm, Reply
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_blocks import check_message
from tests.talks.stage import ANY_CASE, TUESDAY, SlackStage, StillClock


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    async with SlackDouble() as slack:
        stage = SlackStage(tmp_path, StillClock(TUESDAY), slack)
        async with stage.running():
            yield stage
        assert slack.refusals == []


def _button(choice: Choice) -> dict[str, object]:
    [message] = render(Reply((Choices((choice,)),)))
    check_message(message.blocks)
    button: dict[str, object] = message.blocks[0]["elements"][0]
    return button


def test_a_dialog_asks_in_place_of_the_command_that_would() -> None:
    confirm = Confirm("Give Gita Rao the role leadership?", "people-change given gita leader")
    button = _button(Choice("Gita Rao", "people-sure given gita leader", "danger", confirm))
    assert button["value"] == "people-change given gita leader"
    assert button["confirm"] == {
        "title": {"type": "plain_text", "text": "Are you sure?", "emoji": False},
        "text": {
            "type": "plain_text",
            "text": "Give Gita Rao the role leadership?",
            "emoji": False,
        },
        "confirm": {"type": "plain_text", "text": "Yes", "emoji": False},
        "deny": {"type": "plain_text", "text": "No", "emoji": False},
        "style": "danger",
    }


@pytest.mark.parametrize("words", ["x" * LONGEST_QUESTION, "&" * 999, "", "🙂" * 400])
def test_whatever_a_dialog_says_slack_takes_it(words: str) -> None:
    assert "confirm" in _button(Choice("x", "y", confirm=Confirm(words, "z", words, words)))


@pytest.mark.parametrize(
    ("label", "command", "spoken"),
    [
        ("Done", "case done 7K4M talk", "Done, case 7K4M"),
        ("7K4M", "case 7K4M", "Open case 7K4M"),
        ("Open 7K4M", "case 7K4M", None),
        ("My reports", "case status", None),
        ("More", "case list open 2", None),
        ("x" * 75, "case done 7K4M talk", "x" * 74 + "…"),
    ],
)
def test_a_button_says_for_which_case_it_is(label: str, command: str, spoken: str | None) -> None:
    assert _button(Choice(label, command)).get("accessibility_label") == spoken


async def test_a_day_is_chosen_in_a_calendar(stage: SlackStage) -> None:
    ben = stage._user("Ben")
    await stage.says("Asha", "They write about Year 4 on https://example.org/post")
    await stage.quiet()
    reference = ANY_CASE.findall(stage.seen("Asha")[-1].words)[0]
    await stage.says("Asha", f"/case category {reference} bullying")
    await stage.says("Asha", f"/case about {reference} school")
    await stage.says("Ben", f"/case take {reference}")
    await stage.quiet()
    await stage.taps("Ben", "Later")
    form = await stage.slack.next_view(ben)
    kinds = [block["element"]["type"] for block in form.view["blocks"]]
    assert kinds == ["datepicker", "plain_text_input"]
    await stage.slack.submit(ben, form, "she is away", day="2026-12-01")
    await stage.quiet()
    assert "put off until Tue 1 Dec" in stage.slack.shown(ben)[-1].words
    case = await stage.bot.desk.store.case(reference)
    assert case.chronology[-1].details["why"] == "she is away"
