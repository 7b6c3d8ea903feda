"""A webhook with its secret token. https://core.telegram.org/bots/api#setwebhook"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import web
from telegram.error import BadRequest

from bot.settings import Settings, SettingsError
from bot.telegram.api import ALLOWED, Line, TelegramBot
from bot.telegram.errors import says
from bot.telegram.intake import Intake

UNSIGNED = (
    "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET too: 1 to 256 letters, digits, _ and - of your own, "
    "by which the bot knows that it is Telegram who calls."
)
UNSIGNABLE = "TELEGRAM_WEBHOOK_SECRET may hold 1 to 256 letters (A-Z, a-z), digits, _ and - alone."
URL_WRONG = "TELEGRAM_WEBHOOK_URL must be an address that begins with https://"
URL_REFUSED = "Telegram refuses TELEGRAM_WEBHOOK_URL: {}."

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
BODY = 1024 * 1024  # bytes; an update holds text and pointers, no files
CONNECTIONS = 40

log = structlog.get_logger()


class Webhook:
    """Where Telegram calls, and how it proves to be Telegram. Raises SettingsError."""

    def __init__(self, settings: Settings) -> None:
        url, secret = settings.telegram_webhook_url or "", settings.telegram_webhook_secret
        if secret is None:
            raise SettingsError(UNSIGNED)
        self._secret = secret.get_secret_value()
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", self._secret):
            raise SettingsError(UNSIGNABLE)
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.netloc:
            raise SettingsError(URL_WRONG)
        self._url = url
        self.path = parts.path or "/"

    async def announce(self, bot: TelegramBot, line: Line) -> None:
        """Tell Telegram. Raises SettingsError where it refuses the address."""

        async def announce() -> None:
            try:
                await bot.set_webhook(
                    self._url,
                    max_connections=CONNECTIONS,
                    allowed_updates=ALLOWED,
                    secret_token=self._secret,
                )
            except BadRequest as error:
                if says(error, "resolve host"):  # a name server that is slow to answer mends itself
                    raise
                raise SettingsError(URL_REFUSED.format(error.message)) from None

        await line.until_answered(announce)

    def route(self, intake: Callable[[], Intake | None]) -> web.RouteDef:
        """Takes one update a call, and says 200 when it has been handed over. `intake`: None until ready."""

        async def take(request: web.Request) -> web.Response:
            given = request.headers.get(SECRET_HEADER, "")
            if not hmac.compare_digest(
                given.encode("utf-8", "surrogateescape"), self._secret.encode()
            ):
                return web.Response(status=403)
            if (request.content_length or 0) > BODY:
                return web.Response(status=413)
            raw = _read(await request.read())
            if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
                return web.Response(status=400)
            ready = intake()
            if ready is None:
                return web.Response(status=503)  # Telegram calls again
            await ready.take(raw)
            return web.Response()

        return web.post(self.path, take)


def _read(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
