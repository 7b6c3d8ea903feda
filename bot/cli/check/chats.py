"""The chats: whether their settings fit together, and reach what else is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from bot.build import address_of, chats
from bot.cli.check.finding import Looked
from bot.settings import Settings
from store.errors import Trouble

NO_CHAT = (
    "LEADERSHIP_CHANNEL names {channel}, which is in {platform}, and there is no token for it."
)
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


def addresses(looked: Looked) -> list[str]:
    """Of the leadership channels: `slack:C0123`, `telegram:-100123`."""
    of_school = looked.school.leadership_channel if looked.school else ()
    return list(filter(None, map(address_of, (*looked.settings.leadership_channel, *of_school))))


def channels(looked: Looked) -> Iterator[str]:
    """Leadership channels in a chat that does not run."""
    for address in addresses(looked):
        platform, _, channel = address.partition(":")
        if running(looked.settings) and platform not in running(looked.settings):
            yield NO_CHAT.format(channel=channel, platform=PLATFORMS.get(platform, platform))


async def groups(looked: Looked) -> AsyncIterator[str]:
    """Leadership groups of Telegram in which the bot is not, or may not write. Asks Telegram."""
    from bot.telegram.token_check import try_group

    token = looked.settings.telegram_bot_token
    for platform, _, group in (address.partition(":") for address in addresses(looked)):
        if token and platform == "telegram":
            trouble = await try_group(
                token.get_secret_value(), looked.settings.telegram_api_url, group
            )
            if trouble:
                yield f"LEADERSHIP_CHANNEL: {trouble}"
