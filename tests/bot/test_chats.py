"""The one list of the chats."""

from __future__ import annotations

import pytest

from bot.chats import CHATS, address_of, chats_to_connect
from bot.settings import Settings
from store.model.address import SEND_ONLY, Platform


def test_every_platform_but_the_terminal_is_in_the_list_once() -> None:
    assert [chat.platform for chat in CHATS] == [
        platform
        for platform in Platform
        if platform != Platform.TERMINAL and platform not in SEND_ONLY
    ]
    assert chats_to_connect() == "slack, or telegram"


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: chat.platform.value)
def test_what_a_chat_names_is_a_setting(chat) -> None:
    tokens = [token.setting for token in (chat.token, chat.app_token) if token]
    connection = chat.connection
    named = {*tokens, chat.api_url, *chat.companions, *connection.alone, connection.only_connected}
    assert named <= Settings.model_fields.keys()


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("C0123", "slack:C0123"),
        ("#heads", "slack:#heads"),
        ("-100123", "telegram:-100123"),
        ("@heads", "telegram:@heads"),
        ("4242", "telegram:4242"),
        ("slack:C0123", "slack:C0123"),
    ],
)
def test_a_channel_is_known_by_how_it_begins(channel: str, address: str) -> None:
    assert address_of(channel) == address
