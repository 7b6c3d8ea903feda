"""The list of a generation, and which generations are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from store.backup.places import Place
from store.disk.seal import opened, sealed
from store.documents import adapter

FORMAT = 1
NEWEST = 7  # days of which the last generation is kept
WEEKS = 5
LONGEST = timedelta(days=35)  # what was erased is in no generation any more after this
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Generation:
    """What anybody may know of one copy: no path, and no name."""

    made: datetime  # UTC
    of: str  # the data folder's own id
    key: str  # the public key that it is encrypted to, or nothing
    files: int
    manifest: str  # the piece that lists the files
    pieces: tuple[str, ...]
    format: int = FORMAT

    @property
    def name(self) -> str:
        return f"{self.made:{STAMP}}"


@dataclass(frozen=True, slots=True)
class Copied:
    """One file of a generation."""

    path: str  # within the data folder
    size: int  # bytes
    sha256: str
    piece: str  # where its bytes are


def piece_name(sha256: str) -> str:
    return f"pieces/{sha256[:2]}/{sha256}"


def path_of(name: str) -> str:
    return f"generations/{name}.json"


def to_bytes(generation: Generation) -> bytes:
    return sealed(orjson.dumps(generation, option=orjson.OPT_INDENT_2))


def read_generations(place: Place) -> dict[str, Generation | None]:
    """Every generation by its name, oldest first; None for one that cannot be read. Raises OSError."""
    found = {}
    for path in sorted(place.sizes("generations")):
        name = path.removeprefix("generations/").removesuffix(".json")
        found[name] = _from_bytes(b"".join(place.read(path)))
    return found


def _from_bytes(content: bytes) -> Generation | None:
    try:
        made: Generation = adapter(Generation).validate_python(opened(content))
    except ValueError:
        return None
    return made


def manifest_bytes(files: Iterable[Copied]) -> bytes:
    return orjson.dumps(list(files))


def manifest_from(content: bytes) -> list[Copied]:
    """Raises ValueError."""
    files: list[Copied] = adapter(list[Copied]).validate_python(orjson.loads(content))
    return files


def kept(generations: Iterable[Generation]) -> set[str]:
    """The names of those to keep: the last of each of seven days and five weeks, none older than five weeks."""
    newest_first = sorted(generations, key=lambda g: g.made, reverse=True)
    if not newest_first:
        return set()
    young = [g for g in newest_first if newest_first[0].made - g.made < LONGEST]
    days = {f"{g.made:%F}": g.name for g in reversed(young)}
    weeks = {f"{g.made:%G-%V}": g.name for g in reversed(young)}
    return {*list(days.values())[-NEWEST:], *list(weeks.values())[-WEEKS:]}
