"""Slack's own text encoding, into what the person typed and the links in it.

Slack sends `&`, `<` and `>` as entities, and links and mentions as `<…>`:
https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_MARKED = re.compile(
    r"<((?:[@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:)[^<>]*)>|(\bhttps?://[^\s<>]+)", re.IGNORECASE
)
_BARE = re.compile(r"\bhttps?://[^\s<>]+", re.IGNORECASE)
_EVERYBODY = ("here", "channel", "everyone")
_UNNAMED_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)


def decode(text: str) -> tuple[str, tuple[str, ...]]:
    """Slack's encoded text -> what was typed, and every web link in it, in order."""
    pieces: list[str] = []
    links: list[str] = []
    end = 0
    for match in _MARKED.finditer(text):
        pieces.append(_unescape(text[end : match.start()]))
        end = match.end()
        if match[2] is not None:
            shown = _unescape(match[2])
            links.append(_trim(shown))
        elif match[1][0] in "@#!":
            shown = _mention(match[1])
        else:
            shown = _link(match[1], links)
        pieces.append(shown)
    pieces.append(_unescape(text[end:]))
    return "".join(pieces), unique(links)


def links_in(text: str) -> tuple[str, ...]:
    """Every web link in text that Slack has not encoded, such as what was typed into a form."""
    return unique(_trim(match[0]) for match in _BARE.finditer(text))


def links_in_blocks(blocks: Iterable[Mapping[str, Any]] | None) -> Iterator[str]:
    """The links of `rich_text` blocks, in order: those behind words are only certain to be here."""
    for element in _elements(blocks):
        if element.get("type") == "link" and _is_web(str(element.get("url", ""))):
            yield str(element["url"])


def text_in_blocks(blocks: Iterable[Mapping[str, Any]] | None) -> str:
    """The words of `rich_text` blocks, for the messages that come without `text`."""
    return "".join(str(e.get("text") or e.get("url") or "") for e in _elements(blocks))


def unique(links: Iterable[str]) -> tuple[str, ...]:
    """The same links in the same order, each once."""
    return tuple(dict.fromkeys(links))


def _elements(parts: Iterable[Mapping[str, Any]] | None) -> Iterator[Mapping[str, Any]]:
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping):
            children = part.get("elements")
            if isinstance(children, list):
                yield from _elements(children)
            elif part.get("type") in ("text", "link"):
                yield part


def _mention(mark: str) -> str:
    """`@U1|asha` -> `@asha`; `#C1|year-4` -> `#year-4`; `!here` -> `@here`; `!date^…|1 May` -> `1 May`."""
    kind, body = mark[0], mark[1:]
    name, _, label = body.partition("|")
    label = _unescape(label)
    if kind in "@#":
        return kind + (label or name).lstrip(kind)
    if label and name not in _EVERYBODY:
        return label
    return "@" + name.partition("^")[0]


def _link(mark: str, links: list[str]) -> str:
    url, _, label = mark.partition("|")
    url, label = _unescape(url), _unescape(label)
    if _is_web(url):
        links.append(url)
    if not label or label == url or label.rstrip("/") == _UNNAMED_SCHEME.sub("", url).rstrip("/"):
        return label or url
    return f"{label} ({url})"


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _trim(url: str) -> str:
    """Without the full stop or bracket that ends the sentence rather than the link."""
    while url and (
        url[-1] in ".,;:!?'\"*_~`"
        or (url[-1] in ")]}" and url.count(url[-1]) > url.count(_OPEN[url[-1]]))
    ):
        url = url[:-1]
    return url


_OPEN = {")": "(", "]": "[", "}": "{"}


def _unescape(text: str) -> str:
    return (
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        if "&" in text
        else text
    )
