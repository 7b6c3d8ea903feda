"""Where somebody is reached, which message that was, and what came in: as text on the disk, in
parts here.

Records keep these as text, `str(address)`, so that what lies on a school's disk reads as it always
did.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

#: What a file that was handed over has before its own id, in the id of a message: `file:F123`.
FILE = "file:"


class Platform(StrEnum):
    """A kind of chat. `bot.chats` says what each of them needs to run."""

    SLACK = "slack"
    TELEGRAM = "telegram"
    TERMINAL = "terminal"
    #: Notices go out by it, and nothing comes in.
    MAIL = "mail"

    @property
    def label(self) -> str:
        """Its name as people write it: `Slack`."""
        return self.value.capitalize()


#: Chats with commands of their own (Slack's /join, /help, /invite …) that no app can take: there,
#: most of ours are typed behind one word.
HAS_COMMANDS_OF_ITS_OWN = frozenset({Platform.SLACK})


#: Where people are told something, and can neither answer nor look.
SEND_ONLY = frozenset({Platform.MAIL})


@dataclass(frozen=True, slots=True)
class Address:
    """An account or a channel: `slack:T1:U7`, `telegram:4242`, `slack:C0123`, `telegram:@heads`.

    `platform` is a Platform's value, or what somebody typed in its place; `place` is what the
    platform calls it.
    """

    platform: str
    place: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of an address; of a text without a colon, a platform alone."""
        platform, _, place = text.partition(":")
        return cls(platform, place)

    def __str__(self) -> str:
        return f"{self.platform}:{self.place}"

    @property
    def is_send_only(self) -> bool:
        return self.platform in SEND_ONLY

    @property
    def parts(self) -> tuple[str, ...]:
        """What the place is made of: `("T1", "U7")` of `slack:T1:U7`."""
        return tuple(self.place.split(":"))


@lru_cache(maxsize=10_000)
def platforms_of(addresses: tuple[str, ...]) -> frozenset[str]:
    """The platforms of some addresses: it is asked of everybody for each change of a case."""
    return frozenset(Address.parse(each).platform for each in addresses)


def is_address(receiver: str) -> bool:
    """Tells a channel, named by its address in a notice, from a person, named by an id."""
    return ":" in receiver


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that the bot has sent, or a file that it has handed over: an address, and the
    platform's id there.
    """

    address: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        address, _, id = text.rpartition(" ")
        return cls(address, id)

    def __str__(self) -> str:
        return f"{self.address} {self.id}"

    @property
    def is_file(self) -> bool:
        return file_in(self.id) is not None


def file_in(id: str) -> str | None:
    """The platform's id of a file, `F123` of `file:F123`; None for the id of any other message."""
    return id.removeprefix(FILE) if id.startswith(FILE) else None


@dataclass(frozen=True, slots=True)
class SourceKey:
    """Which message something came in, the same when the platform sends it again:

    `slack:T1:D9:1732.001`.
    """

    chat: str
    message: str

    @classmethod
    def parse(cls, text: str) -> Self:
        chat, _, message = text.rpartition(":")
        return cls(chat, message)

    def __str__(self) -> str:
        return f"{self.chat}:{self.message}"

    @property
    def platform(self) -> str:
        return Address.parse(self.chat).platform
