"""Words in pictures are read where a program for that is there: to find a case by, and for nothing else."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.outbox.fetcher import Fetcher
from handlers.rules.access import is_kept_from
from handlers.workflow.changes import reconsider
from handlers.workflow.pictures.words import read_words
from store.model.case import Classification
from store.model.kinds import NoticeKind
from store.model.proofs import facts_changed
from store.model.records import About, Notice, Person, Role, State, Subject
from tests.handlers.cases.test_pack import Office, everything_in, unpacked
from tests.handlers.shown import words_in
from tests.handlers.workflow.test_fetching import Chat
from tests.store import made
from tests.store.made import NOW

needs_tesseract = pytest.mark.skipif(
    not shutil.which("tesseract"), reason="tesseract, which reads words in pictures, is not here"
)
NAMES = {
    "asha": "Asha Patel",
    "ben": "Ben Okafor",
    "cleo": "Cleo Martin",
    "efua": "Efua Mensah",
}
#: A message that the head was shown.
SENT = "slack:D1 17.001"
WORDS = ("Year 5 parents", "The kitchen is filthy", "Mrs Winterbottom must go")


def screenshot(*lines: str, form: str = "PNG") -> bytes:
    image = Image.new("RGB", (900, 1_200), "white")
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        font = ImageFont.load_default(size=44)
        pen.text((60, 150 + 120 * number), line, fill="black", font=font)
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    here = Office(tmp_path)
    here.desk = replace(here.desk, reads_pictures=True)
    people = {"asha": Role.STAFF, "ben": Role.HEAD, "cleo": Role.DSL, "efua": Role.CHAIR}
    for id, role in people.items():
        name = NAMES[id]
        await here.desk.store.add_person(
            Person(id, name, (role,), (f"slack:{id}",), NOW, invited=True)
        )
    yield here
    await here.desk.store.close()


async def fetched(office: Office, content: bytes, **more: object) -> str:
    """A case whose picture was wanted, and has been fetched."""
    shot = made.item(1, state=State.WANTED, next_try=NOW)
    about = more.pop("about", About(Subject.SCHOOL))
    case = made.case(category="school-complaint", about=about, evidence=(shot,), **more)
    await office.desk.store.add(case)
    chat = Chat(content=content)
    await Fetcher(office.desk, {"slack": chat}).tick()  # type: ignore[dict-item]
    office.time.now += timedelta(minutes=11)
    return case.reference


@needs_tesseract
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
async def test_words_are_read_whatever_a_phone_made_of_them(tmp_path: Path, form: str) -> None:
    path = tmp_path / "shot"
    path.write_bytes(screenshot(*WORDS, form=form))
    assert await read_words(path) == "\n".join(WORDS)


@needs_tesseract
async def test_a_case_is_found_by_them_and_says_that_a_machine_has_read_them(
    office: Office, tmp_path: Path
) -> None:
    reference = await fetched(office, screenshot(*WORDS))
    case = await office.desk.store.case(reference)
    assert case.evidence[0].machine_read == "\n".join(WORDS)
    found = "\n".join(words_in(await office.asks("ben", "case find winterbottom kitchen")))
    assert f"Read by machine, in pictures and files of {reference}" in found
    # What somebody has said is found as before.
    found = "\n".join(words_in(await office.asks("ben", f"case find {reference}")))
    assert "Read by machine" not in found
    for key in ("police", "governors"):
        assert "Winterbottom" not in everything_in(await unpacked(office, reference, key, tmp_path))
    assert facts_changed(await office.desk.store.case(reference)) == []


@needs_tesseract
async def test_whom_the_case_concerns_finds_nothing_by_them(office: Office) -> None:
    about = About(Subject.STAFF, "cleo", "Cleo Martin")
    reference = await fetched(office, screenshot(*WORDS), about=about)
    assert "No case with" in "\n".join(
        words_in(await office.asks("cleo", "case find winterbottom"))
    )
    assert reference in "\n".join(words_in(await office.asks("ben", "case find winterbottom")))


@needs_tesseract
async def test_whoever_is_named_in_a_picture_is_kept_from_the_case_until_somebody_says_not(
    office: Office,
) -> None:
    reference = await fetched(office, screenshot("Headteacher Ben Okafor", "hit my boy today"))
    assert "I know no case" in "\n".join(words_in(await office.asks("ben", f"case {reference}")))
    for command in ("case find okafor", "case find boy"):
        assert "No case with" in "\n".join(words_in(await office.asks("ben", command)))
    asked = "\n".join(words_in(await office.asks("cleo", f"case {reference}")))
    assert "The words may mean Ben Okafor" in asked

    await office.asks("cleo", f"case about {reference} none")
    assert reference in "\n".join(words_in(await office.asks("ben", "case find boy")))


@needs_tesseract
async def test_an_alert_and_an_owner_of_before_it_was_read_are_taken_back(office: Office) -> None:
    told = Notice("told", NoticeKind.ALERT, "ben", NOW, settled=NOW, result="sent", message=SENT)
    picture = screenshot("Mr Okafor hit my boy")
    reference = await fetched(office, picture, notices=(told,), owner="ben")
    case = await office.desk.store.case(reference)
    assert case.owner is None
    taken_back = [each for each in case.notices if each.kind == NoticeKind.WITHDRAW]
    assert [(each.to, each.message) for each in taken_back] == [("ben", SENT)]
    assert "efua" in {each.to for each in case.notices if each.kind == NoticeKind.ALERT}
    assert facts_changed(case) == []


@needs_tesseract
async def test_a_letter_of_the_school_s_own_keeps_it_from_nobody(office: Office) -> None:
    letter = screenshot("Hillside Primary School", "Headteacher: Mr B Okafor", "Closed at noon")
    reference = await fetched(office, letter)
    assert reference in "\n".join(words_in(await office.asks("ben", "case find hillside")))
    # A machine cannot tell whom a surname alone means. Nobody finds it by their own name.
    alone = await fetched(office, screenshot("Okafor out", "The gym is cold"))
    assert alone in "\n".join(words_in(await office.asks("ben", f"case find {alone}")))
    assert "No case with" in "\n".join(words_in(await office.asks("ben", "case find okafor")))


@needs_tesseract
async def test_somebody_who_works_on_cases_later_is_kept_from_what_names_them(
    office: Office,
) -> None:
    reference = await fetched(office, screenshot("Miss Rao", "hit my boy today"))
    gita = Person("gita", "Gita Rao", (Role.LEADER,), ("slack:gita",), NOW, invited=True)
    await office.desk.store.add_person(gita)
    await reconsider(office.desk, gita, None)
    summary = (await office.desk.store.case(reference)).summary
    assert is_kept_from(gita, [summary])
    assert reference in "\n".join(words_in(await office.asks("ben", f"case {reference}")))


@needs_tesseract
async def test_what_is_withheld_is_never_read_and_what_was_read_is_gone(office: Office) -> None:
    withheld = await fetched(office, screenshot(*WORDS), withheld=True)
    item = (await office.desk.store.case(withheld)).evidence[0]
    assert (item.state, item.machine_read) == (State.WITHHELD, "")

    later = await fetched(office, screenshot(*WORDS))
    case = await office.desk.store.case(later)
    assert case.evidence[0].machine_read
    undressed = Classification("child-undressed", urgent=True, withhold=True)
    case = await office.desk.store.save(case.categorise(undressed, by="asha", at=NOW))
    assert case.evidence[0].machine_read == ""
    # Nor is it found where it was joined to something that is locked away.
    part = await fetched(office, screenshot(*WORDS))
    joined = (await office.desk.store.case(part)).join(later, by="ben", at=NOW)
    await office.desk.store.save(joined)
    assert "No case with" in "\n".join(words_in(await office.asks("ben", "case find winterbottom")))


@needs_tesseract
@pytest.mark.parametrize(
    "content",
    [b"", b"P5 99999999 99999999 255\n", b"\x89PNG\r\n\x1a\nnone", screenshot(*WORDS)[:900]],
)
async def test_what_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "shot"
    path.write_bytes(content)
    assert await read_words(path) == ""


async def test_a_desk_that_does_not_read_has_no_words(office: Office) -> None:
    office.desk = replace(office.desk, reads_pictures=False)
    reference = await fetched(office, screenshot(*WORDS))
    item = (await office.desk.store.case(reference)).evidence[0]
    assert (item.state, item.machine_read) == (State.KEPT, "")
    assert item.picture
