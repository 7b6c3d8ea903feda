"""`headsup connect`, `headsup disconnect` and `headsup schools`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.chat import Chat
from bot.chats import chat_on, label_of
from bot.schools.open import give_back, open_installations
from bot.schools.shared_apps import SHARED_APPS
from bot.settings import Settings, SettingsError, of_school, public_url, schools_of
from store.errors import Conflict, Trouble
from store.postgres.installations import Installation, Installations
from store.postgres.token_key import TokenKey
from store.school.school import load_school

WHICH = "Say which school: headsup --school KEY connect {platform}"
LINK = (
    "Open this in a browser, and install Heads Up in the workspace of {school}. "
    "It is good once, for two days:"
)
CONNECTED = (
    "{school} is connected to {name} in {platform}. A bot that runs picks it up within a minute."
)
TAKEN = (
    "{name} is another school's already, or {school} has another bot. headsup schools says which; "
    "headsup --school KEY disconnect {platform} takes one away."
)
GONE = (
    "{school} is no longer connected to {platform}, and its token is forgotten. "
    "What was kept stays."
)
NOTHING = "{school} is not connected to {platform}."
RENEWED = (
    "All tokens are encrypted with the first key of TOKEN_KEY now; "
    "the others may go once every process has it."
)
NOT_ALL_RENEWED = (
    "Some tokens are opened by no key of TOKEN_KEY. "
    "The others are encrypted with the first one now."
)
NO_CHATS = "no chat yet"
NEW_KEY = (
    "TOKEN_KEY is not set: it keeps the schools' tokens secret in the database. "
    "Set it to a key that nobody else knows, and keep it safe, "
    "such as this new one:\nTOKEN_KEY={key}"
)
NOT_OPENED = "TOKEN_KEY does not open its token"


async def install_link(settings: Settings, chat: Chat) -> list[str]:
    """A link that installs the chat's app for one school, below what to do with it.

    Raises Trouble.
    """
    _must_be_one(settings, chat)
    app = SHARED_APPS[chat.platform]
    if not app.is_set(settings):
        raise SettingsError(app.missing)
    async with _installations(settings) as installations:
        link = await app.make_link(settings, installations)
    return [LINK.format(school=settings.headsup_school), link]


async def connect_by_token(settings: Settings, chat: Chat, token: str) -> str:
    """Try a bot's token, and keep it for one school. Raises Trouble."""
    _must_be_one(settings, chat)

    # The platform will call the bot there.
    public_url(settings)
    school = settings.headsup_school
    async with _installations(settings) as installations:
        tried = await chat.token.attempt(token, chat.api_url_in(settings))
        if tried.trouble:
            raise Trouble(tried.trouble)
        made = Installation(
            platform=chat.platform.value,
            key=chat.connection.key_of(token),
            school=school,
            name=tried.name,
            token=token,
            since=datetime.now(UTC),
        )
        try:
            await installations.put(made)
        except Conflict as error:
            taken = TAKEN.format(name=tried.name, school=school, platform=chat.platform)
            raise Trouble(taken) from error
    return CONNECTED.format(school=school, name=tried.name, platform=chat.platform.label)


async def disconnect(settings: Settings, chat: Chat) -> str:
    """Forget the token of one chat of one school, and let the platform call here no more.

    Raises Trouble, and changes nothing then.
    """
    _must_be_one(settings, chat)
    was_connected = False
    async with _installations(settings) as installations:
        for installation in await installations.all():
            is_its_own = installation.school == settings.headsup_school
            if not is_its_own or installation.platform != chat.platform:
                continue
            was_connected = True
            await take_out(settings, installation, installations)
    sentence = GONE if was_connected else NOTHING
    return sentence.format(school=settings.headsup_school, platform=chat.platform.label)


async def take_out(
    settings: Settings, installation: Installation, installations: Installations
) -> None:
    """Give an installation back to its platform, and forget its token.

    `settings`: those of its school. Raises Trouble, and changes nothing then.
    """
    app = SHARED_APPS.get(chat_on(installation.platform).platform)
    if app and installation.token:
        await app.uninstall(settings, installation.token)
    await give_back(settings, installation)
    await installations.drop(installation)


async def list_schools(settings: Settings) -> list[str]:
    """A line for each school: its key, its name, and its chats. Raises Trouble."""
    schools_of(settings)
    if settings.token_key is None:
        raise SettingsError(NEW_KEY.format(key=TokenKey.new()))
    async with _installations(settings) as installations:
        found = await installations.all()
        lines = await _renew(settings.token_key.get_secret_value(), installations, found)

    connected = {installation.school for installation in found}
    for key in sorted({*schools_of(settings), *connected}):
        mine = [installation for installation in found if installation.school == key]
        lines.append(_line(settings, key, mine))
    return lines


async def _renew(
    keys: str, installations: Installations, found: Sequence[Installation]
) -> list[str]:
    """Where there are several keys: encrypt all tokens with the first, and say so."""
    if "," not in keys:
        return []
    for installation in found:
        if installation.token:
            await installations.renew(installation)
    are_all_open = all(installation.token for installation in found)
    return [RENEWED if are_all_open else NOT_ALL_RENEWED]


def _line(settings: Settings, key: str, installed: Sequence[Installation]) -> str:
    chats = []
    for installation in installed:
        name = installation.name if installation.token else NOT_OPENED
        chats.append(f"{label_of(installation.platform)}: {name}")

    try:
        school = _name_of(settings, key)
    except Trouble as error:
        school = str(error)
    return f"{key} ({school}): {', '.join(chats) or NO_CHATS}"


def _name_of(settings: Settings, key: str) -> str:
    """Raises Trouble."""
    its = of_school(settings, key)
    return load_school(its.school_file, its.trust_file).name


def _must_be_one(settings: Settings, chat: Chat) -> None:
    if not settings.is_of_one_of_several:
        raise SettingsError(WHICH.format(platform=chat.platform))


@asynccontextmanager
async def _installations(settings: Settings) -> AsyncIterator[Installations]:
    database, installations = await open_installations(settings)
    try:
        yield installations
    finally:
        await database.close()
