"""Slack's own text encoding, into what the person typed and the links in it.

Slack sends `&`, `<` and `>` as entities, and links and mentions as `<…>`:
https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_MARKED = re.compile(
    r"<((?:[@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:)[^<>]*)>|(\bhttps?://[^\s<>]+)", re.IGNORECASE
)
_BARE = re.compile(r"\bhttps?://[^\s<>]+", re.IGNORECASE)
_EVERYBODY = ("here", "channel", "everyone")
_UNNAMED_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_ENDS_A_SENTENCE = ".,;:!?'\"*_~`"
_OPENING = {")": "(", "]": "[", "}": "{"}


#: The names of people and channels, by Slack's ids.
Names = Mapping[str, str]
NOBODY: Names = {}


class Decoded(NamedTuple):
    """What was typed, and every web link in it, in order."""

    text: str
    links: tuple[str, ...]


def decode(text: str, names: Names = NOBODY) -> Decoded:
    """Read text as Slack encodes it in messages and commands; who is mentioned is named."""
    pieces: list[str] = []
    links: list[str] = []
    end = 0
    for match in _MARKED.finditer(text):
        pieces.append(unescape(text[end : match.start()]))
        end = match.end()

        mark, bare = match[1], match[2]
        if bare is not None:
            shown = unescape(bare)
            links.append(_trim(shown))
        elif mark[0] in "@#!":
            shown = _show_mention(mark, names)
        else:
            url, _, label = mark.partition("|")
            url = unescape(url)
            if is_web(url):
                links.append(url)
            shown = show_link(url, unescape(label))
        pieces.append(shown)

    pieces.append(unescape(text[end:]))
    return Decoded("".join(pieces), unique(links))


def links_in(text: str) -> tuple[str, ...]:
    """Every web link in text that Slack has not encoded, such as what was typed into a form."""
    return unique(_trim(match[0]) for match in _BARE.finditer(text))


def unique(links: Iterable[str]) -> tuple[str, ...]:
    """Each link once, in the order in which it comes first."""
    return tuple(dict.fromkeys(links))


def show_person(id: str, label: str, names: Names) -> str:
    """`Asha Patel`, where that is known; else `@asha`, or the id that Slack gives."""
    return names.get(id) or "@" + (label or id).lstrip("@")


def show_channel(id: str, label: str, names: Names) -> str:
    """`#year-4`, or the id that Slack gives."""
    return "#" + (label or names.get(id) or id).lstrip("#")


def _show_mention(mark: str, names: Names) -> str:
    """What people see in place of a mark, which begins with `@`, `#` or `!`.

    `@U1|asha` -> `@asha`, or the name; `#C1|year-4` -> `#year-4`; `!here` -> `@here`;
    `!date^…|1 May` -> `1 May`.
    """
    kind, body = mark[0], mark[1:]
    name, _, label = body.partition("|")
    label = unescape(label)
    if kind == "@":
        return show_person(name, label, names)
    if kind == "#":
        return show_channel(name, label, names)
    if label and name not in _EVERYBODY:
        return label
    return "@" + name.partition("^")[0]


def show_link(url: str, label: str) -> str:
    """A label together with where it leads; the label alone where that says nothing more."""
    if not label:
        return url
    # Slack itself labels `example.org` and `asha@example.org`, which were typed without a scheme.
    without_scheme = _UNNAMED_SCHEME.sub("", url)
    if label == url or label.rstrip("/") == without_scheme.rstrip("/"):
        return label
    return f"{label} ({url})"


def is_web(url: str) -> bool:
    """Tells a link to a page from other addresses, as of mail."""
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


def unescape(text: str) -> str:
    """What was typed, of text in which Slack has made entities of `&`, `<` and `>`."""
    # `&amp;` goes last, so that `&amp;lt;` becomes the `&lt;` that was typed.
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
