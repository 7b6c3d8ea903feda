"""A picture as a small PNG that holds its words besides."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

#: Few are enough for text on a light ground, and make it small.
COLOURS = 64
#: Pixels that stay blank below.
MARGIN = 16
#: The field of the PNG that holds its words: https://www.w3.org/TR/png/#11keywords
WORDS = "Description"


def without_blank_end(image: Image.Image) -> Image.Image:
    """The picture up to where something is on it."""
    blank = Image.new("RGB", image.size, "white")
    box = ImageChops.difference(image, blank).getbbox()
    bottom = min(image.height, box[3] + MARGIN) if box else image.height
    return image.crop((0, 0, image.width, bottom))


def as_png(image: Image.Image, words: str) -> bytes:
    """A small PNG that holds the words besides."""
    info = PngInfo()
    info.add_itxt(WORDS, words)
    made = BytesIO()
    few = image.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(made, "PNG", optimize=True, pnginfo=info)
    return made.getvalue()


def words_in(png: Path) -> str:
    """The words that a picture holds."""
    with Image.open(png) as image:
        image.load()
        return str(image.info[WORDS])
