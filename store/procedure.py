"""`policy_texts/procedure.toml`: the categories, whom each alerts, and the outcomes of a case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from store.records import Role
from store.tables import Table, load

KEY = re.compile(r"[a-z][a-z-]{0,23}")


def _key(value: str) -> str:
    if not KEY.fullmatch(value):
        raise ValueError(f"“{value}” must be 1 to 24 small letters and hyphens, beginning with a letter")
    return value


Key = Annotated[str, AfterValidator(_key)]
Roles = Annotated[tuple[Role, ...], Field(min_length=1)]


class Category(Table):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    alerts: Roles
    urgent: bool = False
    governors: bool = False  # one of the kinds that the governors count
    withhold: bool = False  # pictures and files are never fetched


class Outcome(Table):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]


class Uncategorised(Table):
    alerts: Roles


class Procedure(Table):
    ladder: Roles  # who is told next, where somebody may not be told or cannot be reached
    uncategorised: Uncategorised
    category: Annotated[tuple[Category, ...], Field(min_length=1, max_length=30)]
    outcome: Annotated[tuple[Outcome, ...], Field(min_length=1, max_length=20)]

    @field_validator("category", "outcome")
    @classmethod
    def _each_key_once(cls, rows: tuple[Category | Outcome, ...]) -> tuple[Category | Outcome, ...]:
        keys = [row.key for row in rows]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise ValueError(f"the key “{twice[0]}” is there more than once")
        return rows

    @field_validator("category")
    @classmethod
    def _one_withheld(cls, rows: tuple[Category, ...]) -> tuple[Category, ...]:
        if not any(row.withhold for row in rows):
            raise ValueError("one category must have withhold = true: a picture of a child undressed")
        return rows

    def named(self, key: str | None) -> Category | None:
        return next((row for row in self.category if row.key == key), None)

    def outcome_named(self, key: str | None) -> Outcome | None:
        return next((row for row in self.outcome if row.key == key), None)


def load_procedure(policy_texts: Path) -> Procedure:
    """Raises FileMistake."""
    return load(policy_texts / "procedure.toml", Procedure)
