"""Brings the database's tables to what this version of the bot expects, and says so where they are not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from store.errors import StoreUnavailable
from store.postgres.connecting import REACHING, troubles, with_driver

FOLDER = Path(__file__).with_name("migrations")
ONE_AT_A_TIME = 0x4EAD5
"""The key of the advisory lock: of two machines that migrate, one waits until the other's connection is closed."""

NOT_YET = (
    "The database has no tables for Heads Up yet, or older ones ({found}). Run: headsup migrate"
)
TOO_NEW = "The database is of a newer Heads Up ({found}, and this one knows {known}). Install the newer version."


def migrate(url: str) -> str:
    """Bring the tables up to date; again, nothing happens. Gives the number of the last migration.

    Raises StoreUnavailable.
    """
    engine = _engine(url)
    with troubles(), engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()
        _must_not_be_newer(_found(connection))
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return known()


def must_fit(url: str) -> None:
    """Raises StoreUnavailable where the tables are older or newer than this bot, or cannot be reached."""
    with troubles(), _engine(url).connect() as connection:
        found = _found(connection)
    _must_not_be_newer(found)
    if found != known():
        raise StoreUnavailable(NOT_YET.format(found=found or "none"))


def known() -> str:
    """The number of the last migration of this bot."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def _found(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _must_not_be_newer(found: str) -> None:
    if found and found not in {
        script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()
    }:
        raise StoreUnavailable(TOO_NEW.format(found=found, known=known()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _engine(url: str) -> Engine:
    return create_engine(with_driver(url), poolclass=NullPool, connect_args=REACHING)


__all__ = ["DBAPIError", "known", "migrate", "must_fit"]
