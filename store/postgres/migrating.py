"""Brings the database's tables to what this version of the bot expects, or says where they differ.

The migrations are Alembic's, in the folder beside this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import AsyncConnection
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from store.errors import StoreUnavailable
from store.postgres.connection.connecting import REACHING, as_store_errors, with_driver

FOLDER = Path(__file__).with_name("migrations")

#: Where Alembic keeps the number of the last migration.
REVISION = "SELECT version_num FROM alembic_version"

#: The key of the advisory lock of PostgreSQL: of two machines that migrate, one waits until the
#: other's connection is closed.
ONE_AT_A_TIME = 0x4EAD5

NOT_YET = (
    "The database has no tables for Heads Up yet, or those of an older version ({found}). Run: "
    "headsup migrate"
)
TOO_NEW = (
    "The database was used by a newer version of Heads Up ({found}, and this one knows "
    "{known}). Install that version again."
)


def migrate(url: str) -> str:
    """Bring the tables up to date; where they are, nothing happens.

    Gives the number of the last migration. Raises StoreUnavailable, also where they are newer.
    """
    engine = _engine(url)
    with as_store_errors(), engine.connect() as connection:
        # A lock of the session: it outlives the transactions, of which each migration has its own.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()

        _must_not_be_newer(_find_revision(connection))
        connection.commit()

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return known()


async def must_fit(connection: AsyncConnection) -> None:
    """Raises StoreUnavailable where the tables are older or newer than this bot."""
    found = await _read_revision(connection)
    _must_not_be_newer(found)
    if found != known():
        raise StoreUnavailable(NOT_YET.format(found=found or "none"))


def known() -> str:
    """The number of the last migration of this bot."""
    return _revisions()[0]


@cache
def _revisions() -> Sequence[str]:
    """The numbers of the migrations of this bot, the last one first."""
    migrations = ScriptDirectory(str(FOLDER)).walk_revisions()
    return [migration.revision for migration in migrations]


def _find_revision(connection: Connection) -> str:
    """The number of the last migration of the database; empty where there was none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


async def _read_revision(connection: AsyncConnection) -> str:
    """The number of the last migration of the database; empty where there was none.

    In one statement: Alembic asks six, and every start would wait for each.
    """
    try:
        cursor = await connection.execute(REVISION)
    except psycopg.errors.UndefinedTable:
        return ""
    row = await cursor.fetchone()
    return row[0] if row else ""


def _must_not_be_newer(found: str) -> None:
    if found and found not in _revisions():
        raise StoreUnavailable(TOO_NEW.format(found=found, known=known()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _engine(url: str) -> Engine:
    # Without a pool a connection is closed when it is given back, and lets go of the lock.
    return create_engine(with_driver(url), poolclass=NullPool, connect_args=REACHING)
