"""Records as JSON documents, and back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import msgspec
import orjson

from store.model.case import Case

Record = TypeVar("Record")
Tables = dict[str, dict[str, Any]]

#: Fields of a case that are tables of their own.
LISTS = ("chronology", "follow_ups", "notices")

#: The other fields, which are one document.
FACTS = tuple(field.name for field in fields(Case) if field.name not in LISTS)


def to_json(tables: Tables) -> bytes:
    """Tables of documents, whose values may be records."""
    return orjson.dumps(tables, option=orjson.OPT_INDENT_2)


def case_tables(case: Case) -> Tables:
    """A case as TinyDB's tables: one document for the case, one for each entry and notice."""
    tables: Tables = {"case": {"1": {name: getattr(case, name) for name in FACTS}}}
    for name in LISTS:
        tables[name] = {str(number): row for number, row in enumerate(getattr(case, name), 1)}
    return tables


def case_from(tables: Tables) -> Case:
    """Raises ValueError when it is not what `case_tables` makes."""
    try:
        document = dict(tables["case"]["1"])
        for name in LISTS:
            rows = tables.get(name, {})
            # JSON has the numbers as text, by which 10 would come before 2.
            document[name] = [rows[number] for number in sorted(rows, key=int)]
        return msgspec.convert(document, Case)
    # What msgspec itself raises is a ValueError.
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a case: {type(error).__name__}") from error


def record_tables(record: object) -> Tables:
    """A record as TinyDB's only table, with one document."""
    return {"_default": {"1": record}}


def record_from(kind: type[Record], tables: Tables) -> Record:
    """Raises ValueError when it is not what `record_tables` makes."""
    try:
        return msgspec.convert(tables["_default"]["1"], kind)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a {kind.__name__.lower()}: {type(error).__name__}") from error
