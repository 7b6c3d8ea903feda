"""Policy texts on paper: every word as it stands, none of it obeyed."""

from __future__ import annotations

import io
import re
from datetime import date

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.policies.printing import print_text
from store.policies.texts import parse, read
from tests.store.policies.conftest import SHIPPED

TODAY = date(2026, 11, 21)


def _pages(text):
    made = print_text(
        parse("text.md", text.encode()) if isinstance(text, str) else text, "Deer Park", TODAY
    )
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]


def _words(text):
    """Its words in order, without the foot of each page."""
    foot = re.compile(r"Deer Park Page \d+ of \d+ Printed 21 November 2026\s*\Z")
    return " ".join(" ".join(foot.sub("", page) for page in _pages(text)).split())


@pytest.mark.parametrize("doc", sorted(p.name for p in SHIPPED.glob("*.md")))
def test_every_word_of_a_shipped_text_is_printed_in_order(doc):
    text = read(SHIPPED / doc)
    printed = _words(text)
    assert text.title in printed
    assert f"Owner: {text.owner}" in printed
    assert "Review by 6 September 2027" in printed
    body = re.sub(r"[#_•-]+", " ", text.text[text.body :].replace(f"# {text.title}", "", 1)).split()
    assert (
        re.sub(
            r"[#_•-]+", " ", printed[printed.index(body[0], printed.index("For ") + 4) :]
        ).split()
        == body
    )


def test_pages_are_numbered_and_dated():
    pages = _pages("# Phones\n\n" + "Phones are off in every room, all day long. " * 400)
    assert len(pages) > 2
    for n, page in enumerate(pages, 1):
        assert f"Page {n} of {len(pages)}" in page
        assert "Printed 21 November 2026" in page


@pytest.mark.parametrize(
    "words",
    [
        '#include "/etc/passwd"',
        '#read("/etc/passwd") #sys.inputs #{1 + 1} #panic()',
        "$x^2$ and *not bold* and _not slanted_ and ~ and -- and ---",
        "@nowhere <label> \\backslash \\u{41} \\",
        "// no comment /* nor this */ here",
        '`raw` ``` ```` #eval("1")',
        "https://example.org/a_b?c=d#e",
        "\"straight\" and 'single' and ...",
        '"), panic("',
        '{"kind": "heading"} ]}',
        "100% & more; a\\nb [link](http://example.org)",
        "2 ** 3 ** 4",
    ],
)
def test_no_words_are_markup(words):
    for text in (
        f"Say {words} now.",
        f"# Say {words} now.\n\nx",
        f"- Say {words} now.",
        f"| Say {words} now. |",
    ):
        assert f"Say {words} now." in _words(f"---\ntitle: T\n---\n{text}\n")
    printed = _words(f"---\ntitle: Say {words} now\nfor: {words}\n---\n\nText.\n")
    assert f"Say {words} now".replace(" ", "") in printed.replace(" ", "")


def test_what_markdown_marks_is_set_as_such():
    printed = _words("Be **very kind** here.\n\n---\n\n1.2 A clause\n(a) and another\n  - deeper\n")
    assert "Be very kind here." in printed
    assert "1.2 A clause (a) and another • deeper" in printed


@pytest.mark.parametrize("words", ["Ŵyn, Ŷnys, ŵ and ŷ", "Ελλάδα и Москва", "naïve – £5 “so”…"])
def test_letters_of_other_languages_are_printed(words):
    assert words in _words(f"# T\n\n{words}\n")


@pytest.mark.parametrize(
    "words",
    ["😀 👩‍👩‍👧 🏴󠁧󠁢󠁷󠁬󠁳󠁿", "中文 العربية עברית हिन्दी", "\u202egnp\u202c \u200b \ufeff", "x" * 5_000],
)
def test_no_letters_are_too_odd(words):
    assert "After it." in _words(f"# T\n\n{words}\n\nAfter it.\n")


PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        "\r\n",
        "# ",
        "- ",
        "1. ",
        "| ",
        "|---|",
        "**",
        "____",
        "---",
        "#",
        "$",
        "\\",
        "`",
        "*",
        "  ",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_no_text_is_too_odd_to_print(text):
    data = f"---\ntitle: T{text[:9]}\nkind: agreement\n---\n{text}".encode("utf-8", "surrogatepass")
    assert print_text(parse("odd.md", data), text, TODAY).startswith(b"%PDF-")


def test_an_unreadable_text_is_a_page_with_its_title():
    assert _pages(parse("scan.txt", bytes(range(32)) * 20))[0].startswith("Deer Park")


# --- agreements ---------------------------------------------------------------------------------------


def test_the_shipped_agreement_ends_in_lines_of_its_own():
    printed = _pages(read(SHIPPED / "parents-agreement.md"))[-1]
    assert re.search(r"Name of child:\s+Signed \(parent or carer\):\s+Date:", printed)
    assert "Signatures" not in printed
    assert "___" not in printed  # drawn, and not typed


def test_each_who_signs_gets_lines_for_signature_name_and_date():
    printed = _words(
        "---\ntitle: T\nkind: agreement\nsign: parent or carer, pupil\n---\n\nWe agree.\n"
    )
    lines = "Signature Name in capitals Date"
    assert printed.endswith(f"We agree. Signatures Parent or carer {lines} Pupil {lines}")


def test_an_agreement_that_names_nobody_is_signed_all_the_same():
    printed = _words("---\ntitle: T\nkind: agreement\n---\n\nWe agree.\n")
    assert printed.endswith("We agree. Signatures Signature Name in capitals Date")


def test_a_policy_is_not_signed():
    assert "Signature" not in _words("---\ntitle: T\nsign: head\n---\n\nBe kind.\n")


def test_lines_to_write_on_stay_with_what_is_signed():
    filler = "".join(f"Line {n} of the text.\n\n" for n in range(24))
    for more in range(14):
        text = f"# T\n\n{filler}More.\n\n" + "Yet more.\n\n" * more
        pages = _pages(text + "## Signing\n\nI agree to it.\n\nSigned: ______\n\nDate: ______\n")
        page = next(p for p in pages if "I agree to it." in p)
        assert "Signing" in page
        assert "Date:" in page


def test_a_review_that_is_overdue_is_said_to_be():
    assert "Review was due 1 May 2026" in _words(
        "---\ntitle: T\nreview by: 2026-05-01\n---\nText.\n"
    )
