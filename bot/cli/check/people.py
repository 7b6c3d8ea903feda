"""People: whether somebody is there for whom the bot calls, and can be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from shlex import quote

from bot.chats import chats_set, is_made_up, platforms_reached
from bot.cli.check.finding import Looked
from handlers.rules.names.words import same_name
from handlers.text.words import ROLES, full_day, listed
from store.model.address import Address, Platform
from store.model.kinds import NoticeResult
from store.model.records import Person, Role
from store.school.procedure import Procedure

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
    "{name} uses no chat that runs here. Invite them again: headsup invite {quoted} --role {role}"
)
UNREACHED = (
    "no message reaches {who}, and nobody else is {role_is}: what is for that role reaches nobody. "
    "Invite them again, or give the role to somebody else as well: headsup roles NAME --give {role}"
)
TWICE = (
    "{name} has {number} records, in {chats}. If they are one person, "
    "make a code for a further account, which joins the records when it is used in {other} and "
    "they have said Yes in {first}: headsup invite {quoted} --for {account}"
)
MADE_UP = (
    "the made-up people of the terminal are in {folder}. For real work, choose a new folder: "
    "headsup setup"
)

WAITS = "nobody is {role_is} yet: {name} is invited, and has until {day} to join."

#: The roles without which no school can do, and what is said where nobody has one.
CALLED_FOR = {Role.HEAD: NO_HEAD, Role.DSL: NO_DSL, Role.CHAIR: NO_CHAIR}


def missing(looked: Looked) -> Iterator[str]:
    """Roles that nobody has, and that are called for."""
    if not looked.readable:
        return
    held: set[str] = set()
    for person in looked.people:
        held.update(person.roles)

    for role, sentence in CALLED_FOR.items():
        if role not in held:
            yield _waits(role, looked) or sentence
    if looked.procedure:
        yield from _nobody_alerted(looked.procedure, held)
        yield from _nobody_above(looked.procedure, held)


def _waits(role: Role, looked: Looked) -> str:
    """That an invitation waits which gives this role; empty where none does."""
    for invitation in looked.invitations:
        if role in invitation.roles and invitation.until > looked.now:
            day = full_day(invitation.until.date())
            return WAITS.format(role_is=ROLES[role], name=invitation.name, day=day)
    return ""


def _nobody_alerted(procedure: Procedure, held: Collection[str]) -> Iterator[str]:
    """Categories of which nobody is alerted. A role that is called for was named already."""
    answered_for = {*held, *CALLED_FOR}
    for category in procedure.category:
        if answered_for.isdisjoint(category.alerts):
            roles = listed((ROLES[role] for role in category.alerts), "or")
            yield NOBODY_ALERTED.format(
                roles=roles, category=category.name, role=category.alerts[0]
            )


def _nobody_above(procedure: Procedure, held: Collection[str]) -> Iterator[str]:
    """Steps of the escalation that would reach nobody."""
    for step in procedure.escalation:
        if step.to not in held and step.to not in CALLED_FOR:
            yield NOBODY_ABOVE.format(role_is=ROLES[step.to], day=step.day, role=step.to)


def out_of_reach(looked: Looked) -> Iterator[str]:
    """Who cannot be told anything, since none of their accounts is in a chat that runs."""
    if not chats_set(looked.settings):
        return
    reached = platforms_reached(looked.settings)
    for person in looked.people:
        platforms = set(_platforms(person))
        if platforms == {Platform.TERMINAL}:
            # All of them are made up then, and one sentence says it for all.
            yield MADE_UP.format(folder=looked.settings.headsup_data)
            return
        if platforms.isdisjoint(reached):
            yield NO_ACCOUNT.format(
                name=person.name, quoted=quote(person.name), role=_first_role(person)
            )


def roles_out_of_reach(looked: Looked) -> Iterator[str]:
    """Roles that are called for, and whose people are all beyond the bot's reach.

    That is who uses no chat that runs, and whom the last message to them did not reach.
    """
    running = platforms_reached(looked.settings)
    if not running or not looked.readable:
        return
    failed = _not_reached(looked)
    for role in _roles_called_for(looked.procedure):
        holders = _holders_of(role, looked)
        if any(is_made_up(person) for person in holders):
            # One sentence says it of all of them.
            return
        if holders and not _reach_any(holders, running, failed):
            who = listed((person.name for person in holders), "or")
            yield UNREACHED.format(who=who, role_is=ROLES[role], role=role)


def _holders_of(role: Role, looked: Looked) -> list[Person]:
    return [person for person in looked.people if person.has(role)]


def _reach_any(
    people: Iterable[Person], running: Collection[Platform], failed: Collection[str]
) -> bool:
    """Somebody of them has an account where the bot runs, and got the last message to them.

    `failed`: ids of those whom it did not reach.
    """
    for person in people:
        has_account = not set(running).isdisjoint(_platforms(person))
        if has_account and person.id not in failed:
            return True
    return False


def _roles_called_for(procedure: Procedure | None) -> list[Role]:
    """Those without which no school can do, and whom the procedure alerts or goes up to."""
    wanted: dict[Role, None] = dict.fromkeys(CALLED_FOR)
    if procedure:
        for category in procedure.category:
            # One of them who hears of it is enough.
            if len(category.alerts) == 1:
                wanted[Role(category.alerts[0])] = None
        wanted |= {Role(step.to): None for step in procedure.escalation}
    return list(wanted)


def _not_reached(looked: Looked) -> set[str]:
    """The ids of those to whom the last message that was tried could not be delivered."""
    last: dict[str, tuple[datetime, str]] = {}
    everything = [*looked.notices]
    for case in looked.cases:
        everything += case.notices
    for notice in everything:
        is_tried = notice.result in (NoticeResult.SENT, NoticeResult.FAILED)
        if is_tried and notice.settled:
            before = last.get(notice.to, (notice.settled, ""))
            last[notice.to] = max(before, (notice.settled, str(notice.result)))
    return {id for id, (_, result) in last.items() if result == NoticeResult.FAILED}


def known_twice(looked: Looked) -> Iterator[str]:
    """Who has one and the same name in several chats, and a record for each."""
    records: defaultdict[tuple[str, ...], list[Person]] = defaultdict(list)

    # Those who were invited come first: the other records are joined to theirs.
    for person in sorted(looked.people, key=lambda person: not person.invited):
        records[same_name(person.name)].append(person)

    for first, *others in records.values():
        elsewhere = _platforms_beside(first, others)
        if elsewhere:
            yield TWICE.format(
                name=first.name,
                quoted=quote(first.name),
                number=1 + len(others),
                chats=listed([*_platforms(first), *elsewhere]),
                other=listed(elsewhere),
                first=listed(_platforms(first)),
                account=first.accounts[0],
            )


def _platforms_beside(first: Person, others: Collection[Person]) -> list[str]:
    """The platforms of the others on which the first is not, each once, in order."""
    found: list[str] = []
    known = _platforms(first)
    for other in others:
        for platform in _platforms(other):
            if platform not in known and platform not in found:
                found.append(platform)
    return found


def _platforms(person: Person) -> list[str]:
    """The platforms of a person's accounts, each once, in order: `slack` for `slack:T1:U7`."""
    return list(dict.fromkeys(Address.parse(account).platform for account in person.accounts))


def _first_role(person: Person) -> str:
    """The role under which to invite somebody again."""
    return person.roles[0] if person.roles else Role.STAFF
