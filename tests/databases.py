"""A real PostgreSQL for the tests of this process, with the bot's tables, and a role that row-level security binds."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from store.postgres import migrate
from store.postgres.connection.connecting import with_driver
from store.postgres.migrating import FOLDER
from tests.places import in_memory


@cache
def server(name: str = "the one that is written to") -> Any:
    """Started once, and gone with the process. Its files are in memory, or it does not wait for the disk.

    With PG_ON_DISK in the environment they are on the disk, and waited for, which a measurement wants.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())  # pgserver asks for it
    import pgserver

    where = None if os.environ.get("PG_ON_DISK") else in_memory()
    folder = Path(tempfile.mkdtemp(prefix="pg", dir=where))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    started = pgserver.get_server(folder)
    atexit.register(started.cleanup)
    started.psql("CREATE ROLE headsup LOGIN")
    if not where and not os.environ.get("PG_ON_DISK"):
        started.psql("ALTER SYSTEM SET fsync = off")
        started.psql("SELECT pg_reload_conf()")
    return started


@contextmanager
def stopped(how: Literal["fast", "immediate"] = "fast") -> Iterator[None]:
    """The server is down for as long as the context lasts. `immediate`: as when its machine loses power."""
    from pgserver import pg_ctl

    pg_ctl(["-w", "-m", how, "stop"], pgdata=server().pgdata, user=server().system_user)
    yield
    server().ensure_postgres_running()


def cut_every_connection() -> None:
    """Of the bot's role, whatever it is doing."""
    server().psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'headsup'"
    )


def _address(name: str) -> str:
    return f"postgresql://headsup@/{name}?host={server().pgdata}"


@cache
def new_database(name: str) -> str:
    """The address of a database without tables."""
    server().psql(f"CREATE DATABASE {name} OWNER headsup")
    return _address(name)


def database_of(name: str, number: str) -> str:
    """The address of a new database with the tables that this migration left."""
    url = new_database(name)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with create_engine(with_driver(url)).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, number)
    return url


@cache
def migrated(name: str) -> str:
    """The address of a new database with the bot's tables, copied from one that was migrated."""
    server().psql(f"CREATE DATABASE {name} OWNER headsup TEMPLATE {_pattern()}")
    return _address(name)


@cache
def _pattern() -> str:
    """The name of a migrated database to which nobody is connected."""
    migrate(new_database("pattern"))
    return "pattern"


@cache
def database() -> str:
    """The address of a database with the bot's tables."""
    return migrated("headsup")


def contents(school: str) -> dict[str, list[str]]:
    """Every row that a school has, by table, as whoever is bound by nothing sees them."""
    with psycopg.connect(server().get_uri("headsup"), autocommit=True) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'school' ORDER BY 1"
        ).fetchall()
        rows = "SELECT CAST(to_jsonb(t) AS text) FROM {} t WHERE school = %s ORDER BY 1"
        return {
            table: [row for (row,) in connection.execute(rows.format(table), (school,)).fetchall()]
            for (table,) in tables
        }
