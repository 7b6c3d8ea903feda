"""Where a text names somebody: in full, by surname, or perhaps by a first name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handlers.rules.names.words import TITLES

#: How a text names somebody, the surest way first.
WAYS = IN_FULL, BY_SURNAME, PERHAPS = (
    "by name",
    "by surname",
    "perhaps, by first name alone",
)


def words(text: str) -> list[str]:
    """The words of a text, in small letters without accents.

    They are divided at apostrophes and hyphens too: `O’Brien-José` is o, brien, jose.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.findall(r"\w+", plain.casefold())


@dataclass(frozen=True, slots=True)
class Sought:
    """The name that is looked for, as it was typed."""

    name: str

    @property
    def parts(self) -> list[list[str]]:
        """The words of each of its names, titles aside: `Dr Ana O'Brien` has ana, and o brien."""
        first, comma, second = self.name.partition(",")

        # `Patel, Asha` has the surname first.
        in_order = f"{second} {first}" if comma else first
        parts = [words(part) for part in in_order.split()]
        return [part for part in parts if part and " ".join(part) not in TITLES]

    def way_in(self, text: str) -> str:
        """How a text names them, as one of WAYS; nothing where it does not."""
        found = words(text)
        parts = self.parts
        if not parts:
            return ""
        if all(_holds(found, part) for part in parts):
            return IN_FULL
        if _holds(found, parts[-1]):
            return BY_SURNAME
        if len(parts) > 1 and _holds(found, parts[0]):
            return PERHAPS
        return ""

    def surest_way(self, texts: Iterable[str]) -> str:
        """The surest way in which any of these texts names them; nothing where none does."""
        found = {self.way_in(text) for text in texts}
        for way in WAYS:
            if way in found:
                return way
        return ""


def _holds(found: list[str], wanted: list[str]) -> bool:
    """Whether these words stand there, one behind the other."""
    length = len(wanted)
    starts = range(len(found) - length + 1)
    return any(found[start : start + length] == wanted for start in starts)


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
