"""The page of figures that leaders hand on to the governors, of a term in which much was passed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import typst
from PIL import Image
from pypdf import PdfReader

from tests.pictures.png import without_blank_end
from tests.talks.conftest import Conversation
from tests.talks.stage import TUESDAY as NOVEMBER
from tests.talks.stage import StillClock, TerminalStage

SCHOOL = 'name = "Hill Lane Primary School"\nterms = [2026-09-02, 2027-01-06, 2027-04-19]\n'
SEPTEMBER = NOVEMBER.replace(month=9, day=15)
COMPLAINT, DEFAMATORY = "Complaint about the school", "Defamatory about the school"
THREAT, UNSUITABLE = "Threat of violence", "Unsuitable website or material"
LAST = "2026-12-08 10:00"
#: When the month begins in which so many of each kind are passed on.
TERM = (
    ("", {COMPLAINT: 3, DEFAMATORY: 2, UNSUITABLE: 2}),
    ("2026-10-06 10:00", {COMPLAINT: 5, DEFAMATORY: 4, THREAT: 1}),
    ("2026-11-10 10:00", {COMPLAINT: 3, DEFAMATORY: 2, UNSUITABLE: 4}),
    (LAST, {COMPLAINT: 1, THREAT: 1}),
)
#: Things that have little in common, so that nothing looks like what was passed on before.
ABOUT = [
    "gate",
    "kitchen",
    "buses",
    "uniform",
    "trips",
    "toilets",
    "parking",
    "homework",
    "lunches",
    "reports",
    "music",
    "windows",
]
PASSED_ON = """
    Asha> They write of the {what}, page {number}
    bot>  Case {{a}}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) {kind}
    bot>  Thank you.
"""
TAKEN = """
    clock> +{minutes}m
    Ben>  /case take {{a}}
    bot>  Ben Okafor is looking after it
"""
CLOSED = """
    clock> +{hours}h
    Ben>  /case close {{a}} unfounded
    bot>  {{a}}
"""
ASKED = """
    down> 2027-01-07 10:00
    Ben>  /figures last term for-governors
    bot>  Figures for the governors: Autumn term 2026
    Ben>  (taps) As PDF
    bot>  figures-for-governors
"""
#: Points of a picture to an inch of the page: it is 8.27 inches wide.
POINTS = 120


@dataclass(frozen=True)
class Page:
    """The page as it was it was handed over, and as a picture."""

    pdf: bytes
    picture: Image.Image

    @property
    def words(self) -> str:
        [page] = PdfReader(BytesIO(self.pdf)).pages
        lines = page.extract_text().splitlines()
        return "\n".join(" ".join(line.split()) for line in lines)


async def governors_page(folder: Path) -> Page:
    """Hold the talks of a term, and ask for its page."""
    (folder / "school.toml").write_text(SCHOOL)
    stage = TerminalStage(folder, StillClock(SEPTEMBER))
    async with stage.running():
        for script in _scripts():
            await Conversation(stage, folder).hold(script)
        # The same page as a picture: what made the PDF is made once more, in another form.
        with patch.object(typst, "compile", wraps=typst.compile) as compiler:
            await Conversation(stage, folder).hold(ASKED)
        pdf = stage.handed("Ben")[-1]
    template, given = compiler.call_args.args, compiler.call_args.kwargs
    drawn = typst.compile(*template, **given, format="png", ppi=POINTS)
    assert isinstance(drawn, bytes)
    with Image.open(BytesIO(drawn)) as picture:
        return Page(pdf, without_blank_end(picture.convert("RGB")))


def _scripts() -> Iterator[str]:
    number = 0
    for begins, kinds in TERM:
        if begins:
            yield f"down> {begins}"
        for kind, cases in kinds.items():
            for _ in range(cases):
                number += 1
                what = ABOUT[number % len(ABOUT)]
                minutes = 21 + number * 11 % 90
                passed_on = PASSED_ON.format(what=what, number=number * 37, kind=kind)
                taken = TAKEN.format(minutes=minutes)
                # The last ones are still being worked on.
                closed = "" if begins == LAST else CLOSED.format(hours=2 + number % 5)
                yield passed_on + taken + closed
