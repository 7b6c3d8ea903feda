"""What several schools share: a database, and the key to their tokens."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.open_store import NO_EXTRA
from bot.settings import Settings, SettingsError, of_school, schools_of

try:
    from store.postgres import Database
    from store.postgres.installations import Installation, Installations
    from store.postgres.token_key import TokenKey
except ImportError as error:
    raise SettingsError(NO_EXTRA) from error

NO_DATABASE = "SCHOOLS needs DATABASE_URL: a folder holds one school alone."
NO_KEY = "TOKEN_KEY is not set: it keeps the schools' tokens secret in the database. headsup schools proposes one."
NO_URL = "PUBLIC_URL is not set: the address, https://…, at which Slack, Telegram and browsers reach the bot."
NOT_HERE = (
    "{name} is of one school alone. With SCHOOLS, take it away, and connect each school: "
    "headsup --school KEY connect …"
)
NO_APP = (
    "Slack needs SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET: from the app's page, "
    "Basic Information, App Credentials."
)


NOT_OPENED = (
    "TOKEN_KEY does not open its token of {platform}. Was it changed? Start with both keys, the new one first. "
    "Is the old one lost? headsup --school {school} connect {platform}"
)
NO_FOLDER = "connected, and without a folder in SCHOOLS: what is sent to it is refused until there is one again"
REFUSED = "{platform} takes its token no more. Connect it again: headsup --school {school} connect {platform}"
NO_CHAT = "no chat is connected yet: headsup --school {school} connect slack, or telegram"


async def open_installations(settings: Settings) -> tuple[Database, Installations]:
    """Raises SettingsError and StoreUnavailable."""
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
    for name in (
        "slack_bot_token",
        "slack_app_token",
        "telegram_bot_token",
        "telegram_webhook_url",
    ):
        if getattr(settings, name):
            raise SettingsError(NOT_HERE.format(name=name.upper()))


def public_url(settings: Settings) -> str:
    """Without a slash at its end. Raises SettingsError."""
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or not parts.netloc:
        raise SettingsError(NO_URL)
    return settings.public_url.rstrip("/")


def has_slack(settings: Settings) -> bool:
    """Whether workspaces may be connected. Raises SettingsError for half of the app's credentials."""
    given = (settings.slack_client_id, settings.slack_client_secret, settings.slack_signing_secret)
    if any(given) and not all(given):
        raise SettingsError(NO_APP)
    return all(given)


def with_chats(settings: Settings, installations: Iterable[Installation]) -> Settings:
    """A school's settings with the tokens of its chats."""
    update: dict[str, object] = {"slack_signing_secret": None, "telegram_webhook_secret": None}
    for installation in installations:
        token = SecretStr(installation.token or "")
        if installation.platform == "slack":
            update |= {
                "slack_bot_token": token,
                "slack_signing_secret": settings.slack_signing_secret,
            }
        else:
            update |= {
                "telegram_bot_token": token,
                "telegram_webhook_url": f"{public_url(settings)}/telegram/{installation.key}",
                "telegram_webhook_secret": SecretStr(_webhook_secret(installation.token or "")),
            }
    return settings.model_copy(update=update)


async def schools_with_chats(settings: Settings) -> list[tuple[str, Settings, str]]:
    """Each school, or the one that is meant: its key, its settings, what is wrong with its chats. Raises Trouble."""
    public_url(settings)
    has_slack(settings)
    database, installations = await open_installations(settings)
    try:
        found = await installations.all()
    finally:
        await database.close()
    schools = [
        (key, settings, NO_FOLDER.format(school=key)) for key in without_folder(settings, found)
    ]
    for key in keys_of(settings):
        mine = [installation for installation in found if installation.school == key]
        locked = [installation.platform for installation in mine if installation.token is None]
        trouble = "" if mine else NO_CHAT.format(school=key)
        trouble = NOT_OPENED.format(school=key, platform=locked[0]) if locked else trouble
        schools.append(
            (key, with_chats(of_school(settings, key), [i for i in mine if i.token]), trouble)
        )
    return schools


def keys_of(settings: Settings) -> list[str]:
    """Of all schools, or of the one that is meant. Raises SettingsError."""
    return [settings.headsup_school] if settings.is_of_one_of_several else schools_of(settings)


def without_folder(settings: Settings, installations: Iterable[Installation]) -> list[str]:
    """Schools that are connected, and are not there. Raises SettingsError."""
    if settings.is_of_one_of_several:
        return []
    return sorted(
        {installation.school for installation in installations}.difference(keys_of(settings))
    )


def _webhook_secret(token: str) -> str:
    """By which Telegram proves to be Telegram; whoever knows it knows nothing of the token."""
    return sha256(f"webhook\n{token}".encode()).hexdigest()
