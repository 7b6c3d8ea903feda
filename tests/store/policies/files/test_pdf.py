"""PDF files: what is kept of them, and what is refused."""

from __future__ import annotations

import contextlib
import io
import re
import zlib
from datetime import date
from functools import cache

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handlers.policies.printing import print_text
from store.policies import Policies
from store.policies.divide import divide
from store.policies.files.pdf.read import read_pdf
from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileRefused,
    FileTooLarge,
    Protected,
    Scan,
)
from store.policies.texts import read
from tests.store.policies.conftest import SHIPPED
from tests.store.policies.files.conftest import TODAY
from tests.store.policies.files.made import (
    SENTENCES,
    lines_shown,
    make_pdf,
    make_school_pdf,
    passages_of,
    text_of,
)


@pytest.mark.parametrize(
    "page",
    [
        "",
        '#set page("a5", columns: 2)',
        '#set page("a4", columns: 2)',
        '#set page("a5", flipped: true)',
    ],
)
def test_every_sentence_of_a_pdf_is_found_in_its_section(put, folder, page):
    added = put("policy.pdf", make_school_pdf(page))
    assert added.text.title == "Online Safety Policy"
    assert added.sections == ("Roles and duties", "Bullets", "More of it")
    whole = text_of(added)
    policies = Policies(folder, by_meaning=False)
    for sentence in SENTENCES:
        assert sentence in whole
        found = policies.section(added.text.doc, "Roles and duties")
        assert any(sentence in " ".join(passage.text.split()) for passage in found), sentence
    assert "- kept in the office\n1.1 Numbered by hand.\n1.2 Numbered again." in added.text.text
    assert [whole.index(s) for s in SENTENCES] == sorted(whole.index(s) for s in SENTENCES)


@pytest.mark.parametrize("doc", sorted(p.name for p in SHIPPED.glob("*.md")))
def test_what_the_bot_prints_comes_back_word_for_word(put, doc):
    text = read(SHIPPED / doc)
    back = put(f"back-{doc}.pdf", print_text(text, "Deer Park Primary School", TODAY))
    body = text.text[text.body :].replace(f"# {text.title}\n", "", 1)
    words, found = (" ".join(re.sub(r"[#_-]+", " ", t).split()) for t in (body, back.text.text))
    assert words in found
    assert back.text.title == text.title
    assert back.text.review_by == text.review_by
    headings = re.findall(r"^##+ (.*)$", text.text, re.MULTILINE)
    assert re.findall(r"^##+ (.*)$", back.text.text, re.MULTILINE) == headings


def test_hyphens_at_the_ends_of_lines(put):
    lines = [
        "The drop-",
        "off at the gate is at nine. A self-",
        "harm report is made at once. The gate is safe.",
        "Staff know the safe-",
        "guarding rules. The safeguarding lead is told. Off we go. See https:\\/\\/example.org/a/",
        "b.pdf today.",
        *["Phones are off in every room of the school."] * 100,
    ]
    drawn = "#linebreak()\n".join(f"#box[{line}]" for line in lines)
    words = text_of(put("hyphens.pdf", make_pdf(f"#set page(width: 30cm)\n{drawn}")))
    assert "The drop-off at" in words
    assert "A self-harm report" in words
    assert "the safeguarding rules" in words
    assert "https://example.org/a/b.pdf today." in words


def test_running_headers_and_page_numbers_are_left_out_and_shown(put, folder):
    page = (
        '#set page("a5", header: [St Mary’s Primary School], footer: context [Review date: September 2027 '
        "#h(1fr) Page #counter(page).display()])"
    )
    added = put("policy.pdf", make_school_pdf(page, pages=3))
    assert "St Mary’s" not in text_of(added)
    assert "Page 2" not in text_of(added)
    assert "St Mary’s Primary School" in lines_shown(added, folder)
    assert added.text.review_by == date(2027, 9, 30)
    assert all(sentence in text_of(added) for sentence in SENTENCES)


def test_a_sentence_goes_on_over_the_page(put):
    words = "The Headteacher and the Chair of Governors Decide on Every Matter that Nobody Else Can Settle, and "
    added = put(
        "long.pdf", make_pdf(f'#set page("a6")\n= Policy\n{words * 30} that is all.\n\nThe end.')
    )
    assert words * 30 + "that is all." in text_of(added)
    assert added.text.text.count("\n\n") == 3


def test_a_table_keeps_its_rows(put):
    table = "#table(columns: (3cm, 6cm, 3cm), [Who], [Does], [When], [Governors], " + (
        "[approve this policy, and see to it that the staff keep to it all year round], [In July])"
    )
    added = put("table.pdf", make_pdf(f"= Duties\nWho does what.\n{table}\n\nThat is all."))
    assert "| Who | Does | When |" in added.text.text
    row = "| Governors | approve this policy, and see to it that the staff keep to it all year round | In July |"
    assert row in added.text.text


def test_a_table_over_the_end_of_a_page_keeps_its_rows(put):
    """Its header is drawn again there, and its last row is divided."""
    steps = [f"[C{n}], [{'talking while others speak ' * 3}], [Teacher {n}]" for n in range(1, 4)]
    last = f"[C9], [{'a long row that goes on overleaf ' * 8}], [Head of year and somebody else]"
    table = (
        "#table(columns: (2cm, 6cm, 3cm), table.header([Level], [Behaviour], [Who acts]), "
        + ", ".join([*steps, last])
        + ")"
    )
    for space in range(0, 60, 6):
        page = f"#set page(width: 15cm, height: 11cm)\n= Sanctions\n#v({space}mm)\n{table}\n\nThat is all."
        words = read_pdf("table.pdf", make_pdf(page)).text
        assert words.count("| Level |") == 1, words
        for n in range(1, 4):
            row = f"| C{n} | {'talking while others speak ' * 3}".strip() + f" | Teacher {n} |"
            assert row in words, words
        row = f"| C9 | {'a long row that goes on overleaf ' * 8}".strip()
        assert f"{row} | Head of year and somebody else |" in words, words


def test_a_row_may_begin_with_a_number_and_a_header_stand_in_the_middle(put):
    table = (
        "#table(columns: (4cm, 5cm, 4cm), align: (x, y) => if y == 0 { center } else { left }, "
        "[*Year*], [*Head of year*], [*Extension*], "
        "[7], [Miss L Farrow], [311], [8], [Mr T Bains], [312], [10], [Mrs O Petrova], [313])"
    )
    words = text_of(put("who.pdf", make_pdf(f"= Who to call\nThese are the numbers.\n{table}")))
    assert (
        "| Year | Head of year | Extension | | --- | --- | --- | | 7 | Miss L Farrow | 311 |"
        in words
    )
    assert "| 8 | Mr T Bains | 312 | | 10 | Mrs O Petrova | 313 |" in words


@pytest.mark.parametrize("end", [";", ".", ""])
def test_a_list_whose_bullets_are_drawn_is_a_list(put, end):
    """Browsers draw the bullets of a printed page as shapes, and not as letters."""

    def draw(lead, items):
        listed = "\n\n".join(
            f"#pad(left: 1cm)[#place(dx: -5mm, dy: 1mm, circle(radius: 1mm)){item}{end}]"
            for item in items
        )
        return f"{lead}\n\n{listed}\n\n"

    orally = [
        "ask for the note that was made",
        "say what is missing from it in five working days and no later than that, in writing or not",
    ]
    written = ["write to the chair", "wait for twenty days"]
    source = (
        f"= Policy\n{SENTENCES[1]}\n\n"
        + draw("If it was raised orally:", orally)
        + draw("If it was raised in writing:", written)
        + SENTENCES[0]
    )
    added = put("list.pdf", make_pdf(source))
    text = added.text
    words = text.plain.words
    above = {}
    for unit in divide(text):
        lead = words[slice(*unit.lead_in)] if unit.lead_in else ""
        above[words[unit.start : unit.end].rstrip(end)] = lead
    for item in orally:
        assert above[item] == "If it was raised orally:", text.text
    for item in written:
        assert above[item] == "If it was raised in writing:", text.text
    assert above[SENTENCES[0].rstrip(end)] == ""


@pytest.mark.parametrize("letters", ["true", "false"])
def test_notes_are_no_figures_and_stand_at_the_end_of_their_section(put, letters):
    source = (
        f"#set super(typographic: {letters})\n"
        "#set page(width: 15cm, height: 9cm)\n= Policy\n"
        + f"{SENTENCES[1]} " * 2
        + "In an emergency call 999#footnote[From a mobile, too.] at once. Then staff must:\n"
        + "".join(f"- do what is next in list {n}\n" for n in range(12))
        + f"== Other\n{SENTENCES[0]}"
    )
    text = put("notes.pdf", make_pdf(source)).text
    words = text.plain.words
    assert "call 999[1] at once" in " ".join(words.split())
    units = divide(text)
    items = [unit for unit in units if "do what is next" in words[unit.start : unit.end]]
    assert len(items) == 12
    for unit in items:
        assert unit.lead_in is not None
        assert words[slice(*unit.lead_in)].endswith("Then staff must:")
    [note] = [unit for unit in units if "From a mobile" in words[unit.start : unit.end]]
    assert words[note.start : note.end] == "[1] From a mobile, too."
    assert note.section == "Policy"


@pytest.mark.parametrize("space", ["0.65em", "1.2em"])
@pytest.mark.parametrize("inset", ["0cm", "6mm"])
def test_cases_that_exclude_each_other_keep_their_own_lists(put, space, inset):
    """As a word processor draws them: the lead-in no further away than the items from each other."""

    def draw(lead, items):
        drawn = [f"#block[{lead}]"]
        for letter, item in zip("abc", items, strict=False):
            drawn.append(f"#pad(left: {inset})[#box(width: 8mm)[({letter})]{item}]")
        return "\n".join(drawn)

    person = [
        "the member of staff listens, and promises nothing;",
        "the note is handed to the complaints co-ordinator, Ms Varga.",
    ]
    writing = [
        "the office stamps it with the date;",
        "nobody replies before the head of school has read it.",
    ]
    source = (
        f"#set par(spacing: {space})\n#set block(spacing: {space})\n= Complaints\n{SENTENCES[1]} {SENTENCES[2]}\n\n"
        + draw("If a complaint is received in person:", person)
        + "\n"
        + draw("If a complaint is received in writing:", writing)
        + f"\n#block[{SENTENCES[1]}]"
    )
    text = put("complaints.pdf", make_pdf(source)).text
    words = text.plain.words
    for lead, items in (("in person:", person), ("in writing:", writing)):
        for item in items:
            [unit] = [unit for unit in divide(text) if item in words[unit.start : unit.end]]
            assert unit.lead_in is not None, text.text
            above = words[slice(*unit.lead_in)]
            assert above.endswith(lead), text.text
            assert above.startswith("If a complaint"), text.text
            assert not unit.outer
    last = divide(text)[-1]
    assert words[last.start : last.end] == SENTENCES[1]
    assert last.lead_in is None


def test_a_scan_is_said_to_have_no_text(put, tmp_path):
    picture = tmp_path / "page.png"
    Image.new("RGB", (200, 300), "white").save(picture)
    with pytest.raises(Scan, match="OCR"):
        put("scan.pdf", _scan(picture))


def _scan(picture):
    file = io.BytesIO()
    Image.open(picture).save(file, "PDF")
    return file.getvalue()


def test_a_page_without_text_is_named(put, folder, tmp_path):
    picture = tmp_path / "page.png"
    Image.new("RGB", (200, 300), "white").save(picture)
    writer = pypdf.PdfWriter()
    for data in (make_school_pdf(), _scan(picture)):
        writer.append(io.BytesIO(data))
    made = io.BytesIO()
    writer.write(made)
    added = put("mixed.pdf", made.getvalue())
    assert f"page {len(pypdf.PdfReader(made).pages)}:" in lines_shown(added, folder)


def test_a_password_is_asked_for_and_an_empty_one_is_none(put):
    for word, refused in (("secret", True), ("", False)):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_school_pdf()))
        writer.encrypt(word, owner_password="owner", algorithm="RC4-128")
        made = io.BytesIO()
        writer.write(made)
        if refused:
            with pytest.raises(Protected, match="without protection"):
                put("locked.pdf", made.getvalue())
        else:
            assert SENTENCES[0] in text_of(put("open.pdf", made.getvalue()))


def test_a_pdf_that_unpacks_without_end_is_refused(put):
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b" " * 10_000_000) for _ in range(20)) + packer.flush()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_school_pdf()))
    packed = pypdf.generic.EncodedStreamObject()
    packed._data = stream
    packed[pypdf.generic.NameObject("/Filter")] = pypdf.generic.NameObject("/FlateDecode")
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(packed)
    made = io.BytesIO()
    writer.write(made)
    assert len(made.getvalue()) < 500_000
    with pytest.raises(FileTooLarge, match="unpacks to far more"):
        put("bomb.pdf", made.getvalue())


def test_a_pdf_of_running_heads_alone_holds_no_words(put):
    with pytest.raises(Empty, match="holds no words"):
        put(
            "heads.pdf",
            make_pdf("#set page(header: [Our policy on complaints])\n" + "#pagebreak()\n" * 5),
        )


def test_a_book_is_no_policy(put):
    with pytest.raises(FileTooLarge, match="500 pages"):
        put("book.pdf", make_pdf("Page.\n" + "#pagebreak()\nPage.\n" * 500))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\x00\xff" * 500, b"no pdf"])
def test_a_damaged_pdf_is_said_to_be(put, data):
    with pytest.raises(DamagedFile, match="policy.pdf"):
        put("policy.pdf", data)


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 30_000), junk=st.binary(max_size=40))
def test_no_pdf_is_too_broken(tmp_path_factory, cut, junk):
    folder = tmp_path_factory.mktemp("texts")
    whole = _whole_pdf()
    broken = whole[: cut % len(whole)] + junk + whole[cut % len(whole) + len(junk) :]
    with contextlib.suppress(FileRefused):
        assert passages_of(read_pdf("broken.pdf", broken), folder)


@cache
def _whole_pdf():
    return make_school_pdf()
