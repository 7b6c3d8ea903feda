"""What stands before somebody who opens the bot: what waits for them, and what they can do here.

It is the bot's own page where a chat has one, which is kept as it is now, and the answer to
`/start` and `/home`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.commands import Command, command
from handlers.desk import Ask, Desk
from handlers.matter import Listed
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text
from handlers.rules import access
from handlers.rules.access import Act
from handlers.school.due import UNTAKEN, kind_of
from handlers.school.help import FIRST, HEADING
from handlers.school.today import WEEK, due_today, today_heading
from handlers.text.words import moment
from store.model.memos import Home
from store.model.records import Person, Status, Summary

URGENT, MINE, NEW = "Urgent:", "You look after:", "New this week:"
NOTHING_TODAY = "Nothing is due for you today."
LINE = "{reference} · {kind} · {opened}"
MORE = "… and {number} more"
#: Cases of each section; each has a button of its own.
SHOWN = 5

FOR_EVERYBODY = (
    Choice("Pass something on", "report", "primary"),
    Choice("My reports", "case status"),
    Choice("Ask the policies", "policy-ask"),
)
FOR_LEADERS = (
    Choice("Open cases", "case list open"),
    Choice("Your week", "case overdue"),
)
#: Opened again within this, a page that was right stays as it is.
JUST_NOW = timedelta(minutes=1)


@command(
    "home",
    usage="/home",
    may=Act.HELP,
    summary="what waits for you, and what you can do here",
)
async def home(ask: Ask, desk: Desk) -> Reply:
    """The same as on the bot's own page."""
    return await home_of(ask.person, ask.at, desk)


def start_for(home_: Command) -> Command:
    """What Telegram sends when somebody opens the chat: the same page."""
    return replace(home_, name="start", usage="/start", typed=False)


async def note_opened(account: str, desk: Desk) -> None:
    """Note that somebody has opened the bot's own page, so that it is put right, and kept so.

    Raises StoreUnavailable.
    """
    now = desk.now()
    known = await desk.store.memo(Home, account)
    if known and known.shown and now - known.opened_at < JUST_NOW:
        return

    def opened(known: Home | None) -> Home:
        known = known or Home(account, now)
        # Shown anew whatever it says: the platform may have lost what was there.
        return replace(known, opened_at=now, shown="")

    await desk.store.renew(Home, account, opened)


async def home_of(person: Person, now: datetime, desk: Desk) -> Reply:
    """What one person finds there at `now` (UTC). Who looks after no cases finds buttons alone."""
    if not access.may(person, Act.LIST):
        return HOME_OF_STAFF
    visible = await desk.visible(person, _is_open)
    found = _Found([seen for seen in visible if seen.inside], person, now)
    due = await due_today(person, now, desk, found.but_urgent)
    reply = Reply((today_heading(now, desk),))
    reply += _section(URGENT, found.urgent, _urgent_line, desk)
    reply += due
    if not found.urgent and not due.parts:
        reply += Reply((Text(NOTHING_TODAY),))
    reply += _section(MINE, found.mine_but(due.shows), _line, desk)
    reply += _section(NEW, found.new_but(due.shows), _line, desk)
    return reply + Reply((Choices((*FOR_EVERYBODY, *FOR_LEADERS)),))


HOME_OF_STAFF = Reply((Heading(HEADING), Text(FIRST), Choices(FOR_EVERYBODY)))


def _is_open(summary: Summary) -> bool:
    return summary.status == Status.OPEN


@dataclass(frozen=True, slots=True)
class _Found:
    """The open cases that somebody may see at `now` (UTC), newest first. Each is told of once."""

    inside: Sequence[Listed]
    person: Person
    now: datetime

    @property
    def urgent(self) -> list[Summary]:
        """Urgent ones that nobody has taken."""
        return [seen.summary for seen in self.inside if _is_urgent(seen)]

    @property
    def but_urgent(self) -> list[Listed]:
        return [seen for seen in self.inside if not _is_urgent(seen)]

    def mine_but(self, told: frozenset[str]) -> list[Summary]:
        """Those that this person looks after, but for those that are told of already."""
        return [s for s in self._others(told) if s.owner in self.person.ids]

    def new_but(self, told: frozenset[str]) -> list[Summary]:
        """Those of this week that others look after, or nobody."""
        new = [s for s in self._others(told) if self.now - s.opened_at < WEEK]
        return [s for s in new if s.owner not in self.person.ids]

    def _others(self, told: frozenset[str]) -> list[Summary]:
        summaries = [seen.summary for seen in self.but_urgent]
        return [s for s in summaries if s.joined_to is None and s.reference not in told]


def _is_urgent(seen: Listed) -> bool:
    summary = seen.summary
    return summary.urgent and summary.owner is None and summary.joined_to is None


def _section(
    label: str, cases: Sequence[Summary], line: Callable[[Summary, Desk], str], desk: Desk
) -> Reply:
    """Nothing where there are no cases."""
    if not cases:
        return Reply()
    shown = cases[:SHOWN]
    lines = [label, *(line(summary, desk) for summary in shown)]
    if len(cases) > SHOWN:
        lines.append(MORE.format(number=len(cases) - SHOWN))
    references = [summary.reference for summary in shown]
    buttons = [Choice(f"Open {reference}", f"case {reference}") for reference in references]
    parts: tuple[Part, ...] = (Text("\n".join(lines)), Choices(tuple(buttons)))
    return Reply(parts).showing(references)


def _urgent_line(summary: Summary, desk: Desk) -> str:
    return UNTAKEN.format(reference=summary.reference, kind=kind_of(summary, desk))


def _line(summary: Summary, desk: Desk) -> str:
    opened = moment(summary.opened_at, desk.calendar)
    return LINE.format(reference=summary.reference, kind=kind_of(summary, desk), opened=opened)
