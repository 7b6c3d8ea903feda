"""Several notices to one person as one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from handlers.commands import Command, Commands, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Fields, Heading, Part, Quote, Refused, Reply, Text
from handlers.rules import access
from handlers.rules.access import Act

NOTICES = 6
BUTTONS = 12
CHARACTERS = 2_500
ALSO = "also"
#: Bytes of a button's command.
LONGEST = 64 - len(f"{ALSO} ")

NO_BUTTON = "That button does not work any more. Please open the case: /case REFERENCE"


def fits_one_message(replies: Sequence[Reply]) -> bool:
    """Whether they are short enough for one message on a phone."""
    choices = [choice for reply in replies for choice in _choices(reply)]
    # A digest stands alone.
    return (
        len(replies) <= NOTICES
        and len(choices) <= BUTTONS
        and (len(replies) == 1 or all(_headings(reply) < 2 for reply in replies))
        and sum(_length(part) for reply in replies for part in reply.parts) <= CHARACTERS
        and all(len(choice.command.encode()) <= LONGEST for choice in choices)
    )


def bundle(replies: Sequence[Reply]) -> Reply:
    """The notices, one below the other. What is alike by name is told apart by a number.

    What a button answers does not take the message's place: the others are still to be read.
    """
    if len(replies) == 1:
        return replies[0]
    labels = Counter(label for reply in replies for label in {c.label for c in _choices(reply)})
    numbered = any(count > 1 for count in labels.values())
    return Reply(
        tuple(
            _part(part, f"{number}. " if numbered else "", first=part is reply.parts[0])
            for number, reply in enumerate(replies, 1)
            for part in reply.parts
        )
    )


def _part(part: Part, number: str, *, first: bool) -> Part:
    if isinstance(part, Choices):
        options = (
            replace(c, label=number + c.label, command=f"{ALSO} {c.command}") for c in part.options
        )
        return replace(part, options=tuple(options))
    if first and isinstance(part, Heading | Text):
        return replace(part, text=number + part.text)
    return part


def _choices(reply: Reply) -> list[Choice]:
    return [choice for part in reply.parts if isinstance(part, Choices) for choice in part.options]


def _headings(reply: Reply) -> int:
    return sum(isinstance(part, Heading) for part in reply.parts)


def _length(part: Part) -> int:
    match part:
        case Heading(text) | Text(text):
            return len(text)
        case Quote(text, place):
            return len(text) + len(place)
        case Fields(pairs):
            return sum(len(name) + len(value) for name, value in pairs)
        case Choices():
            return 0
    # A question or a file stands alone.
    return CHARACTERS + 1


def also_for(commands: Commands) -> Command:
    """Any other command, from a button of a message that is to stay as it is."""

    @command(
        ALSO,
        usage="/also COMMAND",
        may=Act.HELP,
        summary="do it, and leave the message",
        typed=False,
    )
    async def also(ask: Ask, desk: Desk) -> Reply:
        found = commands.find(ask.words)
        if found is None or not access.may(ask.person, found[0].may):
            raise Refused(NO_BUTTON)
        return replace(await found[0].run(replace(ask, words=found[1]), desk), replaces=False)

    return also
