"""A frozen record, with some of its fields changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Record = TypeVar("Record")


def changed(record: Record, **changes: Any) -> Record:
    """What `dataclasses.replace` gives, for records of many fields that are often changed.

    That asks a record for each of its fields by itself; here they are read at once.
    """
    kind: type[Any] = type(record)
    names, values_of = _fields_of(kind)  # type: ignore[arg-type]
    known = dict(zip(names, values_of(record), strict=True))
    made: Record = kind(**{**known, **changes})
    return made


@cache
def _fields_of(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of a record's fields, two at least, and what reads the values of all."""
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)
