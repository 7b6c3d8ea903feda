"""Whoever the words of a report name hears nothing of it before somebody has said who it is about."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Attachment, Forwarded, Incoming, Origin, Refused, Reply, Sender
from handlers.notices.wording import render_notice
from handlers.rules.access import Act
from handlers.rules.names.in_words import may_speak_of
from handlers.sweep import sweep
from store.model.kinds import NoticeResult
from store.model.records import Person, Role
from store.model.words import words_of
from tests.desks import Time, desk_in

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ROLES = {"hedy": Role.HEAD, "dora": Role.DSL, "lee": Role.LEADER, "cem": Role.CHAIR}
NAMES = (
    "Ben Okafor",
    "Ana Núñez",
    "Zoë Brontë",
    "Anna Smith-Jones",
    "Siân O’Brien",
    "Łukasz Wójcik",
    "Nguyễn Văn An",
    "王伟",
    "Jo Li",
    "Ayşe Yılmaz",
)
KINDS = ("school-complaint", "staff-offensive", "threat", "bullying", "other")


def ways_to_name(name: str) -> list[str]:
    """How people write of somebody."""
    words = name.split()
    first, last = words[0], words[-1]
    plain = last.translate(str.maketrans("úñëâłóşı’", "unealosi'"))
    ways = [name, name.lower(), name.upper(), first, f"mr {last}", f"{last}'s", plain]
    return [*ways, f"{first}_{last}.png", f"@{first}{last}".lower(), f"{last}, {first}"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_known_however_it_is_written(name: str) -> None:
    person = Person("x", name, (Role.STAFF,), (), NOW)
    for way in ways_to_name(name):
        said = words_of([f"I saw that {way} wrote this"])
        assert may_speak_of(said, person), (way, said)
    assert not may_speak_of(words_of(["They call the kitchen dirty"]), person)


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("our HEAD", Role.HEAD),
        ("the head-teacher", Role.HEAD),
        ("headmistress", Role.HEAD),
        ("the principal", Role.HEAD),
        ("The chair of governors", Role.CHAIR),
        ("safeguarding lead", Role.DSL),
        ("dsl", Role.DSL),
    ],
)
def test_an_office_is_known(words: str, role: Role) -> None:
    said = words_of([f"I saw what {words} wrote"])
    assert may_speak_of(said, Person("x", "Xaver Quux", (role,), (), NOW))
    assert not may_speak_of(said, Person("x", "Xaver Quux", (Role.STAFF,), (), NOW))


class School:
    """A school with a reporter and leaders of random names."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.time = Time(NOW)
        self.folder = folder
        self.desk: Desk = desk_in(folder, self.time)
        self.chance = chance
        names = chance.sample(NAMES, len(ROLES))
        self.names = dict(zip(ROLES, names, strict=True))
        self.number = 0
        #: To whom, and the words.
        self.sent: list[tuple[str, str]] = []

    async def enrol(self) -> None:
        for id, role in {**ROLES, "asha": Role.STAFF}.items():
            name = self.names.get(id, "Xaver Quux")
            person = Person(id, name, (role,), (f"slack:{id}",), NOW, invited=True)
            await self.desk.store.add_person(person)

    async def begin_again(self) -> None:
        await self.desk.store.close()
        self.desk = desk_in(self.folder, self.time)

    async def says(self, who: str, command: str | None = None, **more: object) -> Reply | None:
        self.number += 1
        sender = Sender(f"slack:{who}", who)
        incoming = Incoming(
            f"slack:{self.number}", sender, f"slack:D{who}", self.time.now, command=command, **more
        )  # type: ignore[arg-type]
        return await reception.receive(incoming, self.desk)

    async def reports(self, words: str) -> None:
        """As text, forwarded, or in the name of a file."""
        match self.chance.choice(("text", "forwarded", "author", "file")):
            case "text":
                await self.says("asha", text=words)
            case "forwarded":
                await self.says("asha", forwarded=(Forwarded(words, Origin("hidden person")),))
            case "author":
                by_them = Origin("hidden person", author=words)
                await self.says("asha", forwarded=(Forwarded("So he wrote", by_them),))
            case _:
                file = Attachment("picture", {"id": "1"}, name=f"{words}.png")
                await self.says("asha", attachments=(file,))

    async def told(self, who: str) -> list[str]:
        """What somebody was sent up to now."""
        for reference, notice in await self.desk.store.claim(self.time.now, 999, 60):
            reply = await render_notice(reference, notice, self.desk)
            result = NoticeResult.SENT if reply else NoticeResult.MOOT
            if reply:
                self.sent.append((notice.to, str(reply.parts)))
            settled = replace(notice, settled=self.time.now, result=result)
            await self.desk.store.settle(reference, settled)
        return [words for to, words in self.sent if to == who]


@pytest.mark.parametrize("seed", range(24))
async def test_whoever_the_words_name_hears_nothing_before_the_answer(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    school = School(tmp_path, chance)
    await school.enrol()
    named = chance.choice([id for id in ROLES if id != "cem"])
    way = chance.choice(ways_to_name(school.names[named]))
    if chance.random() < 0.5:
        await school.says("asha", text="Somebody writes horrible things")
        school.time.now += timedelta(seconds=30)
    await school.reports(f"This is {way}")
    [reference] = [s.reference for s in await school.desk.store.summaries()]

    for _ in range(6):
        match chance.choice(("category", "urgent", "note", "wait", "again", "look")):
            case "category":
                await school.says("asha", f"case category {reference} {chance.choice(KINDS)}")
            case "urgent":
                await school.says("asha", f"case urgent {reference}")
            case "note":
                await school.says("asha", f"case note {reference} I asked again")
            case "again":
                await school.begin_again()
            case _:
                school.time.now += timedelta(minutes=chance.choice((1, 9, 30, 2000)))
        await sweep(school.desk)
        await hears_nothing(school, named, reference)

    # Somebody else has heard of it, and by an answer that speaks of them whoever is a witness is let
    # in; not by one that speaks of others.
    school.time.now += timedelta(days=1)
    await sweep(school.desk)
    await hears_nothing(school, named, reference)
    others = [id for id in ROLES if id != named]
    heard = [id for id in others if any(reference in said for said in await school.told(id))]
    assert heard
    await school.says("asha", f"case about {reference} {chance.choice(('school', 'pupil'))}")
    await school.says("asha", f"case category {reference} {chance.choice(KINDS)}")
    await sweep(school.desk)
    await hears_nothing(school, named, reference)
    await school.says(named, f"case about {reference} none")
    await hears_nothing(school, named, reference)
    [inside] = [id for id in others if await sees_all(school, id, reference)][:1]
    await school.says(inside, f"case about {reference} none")
    assert await sees_all(school, named, reference)
    await school.desk.store.close()


async def sees_all(school: School, who: str, reference: str) -> bool:
    person = await school.desk.store.person(who)
    try:
        return (await school.desk.case_for(person, reference, Act.SEE)).whole
    except Refused:
        return False


async def hears_nothing(school: School, who: str, reference: str) -> None:
    """Nothing that somebody is sent or answered tells of a case."""
    for words in await school.told(who):
        assert reference not in words, words
    for command in ("case list", "case overdue", "case find horrible", "case find This"):
        reply = await school.says(who, command)
        assert reply is not None
        assert reference not in str(reply.parts), command
    asked = await school.says(who, f"case {reference}")
    assert asked is not None
    assert "I know no case" in str(asked.parts)
