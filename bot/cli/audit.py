"""`headsup audit`: who had which role, who read and who took along what, as a file for an auditor.

No word of a case is in it: no name of whom a case is about, nothing that somebody searched for, no
reason that somebody gave. A case that is kept from anybody who works here is left out, as the bare
fact that it is there may tell them; whoever may know of all of them asks for those as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import typer

from bot.cli.export.held_records import Held, all_held
from bot.cli.new_file import must_be_new, write_new
from bot.settings import Settings, of_school, schools_of
from handlers.rules.access import is_governors_alone, is_kept_from
from handlers.rules.calendar import Calendar
from handlers.text.csv_cells import to_csv
from store.errors import Trouble
from store.model.case import Case
from store.model.identifiers import new_id
from store.model.kinds import EntryKind
from store.model.memos import Erased, Exported, RoleChange, Searched
from store.model.records import SYSTEM, TECHNICIAN, Summary
from store.school.school import load_school

NO_DAY = "“{since}” is not a date. Write it like 2026-09-01"
WRITTEN = "{rows} lines since {since} are in {file}. That this was asked for is noted, too."
LEFT_OUT = (
    "Cases that are kept from somebody who works here were left out. To include them: "
    "--with-kept-apart. Give that file to nobody who works at the school."
)
UNREADABLE = "{number} records could not be read, and are not in it. To see which: headsup verify"
HEADINGS = ("when (UTC)", "school", "what", "who", "way", "whom", "case", "detail")
#: For whom an audit is gathered, as the memo that it leaves says.
AUDITOR = "auditor"
NAMES = {SYSTEM: "the bot", TECHNICIAN: "the technician"}
GONE = "somebody who is not here any more"

#: Entries of a case that say that somebody saw it, or took it along, in words.
READS: Mapping[str, str] = {
    EntryKind.LOOKED: "looked at a case",
    EntryKind.READ: "read the reports of a case",
    EntryKind.EVIDENCE: "was handed evidence",
    EntryKind.EXPORTED: "a case was gathered for somebody's request",
    EntryKind.PACKED: "made a pack of a case",
    EntryKind.LETTER: "drafted a letter",
}

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditOrder:
    """What was typed."""

    #: `2026-09-01`, by the school's own clock.
    since: str
    #: A new file; None where it is said at the command line.
    to: Path | None = None
    #: Of cases, too, that are kept from somebody who works here.
    with_apart: bool = False


async def audit(order: AuditOrder, settings: Settings, now: datetime) -> list[str]:
    """What to say: the file's text, or where it is. `now`: UTC. Raises Trouble."""
    try:
        since = date.fromisoformat(order.since)
    except ValueError as error:
        raise Trouble(NO_DAY.format(since=order.since)) from error
    if order.to:
        must_be_new(order.to)
    rows: list[Row] = []
    number_unreadable = 0
    for its in _each(settings):
        async with all_held(its) as held:
            rows += _rows_of(held, its, since, with_apart=order.with_apart)
            number_unreadable += len(held.unreadable)
            # Before anything is handed over.
            await held.note(_memo(order, now))
    table = to_csv([HEADINGS, *sorted(rows)])

    notes = [] if order.with_apart else [LEFT_OUT]
    if number_unreadable:
        notes.append(UNREADABLE.format(number=number_unreadable))
    if order.to is None:
        # Beside the table, which may go into a file.
        for note in notes:
            typer.echo(note, err=True)
        return [table.decode("utf-8-sig").rstrip()]
    write_new(order.to, table)
    return [WRITTEN.format(rows=len(rows), since=order.since, file=order.to), *notes]


def _each(settings: Settings) -> Iterator[Settings]:
    if settings.schools is None or settings.is_of_one_of_several:
        yield settings
        return
    for key in schools_of(settings):
        yield of_school(settings, key)


def _memo(order: AuditOrder, now: datetime) -> Exported:
    reason = f"since {order.since}"
    if order.with_apart:
        reason += ", with what is kept apart"
    return Exported(new_id(), "", (), now, packed_for=AUDITOR, reason=reason)


def _rows_of(held: Held, settings: Settings, since: date, *, with_apart: bool) -> list[Row]:
    """The lines of one school since that day, by its own clock."""
    school = load_school(settings.school_file, settings.trust_file)
    begins = datetime.combine(since, time(), Calendar(school).zone)
    apart = frozenset() if with_apart else _kept_apart(held)
    log = _Log(held, settings.headsup_school, apart, with_apart)
    return [row for at, row in log.lines() if at >= begins]


def _kept_apart(held: Held) -> frozenset[str]:
    """References of all cases of matters that are kept from somebody who works here."""
    known = {case.reference: case for case in held.cases}
    matters: dict[str, list[Summary]] = {}
    for case in held.cases:
        matters.setdefault(_root(case, known), []).append(case.summary)
    found: set[str] = set()
    for matter in matters.values():
        is_from_somebody = any(is_kept_from(person, matter) for person in held.people)
        if is_from_somebody or is_governors_alone(matter):
            found.update(summary.reference for summary in matter)
    return frozenset(found)


def _root(case: Case, known: Mapping[str, Case]) -> str:
    """What a case was joined to in the end, as far as that is known."""
    seen = {case.reference}
    while case.joined_to and case.joined_to in known and case.joined_to not in seen:
        case = known[case.joined_to]
        seen.add(case.reference)
    return case.reference


@dataclass(frozen=True, slots=True)
class _Log:
    """All that is told of one school."""

    held: Held
    school: str
    #: References that are named nowhere.
    apart: frozenset[str]
    #: Nothing is left out.
    with_apart: bool

    def lines(self) -> Iterator[tuple[datetime, Row]]:
        """When, and the line."""
        for case in self.held.cases:
            if case.reference not in self.apart:
                yield from self._of_case(case)
        for _, record in self.held.others:
            match record:
                case RoleChange():
                    yield record.at, self._of_role(record)
                case Searched():
                    row = self._row(record.at, "searched the cases", self._name(record.by))
                    yield record.at, row
                case Exported():
                    yield from self._of_export(record)
                case Erased():
                    yield from self._of_erased(record)

    def _of_case(self, case: Case) -> Iterator[tuple[datetime, Row]]:
        for entry in case.chronology:
            what = READS.get(entry.what)
            if what is None:
                continue
            receiver = entry.details.get("for", "") if entry.what == EntryKind.PACKED else ""
            who = self._name(entry.by)
            yield entry.at, self._row(entry.at, what, who, case=case.reference, detail=receiver)

    def _of_role(self, change: RoleChange) -> Row:
        roles = ", ".join(change.roles)
        return self._row(
            change.at,
            f"roles: {change.what}",
            self._name(change.by),
            way=change.way,
            whom=change.name,
            detail=roles,
        )

    def _of_export(self, memo: Exported) -> Iterator[tuple[datetime, Row]]:
        left = [reference for reference in memo.references if reference not in self.apart]
        if memo.packed_for == AUDITOR:
            what = "this log was written for an auditor"
        elif not left:
            return
        elif memo.packed_for:
            what = "made a pack of a case at the command line"
        else:
            what = "gathered what is held about somebody"
        detail = memo.reason if memo.packed_for == AUDITOR else memo.packed_for
        who = NAMES[TECHNICIAN]
        yield memo.at, self._row(memo.at, what, who, case=" ".join(left), detail=detail)

    def _of_erased(self, memo: Erased) -> Iterator[tuple[datetime, Row]]:
        # What was kept from whom is not known any more, but for what was counted apart; nothing at
        # all is counted of what was the governors' alone.
        is_apart = not memo.counted or any(counted.apart for counted in memo.counted)
        if is_apart and not self.with_apart:
            return
        references = " ".join(memo.references)
        yield memo.at, self._row(memo.at, "erased", self._name(memo.by), case=references)

    def _row(self, at: datetime, what: str, who: str, **more: str) -> Row:
        rest = (more.get("way", ""), more.get("whom", ""), more.get("case", ""))
        when = f"{at:%Y-%m-%d %H:%M:%S}"
        return (when, self.school, what, who, *rest, more.get("detail", ""))

    def _name(self, id: str) -> str:
        if id in NAMES:
            return NAMES[id]
        for person in self.held.people:
            if id in person.ids:
                return person.name
        return GONE
