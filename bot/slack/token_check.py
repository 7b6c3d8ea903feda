"""Whether Slack takes a token, and what it may do."""

from __future__ import annotations

from bot.slack.manifest import APP_SCOPE, SCOPES
from bot.tokens import Tried, ask

KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app token",
    "xoxp-": "a user's token",
    "xoxe": "a token that expires",
    "xoxc-": "a browser's token",
    "https://": "an address",
}
WRONG_KIND = "This is {kind}, and {wanted} is needed here: it begins with {prefix}, and is found under {place}."
NO_KIND = "This is no token of Slack's: {wanted} begins with {prefix}, and is found under {place}."
BOT = {
    "wanted": "the bot token",
    "prefix": "xoxb-",
    "place": "OAuth & Permissions, Bot User OAuth Token",
}
APP = {"wanted": "the app token", "prefix": "xapp-", "place": "Basic Information, App-Level Tokens"}
GONE = "Slack says that this token was revoked, or the app removed. Install the app again, and copy the new token."
UNKNOWN = "Slack does not know this token. Copy it again, whole, from {place}."
EXPIRED = "Slack says that this token has expired. Make the app from `headsup manifest`, which has no token rotation."
LACKS = (
    "Slack does not let the bot do all that it needs; missing: {scopes}. "
    "Paste `headsup manifest` under App Manifest, and install the app again."
)
NO_SOCKETS = (
    f"This app token lacks {APP_SCOPE}. Make another one with that scope, under Basic Information."
)
REFUSED = "Slack refuses this token: {code}."
SETTING = "SLACK_API_URL"

_GONE = (
    "account_inactive",
    "token_revoked",
    "user_removed_from_team",
    "team_access_not_granted",
    "org_login_required",
)


async def try_bot_token(token: str, api_url: str) -> Tried:
    """By auth.test. https://docs.slack.dev/reference/methods/auth.test"""
    return await _try("auth.test", token, api_url, BOT, frozenset(SCOPES))


async def try_app_token(token: str, api_url: str) -> Tried:
    """By apps.connections.open, whose address is not used. https://docs.slack.dev/reference/methods/apps.connections.open"""
    return await _try("apps.connections.open", token, api_url, APP, frozenset({APP_SCOPE}))


async def _try(
    method: str, token: str, api_url: str, kind: dict[str, str], needed: frozenset[str]
) -> Tried:
    if not token.startswith(kind["prefix"]):
        return Tried(_wrong_kind(token, kind))
    answer = await ask("Slack", SETTING, f"{api_url.rstrip('/')}/{method}", token)
    if answer.trouble:
        return Tried(answer.trouble)
    if not answer.body["ok"]:
        return Tried(_refused(str(answer.body.get("error")), kind), date=answer.date)
    said = answer.headers.get("X-OAuth-Scopes")
    scopes = frozenset(s.strip() for s in said.split(",")) if said is not None else None
    lacking = sorted(needed - scopes) if scopes is not None else []
    trouble = LACKS.format(scopes=", ".join(lacking)) if lacking else ""
    return Tried(trouble, str(answer.body.get("team") or ""), scopes, answer.date)


def _wrong_kind(token: str, kind: dict[str, str]) -> str:
    found = next((words for prefix, words in KINDS.items() if token.startswith(prefix)), "")
    return WRONG_KIND.format(kind=found, **kind) if found else NO_KIND.format(**kind)


def _refused(code: str, kind: dict[str, str]) -> str:
    if code in _GONE:
        return GONE
    if code == "token_expired":
        return EXPIRED
    if code in ("invalid_auth", "not_authed"):
        return UNKNOWN.format(**kind)
    if code == "missing_scope" and kind is APP:
        return NO_SOCKETS
    return REFUSED.format(code=code)
