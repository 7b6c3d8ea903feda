"""The picture of the bars says in words all that it shows, and shows nothing that is hidden."""

from __future__ import annotations

import itertools
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from handlers.cases.figures.files import LONGEST_ALT, figures_picture
from handlers.cases.figures.page import FiguresPage, Row
from handlers.desk import Desk
from handlers.messages import File
from handlers.rules.suppression import Cell, Hidden
from handlers.rules.terms import Compared, Period
from tests.desks import Time, desk_in
from tests.handlers.cases.test_pack import HOSTILE
from tests.store.made import NOW

TERM = Period("Autumn term 2026", date(2026, 9, 2), date(2027, 1, 5))
BLUE = (0x5B, 0x7F, 0xA8)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_in(tmp_path, Time(NOW))


def drawn(desk: Desk, *cells: tuple[str, Cell]) -> File | None:
    rows = tuple(Row(name, (cell, 0, 0)) for name, cell in cells)
    compared = Compared(TERM, TERM, TERM)
    page = FiguresPage(compared, rows, Row("All", (9, 0, 0)), (), (), for_governors=True)
    return figures_picture(page, "Figures: Autumn term 2026", desk)


def lengths_of_bars(file: File) -> list[int]:
    """In pixels, from top to bottom."""
    assert isinstance(file.content, bytes)
    with Image.open(BytesIO(file.content)) as image:
        pixels = image.convert("RGB")
        width, height = pixels.size
        counts = [
            sum(pixels.getpixel((x, y)) == BLUE for x in range(0, width, 2))
            for y in range(0, height, 4)
        ]
    bars = [list(rows) for is_bar, rows in itertools.groupby(counts, bool) if is_bar]
    return [max(rows) for rows in bars]


async def test_bars_are_as_long_as_counts_and_none_is_there_for_what_is_hidden(
    desk: Desk,
) -> None:
    file = drawn(
        desk,
        ("Complaint", 20),
        ("Threat", Hidden.FEWER),
        ("Photograph", 10),
        ("Other", Hidden.WITHHELD),
    )
    assert file
    first, second = lengths_of_bars(file)
    assert first == pytest.approx(2 * second, rel=0.05)
    said = "Bars. Figures: Autumn term 2026. Complaint 20; Threat fewer than 5; Photograph 10; "
    assert file.alt == f"{said}Other not shown."
    await desk.store.close()


async def test_hostile_names_are_text_and_many_kinds_fit(desk: Desk) -> None:
    file = drawn(desk, *((f"{HOSTILE} {number}", number + 1) for number in range(30)))
    assert file
    assert len(file.alt) <= LONGEST_ALT
    assert len(lengths_of_bars(file)) == 30
    assert drawn(desk, ("Complaint", 0), ("Threat", Hidden.FEWER)) is None
    await desk.store.close()
