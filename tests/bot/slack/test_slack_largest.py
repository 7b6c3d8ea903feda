"""The largest that Slack sends is taken in: somebody passes on the longest message, and mends it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.connections import MAX_BODY
from tests.doubles.slack_world import rich_text

#: Characters of a message: https://api.slack.com/changelog/2018-04-truncating-really-long-messages
LONGEST = 40_000


def message(letter: str) -> dict[str, Any]:
    words = letter * LONGEST
    return {"type": "message", "text": words, "blocks": rich_text(words), "user": "U1", "ts": "1.1"}


@pytest.mark.parametrize("letter", ["a", "<", "é", "ش", "漢"])
def test_a_change_of_the_longest_message_is_taken(letter: str) -> None:
    event = {
        "subtype": "message_changed",
        "message": message(letter),
        "previous_message": message(letter),
    }
    assert len(json.dumps({"event": event})) < MAX_BODY * 0.9


@pytest.mark.parametrize("letter", ["a", "<", "é", "ش", "漢"])
def test_the_longest_message_is_passed_on_by_its_menu(letter: str) -> None:
    payload = json.dumps({"type": "message_action", "message": message(letter)})
    assert len(urlencode({"payload": payload})) < MAX_BODY * 0.9
