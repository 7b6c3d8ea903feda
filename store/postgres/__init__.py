"""The store for more than one machine: PostgreSQL.

A case is one JSONB document, beside the columns that are searched, and is found by its marks, which
are rows: under row-level security no index serves a search in an array. Source keys, references and
keys of notices are unique by constraint; a case is saved by comparing and swapping its version; due
notices are claimed with `SKIP LOCKED` under a lease. Every row carries its school, and row-level
security shows a connection the rows of its school alone.
"""

from store.postgres.database import Database
from store.postgres.migrating import migrate
from store.postgres.store import PostgresStore

__all__ = ["Database", "PostgresStore", "migrate"]
