"""A piece of evidence, as received."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from store.model.records import State

#: What is left of the pointer of a file that is withheld: a trace of it, by which nobody fetches.
WITHHELD_FILE = "withheld"


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    #: 64-bit difference hash, 16 hexadecimal digits; empty for a plain surface.
    likeness: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One screenshot, file, link or text as received."""

    #: 1, 2, 3 … within its case.
    number: int
    #: Text, link, picture, video, audio, file.
    kind: str
    #: Source key of the message that it came in.
    source: str
    #: Person id.
    by: str
    at: datetime
    state: str = State.KEPT
    #: A text, or a link, as typed.
    text: str = ""
    #: A link's normal form.
    normal: str = ""
    name: str = ""
    media_type: str = ""
    #: Bytes.
    size: int | None = None
    pointer: Mapping[str, str] = field(default_factory=dict)
    #: What the platform says of the original.
    origin: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    kept_at: datetime | None = None
    picture: Picture | None = None
    #: Why it is not kept, or could not be opened.
    problem: str = ""
    tries: int = 0
    next_try: datetime | None = None
    first_try: datetime | None = None
    #: Words in a picture, as a program has read them: to find it by, and no evidence.
    machine_read: str = ""

    @property
    def file_id(self) -> str:
        """Tells a file from others: the same when a message with it is edited. Empty for words."""
        return self.pointer.get(WITHHELD_FILE) or _trace_of_file(self.pointer)

    def withhold(self) -> Evidence:
        """Never fetched, where it was not: with that goes what it could be fetched by, and what it
        looks like. What was kept before stays where it lies.
        """
        is_to_come = self.state in (State.WAITING, State.WANTED)
        return replace(
            self,
            state=State.WITHHELD if is_to_come else self.state,
            next_try=None,
            pointer={WITHHELD_FILE: self.file_id} if self.file_id else {},
            picture=None,
            machine_read="",
        )


def _trace_of_file(pointer: Mapping[str, str]) -> str:
    """The SHA-256 of the platform's own id of a file, in hexadecimal digits."""
    id = pointer.get("file_unique_id") or pointer.get("file") or pointer.get("path", "")
    if id:
        return hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
    return ""
