"""The tokens, tried against their platforms; and this machine's clock against theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot.chats import CHATS, Chat
from bot.settings import Settings
from bot.tokens import OUT_OF_REACH

AGAIN = "Connect it again: headsup --school {school} connect {platform}"
CLOCK = (
    "this machine's clock is {seconds} seconds {way} {platform}'s. "
    "Let the machine keep its time by NTP."
)

#: Seconds by which the clocks may differ. Slack refuses what is signed five minutes apart.
SKEW = 60


async def tokens(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[str]:
    """What is wrong with each token that is set. `clock` gives this machine's time, UTC."""
    skews: dict[str, float] = {}
    for chat in CHATS:
        if not chat.is_set(settings):
            continue
        api_url = chat.api_url_in(settings)
        tried = await chat.token.attempt(chat.token.value_in(settings), api_url)
        if tried.date:
            skews[chat.platform.label] = (clock() - tried.date).total_seconds()
        if tried.trouble:
            yield _of_token(chat, tried.trouble, settings)

        # Where the platform cannot be reached, a second attempt would only say so again.
        app_token = chat.app_token.value_in(settings) if chat.app_token else ""
        if chat.app_token and app_token and OUT_OF_REACH not in tried.trouble:
            tried = await chat.app_token.attempt(app_token, api_url)
            if tried.trouble:
                yield f"{chat.app_token.variable}: {tried.trouble}"

    for platform, skew in skews.items():
        if abs(skew) > SKEW:
            way = "ahead of" if skew > 0 else "behind"
            yield CLOCK.format(seconds=round(abs(skew)), way=way, platform=platform)
            # It is this machine's clock that is wrong, so one platform's word is enough.
            break


def _of_token(chat: Chat, trouble: str, settings: Settings) -> str:
    """What is wrong with a bot's token, by its setting.

    One school of several has it not from its settings, but by being connected.
    """
    if settings.is_of_one_of_several:
        again = AGAIN.format(school=settings.headsup_school, platform=chat.platform)
        return f"{chat.platform.label}: {trouble} {again}"
    return f"{chat.token.variable}: {trouble}"
