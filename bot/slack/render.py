"""A `Reply` as Block Kit, without I/O.

What people typed goes only into `plain_text` and `rich_text`, which Slack does not read as markup.
Limits: https://docs.slack.dev/reference/block-kit/blocks and, for a whole message, what Slack refuses as
`msg_blocks_too_long`: https://github.com/slackapi/bolt-js/issues/2509.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import singledispatch
from itertools import count
from typing import Any

from bot.slack.text import clean, cut, divide, escape, weigh
from handlers.messages import Choice, Choices, Fields, File, Heading, Prompt, Quote, Reply, Text

CHOOSE = "Choose…"
UNNAMED = "–"  # Slack refuses empty text
MORE_FOLLOWS = "There is more than fits here."

MAX_BLOCKS = 50
MAX_MESSAGE = 12_000
MAX_MESSAGES = 4
MAX_SECTION = 3_000
MAX_PIECES = 8  # of one text
MAX_HEADER = 150
MAX_LABEL = 75
MAX_PLACEHOLDER = 150
MAX_CONTEXT = 1_000
MAX_FALLBACK = 3_900
MAX_BUTTONS = 10  # more are easier to find in a menu
MAX_OPTIONS = 100

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its blocks, and the text for notifications and screen readers."""

    blocks: list[Block] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Drawn:
    block: Block
    text: str


def render(reply: Reply, *, forms: bool = False) -> list[Message]:
    """The messages that show a reply; none if it has nothing to show.

    With `forms`, a prompt is left out, because a form shows it. Files are left out: they are uploaded.
    """
    numbers = count()
    drawn = [
        one
        for part in reply.parts
        if not (forms and isinstance(part, Prompt))
        for one in _draw(part, numbers)
    ]
    return _pack(drawn)


def prompt_of(reply: Reply) -> Prompt | None:
    """The question that the reply asks, if any."""
    return next((part for part in reply.parts if isinstance(part, Prompt)), None)


def files_of(reply: Reply) -> list[File]:
    """The files that the reply hands over."""
    return [part for part in reply.parts if isinstance(part, File)]


def plain_text(text: str, limit: int) -> dict[str, Any]:
    """Text that is shown as it stands: no markup, no ping, no emoji from `:fire:`."""
    return {
        "type": "plain_text",
        "text": cut(clean(text).strip() or UNNAMED, limit),
        "emoji": False,
    }


@singledispatch
def _draw(part: object, numbers: Iterator[int]) -> Iterator[_Drawn]:
    raise TypeError(f"no such part of a reply: {type(part).__name__}")


@_draw.register
def _heading(part: Heading, numbers: Iterator[int]) -> Iterator[_Drawn]:
    if text := clean(part.text).strip():
        yield _Drawn({"type": "header", "text": plain_text(text, MAX_HEADER)}, text)


@_draw.register
def _text(part: Text, numbers: Iterator[int]) -> Iterator[_Drawn]:
    for piece in divide(clean(part.text), MAX_SECTION, MAX_PIECES):
        yield _Drawn({"type": "section", "text": plain_text(piece, MAX_SECTION)}, piece)


@_draw.register
def _prompt(part: Prompt, numbers: Iterator[int]) -> Iterator[_Drawn]:
    yield from _text(Text(part.question), numbers)


@_draw.register
def _fields(part: Fields, numbers: Iterator[int]) -> Iterator[_Drawn]:
    elements: list[dict[str, Any]] = []
    lines: list[str] = []
    room = MAX_SECTION
    for name, value in part.pairs:
        name = cut(clean(name).strip(), MAX_HEADER) + ": "
        value = cut(clean(value).strip() or UNNAMED, MAX_SECTION // 2)
        weight = weigh(name) + weigh(value) + 1
        if elements and weight > room:
            yield _Drawn(_rich("rich_text_section", elements), "\n".join(lines))
            elements, lines, room = [], [], MAX_SECTION
        room -= weight
        lines.append(name + value)
        elements += [
            {"type": "text", "text": ("\n" if elements else "") + name, "style": {"bold": True}},
            {"type": "text", "text": value},
        ]
    if elements:
        yield _Drawn(_rich("rich_text_section", elements), "\n".join(lines))


@_draw.register
def _quote(part: Quote, numbers: Iterator[int]) -> Iterator[_Drawn]:
    for piece in divide(clean(part.text), MAX_SECTION, MAX_PIECES):
        yield _Drawn(_rich("rich_text_quote", [{"type": "text", "text": piece}]), f"“{piece}”")
    if place := clean(part.place).strip():
        yield _Drawn({"type": "context", "elements": [plain_text(place, MAX_CONTEXT)]}, place)


@_draw.register
def _choices(part: Choices, numbers: Iterator[int]) -> Iterator[_Drawn]:
    options = [option for option in part.options if clean(option.command)]
    if part.menu or len(options) > MAX_BUTTONS:
        for start in range(0, len(options), MAX_OPTIONS):
            some = options[start : start + MAX_OPTIONS]
            yield _Drawn(_actions([_menu(part.menu, some, next(numbers))]), clean(part.menu))
    elif options:
        labels = " ".join(f"[{clean(option.label)}]" for option in options)
        yield _Drawn(_actions([_button(option, next(numbers)) for option in options]), labels)


@_draw.register
def _file(part: File, numbers: Iterator[int]) -> Iterator[_Drawn]:
    return iter(())


def _rich(kind: str, elements: list[dict[str, Any]]) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


def _actions(elements: list[dict[str, Any]]) -> Block:
    return {"type": "actions", "elements": elements}


def _button(option: Choice, number: int) -> dict[str, Any]:
    button = {
        "type": "button",
        "action_id": f"choice-{number}",
        "text": plain_text(option.label, MAX_LABEL),
        "value": clean(option.command),
    }
    return button | {"style": option.style} if option.style else button


def _menu(question: str, options: list[Choice], number: int) -> dict[str, Any]:
    return {
        "type": "static_select",
        "action_id": f"choice-{number}",
        "placeholder": plain_text(question or CHOOSE, MAX_PLACEHOLDER),
        "options": [
            {"text": plain_text(option.label, MAX_LABEL), "value": clean(option.command)}
            for option in options
        ],
    }


def _pack(drawn: list[_Drawn]) -> list[Message]:
    """As few messages as hold everything, at most MAX_MESSAGES."""
    groups: list[list[_Drawn]] = []
    room = 0
    for one in drawn:
        weight = weigh(one.text) + 100
        if not groups or len(groups[-1]) == MAX_BLOCKS or weight > room:
            groups.append([])
            room = MAX_MESSAGE
        groups[-1].append(one)
        room -= weight
    if len(groups) > MAX_MESSAGES:
        del groups[MAX_MESSAGES:]
        groups[-1][-1] = _Drawn(
            {"type": "section", "text": plain_text(MORE_FOLLOWS, MAX_SECTION)}, MORE_FOLLOWS
        )
    return [
        Message(
            [one.block for one in group],
            escape(cut("\n".join(one.text for one in group if one.text), MAX_FALLBACK)) or UNNAMED,
        )
        for group in groups
    ]
