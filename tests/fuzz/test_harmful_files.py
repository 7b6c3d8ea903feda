"""Files that were made to do harm are kept as they came, opened carefully or not at all, and named by us."""

from __future__ import annotations

import asyncio
import io
import random
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from handlers.cases.evidence.hand_over import file_name
from handlers.workflow.pictures.look import look
from handlers.workflow.pictures.small_copies import small_copies
from handlers.workflow.pictures.words import read_words
from store.disk.picture import CANNOT_OPEN, TOO_MANY_PIXELS, look_here
from store.model.evidence import Evidence
from store.model.records import State
from tests.fuzz.nasty import PROFILE, WORDS
from tests.large_pictures import claiming_png, grey_png
from tests.store.made import NOW

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n%%EOF\n"


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../x", bytes(50_000_000))
    return packed.getvalue()


def jpeg(width: int = 400) -> bytes:
    made = io.BytesIO()
    noise = random.Random(1).randbytes(width * width * 3)
    Image.frombytes("RGB", (width, width), noise).save(made, "JPEG")
    return made.getvalue()


#: What makes each, and what is said of it.
HARMFUL: dict[str, tuple[Callable[[], bytes], str]] = {
    "hundred-megapixels.png": (lambda: claiming_png(10_000, 10_000), TOO_MANY_PIXELS),
    "largest.png": (lambda: claiming_png(2**31 - 1, 2**31 - 1), TOO_MANY_PIXELS),
    "49-megapixels.png": (lambda: grey_png(7_000, 7_000), TOO_MANY_PIXELS),
    "nothing.png": (lambda: claiming_png(0, 0), CANNOT_OPEN),
    "unfinished.png": (lambda: claiming_png(2_000, 2_000), CANNOT_OPEN),
    "bomb.zip": (lambda: bomb(), CANNOT_OPEN),
    "truncated.jpg": (lambda: jpeg()[:-3_000], CANNOT_OPEN),
    "script.svg": (lambda: SVG, CANNOT_OPEN),
    "program.eps": (lambda: POSTSCRIPT, CANNOT_OPEN),
    "empty.png": (lambda: b"", CANNOT_OPEN),
    "words.jpg": (lambda: b"not a picture", CANNOT_OPEN),
}


@pytest.mark.parametrize("name", HARMFUL)
async def test_what_is_harmful_is_not_opened(tmp_path: Path, name: str) -> None:
    made, problem = HARMFUL[name]
    content = made()
    path = tmp_path / "evidence"
    path.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen = await look(path)
    assert (seen.problem, seen.picture) == (problem, None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB
    assert path.read_bytes() == content


async def test_what_is_harmful_is_neither_made_small_nor_read_and_spoils_no_other(
    tmp_path: Path,
) -> None:
    """For a pack many are made small at once; some end the process that does so."""
    paths = []
    for number, (content, _) in enumerate(HARMFUL.values()):
        paths.append(tmp_path / f"{number}")
        paths[-1].write_bytes(content())
    sound = tmp_path / "sound"
    sound.write_bytes(jpeg())
    *harmful, small = await small_copies([*paths, sound])
    assert small.startswith(b"\xff\xd8")
    assert len(small) < 100_000
    assert not any(harmful)
    for path in paths:
        assert await read_words(path) == ""


async def test_a_sound_picture_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "evidence"
    path.write_bytes(jpeg())
    seen = await look(path)
    assert seen.picture
    assert (seen.picture.width, seen.problem) == (400, "")


async def test_the_largest_picture_that_is_opened_costs_the_bot_nothing(tmp_path: Path) -> None:
    path = tmp_path / "evidence"
    path.write_bytes(grey_png(5_000, 5_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pictures = await asyncio.gather(*(look(path) for _ in range(2)))
    assert [seen.picture.width for seen in pictures if seen.picture] == [5_000] * 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_pictures_with_any_bytes_changed_break_nothing(tmp_path: Path) -> None:
    chance, path = random.Random(7), tmp_path / "evidence"
    kinds = [jpeg(64)]
    for kind in ("PNG", "GIF", "WEBP", "BMP", "TIFF"):
        made = io.BytesIO()
        Image.open(io.BytesIO(kinds[0])).save(made, kind)
        kinds.append(made.getvalue())
    for _ in range(200 * PROFILE):
        content = bytearray(chance.choice(kinds))
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(min(len(content), 200))] = chance.randrange(256)
        path.write_bytes(
            content[: chance.randint(1, len(content))] if chance.random() < 0.3 else content
        )
        seen = look_here(str(path))
        assert bool(seen["picture"]) is not bool(seen["problem"])


@pytest.mark.parametrize(
    "name", [*WORDS, "a.exe/../../b.png", "x.png\0.exe", "CON.png", "a.\u202egnp.exe", "..", "/"]
)
def test_a_file_is_named_by_its_case_and_number(name: str) -> None:
    item = Evidence(3, "file", "slack:1", "asha", NOW, State.KEPT, name=name, media_type=name)
    given = file_name("7K4M", item)
    assert given.isascii()
    assert given.startswith("7K4M-3")
    assert len(given) < 20
    assert not set(given) & set("/\\\0 \n:")
