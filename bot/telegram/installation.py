"""Where Telegram hands over what people write, compared with what this bot thinks; and giving it
back.

https://core.telegram.org/bots/api#getwebhookinfo
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.settings import Settings
from bot.tokens import ask
from store.errors import Trouble

SETTING = "TELEGRAM_API_URL"
#: Of what failed longer ago, nobody needs to hear.
RECENT = timedelta(hours=1)
#: What Telegram answers where it does not know a token.
_UNKNOWN_TOKEN = (401, 404)

ELSEWHERE = (
    "Telegram hands over what people write at {there}, and this bot waits for it at {here}. Does "
    "another one run with the same token? Stop that one, and start this one again."
)
POLLED = (
    "Telegram hands over what people write at {there}, and this bot asks for it without a webhook. "
    "Another one may run with the same token: stop that one. This one takes the webhook away when "
    "it starts."
)
NOWHERE = (
    "Telegram knows no webhook of the bot, and {here} should be it. The bot sets it when it "
    "starts, and every ten minutes: does it run?"
)
FAILING = (
    "Telegram could not hand over what people wrote to {here}: {words}. "
    "{waiting} messages wait there. Can that address be reached from outside?"
)
STILL_THERE = (
    "{why} So nothing was changed. Try again, or revoke the token: @BotFather, /revoke, and then "
    "disconnect."
)


async def compare(settings: Settings, now: datetime) -> list[str]:
    """What Telegram thinks of the webhook, and this bot does not; in sentences. `now`: UTC.

    Nothing where Telegram does not say.
    """
    answer = await ask("Telegram", SETTING, f"{_base(settings)}/getWebhookInfo")
    # The token was tried before, and whoever tried it was told of such trouble.
    if answer.trouble or not answer.body["ok"]:
        return []
    info = answer.body["result"]
    there = str(info.get("url") or "")
    here = settings.telegram_webhook_url or ""
    if there != here:
        return [_differing(there, here)]
    return _failing(info, here, now)


def _differing(there: str, here: str) -> str:
    if not there:
        return NOWHERE.format(here=here)
    if not here:
        return POLLED.format(there=_shown(there))
    return ELSEWHERE.format(there=_shown(there), here=here)


def _shown(url: str) -> str:
    """An address of somebody else's: what follows the host may be a secret of theirs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"


def _failing(info: Mapping[str, Any], here: str, now: datetime) -> list[str]:
    waiting = int(info.get("pending_update_count") or 0)
    failed_at = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC)
    if not waiting or now - failed_at > RECENT:
        return []
    words = str(info.get("last_error_message") or "it did not say why").rstrip(".")
    return [FAILING.format(here=here, words=words, waiting=waiting)]


async def give_back(settings: Settings) -> None:
    """Take the webhook away, where it is this bot's: another deployment may have its own there.

    What waits at Telegram stays there. A token that is no longer good is no failure. Raises
    Trouble.
    """
    there = await ask("Telegram", SETTING, f"{_base(settings)}/getWebhookInfo")
    _refuse(there.trouble)
    if not there.body["ok"]:
        _refuse_unless_unknown(there.body)
        return
    if there.body["result"].get("url") != settings.telegram_webhook_url:
        return
    done = await ask("Telegram", SETTING, f"{_base(settings)}/deleteWebhook")
    _refuse(done.trouble)
    if not done.body["ok"]:
        _refuse_unless_unknown(done.body)


def _refuse_unless_unknown(body: Mapping[str, Any]) -> None:
    if body.get("error_code") not in _UNKNOWN_TOKEN:
        _refuse(f"Telegram refuses: {body.get('description')}.")


def _refuse(why: str) -> None:
    if why:
        raise Trouble(STILL_THERE.format(why=why))


def _base(settings: Settings) -> str:
    secret = settings.telegram_bot_token
    token = secret.get_secret_value() if secret else ""
    return f"{settings.telegram_api_url.rstrip('/')}/bot{token}"
