"""Tries a token: does Slack take it, and what does it let the bot do?"""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.app.scopes import APP_SCOPE, SCOPES
from bot.tokens import Tried, ask

KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app token",
    "xoxp-": "a user's token",
    "xoxe": "a token that expires",
    "xoxc-": "a browser's token",
    "https://": "an address",
}
WRONG_KIND = (
    "This is {kind}, and {wanted} is needed here: it begins with {prefix}, "
    "and is found under {place}."
)
NO_KIND = "This is no token of Slack's: {wanted} begins with {prefix}, and is found under {place}."
GONE = (
    "Slack says that this token was revoked, or the app removed. "
    "Install the app again, and copy the new token."
)
UNKNOWN = "Slack does not know this token. Copy it again, whole, from {place}."
EXPIRED = (
    "Slack says that this token has expired. "
    "Make the app from `headsup manifest`, which has no token rotation."
)
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


@dataclass(frozen=True, slots=True)
class TokenKind:
    """A kind of token that the bot needs: its name, how it begins, and where it is found."""

    wanted: str
    prefix: str
    place: str
    #: The method of the Web API that tries it.
    method: str
    scopes: frozenset[str]


#: https://docs.slack.dev/reference/methods/auth.test
BOT = TokenKind(
    wanted="the bot token",
    prefix="xoxb-",
    place="OAuth & Permissions, Bot User OAuth Token",
    method="auth.test",
    scopes=frozenset(SCOPES),
)
#: The address that Slack gives is not used.
#: https://docs.slack.dev/reference/methods/apps.connections.open
APP = TokenKind(
    wanted="the app token",
    prefix="xapp-",
    place="Basic Information, App-Level Tokens",
    method="apps.connections.open",
    scopes=frozenset({APP_SCOPE}),
)


async def try_bot_token(token: str, api_url: str) -> Tried:
    """Try a bot token, and its scopes."""
    return await _try(BOT, token, api_url)


async def try_app_token(token: str, api_url: str) -> Tried:
    """Try an app token, and its one scope."""
    return await _try(APP, token, api_url)


async def _try(kind: TokenKind, token: str, api_url: str) -> Tried:
    if not token.startswith(kind.prefix):
        return Tried(_wrong_kind(token, kind))

    answer = await ask("Slack", SETTING, f"{api_url.rstrip('/')}/{kind.method}", token)
    if answer.trouble:
        return Tried(answer.trouble)
    if not answer.body["ok"]:
        code = str(answer.body.get("error"))
        return Tried(_refused(code, kind), date=answer.date)

    trouble = ""
    scopes = _scopes(answer.headers.get("X-OAuth-Scopes"))
    if scopes is not None and not kind.scopes <= scopes:
        lacking = sorted(kind.scopes - scopes)
        trouble = LACKS.format(scopes=", ".join(lacking))
    return Tried(trouble, str(answer.body.get("team") or ""), scopes, answer.date)


def _scopes(header: str | None) -> frozenset[str] | None:
    """What a token may do; None where Slack did not say."""
    if header is None:
        return None
    return frozenset(scope.strip() for scope in header.split(","))


def _wrong_kind(token: str, kind: TokenKind) -> str:
    """What somebody pasted in place of a token of this kind, and where to find one."""
    for prefix, found in KINDS.items():
        if token.startswith(prefix):
            return WRONG_KIND.format(
                kind=found, wanted=kind.wanted, prefix=kind.prefix, place=kind.place
            )
    return NO_KIND.format(wanted=kind.wanted, prefix=kind.prefix, place=kind.place)


def _refused(code: str, kind: TokenKind) -> str:
    """What Slack's error code means, and how to mend it."""
    if code in _GONE:
        return GONE
    if code == "token_expired":
        return EXPIRED
    if code in ("invalid_auth", "not_authed"):
        return UNKNOWN.format(place=kind.place)
    if code == "missing_scope" and kind is APP:
        return NO_SOCKETS
    return REFUSED.format(code=code)
