"""Who and what is mentioned in a message, and the names that the message itself says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bot.slack.reading.content import all_messages
from bot.slack.reading.payload import Payload, first_text

#: `<@U123…` in text, and `"user_id": "U123"` in blocks.
_PERSON = re.compile(r'(?:<@|"user_id": ")([UW][A-Z0-9]{2,30})\b')


def people_mentioned_in(message: Payload) -> list[str]:
    """The ids of people who are mentioned anywhere in a message, each once, in order."""
    # Most messages mention nobody, and need not be walked through.
    if not _PERSON.search(json.dumps(message)):
        return []
    return list(dict.fromkeys(_PERSON.findall(json.dumps(_without_bare_text(message)))))


def _without_bare_text(value: object) -> object:
    """A payload without the text elements of its blocks: what looks like a mention there was typed
    as it stands. In a message's own text Slack writes it otherwise (`&lt;@U7&gt;`).
    """
    if isinstance(value, Mapping):
        if value.get("type") == "text":
            return None
        return {key: _without_bare_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_bare_text(item) for item in value]
    return value


def channels_named_in(message: Payload) -> dict[str, str]:
    """The names of channels that the forwarded messages in a message say, by their ids."""
    names: dict[str, str] = {}
    for part in all_messages(message):
        id, name = first_text(part, "channel_id"), first_text(part, "channel_name")
        if id and name:
            names[id] = name
    return names
