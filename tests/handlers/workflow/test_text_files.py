"""Whoever is named in a file of plain text is kept from it, as in a picture whose words are read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.outbox.fetcher import Fetcher
from store.model.records import About, Person, Role, State, Subject
from tests.handlers.cases.test_pack import Office
from tests.handlers.shown import words_in
from tests.handlers.workflow.test_fetching import Chat
from tests.handlers.workflow.test_picture_words import NAMES
from tests.store import made
from tests.store.made import NOW

LINES = "\n".join(f"[24/11/2026, 08:{n % 60:02}] A parent: nothing of note {n}" for n in range(900))
NAMED = f"{LINES}\n[24/11/2026, 09:00] A parent: Ben Okafor hit my boy\n{LINES}"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    here = Office(tmp_path)
    people = {"asha": Role.STAFF, "ben": Role.HEAD, "cleo": Role.DSL, "efua": Role.CHAIR}
    for id, role in people.items():
        await here.desk.store.add_person(
            Person(id, NAMES[id], (role,), (f"slack:{id}",), NOW, invited=True)
        )
    yield here
    await here.desk.store.close()


async def fetched(office: Office, content: bytes, name: str, media_type: str) -> str:
    file = made.item(
        1, "file", State.WANTED, next_try=NOW, name=name, media_type=media_type, size=len(content)
    )
    about = About(Subject.SCHOOL)
    case = made.case(category="school-complaint", about=about, evidence=(file,))
    await office.desk.store.add(case)
    await Fetcher(office.desk, {"slack": Chat(content=content)}).tick()  # type: ignore[dict-item]
    return case.reference


async def shown(office: Office, who: str, command: str) -> str:
    return "\n".join(words_in(await office.asks(who, command)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("name", "media_type"),
    [("chat.txt", "text/plain"), ("mail.eml", "message/rfc822"), ("chat.txt", "")],
)
async def test_whom_its_lines_name_sees_nothing_of_it_until_somebody_says_not(
    office: Office, name: str, media_type: str, encoding: str
) -> None:
    reference = await fetched(office, NAMED.encode(encoding), name, media_type)
    assert "I know no case" in await shown(office, "ben", f"case {reference}")
    assert "The words may mean Ben Okafor" in await shown(office, "cleo", f"case {reference}")
    await office.asks("cleo", f"case about {reference} none")
    assert reference in await shown(office, "ben", f"case {reference}")


def _mail(charset: str, encoding: str) -> bytes:
    mail = EmailMessage()
    mail["To"] = "Cleo Martin <cleo@school.example>"
    mail["Subject"] = "About my boy – read this"
    mail.set_content(NAMED, charset=charset, cte=encoding)
    return bytes(mail)


def _folder() -> bytes:
    """As a phone writes out a chat with its pictures."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("PHOTO-1.jpg", b"no picture")
        folder.writestr("_chat.txt", NAMED)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mail.eml", _mail("utf-8", "base64")),
        ("mail.eml", _mail("utf-8", "quoted-printable")),
        ("mail.eml", b"Subject: =?utf-8?q?Ben_Okafor_hit_my_boy?=\n\nPlease read the subject.\n"),
        ("chat.zip", _folder()),
        ("chat.json", json.dumps([{"text": "Ben Okafor hit my boy"}]).encode()),
        ("mail.txt", "Müller says that Ben Okafor hit his boy".encode("cp1252")),
    ],
)
async def test_it_is_read_however_it_is_written(office: Office, name: str, content: bytes) -> None:
    reference = await fetched(office, content, name, "application/octet-stream")
    assert "I know no case" in await shown(office, "ben", f"case {reference}")
    assert reference in await shown(office, "cleo", f"case {reference}")


async def test_a_greeting_says_nothing_of_whom_it_greets(office: Office) -> None:
    letter = b"Dear Ben Okafor,\nnothing of note\nDear Cleo Martin,\nnothing of note either\n"
    reference = await fetched(office, letter, "letter.txt", "text/plain")
    assert reference in await shown(office, "ben", f"case {reference}")


@pytest.mark.parametrize("name", ["chat.zip", "mail.eml", "chat.json", "note.rtf"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", bytes(range(256)) * 9])
async def test_what_cannot_be_read_holds_nothing_up(
    office: Office, name: str, content: bytes
) -> None:
    reference = await fetched(office, content, name, "application/octet-stream")
    assert reference in await shown(office, "ben", f"case {reference}")


@pytest.mark.parametrize("content", [LINES.encode(), bytes(range(256)) * 500, b"Mr " * 100_000])
async def test_of_a_file_that_names_nobody_nothing_is_kept_from_anybody(
    office: Office, content: bytes
) -> None:
    reference = await fetched(office, content, "chat.txt", "text/plain")
    assert reference in await shown(office, "ben", f"case {reference}")
