"""Greetings and thanks, of which nobody is to be told."""

from __future__ import annotations

import pytest

from handlers.text.courtesies import is_courtesy


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
