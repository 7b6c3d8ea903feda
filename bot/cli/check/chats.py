"""The chats: whether their settings fit together, and reach what else is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from bot.chats import CHATS, chats_set, label_of, make_front_ends
from bot.cli.check.finding import Looked
from bot.settings import env_path
from store.errors import Trouble

NO_CHAT_OF_CHANNEL = (
    "LEADERSHIP_CHANNEL names {channel}, which is in {platform}, but the bot is not connected "
    "to that. Connect it, or take LEADERSHIP_CHANNEL out: headsup setup"
)

NO_CHAT = (
    "no chat is connected by {file}, so nobody can reach the bot: it would be a chat in the "
    "terminal, with made-up people. Run: headsup setup"
)


def fit_together(looked: Looked) -> Iterator[str]:
    """What would keep a chat from starting: half of its settings, a webhook without its secret.

    And whether there is any chat. Those of one school of several are kept in the database.
    """
    try:
        front_ends = make_front_ends(looked.settings)
    except Trouble as error:
        yield str(error)
        return
    is_alone = not looked.settings.schools
    if is_alone and not front_ends:
        yield NO_CHAT.format(file=env_path().absolute())


def channels(looked: Looked) -> Iterator[str]:
    """Leadership channels in a chat that does not run."""
    running = chats_set(looked.settings)
    if not running:
        return
    for address in looked.channel_addresses:
        if address.platform not in running:
            yield NO_CHAT_OF_CHANNEL.format(
                channel=address.place, platform=label_of(address.platform)
            )


async def groups(looked: Looked) -> AsyncIterator[str]:
    """Leadership channels in which the bot is not, or may not write. Asks the platforms."""
    attempts = {
        chat.platform.value: chat.try_channel for chat in CHATS if chat.is_set(looked.settings)
    }
    for address in looked.channel_addresses:
        attempt = attempts.get(address.platform)
        if attempt is None:
            continue
        trouble = await attempt(looked.settings, address.place)
        if trouble:
            yield f"LEADERSHIP_CHANNEL: {trouble}"
