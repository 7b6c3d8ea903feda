"""Slack's payloads -> `Incoming`. Pure: who sent it has been found out before.

Payloads: https://docs.slack.dev/reference/events/message and
https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.slack.destination import Destination, account_of, address_of, is_direct
from bot.slack.markup import NOBODY, Names, decode, links_in, unique
from bot.slack.reading.content import read_content
from bot.slack.reading.mentions import people_mentioned_in
from bot.slack.reading.payload import Payload, first_text, has_texts, moment, object_in
from handlers.messages import Forwarded, Incoming, Origin, Sender
from store.model.address import Address, Platform, SourceKey

#: The subtypes of messages that hold a person's own words; all others are notices of Slack's.
_OWN_WORDS = (None, "file_share", "thread_broadcast", "me_message")
_CHANGED = "message_changed"
_DIRECT = ("im", "app_home")
#: Slack's own helper, which writes to apps as a person would.
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Translated:
    """What came in, and what people see in it that the bot cannot keep, in words."""

    incoming: Incoming
    missing: tuple[str, ...] = ()
    #: There is nothing in it to keep.
    is_empty: bool = False


# --- events ---------------------------------------------------------------------------------------


def is_worth_reading(event: Payload, bot_user: str) -> bool:
    """Tells what a person wrote to the bot alone, or changed the words of, from all else.

    All else is echoes of the bot's own messages, previews that Slack adds later, and notices.
    """
    said = object_in(event, "message") if event.get("subtype") == _CHANGED else event
    is_usual = has_texts(event, "channel") and has_texts(said, "user", "ts")
    if not is_usual or not _is_in_direct_message(event):
        return False
    if event.get("subtype") != _CHANGED:
        return _is_by_person(event, bot_user)

    now = object_in(event, "message")
    before = object_in(event, "previous_message")
    # Slack adds previews later, which nobody wrote.
    is_reworded = any(now.get(part) != before.get(part) for part in ("text", "edited"))
    return is_reworded and _is_by_person(now, bot_user)


def is_worth_answering(event: Payload) -> bool:
    """Tells where a person named the bot while others read along."""
    if not has_texts(event, "user", "channel", "ts") or event.get("bot_id"):
        return False
    # What is said in a direct message comes as a message.
    return not is_direct(first_text(event, "channel"))


def message_of(event: Payload) -> dict[str, Any]:
    """The message that an event is about: for a change, the new version."""
    if event.get("subtype") == _CHANGED:
        return dict(object_in(event, "message"))
    return dict(event)


def message_source(event: Payload, team: str) -> str:
    """The source key: the same however often Slack sends the event, another for a later version."""
    original = _original_source(event, team)
    if event.get("subtype") != _CHANGED:
        return original

    edited = object_in(object_in(event, "message"), "edited")
    version = edited.get("ts") or event.get("event_ts") or event.get("ts")
    return str(SourceKey(original, str(version)))


def translate_message(
    event: Payload, sender: Sender, team: str, bot_user: str, names: Names = NOBODY
) -> Translated:
    """A direct message, or a later version of one. `names` are of those who are mentioned in it."""
    said = message_of(event)
    content = read_content(said, names)
    source = message_source(event, team)
    original = _original_source(event, team)
    incoming = Incoming(
        source=source,
        sender=sender,
        place=address_of(event["channel"]),
        at=moment(event.get("event_ts") or said.get("ts")) or _now(),
        text=_without_mention(first_text(said, "text"), content.text, bot_user, names),
        links=content.links,
        forwarded=content.forwarded,
        attachments=content.attachments,
        edits=None if source == original else original,
        mentioned=_accounts_mentioned(said, team, bot_user),
    )
    return Translated(incoming, content.missing, is_empty=content.is_empty)


def translate_mention(event: Payload, sender: Sender, team: str, bot_user: str) -> Incoming:
    """The bot's name in a channel: the words after it, and nothing of what else is there."""
    encoded = first_text(event, "text")
    text = _without_mention(encoded, decode(encoded).text, bot_user)
    return Incoming(
        source=_source(team, event["channel"], event["ts"]),
        sender=sender,
        place=address_of(event["channel"]),
        at=moment(event.get("ts")) or _now(),
        private=False,
        text=text,
    )


def translate_opening(event: Payload, sender: Sender, team: str) -> Incoming:
    """Somebody opens the bot's own page."""
    return Incoming(
        source=_source(team, "home", event["user"], event["event_ts"]),
        sender=sender,
        place=sender.account,
        at=moment(event.get("event_ts")) or _now(),
        opens=True,
    )


# --- commands, buttons, shortcuts and forms -------------------------------------------------------


def translate_slash(body: Payload, sender: Sender, team: str) -> Incoming:
    """`/case status` -> `case status`; `/headsup join X` -> `join X`."""
    encoded = first_text(body, "text")
    text, links = decode(encoded)
    name = str(body["command"]).lstrip("/")
    words = text if name == "headsup" else f"{name} {text}"
    return Incoming(
        source=_source(team, "slash", _occasion(body)),
        sender=sender,
        place=sender.account,
        at=_now(),
        text=text,
        links=links,
        command=words.strip(),
        forms=True,
        mentioned=_accounts_mentioned({"text": encoded}, team),
    )


def translate_tap(body: Payload, sender: Sender, team: str) -> Incoming | None:
    """A button or an option of a menu; None where it carries no command."""
    command = command_tapped(body)
    if not command:
        return None

    channel = find_tap_destination(body).channel
    return Incoming(
        source=_source(team, "tap", _occasion(body)),
        sender=sender,
        place=address_of(channel) if channel else sender.account,
        at=moment(_action_in(body).get("action_ts")) or _now(),
        command=command,
        forms=True,
    )


def command_tapped(body: Payload) -> str:
    """The command that a tap carries; nothing where it carries none."""
    action = _action_in(body)
    # A menu has the command in the option that was chosen, a button in itself.
    chosen = object_in(action, "selected_option") or action
    return first_text(chosen, "value")


def _action_in(body: Payload) -> Payload:
    actions = body.get("actions") or [{}]
    first: Payload = actions[0]
    return first


def find_tap_destination(body: Payload) -> Destination:
    """Where the answer to a tap belongs: in the same place, but seen by nobody else."""
    container = object_in(body, "container")
    place = object_in(body, "channel")
    message = object_in(body, "message")
    user = str(body["user"]["id"])
    response_url = first_text(body, "response_url")
    tapped = first_text(container, "message_ts") or first_text(message, "ts")

    if container.get("is_ephemeral") or message.get("is_ephemeral"):
        return Destination(user, response_url=response_url, tapped=tapped)

    channel = first_text(place, "id") or first_text(container, "channel_id")
    if is_direct(channel) or place.get("name") == "directmessage":
        thread = first_text(message, "thread_ts")
        return Destination(user, channel=channel, thread=thread, tapped=tapped)
    return Destination(user, response_url=response_url)


def translate_shortcut(
    body: Payload, sender: Sender, origin: Origin, team: str, names: Names = NOBODY
) -> Translated:
    """The shortcut on a message: somebody passes that message on, wherever it stands.

    `origin` is what `shortcut_origin` gives; `names` are of those who are mentioned in it.
    """
    content = read_content(body["message"], names, origin)
    forwarded = Forwarded(content.text, origin, content.links)
    incoming = Incoming(
        source=_shortcut_source(body, origin, team),
        sender=sender,
        place=sender.account,
        at=moment(body.get("action_ts")) or _now(),
        forwarded=(forwarded, *content.forwarded),
        attachments=content.attachments,
        forms=True,
        mentioned=_accounts_mentioned(body["message"], team),
    )
    return Translated(incoming, content.missing, is_empty=content.is_empty)


def shortcut_origin(body: Payload, author: str, team_url: str) -> Origin:
    """Where a message stands that is passed on by the shortcut on it.

    `author` is the name of who wrote it, `team_url` the address of the workspace.
    """
    said = body["message"]
    channel = object_in(body, "channel")
    place_id = first_text(channel, "id")
    ts = first_text(said, "ts") or first_text(body, "message_ts")
    return Origin(
        kind="message",
        author=author,
        author_id=first_text(said, "user", "bot_id"),
        place=first_text(channel, "name"),
        place_id=place_id,
        message_id=ts,
        sent_at=moment(ts),
        link=_permalink(team_url, place_id, ts),
    )


def translate_report_form(
    body: Payload, words: str, files: Sequence[Payload], sender: Sender, team: str
) -> Translated:
    """The submitted form for passing something on: what was written and added."""
    content = read_content({"files": list(files)})
    lines = [line for line in (words, content.text) if line]
    incoming = Incoming(
        source=_view_source(body, team),
        sender=sender,
        place=sender.account,
        at=_now(),
        text="\n".join(lines),
        links=unique((*links_in(words), *content.links)),
        attachments=content.attachments,
        forms=True,
    )
    return Translated(incoming, content.missing, is_empty=not words and content.is_empty)


def translate_prompt_form(
    body: Payload, command: str, words: str, destination: Destination, sender: Sender, team: str
) -> Incoming:
    """The submitted answer to a prompt, whose command it completes."""
    channel = destination.channel
    return Incoming(
        source=_view_source(body, team),
        sender=sender,
        place=address_of(channel) if is_direct(channel) else sender.account,
        at=_now(),
        links=links_in(words),
        text=words,
        command=f"{command} {words}",
        forms=True,
    )


# --- what they have in common ---------------------------------------------------------------------


def _now() -> datetime:
    """For the payloads in which Slack names no time."""
    return datetime.now(UTC)


def _occasion(body: Payload) -> str:
    """What tells one command or tap from the next, and is the same when it is sent again."""
    return first_text(body, "trigger_id", "response_url") or _now().isoformat()


def _is_in_direct_message(event: Payload) -> bool:
    kind = event.get("channel_type")
    if kind:
        return kind in _DIRECT
    return is_direct(first_text(event, "channel"))


def _is_by_person(said: Payload, bot_user: str) -> bool:
    user = said.get("user")
    if not user or user in (bot_user, _SLACKBOT):
        return False
    return said.get("subtype") in _OWN_WORDS and not said.get("bot_id")


def _source(team: str, *parts: object) -> str:
    """A source key from the workspace and what tells one message from the next there, in order."""
    *chat, message = parts
    place = ":".join([team, *map(str, chat)])
    return str(SourceKey(str(Address(Platform.SLACK, place)), str(message)))


def _original_source(event: Payload, team: str) -> str:
    """The source key of a message in its first version."""
    return _source(team, event["channel"], message_of(event).get("ts"))


def _view_source(body: Payload, team: str) -> str:
    view = body["view"]
    return _source(team, "view", view["id"], first_text(view, "hash"))


def _shortcut_source(body: Payload, origin: Origin, team: str) -> str:
    """One for each person who passes on a message, and each version of it."""
    parts = [origin.place_id, origin.message_id, "passed-on", str(body["user"]["id"])]
    edited = object_in(body["message"], "edited").get("ts")
    if edited:
        parts.append(str(edited))
    return _source(team, *parts)


def _accounts_mentioned(said: Payload, team: str, bot_user: str = "") -> tuple[str, ...]:
    ids = (id for id in people_mentioned_in(said) if id != bot_user)
    return tuple(account_of(team, id) for id in ids)


def _without_mention(encoded: str, shown: str, bot_user: str, names: Names = NOBODY) -> str:
    """`<@UBOT> case status` -> `case status`; `shown` is the same with names in place of marks."""
    head, bracket, _ = encoded.partition(">")
    mark = head.strip() + bracket
    is_named_first = bracket and mark.rstrip(">").partition("|")[0] == f"<@{bot_user}"
    name = decode(mark, names).text
    if is_named_first and shown.lstrip().startswith(name):
        return shown.lstrip().removeprefix(name).lstrip(" :,")
    return shown


def _permalink(team_url: str, channel: str, ts: str) -> str:
    """The address that chat.getPermalink gives for a message; nothing where a part is missing.

    Without a request, which the bot may not be allowed in that channel.
    """
    if not (team_url and channel and ts):
        return ""
    return f"{team_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
