"""The tokens, tried against their platforms; and this machine's clock against theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime

from bot.chat import Chat, Token
from bot.chats import CHATS
from bot.settings import Settings
from bot.tokens import OUT_OF_REACH, Tried

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
        tried = await _try(chat.token, chat, settings)
        if tried.date:
            skews[chat.platform.label] = (clock() - tried.date).total_seconds()
        if tried.trouble:
            yield _of_bot_token(chat, tried.trouble, settings)

        # Where the platform cannot be reached, a second attempt would only say so again.
        if OUT_OF_REACH not in tried.trouble:
            async for trouble in _app_token(chat, settings):
                yield trouble

    for line in _skew(skews):
        yield line


async def _app_token(chat: Chat, settings: Settings) -> AsyncIterator[str]:
    """What is wrong with the token with which the bot connects, where the chat has one."""
    token = chat.app_token
    if token is None or not token.value_in(settings):
        return
    tried = await _try(token, chat, settings)
    if tried.trouble:
        yield f"{token.variable}: {tried.trouble}"


async def _try(token: Token, chat: Chat, settings: Settings) -> Tried:
    return await token.attempt(token.value_in(settings), chat.api_url_in(settings))


def _skew(skews: Mapping[str, float]) -> Iterator[str]:
    """That this machine's clock is wrong, of the seconds by which it is ahead of each platform's.

    One platform's word is enough for that.
    """
    for platform, skew in skews.items():
        if abs(skew) > SKEW:
            way = "ahead of" if skew > 0 else "behind"
            yield CLOCK.format(seconds=round(abs(skew)), way=way, platform=platform)
            return


def _of_bot_token(chat: Chat, trouble: str, settings: Settings) -> str:
    """What is wrong with a bot's token, by its setting.

    One school of several has it not from its settings, but by being connected.
    """
    if settings.is_of_one_of_several:
        again = AGAIN.format(school=settings.headsup_school, platform=chat.platform)
        return f"{chat.platform.label}: {trouble} {again}"
    return f"{chat.token.variable}: {trouble}"
