"""What a reply looks like in Telegram, read back as Telegram reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import ForceReply, InlineKeyboardMarkup

from bot.telegram.render import PAGES, TEXT, Page, render
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
from tests.doubles.telegram_text import markup, part, read, units

LINKS = {"url", "email", "mention", "hashtag", "bot_command", "text_link"}


def pages(*parts: Part) -> list[Page]:
    return [item for item in render(Reply(parts)) if isinstance(item, Page)]


def read_back(page: Page) -> tuple[str, list[tuple[str, str]]]:
    """The text, and what stands in which kind of entity."""
    text, entities = read(page.html, "HTML")
    return text, [(e["type"], part(text, e["offset"], e["length"])) for e in entities]


def rows(page: Page) -> list[list[str]]:
    keyboard = InlineKeyboardMarkup.de_json(page.markup)
    assert keyboard.to_dict() == page.markup  # the library knows all of it
    return [[button.text for button in row] for row in keyboard.inline_keyboard]


def test_every_part_has_its_look() -> None:
    (page,) = pages(
        Heading("Case 7K4M"),
        Text("Kept: a message."),
        Fields((("Owner", "Ben"), ("Due", "Monday"))),
        Quote("two\nlines", "Policy 3.2"),
    )
    text, entities = read_back(page)
    assert (
        text == "Case 7K4M\nKept: a message.\n\nOwner: Ben\nDue: Monday\n\ntwo\nlines\nPolicy 3.2"
    )
    assert entities == [
        ("bold", "Case 7K4M"),
        ("bold", "Owner:"),
        ("bold", "Due:"),
        ("blockquote", "two\nlines"),
        ("italic", "Policy 3.2"),
    ]


def test_what_answers_is_in_bold_within_its_quotation() -> None:
    (page,) = pages(Quote("One. Ask a@b.org & two. Three.", "Policy", (5, 23)))
    text, entities = read_back(page)
    assert text == "One. Ask a@b.org & two. Three.\nPolicy"
    assert [words for kind, words in entities if kind == "blockquote"] == [
        "One. Ask a@b.org & two. Three."
    ]
    # What would become a link is in code, which Telegram lets stand in no bold.
    bold = [words for kind, words in entities if kind == "bold"]
    assert bold == ["Ask ", " & two."]
    assert ("code", "a@b.org") in entities


def test_a_long_quotation_is_folded() -> None:
    (page,) = pages(Quote("word " * 200))
    assert read_back(page)[1][0][0] == "expandable_blockquote"


@pytest.mark.parametrize(
    "typed",
    [
        "<b>bold</b> & <script> &lt; *stars*",
        "see https://evil.example/x?a=1&b=2 now",
        "evil.com and a@b.org, @headofschool #tag /start (/case)",
        "tg://user?id=1 мир.рф mailto:x 10.0.0.1 $GBP",
    ],
)
def test_what_people_typed_is_shown_as_typed_and_is_no_link(typed: str) -> None:
    (page,) = pages(Fields((("Said", typed),)), Quote(typed, typed))
    text, entities = read_back(page)
    assert text == f"Said: {typed}\n\n{typed}\n{typed}"
    assert not [entity for entity in entities if entity[0] in LINKS]


def test_our_own_commands_may_be_tapped_and_addresses_may_not() -> None:
    (page,) = pages(Text("“/case 7K4M” shows it. It links to facebook.com."))
    assert [e for e in read_back(page)[1] if e[0] in LINKS] == [("bot_command", "/case")]


def test_a_text_full_of_links_stays_within_the_entities_that_telegram_heeds() -> None:
    (page,) = pages(Quote("\n".join(f"a{n}.com" for n in range(300))))
    _, entities = read_back(page)
    assert len(entities) < 100
    assert not [entity for entity in entities if entity[0] in LINKS]


def test_a_long_text_goes_on_in_the_next_message_at_the_end_of_a_line() -> None:
    lines = [f"{n:04} " + "é" * 90 for n in range(80)]
    first, second = pages(Heading("Case"), Text("\n".join(lines)))
    assert read_back(first)[0].splitlines()[1:] + read_back(second)[0].splitlines() == lines


def test_what_is_far_too_long_is_cut_and_says_so() -> None:
    found = pages(Quote("😱" * 50_000), Choices((Choice("Open", "case 7K4M"),)))
    assert len(found) == PAGES
    assert read_back(found[-1])[0].endswith("😱…")
    assert rows(found[-1]) == [["Open"]]
    assert all(page.markup == {} for page in found[:-1])


def test_short_labels_share_a_row() -> None:
    labels = ["Urgent", "Later", "A complaint about the school", "The school", "Me", "Not sure"]
    (page,) = pages(Text("?"), Choices(tuple(Choice(label, "x") for label in labels)))
    assert rows(page) == [
        ["Urgent", "Later"],
        ["A complaint about the school"],
        ["The school", "Me"],
        ["Not sure"],
    ]


def test_a_menus_question_is_said_once() -> None:
    menu = Choices((Choice("A pupil", "x"),), menu="What is it?")
    assert [read_back(page)[0] for page in pages(Text("What is it?"), menu)] == ["What is it?"]
    assert [read_back(page)[0] for page in pages(Text("Kept."), menu)] == ["Kept.\n\nWhat is it?"]


def test_buttons_alone_get_a_sentence() -> None:
    (page,) = pages(Choices((Choice("Yes", "y"),)))
    assert read_back(page)[0] == "Please choose:"


def test_a_prompt_asks_for_an_answer_in_a_message_of_its_own() -> None:
    first, asked = pages(Text("Kept."), Prompt("Who is it?", "case about 7K4M staff", "N" * 99))
    assert read_back(asked)[0] == "Who is it?"
    assert asked.markup == ForceReply(input_field_placeholder="N" * 63 + "…").to_dict()
    assert markup(asked.markup)
    assert (first.replaceable, asked.replaceable) == (True, False)


def test_files_come_last() -> None:
    file = File(Path("x.pdf"), "x.pdf")
    assert [type(item) for item in render(Reply((file, Text("Here it is."))))] == [Page, File]


def test_nothing_visible_is_no_message() -> None:
    assert render(say(" \n\u200b\u200f\x00")) == []


_typed = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    [
        "</b>",
        "&lt;",
        "<blockquote>",
        "https://a.com/",
        "@abcde",
        "\u202eRTL",
        "\x00",
        "\ud83d",
        "😱" * 3000,
        "x" * 9000,
    ]
)
_choices = st.builds(
    Choice,
    _typed,
    st.text("ab c", min_size=1, max_size=64),
    st.sampled_from(["", "primary", "danger"]),
)
_part = st.one_of(
    st.builds(Heading, _typed),
    st.builds(Text, _typed),
    st.builds(Quote, _typed, _typed),
    st.builds(Quote, _typed, _typed, st.tuples(st.integers(0, 9), st.integers(0, 4000))),
    st.builds(Fields, st.lists(st.tuples(_typed, _typed), max_size=3).map(tuple)),
    st.builds(Choices, st.lists(_choices, max_size=5).map(tuple), _typed),
    st.builds(Prompt, _typed, st.just("x"), _typed),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_part, max_size=5))
def test_whatever_people_typed_telegram_takes_it(parts: list[Any]) -> None:
    for page in pages(*parts):
        text, entities = read(page.html, "HTML")
        assert units(text) <= TEXT
        assert len(entities) <= 100
        if page.markup:
            assert markup(page.markup)


@settings(max_examples=150, deadline=None)
@given(st.lists(_typed, max_size=8))
def test_nothing_that_people_typed_becomes_a_link(typed: list[str]) -> None:
    for page in pages(
        *(Quote(words) for words in typed), Fields(tuple(("Said", words) for words in typed))
    ):
        assert not [entity for entity in read_back(page)[1] if entity[0] in LINKS]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("See https://x.example/1.", "See <code>https://x.example/1</code>."),
        ("(see x.example/1)", "(see <code>x.example/1</code>)"),
        ("see (x.example/1).", "see <code>(x.example/1)</code>."),
        ("see x.example/a_(b), and", "see <code>x.example/a_(b)</code>, and"),
        ("“x.example/1”!", "<code>“x.example/1</code>”!"),
        ("@gil?!", "<code>@gil</code>?!"),
    ],
)
def test_a_links_code_ends_with_the_link(typed: str, shown: str) -> None:
    (page,) = render(say(typed))
    assert isinstance(page, Page)
    assert page.html == shown


def test_only_a_link_to_the_bot_itself_can_be_tapped() -> None:
    own = "https://t.me/headsup_test_bot?start="
    (page,) = render(say(f"Open: {own}K3Y"), own)
    assert isinstance(page, Page)
    assert page.html == f"Open: {own}K3Y"
    (page,) = render(say("Open: https://t.me/other_bot?start=K3Y"), own)
    assert isinstance(page, Page)
    assert "<code>https://t.me/other_bot" in page.html
    (page,) = render(Reply((Quote(f"{own}K3Y"),)), own)
    assert isinstance(page, Page)
    assert "<code>" in page.html
