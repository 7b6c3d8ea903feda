"""Greetings and thanks, of which nobody is to be told."""

from __future__ import annotations

import pytest

from handlers.text.courtesies import is_courtesy, is_of_mistake


@pytest.mark.parametrize(
    "text",
    ["Thanks!", "ok, thank you", "Good morning 🙂", "👍", "👍🏽", "❤️", "🙏🙏", "…", "Ta. 😊"],
)
def test_what_is_a_courtesy(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    ["😡😡😡", "😢", "thanks 😡", "🍆", "Thanks, but Mr Ahmed is in it", "hello " * 20, "⚠️", "x"],
)
def test_what_is_a_report(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "sorry, sent by mistake",
        "Wrong tap!",
        "I tapped the wrong category",
        "sorry ignore that",
        "my mistake",
    ],
)
def test_what_takes_something_back(text: str) -> None:
    assert is_of_mistake(text)
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    ["", "sorry", "He was hit by mistake", "They sent it to the wrong person in Year 5", "wrong"],
)
def test_what_does_not(text: str) -> None:
    assert not is_of_mistake(text)
