"""`headsup invite --from LIST`: everybody in a staff list is invited, each by a slip of paper.

The slips are written first: no invitation is kept whose slip is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.chats import CHATS
from bot.cli.new_file import write_new
from bot.cli.people.invite_many.slips import ChatWords, Slip, print_slips
from bot.cli.people.invite_many.staff_list import Listed, read_staff
from bot.cli.people.who import Staff, staff_of
from bot.settings import Settings
from handlers.rules.calendar import Calendar
from handlers.rules.names.words import same_name
from handlers.school.invitations import for_new_person, new_code
from handlers.school.role_words import role_words
from handlers.text.words import counted, listed, moment
from store.disk.durable import unavailable
from store.errors import StoreUnavailable, Trouble
from store.model.invitations import Invitation
from store.model.records import TECHNICIAN, Person
from store.school.school import load_school

HEADS = ("Line", "Name", "Role", "Mail", "What happens")
NEW = "is invited"
HERE = "is here already, as {roles}: no slip"
WAITS = "is invited already, until {until}: no slip"
ANEW = "is invited again; the earlier slip no longer works"
DRY = "Nothing was made: this is what the list says. Leave --dry-run out to make the slips."
NOBODY = "Nobody in the list is to be invited, so no slips were made."
WAITING = "For a new slip in place of one that is lost: --again"
MADE = "{slips} for {people}: {file}"
THEN = (
    "Print it, cut it apart, hand the slips out, and delete the file: whoever has it can join as "
    "anybody in it. headsup people says who has not joined."
)
#: What the column of addresses is for: nobody should wait for a mail.
ON_SLIPS = (
    "The addresses are printed on the slips, so that you know whose each is. No mail goes to them: "
    "who is in no chat is invited by mail with headsup invite NAME --role chair --mail ADDRESS"
)
NO_ANSWER = (
    "{chat} does not say what the bot is called, so the slips would have no square to scan. "
    "Nothing was made. headsup check says what is wrong; then try again."
)
NOT_ALL = (
    "{error}\nSo the slips of {names} in {file} do not work. Do not hand those out. Run the same "
    "again with another --to: it makes slips for those who have none."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What was typed."""

    staff_list: Path
    to: Path
    #: Also for those whose invitation was not used yet, in place of it.
    again: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """One person of the list, and what becomes of it."""

    listed: Listed
    says: str
    is_invited: bool
    #: Invitations of before, which are void as soon as the new one is kept.
    void: tuple[Invitation, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation that is to be kept, and its code, which is on the slip alone."""

    planned: Planned
    invitation: Invitation
    code: str


async def invite_from(order: Order, settings: Settings, console: Console, now: datetime) -> None:
    """Read the list, show it, and make the slips. `now`: UTC. Raises Trouble."""
    people = read_staff(order.staff_list)
    if settings.is_of_one_of_several:
        from bot.schools.open import schools_with_chats

        [school_with_chats] = await schools_with_chats(settings)
        settings = school_with_chats.settings
    school = load_school(settings.school_file, settings.trust_file)
    calendar = Calendar(school)

    async with staff_of(settings) as staff:
        plan = [_planned(person, staff, order, calendar, now) for person in people]
        console.print(_table(plan))
        chosen = [planned for planned in plan if planned.is_invited]
        if any(planned.listed.mail for planned in chosen):
            _say(console, ON_SLIPS)
        if order.dry_run:
            _say(console, DRY)
            return
        if not chosen:
            _say(console, NOBODY, WAITING)
            return

        made = [_invitation(planned, now) for planned in chosen]
        patterns = await _chat_patterns(settings)
        slips = [_slip(one, patterns, calendar) for one in made]
        pdf = await asyncio.to_thread(print_slips, slips, school.name)
        write_new(order.to, pdf)
        await _keep(made, staff, order.to)

    said = counted(len(made), "slip")
    words = MADE.format(slips=said, people=_people(len(made)), file=order.to)
    _say(console, words[0].upper() + words[1:], THEN)


def _say(console: Console, *lines: str) -> None:
    console.print(*lines, sep="\n", markup=False, soft_wrap=True)


def _people(number: int) -> str:
    return counted(number, "person", "people")


# --- what becomes of whom ------------------------------------------------------------------------


def _planned(
    person: Listed, staff: Staff, order: Order, calendar: Calendar, now: datetime
) -> Planned:
    here = [one for one in staff.people if _is_called(one, person.name) and one.roles]
    if here:
        return Planned(person, HERE.format(roles=role_words(here[0].roles)), is_invited=False)
    waiting = [one for one in staff.waiting(now) if _is_called(one, person.name)]
    if not waiting:
        return Planned(person, NEW, is_invited=True)
    if order.again:
        return Planned(person, ANEW, is_invited=True, void=tuple(waiting))
    until = moment(waiting[0].until, calendar)
    return Planned(person, WAITS.format(until=until), is_invited=False)


def _is_called(one: Person | Invitation, name: str) -> bool:
    return same_name(one.name) == same_name(name)


def _table(plan: Sequence[Planned]) -> Table:
    table = Table(*HEADS, box=None, pad_edge=False, header_style="bold")
    for planned in plan:
        one = planned.listed
        cells = (str(one.line), one.name, role_words(one.roles), one.mail, planned.says)
        # Whatever stands in the list is no markup.
        table.add_row(*map(Text, cells))
    return table


# --- making them ---------------------------------------------------------------------------------


def _invitation(planned: Planned, now: datetime) -> Made:
    code = new_code()
    one = planned.listed
    made = for_new_person(one.name, one.roles, code, now, TECHNICIAN)
    return Made(planned, made, code)


async def _chat_patterns(settings: Settings) -> list[ChatWords]:
    """What to do in each chat that runs, with `{code}` where the code comes.

    Where none runs yet, the words for all. Raises Trouble.
    """
    running = [chat for chat in CHATS if chat.is_set(settings)]
    patterns = []
    for chat in running or CHATS:
        link = ""
        if chat.find_join_link and running:
            link = await chat.find_join_link(settings, "{code}") or ""
            if not link:
                raise Trouble(NO_ANSWER.format(chat=chat.platform.label))
        patterns.append(ChatWords(chat.platform.label, chat.join_command, link))
    # The square to scan first: it is the shorter way.
    return sorted(patterns, key=lambda words: not words.link)


def _slip(made: Made, patterns: Sequence[ChatWords], calendar: Calendar) -> Slip:
    return Slip(
        name=made.invitation.name,
        roles=role_words(made.invitation.roles),
        mail=made.planned.listed.mail,
        until=moment(made.invitation.until, calendar),
        chats=list(_with_code(patterns, made.code)),
    )


def _with_code(patterns: Sequence[ChatWords], code: str) -> Iterator[ChatWords]:
    for pattern in patterns:
        words = pattern.words.replace("{code}", code)
        yield ChatWords(pattern.chat, words, pattern.link.replace("{code}", code))


async def _keep(made: Sequence[Made], staff: Staff, file: Path) -> None:
    """Keep the invitations. Raises Trouble, which says whose slips do not work."""
    for number, one in enumerate(made):
        try:
            await staff.invite(one.invitation)
            for old in one.planned.void:
                await staff.withdraw(old.digest)
        except (OSError, StoreUnavailable) as error:
            said = unavailable(error, file) if isinstance(error, OSError) else error
            names = listed(left.invitation.name for left in made[number:])
            raise Trouble(NOT_ALL.format(error=said, names=names, file=file)) from error
