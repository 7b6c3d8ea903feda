"""A message as Telegram sends it, in JSON: what in it was sent by somebody, and what of that can be
read or fetched.

Telegram adds kinds of messages several times a year, and the library learns of them later. So
nothing here asks whether a kind is known: only what surrounds a message, and what tells of a change
in the chat, is named. Everything else is something that somebody sent.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.telegram.text import well_formed

Raw = Mapping[str, Any]

#: Keys that say who, where, when and how.
ENVELOPE = frozenset(
    {
        "author_signature",
        "business_connection_id",
        "caption_entities",
        "chat",
        "date",
        "direct_messages_topic",
        "edit_date",
        "effect_id",
        "entities",
        "ephemeral_message_id",
        "forward_date",
        "forward_from",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_origin",
        "forward_sender_name",
        "forward_signature",
        "from",
        "guest_bot_caller_chat",
        "guest_bot_caller_user",
        "guest_query_id",
        "has_media_spoiler",
        "has_protected_content",
        "is_automatic_forward",
        "is_from_offline",
        "is_paid_post",
        "is_topic_message",
        "media_group_id",
        "message_id",
        "message_thread_id",
        "paid_star_count",
        "receiver_user",
        "reply_to_checklist_task_id",
        "reply_to_message",
        "reply_to_poll_option_id",
        "sender_boost_count",
        "sender_business_bot",
        "sender_chat",
        "sender_tag",
        "show_caption_above_media",
        "suggested_post_info",
        "via_bot",
    }
)

#: Keys of what somebody hands to a bot, but never to this one: it asks for nothing of the kind.
HANDED_OVER = frozenset(
    {"chat_shared", "passport_data", "user_shared", "users_shared", "web_app_data"}
)

#: Keys of messages that tell of a change in the chat: nobody has written them.
SERVICE = HANDED_OVER | frozenset(
    {
        "boost_added",
        "channel_chat_created",
        "chat_background_set",
        "chat_owner_changed",
        "chat_owner_left",
        "checklist_tasks_added",
        "checklist_tasks_done",
        "community_chat_added",
        "community_chat_removed",
        "connected_website",
        "delete_chat_photo",
        "direct_message_price_changed",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "gift_upgrade_sent",
        "giveaway_completed",
        "giveaway_created",
        "group_chat_created",
        "left_chat_member",
        "left_chat_participant",
        "managed_bot_created",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "migrate_to_chat_id",
        "new_chat_member",
        "new_chat_members",
        "new_chat_participant",
        "new_chat_photo",
        "new_chat_title",
        "paid_message_price_changed",
        "pinned_message",
        "poll_option_added",
        "poll_option_deleted",
        "proximity_alert_triggered",
        "refunded_payment",
        "successful_payment",
        "suggested_post_approval_failed",
        "suggested_post_approved",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "supergroup_chat_created",
        "video_chat_ended",
        "video_chat_participants_invited",
        "video_chat_scheduled",
        "video_chat_started",
        "voice_chat_ended",
        "voice_chat_participants_invited",
        "voice_chat_scheduled",
        "voice_chat_started",
        "write_access_allowed",
    }
)

#: Keys within a message whose strings nobody is shown: ids, and words for programs.
_FOR_PROGRAMS = frozenset(
    {
        "align",
        "callback_data",
        "country_codes",
        "currency",
        "emoji",
        "file_path",
        "id",
        "invoice_payload",
        "label_type",
        "language",
        "language_code",
        "mime_type",
        "set_name",
        "start_parameter",
        "style",
        "type",
        "valign",
    }
)
_ENDS_FOR_PROGRAMS = ("_id", "_ids", "_type")

#: Keys of further copies of a picture or film that is there anyway.
_COPIES = frozenset({"cover", "premium_animation", "qualities", "thumb", "thumbnail"})

#: Keys that a size of a picture does not have.
_OF_NO_PICTURE = frozenset({"duration", "file_name", "mime_type", "type"})

#: Levels of JSON within JSON; what Telegram sends has some ten.
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class RawFile:
    """Something that can be fetched, as Telegram describes it."""

    #: The key under which it stands: `video`, `photo`.
    kind: str
    fields: Raw


def content_of(message: Raw) -> dict[str, Any]:
    """What somebody sent: all but what surrounds it, and what tells of a change in the chat."""
    return {
        key: value
        for key, value in message.items()
        if key not in ENVELOPE and key not in SERVICE and value not in (None, "", [], {})
    }


def is_service(message: Raw) -> bool:
    """Tells a message that nobody wrote, but that tells of a change in the chat."""
    return not SERVICE.isdisjoint(message)


def visible_strings(value: object, key: str = "", depth: int = 0) -> Iterator[str]:
    """Every text that somebody is shown, in the order in which it stands there.

    The pieces of one formatted text are one string.
    """
    if depth > _DEEPEST or _is_for_programs(key):
        return
    if isinstance(value, str):
        if value.strip():
            yield well_formed(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from visible_strings(inner, str(name), depth + 1)
    elif isinstance(value, list):
        yield from _strings_of_list(value, key, depth)


def files_in(value: object, key: str = "", depth: int = 0) -> Iterator[RawFile]:
    """Everything that can be fetched, largest sizes alone, in the order in which it stands there.

    An animation stands there twice, for old programs.
    """
    if depth > _DEEPEST or key in _COPIES:
        return
    if isinstance(value, dict):
        if _is_file(value):
            yield RawFile(key, value)
        for name, inner in value.items():
            yield from files_in(inner, str(name), depth + 1)
    elif isinstance(value, list):
        yield from _files_in_list(value, key, depth)


def _files_in_list(items: list[object], key: str, depth: int) -> Iterator[RawFile]:
    """The largest, where all are sizes of one picture; else those of each."""
    sizes = [item for item in items if isinstance(item, dict) and _is_size(item)]
    if sizes and len(sizes) == len(items):
        yield RawFile(key, max(sizes, key=_extent))
        return
    for inner in items:
        yield from files_in(inner, key, depth + 1)


def number_in(fields: Raw, key: str) -> int | None:
    """A whole number as it stands there; None where there is none."""
    found = fields.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    return None


def text_in(fields: Raw, key: str) -> str:
    """A text as it stands there; empty where there is none."""
    found = fields.get(key)
    return well_formed(found) if isinstance(found, str) else ""


def object_in(fields: Raw, key: str) -> Raw:
    """A JSON object as it stands there; empty where there is none."""
    found = fields.get(key)
    return found if isinstance(found, dict) else {}


# --- texts ----------------------------------------------------------------------------------------


def _is_for_programs(key: str) -> bool:
    return key in _FOR_PROGRAMS or key.endswith(_ENDS_FOR_PROGRAMS)


def _strings_of_list(items: list[Any], key: str, depth: int) -> Iterator[str]:
    # A formatted text is a list of its pieces: https://core.telegram.org/bots/api#richtext
    if key == "text":
        words = "".join(_words_of_piece(item, depth + 1) for item in items)
        if words.strip():
            yield words
        for item in items:
            yield from _beside_words(item, depth + 1)
        return
    for item in items:
        yield from visible_strings(item, key, depth + 1)


def _words_of_piece(piece: object, depth: int) -> str:
    """The words of a piece of a formatted text, without the address behind them."""
    if depth > _DEEPEST:
        return ""
    if isinstance(piece, str):
        return well_formed(piece)
    if isinstance(piece, list):
        return "".join(_words_of_piece(inner, depth + 1) for inner in piece)
    if isinstance(piece, dict):
        return _words_of_piece(piece.get("text"), depth + 1)
    return ""


def _beside_words(piece: object, depth: int) -> Iterator[str]:
    """What else stands in a piece of a formatted text, such as the address behind its words."""
    if depth > _DEEPEST:
        return
    if isinstance(piece, list):
        for inner in piece:
            yield from _beside_words(inner, depth + 1)
    elif isinstance(piece, dict):
        yield from _beside_words(piece.get("text"), depth + 1)
        for name, inner in piece.items():
            if name != "text":
                yield from visible_strings(inner, str(name), depth + 1)


# --- files ----------------------------------------------------------------------------------------


def _is_file(fields: Raw) -> bool:
    ids = (fields.get("file_id"), fields.get("file_unique_id"))
    return all(isinstance(id, str) and id for id in ids)


def _is_size(fields: Raw) -> bool:
    """Tells one of the sizes of a picture, of which Telegram gives several."""
    has_extent = number_in(fields, "width") is not None and number_in(fields, "height") is not None
    return _is_file(fields) and has_extent and _OF_NO_PICTURE.isdisjoint(fields)


def _extent(size: Raw) -> tuple[int, int]:
    area = (number_in(size, "width") or 0) * (number_in(size, "height") or 0)
    return area, number_in(size, "file_size") or 0
