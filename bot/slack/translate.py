"""Slack's payloads -> `Incoming`. Pure: who sent it has been found out before.

Payloads: https://docs.slack.dev/reference/events/message and
https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.slack.attachments import Payload, attached, attachment, is_elsewhere, moment
from bot.slack.destination import Spot, is_direct
from bot.slack.markup import decode, links_in, unique
from handlers.messages import Forwarded, Incoming, Origin, Sender

_OWN_WORDS = (None, "file_share", "thread_broadcast", "me_message")
_DIRECT = ("im", "app_home")


def worth_reading(event: Payload, bot_user: str) -> bool:
    """Whether a person wrote to the bot alone, or changed the words: no echo, preview or notice."""
    kind = event.get("channel_type")
    if kind not in _DIRECT if kind else not is_direct(str(event.get("channel") or "")):
        return False
    if event.get("subtype") == "message_changed":
        now, before = event.get("message") or {}, event.get("previous_message") or {}
        return now.get("text") != before.get("text") and _by_person(now, bot_user)
    return _by_person(event, bot_user)


def worth_answering(event: Payload) -> bool:
    """Whether a person named the bot where others read along."""
    return (
        bool(event.get("user"))
        and not event.get("bot_id")
        and not is_direct(str(event.get("channel")))
    )


def message_of(event: Payload) -> dict[str, Any]:
    """The message that an event is about: for a change, the new version."""
    inner = event.get("message") if event.get("subtype") == "message_changed" else event
    return dict(inner or {})


def message_source(event: Payload, team: str) -> str:
    """The same key however often Slack sends the event; another for each later version."""
    original = _original(event, team)
    if event.get("subtype") != "message_changed":
        return original
    edited = (event.get("message") or {}).get("edited") or {}
    return f"{original}:{edited.get('ts') or event.get('event_ts') or event.get('ts')}"


def message(event: Payload, sender: Sender, team: str, bot_user: str) -> Incoming:
    """A direct message, or a later version of one."""
    said = message_of(event)
    text, links = decode(_without_mention(str(said.get("text") or ""), bot_user))
    with_it = attached(said)
    source = message_source(event, team)
    original = _original(event, team)
    return Incoming(
        source=source,
        sender=sender,
        place=f"slack:{event['channel']}",
        at=moment(event.get("event_ts") or said.get("ts")) or now(),
        text=text,
        links=unique((*links, *with_it.links)),
        forwarded=with_it.forwarded,
        attachments=with_it.attachments,
        edits=None if source == original else original,
    )


def mention(event: Payload, sender: Sender, team: str, bot_user: str) -> Incoming:
    """The bot's name in a channel: the words after it, and nothing of what else is there."""
    text, _ = decode(_without_mention(str(event.get("text") or ""), bot_user))
    return Incoming(
        source=f"slack:{team}:{event['channel']}:{event['ts']}",
        sender=sender,
        place=f"slack:{event['channel']}",
        at=moment(event.get("ts")) or now(),
        private=False,
        text=text,
    )


def slash(body: Payload, sender: Sender, team: str) -> Incoming:
    """`/case status` -> `case status`; `/headsup join X` -> `join X`."""
    text, links = decode(str(body.get("text") or ""))
    name = str(body["command"]).lstrip("/")
    command = text.strip() if name == "headsup" else f"{name} {text}".strip()
    return Incoming(
        source=f"slack:{team}:slash:{_once(body)}",
        sender=sender,
        place=sender.account,
        at=now(),
        text=text,
        links=links,
        command=command,
        forms=True,
    )


def tap(body: Payload, sender: Sender, team: str) -> Incoming | None:
    """A button or an option of a menu; None where it carries no command."""
    action = (body.get("actions") or [{}])[0]
    command = (action.get("selected_option") or action).get("value")
    if not command:
        return None
    spot = tap_spot(body)
    return Incoming(
        source=f"slack:{team}:tap:{_once(body)}",
        sender=sender,
        place=f"slack:{spot.channel}" if spot.channel else sender.account,
        at=moment(action.get("action_ts")) or now(),
        command=str(command),
        forms=True,
    )


def tap_spot(body: Payload) -> Spot:
    """Where the answer to a tap belongs: in the same place, but seen by nobody else."""
    container = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    message = body.get("message") or {}
    ts = str(container.get("message_ts") or message.get("ts") or "")
    hidden = bool(container.get("is_ephemeral") or message.get("is_ephemeral"))
    user, url = str(body["user"]["id"]), str(body.get("response_url") or "")
    if hidden:
        return Spot(user, response_url=url, tapped=ts)
    if is_direct(channel) or (body.get("channel") or {}).get("name") == "directmessage":
        return Spot(user, channel=channel, thread=str(message.get("thread_ts") or ""), tapped=ts)
    return Spot(user, response_url=url)


def passed_on(body: Payload, sender: Sender, author: str, team: str, team_url: str) -> Incoming:
    """The message shortcut: somebody passes on a message, wherever it stands."""
    said, channel = body["message"], body.get("channel") or {}
    ts = str(said.get("ts") or body.get("message_ts") or "")
    place_id = str(channel.get("id") or "")
    origin = Origin(
        kind="message",
        author=author,
        author_id=str(said.get("user") or said.get("bot_id") or ""),
        place=str(channel.get("name") or ""),
        place_id=place_id,
        message_id=ts,
        sent_at=moment(ts),
        link=_permalink(team_url, place_id, ts),
    )
    text, links = decode(str(said.get("text") or ""))
    with_it = attached(said, origin)
    edited = (said.get("edited") or {}).get("ts")
    parts = [
        "slack",
        team,
        place_id,
        ts,
        "passed-on",
        str(body["user"]["id"]),
        *([str(edited)] if edited else []),
    ]
    return Incoming(
        source=":".join(parts),
        sender=sender,
        place=sender.account,
        at=moment(body.get("action_ts")) or now(),
        forwarded=(Forwarded(text, origin, unique((*links, *with_it.links))), *with_it.forwarded),
        attachments=with_it.attachments,
        forms=True,
    )


def report_form(
    body: Payload, words: str, files: Sequence[Payload], sender: Sender, team: str
) -> Incoming:
    """The submitted form: what was written and added."""
    elsewhere = [
        str(f.get("external_url") or f.get("url_private")) for f in files if is_elsewhere(f)
    ]
    return Incoming(
        source=_view_source(body, team),
        sender=sender,
        place=sender.account,
        at=now(),
        text=words,
        links=unique((*links_in(words), *elsewhere)),
        attachments=tuple(attachment(file) for file in files if not is_elsewhere(file)),
        forms=True,
    )


def prompt_form(
    body: Payload, command: str, words: str, spot: Spot, sender: Sender, team: str
) -> Incoming:
    """The submitted answer to a prompt."""
    return Incoming(
        source=_view_source(body, team),
        sender=sender,
        place=f"slack:{spot.channel}" if is_direct(spot.channel) else sender.account,
        at=now(),
        links=links_in(words),
        text=words,
        command=f"{command} {words}",
        forms=True,
    )


def now() -> datetime:
    """For the payloads in which Slack names no time."""
    return datetime.now(UTC)


def _once(body: Payload) -> str:
    """What tells one command or tap from the next, and is the same when it is sent again."""
    return str(body.get("trigger_id") or body.get("response_url") or now().isoformat())


def _by_person(said: Payload, bot_user: str) -> bool:
    return (
        said.get("subtype") in _OWN_WORDS
        and bool(said.get("user"))
        and said.get("user") not in (bot_user, "USLACKBOT")
        and not said.get("bot_id")
    )


def _original(event: Payload, team: str) -> str:
    return f"slack:{team}:{event['channel']}:{message_of(event).get('ts')}"


def _without_mention(text: str, bot_user: str) -> str:
    """`<@UBOT> case status` -> `case status`."""
    head, mark, rest = text.partition(">")
    return (
        rest.lstrip(" :,") if mark and head.partition("|")[0].strip() == f"<@{bot_user}" else text
    )


def _permalink(team_url: str, channel: str, ts: str) -> str:
    """As chat.getPermalink gives it, without a request that the bot may not be allowed in that channel."""
    return (
        f"{team_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
        if team_url and channel and ts
        else ""
    )


def _view_source(body: Payload, team: str) -> str:
    view = body["view"]
    return f"slack:{team}:view:{view['id']}:{view.get('hash') or ''}"
