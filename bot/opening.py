"""The store that the settings name: the folder, or PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings, SettingsError
from store.base import Store
from store.moving import Moved, move
from store.tiny import TinyStore

NO_EXTRA = (
    "DATABASE_URL is set, and what PostgreSQL needs is not installed. Run: "
    "pip install --require-hashes -r requirements-postgres.txt"
)
NO_DATABASE = "DATABASE_URL is not set, so there is no database whose tables could be made."
OTHER_ENGINE = "DATABASE_URL begins with {engine}:. Heads Up keeps its data in a folder, or in postgresql://…"


async def open_store(settings: Settings) -> Store:
    """Raises StoreUnavailable, and SettingsError."""
    url = address(settings)
    if url is None:
        return TinyStore.open(settings.headsup_data)
    try:
        from store.postgres import PostgresStore
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    return await PostgresStore.open(url, settings.headsup_school)


async def move_to(where: str, settings: Settings) -> Moved:
    """Carry all that the present store holds over to a folder or a database. Raises Trouble."""
    is_database = "://" in where
    there = settings.model_copy(
        update={"database_url": SecretStr(where) if is_database else None}
        | ({} if is_database else {"headsup_data": Path(where)})
    )
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
    """Bring the database's tables up to date; the number of the last migration. Raises like `open_store`."""
    url = address(settings)
    if url is None:
        raise SettingsError(NO_DATABASE)
    try:
        from store.postgres import migrate
    except ImportError as error:
        raise SettingsError(NO_EXTRA) from error
    return migrate(url)


def address(settings: Settings) -> str | None:
    """Of the database; None where the store is a folder. Raises SettingsError for another engine."""
    if settings.database_url is None:
        return None
    url = settings.database_url.get_secret_value()
    engine = url.partition(":")[0]
    if engine not in ("postgresql", "postgres"):
        raise SettingsError(OTHER_ENGINE.format(engine=engine))
    return url
