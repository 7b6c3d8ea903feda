"""The Home tab: the bot's own page for each person in Slack.

https://docs.slack.dev/surfaces/app-home and https://docs.slack.dev/reference/views/home-tab-views
"""

from __future__ import annotations

from typing import Any

from bot.slack.api import SlackApi, SlackRefused
from bot.slack.reading.payload import Payload, first_text, has_texts, object_in
from bot.slack.reading.translate import Translated, translate_opening
from bot.slack.receiving import Receiver
from bot.slack.render import MAX_BLOCKS, MORE_FOLLOWS, Block, plain_text, render
from handlers.messages import Reply, Sender

#: A tap on the page is answered in another tab.
ANSWERED = "What you tap here is answered under “Messages”."

#: Messages whose blocks are one page: a page takes 100 blocks, twice as many as a message.
MESSAGES = 2
_CONFLICT = "hash_conflict"


def is_opening(event: Payload) -> bool:
    """Tells that somebody opens the Home tab from that they open another tab."""
    return event.get("tab") == "home" and has_texts(event, "user", "event_ts")


async def receive_opening(receiver: Receiver, event: Payload, team: str) -> bool:
    """Receive that somebody opens the Home tab. Gives whether it was received.

    Nothing is answered: the page is put right by itself.
    """

    async def to_incoming(sender: Sender) -> Translated:
        return Translated(translate_opening(event, sender, team))

    outcome = await receiver.receive(str(event["user"]), "", to_incoming)
    return outcome.received


def home_view(reply: Reply) -> dict[str, Any]:
    """The page that shows a reply."""
    messages = render(reply)
    blocks: list[Block] = []
    for message in messages[:MESSAGES]:
        blocks += message.blocks
    last = ANSWERED
    if len(messages) > MESSAGES:
        last = f"{MORE_FOLLOWS} {ANSWERED}"
    has_buttons = any(block["type"] == "actions" for block in blocks)
    if has_buttons:
        note = {"type": "context", "elements": [plain_text(last, len(last))]}
        blocks = [*blocks[: MESSAGES * MAX_BLOCKS - 1], note]
    return {"type": "home", "blocks": blocks}


async def publish(api: SlackApi, user: str, view: dict[str, Any], state: str) -> str:
    """Put a page before a user. Gives Slack's mark of how it stands now, its `hash`.

    With the mark of before, Slack refuses this page where it comes late, after a newer one. Whoever
    calls this knows that there is none; so the one that stands there then is older. Raises
    DeliveryFailed.
    """
    if state:
        try:
            return await _publish(api, user_id=user, view=view, hash=state)
        except SlackRefused as refusal:
            if refusal.error != _CONFLICT:
                raise
    return await _publish(api, user_id=user, view=view)


async def _publish(api: SlackApi, **arguments: Any) -> str:
    answer = await api.ask(api.client.views_publish, **arguments)
    return first_text(object_in(answer, "view"), "hash")
