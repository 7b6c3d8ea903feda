"""Messages as Slack's documentation describes them, made up, each with every string that people see in it.

https://docs.slack.dev/reference/block-kit/blocks
https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.doubles.slack_world import encode

Json = dict[str, Any]
#: Plain words, signs that Slack has to escape, other alphabets, and an emoji.
LETTERS = string.ascii_letters + string.digits + "&<>'’é漢🔪"


@dataclass(frozen=True)
class Made:
    """Something of a message, and the strings that people see in it, in order."""

    json: Any
    seen: tuple[str, ...] = ()


words = st.lists(st.text(LETTERS, min_size=2, max_size=8), min_size=1, max_size=4).map(" ".join)
links = st.integers(1, 9999).map(lambda n: f"https://example.org/{n}")


def _all_seen(parts: list[Made]) -> tuple[str, ...]:
    return tuple(text for part in parts for text in part.seen)


# --- text objects and rich text ---------------------------------------------------------------------------


@st.composite
def text_objects(draw: st.DrawFn) -> Made:
    text = draw(words)
    kind = draw(st.sampled_from(["plain_text", "mrkdwn"]))
    return Made({"type": kind, "text": encode(text)}, (text,))


@st.composite
def inline(draw: st.DrawFn) -> Made:
    text, link = draw(words), draw(links)
    name = draw(st.sampled_from(["wave", "hocho"]))
    return draw(
        st.sampled_from(
            [
                Made({"type": "text", "text": text}, (text,)),
                Made({"type": "text", "text": text, "style": {"bold": True}}, (text,)),
                Made({"type": "link", "url": link}, (link,)),
                Made({"type": "link", "url": link, "text": text}, (link, text)),
                Made({"type": "emoji", "name": name}, (f":{name}:",)),
                Made({"type": "user", "user_id": "U1"}, ("Asha Patel",)),
                Made({"type": "channel", "channel_id": "C1"}, ("#year-4",)),
                Made({"type": "usergroup", "usergroup_id": "S1"}, ("@S1",)),
                Made({"type": "broadcast", "range": "here"}, ("@here",)),
                Made({"type": "color", "value": "#FF0000"}, ("#FF0000",)),
                Made(
                    {"type": "date", "timestamp": 1, "format": "{date}", "fallback": text}, (text,)
                ),
                Made({"type": "something_new", "label": text}, (text,)),
            ]
        )
    )


@st.composite
def rich_texts(draw: st.DrawFn) -> Made:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(
            st.sampled_from(["rich_text_section", "rich_text_quote", "rich_text_preformatted"])
        )
        found = draw(st.lists(inline(), min_size=1, max_size=3))
        spaced = [piece for one in found for piece in (one.json, {"type": "text", "text": " "})]
        part = Made({"type": kind, "elements": spaced}, _all_seen(found))
        if draw(st.booleans()):
            section = {"type": "rich_text_section", "elements": spaced}
            listed = {"type": "rich_text_list", "style": "ordered", "elements": [section]}
            part = Made(listed, part.seen)
        parts.append(part)
    return Made({"type": "rich_text", "elements": [p.json for p in parts]}, _all_seen(parts))


# --- blocks -----------------------------------------------------------------------------------------------


@st.composite
def sections(draw: st.DrawFn) -> Made:
    text = draw(text_objects())
    fields = draw(st.lists(text_objects(), max_size=3))
    label = draw(words)
    button = {
        "type": "button",
        "action_id": "a",
        "value": "hidden",
        "text": {"type": "plain_text", "text": encode(label)},
    }
    json = {
        "type": "section",
        "text": text.json,
        "fields": [f.json for f in fields],
        "accessory": button,
    }
    return Made(json, (*text.seen, *_all_seen(fields), label))


@st.composite
def cells(draw: st.DrawFn) -> Made:
    text, number = draw(words), draw(st.integers(0, 999))
    rich = draw(rich_texts())
    raw = Made({"type": "raw_text", "text": text}, (text,))
    return draw(
        st.sampled_from([raw, rich, Made({"type": "raw_number", "value": number}, (str(number),))])
    )


@st.composite
def tables(draw: st.DrawFn) -> Made:
    rows = draw(st.lists(st.lists(cells(), min_size=1, max_size=3), min_size=1, max_size=3))
    json = {
        "type": draw(st.sampled_from(["table", "data_table"])),
        "rows": [[cell.json for cell in row] for row in rows],
        "column_settings": [{"align": "right"}],
    }
    return Made(json, _all_seen([cell for row in rows for cell in row]))


@st.composite
def simple_blocks(draw: st.DrawFn) -> Made:
    text, other, link = draw(words), draw(words), draw(links)
    plain = {"type": "plain_text", "text": encode(text)}
    return draw(
        st.sampled_from(
            [
                Made({"type": "header", "text": plain}, (text,)),
                Made({"type": "divider"}),
                Made({"type": "markdown", "text": encode(text)}, (text,)),
                Made(
                    {"type": "image", "image_url": link, "title": plain, "alt_text": other},
                    (link, text, other),
                ),
                Made(
                    {"type": "video", "title": plain, "video_url": link, "author_name": other},
                    (text, link, other),
                ),
                Made({"type": "alert", "level": "error", "text": plain}, (text,)),
                Made(
                    {
                        "type": "card",
                        "title": plain,
                        "body": {"type": "mrkdwn", "text": encode(other)},
                    },
                    (text, other),
                ),
                Made(
                    {"type": "container", "child_blocks": [{"type": "header", "text": plain}]},
                    (text,),
                ),
                Made(
                    {
                        "type": "task_card",
                        "task_id": "t",
                        "title": text,
                        "sources": [{"type": "url", "url": link, "text": other}],
                    },
                    (text, link, other),
                ),
                Made(
                    {
                        "type": "of_next_year",
                        "block_id": "b",
                        "caption": text,
                        "parts": [{"label": other}],
                    },
                    (text, other),
                ),
            ]
        )
    )


@st.composite
def contexts(draw: st.DrawFn) -> Made:
    found = draw(st.lists(text_objects(), min_size=1, max_size=3))
    return Made({"type": "context", "elements": [f.json for f in found]}, _all_seen(found))


blocks = st.one_of(rich_texts(), sections(), tables(), contexts(), simple_blocks())


# --- messages ---------------------------------------------------------------------------------------------


@st.composite
def posts_of_apps(draw: st.DrawFn) -> Made:
    """An entry of `attachments[]` with all that an app may put there."""
    json: Json = {"fallback": "[no preview available]", "color": "#ff0000", "id": 1}
    seen: list[str] = []
    for name in ("pretext", "title", "text", "footer", "author_name"):
        if draw(st.booleans()):
            text = draw(words)
            json[name] = encode(text)
            seen.append(text)
    if draw(st.booleans()):
        title, value, link = draw(words), draw(words), draw(links)
        json |= {"fields": [{"title": encode(title), "value": encode(value)}], "title_link": link}
        seen += [title, value, link]
    found = draw(st.lists(blocks, max_size=2))
    json["blocks"] = [block.json for block in found]
    return Made(json, (*seen, *_all_seen(found)))


@st.composite
def shares(draw: st.DrawFn, depth: int = 2) -> Made:
    """A message that was forwarded, in either of the two ways in which Slack says its words."""
    text, title = draw(words), draw(words)
    inner = draw(messages(depth - 1)) if depth else Made({"text": encode(text)}, (text,))
    json = {
        "is_share": True,
        "channel_id": "C1",
        "channel_name": "year-4",
        "ts": "1732000000.000100",
        "title": encode(title),
        "fallback": "[no preview available]",
    }
    if draw(st.booleans()):
        return Made({**json, **inner.json}, (title, *inner.seen))
    whole = [{"team": "T1", "channel": "C1", "ts": "1.1", "message": inner.json}]
    return Made({**json, "message_blocks": whole}, (title, *inner.seen))


@st.composite
def messages(draw: st.DrawFn, depth: int = 2) -> Made:
    """A message with words, blocks, posts of apps and forwarded messages; any of them may be missing."""
    text = draw(st.one_of(st.just(""), words))
    seen = [text] if text else []
    found = draw(st.lists(blocks, max_size=3))
    entries = draw(
        st.lists(
            st.one_of(posts_of_apps(), shares(depth)) if depth else posts_of_apps(), max_size=2
        )
    )
    json = {
        "text": encode(text),
        "blocks": [block.json for block in found],
        "attachments": [entry.json for entry in entries],
    }
    return Made(json, (*seen, *_all_seen(found), *_all_seen(entries)))
