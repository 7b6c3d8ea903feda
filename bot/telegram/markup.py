"""Text -> Telegram's HTML, so that what people typed stays plain.

Telegram makes links of addresses, @names, #tags and /commands wherever they stand; escaping does
not stop it, and characters put in between would alter a quotation. `<code>` stops it and keeps
every character: so each word that would become a link is set in it, and a tap copies it rather than
opening it. What remains: runs of digits that an app takes for a telephone or card number.
https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

#: Words set in `<code>`, of the 100 entities of a message that Telegram heeds.
MOST = 80

_LINK = re.compile(
    r"""://|(?i:\b(?:mailto|tel|tg|ton):)|\w\.[^\W\d_][\w-]|\d\.\d+\.\d+\.\d|@\w|\#\w|\$[A-Z]|\+\d{5}"""
)
_COMMAND = re.compile(r"(?<![\w/<>])/\w")
_WORD = re.compile(r"\S+")
#: What may stand after a word without belonging to it, and what it would belong to.
_AFTER_WORDS = {**dict.fromkeys(".,;:!?…”’\"'»", ""), ")": "(", "]": "["}

#: Telegram lets no `<code>` stand within bold or italic words, so it stands between them.
_WITHOUT_CODE = ("", "b", "i")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with one format."""

    text: str
    #: One of Telegram's, with what belongs in it: `b`, `blockquote expandable`; empty for none.
    tag: str = ""
    #: Written by the bot, so that a /command in it may be tapped.
    ours: bool = False
    #: How a link begins that may be tapped: one that leads to the bot itself.
    tappable: str = ""
    #: Set off in bold, within a quotation.
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a span that Telegram leaves plain, or a word of which it would make a link."""

    text: str
    is_plain: bool


def html(spans: Sequence[Span]) -> str:
    """The spans in Telegram's HTML, escaped."""
    words_in_code = 0
    for span in spans:
        words_in_code += sum(not piece.is_plain for piece in _pieces(span))
    is_crowded = words_in_code > MOST
    rendered: list[str] = []
    # Spans of one quotation stand in one block.
    for tag, together in groupby(spans, key=lambda span: span.tag):
        inner = "".join(_render(span, is_crowded) for span in together)
        rendered.append(inner if tag in _WITHOUT_CODE else _enclose(inner, tag))
    return "".join(rendered)


def _render(span: Span, is_crowded: bool) -> str:
    """The HTML of a span, without the block that it stands in.

    Where the message is crowded, `<code>` goes around the whole of it.
    """
    pieces = list(_pieces(span))
    if is_crowded and not all(piece.is_plain for piece in pieces):
        pieces = [_Piece(span.text, is_plain=False)]

    within = span.tag if span.tag in _WITHOUT_CODE else ""
    if span.bold:
        within = "b"
    html = ""
    for piece in pieces:
        html += _tagged(piece.text, within if piece.is_plain else "code")
    return html


def _pieces(span: Span) -> Iterator[_Piece]:
    if span.tag == "pre" and span.text:
        # Nothing becomes a link there, and nothing may stand within it.
        yield _Piece(span.text, is_plain=True)
        return
    done = 0
    for word in _WORD.finditer(span.text):
        if not _becomes_link(word[0], span):
            continue
        if word.start() > done:
            yield _Piece(span.text[done : word.start()], is_plain=True)
        words = _without_ending(word[0])
        yield _Piece(words, is_plain=False)
        done = word.start() + len(words)
    if done < len(span.text):
        yield _Piece(span.text[done:], is_plain=True)


def _without_ending(word: str) -> str:
    """A word without the full stop behind it: whoever taps its code copies all that is in it."""
    rest = word
    while rest and rest[-1] in _AFTER_WORDS:
        begins = _AFTER_WORDS[rest[-1]]
        # A bracket that was opened in the word belongs to it.
        if begins and rest.count(begins) >= rest.count(rest[-1]):
            break
        rest = rest[:-1]
    return rest or word


def _becomes_link(word: str, span: Span) -> bool:
    if span.tappable and word.startswith(span.tappable):
        return False
    if _LINK.search(word):
        return True
    return not span.ours and bool(_COMMAND.search(word))


def _tagged(text: str, tag: str) -> str:
    escaped = escape(text, quote=False)
    if not tag or text.isspace():
        return escaped
    return _enclose(escaped, tag)


def _enclose(inner: str, tag: str) -> str:
    name = tag.split()[0]
    return f"<{tag}>{inner}</{name}>"
