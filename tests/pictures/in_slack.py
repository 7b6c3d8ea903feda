"""Slack's blocks as a browser shows them: https://docs.slack.dev/reference/block-kit/blocks."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.doubles.slack_world import BOT_USER, Shown, decode_entities
from tests.talks.stage import SlackStage

Block = dict[str, Any]

ONLY_YOU = "Only visible to you"
STYLE = """
.message { position: relative; padding-left: 44px; }
.message + .message { margin-top: 14px; }
.avatar { position: absolute; left: 0; top: 2px; width: 34px; height: 34px; border-radius: 5px;
  background: #5b7fa8; color: #fff; font: bold 13px/34px "DejaVu Sans", sans-serif; text-align: center; }
.avatar.person { background: #8a6f4e; }
.by b { margin-right: 5px; }
.app { padding: 0 3px; border-radius: 2px; background: #e8e8e8; color: #616061; font-size: 9px; }
.time, .context, .only { color: #616061; font-size: 11px; }
h2 { margin: 3px 0; font-size: 15px; }
p { white-space: pre-line; }
.rich { white-space: pre-wrap; }
p, .rich, .context, blockquote, pre { margin: 3px 0; }
blockquote, .shared { padding-left: 9px; border-left: 4px solid #ddd; }
pre { padding: 6px; border: 1px solid #ddd; border-radius: 4px; background: #f8f8f8; }
a { color: #1264a3; }
.button { display: inline-block; margin: 5px 6px 1px 0; padding: 3px 9px; border: 1px solid #bbb;
  border-radius: 4px; font-weight: bold; font-size: 12px; }
.button.primary { border-color: #00765c; background: #00765c; color: #fff; }
.button.danger { border-color: #c01343; background: #c01343; color: #fff; }
.menu { font-weight: normal; }
hr { border: 0; border-top: 1px solid #ddd; margin: 6px 0; }
"""


def messages(stage: SlackStage, name: str) -> list[str]:
    """All that somebody has in their chat with the bot now, oldest first."""
    user = "U" + name.upper()
    channel = "D" + name.upper()
    found: dict[str, str] = {}
    for (place, ts), said in stage.slack.world.sent.items():
        if place == channel:
            found[ts] = _said(stage, said)
    for shown in stage.slack.shown(user):
        if shown.channel == channel:
            found[shown.ts] = _shown(stage, shown)
    return [found[ts] for ts in sorted(found, key=float)]


def _message(stage: SlackStage, user: str, inner: str) -> str:
    name = stage.slack.world.users[user]["real_name"]
    first, last = name.split()
    is_bot = user == BOT_USER
    app = ' <span class="app">APP</span>' if is_bot else ""
    time = f"{stage.clock.now():%H:%M}"
    return (
        f'<div class="message"><div class="avatar{"" if is_bot else " person"}">{first[0]}{last[0]}</div>'
        f'<div class="by"><b>{escape(name)}</b>{app} <span class="time">{time}</span></div>{inner}</div>'
    )


def _said(stage: SlackStage, said: dict[str, Any]) -> str:
    """What a person has sent: words, and what they have forwarded."""
    inner = [f"<p>{_typed(said['text'])}</p>"] if said["text"] else []
    for shared in said.get("attachments", []):
        by, footer = escape(shared["author_name"]), escape(shared["footer"])
        inner.append(
            f'<div class="shared"><b>{by}</b><p>{_typed(shared["text"])}</p>'
            f'<div class="context">{footer}</div></div>'
        )
    return _message(stage, said["user"], "".join(inner))


def _typed(text: str) -> str:
    """What somebody typed, in which Slack puts links between angle brackets."""
    pieces = []
    for piece in text.replace(">", "<").split("<"):
        words = escape(decode_entities(piece))
        pieces.append(f"<a>{words}</a>" if piece.startswith("http") else words)
    return "".join(pieces)


def _shown(stage: SlackStage, shown: Shown) -> str:
    only = f'<div class="only">{ONLY_YOU}</div>' if shown.ephemeral else ""
    return _message(stage, BOT_USER, only + "".join(map(draw_block, shown.blocks)))


def draw_block(block: Block) -> str:
    """One block of a message. What is not drawn is not left out in silence."""
    match block["type"]:
        case "header":
            return f"<h2>{_plain(block['text'])}</h2>"
        case "section" if set(block) <= {"type", "text", "block_id"}:
            return f"<p>{_plain(block['text'])}</p>"
        case "context":
            return f'<div class="context">{" ".join(map(_plain, block["elements"]))}</div>'
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "actions":
            return f"<div>{''.join(map(_element, block['elements']))}</div>"
        case "divider":
            return "<hr>"
    raise ValueError(f"cannot draw {block}")


def _plain(text: dict[str, Any]) -> str:
    if text["type"] != "plain_text":
        raise ValueError(f"cannot draw {text}")
    return escape(text["text"])


def _rich(part: dict[str, Any]) -> str:
    inner = "".join(map(_piece, part["elements"]))
    tags = {
        "rich_text_section": ('<div class="rich">', "</div>"),
        "rich_text_quote": ('<blockquote class="rich">', "</blockquote>"),
        "rich_text_preformatted": ("<pre>", "</pre>"),
    }
    begin, end = tags[part["type"]]
    return begin + inner + end


def _piece(piece: dict[str, Any]) -> str:
    words = escape(piece["text"])
    if piece["type"] == "link":
        return f"<a>{words}</a>"
    return f"<b>{words}</b>" if piece.get("style", {}).get("bold") else words


def _element(element: dict[str, Any]) -> str:
    match element["type"]:
        case "button":
            style = element.get("style", "")
            return f'<span class="button {style}">{_plain(element["text"])}</span>'
        case "static_select":
            return f'<span class="button menu">{_plain(element["placeholder"])} ▾</span>'
    raise ValueError(f"cannot draw {element}")
