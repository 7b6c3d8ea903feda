"""A webhook with its secret token. https://core.telegram.org/bots/api#setwebhook"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import web
from telegram.error import BadRequest

from bot.settings import Settings, SettingsError
from bot.telegram.api import ALLOWED, TelegramApi, TelegramBot
from bot.telegram.errors import has_words
from bot.telegram.intake import TelegramIntake

UNSIGNED = (
    "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET too: 1 to 256 letters, digits, _ and - "
    "of your own, by which the bot knows that it is Telegram who calls."
)
UNSIGNABLE = "TELEGRAM_WEBHOOK_SECRET may hold 1 to 256 letters (A-Z, a-z), digits, _ and - alone."
URL_WRONG = "TELEGRAM_WEBHOOK_URL must be an address that begins with https://"
URL_REFUSED = "Telegram refuses TELEGRAM_WEBHOOK_URL: {}."

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
#: Bytes of a call; an update holds text and pointers, no files.
BODY = 1024 * 1024
#: Calls that Telegram makes at the same moment.
CONNECTIONS = 40

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

log = structlog.get_logger()


class Webhook:
    """Where Telegram calls, and how it proves to be Telegram. Raises SettingsError."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.telegram_webhook_secret
        if secret is None:
            raise SettingsError(UNSIGNED)
        self._secret = secret.get_secret_value()
        if not _SECRET.fullmatch(self._secret):
            raise SettingsError(UNSIGNABLE)

        self._url = settings.telegram_webhook_url or ""
        parts = urlsplit(self._url)
        # A Bot API server of one's own may call by http; Telegram's refuses that itself.
        if parts.scheme not in ("https", "http") or not parts.netloc:
            raise SettingsError(URL_WRONG)
        self.path = parts.path or "/"

    async def announce(self, bot: TelegramBot, api: TelegramApi) -> None:
        """Tell Telegram where to call. Raises SettingsError where it refuses the address."""

        async def announce() -> None:
            try:
                await bot.set_webhook(
                    self._url,
                    max_connections=CONNECTIONS,
                    allowed_updates=ALLOWED,
                    secret_token=self._secret,
                )
            except BadRequest as error:
                # A name server that is slow to answer mends itself.
                if has_words(error, "resolve host"):
                    raise
                raise SettingsError(URL_REFUSED.format(error.message)) from None

        await api.retry(announce)

    def route(self, intake: Callable[[], TelegramIntake | None]) -> web.RouteDef:
        """Receives one update a call, and says 200 when what it says is durable, or else 503.

        Telegram calls again then. `intake` gives None until the bot is ready, and once it stops.
        """

        async def receive(request: web.Request) -> web.Response:
            if not self._is_signed(request):
                return web.Response(status=403)
            if (request.content_length or 0) > BODY:
                return web.Response(status=413)
            update = _read_update(await request.read())
            if update is None:
                return web.Response(status=400)
            ready = intake()
            if ready is None:
                return web.Response(status=503)
            is_kept = await ready.receive(update)
            return web.Response(status=200 if is_kept else 503)

        return web.post(self.path, receive)

    def _is_signed(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        # In constant time, so that nobody finds the secret letter by letter.
        return hmac.compare_digest(given, self._secret.encode())


def _read_update(body: bytes) -> dict[str, Any] | None:
    """The update in a call's body; None where that holds none."""
    raw = _parse(body)
    if isinstance(raw, dict) and isinstance(raw.get("update_id"), int):
        return raw
    return None


def _parse(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    # orjson refuses half of a surrogate pair, which is no reason to lose what somebody sent.
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
