"""Who may do what, for every role, command and relation to a case, over every store.

What is expected is written down here by hand. A new command without a line fails.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers import reception
from handlers.cases.ownership import SEND_AGAIN
from handlers.desk import NO_SUCH_CASE, NOT_YOURS_TO_DO, Desk
from handlers.menu import COMMANDS
from handlers.messages import (
    Choice,
    Choices,
    Incoming,
    Prompt,
    Reply,
    Sender,
)
from handlers.notices.bundle import NO_BUTTON
from handlers.notices.wording import render_notice
from handlers.reception import NOT_YOURS
from handlers.rules.access import TABLE, Act
from handlers.rules.limits import Limits
from handlers.rules.pause import PAUSE
from handlers.school.digest import digest_notice
from handlers.school.invitations import waits_for_other
from handlers.school.today import today_notice
from handlers.workflow.consequences import with_consequences
from handlers.workflow.steps.owner_changes import HANDS
from store.model.case import Case
from store.model.memos import RoleWish
from store.model.records import (
    About,
    FollowUp,
    Notice,
    Person,
    Poster,
    Role,
    State,
    Status,
    Subject,
)
from tests.desks import Time, desk_over
from tests.handlers.shown import says_what_it_shows, words_in
from tests.store import made
from tests.store.conftest import BACKENDS, OF_RECORDS
from tests.store.made import NOW

ROLES = ("staff", "leader", "head", "dsl", "ict", "chair")
WAYS = ("typed", "tapped", "also", "form")
RELATIONS = (
    "reporter",
    "owner",
    "subject",
    "subject and reporter",
    "none",
    "poster",
    "poster and reporter",
)

# In each cell, one letter for each relation, in that order:
#   m may    x refused as if there were no such case    r refused: one's own case, but not one's own to do
EVERYBODYS = {  # with a case of one's own, or that one's role reaches
    "staff": "mmxmxxm",
    "leader": "mmxmmxm",
    "head": "mmxmmxm",
    "dsl": "mmxmmxm",
    "ict": "mmxmxxm",
    "chair": "mmxmxxm",
}
INSIDERS = {  # never with one's own report alone, and never with a case about oneself
    "staff": "rmxrxxr",
    "leader": "mmxrmxr",
    "head": "mmxrmxr",
    "dsl": "mmxrmxr",
    "ict": "rmxrxxr",
    "chair": "rmxrxxr",
}
HEARERS = {  # and who was told of it, or reads of it in the digest: see tests/talks/test_the_day.py
    "staff": "nnnnnnn",
    "leader": "mmxxmxx",
    "head": "mmxxmxx",
    "dsl": "mmxxmxx",
    "ict": "xmxxxxx",
    "chair": "xmxxxxx",
}
ERASERS = {  # n: not for this role, whatever the case
    "staff": "nnnnnnn",
    "leader": "nnnnnnn",
    "head": "mmxrmxr",
    "dsl": "nnnnnnn",
    "ict": "nnnnnnn",
    "chair": "rrxrxxr",
}
PACKERS = {  # leaders with the case; never whoever was only given it
    "staff": "nnnnnnn",
    "leader": "mmxrmxr",
    "head": "mmxrmxr",
    "dsl": "mmxrmxr",
    "ict": "nnnnnnn",
    "chair": "rmxrxxr",
}
UNLOCKERS = {  # the safeguarding lead alone
    "staff": "nnnnnnn",
    "leader": "nnnnnnn",
    "head": "nnnnnnn",
    "dsl": "mmxrmxr",
    "ict": "nnnnnnn",
    "chair": "nnnnnnn",
}
OF_CASES: dict[str, tuple[str, dict[str, str]]] = {
    "case": ("{a}", EVERYBODYS),
    "case status": ("{a}", EVERYBODYS),
    "case note": ("{a} he wrote again", EVERYBODYS),
    "case urgent": ("{a}", EVERYBODYS),
    "case change": ("{a}", EVERYBODYS),
    "case mistake": ("{a}", EVERYBODYS),
    "case meant": ("{a}", EVERYBODYS),
    "case category": ("{a} bullying", EVERYBODYS),
    "case about": ("{a} school", EVERYBODYS),
    "case posted": ("{a} a parent", EVERYBODYS),
    "case later": ("{a}", EVERYBODYS),
    "case same": ("{a} {b}", EVERYBODYS),
    "case apart": ("{a}", EVERYBODYS),
    "case release": ("{a} bullying 1", UNLOCKERS),
    "case more": ("{a}", INSIDERS),
    "case take": ("{a}", INSIDERS),
    "case give": ("{a} to Hana Free", INSIDERS),
    "case evidence": ("{a}", INSIDERS),
    "case log": ("{a}", INSIDERS),
    "case join": ("{a} to {b}", INSIDERS),
    "case close": ("{a} removed", INSIDERS),
    "case reopen": ("{a} it is back", INSIDERS),
    "case hold": ("{a} the police asked", INSIDERS),
    "case done": ("{a} own-1", INSIDERS),
    "case refused": ("{a} own-1", INSIDERS),
    "case not-removed": ("{a} own-1", INSIDERS),
    "case not-needed": ("{a} own-1 it is gone", INSIDERS),
    "case hand": ("{a} own-1 to Hana Free", INSIDERS),
    "case postpone": ("{a} own-1 until friday, because she is away", INSIDERS),
    "case add": ("{a} “ring them” by friday", INSIDERS),
    "case again": ("{a}", INSIDERS),
    "case answer": ("{a} it is in hand", INSIDERS),
    "case ask": ("{a}", HEARERS),
    "case seen": ("{a}", HEARERS),
    "case lift": ("{a}", ERASERS),
    "case erase": ("{a}", ERASERS),
    "case letter": ("{a} warning to Mr X", INSIDERS),
    "case removal": ("{a} gone", INSIDERS),
    "case pack": ("{a} police because they asked", PACKERS),
}

# Commands of no case in particular: who may at all.
ANYBODY = "staff leader head dsl ict chair"
LEADERSHIP = "leader head dsl ict chair"
OF_NO_CASE: dict[str, tuple[str, str]] = {
    "report": ("a parent writes something nasty", ANYBODY),
    "case status": ("", ANYBODY),
    "case": ("", ANYBODY),
    "case list": ("", LEADERSHIP),
    "case overdue": ("", LEADERSHIP),
    "case posters": ("", LEADERSHIP),
    "figures": ("", "leader head dsl chair"),
    "case find": ("wrote", LEADERSHIP),
    "case searches": ("", "head"),
    "case expired": ("", "head chair"),
    "policy": ("", ANYBODY),
    "policy show": ("E-safety", ANYBODY),
    "policy print": ("E-safety", ANYBODY),
    "policy accept": ("", ANYBODY),
    "policy-next": ("0", ANYBODY),
    "policy-ask": ("", ANYBODY),
    "policy-text": ("0", ANYBODY),
    "policy-pdf": ("0", ANYBODY),
    "policy-about": ("threat", ANYBODY),
    "policy-send": ("0", ANYBODY),
    "policy accepted": ("", LEADERSHIP),
    "policy gaps": ("", LEADERSHIP),
    "policy-answer": ("0 no", LEADERSHIP),
    "policy-drop": ("0", LEADERSHIP),
    "duty": ("", LEADERSHIP),
    "duty done": ("nonsense", LEADERSHIP),
    "duty undone": ("nonsense", LEADERSHIP),
    "people": ("", "head chair"),
    "people invite": ("Ina New as staff", "head chair"),
    "people invitations": ("", "head chair"),
    "people give": ("Hana Free the role staff", "head chair"),
    "people take": ("Hana Free the role chair", "head chair"),
    "people log": ("", "head dsl chair"),
    "people-further": ("hana", "head chair"),
    "people-cancel": ("0", "head chair"),
    "people-sure": ("given hana staff", "head chair"),
    "people-change": ("given hana staff", "head chair"),
    "people-agree": ("0", "head chair"),
    "people-refuse": ("0", "head chair"),
    "people-me": ("0", ANYBODY),
    "people-not-me": ("0", ANYBODY),
    "join": ("wrongwrongwrongwrong", ANYBODY),
    "help": ("", ANYBODY),
    "cancel": ("", ANYBODY),
    "start": ("", ANYBODY),
    "home": ("", ANYBODY),
    "also": ("case status", ANYBODY),
}

# Who gives and takes which role, and invites with it: who does it   who asks for it   who may not
#                 staff leader head dsl ict chair
ROLES_GIVEN = {
    "staff": "xxdxxx",
    "leader": "xxdxxx",
    "head": "xxdxxx",
    "dsl": "xxaxxa",
    "ict": "xxdxxx",
    "chair": "xxxxxd",
}

# Lists: whether a case is in them. s in it    - not a word of it
LISTED = {
    "case status": {
        "staff": "s--s--s",
        "leader": "ss-ss-s",
        "head": "ss-ss-s",
        "dsl": "ss-ss-s",
        "ict": "ss-s--s",
        "chair": "ss-s--s",
    },
    **dict.fromkeys(
        (
            "case list",
            "case list mine",
            "case overdue",
            "case find wrote",
            "case find school-complaint",
        ),
        {
            "staff": "-------",
            "leader": "ss--s--",
            "head": "ss--s--",
            "dsl": "ss--s--",
            "ict": "-s-----",
            "chair": "-s-----",
        },
    ),
}
MINE = {"case list mine"}  # holds what the person owns, and nothing else

# Who sees a case that they have nothing to do with, by what it is about.
#                       staff leader head dsl ict chair
REACHED = {
    "nothing yet": "xmmmxx",
    "ordinary": "xmmmxx",
    "the head": "xxxxxm",
    "the head and the chair": "xxxmxx",
    "the head and the dsl": "xxxxxm",
    "the head and the leader": "xxxxxm",
    "the dsl and the leader": "xxmxxx",
    "the head or the leader": "xxxmxm",
    "the dsl or somebody else": "xmmxxx",
    "the chair": "xmmmxx",
    "the dsl": "xmmxxx",
    "the leader": "xxmmxx",
    "the ict manager": "xmmmxx",
    "posted by the head": "xxxxxm",
    "posted by the chair": "xmmmxx",
    "posted by the dsl": "xmmxxx",
    "posted by the leader": "xxmmxx",
    "posted by the ict manager": "xmmmxx",
    "a website": "xmmmmx",
    "a website, posted by the ict manager": "xmmmxx",
    "a website of the ict manager": "xmmmxx",
    "a child undressed": "xxmmxx",
    "a child undressed, by the head": "xxxmxm",
    "a child undressed, by the head and the chair": "xxxmxx",
    "a child undressed, by the head and the dsl": "xxxxxm",
    "a child undressed, by the dsl": "xxmxxx",
    "a child undressed, posted by the head": "xxxmxm",
    "a child undressed, posted by the dsl": "xxmxxx",
}


@dataclass
class World:
    desk: Desk
    numbers: Iterator[int]
    time: Time

    def pauses(self) -> None:
        """Until leaders see also what nobody has said of whom it is."""
        self.time.now += PAUSE

    async def person(self, role: str) -> Person:
        """The one person of a role."""
        return await self.desk.store.person(role)

    async def case(self, person: Person, relation: str, **more: Any) -> Case:
        """An open case to which the person is just this."""
        about = About(Subject.PUPIL)
        if "subject" in relation:
            kind = Subject.HEAD if person.has(Role.HEAD) else Subject.STAFF
            about = About(kind, person.id, person.name)
        posters: tuple[About, ...] = ()
        if "poster" in relation:
            kind = Poster.HEAD if person.has(Role.HEAD) else Poster.STAFF
            posters = (About(kind, person.id, person.name),)
        by = person.id if "and reporter" in relation or relation == "reporter" else "rita"
        evidence = (made.item(1, "text", text="what he wrote"),)
        step = FollowUp("own-1", "Ask", "owner", NOW, "school", outcomes=("refused", "not removed"))
        given = {"category": "school-complaint", "about": about, "follow_ups": (step,)}
        given |= {"posters": posters} | more
        if relation == "owner":
            given["owner"] = person.id
        case = made.case(f"slack:T1:D1:{next(self.numbers)}", by=by, evidence=evidence, **given)
        around = await self.desk.around(case)
        case = await with_consequences(case, around, self.desk)
        await self.desk.store.add(case)
        return case

    async def asks(self, person: Person, command: str, way: str = "typed") -> Reply:
        """As below; the reply has to say of which cases it shows something."""
        reply = await self.receives(person, command, way)
        await says_what_it_shows(reply, person.id, self.desk)
        return reply

    async def receives(self, person: Person, command: str, way: str) -> Reply:
        """By typing, by a button of one's own or of a message of several, or by a form that comes back."""
        incoming = Incoming(
            source=f"slack:T1:{next(self.numbers)}",
            sender=Sender(f"slack:T1:{person.id}", person.name),
            place="slack:D1",
            at=self.desk.now(),
            command=f"also {command}" if way == "also" else command,
            text={"typed": f"/{command}", "form": "words"}.get(way, ""),
            forms=way in ("tapped", "form"),
        )
        return await reception.receive(incoming, self.desk) or Reply()


@pytest.fixture(params=OF_RECORDS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    store = await BACKENDS[request.param](tmp_path / "data").open()
    time = Time(NOW)
    desk = replace(
        desk_over(store, tmp_path, time),
        limits=Limits(acts=1_000_000, reports=1_000_000, messages=1_000_000),
    )
    for role in ROLES:
        await store.add_person(
            Person(role, f"The {role.title()}", (role,), (f"slack:T1:{role}",), NOW)
        )
    await store.add_person(Person("rita", "Rita Reporter", (Role.STAFF,), ("slack:T1:rita",), NOW))
    await store.add_person(Person("hana", "Hana Free", (Role.LEADER,), ("slack:T1:hana",), NOW))
    yield World(desk, itertools.count(1), time)
    await store.close()


def words_of(reply: Reply) -> str:
    return "\n".join(words_in(reply))


def outcome(reply: Reply, *references: str) -> str:
    # Of words that are not kept, that is said as well.
    words = words_of(reply).removesuffix(f" {SEND_AGAIN}")
    if words in [NO_SUCH_CASE.format(reference=r) for r in references]:
        return "x"
    if words in [NOT_YOURS_TO_DO.format(reference=r) for r in references]:
        return "r"
    return "n" if words in (NOT_YOURS, NO_BUTTON) else "m"


def test_every_command_has_its_line() -> None:
    written = OF_CASES.keys() | OF_NO_CASE.keys()
    assert {c.name for c in COMMANDS.all} == written
    with_reference = {c.name for c in COMMANDS.all if re.search(r"(?<!\[)REFERENCE", c.usage)}
    assert with_reference <= OF_CASES.keys()
    assert set(TABLE) == set(Act)


@pytest.mark.parametrize("command", OF_CASES)
async def test_commands_with_a_case(world: World, command: str) -> None:
    arguments, expected = OF_CASES[command]
    found: dict[str, dict[str, str]] = {}
    ways = itertools.cycle(WAYS)  # whoever may do it does it once
    for role in ROLES:
        person, found[role] = await world.person(role), {}
        for relation, letter in zip(RELATIONS, expected[role], strict=True):
            more = {"status": Status.CLOSED} if command == "case reopen" else {}
            case = await world.case(person, relation, **more)
            a = b = case.reference
            if "{b}" in arguments:
                b = (await world.case(person, relation, **more)).reference
            line = f"{command} {arguments.format(a=a, b=b)}"
            tried = {
                way: await world.receives(person, line, way)
                for way in (WAYS if letter != "m" else [next(ways)])
            }
            if letter != "m":
                assert await world.desk.store.case(a) == case
            for reply in dict.fromkeys(tried.values()):
                await says_what_it_shows(reply, person.id, world.desk)
            for way, reply in tried.items():
                got = outcome(reply, a, b)
                found[role].setdefault(relation, got)
                assert found[role][relation] == got, f"{way} differs for {role} and {relation}"
    assert {role: "".join(row.values()) for role, row in found.items()} == expected


async def test_a_case_about_oneself_reads_like_one_that_is_not_there(world: World) -> None:
    for role in ROLES:
        person = await world.person(role)
        theirs = [await world.case(person, relation) for relation in ("subject", "poster")]
        for command, (arguments, _) in OF_CASES.items():
            line = f"{command} {arguments}"
            absent = words_of(await world.asks(person, line.format(a="ZZZZ", b="2222")))
            for case in theirs:
                there = await world.asks(person, line.format(a=case.reference, b="2222"))
                assert words_of(there).replace(case.reference, "ZZZZ") == absent
        for case in theirs:
            assert await world.desk.store.case(case.reference) == case


@pytest.mark.parametrize("command", OF_NO_CASE)
async def test_commands_of_no_case(world: World, command: str) -> None:
    arguments, roles = OF_NO_CASE[command]
    for way in ("typed", "tapped", "also"):
        if (way == "also" and command in ("help", "start", "also")) or (way, command) == (
            "typed",
            "also",
        ):
            continue  # no button of several does that, and what is typed so is a report
        may = []
        for role in ROLES:
            reply = await world.asks(
                await world.person(role), f"{command} {arguments}".strip(), way
            )
            if outcome(reply) == "m":
                may.append(role)
        assert " ".join(may) == roles


@pytest.mark.parametrize("command", LISTED)
async def test_lists(world: World, command: str) -> None:
    found: dict[str, str] = {}
    for role in ROLES:
        person, found[role] = await world.person(role), ""
        for relation in RELATIONS:
            case = await world.case(person, relation)
            words = words_of(await world.asks(person, command))
            found[role] += "s" if case.reference in words else "-"
            closed = replace(case, status=Status.CLOSED, chronology=case.chronology)
            await world.desk.store.save(replace(closed, category=None))
    expected = LISTED[command]
    if command in MINE:
        expected = {
            role: "".join("s" if n == 1 and c == "s" else "-" for n, c in enumerate(row))
            for role, row in expected.items()
        }
    assert found == expected


def about(kind: str) -> dict[str, Any]:
    named = [p for p in ("head", "chair", "dsl", "leader", "ict") if f"the {p}" in kind]
    more: dict[str, Any] = {"category": "school-complaint", "about": None}
    if kind == "nothing yet":
        more["category"] = None
    if "website" in kind:
        more["category"] = "unsuitable-site"
    if "undressed" in kind:
        more |= {"category": "child-undressed", "withheld": True}
    if " or " in kind:
        # Nobody has said yet which of them it is.
        more["about"] = About(Subject.STAFF, name="Somebody", candidates=tuple(named))
    elif "posted by" in kind:
        more["posters"] = tuple(map(about_one, named))
    elif named:
        more["about"], *more["also_about"] = map(about_one, named)
    return more


def about_one(person: str) -> About:
    subject = Subject.HEAD if person == "head" else Subject.STAFF
    return About(subject, person, f"The {person.title()}")


@pytest.mark.parametrize("kind", REACHED)
async def test_whom_a_case_reaches(world: World, kind: str) -> None:
    found = ""
    for role in ROLES:
        case = await world.case(await world.person(role), "none", **about(kind))
        world.pauses()
        found += outcome(
            await world.asks(await world.person(role), f"case {case.reference}"), case.reference
        )
    assert found == REACHED[kind]


#: Of a matter of two: what the whole case is about, and the part; who sees the two, by either's reference.
#                                                        staff leader head dsl ict chair
MATTERS = {
    ("ordinary", "ordinary"): "xmmmxx",
    ("ordinary", "nothing yet"): "xmmmxx",
    ("ordinary", "the dsl"): "xmmxxx",
    ("the dsl", "nothing yet"): "xmmxxx",
    ("the dsl", "the leader"): "xxmxxx",
    ("the head", "ordinary"): "xxxxxm",
    ("ordinary", "the head"): "xxxxxm",
    ("the head", "nothing yet"): "xxxxxm",
    ("the head", "the chair"): "xxxmxx",
    ("the head and the chair", "nothing yet"): "xxxmxx",
    ("ordinary", "the head and the chair"): "xxxmxx",
    ("a website", "nothing yet"): "xmmmxx",
    ("a website", "a website of the ict manager"): "xmmmxx",
    ("ordinary", "a child undressed"): "xxmmxx",
    ("the head", "a child undressed"): "xxxmxm",
    ("ordinary", "the head or the leader"): "xxxmxm",
}


@pytest.mark.parametrize("settled", [True, False], ids=["joined", "waits"])
@pytest.mark.parametrize("kinds", MATTERS)
async def test_whom_a_matter_of_two_reaches(
    world: World, kinds: tuple[str, str], settled: bool
) -> None:
    """A part counts for the whole, also while it waits for its reporter to say whether it is one."""
    whole, part = [about(kind) for kind in kinds]
    somebody = await world.person("staff")
    root = await world.case(somebody, "none", **whole)
    joined = await world.case(somebody, "none", **part, joined_to=root.reference, settled=settled)
    world.pauses()
    # What is about the chair in one part, and about the head in the other, was said before they were one.
    for reference in (root.reference, joined.reference):
        found = ""
        for role in ROLES:
            reply = await world.asks(await world.person(role), f"case {reference}")
            found += outcome(reply, reference)
        assert found == MATTERS[kinds]


async def test_every_button_is_good_for_whoever_may_type_it(world: World) -> None:
    """A button that was shown to the head, tapped by everybody else: as if they had typed it."""
    head = await world.person("head")
    for role, (column, relation) in itertools.product(ROLES, enumerate(RELATIONS)):
        person = await world.person(role)
        case = await world.case(person, relation)
        buttons: list[Choice] = []
        for words in (
            "case {a}",
            "case category {a}",
            "case about {a}",
            "case posted {a}",
            "case posted {a} colleague",
            "case give {a}",
            "case close {a}",
        ):
            reply = await world.asks(head, words.format(a=case.reference))
            buttons += [
                c for part in reply.parts if isinstance(part, Choices) for c in part.options
            ]
        for button in buttons:
            command, _ = COMMANDS.find(button.command) or pytest.fail(button.command)
            if command.name not in OF_CASES:
                continue
            letter = OF_CASES[command.name][1][role][column]
            if letter != "m":
                got = outcome(await world.asks(person, button.command, "tapped"), case.reference)
                assert got == letter, (role, relation, button.command)


KINDS = (
    "alert",
    "urgent",
    "more",
    "given",
    "uncategorised",
    "before",
    "overdue",
    "steps",
    "asked",
    "answered",
    "today",
    "digest",
    "channel",
)
#: That are about one entry of the chronology.
OF_ENTRIES = ("steps", "asked", "answered")
REPORTERS = ("waiting", "taken", "closed", "lost", "nobody", "untaken", "card")


@pytest.mark.parametrize(
    "relation", ["subject", "subject and reporter", "poster", "poster and reporter"]
)
async def test_no_notice_reaches_whoever_it_is_about(world: World, relation: str) -> None:
    waiting = (made.item(1, state=State.WAITING),)
    for role, named in itertools.product(ROLES, (*KINDS, *REPORTERS, HANDS)):
        kind = "steps" if named == HANDS else named
        person = await world.person(role)
        case = await world.case(
            person, relation, urgent=kind == "urgent", category=None, owner="hana"
        )
        case = await world.desk.store.save(replace(case, evidence=waiting))
        step = "0" if named in OF_ENTRIES else "own-1"
        if named == HANDS:
            step = f"{HANDS} own-1"
        stage = 5 if kind == "overdue" else 0
        notice = Notice(f"today {NOW.date()}", kind, person.id, NOW, step=step, stage=stage)
        if kind in ("digest", "today"):
            worded = digest_notice if kind == "digest" else today_notice
            reply = await worded(notice, world.desk)
            assert reply is None or case.reference not in words_of(reply)
        elif kind == "channel":
            desk = replace(world.desk, channels=("slack:C1",))
            reply = await render_notice(case.reference, replace(notice, to="slack:C1"), desk)
            assert reply is None or not person.has(
                Role.LEADER, Role.HEAD, Role.DSL, Role.ICT, Role.CHAIR
            )
        else:
            reply = await render_notice(case.reference, notice, world.desk)
            allowed = kind in REPORTERS and "and reporter" in relation
            assert reply is None or allowed, (role, kind)


async def test_a_role_that_was_taken_away_acts_no_more(world: World) -> None:
    leader = await world.person("leader")
    case = await world.case(leader, "none")
    shown = await world.asks(leader, f"case {case.reference}")
    buttons = [c.command for part in shown.parts if isinstance(part, Choices) for c in part.options]
    await world.asks(await world.person("head"), "people give The Leader the role staff")
    await world.asks(await world.person("head"), "people take The Leader the role leader")
    demoted = await world.person("leader")
    assert demoted.roles == ("staff",)
    for button in buttons:
        if (COMMANDS.find(button) or pytest.fail(button))[0].name in OF_CASES:
            assert outcome(await world.asks(demoted, button, "tapped"), case.reference) == "x"
    await world.asks(await world.person("head"), "people take The Leader the role staff")
    gone = await world.asks(demoted, f"case take {case.reference}", "tapped")
    assert case.reference not in words_of(gone)
    assert (await world.desk.store.case(case.reference)).owner is None


async def test_a_form_is_checked_again_when_it_comes_back(world: World) -> None:
    """Between the question and its answer the case became one about whoever was asked."""
    leader = await world.person("leader")
    case = await world.case(leader, "none")
    asked = await world.asks(leader, f"case note {case.reference}", "tapped")
    prompt = next(part for part in asked.parts if isinstance(part, Prompt))
    about_them = About(Subject.STAFF, leader.id, leader.name)
    stored = await world.desk.store.case(case.reference)
    saved = await world.desk.store.save(
        stored.concern(about_them, by="rita", at=NOW + timedelta(minutes=1))
    )
    reply = await world.asks(leader, f"{prompt.command} my words", "form")
    assert outcome(reply, case.reference) == "x"
    assert await world.desk.store.case(case.reference) == saved


async def test_of_a_closed_case_its_reporter_may_see_and_add_and_no_more(world: World) -> None:
    staff = await world.person("staff")
    for command, (arguments, expected) in OF_CASES.items():
        if expected is EVERYBODYS:
            case, other = [
                await world.case(staff, "reporter", status=Status.CLOSED) for _ in range(2)
            ]
            words = arguments.format(a=case.reference, b=other.reference)
            await world.asks(staff, f"{command} {words}", "tapped")
            now = await world.desk.store.case(case.reference)
            added = [entry.what for entry in now.chronology[len(case.chronology) :]]
            assert added == (["note"] if command == "case note" else []), command


@pytest.mark.parametrize("given", ROLES_GIVEN)
@pytest.mark.parametrize("command", ["people give", "people-change given", "people take"])
async def test_who_gives_and_takes_which_role(world: World, given: str, command: str) -> None:
    """d: it is done; a: it is asked for, and nothing is done yet; x: nothing is done."""
    asks = {
        "people give": f"people give Hana Free the role {given}",
        "people-change given": f"people-change given hana {given}",
        "people take": f"people take Hana Free the role {given}",
    }
    store = world.desk.store
    found = ""
    for role in ROLES:
        hana = await store.person("hana")
        before = ("staff", given) if command == "people take" else ("ict", "leader")
        if command != "people take":
            before = tuple(other for other in before if other != given)
        hana = await store.save_person(replace(hana, roles=before))
        await world.asks(await world.person(role), asks[command])
        is_asked = bool(await store.memos(RoleWish))
        is_done = (await store.person("hana")).roles != hana.roles
        assert not (is_asked and is_done)
        found += "a" if is_asked else "d" if is_done else "x"
        for wish in await store.memos(RoleWish):
            await store.drop(RoleWish, wish.id)
    assert found == ROLES_GIVEN[given]


@pytest.mark.parametrize("given", ROLES_GIVEN)
async def test_who_invites_with_which_role(world: World, given: str) -> None:
    store = world.desk.store
    found = ""
    for role in ROLES:
        await world.asks(await world.person(role), f"people invite Ina New as {given}")
        made = list(await store.invitations())
        waits = any(waits_for_other(invitation) for invitation in made)
        found += "a" if waits else "d" if made else "x"
        for invitation in made:
            await store.use_invitation(invitation.digest)
    assert found == ROLES_GIVEN[given]
