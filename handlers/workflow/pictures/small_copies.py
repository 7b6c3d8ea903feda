"""Small copies of pictures, for a document: made where harm can be done to nothing else.

Many are made in one process, as it takes longer to start one than to make a picture small. Where
one of them ends it, each is tried by itself.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from store.disk.picture import FORMATS, MAX_PIXELS
from store.limited import LimitExceeded, Limits, run_limited_soon

#: Pixels of the longer side.
SIDE = 420
#: Of a JPEG, of 100.
QUALITY = 70
#: As a look at a picture, but for many.
LIMITS = Limits(memory=700_000_000, seconds=30)
LIMITS_OF_ONE = Limits(memory=700_000_000, seconds=10)


async def small_copies(paths: Sequence[Path]) -> list[bytes]:
    """Of each file a small JPEG; nothing for what cannot be opened as a picture."""
    if not paths:
        return []
    names = [str(path) for path in paths]
    try:
        said = await run_limited_soon(small_here, LIMITS, *names)
    except LimitExceeded:
        said = [await _by_itself(name) for name in names]
    return [base64.b64decode(each) for each in said]


async def _by_itself(name: str) -> str:
    try:
        [said] = await run_limited_soon(small_here, LIMITS_OF_ONE, name)
    except LimitExceeded:
        return ""
    return str(said)


def small_here(*names: str) -> list[str]:
    """In this very process, in base64."""
    return [base64.b64encode(_small(Path(name))).decode() for name in names]


def _small(path: Path) -> bytes:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                image.draft("RGB", (2 * SIDE, 2 * SIDE))
                image.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR)
                ImageOps.exif_transpose(image, in_place=True)
                # Pixels alone: nothing that a phone has written into the file goes along.
                small = Image.new("RGB", image.size, "white")
                rgba = image.convert("RGBA")
                small.paste(rgba, mask=rgba.getchannel("A"))
                small.save(out, "JPEG", quality=QUALITY)
    except Exception:
        # Pillow raises nearly anything on a file that is made to break it.
        return b""
    return out.getvalue()
