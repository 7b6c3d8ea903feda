"""The list of a generation, and which generations are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import orjson

from store.backup.places import BackupPlace
from store.disk.seal import seal, unseal

FORMAT = 1
#: How many days, of those with a backup, the last generation is kept of.
NEWEST = 7
#: And how many weeks.
WEEKS = 5
#: What was erased is in no generation any more after this.
LONGEST = timedelta(days=35)
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Generation:
    """What anybody may know of one copy: no path, and no name."""

    #: UTC
    made: datetime
    #: The data folder's own id.
    of: str
    #: The public key that it is encrypted to, or nothing.
    key: str
    files: int
    #: The piece that lists the files.
    manifest: str
    pieces: tuple[str, ...]
    format: int = FORMAT

    @property
    def name(self) -> str:
        return f"{self.made:{STAMP}}"


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """One file of a generation."""

    #: Within the data folder.
    path: str
    #: Bytes.
    size: int
    sha256: str
    #: Where its bytes are.
    piece: str


def piece_name(sha256: str) -> str:
    return f"pieces/{sha256[:2]}/{sha256}"


def path_of(name: str) -> str:
    """Where the list of the generation of this name lies in a place."""
    return f"generations/{name}.json"


def to_bytes(generation: Generation) -> bytes:
    return seal(orjson.dumps(generation, option=orjson.OPT_INDENT_2))


def read_generations(place: BackupPlace) -> dict[str, Generation | None]:
    """Every generation by its name, oldest first; None for one that cannot be read.

    Raises OSError.
    """
    found = {}
    for path in sorted(place.sizes("generations")):
        name = path.removeprefix("generations/").removesuffix(".json")
        found[name] = _from_bytes(b"".join(place.read(path)))
    return found


def _from_bytes(content: bytes) -> Generation | None:
    try:
        return msgspec.convert(unseal(content), Generation)
    # What msgspec itself raises is a ValueError.
    except ValueError:
        return None


def manifest_bytes(files: Iterable[CopiedFile]) -> bytes:
    return orjson.dumps(list(files))


def manifest_from(content: bytes) -> list[CopiedFile]:
    """Raises ValueError."""
    return msgspec.json.decode(content, type=list[CopiedFile])


def names_to_keep(generations: Iterable[Generation]) -> set[str]:
    """The names of the last generation of each of seven days and of each of five weeks.

    Days and weeks are those of UTC, and only those count that have a generation. None is older than
    five weeks, counted back from the newest.
    """
    oldest_first = sorted(generations, key=lambda generation: generation.made)
    if not oldest_first:
        return set()
    newest = oldest_first[-1]

    days: dict[str, str] = {}
    weeks: dict[str, str] = {}
    for generation in oldest_first:
        if newest.made - generation.made >= LONGEST:
            continue
        # A later generation of the same day or week takes the earlier one's place.
        days[f"{generation.made:%F}"] = generation.name
        weeks[f"{generation.made:%G-%V}"] = generation.name
    last_days = list(days.values())[-NEWEST:]
    last_weeks = list(weeks.values())[-WEEKS:]
    return {*last_days, *last_weeks}
