"""The two forms: passing something on, and one box for a prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from bot.slack.destination import Destination
from bot.slack.reading.payload import objects_in
from bot.slack.render import plain_text
from handlers.messages import Prompt

#: The callback_id of the global shortcut, and of the form that it opens.
REPORT = "report"
PROMPT = "prompt"

TITLE = "Pass on to Heads Up"
SUBMIT = "Pass on"
CANCEL = "Cancel"
SEND = "Send"
WHAT = "What have you seen? A link or a few words are enough."
FILES = "Screenshots or files"
WHICH_DAY = "The day (then only why is to be typed)"
NOTHING_YET = "Please write something, or add a file."

MAX_TITLE = 24
MAX_LABEL = 2_000
MAX_METADATA = 3_000
MAX_FILES = 10

#: Ids of a block, and of the one element in it.
WORDS = "words"
FILE = "file"
DAY = "day"

# What travels with a form. It may be sent to an earlier version of the bot, or to a later one.
_COMMAND = "command"
_DESTINATION = "spot"


class Metadata(NamedTuple):
    """What travels with the form of a prompt: the command that the words complete, and where the
    answer to it belongs.
    """

    command: str
    destination: Destination


def report_form() -> dict[str, Any]:
    """A box for words and a place for files; either is enough."""
    words = {"type": "plain_text_input", "action_id": WORDS, "multiline": True}
    file = {"type": "file_input", "action_id": FILE, "max_files": MAX_FILES}
    blocks = [
        _input(WORDS, WHAT, words, optional=True),
        _input(FILE, FILES, file, optional=True),
    ]
    return _modal(REPORT, TITLE, SUBMIT, blocks)


def prompt_form(prompt: Prompt, destination: Destination) -> dict[str, Any]:
    """One box, with a calendar above it where a day is wanted, which may as well be typed. What it
    is for, and where the answer goes, travel with it.
    """
    metadata = json.dumps({_COMMAND: prompt.command, _DESTINATION: asdict(destination)})
    if len(metadata) > MAX_METADATA:
        # Only an address to answer at is ever so long. Without it, the answer is a direct message.
        alone = {"user": destination.user}
        metadata = json.dumps({_COMMAND: prompt.command, _DESTINATION: alone})

    box = {"type": "plain_text_input", "action_id": WORDS, "multiline": True}
    blocks = [_input(WORDS, prompt.question, box)]
    if prompt.dated:
        day = {"type": "datepicker", "action_id": DAY}
        blocks.insert(0, _input(DAY, WHICH_DAY, day, optional=True))
    view = _modal(PROMPT, prompt.label, SEND, blocks)
    return view | {"private_metadata": metadata}


def read_metadata(view: Mapping[str, Any]) -> Metadata:
    """What `prompt_form` put in. Raises ValueError, KeyError or TypeError where it was not ours."""
    found = json.loads(view["private_metadata"])
    return Metadata(str(found[_COMMAND]), Destination(**found[_DESTINATION]))


def typed_words(view: Mapping[str, Any]) -> str:
    """The words of a submitted form; with a day that was chosen, as one would type them:
    `2026-12-01, because she is away`.
    """
    words = str(_state(view, WORDS).get("value") or "").strip()
    day = _state(view, DAY).get("selected_date")
    return f"{day}, because {words}" if day else words


def added_files(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Slack's file objects of a submitted form."""
    return objects_in(_state(view, FILE).get("files"))


def _state(view: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What was put into the element of this name."""
    values = view.get("state", {}).get("values", {})
    found: Mapping[str, Any] = values.get(name, {}).get(name, {})
    return found


def _modal(callback: str, title: str, submit: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, MAX_TITLE),
        "submit": plain_text(submit, MAX_TITLE),
        "close": plain_text(CANCEL, MAX_TITLE),
        "blocks": blocks,
    }


def _input(
    name: str, label: str, element: dict[str, Any], *, optional: bool = False
) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, MAX_LABEL),
        "element": element,
        "optional": optional,
    }
