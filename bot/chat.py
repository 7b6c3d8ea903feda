"""What the rest of the bot has to know of one kind of chat, its tokens and its installation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from store.model.address import Platform

# The command line asks this module for its choices, and settings take half a second to load.
if TYPE_CHECKING:
    from bot.front_end import FrontEnd
    from bot.settings import Settings
    from bot.tokens import Tried


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is kept in the settings, and how people come by it."""

    #: The field of Settings that holds it.
    setting: str
    #: How `headsup setup` asks for it.
    question: str
    #: Where to find it: said before it is asked for the first time.
    where_from: str
    #: Tries a token (first) against the platform's API at an address (second), before the bot runs.
    attempt: Callable[[str, str], Awaitable[Tried]]

    @property
    def variable(self) -> str:
        """Its name in the environment and in `.env`."""
        return self.setting.upper()

    def value_in(self, settings: Settings) -> str:
        """The token itself, for the platform alone to see; empty where it is not set."""
        secret = getattr(settings, self.setting)
        return secret.get_secret_value() if secret else ""


@dataclass(frozen=True, slots=True)
class SchoolConnection:
    """How a chat becomes that of one school, where a deployment serves several."""

    #: Settings that one school alone may have, and that several schools must not share.
    alone: tuple[str, ...]
    #: A setting that a school does not have as long as this chat is not connected.
    only_connected: str
    #: What a connected school adds to its settings, by field: (the school's settings, key, token).
    settings: Callable[[Settings, str, str], dict[str, object]]
    #: How the bot's token is asked for; empty where a link installs one app for all schools.
    token_question: str = ""
    #: The key by which the platform's requests name the bot, from its token.
    key_of: Callable[[str], str] = str
    #: Lets the platform hand over nothing more to this deployment, by the school's settings. Raises
    #: Trouble. None where the app is taken out of the school's workspace instead.
    give_back: Callable[[Settings], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Believed:
    """What this bot thinks of its installation on a platform, for the platform to bear out."""

    #: UTC.
    now: datetime
    #: The key with which one school of several was connected; else empty.
    connected_to: str = ""
    #: The workspaces in which people here have accounts on the platform.
    workspaces: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chat:
    """What the rest of the bot has to know of one kind of chat."""

    platform: Platform
    #: The bot's own token. The chat runs where this is set.
    token: Token
    #: Makes the front-end. Raises SettingsError where a setting is missing or cannot be right.
    make_front_end: Callable[[Settings], FrontEnd]
    #: The field of Settings that says where the platform's API is.
    api_url: str
    #: Settings that are of no use without the token.
    companions: tuple[str, ...]
    #: Names the companions, as the beginning of a sentence that goes on with "set".
    companions_are: str
    #: What an invited person types, with `{code}` in it.
    join_command: str
    #: What people do so that the bot may write in a channel.
    how_to_let_in: str
    connection: SchoolConnection
    #: Gives sentences on what the platform says of the installation, and this bot does not think.
    compare: Callable[[Settings, Believed], Awaitable[list[str]]]
    #: A second token, with which the bot connects to the platform.
    app_token: Token | None = None
    #: Gives a sentence where values of settings are mistaken for one another; else nothing.
    find_mix_up: Callable[[Settings], str] = lambda settings: ""
    #: The first characters by which a channel without a platform is known as this chat's.
    channel_initials: str = ""
    #: Gives a sentence on what keeps the bot from writing in a channel, if that is known:
    #: (settings, channel).
    try_channel: Callable[[Settings, str], Awaitable[str]] | None = None
    #: Gives the link that enrols whoever opens it, for a command line that has no running bot:
    #: (settings, code).
    find_join_link: Callable[[Settings, str], Awaitable[str | None]] | None = None

    def is_set(self, settings: Settings) -> bool:
        """Tells whether the chat is to run: its token is in the settings."""
        return bool(getattr(settings, self.token.setting))

    def api_url_in(self, settings: Settings) -> str:
        return str(getattr(settings, self.api_url))
