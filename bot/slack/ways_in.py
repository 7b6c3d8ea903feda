"""Which way in a request of Slack's has come, once Bolt has found that Slack has signed it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack.events import SlackEvents
from bot.slack.intake import SlackIntake
from bot.slack.reading.payload import Payload, is_readable

EVENT = "event_callback"
#: https://docs.slack.dev/reference/events/app_rate_limited
RATE_LIMITED = "app_rate_limited"

log = structlog.get_logger()


class WaysIn(AsyncMiddleware):
    """The last of Bolt's middleware, which takes every request.

    Listeners would be asked one after another whether a request is theirs, each with all that a
    listener may ask for: as much work as keeping a report.
    """

    def __init__(self, intake: SlackIntake, events: SlackEvents) -> None:
        self._events = events
        #: What people do that has a trigger, by the type of the payload.
        self._ways: dict[str, Callable[[dict[str, Any], AsyncAck], Awaitable[None]]] = {
            "command": intake.slash,
            "block_actions": intake.tap,
            "shortcut": intake.shortcut,
            "message_action": intake.shortcut,
            "view_submission": intake.form,
        }

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse | None:
        """What is not to be read is acknowledged, and nothing more."""
        body = req.body
        if not is_readable(body):
            _note_ignored(body)
            return BoltResponse(status=200, body="")

        kind = "command" if "command" in body else body["type"]
        if kind == EVENT:
            return await self._events.event(body, req)
        await self._ways[kind](body, req.context.ack)
        return req.context.ack.response


def _note_ignored(body: Payload) -> None:
    if body.get("type") == RATE_LIMITED:
        log.warning("slack holds events back: more than it sends in an hour")
    else:
        log.info("slack payload ignored")


async def refuse_unreadable(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """A payload over which a way in, or Bolt itself, has stumbled.

    Not acknowledged, so that Slack sends it again, where all is in it that should be; and no word
    of it in the log.
    """
    if not is_readable(body):
        return BoltResponse(status=200, body="")
    log.error("slack payload not understood", kind=type(error).__name__)
    return BoltResponse(status=503, body="")
