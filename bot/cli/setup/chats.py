"""The chats: whether the school uses each, and its tokens, which are tried at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping

import typer

from bot.chat import Chat, Token
from bot.chats import CHATS, SLACK_APP_TOKEN
from bot.cli.setup.prompts import ask, ask_token, one_of, port, yes
from bot.settings import Settings
from bot.tokens import OUT_OF_REACH, Tried
from store.model.address import Platform

IN_USE = "Will staff use {chat}?"
WAY = "How does Slack reach the bot? 1 Socket Mode, recommended: it needs no public address, 2 HTTP"
WAYS = SOCKETS, HTTP = ("Socket Mode", "HTTP")
FROM_CREDENTIALS = (
    "  The bot needs a public https address that leads to its port; "
    "make the app with `headsup manifest --url`.\n"
    "  The signing secret is under Basic Information, App Credentials. "
    "It is not shown as you paste it."
)
SIGNING, NO_SECRET = (
    "Slack's signing secret",
    "  A signing secret is 32 letters and digits: 0-9, a-f.",
)
PORT = "Port on this machine"
KEEP, LEAVE = "{words} [Enter keeps {shown}]", "{words} [Enter leaves it out]"
STAYS = (
    "  {chat} stays connected: nothing is taken away here. To end it, take {setting} out of "
    "the settings, and start the bot again."
)
TAKEN = "  Taken: {name}."
UNTRIED = "Keep it all the same, untried?"

_SECRET = re.compile(r"[0-9a-f]{32}")

#: What is asked: gives values for `.env`, from the settings and what stood in `.env` before.
Questions = Callable[[Settings, Mapping[str, str]], dict[str, str]]


def ask_chats(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """What to write into `.env` for all the chats that the school uses. `before`: what is there."""
    found: dict[str, str] = {}
    for chat in CHATS:
        found |= _ask_chat(chat, settings, before)
    return found


def _ask_chat(chat: Chat, settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """What to write for one chat; nothing where the school does not use it."""
    is_used = yes(IN_USE.format(chat=chat.platform.label), default=chat.token.variable in before)
    if not is_used:
        if chat.token.variable in before:
            typer.echo(STAYS.format(chat=chat.platform.label, setting=chat.token.variable))
        return {}
    found = _ask_token(chat.token, chat.api_url_in(settings), before)
    further = FURTHER.get(chat.platform)
    if found and further:
        found |= further(settings, before)
    return found


# --- Slack's way in ------------------------------------------------------------------------------


def _ask_slack_way(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    default = HTTP if _slack_calls(before) else SOCKETS
    if ask(WAY, one_of(WAYS), default) == HTTP:
        return _ask_slack_http(settings, before)
    return _ask_token(SLACK_APP_TOKEN, settings.slack_api_url, before)


def _slack_calls(before: Mapping[str, str]) -> bool:
    """Whether Slack calls the bot as it is set now. With an app token, Socket Mode is used."""
    return bool(before.get("SLACK_SIGNING_SECRET")) and not before.get("SLACK_APP_TOKEN")


def _ask_slack_http(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    if "SLACK_SIGNING_SECRET" not in before:
        typer.echo(FROM_CREDENTIALS)
    secret = _ask_secret(before.get("SLACK_SIGNING_SECRET", ""))
    if not secret:
        return {}
    found = {"SLACK_SIGNING_SECRET": secret, "PORT": ask(PORT, port, str(settings.port))}
    # An app token that stayed would mean Socket Mode.
    if before.get("SLACK_APP_TOKEN"):
        found["SLACK_APP_TOKEN"] = ""
    return found


def _ask_secret(kept: str) -> str:
    while True:
        typed = ask_token(_question(SIGNING, kept)) or kept
        if not typed or _SECRET.fullmatch(typed):
            return typed
        typer.echo(NO_SECRET)


#: What a chat needs to be asked beside its token.
FURTHER: Mapping[Platform, Questions] = {Platform.SLACK: _ask_slack_way}


# --- tokens --------------------------------------------------------------------------------------


def masked(token: str) -> str:
    """Enough of a token to know it again."""
    return f"{token[:5]}…{token[-4:]}" if len(token) > 16 else "…"


def _ask_token(token: Token, api_url: str, before: Mapping[str, str]) -> dict[str, str]:
    """Ask until a token is taken, or is kept untried; nothing where it is left out."""
    if token.variable not in before:
        typer.echo(token.where_from)
    kept = before.get(token.variable, "")
    while True:
        typed = ask_token(_question(token.question, kept)) or kept
        if not typed:
            return {}
        tried = asyncio.run(_try(token, typed, api_url))
        if not tried.trouble:
            typer.echo(TAKEN.format(name=tried.name or token.variable))
            return {token.variable: typed}
        typer.echo(f"  {tried.trouble}")
        if OUT_OF_REACH in tried.trouble and yes(UNTRIED, default=False):
            return {token.variable: typed}


async def _try(token: Token, typed: str, api_url: str) -> Tried:
    return await token.attempt(typed, api_url)


def _question(words: str, kept: str) -> str:
    if kept:
        return KEEP.format(words=words, shown=masked(kept))
    return LEAVE.format(words=words)
