"""Somebody is named as people name each other: whoever may be meant is shut out until it is said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers import reception
from handlers.messages import Forwarded, Incoming, Origin, Sender
from handlers.rules.access import concerns
from store.model.records import Person, Role
from tests.desks import Time, desk_in
from tests.handlers.shown import words_in

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PEOPLE = {
    "asha": ("Asha Patel", Role.STAFF),
    "ben": ("Ben Okafor", Role.HEAD),
    "cleo": ("Cleo Martin", Role.DSL),
    "lee": ("Lee Bell", Role.LEADER),
    "efua": ("Efua Mensah", Role.CHAIR),
}
ASKED, CATEGORY = "Did you mean one of these?", "What is it mostly about?"
VERBS = ("about", "posted")


class School:
    def __init__(self, folder: Path) -> None:
        self.time = Time(NOW)
        self.desk = desk_in(folder, self.time)
        self.number = 0

    async def enrol(self, id: str, name: str, role: Role) -> None:
        person = Person(id, name, (role,), (f"slack:{id}",), NOW, invited=True)
        await self.desk.store.add_person(person)

    async def says(self, who: str, command: str | None = None, **more: object) -> str:
        """What they are answered, with the labels and commands of all buttons."""
        self.number += 1
        sender = Sender(f"slack:{who}", who)
        incoming = Incoming(
            f"slack:{self.number}", sender, f"slack:D{who}", self.time.now, command=command, **more
        )  # type: ignore[arg-type]
        reply = await reception.receive(incoming, self.desk)
        assert reply is not None
        return "\n".join(words_in(reply))

    async def report(self) -> str:
        await self.says("asha", text="Somebody shouted in the hall")
        [summary] = await self.desk.store.summaries()
        return summary.reference

    async def sees(self, who: str, reference: str) -> bool:
        """Whether a leader sees it once the pause is over; the answer and the list say the same."""
        self.time.now = max(self.time.now, NOW + timedelta(minutes=11))
        shown = "I know no case" not in await self.says(who, f"case {reference}")
        assert (reference in await self.says(who, "case list")) is shown
        return shown

    def command(self, answer: str, verb: str, reference: str, who: str) -> str:
        """The command of the button with which somebody is chosen."""
        [command] = re.findall(rf"case {verb} {reference} {who}.*", answer)
        return str(command)


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    school = School(tmp_path)
    for id, (name, role) in PEOPLE.items():
        await school.enrol(id, name, role)
    yield school
    await school.desk.store.close()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Benny", "ben"),
        ("Mr O", "ben"),
        ("BenOkafor77", "ben"),
        ("https://instagram.com/mr.okafor", "ben"),
        ("https://www.instagram.com/okafor", "ben"),
        ("instagram.com/mr.okafor", "ben"),
        ("@mr.okafor.y4", "ben"),
        ("parent Cleo Martin", "cleo"),
        ("Martin, Cleo of Year 4", "cleo"),
        (f"{'somebody who shouted at everybody in the hall ' * 5} namely Okafor", "ben"),
    ],
)
async def test_whoever_may_be_meant_is_asked_after(
    verb: str, typed: str, who: str, school: School
) -> None:
    case = await school.report()
    answer = await school.says("asha", f"case {verb} {case} {typed}")
    assert ASKED in answer
    assert not await school.sees(who, case)
    assert await school.sees("lee", case)

    nobody = school.command(answer, verb, case, "only")
    chosen = school.command(answer, verb, case, f"id {who}")
    assert ASKED not in await school.says("asha", chosen)
    assert not await school.sees(who, case)
    # That button is an old one now.
    await school.says("asha", nobody)
    assert not await school.sees(who, case)


@pytest.mark.parametrize(
    "typed", ["a parent, Cleo Martin of Year 4", "a pupil’s mum, Cleo Martin", "mum Cleo Martin"]
)
async def test_a_colleague_is_a_parent_as_well(typed: str, school: School) -> None:
    case = await school.report()
    answer = await school.says("asha", f"case posted {case} {typed}")
    assert ASKED in answer
    assert not await school.sees("cleo", case)
    await school.says("asha", school.command(answer, "posted", case, "only"))
    assert await school.sees("cleo", case)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "typed",
    [
        "Cleo Martin, Ben Okafor",
        "Cleo Martin; Ben Okafor",
        "Cleo Martin/Ben Okafor",
        "Cleo Martin\nBen Okafor",
        "Cleo Martin Ben Okafor",
        "Martin, Cleo, Okafor, Ben",
        "Ben Okafor shouted, with Cleo Martin",
        "Al Hill, Bo Reid, Cy Hall, Di Lane, Ed Fox, Flo Ray, Cleo Martin, Ben Okafor",
        "Al Hill and Bo Reid and Cy Hall and Di Lane and Ed Fox and Cleo Martin and Ben Okafor",
    ],
)
async def test_each_of_several_is_shut_out_and_none_chosen(
    verb: str, typed: str, school: School
) -> None:
    case = await school.report()
    assert ASKED not in await school.says("asha", f"case {verb} {case} {typed}")
    assert not await school.sees("ben", case)
    assert not await school.sees("cleo", case)
    # Nobody is left out, whoever comes later.
    newcomer = Person("al", "Al Hill", (Role.LEADER,), (), NOW)
    found = await school.desk.store.case(case)
    assert concerns(newcomer, [found]) is ("Al Hill" in typed)


@pytest.mark.parametrize("typed", ["Okafor, Martin", "Mr Okafor, Mrs Martin", "Ben, Cleo Martin"])
async def test_to_choose_one_of_two_lets_the_other_in_nowhere(typed: str, school: School) -> None:
    case = await school.report()
    answer = await school.says("asha", f"case about {case} {typed}")
    assert ASKED in answer
    await school.says("asha", school.command(answer, "about", case, "id ben"))
    assert not await school.sees("ben", case)
    assert not await school.sees("cleo", case)


@pytest.mark.parametrize("verb", VERBS)
async def test_one_name_with_a_comma_is_one(verb: str, school: School) -> None:
    case = await school.report()
    await school.says("asha", f"case {verb} {case} Martin, Cleo")
    assert not await school.sees("cleo", case)
    found = await school.desk.store.case(case)
    assert len(found.concerned) == 1


@pytest.mark.parametrize("verb", VERBS)
async def test_more_names_than_are_noted_at_once_are_refused(verb: str, school: School) -> None:
    case = await school.report()
    names = ", ".join(f"Xa{letter} Hill{letter}" for letter in "bcdfghjklmnpqrstvwxyz")
    answer = await school.says("asha", f"case {verb} {case} {names}, Ben Okafor")
    assert "I have noted none of them" in answer
    assert not (await school.desk.store.case(case)).concerned


@pytest.mark.parametrize("office", ["the deputy head", "our vice-principal", "an assistant head"])
async def test_a_deputy_is_not_the_head_and_may_be_any_leader(office: str, school: School) -> None:
    case = await school.report()
    answer = await school.says("asha", f"case about {case} {office}")
    assert ASKED in answer
    assert not await school.sees("cleo", case)
    assert not await school.sees("lee", case)
    assert await school.sees("ben", case)
    await school.says("asha", school.command(answer, "about", case, "id lee"))
    assert await school.sees("cleo", case)
    assert not await school.sees("lee", case)


@pytest.mark.parametrize(
    "typed",
    ["the deputy head", "head of Year 4", "head of PE", "Mr O", "parent Cleo Martin", "Benny"],
)
async def test_nobody_of_these_lets_in_whoever_may_have_been_meant(
    typed: str, school: School
) -> None:
    case = await school.report()
    answer = await school.says("asha", f"case about {case} {typed}")
    before = (await school.desk.store.case(case)).subjects
    only = school.command(answer, "about", case, "only")
    await school.says("asha", f"case about {case} only")
    assert (await school.desk.store.case(case)).subjects[0] == before[0]
    answer = await school.says("asha", only)
    assert ASKED not in answer
    assert CATEGORY in answer
    subject = (await school.desk.store.case(case)).subjects[-1]
    assert (subject.subject, subject.name) == (before[0].subject, before[0].name)
    for who in ("ben", "cleo", "lee"):
        assert await school.sees(who, case), who


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("office", ["the safeguarding officer", "our child-protection officer"])
async def test_whoever_leads_safeguarding_by_another_word(
    office: str, verb: str, school: School
) -> None:
    case = await school.report()
    await school.says("asha", f"case {verb} {case} {office}")
    assert not await school.sees("cleo", case)
    assert await school.sees("ben", case)


@pytest.mark.parametrize("words", ["Benny", "Mr O", "okafr mr okafr", "the headteacher"])
async def test_a_search_for_somebody_is_not_told_to_them(words: str, school: School) -> None:
    await school.says("cleo", f"case find {words}")
    await school.says("cleo", "case find dinner")
    found = await school.says("ben", "case searches")
    assert "dinner" in found
    assert words not in found


@pytest.mark.parametrize(
    "words",
    [
        "Benny shouted at my son",
        "Mr Okafr shouted at my son",
        "Mr O shouted at my son",
        "hate_mrokafor shouted at my son",
    ],
)
@pytest.mark.parametrize("where", ["text", "author", "place", "link", "note"])
async def test_words_that_name_the_head_hold_it_back(
    words: str, where: str, school: School
) -> None:
    match where:
        case "text":
            await school.says("asha", text=words)
        case "note":
            await school.says("asha", f"case note {await school.report()} {words}")
        case "link":
            origin = Origin("channel", link=f"https://t.me/{words.replace(' ', '_')}/12")
            await school.says("asha", forwarded=(Forwarded("Somebody shouted", origin),))
        case _:
            origin = Origin("channel", **{where: words})
            await school.says("asha", forwarded=(Forwarded("Somebody shouted", origin),))
    [summary] = await school.desk.store.summaries()
    assert not await school.sees("ben", summary.reference)
    assert await school.sees("cleo", summary.reference)
