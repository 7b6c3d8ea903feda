"""`Reply` -> what Telegram is to show.

Pure. Limits: https://core.telegram.org/bots/api#sendmessage
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.telegram.markup import Span, html
from bot.telegram.text import clean, cut, is_visible, split, start_of, weigh
from handlers.messages import (
    Choice,
    Choices,
    Fields,
    File,
    Heading,
    Part,
    Prompt,
    Quote,
    Reply,
    Table,
    Text,
)

PLEASE_CHOOSE = "Please choose:"
COPY = "Copy {text}"
PLEASE_TYPE = "Please type the answer:"
CUT = "…"

#: UTF-16 units of a message, counted after its markup has been read.
TEXT = 4_096
#: What parts may fill of a message, so that the mark of a cut has its place.
ROOM = TEXT - len(CUT)
#: Messages for one reply; a phone shows about a screen of each.
PAGES = 5
#: With less room than these units, a long part starts on the next message.
SQUEEZED = 200
#: A quotation over so many characters or lines is folded until somebody taps it.
LONG_QUOTE = 600
LONG_QUOTE_LINES = 8

#: Buttons of one message, and UTF-16 units of a label; two labels that are short share a row.
BUTTONS = 100
LABEL = 60
SHORT_LABEL = 16
PLACEHOLDER = 64


@dataclass(frozen=True, slots=True)
class Page:
    """One message: its text in Telegram's HTML, and what is under it."""

    html: str
    #: An InlineKeyboardMarkup or a ForceReply, as it is sent; empty where the text is all.
    markup: dict[str, Any] = field(default_factory=dict)

    @property
    def replaceable(self) -> bool:
        """Tells what can stand in place of an earlier message: what asks for an answer cannot."""
        return "force_reply" not in self.markup


def render(reply: Reply, own_link: str = "") -> list[Page | File]:
    """The messages and files of a reply, in order: text, then questions, then files.

    The buttons stand under the last message of text. `own_link` is how a link to the bot begins:
    no other can be tapped.
    """
    spans = _collect_spans(reply.parts)
    pages = [Page(html(page, own_link)) for page in _divide(spans)]
    keyboard = _keyboard(_collect_choices(reply.parts), _collect_copied(reply.parts))
    if keyboard:
        # Telegram takes no buttons without a text above them.
        last = pages.pop() if pages else Page(PLEASE_CHOOSE)
        pages.append(replace(last, markup=keyboard))

    questions = [_question(part) for part in reply.parts if isinstance(part, Prompt)]
    files = [part for part in reply.parts if isinstance(part, File)]
    return [*pages, *questions, *files]


def _question(prompt: Prompt) -> Page:
    text = start_of(clean(prompt.question).strip(), TEXT)
    if not is_visible(text):
        text = PLEASE_TYPE

    force_reply: dict[str, Any] = {"force_reply": True}
    placeholder = cut(prompt.label, PLACEHOLDER)
    if placeholder:
        force_reply["input_field_placeholder"] = placeholder
    return Page(html([Span(text, ours=True)]), force_reply)


# --- text -----------------------------------------------------------------------------------------


def _collect_spans(parts: Sequence[Part]) -> list[Span]:
    """The text of all parts, with the empty lines between them."""
    spans: list[Span] = []
    gap = ""
    paragraph = ""
    for part in parts:
        # A menu often repeats the paragraph above it as its question: that is said once.
        if isinstance(part, Choices) and part.menu == paragraph:
            continue
        block = _clean_spans(part)
        if not _has_visible(block):
            continue
        if gap:
            spans.append(Span(gap))
        spans += block
        gap = "\n" if isinstance(part, Heading) else "\n\n"
        paragraph = part.text if isinstance(part, Text) else ""
    return spans


def _clean_spans(part: Part) -> list[Span]:
    """The spans of a part, without what Telegram refuses, and without those that are empty then."""
    spans = []
    for span in _draw(part):
        text = clean(span.text)
        if text:
            spans.append(_with_text(span, text))
    return spans


def _with_text(span: Span, text: str) -> Span:
    # Nearly always it is the same text, and nothing need be made anew.
    return span if span.text == text else replace(span, text=text)


def _draw(part: Part) -> Iterator[Span]:
    """The text of a part; nothing for a question or a file, which are messages of their own."""
    match part:
        case Heading(text):
            yield Span(text.strip(), "b", ours=True)
        case Text(text):
            yield Span(text.strip(), ours=True)
        case Choices(menu=question):
            yield Span(question, ours=True)
        case Fields(pairs):
            yield from _draw_fields(pairs)
        case Table(text):
            yield Span(text, "pre")
        case Quote(text, place):
            for words, is_bold in part.pieces:
                yield Span(words, _quote_tag(text), bold=is_bold)
            if place:
                yield Span("\n")
                yield Span(place, "i")


def _draw_fields(pairs: Sequence[tuple[str, str]]) -> Iterator[Span]:
    for number, (name, value) in enumerate(pairs):
        if number:
            yield Span("\n")
        yield Span(f"{name}:", "b", ours=True)
        yield Span(f" {value}")


def _quote_tag(text: str) -> str:
    is_long = len(text) > LONG_QUOTE or text.count("\n") >= LONG_QUOTE_LINES
    return "blockquote expandable" if is_long else "blockquote"


def _has_visible(spans: Sequence[Span]) -> bool:
    return any(is_visible(span.text) for span in spans)


def _divide(spans: Sequence[Span]) -> list[list[Span]]:
    """The spans, divided among at most `PAGES` messages; the last one says where it was cut."""
    pages: list[list[Span]] = [[]]
    room = ROOM
    for span in spans:
        left = span.text
        while left:
            page = pages[-1]
            if not page:
                # Telegram drops blanks before a message's text, and refuses a text of nothing else.
                left = left.lstrip()
                if not left:
                    break

            if not _starts_on_next(left, page, room):
                head, left = split(left, room)
                page.append(_with_text(span, head))
                room -= weigh(head)
            if not left:
                break

            if len(pages) == PAGES:
                page.append(Span(CUT))
                return pages
            pages.append([])
            room = ROOM
    return [page for page in pages if _has_visible(page)]


def _starts_on_next(text: str, page: Sequence[Span], room: int) -> bool:
    """Tells a text of which too little would stand at the end of a message."""
    return bool(page) and room < SQUEEZED and weigh(text) > room


# --- buttons --------------------------------------------------------------------------------------


def _collect_choices(parts: Sequence[Part]) -> list[Choice]:
    choices: list[Choice] = []
    for part in parts:
        if isinstance(part, Choices):
            choices += part.options
    return choices


def _collect_copied(parts: Sequence[Part]) -> list[str]:
    return [part.copied for part in parts if isinstance(part, Heading) and part.copied]


def _keyboard(choices: Sequence[Choice], copied: Sequence[str]) -> dict[str, Any]:
    """One button a row, or two where both labels are short; empty without choices.

    `copied` are texts that a tap copies, below the others.
    """
    rows: list[list[dict[str, Any]]] = []
    has_place = False
    copying = [_copy_button(text) for text in copied]
    buttons = [_button(choice) for choice in choices[: BUTTONS - len(copying)]]
    for button in [*buttons, *copying]:
        is_short = weigh(button["text"]) <= SHORT_LABEL
        if is_short and has_place:
            rows[-1].append(button)
            has_place = False
        else:
            rows.append([button])
            has_place = is_short
    return {"inline_keyboard": rows} if rows else {}


def _copy_button(text: str) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#copytextbutton"""
    return {"text": COPY.format(text=text), "copy_text": {"text": text}}


def _button(choice: Choice) -> dict[str, Any]:
    # A button without a label would cost the whole message.
    label = cut(choice.label, LABEL) or CUT
    button = {"text": label, "callback_data": choice.command}
    if choice.style:
        button["style"] = choice.style
    return button
