"""Replies as Block Kit: what is drawn, and that Slack takes whatever anybody typed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SdkView

from bot.slack.destination import Destination
from bot.slack.forms import prompt_form, read_metadata, report_form
from bot.slack.render import MAX_MESSAGES, MORE_FOLLOWS, files_of, render
from bot.slack.text import cut, divide, weigh
from handlers.messages import (
    Choice,
    Choices,
    Fields,
    File,
    Heading,
    Part,
    Prompt,
    Quote,
    Reply,
    Text,
    say,
)
from tests.doubles.slack_blocks import MAX_TOGETHER, characters, check_message, check_view, words

NASTY = "<!channel> <@U1> @here *bold* _x_ ~y~ `z` :fire: https://evil.example <https://e.example|click> &amp;"

anything = st.text(st.characters(codec=None, categories=None)) | st.builds(
    lambda t, n: t * n, st.text(min_size=1, max_size=20), st.integers(1, 2_000)
)
commands = st.text(st.characters(codec="ascii"), max_size=64)
choices = st.builds(Choice, anything, commands, st.sampled_from(["", "primary", "danger"]))
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Heading, anything),
    st.builds(Text, anything),
    st.builds(Fields, st.lists(st.tuples(anything, anything), max_size=30).map(tuple)),
    st.builds(Quote, anything, anything),
    st.builds(Quote, anything, anything, st.tuples(st.integers(0, 9), st.integers(0, 4000))),
    st.builds(Choices, st.lists(choices, max_size=40).map(tuple), anything),
    st.builds(Prompt, anything, commands, anything),
)


@given(st.lists(parts, max_size=12), st.booleans())
def test_slack_takes_every_reply(some: list[Part], forms: bool) -> None:
    messages = render(Reply(tuple(some)), forms=forms)
    assert len(messages) <= MAX_MESSAGES
    for message in messages:
        check_message(message.blocks)
        assert characters(message.blocks) <= MAX_TOGETHER
        assert 0 < len(message.text) < 40_000
        message.text.encode()
        for block in message.blocks:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()


@given(anything, commands, anything, anything)
def test_slack_takes_every_form(question: str, command: str, label: str, url: str) -> None:
    view = prompt_form(Prompt(question, command, label), Destination("U1", response_url=url))
    check_view(view)
    SdkView(**view).validate_json()
    assert read_metadata(view)[0] == command
    assert read_metadata(view)[1].user == "U1"


def test_slack_takes_the_report_form() -> None:
    check_view(report_form())


def test_what_people_typed_is_never_markup() -> None:
    some = (
        Heading(NASTY),
        Text(NASTY),
        Fields(((NASTY, NASTY),)),
        Quote(NASTY, NASTY),
        Choices((Choice(NASTY, "x"),)),
        Choices((Choice(NASTY, "x"),), NASTY),
        Prompt(NASTY, "x"),
    )
    (message,) = render(Reply(some))
    assert NASTY in words(message.blocks)
    assert "mrkdwn" not in str(message.blocks)
    assert _kinds(message.blocks) <= {
        "text"
    }  # no link, mention or emoji among the rich text's elements
    assert all(
        text["emoji"] is False
        for text in _objects(message.blocks)
        if text.get("type") == "plain_text"
    )
    assert "<" not in message.text
    assert "&lt;!channel&gt;" in message.text


def test_what_answers_is_in_bold_within_its_quotation() -> None:
    (message,) = render(Reply((Quote("*One.* Two & <b>. Three.", "Policy", (7, 17)),)))
    [quote] = [block for block in message.blocks if block["type"] == "rich_text"]
    [pieces] = [part["elements"] for part in quote["elements"]]
    assert [(piece["text"], piece.get("style", {})) for piece in pieces] == [
        ("*One.* ", {}),
        ("Two & <b>.", {"bold": True}),
        (" Three.", {}),
    ]


def test_each_part() -> None:
    (message,) = render(
        Reply(
            (
                Heading("Case 7K4M"),
                Text("One\ntwo"),
                Fields((("Category", "Bullying"), ("Owner", ""))),
                Quote("Keep calm.", "Policy, 3.1"),
                Choices(
                    (Choice("Take it", "case take 7K4M", "primary"), Choice("Open", "case 7K4M"))
                ),
            )
        )
    )
    assert [block["type"] for block in message.blocks] == [
        "header",
        "section",
        "rich_text",
        "rich_text",
        "context",
        "actions",
    ]
    assert words(message.blocks) == (
        "Case 7K4M\nOne\ntwo\nCategory: Bullying\nOwner: –\nKeep calm.\nPolicy, 3.1"
    )
    take, see = message.blocks[-1]["elements"]
    assert (take["value"], take["style"], take["text"]["text"]) == (
        "case take 7K4M",
        "primary",
        "Take it",
    )
    assert "style" not in see
    assert take["action_id"] != see["action_id"]
    assert message.text.splitlines()[-1] == "[Take it] [Open]"


def test_many_choices_are_a_menu() -> None:
    options = tuple(Choice(f"Choice {n}", f"c {n}") for n in range(14))
    (message,) = render(Reply((Choices(options),)))
    (menu,) = message.blocks[0]["elements"]
    assert menu["type"] == "static_select"
    assert menu["placeholder"]["text"] == "Choose…"
    assert [option["value"] for option in menu["options"]] == [f"c {n}" for n in range(14)]


def test_a_question_makes_a_menu() -> None:
    (message,) = render(Reply((Choices((Choice("Yes", "y"),), "Is it urgent?"),)))
    assert message.blocks[0]["elements"][0]["placeholder"]["text"] == "Is it urgent?"


def test_long_text_is_divided_between_words() -> None:
    text = " ".join(f"word{n}" for n in range(1_500))
    messages = render(say(text))
    assert " ".join(words(m.blocks).replace("\n", " ") for m in messages) == text


def test_too_much_says_so() -> None:
    messages = render(Reply(tuple(Text("x" * 2_900) for _ in range(40))))
    assert len(messages) == MAX_MESSAGES
    assert words(messages[-1].blocks).endswith(MORE_FOLLOWS)


def test_files_and_prompts_for_forms_are_not_drawn() -> None:
    file = File(Path("pack.pdf"), "pack.pdf")
    reply = Reply((file, Prompt("Who?", "about")))
    assert render(reply, forms=True) == []
    assert files_of(reply) == [file]
    assert render(Reply()) == []


@pytest.mark.parametrize(
    ("text", "shown"), [("short", "short"), ("a" * 30, "a" * 19 + "…"), ("&" * 30, "&&&…")]
)
def test_cut(text: str, shown: str) -> None:
    assert cut(text, 20) == shown
    assert weigh(shown) <= 20


@given(st.text(alphabet="ab \n&😀", max_size=400), st.integers(10, 60))
def test_nothing_is_lost_between_pieces(text: str, limit: int) -> None:
    pieces = list(divide(text, limit, most=1_000))
    assert all(0 < weigh(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def _objects(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        return [value, *(o for child in value.values() for o in _objects(child))]
    if isinstance(value, list):
        return [o for child in value for o in _objects(child)]
    return []


def _kinds(blocks: list[dict[str, object]]) -> set[object]:
    rich = [part for block in blocks if block["type"] == "rich_text" for part in block["elements"]]  # type: ignore[attr-defined]
    return {element["type"] for part in rich for element in part["elements"]}
