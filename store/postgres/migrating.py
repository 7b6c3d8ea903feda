"""Brings the database's tables to what this version of the bot expects, or says where they differ.

The migrations are Alembic's, in the folder beside this module.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from store.errors import StoreUnavailable
from store.postgres.connection.connecting import REACHING, as_store_errors, with_driver

FOLDER = Path(__file__).with_name("migrations")

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


def must_fit(url: str) -> None:
    """Raises StoreUnavailable where the tables are older or newer than this bot, or not reached."""
    with as_store_errors(), _engine(url).connect() as connection:
        found = _find_revision(connection)
    _must_not_be_newer(found)
    if found != known():
        raise StoreUnavailable(NOT_YET.format(found=found or "none"))


def known() -> str:
    """The number of the last migration of this bot."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def _find_revision(connection: Connection) -> str:
    """The number of the last migration of the database; empty where there was none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def _must_not_be_newer(found: str) -> None:
    if not found:
        return
    migrations = ScriptDirectory(str(FOLDER)).walk_revisions()
    if found not in {migration.revision for migration in migrations}:
        raise StoreUnavailable(TOO_NEW.format(found=found, known=known()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _engine(url: str) -> Engine:
    # Without a pool a connection is closed when it is given back, and lets go of the lock.
    return create_engine(with_driver(url), poolclass=NullPool, connect_args=REACHING)
