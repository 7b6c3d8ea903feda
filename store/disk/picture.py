"""A picture, opened: its size, and a number that is near for pictures that look alike.

A picture may be made to do harm: each is opened in a process of its own, which imports this module
and little else.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

#: A tall screenshot has 20 million. What claims to be larger is kept, and not opened.
MAX_PIXELS = 25_000_000

#: What phones and screens make. Of the others, some start a program (PostScript) or read further
#: files.
FORMATS = ("Jpeg", "Png", "Gif", "WebP", "Bmp", "Tiff")

#: Pixels: a JPEG is decoded no larger than this needs. With another size the same picture is less
#: like itself.
DRAFT = (640, 640)

CANNOT_OPEN = "could not be opened as a picture"
TOO_MANY_PIXELS = "too large a picture to open"


def look_here(path: str) -> dict[str, Any]:
    """What a file shows that is opened in this very process, as JSON tells it: the fields of its
    `picture`, or the `problem`.
    """
    from PIL import Image, ImageOps

    # Pillow would else import all the formats that it knows.
    for name in FORMATS:
        import_module(f"PIL.{name}ImagePlugin")
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
        return _problem(TOO_MANY_PIXELS)
    except Exception:
        # Pillow raises nearly anything on a file that is made to break it.
        return _problem(CANNOT_OPEN)

    alike = difference_hash(small.tobytes())
    return {"picture": {"width": width, "height": height, "likeness": alike}, "problem": ""}


def _problem(words: str) -> dict[str, Any]:
    return {"picture": None, "problem": words}


def difference_hash(grey: bytes) -> str:
    """Of 9 × 8 grey pixels, row by row: one bit for each pixel that is brighter than the one to its
    right.
    """
    number = 0
    for place in range(64):
        row, column = divmod(place, 8)
        pixel = 9 * row + column
        if grey[pixel] > grey[pixel + 1]:
            number |= 1 << place
    return f"{number:016x}" if 0 < number < 2**64 - 1 else ""
