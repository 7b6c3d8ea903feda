"""All pictures of the pages, anew: `make pictures`. It needs Chromium."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.pictures import terminal
from tests.pictures.chromium import MISSING, find_chromium, take
from tests.pictures.governors import governors_page
from tests.pictures.page import words_of
from tests.pictures.png import as_png
from tests.pictures.scenes import PICTURES, SCENES
from tests.talks.stage import ROOT


async def draw_all(program: str) -> None:
    """`program` is Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        svg = await terminal.draw(Path(folder))
        (ROOT / "docs" / "talk.svg").write_text(svg, "utf-8")

    with tempfile.TemporaryDirectory() as folder:
        page = await governors_page(Path(folder))
        _keep("governors", page.picture, page.words)

    for scene in SCENES:
        with tempfile.TemporaryDirectory() as folder:
            pages = await scene(Path(folder))
        for name, html in pages.items():
            _keep(name, take(program, html), words_of(html))


def _keep(name: str, picture: Image.Image, words: str) -> None:
    path = PICTURES / f"{name}.png"
    path.write_bytes(as_png(picture, words))


if __name__ == "__main__":
    found = find_chromium()
    if not found:
        sys.exit(MISSING)
    asyncio.run(draw_all(found))
