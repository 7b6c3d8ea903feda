"""Connections to PostgreSQL, and what lasts as long as one of them."""
