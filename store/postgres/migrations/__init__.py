"""Alembic's folder: `versions/` holds the numbered migrations, which are never changed once released."""
