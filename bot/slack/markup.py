"""Slack's own text encoding, into what the person typed and the links in it.

Slack sends `&`, `<` and `>` as entities, and links and mentions as `<…>`:
https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_MARKED = re.compile(
    r"<((?:[@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:)[^<>]*)>|(\bhttps?://[^\s<>]+)", re.IGNORECASE
)
_BARE = re.compile(r"\bhttps?://[^\s<>]+", re.IGNORECASE)
_EVERYBODY = ("here", "channel", "everyone")
_UNNAMED_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_ENDS_A_SENTENCE = ".,;:!?'\"*_~`"
_OPENING = {")": "(", "]": "[", "}": "{"}


class Decoded(NamedTuple):
    """What was typed, and every web link in it, in order."""

    text: str
    links: tuple[str, ...]


def decode(text: str) -> Decoded:
    """Read text as Slack encodes it in messages and commands."""
    pieces: list[str] = []
    links: list[str] = []
    end = 0
    for match in _MARKED.finditer(text):
        pieces.append(_unescape(text[end : match.start()]))
        end = match.end()

        mark, bare = match[1], match[2]
        if bare is not None:
            shown = _unescape(bare)
            links.append(_trim(shown))
        elif mark[0] in "@#!":
            shown = _show_mention(mark)
        else:
            url, _, label = mark.partition("|")
            url = _unescape(url)
            if _is_web(url):
                links.append(url)
            shown = _show_link(url, _unescape(label))
        pieces.append(shown)

    pieces.append(_unescape(text[end:]))
    return Decoded("".join(pieces), unique(links))


def links_in(text: str) -> tuple[str, ...]:
    """Every web link in text that Slack has not encoded, such as what was typed into a form."""
    return unique(_trim(match[0]) for match in _BARE.finditer(text))


def links_in_blocks(blocks: Iterable[Mapping[str, Any]] | None) -> Iterator[str]:
    """The links of `rich_text` blocks, in order: those behind words are only certain to be here."""
    for element in _elements(blocks):
        if element.get("type") != "link":
            continue
        url = str(element.get("url", ""))
        if _is_web(url):
            yield url


def text_in_blocks(blocks: Iterable[Mapping[str, Any]] | None) -> str:
    """The words of `rich_text` blocks, for the messages that come without `text`."""
    words: list[str] = []
    for element in _elements(blocks):
        words.append(str(element.get("text") or element.get("url") or ""))
    return "".join(words)


def unique(links: Iterable[str]) -> tuple[str, ...]:
    """Each link once, in the order in which it comes first."""
    return tuple(dict.fromkeys(links))


def _elements(parts: Iterable[Mapping[str, Any]] | None) -> Iterator[Mapping[str, Any]]:
    """The words and links at any depth, in order; lists and quotes hold sections of their own."""
    if not isinstance(parts, list):
        return
    for part in parts:
        if not isinstance(part, Mapping):
            continue
        children = part.get("elements")
        if isinstance(children, list):
            yield from _elements(children)
        elif part.get("type") in ("text", "link"):
            yield part


def _show_mention(mark: str) -> str:
    """What people see in place of a mark, which begins with `@`, `#` or `!`.

    `@U1|asha` -> `@asha`; `#C1|year-4` -> `#year-4`; `!here` -> `@here`;
    `!date^…|1 May` -> `1 May`.
    """
    kind, body = mark[0], mark[1:]
    name, _, label = body.partition("|")
    label = _unescape(label)
    if kind in "@#":
        shown = label or name
        return kind + shown.lstrip(kind)
    if label and name not in _EVERYBODY:
        return label
    return "@" + name.partition("^")[0]


def _show_link(url: str, label: str) -> str:
    """A label together with where it leads; the label alone where that says nothing more."""
    if not label:
        return url
    # Slack itself labels `example.org` and `asha@example.org`, which were typed without a scheme.
    without_scheme = _UNNAMED_SCHEME.sub("", url)
    if label == url or label.rstrip("/") == without_scheme.rstrip("/"):
        return label
    return f"{label} ({url})"


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _trim(url: str) -> str:
    """Without the full stop or bracket that ends the sentence rather than the link."""
    while _ends_outside(url):
        url = url[:-1]
    return url


def _ends_outside(url: str) -> bool:
    """Tells a last character that is not the link's; a bracket is, where the link opens it."""
    last = url[-1:]
    if not last:
        return False
    if last in _ENDS_A_SENTENCE:
        return True
    opening = _OPENING.get(last)
    return opening is not None and url.count(last) > url.count(opening)


def _unescape(text: str) -> str:
    # `&amp;` goes last, so that `&amp;lt;` becomes the `&lt;` that was typed.
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
