"""The statement that staff accept, such as ‘Responsible Internet Use’: who has accepted which version, and when.

A text of the kind `statement` is one. Another wording of it is another version, which everybody is asked to
accept anew; other spacing, or another header, is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.commands import ANYTHING, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Quote, Reply, Text, say
from handlers.policies.ask import policy
from handlers.rules.access import Act
from handlers.text.pages import PAGE, split_text
from handlers.text.words import listed
from store.model.kinds import NoticeKind
from store.model.memos import Acceptance, Reminded, Statement
from store.model.records import Notice, Person, Role
from store.policies.texts import PolicyText

VERSION_KEY = re.compile("[0-9a-f]{16}")
REMINDERS = 3
BETWEEN = 5  # school days

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


@command(
    "policy accept",
    usage="/policy accept",
    may=Act.HELP,
    summary="read and accept the statement on internet use",
    bare=ANYTHING,
)
async def accept(ask: Ask, desk: Desk) -> Reply:
    """Shows what this person has not accepted; with a version, accepts that."""
    versions = await _versions(desk, ask.at)
    if not versions:
        return say(NONE_STORED)
    version = ask.words.strip()
    if version and not VERSION_KEY.fullmatch(version):
        return await policy.run(
            replace(ask, words=f"accept {version}"), desk
        )  # `/policy accept friends?`
    wanted = next((s for s in versions if s.version == version), None)
    if wanted:
        if not await _has_accepted(ask.person, wanted, desk):
            await desk.store.put(Acceptance(ask.person.id, wanted.version, ask.at))
        done = ACCEPTED.format(title=wanted.title, since=_day(wanted.since, desk))
        return replace(say(done), replaces=True)
    missing = [s for s in versions if not await _has_accepted(ask.person, s, desk)]
    if not missing:
        return say(ALL_ACCEPTED.format(titles=listed(s.title for s in versions)))
    return _to_accept(CHANGED if version else PLEASE, missing[0], desk)


def _to_accept(words: str, statement: Statement, desk: Desk) -> Reply:
    place = f"{statement.title} · {VERSION.format(since=_day(statement.since, desk))}"
    *before, last = split_text(statement.text, PAGE)
    button = Choice("I accept", f"policy accept {statement.version}", "primary")
    parts: list[Part] = [Text(words), *map(Quote, before), Quote(last, place), Choices((button,))]
    return Reply(tuple(parts))


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
    for statement in await _versions(desk, ask.at):
        everybody = await _asked(desk)
        missing = await _missing(statement, everybody, desk)
        words = EVERYBODY if not missing else SOME
        since = VERSION.format(since=_day(statement.since, desk))
        names = listed(sorted(p.name for p in missing))
        count = len(everybody) - len(missing)
        parts += [
            Heading(f"{statement.title}, {since}"),
            Text(words.format(count=count, of=len(everybody), names=names)),
        ]
    return Reply(tuple(parts)) if parts else say(NONE_STORED)


async def accept_all(people: Sequence[Person], desk: Desk) -> None:
    """For made-up people, so that a first look at the bot does not begin with paperwork."""
    for statement in await _versions(desk, desk.now()):
        for person in people:
            await desk.store.put(Acceptance(person.id, statement.version, desk.now()))


async def owe_statements(desk: Desk, now: datetime) -> None:
    """Ask everybody who has not accepted a version: at once, and three times more, a school week apart.

    After that the ICT manager is told, or the headteacher where there is none.
    """
    for statement in await _versions(desk, now):
        for person in await _missing(statement, await _asked(desk), desk):
            await _ask_again(person, statement, now, desk)


async def _ask_again(person: Person, statement: Statement, now: datetime, desk: Desk) -> None:
    """The next time that somebody is asked, or that they are told of, when it has come."""
    before = await desk.store.memo(Reminded, f"{person.id} {statement.version}")
    times = before.times if before else 0
    is_new = person.since >= statement.since and not times
    if times > REMINDERS + 1 or not (is_new or desk.calendar.is_school_time(now)):
        return
    if before and now < _next(before.at, desk):
        return
    key = f"statement {statement.version} {times} {person.id}"
    if times <= REMINDERS:
        step = statement.version
        notice = Notice(
            key, NoticeKind.STATEMENT, person.id, now, step=step, stage=times, waits=not is_new
        )
        await desk.store.owe(notice)
    else:
        for manager in await _managers(desk):
            await desk.store.owe(
                Notice(
                    f"{key} {manager.id}",
                    NoticeKind.UNACCEPTED,
                    manager.id,
                    now,
                    step=key,
                    waits=True,
                )
            )
    await desk.store.put(Reminded(person.id, statement.version, times + 1, now))


def _next(at: datetime, desk: Desk) -> datetime:
    return desk.calendar.opening(
        desk.calendar.school_days_after(desk.calendar.local(at).date(), BETWEEN)
    )


async def _managers(desk: Desk) -> Sequence[Person]:
    return await desk.store.having((Role.ICT,)) or await desk.store.having((Role.HEAD,))


async def statement_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The statement, for somebody who has not accepted this version, as long as it is the present one."""
    person = await desk.store.person(notice.to)
    statement = await _present(notice.step, desk)
    if statement is None or await _has_accepted(person, statement, desk):
        return None
    return _to_accept(REMINDER if notice.stage else PLEASE, statement, desk)


async def unaccepted_notice(notice: Notice, desk: Desk) -> Reply | None:
    """That somebody has not accepted, for the ICT manager. `notice.step`: `statement VERSION STAGE PERSON`."""
    _, version, _, id = notice.step.split()
    statement = await _present(version, desk)
    person = next((p for p in await desk.store.people() if id in p.ids), None)
    if statement is None or person is None or await _has_accepted(person, statement, desk):
        return None
    if not any(notice.to in manager.ids for manager in await _managers(desk)):
        return None
    return say(LATE.format(name=person.name, title=statement.title, reminders=REMINDERS))


async def _present(version: str, desk: Desk) -> Statement | None:
    return next((s for s in await _versions(desk, desk.now()) if s.version == version), None)


async def _versions(desk: Desk, now: datetime) -> list[Statement]:
    """The present version of each statement, kept with its words from when it was first seen."""
    found = []
    for text in desk.policies.texts():
        if text.kind == "statement" and text.readable:
            version = _version(text)
            kept = await desk.store.memo(Statement, version)
            if kept is None:
                kept = Statement(version, text.title, text.text[text.body :].strip(), now)
                await desk.store.put(kept)
            found.append(kept)
    return found


def _version(text: PolicyText) -> str:
    words = " ".join(text.text[text.body :].split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def _asked(desk: Desk) -> list[Person]:
    """Staff and volunteers; a governor who is nothing else does not work in the school."""
    return [p for p in await desk.store.people() if set(p.roles) - {Role.CHAIR}]


async def _missing(statement: Statement, people: Sequence[Person], desk: Desk) -> list[Person]:
    """Those who have not accepted it."""
    memos = await desk.store.memos(Acceptance)
    accepted = {memo.person for memo in memos if memo.version == statement.version}
    return [person for person in people if accepted.isdisjoint(person.ids)]


async def _has_accepted(person: Person, statement: Statement, desk: Desk) -> bool:
    for id in person.ids:
        if await desk.store.memo(Acceptance, f"{id} {statement.version}"):
            return True
    return False


def _day(at: datetime, desk: Desk) -> str:
    local = desk.calendar.local(at)
    return f"{local.day} {local:%B %Y}"
