"""Anybody's text, made fit for Slack: cleaned, cut and divided."""

from __future__ import annotations

import re
from collections.abc import Iterator

MORE = "…"
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: What weighs more than one: what becomes an entity, and what UTF-16 has two units for.
_HEAVY = re.compile(r"[&<>\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Without what cannot be sent or seen: control characters and halves of characters."""
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", text)


def weigh(text: str) -> int:
    """The length as Slack may count it, at most.

    That is in UTF-16 units, with `&`, `<` and `>` as entities.
    """
    # Most text is as heavy as it is long.
    if not _HEAVY.search(text):
        return len(text)
    units = len(text.encode("utf-16-le")) // 2
    ampersands = text.count("&")
    angles = text.count("<") + text.count(">")
    return units + 4 * ampersands + 3 * angles


def count_fitting(text: str, limit: int) -> int:
    """How many of the first characters weigh at most `limit`."""
    weight = 0
    for place, character in enumerate(text):
        weight += weigh(character)
        if weight > limit:
            return place
    return len(text)


def cut(text: str, limit: int) -> str:
    """At most `limit` long, with an ellipsis where something is missing."""
    if weigh(text) <= limit:
        return text
    return text[: count_fitting(text, limit - 1)].rstrip() + MORE


def divide(text: str, limit: int, most: int) -> Iterator[str]:
    """At most `most` pieces, none longer than `limit`; the last one is cut where there is more.

    Divided between lines or words where that leaves no piece much shorter than it could be.
    """
    for _ in range(most - 1):
        if weigh(text) <= limit:
            break

        end = count_fitting(text, limit)
        after_a_line = text.rfind("\n", end // 2, end)
        after_a_word = text.rfind(" ", end * 4 // 5, end)
        soft_end = max(after_a_line, after_a_word)
        if soft_end > 0:
            end = soft_end

        piece = text[:end].strip()
        if piece:
            yield piece
        text = text[end:].strip("\n ")

    rest = text.strip()
    if rest:
        yield cut(rest, limit)


def escape(text: str) -> str:
    """For the places that Slack reads as markup: no ping, no link.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
