"""What ours is measured beside: applications as the documentation of their libraries shows them.

`python -m tests.bench.bare bolt|bolt-before|telegram ADDRESS PORT`: `bolt` and `bolt-before` (with
`process_before_response`) only acknowledge, `telegram` only replies. Nothing is kept.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.bench.platforms import SECRET, SLACK_TOKEN, TELEGRAM_TOKEN


def bolt(address: str, port: int, *, before: bool) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/async"""
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(SLACK_TOKEN, base_url=f"{address}/api/")
    app = AsyncApp(client=client, signing_secret=SECRET, process_before_response=before)

    @app.command("/report")
    async def report(ack: Any) -> None:
        await ack("Thank you.")

    app.start(port)


def telegram(address: str) -> None:
    """https://docs.python-telegram-bot.org/en/stable/examples.echobot.html"""
    from telegram import Update
    from telegram.ext import Application, ContextTypes, MessageHandler, filters

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_text("Thank you.")

    app = Application.builder().token(TELEGRAM_TOKEN).base_url(f"{address}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    app.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    kind, where, number = sys.argv[1:]
    if kind == "telegram":
        telegram(where)
    else:
        bolt(where, int(number), before=kind == "bolt-before")
