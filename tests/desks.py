"""A desk over a real store in a folder, and a time that a test moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from handlers.desk import Desk
from handlers.rules.calendar import Calendar
from store.base import Store
from store.policies import Policies
from store.school.procedure import Procedure, load_procedure
from store.school.school import load_school
from store.tiny import TinyStore

TEXTS = Path(__file__).parents[1] / "policy_texts"


@dataclass
class Time:
    now: datetime


@cache
def shipped_procedure() -> Procedure:
    return load_procedure(TEXTS)


@cache
def shipped_policies(*, by_meaning: bool = True) -> Policies:
    """Read once for all: to divide and index the texts takes longer than most tests."""
    return Policies(TEXTS, by_meaning=by_meaning)


def desk_in(folder: Path, time: Time) -> Desk:
    return desk_over(TinyStore.open(folder / "data"), folder, time)


def desk_over(store: Store, folder: Path, time: Time) -> Desk:
    """A desk with this store, and the days of the school in the folder, if one is written down there."""
    return Desk(
        store=store,
        procedure=shipped_procedure(),
        policies=shipped_policies(),
        calendar=Calendar(load_school(folder / "school.toml")),
        now=lambda: time.now,
        platforms=frozenset({"slack"}),
    )
