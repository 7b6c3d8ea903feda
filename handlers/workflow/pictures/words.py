"""The words in a picture, as a program reads them: to find a case by, and no evidence.

Reading is an optional part: it needs the program `tesseract`. A picture may be made to do harm: its
pixels alone are handed to the program, and both work in processes of their own with little room.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path

from handlers.workflow.pictures.loop_lock import LoopLock
from store.disk.picture import FORMATS, MAX_PIXELS
from store.limited import LimitExceeded, Limits, run_limited_soon

PROGRAM = "tesseract"
#: Each of the two processes; a screenshot takes the program a second or two.
LIMITS = Limits(memory=900_000_000, seconds=20)
#: Pixels of the longer side: more makes it slower, and reads no better.
SIDE = 3_000
#: Characters that are kept.
LONGEST = 5_000

#: One picture is read at a time.
_lock = LoopLock()


@cache
def program() -> str:
    """The path of the program that reads; empty where there is none."""
    return shutil.which(PROGRAM) or ""


async def read_words(path: Path) -> str:
    """The words in a picture, a line for each of its own; none where it cannot be read."""
    if not program():
        return ""
    async with _lock.here():
        try:
            said = await run_limited_soon(read_here, LIMITS, str(path), program())
        except LimitExceeded:
            return ""
    lines = (" ".join(line.split()) for line in str(said).splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST]


def read_here(path: str, reader: str) -> str:
    """What the program gives, of a file that is opened in this very process."""
    try:
        pixels = _pixels_of(path)
    except Exception:
        # Pillow raises nearly anything on a file that is made to break it.
        return ""
    ended = subprocess.run(  # noqa: S603
        [reader, "stdin", "stdout", "--psm", "3"],
        input=pixels,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # One thread: limits of time count all of them together.
        env={"OMP_THREAD_LIMIT": "1", "PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        timeout=LIMITS.seconds,
        check=False,
    )
    return ended.stdout.decode("utf-8", "replace") if ended.returncode == 0 else ""


def _pixels_of(path: str) -> bytes:
    """The picture in grey, as a file that holds nothing else."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=FORMATS) as image:
            ImageOps.exif_transpose(image, in_place=True)
            grey = image.convert("RGB").convert("L")
    grey.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    # Of plain pixels in a row the program need decode nothing.
    grey.save(out, "PPM")
    return out.getvalue()
