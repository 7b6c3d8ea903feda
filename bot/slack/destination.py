"""Where an answer belongs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """The person, and the place in Slack for an answer; with the person alone, their direct messages.

    `response_url` answers so that only the person sees it. `tapped` is the message whose button was tapped,
    where an answer may take its place. `hidden` asks for a message in `channel` that only the person sees.
    """

    user: str
    channel: str = ""
    thread: str = ""
    response_url: str = ""
    tapped: str = ""
    hidden: bool = False


def is_direct(channel: str) -> bool:
    """Whether it is a direct message's channel, by its id."""
    return channel.startswith("D")
