"""What is found out of a text: its title, owner and days."""

from __future__ import annotations

from datetime import date

import pytest

from tests.store.policies.files.made import lines_shown, make_docx, paragraph
from tests.store.policies.files.test_word import STYLES


@pytest.mark.parametrize(
    ("name", "words", "title"),
    [
        (
            "letter.txt",
            "12 May 2026\n\nDear all,\n\nNut-free school\n\nNo nuts.\n",
            "Nut-free school",
        ),
        ("to-staff.txt", "Dear all,\n\nNo nuts are brought in from Monday on.\n", "To staff"),
        (
            "bins.txt",
            "<html><body><h2>Bins &amp; waste</h2><p>On Friday.</p></body>",
            "Bins & waste",
        ),
        ("bins.html.txt", "<p>Bins are emptied on Friday.</p>", "Bins"),
        ("duty.txt", "From: P. Quill\nTo: All\nSubject: Duty at ten\n\nBe there.\n", "Duty at ten"),
        ("a.txt", "Hilltop   1 Church Row\n\nDear all\n\nRE: Duty at ten\n\nGo.\n", "Duty at ten"),
        ("keys.md", "**Keys and alarms**\n\nThe caretaker has them.\n", "Keys and alarms"),
        ("keys.txt", "- The caretaker has them\n- so has the head\n", "Keys"),
    ],
)
def test_a_text_is_called_what_its_reader_would_call_it(put, name, words, title):
    assert put(name, words).text.title == title


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Review date: 7 September 2027", date(2027, 9, 7)),
        ("Next review: September 2027", date(2027, 9, 30)),
        ("Approved: 1/9/2026\nNext review due: 01.09.27", date(2027, 9, 1)),
        ("Date of last review: 1 May 2025. Date of next review: 1 May 2027.", date(2027, 5, 1)),
        ("| Review date | September 2028 |", date(2028, 9, 30)),
        ("To be reviewed in February 2028", date(2028, 2, 29)),
        ("This policy will be reviewed by 2027-03-01.", date(2027, 3, 1)),
        ("Last reviewed: 1 May 2025", None),
        ("Reviewed on 1 May 2025 by the governors.", None),
        ("Under the law of 12 May 1990 reviews are good.", None),
        ("Review date: 1 May 2027. Review date: 1 May 2028.", None),
        ("Reviewed every year.", None),
        ("Review: every 2 years, next 09/2027", date(2027, 9, 30)),
        (
            "The governors look at this again each year; the next time is Sept. 2027.",
            date(2027, 9, 30),
        ),
        ("This policy will next be reviewed on 31st August 2027 or earlier.", date(2027, 8, 31)),
        ("Good until 17 Oct. 2027.", date(2027, 10, 17)),
        ("Effective: 1 Sept 25    Revision due: 01-09-2027", date(2027, 9, 1)),
        ("Rev. date 30/06/2027", date(2027, 6, 30)),
        ("This will be looked at again after two years, so in May 2027.", date(2027, 5, 31)),
        ("Next review: 13/2027", None),
        ("Next review: spring term 2027", None),
    ],
)
def test_the_review_day_is_found_where_the_text_says_it(put, folder, words, day):
    added = put("a.txt", f"Phones\n\nPhones are off.\n\n{words}\n")
    assert added.text.review_by == day
    if day is None:
        assert "--review-by" in lines_shown(added, folder)


def test_what_is_told_goes_before_what_is_found(put, folder):
    text = "Phones\n\nPolicy owner: Mrs Price\n\nReview date: 1 May 2027\n"
    added = put(
        "a.txt", text, title="Mobile\nphones", owner="Headteacher", review_by=date(2028, 1, 1)
    )
    assert (added.text.title, added.text.owner) == ("Mobile phones", "Headteacher")
    assert added.text.review_by == date(2028, 1, 1)
    assert "Review by: 1 January 2028\n" in lines_shown(added, folder)


def test_a_header_of_its_own_stays(put):
    text = (
        "---\r\ntitle: Phones\r\nreview: 1 May 2027\r\nfor: staff\r\n---\r\n\r\nPhones are off.\r\n"
    )
    assert put("a.md", text).text.text == text
    told = put(
        "b.md", text.replace("Phones", "Tablets"), owner="Head", review_by=date(2028, 1, 1)
    ).text
    assert (told.title, told.owner, told.audience) == ("Tablets", "Head", "staff")
    assert told.review_by == date(2028, 1, 1)


def test_the_school_s_name_is_not_the_title(put):
    body = (
        paragraph("St Mary’s Primary School", "H1")
        + paragraph("Mobile Phone Policy", "H1")
        + paragraph("Phones are off.")
    )
    assert put("x.docx", make_docx(body, styles=STYLES)).text.title == "Mobile Phone Policy"


def test_a_text_about_pdfs_is_a_text(put):
    assert "Files begin with %PDF-." in put("a.txt", "Files begin with %PDF-.").text.text


def test_no_headings_and_no_review_day_are_said(put, folder):
    shown = lines_shown(put("a.txt", "phones are off. they stay off."), folder)
    assert "No headings were found" in shown
    assert "Review by: not found" in shown
    assert "originals/a.txt" in shown
