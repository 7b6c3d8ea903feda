"""A page of HTML as a picture, by a Chromium without a window."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from tests.pictures.page import WIDTH
from tests.pictures.png import without_blank_end

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "Pictures are taken by Chromium, which is not here. Install it: sudo apt install chromium"
#: Of the window, in CSS pixels: higher than any page.
HEIGHT = 6_000
#: Pixels of the picture for each of CSS.
SCALE = 2
SECONDS = 60


def find_chromium() -> str:
    """The program; empty where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def take(program: str, html: str) -> Image.Image:
    """The page as a picture, as high as the page is."""
    with tempfile.TemporaryDirectory() as folder:
        source, taken = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(html, "utf-8")
        subprocess.run(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/profile",
                f"--force-device-scale-factor={SCALE}",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={taken}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
        with Image.open(taken) as image:
            return without_blank_end(image.convert("RGB"))
