"""People: whether somebody is there for whom the bot calls, and can be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.cli.check.chats import running
from bot.cli.check.finding import Looked
from handlers.rules.names import same_name
from handlers.text.words import ROLES, listed
from store.model.address import Address, Platform
from store.model.records import Person, Role

NO_HEAD = "nobody is headteacher. Invite one: headsup invite NAME --role head"
NO_CHAIR = (
    "nobody is chair of governors, so nobody can be told of a case about the headteacher. "
    "Invite one: headsup invite NAME --role chair"
)
NO_DSL = "nobody is safeguarding lead. Invite one: headsup invite NAME --role dsl"
NOBODY_ALERTED = (
    "nobody has the role of {roles}, which procedure.toml alerts of “{category}”. "
    "Invite one: headsup invite NAME --role {role}"
)
NOBODY_ABOVE = (
    "nobody has the role of {role_is}, which hears of what is overdue from its day {day} on. "
    "Invite one: headsup invite NAME --role {role}"
)
NO_ACCOUNT = (
    "{name} uses no chat that runs here. Invite them again: headsup invite “{name}” --role {role}"
)
TWICE = (
    "{name} has {number} records, in {chats}. If they are one person, invite them again under the same name, which "
    "joins the records when the code is used in {other}: headsup invite “{name}” --role {role}"
)
MADE_UP = "the made-up people of the terminal are in {folder}. Choose a fresh HEADSUP_DATA for real work: headsup setup"
TERMINAL = Platform.TERMINAL
SAID = {Role.HEAD: NO_HEAD, Role.DSL: NO_DSL, Role.CHAIR: NO_CHAIR}


def missing(looked: Looked) -> Iterator[str]:
    """Roles that nobody has, and that are called for."""
    if not looked.readable:
        return
    held = {role for person in looked.people for role in person.roles}
    for role, sentence in SAID.items():
        if role not in held:
            yield sentence
    for category in looked.procedure.category if looked.procedure else ():
        if held.isdisjoint(category.alerts) and SAID.keys().isdisjoint(category.alerts):
            roles = listed((ROLES[role] for role in category.alerts), "or")
            yield NOBODY_ALERTED.format(
                roles=roles, category=category.name, role=category.alerts[0]
            )
    for step in looked.procedure.escalation if looked.procedure else ():
        if step.to not in held | SAID.keys():
            yield NOBODY_ABOVE.format(role_is=ROLES[step.to], day=step.day, role=step.to)


def out_of_reach(looked: Looked) -> Iterator[str]:
    """Who cannot be told anything, since none of their accounts is in a chat that runs."""
    chats = running(looked.settings)
    if not chats:
        return
    for person in looked.people:
        mine = {Address.parse(account).platform for account in person.accounts}
        if mine == {TERMINAL}:
            yield MADE_UP.format(folder=looked.settings.headsup_data)
            return
        if mine.isdisjoint(chats):
            yield NO_ACCOUNT.format(name=person.name, role=next(iter(person.roles), Role.STAFF))


def known_twice(looked: Looked) -> Iterator[str]:
    """Who has one and the same name in several chats, and a record for each."""
    records: defaultdict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person in sorted(looked.people, key=lambda person: not person.invited):
        records[same_name(person.name)].append(person)
    for first, *others in records.values():
        chats = dict.fromkeys(
            chat for other in others for chat in _chats(other) if chat not in _chats(first)
        )
        if chats:
            yield TWICE.format(
                name=first.name,
                number=1 + len(others),
                chats=listed([*_chats(first), *chats]),
                other=listed(chats),
                role=next(iter(first.roles), Role.STAFF),
            )


def _chats(person: Person) -> list[str]:
    """`slack` for `slack:T1:U7`."""
    return list(dict.fromkeys(Address.parse(account).platform for account in person.accounts))
