"""The environment and `.env`, read once into one frozen value."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from bot.account import how_as_owner, refuse_root
from bot.env_file import line_of
from bot.env_file import read as read_env_file
from store.errors import Trouble
from store.plain_mistakes import say_plainly

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

OWN_TEXTS = Path("policy_texts")
#: In the folder of the schools.
TRUST_FILE = "trust.toml"
ENV = Path(".env")
#: In the environment: another file in place of `.env`. `headsup --env-file` puts it there.
ENV_FILE = "HEADSUP_ENV_FILE"

#: What the folder of a school is called; its name is the school's key.
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
NO_FOLDER = "SCHOOLS names {folder}, which is no folder that can be read."
NOT_SEVERAL = (
    "SCHOOLS is not set. This command is for several schools in one deployment: set SCHOOLS to the "
    "folder that holds a folder for each school."
)
NO_SCHOOLS = (
    "There is no school in {folder} yet: make a folder for each, named with small letters, digits "
    "and hyphens."
)
NO_SCHOOL = (
    "There is no school “{key}”. A school is a folder in SCHOOLS, named with small letters, digits "
    "and hyphens. There is: {known}."
)
NO_URL = (
    "PUBLIC_URL is not set: the address, https://…, at which Slack, Telegram and browsers reach "
    "the bot."
)
NO_HTTPS = (
    "PUBLIC_URL is no address that begins with https://, and Slack and Telegram call no other. "
    "Write it as https://headsup.example.org."
)
WRONG = "These settings are wrong:"
#: A setting, where it stands, and what is to be written.
WRONG_VALUE = "{name} ({where}): {what}."
IN_FILE, IN_ENVIRONMENT = "{path}, line {line}", "in the environment"
NO_ENV_FILE = "There is no file {file}. It was named with --env-file."
UNREADABLE = "The file {file} cannot be read: {why}."
PACKAGED_TEXTS = Path(__file__).parents[1] / "policy_texts"

#: Settings that are a path, also where they are not set; and those that are one where they are.
COUNTED = ("headsup_data", "school_file", "policy_texts")
COUNTED_IF_SET = ("schools", "backup_to")

_COMMAND = re.compile(r"\bheadsup (?=[a-z])")


class SettingsError(Trouble):
    """A setting is missing, wrong or refused; the text says what to do."""


class TokenRefused(SettingsError):
    """The platform does not take a token, or takes it no more; the text names the setting."""


class Settings(BaseModel):
    """Each field is an environment variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    headsup_data: Path = Field(
        Path("data"), description="Folder that holds cases, evidence and people."
    )
    school_file: Path = Field(
        Path("school.toml"), description="The school: name, nation, hours, terms, staff."
    )
    policy_texts: Path = Field(
        OWN_TEXTS,
        validate_default=True,
        description="Folder of the policy texts and procedure.toml.",
    )
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL in place of the folder: postgresql://user:password@host/name"
    )
    headsup_school: str = Field(
        "school",
        min_length=1,
        max_length=60,
        description="Which school this is, where several share a database.",
    )
    evidence_url: str = Field(
        "", description="With PostgreSQL: a bucket for the bytes of evidence, s3://bucket/path."
    )
    schools: Path | None = Field(
        None,
        description="Several schools in one deployment: the folder that holds a folder for each.",
    )
    public_url: str = Field(
        "",
        description="Several schools: where Slack, Telegram and browsers reach the bot, https://…",
    )
    token_key: SecretStr | None = Field(
        None, description="Several schools: the key that keeps their tokens secret in the database."
    )
    slack_client_id: str = Field("", description="Several schools: the Slack app's client ID.")
    slack_client_secret: SecretStr | None = Field(
        None, description="Several schools: the Slack app's client secret."
    )
    backup_to: str = Field(
        "",
        description=(
            "Where a backup goes every night: a folder, or s3://bucket/path. "
            "With SCHOOLS, each school has a folder of its own in it."
        ),
    )
    backup_key: str = Field(
        "",
        description=(
            "Encrypts the nightly backup: a public key of age, as `headsup backup-key` makes it."
        ),
    )
    dump_url: SecretStr | None = Field(
        None,
        description=(
            "PostgreSQL: the address as which pg_dump runs. `headsup check` tries that it may read "
            "every school's rows."
        ),
    )
    slack_bot_token: SecretStr | None = Field(None, description="Slack: the bot token, xoxb-…")
    slack_app_token: SecretStr | None = Field(
        None, description="Slack, Socket Mode: the app token, xapp-…"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Slack over HTTP: the signing secret."
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Where Slack's Web API is.")
    telegram_bot_token: SecretStr | None = Field(
        None, description="Telegram: the token from @BotFather."
    )
    telegram_webhook_url: str | None = Field(
        None, description="Telegram by webhook: the public https address."
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="Telegram by webhook: a secret of your own."
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org",
        description="Where Telegram's Bot API is: the part before /bot<token>/.",
    )
    mail_url: SecretStr | None = Field(
        None,
        description=(
            "Mail, for those in no chat: the server by which it goes out, "
            "smtps://user:password@host:465, or smtp://user:password@host:587?starttls=required"
        ),
    )
    mail_from: str = Field("", description="Mail: the address from which it goes out.")
    port: int = Field(
        3000,
        ge=0,
        le=65535,
        description="HTTP port, where HTTP is used. Set, it also answers /health and /ready.",
    )
    metrics: str = Field(
        "",
        description=(
            "Numbers for Prometheus at /metrics: 9100 for this machine alone, or ADDRESS:PORT."
        ),
    )
    leadership_channel: tuple[str, ...] = Field(
        (),
        description=(
            "Channel or group that hears of new cases: reference, category and urgency alone."
        ),
    )
    acts_a_minute: int = Field(
        30, ge=5, description="Commands and taps that one person may send in a minute."
    )
    reports_an_hour: int = Field(60, ge=5, description="Cases that one person may open in an hour.")
    max_file_mb: int = Field(100, ge=1, description="Largest file that is kept, in megabytes.")

    @property
    def is_of_one_of_several(self) -> bool:
        """Tells one school of several from a deployment's only school, and from all of them."""
        return self.schools is not None and "headsup_school" in self.model_fields_set

    @property
    def trust_file(self) -> Path | None:
        """What holds for all of several schools, unless a school's own file says otherwise."""
        if self.schools and self.is_of_one_of_several:
            return self.schools / TRUST_FILE
        return None

    @property
    def trust_texts(self) -> Path | None:
        """The texts of all schools that have none of their own, and their procedure."""
        if self.schools is None or not self.is_of_one_of_several:
            return None
        folder = self.schools / OWN_TEXTS.name
        return folder if folder.is_dir() else None

    @property
    def backup_place(self) -> str:
        """BACKUP_TO; of several schools each has a place of its own within it."""
        if self.backup_to and self.is_of_one_of_several:
            return f"{self.backup_to.rstrip('/')}/{self.headsup_school}"
        return self.backup_to

    @field_validator("policy_texts")
    @classmethod
    def _packaged(cls, value: Path) -> Path:
        """The texts that come with the bot, where the school has put no folder of its own here."""
        if value == OWN_TEXTS and not value.is_dir():
            return PACKAGED_TEXTS
        return value

    @field_validator("leadership_channel", mode="before")
    @classmethod
    def _divide(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        channels = (channel.strip() for channel in value.split(","))
        return tuple(channel for channel in channels if channel)

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value


def env_path() -> Path:
    """The file with the settings: `.env`, or the one that --env-file names."""
    return Path(os.environ.get(ENV_FILE) or ENV)


def load(
    environment: Mapping[str, str] | None = None,
    env_file: Path | None = None,
    *,
    may_be_new: bool = False,
) -> Settings:
    """Read the settings: those of the environment, and those of `.env` that it does not have.

    A mapping in place of both makes them testable. With SCHOOLS and HEADSUP_SCHOOL they are those
    of that school. `env_file`: else `env_path()`; `may_be_new`: it need not be there.

    Raises Trouble, which names each setting that is wrong; also where root is at the folder of
    another account.
    """
    if environment is not None:
        return _validated(environment)
    path = env_file or env_path()
    is_named = path != ENV
    if is_named and not may_be_new and not _exists(path):
        raise SettingsError(NO_ENV_FILE.format(file=path))
    in_file = _lower(_read_env_file(path))
    if is_named:
        in_file = _in_folder_of(path, in_file)
    settings = _validated({**in_file, **_lower(os.environ)})
    if settings.database_url is None and (is_named or _exists(settings.headsup_data)):
        refuse_root(settings.headsup_data)
    return settings


def _validated(environment: Mapping[str, str]) -> Settings:
    try:
        settings = Settings.model_validate(_lower(environment))
    except ValidationError as error:
        # What pydantic says of itself would show the values, and some of those are secrets.
        lines = [_describe(mistake) for mistake in error.errors()]
        raise SettingsError("\n".join([WRONG, *lines])) from error

    if settings.is_of_one_of_several:
        return of_school(settings, settings.headsup_school)
    return settings


def _describe(mistake: ErrorDetails) -> str:
    """The name of a setting, where it stands, and what to write there; never its value."""
    name, path = str(mistake["loc"][0]).upper(), env_path()
    line = 0 if name in os.environ else line_of(name, path)
    where = IN_FILE.format(path=path, line=line) if line else IN_ENVIRONMENT
    return WRONG_VALUE.format(name=name, where=where, what=say_plainly(mistake))


def _in_folder_of(env_file: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """With a file that lies elsewhere, paths that it names or leaves out count from its folder."""
    folder = env_file.absolute().parent
    paths = {name: str(Settings.model_fields[name].default) for name in COUNTED}
    paths |= {name: settings[name] for name in COUNTED_IF_SET if name in settings}
    found = {name: str(folder / settings.get(name, path)) for name, path in paths.items()}
    if "policy_texts" not in settings and not Path(found["policy_texts"]).is_dir():
        found["policy_texts"] = str(PACKAGED_TEXTS)
    if "://" in settings.get("backup_to", ""):
        del found["backup_to"]
    return {**settings, **found}


def _lower(settings: Mapping[str, str]) -> dict[str, str]:
    """Those that have a value, by their names in small letters."""
    return {name.lower(): value for name, value in settings.items() if value}


def _read_env_file(path: Path) -> dict[str, str]:
    try:
        return read_env_file(path, interpolate=True)
    except OSError as error:
        raise _unreadable(path, error) from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SettingsError:
    """Mostly typed by another account than the bot's: then with the line to type instead."""
    words = UNREADABLE.format(file=path, why=error.strerror)
    if isinstance(error, PermissionError):
        words = f"{words} {how_as_owner(path)}".strip()
    return SettingsError(words)


def schools_of(settings: Settings) -> list[str]:
    """The keys of all schools, sorted: the names of their folders. Raises SettingsError."""
    if settings.schools is None:
        raise SettingsError(NOT_SEVERAL)
    try:
        names = sorted(entry.name for entry in os.scandir(settings.schools) if entry.is_dir())
    except OSError as error:
        raise SettingsError(NO_FOLDER.format(folder=settings.schools)) from error

    keys = [name for name in names if KEY.fullmatch(name)]
    if not keys:
        raise SettingsError(NO_SCHOOLS.format(folder=settings.schools))
    return keys


def of_school(settings: Settings, key: str) -> Settings:
    """The settings of one school of several: its own school.toml and texts, or those of all.

    Raises SettingsError.
    """
    known = schools_of(settings)
    if settings.schools is None or key not in known:
        raise SettingsError(NO_SCHOOL.format(key=key, known=", ".join(known) or "none"))

    its = settings.model_copy(
        update={
            "headsup_school": key,
            "school_file": settings.schools / key / "school.toml",
            # Each school's channels are in its own file.
            "leadership_channel": (),
        }
    )
    texts = its_texts(its)
    if texts and texts.is_dir():
        return its.model_copy(update={"policy_texts": texts})
    if its.trust_texts:
        return its.model_copy(update={"policy_texts": its.trust_texts})
    return its


def addressed(sentence: str, settings: Settings) -> str:
    """A sentence whose commands say which school is meant, where there are several."""
    if not settings.is_of_one_of_several:
        return sentence
    return _COMMAND.sub(f"headsup --school {settings.headsup_school} ", sentence)


def its_texts(settings: Settings) -> Path | None:
    """Where one school of several has its own texts, if it has some; None for an only school."""
    if not settings.is_of_one_of_several:
        return None
    return settings.school_file.with_name(OWN_TEXTS.name)


def public_url(settings: Settings) -> str:
    """PUBLIC_URL without a slash at its end. Raises SettingsError where it is no https address."""
    if not settings.public_url:
        raise SettingsError(NO_URL)
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or not parts.netloc:
        raise SettingsError(NO_HTTPS)
    return settings.public_url.rstrip("/")
