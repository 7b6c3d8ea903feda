"""The store that the settings name: the folder, or PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.settings import Settings, SettingsError
from store.base import Store
from store.moving import Moved, move
from store.tiny import TinyStore

if TYPE_CHECKING:  # PostgreSQL's packages are an extra
    from store.postgres import Database
    from store.postgres.bucket import EvidenceBucket

NO_EXTRA = (
    "DATABASE_URL is set, and what PostgreSQL needs is not installed. Run: "
    ".venv/bin/pip install --require-hashes -r requirements-postgres.txt"
)
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
OTHER_ENGINE = (
    "DATABASE_URL begins with {engine}:. Heads Up keeps its data in a folder, or in postgresql://…"
)

#: Variables that platforms set whose disks do not last.
WIPING = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
    "VERCEL": "Vercel",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
}


async def open_store(settings: Settings, database: Database | None = None) -> Store:
    """Open the store. `database`: one that several schools share.

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


async def move_to(where: str, settings: Settings) -> Moved:
    """Carry all that the present store holds over to a folder or a database.

    The bucket of a database is EVIDENCE_URL, on whichever side the database is. Raises Trouble.
    """
    is_database = "://" in where
    if is_database:
        there = settings.model_copy(update={"database_url": SecretStr(where)})
    else:
        folder = {"database_url": None, "evidence_url": "", "headsup_data": Path(where)}
        there = settings.model_copy(update=folder)
    if settings.database_url is None:
        settings = settings.model_copy(update={"evidence_url": ""})
    if is_database:
        migrate_tables(there)

    source = await open_store(settings)
    try:
        target = await open_store(there)
        try:
            return await move(source, target)
        finally:
            await target.close()
    finally:
        await source.close()


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
