"""The Slack app's manifest: all that Slack has to be told of the bot.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from bot.settings import SettingsError
from bot.slack.app.scopes import SCOPES
from bot.slack.front_end import PATH
from handlers.commands import Command
from handlers.menu import COMMANDS, TAPPED
from store.model.records import Person, Role

NAME = "Heads Up"
#: Small letters, digits, - _ . alone.
BOT_NAME = "heads-up"
DESCRIPTION = "Pass on a worrying post. The right person is told, and it is followed up."
LONG_DESCRIPTION = (
    "Seen a worrying post about a pupil, a colleague or the school? Forward it to Heads Up: a "
    "screenshot, a link or your words. It keeps what was posted as it arrived, tells the right "
    "leader, says what to do next and what not to do, and sees that it is followed up. It also "
    "answers questions with the school's own policy texts."
)
COLOUR = "#1F3A5F"
#: First words that are slash commands of their own, and the command whose summary describes each.
#: Slack keeps `/join`, `/help` and the like to itself, so all else is said behind `/headsup`.
OWN = {"case": "case status", "policy": "policy", "report": "report"}
REST, REST_IS = "headsup", "Help, joining, people and everything else"
REPORT = {
    "name": "Report a post",
    "type": "global",
    "callback_id": "report",
    "description": "Pass on what you saw: words, a link, a screenshot",
}
PASS_ON = {
    "name": "Pass on to Heads Up",
    "type": "message",
    "callback_id": "pass_on",
    "description": "Pass this message on, with its files",
}
EVENTS = {
    "app_home_opened": "that somebody opens its Home tab, which then shows what waits for them",
    "message.im": "what people send or forward to the bot, in its own chat with them",
    "app_mention": "the bot's name in a channel, which is answered to the person alone",
}
REMOVALS = {
    "app_uninstalled": (
        "several schools: a workspace has removed the app, so its token is forgotten"
    ),
    "tokens_revoked": "several schools: the same, where the token alone was taken back",
}
NEW_APP = "https://api.slack.com/apps?new_app=1"
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
NO_URL = (
    "--url takes the public address of the bot, which begins with https://, "
    "such as https://headsup.example.org"
)


def manifest(url: str | None = None, *, several: bool = False) -> dict[str, Any]:
    """What goes under “Create an app from a manifest”.

    It is for Socket Mode, or for HTTP where `url` is the bot's public address. With `several`, it
    is for the workspaces of several schools, which install the app by OAuth.
    Raises SettingsError for an address that Slack would not take.
    """
    address = _requests_at(url) if url else None
    if several and not address:
        raise SettingsError(NO_URL)

    events = list(EVENTS)
    if several:
        events += REMOVALS
    slashes = slash_commands()
    requests: dict[str, Any] = {}
    oauth: dict[str, Any] = {"scopes": {"bot": sorted(SCOPES)}}
    if address:
        requests = {"request_url": address}
        slashes = [slash | {"url": address} for slash in slashes]
        if several:
            oauth = {"redirect_urls": [address.removesuffix(PATH) + REDIRECT]} | oauth

    return {
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "shortcuts": [REPORT, PASS_ON],
            "slash_commands": slashes,
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**requests, "bot_events": sorted(events)},
            "interactivity": {"is_enabled": True, **requests},
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }


def creation_link(made: dict[str, Any]) -> str:
    """The link that opens Slack's page for a new app with this manifest filled in.

    https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests
    """
    written = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    return f"{NEW_APP}&manifest_json={quote(written, safe='')}"


def slash_commands() -> list[dict[str, Any]]:
    """One for each word that Slack lets an app have.

    Each hints at what any member of staff may type after it.
    """
    for_staff = _commands_for_staff()
    summaries = {command.name: command.summary for command in COMMANDS.all}
    slashes: list[dict[str, Any]] = []
    for word, described_by in OWN.items():
        commands = [command for command in for_staff if _first_word(command) == word]
        slashes.append(_slash(word, summaries[described_by], commands))

    others = [command for command in for_staff if _first_word(command) not in OWN]
    slashes.append(_slash(REST, REST_IS, others))
    return slashes


def _commands_for_staff() -> list[Command]:
    """What a person with no role but staff may type; what is only ever tapped is left out."""
    staff = Person("", "", (Role.STAFF,), (), datetime.now(UTC))
    found: list[Command] = []
    for command in COMMANDS.all:
        if command not in TAPPED and command.is_for(staff):
            found.append(command)
    return found


def _first_word(command: Command) -> str:
    return command.name.split()[0]


def _slash(word: str, description: str, commands: list[Command]) -> dict[str, Any]:
    hints = [command.usage.removeprefix(f"/{word} ").removeprefix("/") for command in commands]
    return {
        "command": f"/{word}",
        "description": description[:1].upper() + description[1:],
        "usage_hint": " | ".join(hints),
        "should_escape": False,
    }


def _requests_at(url: str) -> str:
    """Where Slack sends its requests, of a bot at this address. Raises SettingsError."""
    parts = urlsplit(url.strip())
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(NO_URL)
    path = parts.path.rstrip("/").removesuffix(PATH)
    return f"https://{parts.netloc}{path}{PATH}"
