"""Several notices to one person as one message."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from handlers.commands import Command, Commands, command
from handlers.desk import Ask, Desk
from handlers.messages import (
    LONGEST_COMMAND,
    Choice,
    Choices,
    Fields,
    Heading,
    Part,
    Quote,
    Refused,
    Reply,
    Table,
    Text,
)
from handlers.rules import access
from handlers.rules.access import Act

NOTICES = 10
BUTTONS = 14
CHARACTERS = 3_000
ALSO = "also"
#: Bytes of a button's command.
LONGEST = LONGEST_COMMAND - len(f"{ALSO} ")

NO_BUTTON = "That button does not work any more. Please open the case: /case REFERENCE"


def fits_one_message(replies: Sequence[Reply]) -> bool:
    """Whether they are short enough for one message on a phone."""
    replies = _without_repeats(replies)
    if len(replies) > NOTICES or not _buttons_fit(replies):
        return False
    # A digest, which has several headings, stands alone.
    if len(replies) > 1 and any(_headings(reply) > 1 for reply in replies):
        return False
    return sum(_length(reply) for reply in replies) <= CHARACTERS


def _buttons_fit(replies: Sequence[Reply]) -> bool:
    choices: list[Choice] = []
    for reply in replies:
        choices += _choices(reply)
    are_short = all(len(choice.command.encode()) <= LONGEST for choice in choices)
    return len(choices) <= BUTTONS and are_short


def bundle(replies: Sequence[Reply]) -> Reply:
    """The notices, one below the other. What is alike by name is told apart by a number.

    What a button answers does not take the message's place: the others are still to be read. It
    shows every case that one of them shows.
    """
    if len(replies) == 1:
        return replies[0]
    replies = _without_repeats(replies)
    is_numbered = _have_a_label_in_common(replies)
    together = Reply()
    for number, reply in enumerate(replies, 1):
        mark = f"{number}. " if is_numbered else ""
        parts = [_part(part, mark, first=part is reply.parts[0]) for part in reply.parts]
        said = replace(reply, parts=tuple(parts))
        together += said
    return together


def _without_repeats(replies: Sequence[Reply]) -> list[Reply]:
    """What begins with the same line is told under it once, and what is the same to the last word
    once; of buttons that do the same, the first is enough.
    """
    found: dict[str, Reply] = {}
    known: set[Choice] = set()
    for number, reply in enumerate(replies):
        said = _with_new_buttons(reply, known)
        known.update(_choices(said))
        title, lines = _title_and_lines(said)
        same = _same_in(found, said)
        if same:
            found[same] = replace(found[same], shows=found[same].shows | said.shows)
            continue
        if lines and title in found:
            found[title] = _with_lines(found[title], lines) + replace(said, parts=said.parts[1:])
        else:
            found[title if lines else str(number)] = said
    return list(found.values())


def _same_in(found: Mapping[str, Reply], said: Reply) -> str:
    """The key of what says the same as this does, whose buttons are there already; else nothing."""
    for key, reply in found.items():
        words = tuple(part for part in reply.parts if not isinstance(part, Choices))
        if said.parts == words:
            return key
    return ""


def _with_new_buttons(reply: Reply, known: Container[Choice]) -> Reply:
    parts: list[Part] = []
    for part in reply.parts:
        if isinstance(part, Choices):
            new = tuple(choice for choice in part.options if choice not in known)
            part = replace(part, options=new)
            if not new:
                continue
        parts.append(part)
    return replace(reply, parts=tuple(parts))


def _title_and_lines(reply: Reply) -> tuple[str, str]:
    """The first line of a paragraph that only buttons follow, and its other lines; else nothing."""
    first, *others = reply.parts
    if isinstance(first, Text) and all(isinstance(part, Choices) for part in others):
        title, _, lines = first.text.partition("\n")
        return title, lines
    return "", ""


def _with_lines(reply: Reply, lines: str) -> Reply:
    title, before = _title_and_lines(reply)
    return replace(reply, parts=(Text(f"{title}\n{before}\n{lines}"), *reply.parts[1:]))


def _have_a_label_in_common(replies: Sequence[Reply]) -> bool:
    known: set[str] = set()
    for reply in replies:
        labels = {choice.label for choice in _choices(reply)}
        if labels & known:
            return True
        known |= labels
    return False


def _part(part: Part, number: str, *, first: bool) -> Part:
    if isinstance(part, Choices):
        options = []
        for choice in part.options:
            command = f"{ALSO} {choice.command}"
            options.append(replace(choice, label=number + choice.label, command=command))
        return replace(part, options=tuple(options))
    if first and isinstance(part, Heading | Text):
        return replace(part, text=number + part.text)
    return part


def _choices(reply: Reply) -> list[Choice]:
    return [choice for part in reply.parts if isinstance(part, Choices) for choice in part.options]


def _headings(reply: Reply) -> int:
    return sum(isinstance(part, Heading) for part in reply.parts)


def _length(reply: Reply) -> int:
    """Characters that are read in it."""
    return sum(_length_of(part) for part in reply.parts)


def _length_of(part: Part) -> int:
    match part:
        case Heading(text) | Text(text) | Table(text):
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
