"""Where a text names somebody: in full, by surname, or perhaps by a first name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handlers.rules.names import TITLES

IN_FULL, BY_SURNAME, PERHAPS = "by name", "by surname", "perhaps, by first name alone"


def words(text: str) -> list[str]:
    """In small letters without accents, divided at apostrophes and hyphens: `O’Brien-José` is o, brien, jose."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"\w+", plain.casefold())


@dataclass(frozen=True, slots=True)
class Sought:
    """A name as it was typed."""

    name: str

    @property
    def parts(self) -> list[list[str]]:
        """Each name of it, titles aside: `Dr Ana O'Brien` has ana, and o brien."""
        first, comma, second = self.name.partition(",")
        parts = (words(part) for part in (f"{second} {first}" if comma else first).split())
        return [part for part in parts if part and " ".join(part) not in TITLES]

    def how(self, text: str) -> str:
        """How a text names them, or nothing."""
        found, parts = words(text), self.parts
        if not parts:
            return ""
        if all(_holds(found, part) for part in parts):
            return IN_FULL
        if _holds(found, parts[-1]):
            return BY_SURNAME
        return PERHAPS if len(parts) > 1 and _holds(found, parts[0]) else ""

    def best(self, texts: Iterable[str]) -> str:
        """How any of these texts names them, in the surest way."""
        found = {self.how(text) for text in texts}
        return next((way for way in (IN_FULL, BY_SURNAME, PERHAPS) if way in found), "")


def _holds(found: list[str], wanted: list[str]) -> bool:
    return any(found[n : n + len(wanted)] == wanted for n in range(len(found) - len(wanted) + 1))


def texts_in(value: object) -> Iterator[str]:
    """Every text in a record's values, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts_in(key)
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)
