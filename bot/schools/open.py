"""What several schools share: a database, and the key to their tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.chats import CHATS, chat_on, chats_to_connect
from bot.open_store import NO_EXTRA
from bot.settings import Settings, SettingsError, of_school, public_url, schools_of

try:
    from bot.schools.shared_apps import refuse_half_set
    from store.postgres import Database
    from store.postgres.installations import Installation, Installations
    from store.postgres.token_key import TokenKey
except ImportError as error:
    raise SettingsError(NO_EXTRA) from error

NO_DATABASE = "SCHOOLS needs DATABASE_URL: a folder holds one school alone."
NO_KEY = (
    "TOKEN_KEY is not set: it keeps the schools' tokens secret in the database. "
    "headsup schools proposes one."
)
NOT_HERE = (
    "{name} is of one school alone. With SCHOOLS, take it away, and connect each school: "
    "headsup --school KEY connect …"
)
NOT_OPENED = (
    "TOKEN_KEY does not open its token of {platform}. Was it changed? "
    "Start with both keys, the new one first. "
    "Is the old one lost? headsup --school {school} connect {platform}"
)
NO_FOLDER = (
    "connected, but without a folder in SCHOOLS: what is sent to it is refused until there is "
    "one. Make the folder again, or disconnect it"
)
REFUSED = (
    "{platform} no longer takes its token. Connect it again: headsup --school {school} connect "
    "{platform}"
)
NO_CHAT = "no chat is connected yet: headsup --school {school} connect {chats}"


@dataclass(frozen=True, slots=True)
class SchoolWithChats:
    """One school of several, as the deployment has connected it."""

    key: str
    #: The school's own, with its chats; the deployment's, where the school has no folder.
    settings: Settings
    #: What is wrong with its chats: a sentence, or nothing.
    trouble: str
    #: The key with which each of its chats was connected, by platform.
    connected_to: Mapping[str, str] = field(default_factory=dict)


async def open_installations(settings: Settings) -> tuple[Database, Installations]:
    """The database, and in it the chats of all schools.

    Raises SettingsError and StoreUnavailable.
    """
    if settings.database_url is None:
        raise SettingsError(NO_DATABASE)
    if settings.token_key is None:
        raise SettingsError(NO_KEY)
    refuse_tokens(settings)
    key = TokenKey(settings.token_key.get_secret_value())
    database = await Database.open(settings.database_url.get_secret_value())
    return database, Installations(database, key)


def refuse_tokens(settings: Settings) -> None:
    """Raises SettingsError for what one school alone has in its settings."""
    for chat in CHATS:
        for name in chat.connection.alone:
            if getattr(settings, name):
                raise SettingsError(NOT_HERE.format(name=name.upper()))


def with_chats(settings: Settings, installations: Iterable[Installation]) -> Settings:
    """A school's settings with the tokens of its chats. Raises SettingsError."""
    update: dict[str, object] = {chat.connection.only_connected: None for chat in CHATS}
    for installation in installations:
        connection = chat_on(installation.platform).connection
        update |= connection.settings(settings, installation.key, installation.token or "")
    return settings.model_copy(update=update)


async def schools_with_chats(settings: Settings) -> list[SchoolWithChats]:
    """Each school, or the one that is meant. Raises Trouble."""
    public_url(settings)
    refuse_half_set(settings)
    database, installations = await open_installations(settings)
    try:
        found = await installations.all()
    finally:
        await database.close()

    schools: list[SchoolWithChats] = []
    for key in without_folder(settings, found):
        schools.append(SchoolWithChats(key, settings, NO_FOLDER.format(school=key)))
    for key in keys_of(settings):
        mine = [installation for installation in found if installation.school == key]
        opened = [installation for installation in mine if installation.token]
        its = with_chats(of_school(settings, key), opened)
        connected_to = {each.platform: each.key for each in opened}
        schools.append(SchoolWithChats(key, its, _trouble(key, mine), connected_to))
    return schools


async def give_back(settings: Settings, installation: Installation) -> None:
    """Let the platform of an installation hand over nothing more to this deployment.

    `settings`: those of its school. Raises Trouble.
    """
    connection = chat_on(installation.platform).connection
    if connection.give_back and installation.token:
        await connection.give_back(with_chats(settings, [installation]))


def _trouble(key: str, installations: Sequence[Installation]) -> str:
    """What is wrong with the chats of one school."""
    if not installations:
        return no_chat(key)
    for installation in installations:
        if installation.token is None:
            return NOT_OPENED.format(school=key, platform=installation.platform)
    return ""


def no_chat(key: str) -> str:
    """What is said of a school that has no chat, and how to connect one."""
    return NO_CHAT.format(school=key, chats=chats_to_connect())


def keys_of(settings: Settings) -> list[str]:
    """The keys of all schools, or of the one that is meant. Raises SettingsError."""
    if settings.is_of_one_of_several:
        return [settings.headsup_school]
    return schools_of(settings)


def without_folder(settings: Settings, installations: Iterable[Installation]) -> list[str]:
    """The keys of schools that are connected, and are not there, sorted. Raises SettingsError."""
    if settings.is_of_one_of_several:
        return []
    connected = {installation.school for installation in installations}
    return sorted(connected.difference(keys_of(settings)))
