"""`headsup connect`, `headsup disconnect` and `headsup schools`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.schools.open import NO_APP, has_slack, open_installations, public_url
from bot.settings import Settings, SettingsError, of_school, schools_of
from bot.slack.manifest import INSTALL
from bot.slack.oauth import LINK_HOURS
from bot.slack.workspaces import uninstall
from bot.telegram.token_check import try_token
from handlers.messages import DeliveryFailed
from store.errors import Conflict, Trouble
from store.postgres.installations import Installation, Installations
from store.postgres.token_key import TokenKey
from store.school.school import load_school

PLATFORMS = ("slack", "telegram")
WHICH = "Say which school: headsup --school KEY connect {platform}"
LINK = "Open this in a browser, and install Heads Up in the workspace of {school}. It is good once, for two days:"
CONNECTED = "{school} is connected to {name} in Telegram. What runs takes it up within a minute."
TAKEN = (
    "{name} is another school's already, or {school} has another bot. headsup schools says which; "
    "headsup --school KEY disconnect telegram takes one away."
)
GONE = "{school} is no longer connected to {platform}, and its token is forgotten. What was kept stays."
NOTHING = "{school} is not connected to {platform}."
RENEWED = "All tokens are encrypted with the first key of TOKEN_KEY now; the others may go once every process has it."
NOT_ALL_RENEWED = "Some tokens are opened by no key of TOKEN_KEY. The others are encrypted with the first one now."
NO_CHATS = "no chat yet"
STILL_THERE = "{why} So nothing was changed. Try again, or remove the app in Slack: it is forgotten then by itself."
NEW_KEY = (
    "TOKEN_KEY is not set: it keeps the schools' tokens secret in the database. Set it to a key that nobody else "
    "knows, and keep it safe, such as this new one:\nTOKEN_KEY={key}"
)
NOT_OPENED = "TOKEN_KEY does not open its token"


async def slack_link(settings: Settings) -> list[str]:
    """A link that installs the app for one school. Raises Trouble."""
    _must_be_one(settings, "slack")
    if not has_slack(settings):
        raise SettingsError(NO_APP)
    now = datetime.now(UTC)
    async with _installations(settings) as installations:
        words = await installations.link(
            settings.headsup_school, now, now + timedelta(hours=LINK_HOURS)
        )
    return [
        LINK.format(school=settings.headsup_school),
        f"{public_url(settings)}{INSTALL}?state={words}",
    ]


async def connect_telegram(settings: Settings, token: str) -> str:
    """Try a bot's token, and keep it for one school. Raises Trouble."""
    _must_be_one(settings, "telegram")
    public_url(settings)
    async with _installations(settings) as installations:
        tried = await try_token(token, settings.telegram_api_url)
        if tried.trouble:
            raise Trouble(tried.trouble)
        school, key = settings.headsup_school, token.partition(":")[0]
        made = Installation("telegram", key, school, tried.name, token, datetime.now(UTC))
        try:
            await installations.put(made)
        except Conflict as error:
            raise Trouble(TAKEN.format(name=tried.name, school=school)) from error
    return CONNECTED.format(school=school, name=tried.name)


async def disconnect(settings: Settings, platform: str) -> str:
    """Forget the token of one chat of one school. Raises Trouble."""
    _must_be_one(settings, platform)
    async with _installations(settings) as installations:
        found = await installations.all()
        mine = [i for i in found if (i.school, i.platform) == (settings.headsup_school, platform)]
        for installation in mine:
            if installation.token and platform == "slack":
                await _uninstall(settings, installation.token)
            await installations.drop(installation)
    return (GONE if mine else NOTHING).format(
        school=settings.headsup_school, platform=platform.capitalize()
    )


async def list_schools(settings: Settings) -> list[str]:
    """A line for each school: its key, its name, and its chats. Raises Trouble."""
    schools_of(settings)
    if settings.token_key is None:
        raise SettingsError(NEW_KEY.format(key=TokenKey.new()))
    async with _installations(settings) as installations:
        found = await installations.all()
        said = await _renewed(settings.token_key.get_secret_value(), installations, found)
    keys = sorted({*schools_of(settings), *(installation.school for installation in found)})
    return [*said, *(_line(settings, key, [i for i in found if i.school == key]) for key in keys)]


async def _renewed(
    keys: str, installations: Installations, found: Sequence[Installation]
) -> list[str]:
    """Where there are several keys: encrypts all tokens with the first, and says so."""
    if "," not in keys:
        return []
    for installation in found:
        if installation.token:
            await installations.renew(installation)
    return [RENEWED if all(i.token for i in found) else NOT_ALL_RENEWED]


async def _uninstall(settings: Settings, token: str) -> None:
    """Raises Trouble: while the app is in the workspace, people would write to it, and nobody would read it."""
    try:
        await uninstall(settings, token)
    except DeliveryFailed as failure:
        raise Trouble(STILL_THERE.format(why=failure)) from failure


def _line(settings: Settings, key: str, installed: Sequence[Installation]) -> str:
    chats = [f"{i.platform.capitalize()}: {i.name if i.token else NOT_OPENED}" for i in installed]
    try:
        name = load_school(of_school(settings, key).school_file).name
    except Trouble as error:
        name = str(error)
    return f"{key} ({name}): {', '.join(chats) or NO_CHATS}"


def _must_be_one(settings: Settings, platform: str) -> None:
    if not settings.is_of_one_of_several:
        raise SettingsError(WHICH.format(platform=platform))


@asynccontextmanager
async def _installations(settings: Settings) -> AsyncIterator[Installations]:
    database, installations = await open_installations(settings)
    try:
        yield installations
    finally:
        await database.close()
