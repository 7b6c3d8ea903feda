"""Where an answer belongs, and Slack's accounts and channels as addresses."""

from __future__ import annotations

from dataclasses import dataclass

from store.model.address import Address, Platform


@dataclass(frozen=True, slots=True)
class Destination:
    """The person, and the place in Slack for an answer.

    With the person alone, it is their direct messages with the bot. The names of the
    fields travel in forms, which may be open while the bot is updated.
    """

    user: str
    channel: str = ""
    thread: str = ""
    #: Answers so that only the person sees it.
    response_url: str = ""
    #: The message whose button was tapped, where an answer may take its place.
    tapped: str = ""
    #: Asks for a message in `channel` that only the person sees.
    hidden: bool = False


def is_direct(channel: str) -> bool:
    """Tells a direct message's channel from others by its id."""
    return channel.startswith("D")


def account_of(team: str, user: str) -> str:
    """A person's account: `slack:T1:U7`."""
    return str(Address(Platform.SLACK, f"{team}:{user}"))


def address_of(channel: str) -> str:
    """A channel's address, a direct message's channel included: `slack:C0123`."""
    return str(Address(Platform.SLACK, channel))
