"""A letter says what it is to say, names nobody by itself, and obeys nothing that is typed."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from handlers.cases.letters.wording import LINE
from handlers.messages import Choices, File, Prompt, Reply
from store.model.evidence import Evidence
from store.model.kinds import EntryKind
from store.model.records import About, Person, Poster, Subject
from store.school.letters import load_letters
from tests.desks import TEXTS
from tests.handlers.cases.test_pack import HOSTILE, PEOPLE, SECRET, Office
from tests.handlers.shown import words_in
from tests.store import made
from tests.store.made import NOW

LETTERS = load_letters(TEXTS)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "school.toml").write_text('name = "Hill & <Dale> #1 *b*"\n')
    here = Office(tmp_path)
    for id, (name, role) in PEOPLE.items():
        await here.desk.store.add_person(
            Person(id, name, (role,), (f"slack:{id}",), NOW, invited=True)
        )
    yield here
    await here.desk.store.close()


async def a_case(office: Office) -> str:
    """About a child, with words that name them, and a link."""
    link: Evidence = made.item(2, "link", text="x", normal="https://facebook.com/groups/1")
    case = made.case(
        category="other",
        about=About(Subject.PUPIL, name="Tom Small"),
        posters=(About(Poster.PARENT, name="Mrs Small"),),
        evidence=(made.item(1, "text", text=f"Tom Small {SECRET}"), link),
    )
    await office.desk.store.add(case)
    return case.reference


def as_words(reply: Reply) -> tuple[str, str]:
    """What is read in the Word file, and in the PDF: of one page."""
    word, pdf = [part.content for part in reply.parts if isinstance(part, File)]
    assert isinstance(word, bytes)
    assert isinstance(pdf, bytes)
    paragraphs = [paragraph.text for paragraph in docx.Document(BytesIO(word)).paragraphs]
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 1
    return _plain(" ".join(paragraphs)), _plain(pages[0].extract_text())


def _plain(words: str) -> str:
    return " ".join(words.replace("|", " ").replace("•", " ").split())


@pytest.mark.parametrize("name", LETTERS)
async def test_each_says_where_and_when_quotes_the_policy_and_names_no_child(
    office: Office, name: str
) -> None:
    reference = await a_case(office)
    reply = await office.asks("ben", f"case letter {reference} {name} to The Head of Year")
    for words in as_words(reply):
        for said in ("Hill & <Dale> #1 *b*", "24 November 2026", "The Head of Year", "Ben Okafor"):
            assert said in words
        assert "what was posted on facebook.com" in words
        assert "https://facebook.com/groups/1" in "".join(words.replace("\u200b", "").split())
        assert LINE in words
        for place in LETTERS[name].passages:
            [passage, *_] = office.desk.policies.section(*place.split("#"))
            assert _plain(passage.text.split("\n")[0])[:60] in words
        for secret in ("Tom", "Small", SECRET, "Asha", "{", "}"):
            assert secret not in words


async def test_what_is_typed_is_text(office: Office) -> None:
    reference = await a_case(office)
    typed = f"{{signed}} **so** {HOSTILE}"
    for words in as_words(await office.asks("ben", f"case letter {reference} warning to {typed}")):
        # Between the asterisks stands what nobody sees, so that they are no mark of bold words.
        words = words.replace("\u2060", "")
        assert "{signed} **so** ../../../etc/passwd#set page(width: 1pt)" in words
        assert "*bold* $x$ <tag> @ref =1+1" in words


async def test_it_is_an_entry_with_its_hashes(office: Office) -> None:
    reference = await a_case(office)
    asked = await office.asks("ben", f"case letter {reference}")
    [choices] = [part for part in asked.parts if isinstance(part, Choices)]
    assert {choice.command for choice in choices.options} == {
        f"case letter {reference} {name}" for name in LETTERS
    }
    [question] = (await office.asks("ben", choices.options[0].command)).parts
    assert isinstance(question, Prompt)
    assert (await office.desk.store.case(reference)).chronology[-1].what == EntryKind.OPENED

    reply = await office.asks("ben", f"{question.command} -")
    entry = (await office.desk.store.case(reference)).chronology[-1]
    assert (entry.what, entry.by) == (EntryKind.LETTER, "ben")
    digests = [
        hashlib.sha256(part.content).hexdigest()
        for part in reply.parts
        if isinstance(part, File) and isinstance(part.content, bytes)
    ]
    assert digests == [entry.details["word_sha256"], entry.details["pdf_sha256"]]
    assert "I send nothing" in "\n".join(words_in(reply))
    refused = await office.asks("ben", f"case letter {reference} apology to Mr X")
    assert "I know no letter “apology”" in "\n".join(words_in(refused))


async def test_it_is_on_british_paper_and_the_name_stands_below_the_greeting(
    office: Office,
) -> None:
    reference = await a_case(office)
    reply = await office.asks("ben", f"case letter {reference} warning to Mr X")
    word, pdf = [part.content for part in reply.parts if isinstance(part, File)]
    assert isinstance(word, bytes)
    assert isinstance(pdf, bytes)
    document = docx.Document(BytesIO(word))
    [section] = document.sections
    assert section.page_width
    assert section.page_height
    paper = (round(section.page_width.mm), round(section.page_height.mm))
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    assert paper == (round(box.width * 25.4 / 72), round(box.height * 25.4 / 72)) == (210, 297)
    greeting, signed = document.paragraphs[-2:]
    assert greeting.text.startswith("Yours")
    assert greeting.paragraph_format.keep_with_next
    assert signed.paragraph_format.keep_together
    assert "Ben Okafor" in signed.text
    assert 'w:lang w:val="en-US"' not in document.styles.element.xml


@pytest.mark.parametrize("name", ["=cmd' /C calc'!A0", "../../x", "<b>Mr</b> &amp;", "👩‍👩‍👧‍👦 ❤️"])
async def test_a_name_stands_there_as_it_was_typed(office: Office, name: str) -> None:
    reference = await a_case(office)
    words, _ = as_words(await office.asks("ben", f"case letter {reference} warning to {name}"))
    assert f"24 November 2026 {name} Dear" in words


async def test_what_would_turn_words_round_is_seen_and_turns_nothing(office: Office) -> None:
    reference = await a_case(office)
    typed = "\u2068Mr X\u2069 \u202egpj.exe שלום عالم"
    for words in as_words(await office.asks("ben", f"case letter {reference} warning to {typed}")):
        assert "Mr X [U+202E]gpj.exe" in words
        assert not {"\u202e", "\u2068", "\u2069"} & set(words)


async def test_what_does_not_fit_above_a_letter_is_not_cut_off_unsaid(office: Office) -> None:
    reference = await a_case(office)
    refused = await office.asks("ben", f"case letter {reference} warning to {'x' * 301}")
    assert "has room for 300 characters" in "\n".join(words_in(refused))
    assert not [part for part in refused.parts if isinstance(part, File)]
    assert (await office.desk.store.case(reference)).chronology[-1].what == EntryKind.OPENED
