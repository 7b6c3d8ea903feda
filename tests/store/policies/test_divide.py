"""Texts in the shapes that schools send them."""

from __future__ import annotations

from datetime import date

import pytest

from store.policies.divide import divide
from store.policies.texts import day, parse
from store.policies.unit import Unit


def _units(text: str) -> list[tuple[str, str, str]]:
    parsed = parse("text.txt", text.encode())
    return [(u.section, u.kind, parsed.text[u.start : u.end]) for u in divide(parsed)]


def _lead(text: str, unit: Unit) -> str:
    return text[unit.lead_in[0] : unit.lead_in[1]] if unit.lead_in else ""


@pytest.mark.parametrize(
    "mark",
    ["-", "*", "•", "·", "▪", "➢", "✓", "–", "o", "1.", "2)", "(a)", "b)", "iv.", "1.2", "\uf0b7"],
)
def test_a_bullet_of_any_kind_stands_without_its_mark(mark):
    text = f"Parents are asked to:\n\n{mark} keep calm\n{mark} speak to the teacher\n"
    assert [u[2] for u in _units(text)] == [
        "Parents are asked to:",
        "keep calm",
        "speak to the teacher",
    ]
    parsed = parse("text.txt", text.encode())
    assert [_lead(text, u) for u in divide(parsed)] == [
        "",
        "Parents are asked to:",
        "Parents are asked to:",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_kind(end):
    text = end.join(
        [
            "# Phones",
            "",
            "Phones are kept in the office. They are given back at three.",
            "",
            "- never lent",
            "",
        ]
    )
    assert _units(text) == [
        ("Phones", "sentence", "Phones are kept in the office."),
        ("Phones", "lead-in", "They are given back at three."),
        ("Phones", "bullet", "never lent"),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "## Use of cameras",
        "Use of cameras\n-----",
        "**Use of cameras**",
        "USE OF CAMERAS",
        "3. Use of Cameras",
        "Use of cameras",
    ],
)
def test_a_heading_of_any_kind(heading):
    text = f"{heading}\n\nCameras belong to the school and stay in the building overnight.\n"
    ((section, _, _),) = _units(text)
    assert section.lower() == "use of cameras"


def test_a_text_without_headings_is_a_run_of_sentences():
    text = "pupils wear the uniform, e.g. a jumper. it is blue. Shoes are black!"
    assert [u[2] for u in _units(text)] == [
        "pupils wear the uniform, e.g. a jumper. it is blue.",
        "Shoes are black!",
    ]


def test_wrapped_lines_are_one_paragraph():
    text = "Parents may visit the school\nwhenever they have made an appointment\nwith the office first."
    assert len(_units(text)) == 1


def test_an_endless_line_is_cut():
    assert all(len(u[2]) <= 800 for u in _units("word " * 2000))


def test_the_header_says_title_owner_and_review_day():
    text = parse(
        "x.md",
        b"---\ntitle: Phones\nowner: Head\nreview by: 7 September 2026\nkind: Agreement\n---\n\n# P\n\nOff.\n",
    )
    assert (text.title, text.owner, text.review_by, text.kind) == (
        "Phones",
        "Head",
        date(2026, 9, 7),
        "agreement",
    )
    assert [text.text[u.start : u.end] for u in divide(text)] == ["Off."]
    assert text.is_past_review(date(2026, 9, 8))
    assert not text.is_past_review(date(2026, 9, 7))


def test_the_version_is_that_of_the_text_and_not_of_its_header():
    one, two = (parse("x.md", f"---\ntitle: {t}\n---\nBe kind.\n".encode()) for t in ("A", "B"))
    assert one.digest == two.digest != parse("x.md", b"Be kinder.\n").digest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02\x03" * 100,
        b"\xff\xfe\x41",
        "naïve".encode("cp1252"),
        "Gut.".encode("utf-16"),
    ],
)
def test_odd_bytes_are_no_error(data):
    divide(parse("odd.txt", data))


def test_binary_is_not_readable():
    assert not parse("scan.txt", bytes(range(32)) * 20).readable


@pytest.mark.parametrize(
    ("written", "meant"),
    [("2026-09-07", (2026, 9, 7)), ("7/9/2026", (2026, 9, 7)), ("7 Sept 2026", (2026, 9, 7))],
)
def test_days_in_british_order(written, meant):
    assert day(written) == date(*meant)


@pytest.mark.parametrize("written", ["", "soon", "31/02/2026", "12 Foo 2026"])
def test_what_is_no_day(written):
    assert day(written) is None


def _said(words: str) -> list[tuple[str, str]]:
    """Section and words of each unit."""
    text = parse("text.txt", words.encode())
    return [
        (unit.section, " ".join(text.plain.words[unit.start : unit.end].split()))
        for unit in divide(text)
    ]


def test_questions_and_answers_are_no_list_of_letters():
    said = _said(
        "Q. Am I paid for a visit to the dentist?\n"
        "A. Yes, if it cannot be had outside school hours.\n\n"
        "Q. What about a sick child?\n"
        "A. Two days a year, paid.\n"
    )
    assert said == [
        (
            "Am I paid for a visit to the dentist?",
            "A. Yes, if it cannot be had outside school hours.",
        ),
        ("What about a sick child?", "A. Two days a year, paid."),
    ]


def test_a_list_that_begins_with_a_is_still_a_list():
    said = _said("Tell us:\n\nA. your name\nB. your class\n")
    assert [words for _, words in said] == ["Tell us:", "your name", "your class"]


def test_a_table_that_is_drawn_with_blanks_has_rows():
    said = _said(
        "Phones of the school\n\n"
        "Front gate          01632 960401\n"
        "Back gate           01632 960402\n"
        "Medical room        01632 960403\n\n"
        "Nobody is   far apart here. Words may be.\n"
    )
    assert [words for _, words in said] == [
        "Front gate 01632 960401",
        "Back gate 01632 960402",
        "Medical room 01632 960403",
        "Nobody is far apart here.",
        "Words may be.",
    ]


@pytest.mark.parametrize(
    "letter",
    [
        "3rd March 2025\n\nDear all,\n\n{}\n\nYours sincerely\n\nP. Quill\nHead of School\n",
        "From: P. Quill\nTo: All staff\nSubject: Duty\nDate: Mon, 3 Mar 2025 16:42\n\n{}\n\nKind regards\nP. Quill\n",
    ],
)
def test_what_stands_around_a_letter_is_no_answer(letter):
    assert [words for _, words in _said(letter.format("Be outside by ten."))] == [
        "Be outside by ten."
    ]
