"""`Reply` -> what Telegram is to show. Pure. Limits: https://core.telegram.org/bots/api#sendmessage"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.telegram.markup import Span, html
from bot.telegram.text import clean, shortened, split, start, units, visible
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
    Text,
)

PLEASE_CHOOSE = "Please choose:"
PLEASE_TYPE = "Please type the answer:"
CUT = "…"

TEXT = 4_096  # UTF-16 units of a message, after its markup has been read
PAGES = 5  # messages for one reply; a phone shows about a screen of each
SQUEEZED = 200  # units: with less room than this, a long part starts on the next message
LONG_QUOTE = 600
LONG_QUOTE_LINES = 8
BUTTONS = 100
LABEL = 60
SHORT_LABEL = 16
PLACEHOLDER = 64


@dataclass(frozen=True, slots=True)
class Page:
    """One message: its text in Telegram's HTML, and what is under it."""

    html: str
    markup: dict[str, Any] = field(
        default_factory=dict
    )  # InlineKeyboardMarkup or ForceReply, as it is sent

    @property
    def replaceable(self) -> bool:
        """Whether it can stand in place of an earlier message: one that asks for an answer cannot."""
        return "force_reply" not in self.markup


def render(reply: Reply) -> list[Page | File]:
    """The messages and files of a reply, in order. The buttons stand under the last text."""
    texts = [html(spans) for spans in _pages(_spans(reply.parts))]
    keyboard = _keyboard(
        [c for part in reply.parts if isinstance(part, Choices) for c in part.options]
    )
    if keyboard and not texts:
        texts = [PLEASE_CHOOSE]
    shown: list[Page | File] = [Page(text) for text in texts]
    if keyboard:
        shown[-1] = Page(texts[-1], keyboard)
    shown += [_question(part) for part in reply.parts if isinstance(part, Prompt)]
    shown += [part for part in reply.parts if isinstance(part, File)]
    return shown


def _question(prompt: Prompt) -> Page:
    question = start(clean(prompt.question).strip(), TEXT)
    text = question if visible(question) else PLEASE_TYPE
    placeholder = shortened(prompt.label, PLACEHOLDER)
    asked = {"force_reply": True} | (
        {"input_field_placeholder": placeholder} if placeholder else {}
    )
    return Page(html([Span(text, ours=True)]), asked)


def _spans(parts: Sequence[Part]) -> list[Span]:
    """The text of all parts, with the empty lines between them."""
    spans: list[Span] = []
    said = gap = ""
    for part in parts:
        if isinstance(part, Choices) and part.menu == said:
            continue
        block = [span for span in map(_cleaned, _block(part)) if span.text]
        if not any(visible(span.text) for span in block):
            continue
        spans += [Span(gap), *block] if gap else block
        gap = "\n" if isinstance(part, Heading) else "\n\n"
        said = part.text if isinstance(part, Text) else ""
    return spans


def _block(part: Part) -> Iterator[Span]:
    match part:
        case Heading(text):
            yield Span(text.strip(), "b", ours=True)
        case Text(text):
            yield Span(text.strip(), ours=True)
        case Choices(menu=question):
            yield Span(question, ours=True)
        case Fields(pairs):
            for number, (name, value) in enumerate(pairs):
                yield Span("\n" * bool(number))
                yield Span(f"{name}:", "b", ours=True)
                yield Span(f" {value}")
        case Quote(text, place):
            yield Span(text, _quote_tag(text))
            if place:
                yield Span("\n")
                yield Span(place, "i")


def _quote_tag(text: str) -> str:
    long = len(text) > LONG_QUOTE or text.count("\n") >= LONG_QUOTE_LINES
    return "blockquote expandable" if long else "blockquote"


def _cleaned(span: Span) -> Span:
    return replace(span, text=clean(span.text))


def _pages(spans: Sequence[Span]) -> list[list[Span]]:
    """The spans, divided among messages of at most 4,096 units; the last one says that it was cut."""
    pages: list[list[Span]] = [[]]
    room = TEXT - len(CUT)
    for span in spans:
        left = span.text
        while left:
            if not pages[-1]:
                left = left.lstrip()
            if not left:
                break
            if not (pages[-1] and room < SQUEEZED and units(left) > room):
                head, left = split(left, room)
                pages[-1].append(replace(span, text=head))
                room -= units(head)
            if left and len(pages) == PAGES:
                pages[-1].append(Span(CUT))
                return pages
            if left:
                pages.append([])
                room = TEXT - len(CUT)
    return [page for page in pages if any(visible(span.text) for span in page)]


def _keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    """One button a row, or two where both labels are short."""
    rows: list[list[dict[str, str]]] = []
    open_row = False
    for choice in choices[:BUTTONS]:
        label = shortened(choice.label, LABEL) or CUT
        short = units(label) <= SHORT_LABEL
        button = {"text": label, "callback_data": choice.command}
        if choice.style:
            button["style"] = choice.style
        if short and open_row:
            rows[-1].append(button)
            open_row = False
        else:
            rows.append([button])
            open_row = short
    return {"inline_keyboard": rows} if rows else {}
