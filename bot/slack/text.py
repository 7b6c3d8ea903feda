"""Anybody's text, made fit for Slack: cleaned, cut and divided."""

from __future__ import annotations

import re
from collections.abc import Iterator

MORE = "…"
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Without what cannot be sent or seen: control characters and halves of characters."""
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", text)


def weigh(text: str) -> int:
    """The length as Slack may count it, at most: in UTF-16 units, with `&`, `<` and `>` as entities."""
    return (
        len(text.encode("utf-16-le")) // 2
        + 4 * text.count("&")
        + 3 * (text.count("<") + text.count(">"))
    )


def fits(text: str, limit: int) -> int:
    """How many of the first characters weigh at most `limit`."""
    weight = 0
    for place, character in enumerate(text):
        weight += weigh(character)
        if weight > limit:
            return place
    return len(text)


def cut(text: str, limit: int) -> str:
    """At most `limit` long, with an ellipsis where something is missing."""
    if len(text) * 5 <= limit or (len(text) <= limit and weigh(text) <= limit):
        return text
    return text[: fits(text, limit - 1)].rstrip() + MORE


def divide(text: str, limit: int, most: int) -> Iterator[str]:
    """Pieces of at most `limit`, divided between lines or words where possible; the last of `most` is cut."""
    for _ in range(most - 1):
        end = fits(text, limit) if len(text) * 5 > limit else len(text)
        if end == len(text):
            break
        soft = max(text.rfind("\n", end // 2, end), text.rfind(" ", end * 4 // 5, end))
        end = soft if soft > 0 else end
        if piece := text[:end].strip():
            yield piece
        text = text[end:].strip("\n ")
    if text := text.strip():
        yield cut(text, limit)


def escape(text: str) -> str:
    """For the places that Slack reads as markup: no ping, no link.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
