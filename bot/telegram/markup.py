"""Text -> Telegram's HTML, so that what people typed stays plain.

Telegram makes links of addresses, @names, #tags and /commands wherever they stand; escaping does not stop it,
and characters put in between would alter a quotation. `<code>` stops it and keeps every character: so each
word that would become a link is set in it, and a tap copies it rather than opening it. What remains: runs of
digits that an app takes for a telephone or card number.
https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

MOST = 80  # of the 100 entities of a message that Telegram heeds

_LINK = re.compile(
    r"""://|(?i:\b(?:mailto|tel|tg|ton):)|\w\.[^\W\d_][\w-]|\d\.\d+\.\d+\.\d|@\w|\#\w|\$[A-Z]|\+\d{5}"""
)
_COMMAND = re.compile(r"(?<![\w/<>])/\w")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with one format. `ours`: written by the bot, so that a /command in it may be tapped."""

    text: str
    tag: str = ""  # one of Telegram's, such as `b` or `blockquote`
    ours: bool = False


def html(spans: Sequence[Span]) -> str:
    """The spans, escaped, in Telegram's HTML."""
    crowded = sum(1 for span in spans for _, plain in _pieces(span) if not plain) > MOST
    return "".join(_html(span, crowded) for span in spans)


def _html(span: Span, crowded: bool) -> str:
    pieces = list(_pieces(span))
    if crowded and not all(plain for _, plain in pieces):
        pieces = [(span.text, False)]
    if span.tag in ("", "b", "i"):  # neither may hold `<code>`
        return "".join(_tagged(text, span.tag if plain else "code") for text, plain in pieces)
    return _around(
        "".join(_tagged(text, "" if plain else "code") for text, plain in pieces), span.tag
    )


def _pieces(span: Span) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether Telegram leaves it plain."""
    done = 0
    for word in _WORD.finditer(span.text):
        if _LINK.search(word[0]) or (not span.ours and _COMMAND.search(word[0])):
            if word.start() > done:
                yield span.text[done : word.start()], True
            yield word[0], False
            done = word.end()
    if done < len(span.text):
        yield span.text[done:], True


def _tagged(text: str, tag: str) -> str:
    escaped = escape(text, quote=False)
    return _around(escaped, tag) if tag and not text.isspace() else escaped


def _around(inner: str, tag: str) -> str:
    return f"<{tag}>{inner}</{tag.split()[0]}>"
