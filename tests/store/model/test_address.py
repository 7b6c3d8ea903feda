"""Addresses, messages and source keys come back from their text as they went in."""

from __future__ import annotations

import pytest

from store.model.address import Address, MessageRef, Platform, SourceKey, file_in, is_address


@pytest.mark.parametrize(
    ("text", "platform", "parts"),
    [
        ("slack:T1:U7", Platform.SLACK, ("T1", "U7")),
        ("slack:C0123", Platform.SLACK, ("C0123",)),
        ("telegram:-100123", Platform.TELEGRAM, ("-100123",)),
        ("telegram:@heads", Platform.TELEGRAM, ("@heads",)),
        ("terminal:asha", Platform.TERMINAL, ("asha",)),
    ],
)
def test_an_address_has_its_platform_and_its_parts(
    text: str, platform: Platform, parts: tuple[str, ...]
) -> None:
    address = Address.parse(text)
    assert (address.platform, address.parts) == (platform, parts)
    assert str(address) == text
    assert is_address(text)


def test_a_person_is_no_address() -> None:
    assert not is_address("3f2a9b41c07d")


@pytest.mark.parametrize(
    ("text", "address", "id", "is_file"),
    [
        ("slack:T1:U7 D9:1732.001", "slack:T1:U7", "D9:1732.001", False),
        ("slack:T1:U7 file:F123", "slack:T1:U7", "file:F123", True),
        ("telegram:77 5", "telegram:77", "5", False),
        ("telegram:77 file:18", "telegram:77", "file:18", True),
    ],
)
def test_a_message_has_its_address_and_its_id(
    text: str, address: str, id: str, is_file: bool
) -> None:
    ref = MessageRef.parse(text)
    assert (ref.address, ref.id, ref.is_file) == (address, id, is_file)
    assert str(ref) == text


def test_a_file_is_told_from_a_message_by_its_id() -> None:
    assert file_in("file:F123") == "F123"
    assert file_in("D9:1732.001") is None


@pytest.mark.parametrize(
    ("text", "chat", "platform"),
    [
        ("slack:T1:D9:1732.001", "slack:T1:D9", "slack"),
        ("telegram:7:41", "telegram:7", "telegram"),
    ],
)
def test_a_source_key_ends_with_the_messages_own_number(
    text: str, chat: str, platform: str
) -> None:
    key = SourceKey.parse(text)
    assert (key.chat, key.platform) == (chat, platform)
    assert str(key) == text
