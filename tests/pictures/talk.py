"""The short talk that each chat's picture shows, and what of it is seen at which moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pictures.page import Panel
from tests.talks.conftest import Conversation
from tests.talks.stage import Stage

#: As typed in the terminal.
TALK = (
    (
        "Asha",
        'forward "No child is safe there, somebody should sort them out. https://example.com/groups/4711"',
    ),
    ("Asha", "tap The school"),
    ("Asha", "tap Threat of violence"),
    ("Ben", "tap I'll take it"),
    ("Asha", "/case status"),
    ("Asha", "/policy may I reply to a parent online?"),
)

#: All messages that somebody has in their chat now, as HTML.
Messages = Callable[[str], list[str]]


@dataclass(frozen=True)
class Moment:
    """Some lines of the talk, and in whose chat it is seen what came of them."""

    caption: str
    lines: Sequence[tuple[str, str]]
    who: str
    #: Words that are there then.
    waits_for: str


MOMENTS = (
    Moment("Asha, a teacher, forwards a message", TALK[:1], "Asha", "Who is it about?"),
    Moment("She taps “The school”, “Threat of violence”", TALK[1:3], "Asha", "Thank you."),
    Moment("Ben, the headteacher, is told", (), "Ben", "Urgent: case"),
    Moment("Ben taps “I'll take it”, and Asha hears of it", TALK[3:4], "Asha", "looking after it"),
    Moment("Asha types “/case status”", TALK[4:5], "Asha", "Cases"),
    Moment(
        "She types “/policy may I reply to a parent online?”",
        TALK[5:],
        "Asha",
        "Do not reply to a parent",
    ),
)


async def hold(stage: Stage, messages: Messages, folder: Path) -> list[Panel]:
    """Hold the talk. Gives what is new to see at each moment."""
    conversation = Conversation(stage, folder)
    seen: dict[str, list[str]] = {}
    panels: list[Panel] = []
    for moment in MOMENTS:
        script = "\n".join(f"{name}> {_as_in_talks(line)}" for name, line in moment.lines)
        await conversation.hold(f"{script}\nbot to {moment.who}> {moment.waits_for}")
        await stage.quiet()
        now = messages(moment.who)
        new = [message for message in now if message not in seen.get(moment.who, [])]
        panels.append(Panel(moment.caption, new))
        seen[moment.who] = now
    return panels


def _as_in_talks(line: str) -> str:
    """A line for the terminal as the talks of the tests have it."""
    line = re.sub(r"^tap ", "(taps) ", line)
    return re.sub(r'^forward (".*")$', r"[forwards \1]", line)
