"""The bot's installation: what the platforms say of it, and what this bot thinks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from bot.chat import Believed
from bot.chats import CHATS
from bot.cli.check.finding import Looked
from store.model.address import Address


async def installed(looked: Looked, connected_to: Mapping[str, str]) -> AsyncIterator[str]:
    """What differs, a line each. `connected_to`: as of `check`. Asks the platforms."""
    for chat in CHATS:
        if not chat.is_set(looked.settings):
            continue
        believed = Believed(
            now=looked.now,
            connected_to=connected_to.get(chat.platform, ""),
            workspaces=_workspaces(looked, chat.platform),
        )
        for line in await chat.compare(looked.settings, believed):
            yield line


def _workspaces(looked: Looked, platform: str) -> frozenset[str]:
    """The workspaces of people's accounts on a platform that has such: `T1` of `slack:T1:U7`."""
    found: set[str] = set()
    for person in looked.people:
        for account in map(Address.parse, person.accounts):
            if account.platform == platform and len(account.parts) > 1:
                found.add(account.parts[0])
    return frozenset(found)
