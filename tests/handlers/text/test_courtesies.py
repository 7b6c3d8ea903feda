"""Greetings and thanks, of which nobody is to be told."""

from __future__ import annotations

import pytest

from handlers.text.courtesies import is_courtesy, is_of_mistake, is_of_mistap


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
        "Sorry that was a mistake",
        "sent this in error, sorry!",
        "accidentally sent",
        "Sent that accidentally",
        "i didn’t mean to send that",
        "disregard",
        "please disregard my last message",
        "oops, wrong chat",
        "Sorry, wrong picture",
        "I sent it to the wrong person",
        "that wasn't meant for you",
        "please delete that",
        "pressed the wrong button",
        "oh no I picked the wrong one",
    ],
)
def test_what_takes_something_back(text: str) -> None:
    assert is_of_mistake(text)
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    "text", ["wrong tap", "I tapped the wrong category", "oops, pressed the wrong one", "misclick"]
)
def test_what_was_tapped_by_mistake_is_to_be_changed(text: str) -> None:
    assert is_of_mistap(text)
    assert not is_of_mistap("sent by mistake")


@pytest.mark.parametrize(
    "text",
    ["", "sorry", "He was hit by mistake", "They sent it to the wrong person in Year 5", "wrong"]
    + ["It was an accident", "He picked the wrong one", "Delete it or else, he writes", "no", ""],
)
def test_what_does_not(text: str) -> None:
    assert not is_of_mistake(text)
