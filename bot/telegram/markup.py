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
    #: Set off in bold, within a quotation.
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a span that Telegram leaves plain, or a word of which it would make a link."""

    text: str
    is_plain: bool


@dataclass(frozen=True, slots=True)
class _Divided:
    """A span, and all of its pieces."""

    span: Span
    pieces: Sequence[_Piece]

    @property
    def words_in_code(self) -> int:
        return sum(not piece.is_plain for piece in self.pieces)

    @property
    def crowded(self) -> _Divided:
        """In a message that is crowded: `<code>` goes around the whole of it, if at all."""
        if not self.words_in_code:
            return self
        return _Divided(self.span, [_Piece(self.span.text, is_plain=False)])


def html(spans: Sequence[Span], tappable: str = "") -> str:
    """The spans in Telegram's HTML, escaped.

    `tappable`: how a link begins that may be tapped, as it leads to the bot itself; empty for none.
    """
    divided = [_Divided(span, list(_pieces(span, tappable))) for span in spans]
    if sum(each.words_in_code for each in divided) > MOST:
        divided = [each.crowded for each in divided]

    rendered: list[str] = []
    # Spans of one quotation stand in one block.
    for tag, together in groupby(divided, key=lambda each: each.span.tag):
        inner = "".join(_render(each) for each in together)
        rendered.append(inner if tag in _WITHOUT_CODE else _enclose(inner, tag))
    return "".join(rendered)


def _render(divided: _Divided) -> str:
    """The HTML of a span, without the block that it stands in."""
    span = divided.span
    within = span.tag if span.tag in _WITHOUT_CODE else ""
    if span.bold:
        within = "b"
    html = ""
    for piece in divided.pieces:
        html += _tagged(piece.text, within if piece.is_plain else "code")
    return html


def _pieces(span: Span, tappable: str) -> Iterator[_Piece]:
    # In a block of `pre` nothing becomes a link, and nothing may stand within it.
    is_plain = span.tag == "pre" or not _holds_link(span.text, span)
    if span.text and is_plain:
        yield _Piece(span.text, is_plain=True)
        return
    done = 0
    for word in _WORD.finditer(span.text):
        is_tappable = span.ours and tappable and word[0].startswith(tappable)
        if is_tappable or not _holds_link(word[0], span):
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


def _holds_link(text: str, span: Span) -> bool:
    """Tells words of a span of which Telegram would make links. No link goes over a blank."""
    if _LINK.search(text):
        return True
    return not span.ours and bool(_COMMAND.search(text))


def _tagged(text: str, tag: str) -> str:
    escaped = escape(text, quote=False)
    if not tag or text.isspace():
        return escaped
    return _enclose(escaped, tag)


def _enclose(inner: str, tag: str) -> str:
    name = tag.split()[0]
    return f"<{tag}>{inner}</{name}>"
