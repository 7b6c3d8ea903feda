"""The pictures in the pages show what the product says today: each is made anew, and its words are compared."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import in_slack, in_telegram
from tests.pictures.chromium import MISSING, find_chromium, take
from tests.pictures.governors import Page, governors_page
from tests.pictures.page import words_of
from tests.pictures.png import words_in
from tests.pictures.scenes import PICTURES, SCENES
from tests.talks.stage import ROOT

NAMES = ("talk-slack", "talk-telegram", "card-slack", "card-telegram", "day-slack")
ANEW = "run: make pictures"
#: An image in a page, with its width and what is said of it to whoever does not see it.
IMAGE = re.compile(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">')
MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, texts_are_ready: None) -> dict[str, str]:
    """Each page as HTML, by the name of its picture, made from talks that are held now."""
    made: dict[str, str] = {}
    for scene in SCENES:
        made.update(asyncio.run(scene(tmp_path_factory.mktemp("scene"))))
    return made


@pytest.fixture(scope="module")
def governors(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return asyncio.run(governors_page(tmp_path_factory.mktemp("term")))


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_the_words_of_the_chat(name: str, pages: dict[str, str]) -> None:
    assert words_in(PICTURES / f"{name}.png") == words_of(pages[name]), ANEW


@pytest.mark.skipif(not find_chromium(), reason=MISSING)
@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_as_large_as_it_is_when_it_is_taken_now(
    name: str, pages: dict[str, str]
) -> None:
    """Another machine has other letters, so lines may break elsewhere."""
    kept = size_of(PICTURES / f"{name}.png")
    taken = take(find_chromium(), pages[name])
    assert taken.width == kept[0]
    assert taken.height == pytest.approx(kept[1], rel=0.15), ANEW


def test_the_governors_page_has_the_words_and_the_size_of_the_one_that_is_handed_out(
    governors: Page,
) -> None:
    kept = PICTURES / "governors.png"
    assert words_in(kept) == governors.words, ANEW
    assert size_of(kept) == governors.picture.size, ANEW


def test_nothing_in_a_picture_is_from_elsewhere(pages: dict[str, str]) -> None:
    for html in pages.values():
        assert not re.search(r"(?:src|href)=|url\(|@import|@font-face", html)


def images() -> Iterator[tuple[Path, str]]:
    """Each picture of the pages, and what is said of it."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for source, alt in IMAGE.findall(page.read_text("utf-8")):
            yield page.parent / source, alt


def test_every_picture_is_small_and_in_a_page_with_words_for_whoever_does_not_see_it() -> None:
    shown = dict(images())
    assert set(shown) == set(PICTURES.iterdir())
    assert {path.stem for path in shown} == {*NAMES, "governors"}
    for path, alt in shown.items():
        assert path.stat().st_size < MOST_BYTES, path
        assert 480 <= size_of(path)[0] <= 1_000, path
        assert len(alt) > 100, path


def test_without_chromium_a_sentence_says_what_to_install_and_nothing_is_changed() -> None:
    before = [path.stat().st_mtime_ns for path in sorted(PICTURES.iterdir())]
    run = subprocess.run(
        [sys.executable, "-m", "tests.pictures"],
        cwd=ROOT,
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr.strip() == MISSING
    assert [path.stat().st_mtime_ns for path in sorted(PICTURES.iterdir())] == before


def test_what_people_typed_is_no_html() -> None:
    typed = '<b>& "quoted"</b>'
    block = {"type": "section", "text": {"type": "plain_text", "text": typed}}
    assert words_of(in_slack.draw_block(block)) == typed
    assert words_of(in_telegram.draw_text(typed, [])) == typed


def test_entities_are_drawn_one_within_the_other_by_utf_16_units() -> None:
    entities = [
        {"type": "blockquote", "offset": 3, "length": 9},
        {"type": "bold", "offset": 3, "length": 4},
    ]
    drawn = in_telegram.draw_text("🙂 bold rest\nend", entities)
    assert drawn == "🙂 <blockquote><b>bold</b> rest</blockquote>end"


def test_what_cannot_be_drawn_is_not_left_out_in_silence() -> None:
    with pytest.raises(ValueError, match="cannot draw"):
        in_slack.draw_block({"type": "image", "image_url": "x"})
    with pytest.raises(KeyError):
        in_telegram.draw_text("secret", [{"type": "spoiler", "offset": 0, "length": 6}])
