"""What stands above a bullet introduces it, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.policies import Passage
from store.policies.citing import cite
from store.policies.divide import divide
from store.policies.search.quote import span
from store.policies.texts import PolicyText, parse

ROOT = Path(__file__).parents[3]
FILES = sorted(
    [
        *(ROOT / "policy_texts").glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(Path(__file__).parent / "elsewhere").iterdir(),
    ]
)


def _quotations(text: PolicyText) -> list[Passage]:
    """What is quoted for each unit of a text, were it the one that answers."""
    units = divide(text)
    return [cite(text, units, *span(units, n), unit) for n, unit in enumerate(units)]


def _quoted(written: str, answering: str) -> str:
    """All that is shown where the unit with these words answers."""
    text = parse("text.md", written.encode())
    units = divide(text)
    for n, unit in enumerate(units):
        if answering in text.plain.words[unit.start : unit.end]:
            passage = cite(text, units, *span(units, n), unit)
            left_out = ["…"] if passage.skips_before else []
            shown = [passage.lead_in, *left_out, passage.words, *passage.rest]
            shown += ["…"] if passage.skips_after else []
            return "\n".join(filter(None, shown))
    raise AssertionError(f"nothing says {answering!r}")


NESTED = """\
# Complaints

The office deals with complaints:

1. If a complaint is received in person:
{indent}{mark} listen, and make no promises
{indent}{mark} write it down the same day
2. If a complaint is received in writing, it is answered within five school days of the day on which it came
3. Every complaint is entered in the log that the office keeps, whoever made it and whatever it was about
"""


@pytest.mark.parametrize("indent", ["", "   ", "\t", "\u00a0\u00a0\u00a0"])
@pytest.mark.parametrize("mark", ["-", "•", "o", "(a)", "i."])
def test_a_list_within_a_list_ends_where_the_outer_one_goes_on(indent: str, mark: str) -> None:
    if mark in ("(a)", "i."):
        first = NESTED.replace("{mark} write", {"(a)": "(b)", "i.": "ii."}[mark] + " write")
    else:
        first = NESTED
    written = first.format(indent=indent, mark=mark)
    in_writing = _quoted(written, "in writing")
    assert "in person" not in in_writing
    assert in_writing.startswith(
        "The office deals with complaints:\n…\n2. If a complaint is received in writing"
    )
    in_person = _quoted(written, "make no promises")
    assert "If a complaint is received in person:" in in_person
    assert "in writing" not in in_person


def test_a_list_without_levels_is_quoted_with_the_bullet_that_may_be_above() -> None:
    written = (
        "Staff:\n\n- If a complaint is received in person:\n- listen\n"
        "- A complaint in writing goes to the office, which stamps it and enters it in the log.\n"
        "- Nobody answers a complaint by email, however short, and nobody promises an answer by a day.\n"
    )
    shown = _quoted(written, "in writing")
    # Everything that stands between is there, so that nothing is joined that the text does not join.
    assert "• If a complaint is received in person:\n• listen\n• A complaint in writing" in shown


def test_what_comes_between_is_left_out_with_a_mark() -> None:
    many = "".join(f"{n}. {'word ' * 30}number {n}\n" for n in range(2, 12))
    shown = _quoted(f"Forbidden:\n\n1. Sending what could be regarded as:\n{many}", "number 9")
    first, second, mark, *_ = shown.split("\n")
    assert (first, second, mark) == ("Forbidden:", "1. Sending what could be regarded as:", "…")
    assert shown.endswith("number 9\n…")


@pytest.mark.parametrize(
    ("written", "answering", "above"),
    [
        ("Staff are polite.\n\n- Doors are locked.\n- Phones are off.\n" * 3, "Doors", ""),
        ("Staff must:\n\n- lock doors\n" + "- look after every key that they are given\n" * 9, "lock doors", "Staff must:"),
        ("Staff must\n\n- lock doors\n" + "- look after every key that they are given\n" * 9, "lock doors", "Staff must"),
        ("Staff must not use phones to:\n\n* film pupils;\n* Staff should always ring parents from the office.\n" + "* text anybody while lessons go on;\n" * 9, "ring parents", ""),
        ("Staff must:\n\n- lock doors\n\nNothing else.\n\n- Be kind.\n", "Be kind", ""),
        ("Staff must:\n\n1. lock doors\n2. lock gates\n\n1. Parents may come in at any time of the day, and need no leave for that at all.\n" + "2. They sign.\n3. " + "x " * 150, "Parents may", ""),
        ("Pupils must not:\n\nbring phones\nuse cameras\n", "bring phones", "Pupils must not:"),
    ],
)  # fmt: skip
def test_a_lead_in_is_what_the_list_goes_on_from(written: str, answering: str, above: str) -> None:
    text = parse("text.md", written.encode())
    units = divide(text)
    [n] = [n for n, u in enumerate(units) if answering in text.plain.words[u.start : u.end]][:1]
    passage = cite(text, units, units[n].quoted_from, units[n].end, units[n])
    assert passage.lead_in == above


def test_numbers_of_clauses_stay_with_them() -> None:
    written = (
        "2. Phones\n\n2.1 Phones are handed in.\n\n2.2 They are given back.\n\n2.3 "
        + "They stay off. " * 30
    )
    assert _quoted(written, "handed in").startswith("2.1 Phones are handed in.")
    assert _quoted("Parents:\n\n1. ask first\n\n2. sign in\n", "ask first") == (
        "Parents:\n1. ask first\n2. sign in"
    )


@pytest.mark.parametrize(
    "clauses",
    [
        "Staff must a. keep phones away b. Not post pictures c. Tell the head of a breach.",
        "Staff must: 1. Lock the screen; 2. Share no password; 3. Log off.",
        "Staff must: (i) Lock the screen; and (ii) Share no password.",
        "Staff shall: i. Lock the screen; ii. Share no password; iii. Log off.",
    ],
)
def test_clauses_that_run_on_are_not_cut(clauses: str) -> None:
    text = parse("text.txt", f"{clauses} This is checked.".encode())
    said = [text.plain.words[u.start : u.end] for u in divide(text)]
    assert said == [clauses, "This is checked."]


def test_a_row_comes_with_the_header_of_its_own_table() -> None:
    row = "| {} | {} |\n"
    long = "and that is meant for every pupil in every class of this school without any exception at all"
    table = (
        "| Device | Where |\n|---|---|\n"
        + row.format("Own phone", long)
        + row.format("Watch", long)
        + row.format("Tablet", long)
    )
    assert _quoted(table, "Watch") == f"Device | Where\n…\nWatch | {long}\n…"
    contacts = (
        "| LADO | 01632 960 111 |\n|---|---|\n"
        + row.format("Helpline", "01632 960 222")
        + row.format("x", long) * 3
    )
    text = parse("text.md", contacts.encode())
    assert all("111" not in passage.lead_in for passage in _quotations(text))
    assert "01632 960 222" in _quoted(contacts, "Helpline")
    wide = table + "| Trips | Who | What |\n"
    assert "Device" not in _quoted(wide + row.format("Another", long) * 3, "Trips")


def test_a_letter_s_date_and_greeting_are_no_rule() -> None:
    text = parse(
        "letter.txt",
        b"12 September 2025\n\nDear Parents and Carers,\nPlease post no pictures of sports day.\n\n"
        b"Date: 1/9/2025\n\nDear Mrs Bell\n\nYours sincerely,\n",
    )
    assert [text.plain.words[u.start : u.end] for u in divide(text)] == [
        "Please post no pictures of sports day."
    ]


# --- whatever the list, and whatever the file -----------------------------------------------------------

_LEVELS = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=14)


@settings(max_examples=200, deadline=None)
@given(
    levels=_LEVELS,
    mark=st.sampled_from(["-", "*", "•", "1."]),
    blank=st.sampled_from(["\n", "\n\n"]),
    leads=st.booleans(),
)
def test_whatever_the_list_only_its_own_ancestors_stand_above_a_bullet(
    levels: list[tuple[int, bool]], mark: str, blank: str, leads: bool
) -> None:
    lines = ["Nobody may:"] if leads else ["This is so."]
    above: dict[str, set[str]] = {}
    open_bullets: list[str] = []
    for n, (level, opens) in enumerate(levels):
        depth = min(level, len(open_bullets))
        words = f"bullet{n} {'of some length ' * 12}{':' if opens else '.'}"
        del open_bullets[depth:]
        above[f"bullet{n}"] = {bullet.split()[0] for bullet in open_bullets}
        open_bullets.append(words)
        own = f"{n + 1}." if mark == "1." else mark
        lines.append(f"{'    ' * depth}{own} {words}")
    text = parse("list.md", blank.join(lines).encode())
    units = divide(text)
    for n, unit in enumerate(units):
        name = re.match(r"bullet\d+", text.plain.words[unit.start : unit.end])
        if name is None:
            continue
        passage = cite(text, units, *span(units, n), unit)
        for line in passage.lead_in.split("\n") if passage.lead_in else []:
            named = re.search(r"bullet\d+", line)
            if named is None:
                assert (line, leads) == ("Nobody may:", True)
            elif named.group() not in above[name.group()]:
                # It is a bullet of the same list that ends in a colon, and what comes between is shown or marked.
                assert line.endswith(":")
                assert passage.skips_before
    assert text.plain.words.count("bullet") == len(levels)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_lead_in_of_every_file_goes_on_in_what_it_introduces(file: Path) -> None:
    text = parse(file.name, file.read_bytes())
    words = " ".join(text.plain.words.split())
    for passage in _quotations(text):
        if passage.lead_in:
            last = passage.lead_in.split("\n")[-1]
            assert " ".join(last.split()) in words
            is_row = "|" in last and "|" in passage.words
            assert is_row or not last.endswith((".", "!", "?"))
        for line in passage.words.split("\n"):
            assert " ".join(line.split()) in words or "|" in line


def test_a_bullet_that_says_nothing_lends_its_place_to_no_other():
    text = parse("a.md", b"1. ?\n- Ring the head.\n- Write it down.\n")
    assert [passage.lead_in for passage in _quotations(text)] == ["", ""]


def test_a_lead_in_that_points_back_comes_with_the_paragraph_that_it_points_to():
    written = """\
# Phones

Families may rely on a phone if their child walks home alone.

When this is the case, a pupil may bring one, if:

- it is switched off at the gate and stays so until the pupil is out in the street again, all day long, come what may;
- it is handed in at the office before registration and is fetched by the pupil, and nobody else, at the end of the day;
- a parent has written.
"""
    shown = _quoted(written, "a parent has written")
    assert shown.startswith(
        "Families may rely on a phone if their child walks home alone. When this"
    )


def test_a_sentence_that_points_back_is_quoted_after_the_one_before():
    before = "The company visits in October, and takes a portrait of each child whose parents ordered one."
    after = "Prints are paid for online, by the link that every family is sent in the week before the visit."
    written = f"# Portraits\n\nNobody else takes any. {before} In such cases a member of staff stays. {after} {after}\n"
    assert f"{before} In such cases a member of staff stays." in _quoted(written, "In such cases")
