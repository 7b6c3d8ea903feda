"""A school's own files, made into texts word for word."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import resource
import subprocess
import zipfile
import zlib
from datetime import date
from functools import cache
from pathlib import Path

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.cli.policy_add import add_file, as_lines
from bot.settings import PACKAGED_TEXTS
from handlers.policies.printing import print_text
from store.errors import StoreUnavailable, Trouble
from store.policies import Policies
from store.policies.files.add import OLD_WORD, AlreadyThere, NoFolder, TextDetails, add, safe_name
from store.policies.files.pdf import read_pdf
from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileRefused,
    FileTooLarge,
    OtherKind,
    Protected,
    Scan,
)
from store.policies.files.word import _numeral, read_word
from store.policies.texts import read
from tests.crash.nursery import command
from tests.store.policies.conftest import SHIPPED

TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "texts"
    made.mkdir()
    return made


@pytest.fixture
def put(tmp_path, folder):
    """Adds bytes as a file of the given name."""

    def put(name, data, *, instead=False, **told):
        file = tmp_path / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return add(file, folder, TextDetails(**told), today=TODAY, instead=instead)

    return put


def _shown(added, folder):
    return "\n".join(as_lines(added, folder, TODAY))


def _words(added):
    return " ".join(added.text.text[added.text.body :].split())


# --- the title --------------------------------------------------------------------------------------


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


# --- Word ---------------------------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def _docx(body, **parts):
    """A Word file of the given XML; further parts by their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"
        )
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return file.getvalue()


def _p(words, style="", number="", run=""):
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        level, _, kind = number.partition("/")
        about += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{kind}"/></w:numPr>'
    return f"<w:p><w:pPr>{about}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{words}</w:t></w:r></w:p>"


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
        _p("Online Safety Policy", "T")
        + _p("Contents .... 2", "C1")
        + _p("Roles", "Ours")
        + _p("The head answers for this policy.")
        + _p("Phones stay in the locker.", number="0/6")
        + _p("Duties", number="0/5")
        + _p("Staff report what they see.", number="1/5")
        + _p("Volunteers do so too.", number="1/5")
        + _p("on the same day;", number="2/5")
        + _p("Reviews", number="0/5")
        + _p("Every summer.", number="1/5")
        + f"<w:tbl><w:tr>{cell.format(_p('Who'))}{cell.format(_p('Does'))}</w:tr>"
        + f"<w:tr>{cell.format(_p('Governors'))}{cell.format(_p('Approve this policy'))}</w:tr></w:tbl>"
        + _p("Where to turn", run="<w:b/>")
        + _p("Ask the office.")
    )
    added = put("Online Safety (FINAL).docx", _docx(body, styles=STYLES, numbering=NUMBERING))
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
    assert "the table of contents" in _shown(added, folder)
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
    assert _words(put("letter.docx", _docx(body))) == "Parents must self-report here."


def test_a_text_box_is_told_once(put):
    box = f"<w:txbxContent>{_p('Ring 999 first.')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>In danger?</w:t><mc:AlternateContent>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert _words(put("box.docx", _docx(body))) == "In danger? Ring 999 first."


def test_footnotes_stand_at_the_end(put):
    note = f'<w:footnotes {W}><w:footnote w:id="2">{_p("See the law.")}</w:footnote></w:footnotes>'
    body = '<w:p><w:r><w:t>Be kind.</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    assert _words(put("note.docx", _docx(body, footnotes=note))) == "Be kind.[1] [1] See the law."


def test_the_foot_of_the_page_tells_the_review_day(put, folder):
    footer = f"<w:ftr {W}>{_p('Next review: 1st September 2027')}{_p('Page 3 of 9')}</w:ftr>"
    added = put("a.docx", _docx(_p("Be kind."), footer1=footer))
    assert added.text.review_by == date(2027, 9, 1)
    assert "from the words “Next review: 1st September 2027”" in _shown(added, folder)
    assert added.reading.margins == ("Next review: 1st September 2027",)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (_docx("") + b"", Empty),
        (_docx(_p("Be kind."))[:-40], DamagedFile),
        (_docx(_p("Be <kind.")), DamagedFile),
        (b"PK\x03\x04" + b"\x00" * 40, DamagedFile),
        (b"not word at all", DamagedFile),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 90, OtherKind),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), Protected),
        (_docx("<!DOCTYPE x [<!ENTITY a 'aaaa'>]>"), DamagedFile),
        (_docx(_p("a" * 16_000_000)), FileTooLarge),
        (_docx(_p("a" * 5_000_000)), FileTooLarge),
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
    whole = _docx(
        _p("Be kind.") + (words if stored else _p("Off.")), styles=STYLES, numbering=NUMBERING
    )
    cut = cut % len(whole)
    broken = whole[:cut] + junk + whole[cut + len(junk) :]
    with contextlib.suppress(FileRefused):
        assert _passages(read_word("broken.docx", broken), folder)


def _passages(reading, folder):
    """Passages of what was read in this very process: of a process of its own, whatever is raised is a refusal."""
    (folder / "read.md").write_text(reading.text, encoding="utf-8", newline="")
    return add(folder / "read.md", folder, today=TODAY).passages


def test_another_office_file_is_no_word_file(put):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(OtherKind):
        put("table.xlsx", file.getvalue())


@pytest.mark.parametrize(
    "body",
    [
        _p("Words.") + "<w:sdt>" * 3_000 + "</w:sdt>" * 3_000,
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="FFFFFFFFFFFF"/></w:r></w:p>' + _p("Words."),
    ],
    ids=["endlessly deep", "no character"],
)
def test_a_word_file_that_is_made_to_do_harm_is_said_to_be_damaged(put, body):
    with pytest.raises(DamagedFile, match="harm.docx"):
        put("harm.docx", _docx(body))


# --- PDF ----------------------------------------------------------------------------------------------

SENTENCES = [
    "Parents are asked to speak to the class teacher first about a worry.",
    "The safeguarding lead decides on any matter of self-harm, and tells the parents within the same school day.",
    "A conversation sorts most things out before they grow into complaints about arrangements.",
    "The governors answer for compliance, implementation, monitoring and evaluation.",
    "Staff do not respond to comments about the school that they come across on social networking sites.",
]


def _pdf(source, **made):
    return typst.compile(f'#set text(lang: "en", region: "GB")\n{source}'.encode(), **made)


def _school_pdf(page="", pages=1):
    text = "\n\n".join(SENTENCES)
    again = "\n\n".join(s.replace("The ", "Every ", 1) for s in SENTENCES)
    return _pdf(
        f"{page}\n#set par(justify: true)\n= Online Safety Policy\n== Roles and duties\n{text}\n\n"
        f"== Bullets\n- never lent to anybody, not even for a short while, and not to a pupil who asks for it kindly\n"
        f"- kept in the office\n\n1.1 Numbered by hand.\n\n1.2 Numbered again.\n\n"
        f"== More of it\n{again}\n\n"
        + "#pagebreak()\n".join(again + "\n\n" for _ in range(pages - 1))
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
    added = put("policy.pdf", _school_pdf(page))
    assert added.text.title == "Online Safety Policy"
    assert added.sections == ("Roles and duties", "Bullets", "More of it")
    whole = _words(added)
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
    words = _words(put("hyphens.pdf", _pdf(f"#set page(width: 30cm)\n{drawn}")))
    assert "The drop-off at" in words
    assert "A self-harm report" in words
    assert "the safeguarding rules" in words
    assert "https://example.org/a/b.pdf today." in words


def test_running_headers_and_page_numbers_are_left_out_and_shown(put, folder):
    page = (
        '#set page("a5", header: [St Mary’s Primary School], footer: context [Review date: September 2027 '
        "#h(1fr) Page #counter(page).display()])"
    )
    added = put("policy.pdf", _school_pdf(page, pages=3))
    assert "St Mary’s" not in _words(added)
    assert "Page 2" not in _words(added)
    assert "St Mary’s Primary School" in _shown(added, folder)
    assert added.text.review_by == date(2027, 9, 30)
    assert all(sentence in _words(added) for sentence in SENTENCES)


def test_a_sentence_goes_on_over_the_page(put):
    words = "The Headteacher and the Chair of Governors Decide on Every Matter that Nobody Else Can Settle, and "
    added = put(
        "long.pdf", _pdf(f'#set page("a6")\n= Policy\n{words * 30} that is all.\n\nThe end.')
    )
    assert words * 30 + "that is all." in _words(added)
    assert added.text.text.count("\n\n") == 3


def test_a_table_keeps_its_rows(put):
    table = "#table(columns: (3cm, 6cm, 3cm), [Who], [Does], [When], [Governors], " + (
        "[approve this policy, and see to it that the staff keep to it all year round], [In July])"
    )
    added = put("table.pdf", _pdf(f"= Duties\nWho does what.\n{table}\n\nThat is all."))
    assert "| Who | Does | When |" in added.text.text
    row = "| Governors | approve this policy, and see to it that the staff keep to it all year round | In July |"
    assert row in added.text.text


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
    for data in (_school_pdf(), _scan(picture)):
        writer.append(io.BytesIO(data))
    made = io.BytesIO()
    writer.write(made)
    added = put("mixed.pdf", made.getvalue())
    assert f"page {len(pypdf.PdfReader(made).pages)}:" in _shown(added, folder)


def test_a_password_is_asked_for_and_an_empty_one_is_none(put):
    for word, refused in (("secret", True), ("", False)):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(_school_pdf()))
        writer.encrypt(word, owner_password="owner", algorithm="RC4-128")
        made = io.BytesIO()
        writer.write(made)
        if refused:
            with pytest.raises(Protected, match="without protection"):
                put("locked.pdf", made.getvalue())
        else:
            assert SENTENCES[0] in _words(put("open.pdf", made.getvalue()))


def test_a_pdf_that_unpacks_without_end_is_refused(put):
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b" " * 10_000_000) for _ in range(20)) + packer.flush()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_school_pdf()))
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
            _pdf("#set page(header: [Our policy on complaints])\n" + "#pagebreak()\n" * 5),
        )


def test_a_book_is_no_policy(put):
    with pytest.raises(FileTooLarge, match="500 pages"):
        put("book.pdf", _pdf("Page.\n" + "#pagebreak()\nPage.\n" * 500))


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
        assert _passages(read_pdf("broken.pdf", broken), folder)


@cache
def _whole_pdf():
    return _school_pdf()


# --- bare text ------------------------------------------------------------------------------------------


def _solid(text):
    return [c for c in text if not c.isspace() and c != "\ufeff"]


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(
        st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t#-*:. "),
        max_size=200,
    ),
    way=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    suffix=st.sampled_from([".md", ".txt"]),
)
def test_no_character_of_a_bare_text_is_lost(tmp_path_factory, text, way, suffix):
    folder = tmp_path_factory.mktemp("texts")
    file = folder.parent / f"{folder.name}-school{suffix}"
    file.write_bytes(text.encode(way))
    try:
        added = add(file, folder, today=TODAY)
    except FileRefused:
        assert not _solid(text) or text.count("\ufffd") * 20 > len(text)
        return
    written = (folder / added.text.doc).open(encoding="utf-8", newline="").read()
    assert written == added.text.text
    assert written.endswith(text.removeprefix("\ufeff")) or text.lstrip("\ufeff").startswith("---")
    assert not added.text.text.startswith("\ufeff")
    left = iter(_solid(written))
    assert all(c in left for c in _solid(text))
    assert added.original.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("way", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_other_ways_of_writing_letters_are_told_apart(put, way):
    text = "Parents’ evening – £5\r\n\r\nÉmile’s naïve café.\r\n"
    assert put("letter.txt", text.encode(way)).text.text.endswith(text)


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("a.txt", b"", Empty),
        ("a.md", b" \n\t\r\n", Empty),
        ("a.txt", b"\x81\x8d\x8f\x90" * 30, OtherKind),
        ("a.txt", bytes(range(1, 32)) * 9, OtherKind),
        ("a.rtf", rb"{\rtf1 Be kind.}", OtherKind),
        ("a.txt", rb"{\rtf1 Be kind.}", OtherKind),
        ("a.html", b"<p>Be kind.</p>", OtherKind),
        ("a", b"Be kind.", OtherKind),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, OtherKind),
        ("a.txt", b"be kind " * 600_000, FileTooLarge),
        ("a.txt", b"\x00" * 200, Empty),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(put, folder, name, data, refusal):
    with pytest.raises(refusal, match=re.escape(name)) as caught:
        put(name, data)
    assert isinstance(caught.value, Trouble)
    assert str(caught.value).endswith(".")
    assert list(folder.iterdir()) == []


def test_a_huge_file_is_not_read_to_its_end(tmp_path, folder):
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(FileTooLarge, match="50 MB"):
        add(huge, folder, today=TODAY)


@pytest.mark.parametrize("name", ["missing.pdf", ".", "a\x00b.txt"])
def test_what_is_no_file_is_said(tmp_path, folder, name):
    with pytest.raises(FileRefused):
        add(tmp_path / name, folder, today=TODAY)


def test_a_missing_folder_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("Be kind.")
    with pytest.raises(NoFolder, match="POLICY_TEXTS"):
        add(tmp_path / "a.txt", tmp_path / "nowhere", today=TODAY)


# --- what is known of a text ----------------------------------------------------------------------------


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
    ],
)
def test_the_review_day_is_found_where_the_text_says_it(put, folder, words, day):
    added = put("a.txt", f"Phones\n\nPhones are off.\n\n{words}\n")
    assert added.text.review_by == day
    if day is None:
        assert "--review-by" in _shown(added, folder)


def test_what_is_told_goes_before_what_is_found(put, folder):
    text = "Phones\n\nPolicy owner: Mrs Price\n\nReview date: 1 May 2027\n"
    added = put(
        "a.txt", text, title="Mobile\nphones", owner="Headteacher", review_by=date(2028, 1, 1)
    )
    assert (added.text.title, added.text.owner) == ("Mobile phones", "Headteacher")
    assert added.text.review_by == date(2028, 1, 1)
    assert "Review by: 1 January 2028\n" in _shown(added, folder)


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
        _p("St Mary’s Primary School", "H1")
        + _p("Mobile Phone Policy", "H1")
        + _p("Phones are off.")
    )
    assert put("x.docx", _docx(body, styles=STYLES)).text.title == "Mobile Phone Policy"


def test_a_text_about_pdfs_is_a_text(put):
    assert "Files begin with %PDF-." in put("a.txt", "Files begin with %PDF-.").text.text


def test_no_headings_and_no_review_day_are_said(put, folder):
    shown = _shown(put("a.txt", "phones are off. they stay off."), folder)
    assert "No headings were found" in shown
    assert "Review by: not found" in shown
    assert "originals/a.txt" in shown


# --- the folder -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Polisi Ŵyn & Ŷnys", "polisi-wyn-ynys"),
        ("中文", "policy-72726d"),
        ("...", "policy-ab5df6"),
        ("a" * 300, "a" * 80),
        ("Procedure.toml", "procedure-toml"),
    ],
)
def test_names_of_files_are_made_safe(given, safe):
    assert safe_name(given) == safe


def test_nothing_is_overwritten_unasked(put, folder):
    put("phones.txt", "Phones\n\nPhones are off.\n", owner="Head", signed_by="parent, pupil")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    for name, text in (("phones.md", "Other words."), ("mobiles.txt", "Phones\n\nOther words.\n")):
        with pytest.raises(AlreadyThere, match="--replace"):
            put(name, text)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_new_version_keeps_the_old_one_and_what_lasts(put, folder):
    first = put(
        "phones.txt", "Phones\n\nPhones are off.\n", owner="Head", signed_by="parent, pupil"
    )
    policies = Policies(folder, by_meaning=False)
    assert policies.ask("are phones off").ranked[0].text == "Phones are off."
    second = put("phones.pdf", _pdf("= Phones\nPhones stay at home."), instead=True)
    assert [t.doc for t in policies.texts()] == ["phones.md"]
    assert policies.ask("where do phones stay").ranked[0].text == "Phones stay at home."
    assert (second.text.owner, second.text.sign) == ("Head", ("parent", "pupil"))
    kept = {p.name: p.read_bytes() for p in second.kept}
    assert sorted(kept.values()) == sorted(
        [first.text.text.encode(), b"Phones\n\nPhones are off.\n"]
    )
    assert all(name.startswith("phones.2026-11-21.") for name in kept)
    assert sorted(p.name for p in folder.iterdir()) == ["originals", "phones.md"]
    assert "originals/phones.2026-11-21." in _shown(second, folder)


def test_a_text_put_there_by_hand_is_replaced_too(put, folder):
    (folder / "phones.txt").write_text("Phones are off.\n")
    put("phones.md", "# Phones\n\nPhones stay at home.\n", instead=True)
    assert [t.doc for t in Policies(folder).texts()] == ["phones.md"]
    assert any(b"are off" in p.read_bytes() for p in (folder / "originals").iterdir())


def test_a_file_of_the_same_name_is_another_text_where_its_title_is(put, folder):
    put("win.md", "# Mobile phones\n\nPhones are off.\n")
    put("visitors-to-school.md", "# Visitors\n\nVisitors sign in.\n")
    before = (folder / "win.md").read_bytes()
    for name in ("win.md", "win.txt"):
        # What is to be replaced is the text of that title, whatever its file is called.
        with pytest.raises(AlreadyThere, match=r"“Visitors” already \(visitors-to-school\.md\)"):
            put(name, "# Visitors\n\nVisitors wear a badge.\n")
        put(name, "# Visitors\n\nVisitors wear a badge.\n", instead=True)
    added = put("win.md", "# Uniform\n\nShoes are black.\n")
    again = put("WIN.txt", "# Homework\n\nIt is due on Monday.\n", instead=True)
    assert (added.text.doc, again.text.doc) == ("win-2.md", "win-3.md")
    assert (folder / "win.md").read_bytes() == before
    assert sorted(text.title for text in Policies(folder, by_meaning=False).texts()) == [
        "Homework",
        "Mobile phones",
        "Uniform",
        "Visitors",
    ]


def test_an_owner_that_is_no_role_is_refused_with_the_roles(tmp_path, folder):
    file = tmp_path / "phones.md"
    file.write_text("# Phones\n\nPhones are off.\n")
    for owner in ("caretaker", "Mrs Bell", "head teacher’s cat"):
        with pytest.raises(Trouble, match="no role.*staff, .*safeguarding lead.*ICT manager"):
            add_file(file, folder, TODAY, owner=owner)
    assert list(folder.iterdir()) == []
    for title, owner in (("One", "Headteacher"), ("Two", "dsl"), ("Three", " ICT Manager ")):
        shown = "\n".join(add_file(file, folder, TODAY, title=title, owner=owner))
        assert f"Owner: {owner.strip()}\n" in shown
    file.write_text("# Pets\n\nPolicy owner: Mrs Bell\n\nNo pets.\n")
    assert "Owner: Mrs Bell, which is no role" in "\n".join(add_file(file, folder, TODAY))


def test_a_full_disk_leaves_the_text_that_was_there(put, folder, monkeypatch):
    put("phones.txt", "Phones\n\nPhones are off.\n")
    before = (folder / "phones.md").read_bytes()
    real = os.replace

    def full(source, target):
        if Path(target).name == "phones.md":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        put("phones.txt", "Phones\n\nPhones stay at home.\n", instead=True)
    assert (folder / "phones.md").read_bytes() == before
    assert [p.name for p in folder.iterdir() if p.is_file()] == ["phones.md"]


def _headsup(folder, *words):
    return subprocess.run(
        command("policy", "add", *words),
        env={**os.environ, "POLICY_TEXTS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_shows_what_it_understood(tmp_path, folder):
    file = tmp_path / "Phones (2026).txt"
    file.write_text(
        "Mobile phones\n\nPhones are off.\n\nUse of cameras\n\nCameras stay in the school overnight.\n"
    )
    done = _headsup(folder, str(file), "--owner", "Headteacher", "--review-by", "1 May 2028")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "Added “Mobile phones” as phones-2026.md.",
        "Sections: 2",
        "  Mobile phones",
        "  Use of cameras",
        "Passages: 2",
        "Owner: Headteacher",
        "Review by: 1 May 2028",
        "The file itself is kept as originals/phones-2026.txt.",
        "Please compare phones-2026.md with the file once: the bot quotes what phones-2026.md says.",
    ]


def test_the_command_refuses_in_one_sentence(tmp_path, folder):
    file = tmp_path / "phones.doc"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 90)
    done = _headsup(folder, str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"headsup: {OLD_WORD.format(name='phones.doc')}\n"
    (tmp_path / "a.txt").write_text("Be kind.")
    done = _headsup(folder, str(tmp_path / "a.txt"), "--review-by", "soon")
    assert done.returncode == 1
    assert "“soon” is not a date" in done.stderr


def test_the_texts_of_the_program_itself_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "phones.md"
    file.write_text("# Phones\n\nPhones stay in bags.\n")
    with pytest.raises(Trouble, match="cp -r .* policy_texts"):
        add_file(file, PACKAGED_TEXTS, date(2026, 11, 21))
    assert not (PACKAGED_TEXTS / "phones.md").exists()


def test_thousands_of_footnotes_and_a_list_that_begins_at_a_billion_take_no_time(put):
    notes = "".join(f'<w:footnote w:id="{n}">{_p(f"Note {n}.")}</w:footnote>' for n in range(5_000))
    refers = "".join(f'<w:r><w:footnoteReference w:id="{n}"/></w:r>' for n in range(5_000))
    body = f"<w:p><w:r><w:t>Be kind.</w:t></w:r>{refers}</w:p>"
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    text = put("notes.docx", _docx(body, footnotes=f"<w:footnotes {W}>{notes}</w:footnotes>"))
    assert "[5000] Note 4999." in _words(text)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun < 20
    assert len(_numeral(10**9, "lowerLetter")) < 40
