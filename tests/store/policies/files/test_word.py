"""Word files: what is kept of them, and what is refused."""

from __future__ import annotations

import contextlib
import io
import resource
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.policies import Policies
from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileRefused,
    FileTooLarge,
    OtherKind,
    Protected,
)
from store.policies.files.word.numbering import numeral
from store.policies.files.word.read import read_word
from tests.store.policies.files.made import (
    W,
    lines_shown,
    make_docx,
    paragraph,
    passages_of,
    text_of,
)

STYLES = (
    f'<w:styles {W}><w:style w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Ours"><w:name w:val="School heading"/><w:basedOn w:val="H1"/></w:style>'
    '<w:style w:styleId="C1"><w:name w:val="toc 1"/></w:style></w:styles>'
)
LEVEL = '<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">'
    + LEVEL.format(n=0, form="decimal", text="%1.")
    + LEVEL.format(n=1, form="decimal", text="%1.%2")
    + LEVEL.format(n=2, form="lowerLetter", text="(%3)")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + LEVEL.format(n=0, form="bullet", text="\uf0b7")
    + '</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="6"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)


def test_a_word_file_keeps_headings_bullets_numbers_and_tables(put, folder):
    cell = "<w:tc>{}</w:tc>"
    body = (
        paragraph("Online Safety Policy", "T")
        + paragraph("Contents .... 2", "C1")
        + paragraph("Roles", "Ours")
        + paragraph("The head answers for this policy.")
        + paragraph("Phones stay in the locker.", number="0/6")
        + paragraph("Duties", number="0/5")
        + paragraph("Staff report what they see.", number="1/5")
        + paragraph("Volunteers do so too.", number="1/5")
        + paragraph("on the same day;", number="2/5")
        + paragraph("Reviews", number="0/5")
        + paragraph("Every summer.", number="1/5")
        + f"<w:tbl><w:tr>{cell.format(paragraph('Who'))}{cell.format(paragraph('Does'))}</w:tr>"
        + f"<w:tr>{cell.format(paragraph('Governors'))}{cell.format(paragraph('Approve this policy'))}</w:tr></w:tbl>"
        + paragraph("Where to turn", run="<w:b/>")
        + paragraph("Ask the office.")
    )
    added = put("Online Safety (FINAL).docx", make_docx(body, styles=STYLES, numbering=NUMBERING))
    assert added.text.title == "Online Safety Policy"
    assert added.text.doc == "online-safety-final.md"
    assert added.text.text[added.text.body :].strip().splitlines() == [
        "# Online Safety Policy",
        "",
        "## Roles",
        "",
        "The head answers for this policy.",
        "",
        "- Phones stay in the locker.",
        "1. Duties",
        "  1.1 Staff report what they see.",
        "  1.2 Volunteers do so too.",
        "    (a) on the same day;",
        "2. Reviews",
        "  2.1 Every summer.",
        "",
        "| Who | Does |",
        "| --- | --- |",
        "| Governors | Approve this policy |",
        "",
        "#### Where to turn",
        "",
        "Ask the office.",
    ]
    assert "the table of contents" in lines_shown(added, folder)
    policies = Policies(folder, by_meaning=False)
    assert policies.ask("who approves this policy").ranked[0].section == "Roles"
    assert policies.sections(added.text.doc)[-1] == "Where to turn"


def test_word_shows_insertions_and_hides_deletions(put):
    body = (
        "<w:p><w:r><w:t xml:space='preserve'>Parents </w:t></w:r>"
        "<w:del><w:r><w:delText>may </w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t xml:space='preserve'>must </w:t></w:r></w:ins>"
        "<w:r><w:t>self</w:t><w:noBreakHyphen/><w:t>report</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>HIDDEN</w:t></w:r>"
        "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>"
        "<w:hyperlink><w:r><w:t xml:space='preserve'> here</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r></w:p>"
    )
    assert text_of(put("letter.docx", make_docx(body))) == "Parents must self-report here."


def test_a_text_box_is_told_once(put):
    box = f"<w:txbxContent>{paragraph('Ring 999 first.')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>In danger?</w:t><mc:AlternateContent>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert text_of(put("box.docx", make_docx(body))) == "In danger? Ring 999 first."


def test_footnotes_stand_at_the_end(put):
    note = f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("See the law.")}</w:footnote></w:footnotes>'
    body = '<w:p><w:r><w:t>Be kind.</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    assert (
        text_of(put("note.docx", make_docx(body, footnotes=note))) == "Be kind.[1] [1] See the law."
    )


def test_the_foot_of_the_page_tells_the_review_day(put, folder):
    footer = f"<w:ftr {W}>{paragraph('Next review: 1st September 2027')}{paragraph('Page 3 of 9')}</w:ftr>"
    added = put("a.docx", make_docx(paragraph("Be kind."), footer1=footer))
    assert added.text.review_by == date(2027, 9, 1)
    assert "from the words “Next review: 1st September 2027”" in lines_shown(added, folder)
    assert added.reading.margins == ("Next review: 1st September 2027",)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (make_docx("") + b"", Empty),
        (make_docx(paragraph("Be kind."))[:-40], DamagedFile),
        (make_docx(paragraph("Be <kind.")), DamagedFile),
        (b"PK\x03\x04" + b"\x00" * 40, DamagedFile),
        (b"not word at all", DamagedFile),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 90, OtherKind),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), Protected),
        (make_docx("<!DOCTYPE x [<!ENTITY a 'aaaa'>]>"), DamagedFile),
        (make_docx(paragraph("a" * 16_000_000)), FileTooLarge),
        (make_docx(paragraph("a" * 5_000_000)), FileTooLarge),
    ],
    ids=["empty", "cut", "bad xml", "no zip", "other", "old", "locked", "entities", "bomb", "long"],
)
def test_what_is_wrong_with_a_word_file_is_said(put, folder, data, refusal):
    with pytest.raises(refusal, match="policy.docx"):
        put("policy.docx", data)
    assert list(folder.iterdir()) == []


@settings(max_examples=60, deadline=None)
@given(
    words=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    cut=st.integers(0, 3_000),
    junk=st.binary(max_size=20),
    stored=st.booleans(),
)
def test_no_word_file_is_too_broken(tmp_path_factory, words, cut, junk, stored):
    folder = tmp_path_factory.mktemp("texts")
    whole = make_docx(
        paragraph("Be kind.") + (words if stored else paragraph("Off.")),
        styles=STYLES,
        numbering=NUMBERING,
    )
    cut = cut % len(whole)
    broken = whole[:cut] + junk + whole[cut + len(junk) :]
    with contextlib.suppress(FileRefused):
        assert passages_of(read_word("broken.docx", broken), folder)


def test_another_office_file_is_no_word_file(put):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(OtherKind):
        put("table.xlsx", file.getvalue())


@pytest.mark.parametrize(
    "body",
    [
        paragraph("Words.") + "<w:sdt>" * 3_000 + "</w:sdt>" * 3_000,
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="FFFFFFFFFFFF"/></w:r></w:p>'
        + paragraph("Words."),
    ],
    ids=["endlessly deep", "no character"],
)
def test_a_word_file_that_is_made_to_do_harm_is_said_to_be_damaged(put, body):
    with pytest.raises(DamagedFile, match="harm.docx"):
        put("harm.docx", make_docx(body))


def test_thousands_of_footnotes_and_a_list_that_begins_at_a_billion_take_no_time(put):
    notes = "".join(
        f'<w:footnote w:id="{n}">{paragraph(f"Note {n}.")}</w:footnote>' for n in range(5_000)
    )
    refers = "".join(f'<w:r><w:footnoteReference w:id="{n}"/></w:r>' for n in range(5_000))
    body = f"<w:p><w:r><w:t>Be kind.</w:t></w:r>{refers}</w:p>"
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    text = put("notes.docx", make_docx(body, footnotes=f"<w:footnotes {W}>{notes}</w:footnotes>"))
    assert "[5000] Note 4999." in text_of(text)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun < 20
    assert len(numeral(10**9, "lowerLetter")) < 40


def test_a_note_stands_in_the_section_that_refers_to_it(put):
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r></w:p>'
    body = (
        paragraph("Phones", "H1").replace("</w:p>", reference.format(1))
        + paragraph("Phones are off.").replace("</w:p>", reference.format(2))
        + paragraph("They are kept:")
        + paragraph("in the locker.", number="0/6").replace("</w:p>", reference.format(3))
        + paragraph("Trips", "H1")
        + paragraph("Staff take one phone.")
    )
    notes = "".join(
        f'<w:footnote w:id="{n}">{paragraph(words)}</w:footnote>'
        for n, words in enumerate(["All of them.", "In the annexe as well.", "By the hall."], 1)
    )
    added = put(
        "phones.docx",
        make_docx(
            body,
            styles=STYLES,
            numbering=NUMBERING,
            footnotes=f"<w:footnotes {W}>{notes}</w:footnotes>",
        ),
    )
    assert added.text.text[added.text.body :].strip().split("\n\n") == [
        "## Phones[1]",
        "Phones are off.[2]",
        "They are kept:",
        "- in the locker.[3]",
        "[1] All of them.",
        "[2] In the annexe as well.",
        "[3] By the hall.",
        "## Trips",
        "Staff take one phone.",
    ]


def test_a_cell_over_several_rows_is_read_in_each_of_them(put):
    def cell(words, about=""):
        return f"<w:tc><w:tcPr>{about}</w:tcPr>{paragraph(words)}</w:tc>"

    begins, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = (
        f"<w:tbl><w:tr>{cell('Stage')}{cell('Who')}{cell('When')}</w:tr>"
        f"<w:tr>{cell('Formal', begins)}{cell('Head')}{cell('5 days', begins)}</w:tr>"
        f"<w:tr>{cell('', goes_on)}{cell('Chair')}{cell('', goes_on)}</w:tr>"
        f"<w:tr>{cell('Both', '<w:gridSpan w:val=' + chr(34) + '2' + chr(34) + '/>')}{cell('', goes_on)}</w:tr>"
        f"<w:tr>{cell('Panel')}{cell('')}{cell('10 days')}</w:tr></w:tbl>"
    )
    added = put("stages.docx", make_docx(body))
    assert added.text.text[added.text.body :].strip().splitlines() == [
        "| Stage | Who | When |",
        "| --- | --- | --- |",
        "| Formal | Head | 5 days |",
        "| Formal | Chair | 5 days |",
        "| Both | 5 days |",
        "| Panel |  | 10 days |",
    ]
