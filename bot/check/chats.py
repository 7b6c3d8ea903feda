"""The chats: whether their settings fit together, and reach what else is set."""

from __future__ import annotations

from collections.abc import Iterator

from bot.build import address_of, chats
from bot.check.finding import Looked
from bot.settings import Settings
from store.trouble import Trouble

NO_CHAT = "LEADERSHIP_CHANNEL names {channel}, which is in {platform}, and there is no token for it."
PLATFORMS = {"slack": "Slack", "telegram": "Telegram"}


def running(settings: Settings) -> set[str]:
    """The chats that have a token."""
    tokens = {"slack": settings.slack_bot_token, "telegram": settings.telegram_bot_token}
    return {platform for platform, token in tokens.items() if token}


def fit_together(looked: Looked) -> Iterator[str]:
    """What would keep a chat from starting: half of its settings, a webhook without its secret."""
    try:
        chats(looked.settings)
    except Trouble as error:
        yield str(error)


def channels(looked: Looked) -> Iterator[str]:
    """Leadership channels in a chat that does not run."""
    for channel in looked.settings.leadership_channel:
        platform = address_of(channel).partition(":")[0]
        if running(looked.settings) and platform not in running(looked.settings):
            yield NO_CHAT.format(channel=channel, platform=PLATFORMS.get(platform, platform))
