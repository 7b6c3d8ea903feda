"""Which workspace and which app a token is of, compared with what this bot thinks.

https://docs.slack.dev/reference/methods/auth.test
https://docs.slack.dev/reference/methods/bots.info
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from bot.settings import Settings
from bot.tokens import ask

SETTING = "SLACK_API_URL"
#: `xapp-1-A012ABCD-…`: the app is in its token.
_APP = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")

OTHER_WORKSPACE = (
    "Slack says that the token is of the workspace {name} ({there}), and this school was connected "
    "to {here}. Disconnect it, and connect it again."
)
OTHER_PEOPLE = (
    "Slack says that the token is of the workspace {name} ({there}), and everybody here who is in "
    "Slack has their account in {here}. Install the app in that workspace, and copy its token."
)
TWO_APPS = (
    "SLACK_BOT_TOKEN is of the app {there}, and SLACK_APP_TOKEN of the app {here}: what people "
    "write to the one would not reach the other. Take both from one app's page."
)


async def compare(settings: Settings, connected_to: str, workspaces: Collection[str]) -> list[str]:
    """What Slack thinks of the installation, and this bot does not; in sentences.

    `connected_to`: the workspace for which the school was connected, of several schools.
    `workspaces`: those in which people here have their accounts. Nothing where Slack does not say.
    """
    answer = await ask("Slack", SETTING, f"{_base(settings)}/auth.test", _bot_token(settings))
    # The token was tried before, and whoever tried it was told of such trouble.
    if answer.trouble or not answer.body["ok"]:
        return []
    there = _text(answer.body, "team_id")
    name = _text(answer.body, "team")
    found: list[str] = []
    if connected_to and there != connected_to:
        found.append(OTHER_WORKSPACE.format(name=name, there=there, here=connected_to))
    elif workspaces and there not in workspaces and not answer.body.get("is_enterprise_install"):
        here = ", ".join(sorted(workspaces))
        found.append(OTHER_PEOPLE.format(name=name, there=there, here=here))
    found += await _compare_apps(settings, _text(answer.body, "bot_id"))
    return found


async def _compare_apps(settings: Settings, bot: str) -> list[str]:
    """That the two tokens are of two apps, where Slack says of which app the bot is."""
    secret = settings.slack_app_token
    mine = _APP.match(secret.get_secret_value()) if secret else None
    if mine is None:
        return []
    url = f"{_base(settings)}/bots.info?{urlencode({'bot': bot})}"
    answer = await ask("Slack", SETTING, url, _bot_token(settings))
    if answer.trouble or not answer.body["ok"]:
        return []
    there = answer.body["bot"].get("app_id")
    if not there or there == mine[1]:
        return []
    return [TWO_APPS.format(there=there, here=mine[1])]


def _text(body: Mapping[str, Any], key: str) -> str:
    """Empty where Slack does not say."""
    return str(body.get(key) or "")


def _bot_token(settings: Settings) -> str:
    secret = settings.slack_bot_token
    return secret.get_secret_value() if secret else ""


def _base(settings: Settings) -> str:
    return settings.slack_api_url.rstrip("/")
