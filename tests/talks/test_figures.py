"""Figures, as leaders and the chair of governors read them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from store.model.kinds import NoticeKind, NoticeResult
from tests.talks.conftest import Talk
from tests.talks.stage import Stage

SCHOOL = 'name = "Hill & <Dale> #1"\nterms = [2026-09-02, 2027-01-06, 2027-04-19]\n'
COMPLAINT = """
    Asha> They call the kitchen filthy
    bot>  Case {a}
    Asha> (taps) The school
    bot>  What is it mostly about?
    Asha> (taps) Complaint about the school
    bot>  Thank you.
"""


@pytest.fixture(autouse=True)
def school(tmp_path: Path) -> None:
    (tmp_path / "school.toml").write_text(SCHOOL)


def words_of(pdf: bytes) -> str:
    """All that is read on it; it is one page."""
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


async def test_a_leader_reads_prints_and_takes_them_into_a_spreadsheet(
    talk: Talk, stage: Stage
) -> None:
    await talk(COMPLAINT)
    await talk("""
        Ben>  /figures
        bot>  Figures: Autumn term 2026, so far
        bot>  2 September 2026 to 5 January 2027. “before” is Summer term 2026, “year before” is Autumn term 2025.
        bot>  1       0            0  Complaint about the school
        bot>  0       0            0  Threat of violence
        bot>  Taken: none yet.
        bot>  Overdue now: 0.
        Ben>  (taps) As PDF
        bot>  figures-2026-09-02-2027-01-05.pdf
        Ben>  (taps) As CSV
        bot>  figures-2026-09-02-2027-01-05.csv
        Ben>  (taps) For the governors
        bot>  Figures for the governors: Autumn term 2026, so far
        bot>  <5      <5           <5  Complaint about the school
        bot>  <5: fewer than 5.
        Ben>  /figures for the year dot
        bot>  I cannot read “for the year dot” as a time to count.
        Ben>  /figures 31/12/2026 to 1/9/2026
        bot>  31 December 2026 is after 1 September 2026.
        Asha> /figures
        bot>  not among the things you can do
        Dev>  /figures
        bot>  not among the things you can do
    """)
    # On the page for the governors there is no bar, as no count is shown.
    picture, pdf, table = stage.handed("Ben")
    with Image.open(BytesIO(picture)) as image:
        assert image.format == "PNG"
        assert image.width > image.height / 2
    words = words_of(pdf)
    assert "Hill & <Dale> #1" in words
    assert "Figures: Autumn term 2026, so far" in words
    assert "Complaint about the school 1 0 0" in words
    assert "Sep 2026" in words
    assert "kind,Complaint about the school,1,0,0" in table.decode("utf-8-sig")


async def test_the_chair_gets_the_governors_page_when_a_term_has_begun(
    talk: Talk, stage: Stage
) -> None:
    await talk(COMPLAINT)
    await talk("""
        clock> 2027-01-06 07:50
        Efua> /duty
        clock> 2027-01-06 08:01
        bot to Efua> A new term has begun. These are the governors’ figures of the last one.
        bot to Efua> Figures for the governors: Autumn term 2026
        bot to Efua> <5      <5           <5  Complaint about the school
        clock> 2027-01-07 08:01
        Efua> (taps) As PDF
        bot>  figures-for-governors-2026-09-02-2027-01-05.pdf
    """)


async def test_where_nothing_was_ever_counted_no_page_comes(talk: Talk, stage: Stage) -> None:
    await talk("""
        clock> 2027-01-06 08:01
        bot to Efua> Nothing is overdue.
    """)
    await stage.quiet()
    assert not any("term" in seen.words for seen in stage.seen("Efua"))
    [page] = [n for n in await stage.bot.desk.store.loose() if n.kind == NoticeKind.FIGURES]
    assert page.result == NoticeResult.MOOT
