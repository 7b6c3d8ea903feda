"""A look at a picture: its size, and a number that is near for pictures that look alike.

A picture may be made to do harm: each is opened in a process of its own, one after another.
"""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from store.limited import LimitExceeded, Limits, run_limited_soon
from store.model.records import Picture

#: A tall screenshot has 20 million. What claims to be larger is kept, and not opened.
MAX_PIXELS = 25_000_000

#: What a picture of so many pixels needs, with its colours in two forms at once.
LIMITS = Limits(memory=700_000_000, seconds=15)

#: What phones and screens make. Of the others, some start a program (PostScript) or read further
#: files.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")

#: Pixels: a JPEG is decoded no larger than this needs. With another size the same picture is less
#: like itself.
DRAFT = (640, 640)

CANNOT_OPEN = "could not be opened as a picture"
TOO_MANY_PIXELS = "too large a picture to open"


@dataclass(frozen=True, slots=True)
class Look:
    picture: Picture | None = None
    problem: str = ""


#: Those who wait to open a picture, in each event loop.
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def look(path: Path) -> Look:
    """Open a file as a picture, whatever it claims to be. Never raises for what is in it."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with turn:
        try:
            said = await run_limited_soon(look_here, LIMITS, str(path))
        except LimitExceeded:
            return Look(problem=CANNOT_OPEN)
    found = said["picture"]
    return Look(Picture(**found) if found else None, said["problem"])


def look_here(path: str) -> dict[str, Any]:
    """A Look, as JSON tells it, of a file that is opened in this very process."""
    return asdict(_open(Path(path)))


def _open(path: Path) -> Look:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                width, height = image.size
                image.draft("RGB", DRAFT)
                # In place: a copy of all its pixels would be one more.
                ImageOps.exif_transpose(image, in_place=True)
                small = image.convert("RGB").convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return Look(problem=TOO_MANY_PIXELS)
    except Exception:
        # Pillow raises nearly anything on a file that is made to break it.
        return Look(problem=CANNOT_OPEN)
    return Look(Picture(width, height, difference_hash(small.tobytes())))


def difference_hash(grey: bytes) -> str:
    """Of 9 × 8 grey pixels, row by row: one bit for each pixel that is brighter than the one to its
    right.
    """
    bits = [grey[9 * y + x] > grey[9 * y + x + 1] for y in range(8) for x in range(8)]
    number = sum(bit << n for n, bit in enumerate(bits))
    return f"{number:016x}" if 0 < number < 2**64 - 1 else ""
