"""The tokens, tried against their platforms; and this machine's clock against theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot.settings import Settings
from bot.tokens import Tried

AGAIN = "Connect it again: headsup --school {school} connect {platform}"
SKEW = 60  # seconds; Slack refuses what is signed five minutes apart
CLOCK = "this machine's clock is {seconds} seconds {way} {platform}'s. Let the machine keep its time by NTP."


async def tokens(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[str]:
    """What is wrong with each token that is set. `clock` gives this machine's time, UTC."""
    skews: dict[str, float] = {}

    def note(platform: str, tried: Tried) -> None:
        if tried.date:
            skews[platform] = (clock() - tried.date).total_seconds()

    if settings.slack_bot_token:
        from bot.slack.token_check import try_app_token, try_bot_token

        tried = await try_bot_token(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url
        )
        note("Slack", tried)
        if tried.trouble:
            yield _named("SLACK_BOT_TOKEN", "slack", tried.trouble, settings)
        if settings.slack_app_token and "could not be reached" not in tried.trouble:
            tried = await try_app_token(
                settings.slack_app_token.get_secret_value(), settings.slack_api_url
            )
            if tried.trouble:
                yield f"SLACK_APP_TOKEN: {tried.trouble}"
    if settings.telegram_bot_token:
        from bot.telegram.token_check import try_token

        tried = await try_token(
            settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url
        )
        note("Telegram", tried)
        if tried.trouble:
            yield _named("TELEGRAM_BOT_TOKEN", "telegram", tried.trouble, settings)
    for platform, skew in skews.items():
        if abs(skew) > SKEW:
            way = "ahead of" if skew > 0 else "behind"
            yield CLOCK.format(seconds=round(abs(skew)), way=way, platform=platform)
            break


def _named(setting: str, platform: str, trouble: str, settings: Settings) -> str:
    """What is wrong with a token, by its setting; or by how it came to one school of several."""
    if settings.is_of_one_of_several:
        again = AGAIN.format(school=settings.headsup_school, platform=platform)
        return f"{platform.capitalize()}: {trouble} {again}"
    return f"{setting}: {trouble}"
