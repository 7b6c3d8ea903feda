"""The parameters that each method has, of those that the bot calls.

Telegram takes no notice of others: a name that is misspelt would be lost in silence. Here it is
refused. https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

from typing import Any

from tests.doubles.telegram_text import Refusal

_SENDING = {
    "allow_paid_broadcast",
    "business_connection_id",
    "chat_id",
    "direct_messages_topic_id",
    "disable_notification",
    "ephemeral_message_parameters",
    "message_effect_id",
    "message_thread_id",
    "parse_mode",
    "protect_content",
    # Until Bot API 10.3.
    "receiver_user_id",
    "reply_markup",
    "reply_parameters",
    "suggested_post_parameters",
}
PARAMETERS = {
    "getMe": set[str](),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setWebhook": {
        "url",
        "certificate",
        "ip_address",
        "max_connections",
        "allowed_updates",
        "drop_pending_updates",
        "secret_token",
    },
    "getWebhookInfo": set[str](),
    "deleteWebhook": {"drop_pending_updates"},
    "setMyCommands": {"commands", "scope", "language_code"},
    "setChatMenuButton": {"chat_id", "menu_button"},
    "sendChatAction": {"business_connection_id", "chat_id", "message_thread_id", "action"},
    "deleteMyCommands": {"scope", "language_code"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert", "url", "cache_time"},
    "sendMessage": _SENDING | {"text", "entities", "link_preview_options"},
    "sendPhoto": _SENDING
    | {"photo", "caption", "caption_entities", "show_caption_above_media", "has_spoiler"},
    "sendDocument": _SENDING
    | {"document", "thumbnail", "caption", "caption_entities", "disable_content_type_detection"},
    "editMessageText": {
        "business_connection_id",
        "chat_id",
        "message_id",
        "inline_message_id",
        "text",
        "parse_mode",
        "entities",
        "link_preview_options",
        "reply_markup",
        "rich_message",
    },
    "deleteMessage": {"chat_id", "message_id"},
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "getFile": {"file_id"},
}


def check_parameters(method: str, given: dict[str, Any]) -> None:
    """Raises Refusal where a parameter is none of the method's."""
    known = PARAMETERS.get(method)
    unknown = set(given) - known if known is not None else set()
    if unknown:
        raise Refusal(f"{method} has no {', '.join(sorted(unknown))}")
