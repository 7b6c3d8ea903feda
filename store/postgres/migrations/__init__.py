"""Alembic's folder.

`versions/` holds the numbered migrations, whose SQL is never changed once released.
"""
