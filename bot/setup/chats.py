"""The tokens, asked for and tried at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import typer

from bot.settings import Settings
from bot.setup.prompts import ask_hidden, yes
from bot.trying import Tried

SLACK, TELEGRAM = "Will staff use Slack?", "Will staff use Telegram?"
FROM_MANIFEST = (
    "  Make the app at https://api.slack.com/apps: Create New App, From a manifest; paste what `headsup manifest`\n"
    "  prints; then Install to Workspace. The bot token is under OAuth & Permissions. The app token you make under\n"
    "  Basic Information, App-Level Tokens, with the scope connections:write. Neither is shown as you paste it."
)
FROM_BOTFATHER = "  Talk to @BotFather in Telegram: /newbot. The token is not shown as you paste it."
BOT, APP = "Slack's bot token (xoxb-…)", "Slack's app token (xapp-…)"
OF_BOT = "Telegram's token"
KEEP, LEAVE = "{words} [Enter keeps {shown}]", "{words} [Enter leaves it out]"
HTTP = "Slack's signing secret is set, so Slack calls the bot over HTTP: no app token is asked for."
TAKEN = "  Taken: {name}."
UNTRIED = "Keep it all the same, untried?"
OUT_OF_REACH = "could not be reached"

Try = Callable[[str, str], Coroutine[Any, Any, Tried]]


def ask_slack(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """What to write for Slack; nothing where the school does not use it."""
    from bot.slack.trying import try_app_token, try_bot_token

    if not yes(SLACK, default="SLACK_BOT_TOKEN" in before):
        return {}
    if "SLACK_BOT_TOKEN" not in before:
        typer.echo(FROM_MANIFEST)
    found = _token("SLACK_BOT_TOKEN", BOT, try_bot_token, settings.slack_api_url, before)
    if not found:
        return {}
    if "SLACK_SIGNING_SECRET" in before and "SLACK_APP_TOKEN" not in before:
        typer.echo(HTTP)
        return found
    return found | _token("SLACK_APP_TOKEN", APP, try_app_token, settings.slack_api_url, before)


def ask_telegram(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """What to write for Telegram; nothing where the school does not use it."""
    from bot.telegram.trying import try_token

    if not yes(TELEGRAM, default="TELEGRAM_BOT_TOKEN" in before):
        return {}
    if "TELEGRAM_BOT_TOKEN" not in before:
        typer.echo(FROM_BOTFATHER)
    return _token("TELEGRAM_BOT_TOKEN", OF_BOT, try_token, settings.telegram_api_url, before)


def masked(token: str) -> str:
    """Enough of a token to know it again."""
    return f"{token[:5]}…{token[-4:]}" if len(token) > 16 else "…"


def _token(setting: str, words: str, attempt: Try, url: str, before: Mapping[str, str]) -> dict[str, str]:
    kept = before.get(setting, "")
    question = KEEP.format(words=words, shown=masked(kept)) if kept else LEAVE.format(words=words)
    while True:
        token = ask_hidden(question) or kept
        if not token:
            return {}
        tried = asyncio.run(attempt(token, url))
        if not tried.trouble:
            typer.echo(TAKEN.format(name=tried.name) if tried.name else TAKEN.format(name=setting))
            return {setting: token}
        typer.echo(f"  {tried.trouble}")
        if OUT_OF_REACH in tried.trouble and yes(UNTRIED, default=False):
            return {setting: token}
