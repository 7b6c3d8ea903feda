"""The store that the settings name: the folder, or PostgreSQL."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from bot.settings import Settings, SettingsError, addressed
from store.base import Store
from store.errors import Trouble
from store.extras import how_to_install
from store.fields_kept import refuse_what_a_later_version_used
from store.model.place_notes import MOVED_AWAY, PUTTING_BACK, MovedAway
from store.tiny import TinyStore
from store.tiny.place_notes import read_place_note

if TYPE_CHECKING:  # PostgreSQL's packages are an extra
    from store.postgres import Database
    from store.postgres.bucket import EvidenceBucket

NO_EXTRA = f"DATABASE_URL is set, and what PostgreSQL needs is not installed. {how_to_install()}"
NOTHING_TO_DO = "DATABASE_URL is not set: a folder needs no tables, so there is nothing to do."
UP_TO_DATE = "The database is up to date ({number})."
BUCKET_ALONE = (
    "EVIDENCE_URL needs DATABASE_URL: in a folder, evidence lies beside its case. "
    "Set DATABASE_URL, or take EVIDENCE_URL away."
)
WIPED = (
    "{platform} wipes the disk at each restart, and the cases with it. "
    "Set DATABASE_URL to a PostgreSQL database, and run: headsup migrate"
)
WHICH = "SCHOOLS is set, so there are several. Say which one: headsup --school KEY …"
MOVED = (
    "{place} was moved to {to} on {at:%d/%m/%Y at %H:%M} UTC, and is used there: set {setting} to "
    "that. To use what was left here all the same: headsup move --again"
)
OTHER_ENGINE = (
    "DATABASE_URL begins with {engine}:. Heads Up keeps its data in a folder, or in postgresql://…"
)

HALF_RESTORED = (
    "A backup was being put back for “{school}” here, and that was interrupted: only a part is "
    "there. Run the same headsup restore again, which finishes it."
)

#: What is shown of the part of a database's address after `?`.
SHOWN = ("host", "port", "dbname")

#: Variables that platforms set whose disks do not last.
WIPING = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
    "VERCEL": "Vercel",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
}


async def open_store(settings: Settings, database: Database | None = None) -> Store:
    """Open the store. `database`: one that several schools share.

    Raises StoreUnavailable, SettingsError, and Trouble where everything was moved away from it, a
    backup was put back into it only in part, or a later version has used it.
    """
    store = await open_even_half_restored(settings, database)
    try:
        await refuse_what_a_later_version_used(store)
        if await store.place_note(PUTTING_BACK):
            raise Trouble(HALF_RESTORED.format(school=settings.headsup_school))
    except Trouble:
        await store.close()
        raise
    return store


async def open_even_half_restored(settings: Settings, database: Database | None = None) -> Store:
    """As `open_store`, also where a backup was put back into it only in part."""
    store = await open_even_moved(settings, database)
    try:
        note = MovedAway.from_text(await store.place_note(MOVED_AWAY))
        if note:
            raise moved_away(note, settings)
    except Trouble:
        await store.close()
        raise
    return store


async def open_even_moved(settings: Settings, database: Database | None = None) -> Store:
    """Open the store, also one from which everything was moved away.

    Raises StoreUnavailable and SettingsError.
    """
    if settings.schools and not settings.is_of_one_of_several:
        raise SettingsError(WHICH)
    url = address(settings)
    if url is None:
        _refuse_wiped_disk()
        return TinyStore.open(settings.headsup_data)

    try:
        from store.postgres import PostgresStore
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    if settings.evidence_url:
        from store.postgres.bucket import PostgresWithBucket

        bucket = evidence_bucket(settings)
        return await PostgresWithBucket.open_with(bucket, database or url, settings.headsup_school)
    return await PostgresStore.open(database or url, settings.headsup_school)


def _refuse_wiped_disk() -> None:
    """Raises SettingsError where the cases would be gone at the next restart."""
    for variable, platform in WIPING.items():
        if os.environ.get(variable):
            raise SettingsError(WIPED.format(platform=platform))


def evidence_bucket(settings: Settings) -> EvidenceBucket:
    """The one that EVIDENCE_URL names. Raises Trouble."""
    try:
        from store.postgres.bucket import EvidenceBucket
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    return EvidenceBucket(settings.evidence_url, settings.headsup_school)


def moved_away(note: MovedAway, settings: Settings) -> Trouble:
    """What is said where a place is to be used that was moved away."""
    place, setting = without_password(settings), "HEADSUP_DATA"
    if settings.database_url is not None:
        place, setting = f"The school “{settings.headsup_school}” in {place}", "DATABASE_URL"
    said = MOVED.format(place=place, to=note.to, at=note.at, setting=setting)
    return Trouble(addressed(said, settings))


def refuse_moved_folder(settings: Settings) -> None:
    """For whoever opens no store, as a bot may own the folder.

    Raises Trouble where it was moved away, and OSError.
    """
    note = MovedAway.from_text(read_place_note(settings.headsup_data, MOVED_AWAY))
    if note:
        raise moved_away(note, settings)


def migrate_tables(settings: Settings) -> str:
    """Bring the database's tables up to date. Returns what was done, as a sentence.

    Raises StoreUnavailable and SettingsError.
    """
    url = address(settings)
    if url is None:
        return NOTHING_TO_DO
    try:
        from store.postgres import migrate
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    return UP_TO_DATE.format(number=migrate(url))


def sql_of_roles() -> str:
    """What makes the roles of the bot and of pg_dump, for psql. Raises SettingsError."""
    try:
        from store.postgres.role import ROLES
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    return ROLES


def without_password(settings: Settings) -> str:
    """Where the store is, to be shown: a folder, or a database's address without its password."""
    url = address(settings)
    if url is None:
        return str(settings.headsup_data.absolute())
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{user}{place}", parts.path, _shown(parts.query), ""))


def _shown(query: str) -> str:
    """The part of an address after `?`, without what may be a secret."""
    shown = [each for each in query.split("&") if each.partition("=")[0] in SHOWN]
    return "&".join(shown)


def address(settings: Settings) -> str | None:
    """The database's address; None where the store is a folder.

    Raises SettingsError for another engine, and for a bucket without a database.
    """
    if settings.database_url is None:
        if settings.evidence_url:
            raise SettingsError(BUCKET_ALONE)
        return None
    url = settings.database_url.get_secret_value()
    engine = url.partition(":")[0]
    if engine not in ("postgresql", "postgres"):
        raise SettingsError(OTHER_ENGINE.format(engine=engine))
    return url
