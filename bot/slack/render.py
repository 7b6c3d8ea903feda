"""A `Reply` as Block Kit, without I/O.

What people typed goes only into `plain_text` and `rich_text`, which Slack does not read as markup.
Limits: https://docs.slack.dev/reference/block-kit/blocks and, for a whole message, what Slack
refuses as `msg_blocks_too_long`: https://github.com/slackapi/bolt-js/issues/2509.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import singledispatch
from itertools import count
from typing import Any

from bot.slack.text import clean, cut, divide, escape, weigh
from handlers.messages import (
    CANCEL,
    Choice,
    Choices,
    Confirm,
    Fields,
    File,
    Heading,
    Prompt,
    Quote,
    Reply,
    Table,
    Text,
)

CHOOSE = "Choose…"
ARE_YOU_SURE = "Are you sure?"
#: In place of empty text, which Slack refuses.
UNNAMED = "–"
MORE_FOLLOWS = "There is more than fits here."

MAX_BLOCKS = 50
MAX_MESSAGE = 12_000
MAX_MESSAGES = 4
MAX_SECTION = 3_000
#: Of one text.
MAX_PIECES = 8
MAX_HEADER = 150
MAX_LABEL = 75
MAX_DIALOG_TITLE, MAX_DIALOG, MAX_DIALOG_BUTTON = 100, 300, 30
MAX_PLACEHOLDER = 150
MAX_CONTEXT = 1_000
MAX_FALLBACK = 3_900
#: More are easier to find in a menu.
MAX_BUTTONS = 10
MAX_OPTIONS = 100
#: What a block weighs in a message beside its text, at a guess that leaves room.
_BLOCK_WEIGHT = 100

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its blocks, and the text for notifications and screen readers."""

    blocks: list[Block] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True, slots=True)
class _TextBlock:
    """A block, and the words that stand for it where blocks are not shown."""

    block: Block
    text: str


@dataclass(frozen=True, slots=True)
class _Field:
    """One fact: its name, with a colon, and its value."""

    name: str
    value: str

    @property
    def line(self) -> str:
        return self.name + self.value

    @property
    def weight(self) -> int:
        line_end = 1
        return weigh(self.name) + weigh(self.value) + line_end


def render(reply: Reply, *, forms: bool = False) -> list[Message]:
    """The messages that show a reply; none if it has nothing to show.

    With `forms`, a prompt is left out, because a form shows it. Files are left out: they are
    uploaded.
    """
    # Slack wants each button and menu to have an id of its own.
    numbers = count()
    blocks: list[_TextBlock] = []
    for part in reply.parts:
        # A form has a Cancel of its own.
        has_form = forms and (isinstance(part, Prompt) or part == CANCEL)
        if not has_form:
            blocks += _draw(part, numbers)
    return _pack(blocks)


def prompt_of(reply: Reply) -> Prompt | None:
    """The question that the reply asks, if any."""
    for part in reply.parts:
        if isinstance(part, Prompt):
            return part
    return None


def files_of(reply: Reply) -> list[File]:
    """The files that the reply hands over."""
    return [part for part in reply.parts if isinstance(part, File)]


def plain_text(text: str, limit: int) -> dict[str, Any]:
    """Text that is shown as it stands: no markup, no ping, no emoji from `:fire:`."""
    shown = clean(text).strip() or UNNAMED
    return {"type": "plain_text", "text": cut(shown, limit), "emoji": False}


# --- each part of a reply -------------------------------------------------------------------------


@singledispatch
def _draw(part: object, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    """The blocks of one part. `numbers` gives each button or menu its own."""
    raise TypeError(f"no such part of a reply: {type(part).__name__}")


@_draw.register
def _heading(part: Heading, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    text = clean(part.text).strip()
    if text:
        yield _TextBlock({"type": "header", "text": plain_text(text, MAX_HEADER)}, text)


@_draw.register
def _text(part: Text, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    for piece in divide(clean(part.text), MAX_SECTION, MAX_PIECES):
        yield _section(piece)


@_draw.register
def _prompt(part: Prompt, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    yield from _text(Text(part.question), numbers)


@_draw.register
def _fields(part: Fields, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    section: list[_Field] = []
    room = MAX_SECTION
    for name, value in part.pairs:
        shown_name = cut(clean(name).strip(), MAX_HEADER)
        shown_value = cut(clean(value).strip() or UNNAMED, MAX_SECTION // 2)
        fact = _Field(f"{shown_name}: ", shown_value)

        if section and fact.weight > room:
            yield _draw_fields(section)
            section = []
            room = MAX_SECTION
        section.append(fact)
        room -= fact.weight

    if section:
        yield _draw_fields(section)


@_draw.register
def _quote(part: Quote, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    text = clean(part.text)
    if part.bold != (0, 0) and weigh(text) <= MAX_SECTION:
        yield _TextBlock(_rich("rich_text_quote", _bold_in(part)), f"“{text}”")
    else:
        for piece in divide(text, MAX_SECTION, MAX_PIECES):
            block = _rich("rich_text_quote", [{"type": "text", "text": piece}])
            yield _TextBlock(block, f"“{piece}”")

    place = clean(part.place).strip()
    if place:
        yield _TextBlock({"type": "context", "elements": [plain_text(place, MAX_CONTEXT)]}, place)


def _bold_in(part: Quote) -> list[dict[str, Any]]:
    """The words of a quotation as elements, those that are set off in bold."""
    elements: list[dict[str, Any]] = []
    for words, is_bold in part.pieces:
        text = clean(words)
        # Slack refuses an element without text.
        if text:
            style = {"style": {"bold": True}} if is_bold else {}
            elements.append({"type": "text", "text": text, **style})
    return elements


@_draw.register
def _table(part: Table, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    # Not Slack's `table` block: why is in docs/accessibility.md.
    for piece in divide(clean(part.text), MAX_SECTION, MAX_PIECES):
        yield _TextBlock(_rich("rich_text_preformatted", [{"type": "text", "text": piece}]), piece)


@_draw.register
def _choices(part: Choices, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    options = [option for option in part.options if clean(option.command)]
    if part.menu or len(options) > MAX_BUTTONS:
        for start in range(0, len(options), MAX_OPTIONS):
            menu = _menu(part.menu, options[start : start + MAX_OPTIONS], next(numbers))
            yield _TextBlock(_actions([menu]), clean(part.menu))
    elif options:
        buttons = [_button(option, next(numbers)) for option in options]
        labels = " ".join(f"[{clean(option.label)}]" for option in options)
        yield _TextBlock(_actions(buttons), labels)


@_draw.register
def _file(part: File, numbers: Iterator[int]) -> Iterator[_TextBlock]:
    return iter(())


# --- blocks ---------------------------------------------------------------------------------------


def _section(text: str) -> _TextBlock:
    return _TextBlock({"type": "section", "text": plain_text(text, MAX_SECTION)}, text)


def _draw_fields(facts: list[_Field]) -> _TextBlock:
    """One section of facts, one a line, their names in bold."""
    elements: list[dict[str, Any]] = []
    for fact in facts:
        line_break = "\n" if elements else ""
        elements += [
            {"type": "text", "text": line_break + fact.name, "style": {"bold": True}},
            {"type": "text", "text": fact.value},
        ]
    lines = [fact.line for fact in facts]
    return _TextBlock(_rich("rich_text_section", elements), "\n".join(lines))


def _rich(kind: str, elements: list[dict[str, Any]]) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


def _actions(elements: list[dict[str, Any]]) -> Block:
    return {"type": "actions", "elements": elements}


def _button(option: Choice, number: int) -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "action_id": f"choice-{number}",
        "text": plain_text(option.label, MAX_LABEL),
        "value": clean(option.command),
    }
    # Slack refuses an empty style.
    if option.style:
        button["style"] = option.style
    if option.spoken:
        button["accessibility_label"] = cut(clean(option.spoken), MAX_LABEL)
    if option.confirm:
        button["value"] = clean(option.confirm.command)
        button["confirm"] = _dialog(option.confirm, option.style)
    return button


def _dialog(confirm: Confirm, style: str) -> dict[str, Any]:
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
    dialog: dict[str, Any] = {
        "title": plain_text(ARE_YOU_SURE, MAX_DIALOG_TITLE),
        "text": plain_text(confirm.question, MAX_DIALOG),
        "confirm": plain_text(confirm.yes, MAX_DIALOG_BUTTON),
        "deny": plain_text(confirm.no, MAX_DIALOG_BUTTON),
    }
    if style:
        dialog["style"] = style
    return dialog


def _menu(question: str, options: list[Choice], number: int) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    for option in options:
        label = plain_text(option.label, MAX_LABEL)
        entries.append({"text": label, "value": clean(option.command)})
    return {
        "type": "static_select",
        "action_id": f"choice-{number}",
        "placeholder": plain_text(question or CHOOSE, MAX_PLACEHOLDER),
        "options": entries,
    }


# --- messages -------------------------------------------------------------------------------------


def _pack(blocks: list[_TextBlock]) -> list[Message]:
    """As few messages as hold everything, at most MAX_MESSAGES."""
    groups: list[list[_TextBlock]] = []
    room = 0
    for block in blocks:
        weight = weigh(block.text) + _BLOCK_WEIGHT
        if not groups or len(groups[-1]) == MAX_BLOCKS or weight > room:
            groups.append([])
            room = MAX_MESSAGE
        groups[-1].append(block)
        room -= weight

    if len(groups) > MAX_MESSAGES:
        del groups[MAX_MESSAGES:]
        groups[-1][-1] = _section(MORE_FOLLOWS)
    return [_message(group) for group in groups]


def _message(blocks: list[_TextBlock]) -> Message:
    lines = [block.text for block in blocks if block.text]
    # Unlike the blocks, this text is read as markup.
    fallback = escape(cut("\n".join(lines), MAX_FALLBACK))
    return Message([block.block for block in blocks], fallback or UNNAMED)
