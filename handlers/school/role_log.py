"""What happened to people's roles and accounts: kept for good, listed, and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Reply, Text, say
from handlers.rules import access
from handlers.rules.access import TABLE, Act
from handlers.school.role_words import role_words
from handlers.text.words import full_day
from handlers.workflow.people import account_words, name_of
from store.base import Store
from store.errors import NotFound
from store.model.address import SEND_ONLY, Address
from store.model.kinds import NoticeKind, RoleChangeKind
from store.model.memos import COMMAND_LINE, RoleChange
from store.model.records import SYSTEM, TECHNICIAN, Notice, Person, Role

#: A turn: whoever joins, or changes roles or accounts, does so alone.
CHANGING_PEOPLE = "changing people"
#: How long it is made sure that what happened is told, should the bot have stopped meanwhile.
TOLD_WITHIN = timedelta(days=1)
#: The id of the entry that the log began.
BEGUN = "begun"
#: Lines of the log in one message.
LINES = 25

LOG = "Roles and accounts, newest first"
NOTHING = "Nothing has happened to anybody’s roles or accounts yet."
THE_TECHNICIAN = "the technician"
#: Somebody whom nobody invited: the platform vouches for them.
MEMBER = "{name} joined as {roles}: a member of the school’s {way}."
#: Who made an invitation before that was kept.
UNKNOWN = "somebody"
WORDS: dict[str, str] = {
    RoleChangeKind.BEGAN: "This log began.",
    RoleChangeKind.FOUND: "{name} was here when this log began: {roles}.",
    RoleChangeKind.JOINED: "{name} joined as {roles}, invited by {other}.",
    RoleChangeKind.ACCOUNT: "{name} has a further account, which they confirmed: {account}.",
    RoleChangeKind.NOT_THEIRS: (
        "{name} said that an account is not theirs: {account}. It had used a code that was made "
        "for them by {other}; nothing was joined, and the code no longer works."
    ),
    RoleChangeKind.GIVEN: "{by} gave {name} the role {roles}{agreed}. {now}",
    RoleChangeKind.TAKEN: "{by} took the role {roles} from {name}{agreed}. {now}",
    RoleChangeKind.REFUSED: (
        "{by} did not agree to what {other} had asked for: {name}, {roles}. Nothing was changed."
    ),
}
BY_TECHNICIAN = "{name} has a further account, which {by} added: {account}."
AGREED = ", and {other} agreed"
NOW = "{name} is now: {roles}."
OUT = "{name} has no role now, and is out."


async def keep_change(change: RoleChange, desk: Desk) -> None:
    """Keep what happened, and owe it to those who are to hear of it: not to who has done it.

    Called before the change is written, it names those who hear of it as they are then; and called
    again for the same change, it does nothing.
    """
    if await desk.store.memo(RoleChange, change.id):
        return
    told = [person.id for person in await desk.store.having(TABLE[Act.ROLE_LOG].roles)]
    is_theirs = change.what in (RoleChangeKind.GIVEN, RoleChangeKind.TAKEN)
    if is_theirs and not TABLE[Act.ROLE_LOG].roles.isdisjoint(change.roles):
        told.append(change.person)
    ids = [id for id in dict.fromkeys(told) if id != _done_by(change)]
    kept = replace(change, tells=tuple(ids))
    await desk.store.put(kept)
    await _owe(kept, desk)


async def begin_role_log(desk: Desk) -> None:
    """Keep, once, which roles and accounts people had before the log of that began.

    From then on nobody has any without a trace: `headsup verify` says who does.
    """
    if await desk.store.memo(RoleChange, BEGUN):
        return
    now = desk.now()
    for person in await desk.store.people():
        await note_found(person, desk.store, now)
    await desk.store.put(_at_the_beginning(BEGUN, RoleChangeKind.BEGAN, now))


async def note_found(person: Person, store: Store, now: datetime) -> None:
    """Keep that somebody has roles and accounts which nothing in the log gives. It is not told."""
    found = _at_the_beginning(f"found {person.id}", RoleChangeKind.FOUND, now)
    await store.put(
        replace(
            found,
            person=person.id,
            name=person.name,
            roles=person.roles,
            after=person.roles,
            account=" ".join(person.accounts),
        )
    )


def _at_the_beginning(id: str, what: RoleChangeKind, now: datetime) -> RoleChange:
    return RoleChange(id, what, now, "", "", (), (), by=SYSTEM, way="", other=SYSTEM)


def _done_by(change: RoleChange) -> str:
    """Id of whose act it was: of two who did it together, the one who agreed."""
    together = change.what in (RoleChangeKind.GIVEN, RoleChangeKind.TAKEN)
    return change.other if together and change.other else change.by


async def owe_role_changes(desk: Desk, now: datetime) -> None:
    """Owe what happened of late once more: each is sent once, however often it is owed."""
    for change in await desk.store.memos(RoleChange):
        if change.at > now - TOLD_WITHIN:
            await _owe(change, desk)


async def _owe(change: RoleChange, desk: Desk) -> None:
    # That a colleague has joined can wait for the morning; that somebody leads now cannot.
    is_usual = change.what == RoleChangeKind.JOINED and set(change.roles) <= {Role.STAFF}
    for id in change.tells:
        key = f"roles {change.id} {id}"
        kind = NoticeKind.ROLES
        await desk.store.owe(Notice(key, kind, id, change.at, step=change.id, waits=is_usual))


async def role_change_notice(notice: Notice, desk: Desk) -> Reply | None:
    """What happened, to whoever may know it still, or whose own role it was."""
    change = await desk.store.memo(RoleChange, notice.step)
    if change is None:
        return None
    try:
        reader = await desk.store.person(notice.to)
    except NotFound:
        return None
    if change.person not in reader.ids and not access.may(reader, Act.ROLE_LOG):
        return None
    return say(f"{await _sentence(change, desk)} {_when(change, desk)}")


@command("people log", usage="/people log", may=Act.ROLE_LOG, summary="who has changed which role")
async def log(ask: Ask, desk: Desk) -> Reply:
    """All that happened to roles and accounts, newest first, a page at a time."""
    changes = sorted(await desk.store.memos(RoleChange), key=lambda change: change.at, reverse=True)
    if not changes:
        return say(NOTHING)
    skipped = int(ask.words) if ask.words.isdecimal() and len(ask.words) < 7 else 0
    lines = []
    for change in changes[skipped : skipped + LINES]:
        lines.append(f"{await _sentence(change, desk)} {_when(change, desk)}")
    reply = Reply((Heading(LOG), Text("\n\n".join(lines) or NOTHING)))
    following = skipped + LINES
    if following < len(changes):
        reply += Reply((Choices((Choice("Older", f"people log {following}"),)),))
    return reply


async def _sentence(change: RoleChange, desk: Desk) -> str:
    by = await who(change.by, desk)
    other = await who(change.other, desk) if change.other else UNKNOWN
    now = NOW if change.after else OUT
    said = _words(change).format(
        name=change.name,
        roles=role_words(change.roles),
        by=by,
        other=other,
        agreed=AGREED.format(other=other) if change.other else "",
        account=_account_words(change),
        now=now.format(name=change.name, roles=role_words(change.after)),
        way=change.way.capitalize(),
    )
    return said[0].upper() + said[1:]


def _words(change: RoleChange) -> str:
    if change.what == RoleChangeKind.JOINED and change.other == SYSTEM:
        return MEMBER
    if change.what == RoleChangeKind.ACCOUNT and change.by == TECHNICIAN:
        return BY_TECHNICIAN
    return WORDS[change.what]


async def who(id: str, desk: Desk) -> str:
    """The name of whoever did something, or that it was the technician."""
    return THE_TECHNICIAN if id == TECHNICIAN else await name_of(id, desk)


def _account_words(change: RoleChange) -> str:
    return "" if change.what == RoleChangeKind.FOUND else account_words(change.account)


def _when(change: RoleChange, desk: Desk) -> str:
    """`(24 November 2026, 10:00, in Slack)`."""
    at = desk.calendar.local(change.at)
    when = f"{full_day(at.date())}, {at:%H:%M}"
    if not change.way:
        return f"({when})"
    where = f"in {change.way.capitalize()}"
    if change.way == COMMAND_LINE:
        where = "at the command line"
    if change.way in SEND_ONLY:
        where = "by mail"
    return f"({when}, {where})"


def way_of(account: str) -> str:
    """The way of what was done from this account: its platform."""
    return Address.parse(account).platform
