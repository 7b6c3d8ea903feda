"""The texts of a folder as they were at one moment, and all that was made of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from store.policies.search.rank import Index
from store.policies.search.sense import Embeddings
from store.policies.texts import PolicyText
from store.policies.unit import Unit


class FileState(NamedTuple):
    """By what a change of a file is noticed without reading it."""

    name: str
    #: Nanoseconds since 1970.
    modified: int
    #: Bytes.
    size: int


@dataclass(slots=True)
class Snapshot:
    """The texts as they were at one moment, and all that was made of them."""

    files: tuple[FileState, ...]
    texts: tuple[PolicyText, ...]
    #: Of each text.
    units: tuple[tuple[Unit, ...], ...]
    #: Has an entry for each unit, in order.
    index: Index
    #: Of each text, the number of its first entry.
    first: tuple[int, ...]
    #: What questions by meaning need; None until it was asked for.
    sense: Embeddings | None = None
    #: Held while `sense` is made.
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: `sense` is being made in a thread, or cannot be had.
    begun: bool = False
    #: How often that has failed.
    failed: int = 0


@dataclass(frozen=True, slots=True)
class DividedText:
    """A text with its units, in order."""

    text: PolicyText
    units: tuple[Unit, ...]


def number_first_entries(divided: Sequence[DividedText]) -> tuple[int, ...]:
    """For each text, the number of its first entry in the index of all."""
    first = []
    entries = 0
    for one in divided:
        first.append(entries)
        entries += len(one.units)
    return tuple(first)
