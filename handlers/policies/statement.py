"""The statement that staff accept, such as ‘Responsible Internet Use’: who accepted what, and when.

A text of the kind `statement` is one. Another wording of it is another version, which everybody is
asked to accept anew; other spacing, or another header, is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.commands import ANYTHING, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Quote, Reply, Text, say
from handlers.policies.ask import policy
from handlers.rules.access import Act
from handlers.text.pages import PAGE, split_text
from handlers.text.words import full_day, listed
from store.model.kinds import NoticeKind
from store.model.memos import Acceptance, Reminded, Statement
from store.model.records import Notice, Person, Role
from store.policies.texts import PolicyText

VERSION_KEY = re.compile("[0-9a-f]{16}")

#: A heading of a text, as Markdown has it.
HEADING = re.compile(r"^#{1,6}[ \t](.*)$", re.MULTILINE)

#: How often somebody is reminded before the ICT manager is told.
REMINDERS = 3
#: School days between one time and the next.
BETWEEN = 5

NONE_STORED = (
    "There is no statement to accept. It is a policy text with “kind: statement” in its header."
)
PLEASE = "Please read this, and accept it before you use the internet in school:"
REMINDER = "You have not accepted this yet. Please read it:"
ACCEPTED = "Thank you. You have accepted “{title}”, in the version of {since}."
ALL_ACCEPTED = "You have accepted everything: {titles}."
CHANGED = "The statement has changed since you read it. This is how it reads now:"
VERSION = "version of {since}"
EVERYBODY = "Everybody has accepted it: {count}."
SOME = "{count} of {of} have accepted it. Not yet: {names}."
LATE = "{name} has not accepted “{title}”, after {reminders} reminders."


@dataclass(frozen=True, slots=True)
class Asking:
    """One time that somebody is asked to accept a version.

    Printed, it is the key of the notice that asks them, and says in the notice to the ICT manager
    who has not accepted what.
    """

    version: str
    #: 0 the first time; above `REMINDERS` they are asked no more, and the ICT manager is told.
    stage: int
    #: The person's id.
    person: str

    @classmethod
    def parse(cls, text: str) -> Asking:
        """What `str` made. Raises ValueError for anything else."""
        _, version, stage, person = text.split()
        return cls(version, int(stage), person)

    def __str__(self) -> str:
        return f"statement {self.version} {self.stage} {self.person}"


@command(
    "policy accept",
    usage="/policy accept",
    may=Act.HELP,
    summary="read and accept the statement on internet use",
    bare=ANYTHING,
)
async def accept(ask: Ask, desk: Desk) -> Reply:
    """Show what this person has not accepted; with a version, accept that."""
    present = await _present_statements(desk, ask.at)
    if not present:
        return say(NONE_STORED)

    version = ask.words.strip()
    # `/policy accept friends?` is a question like any other.
    if version and not VERSION_KEY.fullmatch(version):
        return await policy.run(replace(ask, words=f"accept {version}"), desk)

    wanted = _of_version(version, present)
    if wanted:
        return await _accept(wanted, ask, desk)

    for statement in present:
        if not await _has_accepted(ask.person, statement, desk):
            return _ask_to_accept(CHANGED if version else PLEASE, statement, desk)
    return say(ALL_ACCEPTED.format(titles=listed(statement.title for statement in present)))


async def _accept(statement: Statement, ask: Ask, desk: Desk) -> Reply:
    """Keep that the asker accepts it; the first time counts."""
    if not await _has_accepted(ask.person, statement, desk):
        await desk.store.put(Acceptance(ask.person.id, statement.version, ask.at))
    done = ACCEPTED.format(title=statement.title, since=_since(statement, desk))
    return replace(say(done), replaces=True)


def _ask_to_accept(words: str, statement: Statement, desk: Desk) -> Reply:
    """The whole statement below these words, with the button that accepts it."""
    button = Choice("I accept", f"policy accept {statement.version}", "primary")
    parts = [Text(words), *_parts_of(statement, desk), Choices((button,))]
    return Reply(tuple(parts))


def _parts_of(statement: Statement, desk: Desk) -> list[Part]:
    """Its words, with its headings as such, and below them which version it is."""
    parts: list[Part] = []
    # Every second piece is the words of a heading.
    for number, piece in enumerate(HEADING.split(statement.text)):
        if number % 2:
            # Markdown lets number signs stand behind it as well.
            parts.append(Heading(piece.strip().rstrip("#").strip()))
        elif piece.strip():
            parts += [Quote(page) for page in split_text(piece.strip(), PAGE)]

    place = f"{statement.title} · {VERSION.format(since=_since(statement, desk))}"
    if parts and isinstance(parts[-1], Quote):
        parts[-1] = replace(parts[-1], place=place)
    else:
        parts.append(Text(place))
    return parts


def _since(statement: Statement, desk: Desk) -> str:
    """The day on which this version was first seen."""
    return full_day(desk.calendar.local(statement.since))


@command(
    "policy accepted",
    usage="/policy accepted",
    may=Act.POLICIES,
    summary="who has not accepted the statement",
    alone=True,
)
async def accepted(ask: Ask, desk: Desk) -> Reply:
    """Of each statement's present version: how many have accepted it, and who has not."""
    parts: list[Part] = []
    for statement in await _present_statements(desk, ask.at):
        everybody = await _staff(desk)
        missing = await _missing(statement, everybody, desk)
        words = SOME if missing else EVERYBODY
        names = listed(sorted(person.name for person in missing))
        count = len(everybody) - len(missing)
        since = VERSION.format(since=_since(statement, desk))
        parts.append(Heading(f"{statement.title}, {since}"))
        parts.append(Text(words.format(count=count, of=len(everybody), names=names)))
    return Reply(tuple(parts)) if parts else say(NONE_STORED)


async def accept_all(people: Sequence[Person], desk: Desk) -> None:
    """Accept everything for made-up people: no first look at the bot begins with paperwork."""
    for statement in await _present_statements(desk, desk.now()):
        for person in people:
            await desk.store.put(Acceptance(person.id, statement.version, desk.now()))


async def owe_statements(desk: Desk, now: datetime) -> None:
    """Ask everybody who has not accepted a version: at once, and then thrice, a school week apart.

    After that the ICT manager is told, or the headteacher where there is none.
    """
    for statement in await _present_statements(desk, now):
        for person in await _missing(statement, await _staff(desk), desk):
            await _ask_again(person, statement, now, desk)


async def _ask_again(person: Person, statement: Statement, now: datetime, desk: Desk) -> None:
    """Ask somebody to accept it once more, or tell on them, if it is time."""
    before = await desk.store.memo(Reminded, f"{person.id} {statement.version}")
    stage = before.times if before else 0
    if stage > REMINDERS + 1:
        return

    # Whoever has just come is asked at once, even at night: they are at the chat just now.
    is_new = person.since >= statement.since and stage == 0
    if not is_new and not desk.calendar.is_school_time(now):
        return
    if before and now < _next_time(before.at, desk):
        return

    asking = Asking(statement.version, stage, person.id)
    if stage <= REMINDERS:
        await _owe_statement(asking, is_new, now, desk)
    else:
        await _tell_managers(asking, now, desk)
    await desk.store.put(Reminded(person.id, statement.version, stage + 1, now))


async def _owe_statement(asking: Asking, is_new: bool, now: datetime, desk: Desk) -> None:
    await desk.store.owe(
        Notice(
            str(asking),
            NoticeKind.STATEMENT,
            asking.person,
            now,
            step=asking.version,
            stage=asking.stage,
            waits=not is_new,
        )
    )


async def _tell_managers(asking: Asking, now: datetime, desk: Desk) -> None:
    for manager in await _managers(desk):
        await desk.store.owe(
            Notice(
                f"{asking} {manager.id}",
                NoticeKind.UNACCEPTED,
                manager.id,
                now,
                step=str(asking),
                waits=True,
            )
        )


def _next_time(at: datetime, desk: Desk) -> datetime:
    day = desk.calendar.local(at).date()
    return desk.calendar.opening(desk.calendar.school_days_after(day, BETWEEN))


async def _managers(desk: Desk) -> Sequence[Person]:
    """The ICT managers; the headteachers where there is none."""
    return await desk.store.having((Role.ICT,)) or await desk.store.having((Role.HEAD,))


async def statement_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The statement, for somebody who has not accepted this version.

    None when they have by now, or when it is no longer the present version.
    """
    person = await desk.store.person(notice.to)
    statement = await _present_version(notice.step, desk)
    if statement is None or await _has_accepted(person, statement, desk):
        return None
    return _ask_to_accept(REMINDER if notice.stage else PLEASE, statement, desk)


async def unaccepted_notice(notice: Notice, desk: Desk) -> Reply | None:
    """That somebody has not accepted, for the ICT manager; `notice.step` is an `Asking`.

    None when they have by now, or have gone, or when it is no longer the present version; and when
    whom it is for no longer looks after that.
    """
    asking = Asking.parse(notice.step)
    statement = await _present_version(asking.version, desk)
    person = await _person_with(asking.person, desk)
    if statement is None or person is None:
        return None
    if await _has_accepted(person, statement, desk):
        return None
    if not any(notice.to in manager.ids for manager in await _managers(desk)):
        return None
    return say(LATE.format(name=person.name, title=statement.title, reminders=REMINDERS))


async def _person_with(id: str, desk: Desk) -> Person | None:
    """The person who has this id, or had it before records were joined."""
    for person in await desk.store.people():
        if id in person.ids:
            return person
    return None


async def _present_version(version: str, desk: Desk) -> Statement | None:
    return _of_version(version, await _present_statements(desk, desk.now()))


def _of_version(version: str, statements: Sequence[Statement]) -> Statement | None:
    for statement in statements:
        if statement.version == version:
            return statement
    return None


async def _present_statements(desk: Desk, now: datetime) -> list[Statement]:
    """The present version of each statement, kept with its words from when it was first seen."""
    statements = []
    for text in desk.policies.texts():
        if text.kind == "statement" and text.readable:
            statements.append(await _kept_statement(text, now, desk))
    return statements


async def _kept_statement(text: PolicyText, now: datetime, desk: Desk) -> Statement:
    version = _version(text)
    kept = await desk.store.memo(Statement, version)
    if kept is None:
        kept = Statement(version, text.title, text.text[text.body :].strip(), now)
        await desk.store.put(kept)
    return kept


def _version(text: PolicyText) -> str:
    """A digest of its words, whatever stands between them."""
    words = " ".join(text.text[text.body :].split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def _staff(desk: Desk) -> list[Person]:
    """Staff and volunteers; a governor who is nothing else does not work in the school."""
    return [p for p in await desk.store.people() if set(p.roles) - {Role.CHAIR}]


async def _missing(statement: Statement, people: Sequence[Person], desk: Desk) -> list[Person]:
    """Those of the people who have not accepted it, in one chat or another."""
    memos = await desk.store.memos(Acceptance)
    accepted = {memo.person for memo in memos if memo.version == statement.version}
    return [person for person in people if accepted.isdisjoint(person.ids)]


async def _has_accepted(person: Person, statement: Statement, desk: Desk) -> bool:
    for id in person.ids:
        if await desk.store.memo(Acceptance, f"{id} {statement.version}"):
            return True
    return False
