"""Records for the tests of stores, made short."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from store.model.case import Case
from store.model.evidence import Evidence
from store.model.identifiers import REFERENCE_ALPHABET
from store.model.records import Notice, Person, Report, State

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ASHA, BEN, CLEO = "asha", "ben", "cleo"

# The first thousand are left to tests that name their own.
_references = itertools.islice(
    map("".join, itertools.product(REFERENCE_ALPHABET, repeat=4)), 1000, None
)


def reference() -> str:
    """One that no other test of this process has."""
    return next(_references)


def case(
    *sources: str,
    by: str = ASHA,
    at: datetime = NOW,
    evidence: tuple[Evidence, ...] = (),
    **more: Any,
) -> Case:
    """An open case with one report, whose source keys default to one of its own."""
    ref = more.pop("reference", None) or reference()
    report = Report(by, at, sources or (f"slack:T1:D1:{ref}",), "slack:D1")
    made = Case(ref, at, (report,), evidence, **more)
    return made.enter(at, by, "opened", source=report.sources[0])


def item(number: int = 1, kind: str = "picture", state: str = State.KEPT, **more: Any) -> Evidence:
    return Evidence(number, kind, "slack:T1:D1:1", ASHA, NOW, state, **more)


def wanted(number: int = 1, next_try: datetime | None = NOW, **more: Any) -> Evidence:
    return item(number, state=State.WANTED, next_try=next_try, **more)


def notice(key: str, due: datetime = NOW, to: str = BEN, kind: str = "alert") -> Notice:
    return Notice(key, kind, to, due)


def person(id: str, *accounts: str, **more: Any) -> Person:
    return Person(
        id, id.title(), more.pop("roles", ("staff",)), accounts or (f"slack:T1:{id}",), NOW, **more
    )
