"""Telegram's messages as a phone shows them: text with entities, and the keyboard below it."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.doubles.telegram_text import part, units
from tests.talks.stage import TelegramStage

FORWARDED = "Forwarded from"
STYLE = """
.panel { background: #e3eaf0; }
.message { width: 300px; }
.message + .message { margin-top: 9px; }
.message.mine { margin-left: auto; width: fit-content; max-width: 290px; }
.bubble { display: flow-root; padding: 6px 10px 5px; border-radius: 11px; background: #fff; white-space: pre-wrap; }
.mine .bubble { background: #e4f7d4; }
.from { color: #33834a; font-size: 12px; }
.time { float: right; margin: 4px 0 0 10px; color: #7a858d; font-size: 10px; }
a { color: #1a6fb5; }
code { color: #1a6fb5; }
blockquote { margin: 2px 0; padding: 3px 8px; border-left: 3px solid #3a8fc7; border-radius: 4px;
  background: #eaf4fb; }
.row { display: flex; gap: 4px; margin-top: 4px; }
.button { flex: 1; padding: 6px 4px; border-radius: 8px; background: #c3cfd9; color: #16324a;
  text-align: center; font-size: 12px; font-weight: bold; }
.button.primary { background: #2b7fc1; color: #fff; }
.button.danger { background: #c8414b; color: #fff; }
"""
#: How each kind of entity begins and ends.
TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "url": ("<a>", "</a>"),
    "text_link": ("<a>", "</a>"),
    "bot_command": ("<a>", "</a>"),
}


def messages(stage: TelegramStage, name: str) -> list[str]:
    """All that somebody has in their chat with the bot now, oldest first."""
    chat_id = stage.users[name].id
    api = stage.telegram.api
    found = sorted((number, m) for (chat, number), m in api.messages.items() if chat == chat_id)
    return [_message(stage, message) for _, message in found]


def _message(stage: TelegramStage, message: dict[str, Any]) -> str:
    mine = "" if message["from"]["is_bot"] else " mine"
    inner = draw_text(message["text"], message.get("entities", []))
    if "forward_origin" in message:
        origin = escape(message["forward_origin"]["sender_user_name"])
        inner = f'<div class="from">{FORWARDED} <b>{origin}</b></div>{inner}'
    time = f'<span class="time">{stage.clock.now():%H:%M}</span>'
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    rows = "".join(map(_row, keyboard))
    return f'<div class="message{mine}"><div class="bubble">{inner}{time}</div>{rows}</div>'


def _row(buttons: list[dict[str, Any]]) -> str:
    drawn = []
    for button in buttons:
        style = button.get("style", "")
        drawn.append(f'<span class="button {style}">{escape(button["text"])}</span>')
    return f'<div class="row">{"".join(drawn)}</div>'


def draw_text(text: str, entities: list[dict[str, Any]]) -> str:
    """The text with its entities. What is not drawn is not left out in silence: KeyError."""
    return _within(text, entities, 0, units(text))


def _within(text: str, entities: list[dict[str, Any]], begin: int, end: int) -> str:
    """The text between two places, in UTF-16 units; of each entity, those that are inside it."""
    pieces: list[str] = []
    here = begin
    for entity in entities:
        start, stop = entity["offset"], entity["offset"] + entity["length"]
        # It stands inside one before it, which has drawn it.
        if start < here:
            continue
        inside = [e for e in entities if e is not entity and start <= e["offset"] < stop]
        opening, closing = TAGS[entity["type"]]
        pieces += [escape(part(text, here, start - here)), opening]
        pieces += [_within(text, inside, start, stop), closing]
        here = stop
        # A quotation is a block of its own: the line break after it is not seen.
        if entity["type"] == "blockquote" and part(text, here, 1) == "\n":
            here += 1
    pieces.append(escape(part(text, here, end - here)))
    return "".join(pieces)
