"""Texts that are made here, so that it is known what introduces each of their bullets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.policies.citing import cite
from store.policies.divide import divide
from store.policies.search.quote import span
from store.policies.texts import parse
from store.policies.unit import Unit

#: Two that exclude each other, as they stand above one another in every school's texts.
CASES = (
    "If a complaint is received in person:",
    "If a complaint is received in writing:",
    "The first aider:",
    "The office:",
    "Call 999 if the child:",
    "When they are off site, staff must",
    "Parents may",
)
RULES = ("listens", "stamps it with the date", "tells the head", "was asleep", "ring home first")


@dataclass(frozen=True)
class _Shape:
    """How somebody writes a list."""

    marks: tuple[str, ...]
    #: Blanks before a bullet, and before what introduces the next list.
    indent: str
    #: What stands between a list and the next one's lead-in; and between lead-in and list.
    gap: str
    above: str
    end: str
    #: Ends of lines are those of Windows.
    line_end: str


@dataclass
class _Made:
    """A text, and what introduces each of its bullets, by the words of the bullet."""

    text: str = ""
    leads: dict[str, str] = field(default_factory=dict)
    outer: dict[str, str] = field(default_factory=dict)


NUMBERS = tuple(f"{n}." for n in range(1, 9))
LETTERS = tuple(f"({letter})" for letter in "abcdefgh")
ROMAN = ("i)", "ii)", "iii)", "iv)", "v)", "vi)", "vii)", "viii)")
SIGNS = tuple((sign,) * 8 for sign in ("-", "*", "•", "o"))

shapes = st.builds(
    _Shape,
    marks=st.sampled_from([NUMBERS, LETTERS, ROMAN, *SIGNS]),
    indent=st.sampled_from(["", "  ", "   ", "      ", "\t\t"]),
    gap=st.sampled_from(["", "\n", "\n\n"]),
    above=st.sampled_from(["", "\n"]),
    end=st.sampled_from([".", ";", "", ","]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)


def _write(shape: _Shape, lists: list[tuple[str, int]]) -> _Made:
    """Lists one below the other, each with what introduces it."""
    made = _Made("# A policy\n\nWhat follows is for everybody.\n\n")
    for n, (lead, length) in enumerate(lists):
        made.text += f"{lead}\n{shape.above}"
        for item in range(length):
            words = f"{RULES[item]} in case {n}"
            end = "." if item == length - 1 and shape.end else shape.end
            made.text += f"{shape.indent}{shape.marks[item]} {words}{end}\n"
            made.leads[words] = lead
        made.text += shape.gap
    made.text = made.text.replace("\n", shape.line_end)
    return made


def _unit_that_says(units: tuple[Unit, ...], text: str, words: str) -> Unit:
    [unit] = [unit for unit in units if words in text[unit.start : unit.end]]
    return unit


@settings(max_examples=300, deadline=None)
@given(
    shape=shapes,
    lists=st.lists(
        st.tuples(st.sampled_from(CASES), st.integers(1, 5)), min_size=1, max_size=5, unique=True
    ),
)
def test_each_bullet_has_its_own_lists_lead_in(shape: _Shape, lists: list[tuple[str, int]]) -> None:
    made = _write(shape, lists)
    text = parse("made.md", made.text.encode())
    words = text.plain.words
    units = divide(text)
    for rule, lead in made.leads.items():
        unit = _unit_that_says(units, words, rule)
        assert unit.lead_in is not None, f"{rule!r} in\n{made.text}"
        assert words[slice(*unit.lead_in)] == lead, f"{rule!r} in\n{made.text}"
        assert unit.outer == ()


@settings(max_examples=150, deadline=None)
@given(
    outer=st.sampled_from([NUMBERS, LETTERS, ("2.1", "2.2", "2.3", "2.4")]),
    inner=st.sampled_from([NUMBERS, LETTERS, ROMAN, *SIGNS]),
    inset=st.sampled_from(["", "  ", "    "]),
    nests=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    blank=st.sampled_from(["", "\n"]),
)
def test_a_list_within_a_list_is_its_bullets_own(
    outer: tuple[str, ...], inner: tuple[str, ...], inset: str, nests: list[int], blank: str
) -> None:
    if outer == inner and not inset:
        # Nobody can tell the two apart.
        return
    made = "Staff do this:\n\n"
    own: dict[str, str] = {}
    for n, length in enumerate(nests):
        words = f"look after matter {n}{', and then:' if length else ''}"
        made += f"{outer[n]} {words}\n{blank}"
        for item in range(length):
            made += f"{inset}{inner[item]} {RULES[item]} for matter {n}\n{blank}"
            own[f"{RULES[item]} for matter {n}"] = words
    text = parse("made.md", made.encode())
    words = text.plain.words
    units = divide(text)
    for rule, lead in own.items():
        unit = _unit_that_says(units, words, rule)
        assert unit.lead_in is not None
        above = [words[slice(*place)] for place in (*unit.outer, unit.lead_in)]
        assert above == ["Staff do this:", lead], f"{rule!r} in\n{made}"
    for n in range(len(nests)):
        unit = _unit_that_says(units, words, f"look after matter {n}")
        assert unit.lead_in is not None
        assert words[slice(*unit.lead_in)] == "Staff do this:", made


@settings(max_examples=150, deadline=None)
@given(
    inner=st.sampled_from([LETTERS, ROMAN, *SIGNS]),
    nests=st.lists(st.integers(0, 3), min_size=1, max_size=5),
    length=st.sampled_from([1, 6, 20]),
)
def test_what_is_left_out_of_a_list_has_a_mark(
    inner: tuple[str, ...], nests: list[int], length: int
) -> None:
    made = "Staff do this:\n\n"
    for n, nested in enumerate(nests):
        made += f"{NUMBERS[n]} look after {'every ' * length}matter {n}{':' if nested else '.'}\n"
        for item in range(nested):
            made += f"   {inner[item]} {RULES[item]} {'then ' * length}for matter {n}\n"
    text = parse("made.md", made.encode())
    units = divide(text)
    for n, unit in enumerate(units):
        if unit.item < 0:
            continue
        start, end = span(units, n)
        passage = cite(text, units, start, end, unit)
        quoted = [other for other in units if start <= other.start and other.end <= end]
        lists = {other.of_list for other in quoted if other.item >= 0}
        later = [other for other in units if other.start > end and other.of_list in lists]
        shown = "\n".join([passage.words, *passage.rest])
        is_whole = all(text.plain.words[u.start : u.end] in shown for u in later)
        assert is_whole or passage.skips_after or passage.rest, shown


BLOCKS = (
    "1.0 INTRODUCTION",
    "3. CHARGES\nThey are paid before the letting, and for each hour that has begun, in cash.",
    "Effective: 1 Sept 25    Revision due: 01-09-2027    Ref: DP/07",
    "ICO: the Information Commissioner's Office\nSAR: subject access request",
    "Head of year 9 ........ 313\nHead of year 10 ....... 314",
    "Hall          £32.00\nICT suite     not let after all, see\n              minute 14",
    "| Level | Sanction |\n|---|---|\n| C1 | warning |\n|  | or a note home |",
    "If a pupil tells you\n    Listen.\n    Promise nothing.",
    "2.1 Minor accidents\nSmall cuts are cleaned with water, and nothing else is put on them.",
    "The next review is in\nSept. 2026. Ring ext. 204.",
    "- [ ] first aid kit\n- [x] register",
    "In this order,\n\nby whoever is on duty,\n\nthe following are told:\n\n1) the head\n\n2) the chair",
    "Q: May I?\nA: No. Never.",
    "Years 4 to 6: 1 to 10\n* for swimming, 1 to 6\n* else as it was",
    "5.1 It is kept for six years. 5.2 It is shown each term.",
)


@settings(max_examples=200, deadline=None)
@given(
    blocks=st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6),
    gap=st.sampled_from(["\n", "\n\n", "\n\n\n"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_word_is_in_a_passage_or_in_a_heading(
    blocks: list[str], gap: str, line_end: str
) -> None:
    written = gap.join(blocks).replace("\n", line_end)
    text = parse("made.md", written.encode())
    words = text.plain.words
    found = Counter[str]()
    for unit in divide(text):
        found.update(words[unit.begins : unit.end].split())
        found.update(" ".join(unit.path).split())
    for block in blocks:
        # A heading with nothing below it is in no passage.
        body = block.partition("\n")[2] or block
        for word in body.replace("|", " ").split():
            if word.isalpha() and not word.isupper():
                assert found[word] > 0, f"{word!r} of {written!r}"


def _said(written: str) -> list[str]:
    text = parse("made.txt", written.encode())
    return [" ".join(text.plain.words[u.start : u.end].split()) for u in divide(text)]


def _sections(written: str) -> list[str]:
    text = parse("made.txt", written.encode())
    return list(dict.fromkeys(unit.section for unit in divide(text)))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "Trust DPO ............ 0330 555 0199\nIT helpdesk .......... 01632 960 444\n",
            ["Trust DPO ............ 0330 555 0199", "IT helpdesk .......... 01632 960 444"],
        ),
        ("Telephone ............ 0330 555 0199\n", ["Telephone ............ 0330 555 0199"]),
        ("It is good until 17 Oct. 2026. Ask Jo.", ["It is good until 17 Oct. 2026.", "Ask Jo."]),
        ("Ring Mrs Kone, ext. 119, or Revd. Hall.", ["Ring Mrs Kone, ext. 119, or Revd. Hall."]),
        ("Say no. Then go.", ["Say no.", "Then go."]),
        (
            "ICO: the Commissioner\nSAR: subject access request",
            ["ICO: the Commissioner", "SAR: subject access request"],
        ),
        (
            "All the best\nJo\n\nThis email and any attachments are confidential and intended for\nthe addressee.\n",
            [],
        ),
        (
            "Contents\n1. First aid     2\n2. Medicines ........ 3\n\nAsk first.",
            ["Ask first."],
        ),
    ],
)
def test_what_is_said_in_one_place_stays_together(written: str, said: list[str]) -> None:
    assert _said(written) == said


@pytest.mark.parametrize(
    ("written", "sections"),
    [
        ("1.0 AIMS\n\n1.1 We are kind.\n\n2.0 RULES\n\n2.1 Be kind.\n", ["AIMS", "RULES"]),
        ("1. AIMS\n\nWe are kind.\n\n2. CHARGES (each hour)\n\nHall  £3\n", ["AIMS", "CHARGES (each hour)"]),
        ("1.2 In this procedure:\n\n“Breach” means any breach of security at all, of any kind.\n", [""]),
        ("Effective: 1 Sept 25    Ref: DP/07\n\nWe are kind to one another in all that we do.\n", [""]),
        ("Opens on 1 June\n\nWe are kind to one another in all that we do, here and elsewhere.\n", ["Opens on 1 June"]),
        (
            "2. Accidents\n2.1 Minor ones\nSmall cuts are cleaned with water, and with nothing else.\n"
            "2.2 Serious ones\nAnyone may dial 999, and need not ask anybody before they do.\n",
            ["Minor ones", "Serious ones"],
        ),
    ],
)  # fmt: skip
def test_sections_are_those_that_somebody_named(written: str, sections: list[str]) -> None:
    assert _sections(written) == sections


def test_clauses_below_a_clause_with_a_list_do_not_go_on_with_its_lead_in() -> None:
    written = (
        "2.1 Whoever finds a breach must:\n\n(a) report it;\n\n(b) say in form DB1:\n\n"
        "(i) what happened; and\n\n(ii) when;\n\n(c) tell nobody else.\n\n"
        "2.1.1 A breach at a weekend is reported by telephone.\n\n2.2 Nobody is blamed.\n"
    )
    text = parse("made.txt", written.encode())
    above: dict[str, list[str]] = {}
    for unit in divide(text):
        places = [*unit.outer, unit.lead_in] if unit.lead_in else []
        words = text.plain.words
        above[words[unit.start : unit.end]] = [words[slice(*place)] for place in places]
    must, form = "Whoever finds a breach must:", "say in form DB1:"
    assert above == {
        must: [],
        "report it;": [must],
        form: [must],
        "what happened; and": [must, form],
        "when;": [must, form],
        "tell nobody else.": [must],
        "A breach at a weekend is reported by telephone.": [],
        "Nobody is blamed.": [],
    }


def test_a_table_of_particulars_has_no_header() -> None:
    written = "| Policy owner | Mrs J Okafor |\n|---|---|\n| Next review | Spring 2027 |\n"
    text = parse("made.md", written.encode())
    assert [unit.lead_in for unit in divide(text)] == [None, None]


def test_a_row_with_an_empty_cell_keeps_its_header() -> None:
    written = "| What | Who | When |\n|---|---|---|\n|  | chair of governors | 10 days |\n"
    text = parse("made.md", written.encode())
    header, row = divide(text)
    assert row.lead_in == (header.start, header.end)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_what_asks_for_a_paragraph_is_quoted_with_it(gap: str) -> None:
    written = (
        "This sheet is for all staff, and hangs in the staff room beside the door.\n\n"
        f"When the DSL is away:{gap}Deputy DSL: Imani Clarke (07700 900 214)\n"
        "Out of hours: emergency duty team, 01632 960 999\n\nThis is new."
    )
    text = parse("made.txt", written.encode())
    units = divide(text)
    said = [text.plain.words[u.start : u.end] for u in units]
    assert said[1:4] == [
        "When the DSL is away:",
        "Deputy DSL: Imani Clarke (07700 900 214)",
        "Out of hours: emergency duty team, 01632 960 999",
    ]
    for n in (1, 2, 3):
        quoted = text.plain.words[slice(*span(units, n))]
        assert quoted.startswith("When the DSL is away:")
        assert quoted.endswith("960 999")


def test_items_without_marks_and_lines_of_a_glossary_have_lines_of_their_own() -> None:
    def shown(written: str) -> str:
        text = parse("made.txt", written.encode())
        units = divide(text)
        return cite(text, units, *span(units, 0), units[0]).words

    flow = "If a pupil tells you\n    Listen.\n    Promise nothing."
    assert shown(flow) == flow
    glossary = "ICO: the Information Commissioner's Office, in Wilmslow\nSAR: a subject's request"
    assert shown(glossary) == glossary
