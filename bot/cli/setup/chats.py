"""The tokens, asked for and tried at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import typer

from bot.cli.setup.prompts import Unusable, ask, ask_hidden, one_of, yes
from bot.settings import Settings
from bot.tokens import Tried

SLACK, TELEGRAM = "Will staff use Slack?", "Will staff use Telegram?"
FROM_MANIFEST = (
    "  Make the app at https://api.slack.com/apps: Create New App, From a manifest; paste what `headsup manifest`\n"
    "  prints; then Install to Workspace. The bot token is under OAuth & Permissions. It is not shown as you paste it."
)
FROM_BOTFATHER = (
    "  Talk to @BotFather in Telegram: /newbot. The token is not shown as you paste it."
)
BOT, APP = "Slack's bot token (xoxb-…)", "Slack's app token (xapp-…)"
WAY = "How does Slack reach the bot? 1 Socket Mode, recommended: it needs no public address, 2 HTTP"
WAYS = SOCKETS, HTTP = ("Socket Mode", "HTTP")
FROM_BASICS = "  The app token you make under Basic Information, App-Level Tokens, with the scope connections:write."
FROM_CREDENTIALS = (
    "  The bot needs a public https address that leads to its port; make the app with `headsup manifest --url`.\n"
    "  The signing secret is under Basic Information, App Credentials. It is not shown as you paste it."
)
SIGNING, NO_SECRET = (
    "Slack's signing secret",
    "  A signing secret is 32 letters and digits: 0-9, a-f.",
)
PORT, NO_PORT = "Port on this machine", "A port is a number from 1 to 65535."
OF_BOT = "Telegram's token"
KEEP, LEAVE = "{words} [Enter keeps {shown}]", "{words} [Enter leaves it out]"
TAKEN = "  Taken: {name}."
UNTRIED = "Keep it all the same, untried?"
OUT_OF_REACH = "could not be reached"

_SECRET = re.compile(r"[0-9a-f]{32}")

Try = Callable[[str, str], Coroutine[Any, Any, Tried]]


def ask_slack(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """What to write for Slack; nothing where the school does not use it."""
    from bot.slack.token_check import try_app_token, try_bot_token

    if not yes(SLACK, default="SLACK_BOT_TOKEN" in before):
        return {}
    if "SLACK_BOT_TOKEN" not in before:
        typer.echo(FROM_MANIFEST)
    found = _token("SLACK_BOT_TOKEN", BOT, try_bot_token, settings.slack_api_url, before)
    if not found:
        return {}
    default = HTTP if _calls(before) else SOCKETS
    if ask(WAY, one_of(WAYS), default) == HTTP:
        return found | _ask_http(settings, before)
    if "SLACK_APP_TOKEN" not in before:
        typer.echo(FROM_BASICS)
    return found | _token("SLACK_APP_TOKEN", APP, try_app_token, settings.slack_api_url, before)


def _calls(before: Mapping[str, str]) -> bool:
    """Whether Slack calls the bot as it is set now. With an app token, Socket Mode is used."""
    return bool(before.get("SLACK_SIGNING_SECRET")) and not before.get("SLACK_APP_TOKEN")


def _ask_http(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """Without the app token, which would mean Socket Mode."""
    if "SLACK_SIGNING_SECRET" not in before:
        typer.echo(FROM_CREDENTIALS)
    secret = _secret(before.get("SLACK_SIGNING_SECRET", ""))
    if not secret:
        return {}
    without = {"SLACK_APP_TOKEN": ""} if before.get("SLACK_APP_TOKEN") else {}
    return {"SLACK_SIGNING_SECRET": secret, "PORT": ask(PORT, _port, str(settings.port)), **without}


def _secret(kept: str) -> str:
    while True:
        typed = ask_hidden(_question(SIGNING, kept)) or kept
        if not typed or _SECRET.fullmatch(typed):
            return typed
        typer.echo(NO_SECRET)


def _port(typed: str) -> str:
    if not typed.isdecimal() or not 0 < int(typed) < 65536:
        raise Unusable(NO_PORT)
    return str(int(typed))


def ask_telegram(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """What to write for Telegram; nothing where the school does not use it."""
    from bot.telegram.token_check import try_token

    if not yes(TELEGRAM, default="TELEGRAM_BOT_TOKEN" in before):
        return {}
    if "TELEGRAM_BOT_TOKEN" not in before:
        typer.echo(FROM_BOTFATHER)
    return _token("TELEGRAM_BOT_TOKEN", OF_BOT, try_token, settings.telegram_api_url, before)


def masked(token: str) -> str:
    """Enough of a token to know it again."""
    return f"{token[:5]}…{token[-4:]}" if len(token) > 16 else "…"


def _token(
    setting: str, words: str, attempt: Try, url: str, before: Mapping[str, str]
) -> dict[str, str]:
    kept = before.get(setting, "")
    while True:
        token = ask_hidden(_question(words, kept)) or kept
        if not token:
            return {}
        tried = asyncio.run(attempt(token, url))
        if not tried.trouble:
            typer.echo(TAKEN.format(name=tried.name) if tried.name else TAKEN.format(name=setting))
            return {setting: token}
        typer.echo(f"  {tried.trouble}")
        if OUT_OF_REACH in tried.trouble and yes(UNTRIED, default=False):
            return {setting: token}


def _question(words: str, kept: str) -> str:
    return KEEP.format(words=words, shown=masked(kept)) if kept else LEAVE.format(words=words)
