"""What has to be told in a school year, worked out from `procedure.toml` and the bank holidays alone.

Nothing here comes from handlers/ or store/: its own list of school days, its own reading of the procedure, its own
rules, which are those of the README. It is told what people did and when (`opened`, `taken`, `settled` …), and says
afterwards who ought to have been told of what, and when.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OPENS, CLOSES = time(8), time(17)
FIRST, LAST = date(2026, 6, 1), date(2028, 3, 1)
#: Of one person's message of the day: cases that have a line of their own.
LINES = 9
#: Of the weekly digest.
WEEKLY_LINES = 15

Down = Sequence[tuple[datetime, datetime]]


class Told(NamedTuple):
    """One thing that one person is told once."""

    kind: str  # step, above, ladder, untaken, day, digest, today (a line of either) or duty
    of: str  # a case, a week, or what a duty is
    what: str  # the step, in words
    due: str  # as people read it
    stage: int  # 0 before it is due, 1 … the days for which it is overdue; for the ladder, its rung
    person: str


@dataclass(frozen=True)
class Expected:
    told: Told
    at: datetime
    waits: bool  # for school hours
    until: datetime | None  # when it had been dealt with, and need no longer be told


class Days:
    """School days and working days as two sorted lists."""

    def __init__(self, closed: Sequence[tuple[date, date]]) -> None:
        bank = holidays.UK(subdiv="ENG", years=range(FIRST.year, LAST.year + 1))
        every = [FIRST + n * DAY for n in range((LAST - FIRST).days)]
        self.working = [d for d in every if d.isoweekday() <= 5 and d not in bank]
        self.school = [d for d in self.working if not any(a <= d <= b for a, b in closed)]
        self._school = set(self.school)

    @staticmethod
    def away(days: Sequence[date], day: date, number: int) -> date:
        """So many of these days after this day, or before it."""
        return days[
            bisect_right(days, day) + number - 1 if number > 0 else bisect_left(days, day) + number
        ]

    @staticmethod
    def at(day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, LONDON).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        return self.at(day, OPENS)

    def next_opening(self, after: datetime) -> datetime:
        day = after.astimezone(LONDON).date()
        today = self.opening(day)
        return (
            today
            if day in self._school and today > after
            else self.opening(self.away(self.school, day, 1))
        )

    def next_minute(self, at: datetime, days: Sequence[date]) -> datetime:
        """The first whole minute after `at` within the hours of one of these days."""
        minute = at.replace(second=0, microsecond=0) + MINUTE
        local = minute.astimezone(LONDON)
        if local.date() in days and local.time() < CLOSES:
            return max(minute, self.opening(local.date()))
        return self.opening(self.away(days, local.date(), 1))

    def is_school_day(self, day: date) -> bool:
        return day in self._school

    def in_school(self, at: datetime) -> bool:
        local = at.astimezone(LONDON)
        return local.date() in self._school and OPENS <= local.time() < CLOSES

    def looked_at(self, at: datetime, waits: bool, down: Down) -> datetime:
        """The first whole minute from then on at which the bot is running, in school hours where it waits for them."""
        at = whole_minute(at)
        while True:
            for begin, end in down:
                if begin <= at < end:
                    at = end
            if not waits or self.in_school(at):
                return at
            at = self.next_opening(at)


def whole_minute(at: datetime) -> datetime:
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE


def said(at: datetime) -> str:
    """`Thu 26 Nov, 17:00`."""
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


class PassedOn(NamedTuple):
    reference: str
    reporter: str
    at: datetime
    said: datetime  # when it was said who it is about; where that was not, when it was passed on


@dataclass
class Run:
    """A step from when it was opened or put off until it was dealt with, or put off again."""

    what: str
    owner: str
    clock: str
    begin: datetime
    due: datetime
    end: datetime | None = None
    opened: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.opened = self.begin


@dataclass(frozen=True)
class DutyRun:
    """A duty for one of its days, from when the one before was done until it is done itself."""

    duty: dict[str, Any]
    day: date
    begin: datetime
    end: datetime | None


@dataclass
class CaseModel:
    reference: str
    category: str
    reporter: str
    opened: datetime  # when it was passed on
    head: bool  # it is about the headteacher
    urgent: bool
    seen_from: datetime  # when leaders see it
    alerted: datetime  # when they are told of it
    steps: list[dict[str, Any]]
    owner: list[tuple[datetime, str]] = field(default_factory=list)
    hands: dict[str, list[tuple[datetime, str]]] = field(
        default_factory=dict
    )  # step -> who was asked to do it
    progress: dict[str, str] = field(default_factory=dict)
    runs: list[tuple[str, Run]] = field(default_factory=list)
    again: int = 0
    silence: bool = False  # a site that was asked to remove it was silent for too long, or refused
    own: int = 0
    is_open: bool = True
    untaken: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    acted: set[str] = field(default_factory=set)  # who has done something with it

    def run(self, key: str) -> Run:
        return next(run for k, run in reversed(self.runs) if k == key)

    def place(self, key: str) -> int:
        """Of steps that are due at one moment, the one that came first is named first."""
        return next(n for n, (known, _) in enumerate(self.runs) if known == key)

    def open_steps(self) -> list[str]:
        return [key for key, progress in self.progress.items() if progress == "open"]


def _review(text: Path) -> dict[str, Any]:
    """The review of a policy text, by its header, as a duty that nobody does in this year."""
    header = text.read_text("utf-8").split("---")[1]
    says = dict(line.split(": ", 1) for line in header.strip().splitlines())
    owner = {"Headteacher": "head", "ICT manager": "ict"}[says["owner"]]
    do = f"Review “{says['title']}”"
    return {"key": "", "do": do, "owner": owner, "due": says["review by"], "lead": "10 school days"}


class YearModel:
    """The people are `role -> person`, one of each."""

    def __init__(
        self, procedure: Path, days: Days, people: dict[str, str], since: date, down: Down = ()
    ) -> None:
        self.toml = tomllib.loads(procedure.read_text("utf-8"))
        self.duties = [*self.toml["duty"], *map(_review, sorted(procedure.parent.glob("*.md")))]
        self.days = days
        self.people = people
        self.since = since
        self.down = down
        self.cases: dict[str, CaseModel] = {}
        self.duties_done: list[tuple[str, date, datetime]] = []

    # --- what happened ------------------------------------------------------------------------------------

    def opened(self, passed_on: PassedOn, category: str, whom: str, at: datetime) -> None:
        """It has a category; `whom` it is about was said before: school, head, unsure, or nothing."""
        named = next(c for c in self.toml["category"] if c["key"] == category)
        steps = next(p["step"] for p in self.toml["procedure"] if p["key"] == named["procedure"])
        reference, reporter, first, said_at = passed_on
        urgent = named.get("urgent", False)
        is_known = whom in ("school", "head")
        pause = timedelta() if is_known else self._pause(named)
        seen = at if at >= first + pause else self.days.looked_at(first + pause, False, self.down)
        is_head = whom == "head"
        case = CaseModel(reference, category, reporter, first, is_head, urgent, seen, seen, steps)
        self.cases[reference] = case
        if case.urgent:
            case.untaken.append((at, None))
        self._open_steps(case, at)
        # About the headteacher it is told before it has a category.
        self._wait_for_the_alert(case, said_at if case.head else seen, at, is_known)

    def _pause(self, category: dict[str, Any]) -> timedelta:
        """For how long leaders do not see it, while it is not said who it is about."""
        if category.get("withhold"):
            return timedelta()
        return MINUTE if category.get("urgent") else 10 * MINUTE

    def _wait_for_the_alert(
        self, case: CaseModel, seen: datetime, at: datetime, is_known: bool
    ) -> None:
        """Hours begin when it is told: as soon as leaders see it where it is urgent, else in the hours of the first
        school day, or of the first working day where working days are counted.
        """
        told = seen
        if not case.urgent and any(run.clock == "legal" for _, run in case.runs):
            told = self.days.next_minute(seen, self.days.working)
        elif not case.urgent and is_known:
            told = self.days.next_minute(seen, self.days.school)
        elif not case.urgent and not self.days.in_school(seen):
            # What had its pause waits for no further minute.
            told = self.days.next_opening(seen)
        case.alerted = told
        for _, run in case.runs:
            if run.clock == "now" and told > at:
                run.due += told - at
                run.begin = told

    def taken(self, reference: str, person: str, at: datetime) -> None:
        case = self.cases[reference]
        case.owner.append((at, person))
        self._no_longer_untaken(case, at)

    def settled(self, reference: str, key: str, progress: str, at: datetime) -> None:
        case = self.cases[reference]
        case.run(key).end = at
        case.progress[key] = progress
        self._open_steps(case, at)

    def handed(self, reference: str, key: str, person: str, at: datetime) -> None:
        self.cases[reference].hands.setdefault(key, []).append((at, person))

    def put_off(self, reference: str, key: str, day: date, at: datetime) -> None:
        case = self.cases[reference]
        old = case.run(key)
        old.end = at
        case.runs.append((key, Run(old.what, old.owner, old.clock, at, self._closing(day, at))))

    def added(self, reference: str, what: str, day: date, person: str, at: datetime) -> None:
        case = self.cases[reference]
        case.own += 1
        key = f"own-{case.own}"
        case.progress[key] = "open"
        case.hands[key] = [(at, person)]
        case.runs.append((key, Run(what, "owner", "school", at, self._closing(day, at))))

    def seen_again(self, reference: str, at: datetime) -> None:
        self.cases[reference].again += 1
        self._open_steps(self.cases[reference], at)

    def closed(self, reference: str, at: datetime) -> None:
        case = self.cases[reference]
        for key in case.open_steps():
            case.run(key).end = at
            case.progress[key] = "ended"
        case.is_open = False
        self._no_longer_untaken(case, at)

    def reopened(self, reference: str, at: datetime) -> None:
        case = self.cases[reference]
        case.is_open = True
        if case.urgent and not case.owner:
            case.untaken.append((at, None))
        for key in [k for k, progress in case.progress.items() if progress == "ended"]:
            if key.startswith("own-"):
                old = case.run(key)
                case.progress[key] = "open"
                due = old.due if old.due > at else self._next_closing(at)
                case.runs.append((key, Run(old.what, old.owner, old.clock, at, due)))
            else:  # from the beginning, with whoever was asked to do it forgotten
                del case.progress[key]
                case.hands.setdefault(key, []).append((at, ""))
        self._open_steps(case, at)

    def duty_done(self, key: str, due: date, at: datetime) -> None:
        self.duties_done.append((key, due, at))

    def _no_longer_untaken(self, case: CaseModel, at: datetime) -> None:
        if case.untaken and case.untaken[-1][1] is None:
            case.untaken[-1] = (case.untaken[-1][0], at)

    def _open_steps(self, case: CaseModel, at: datetime) -> None:
        reached = dict(case.progress)
        for step in case.steps:
            after = step.get("after", "opening")
            for word in [after] if isinstance(after, str) else after:
                called = (
                    word == "opening"
                    or (word == "again" and case.again > 0)
                    or (word == "silence" and case.silence)
                    or (word in ("refused", "not removed") and word in reached.values())
                    or reached.get(word) == "done"
                )
                if called and step["key"] not in case.progress:
                    due, clock = self._due(step["due"], at)
                    case.progress[step["key"]] = "open"
                    case.runs.append((step["key"], Run(step["do"], step["owner"], clock, at, due)))

    def _due(self, span: str, at: datetime) -> tuple[datetime, str]:
        number, _, unit = span.partition(" ")
        local = at.astimezone(LONDON)
        unit = unit.removesuffix("s")
        if unit == "school day":
            return self.days.at(
                self.days.away(self.days.school, local.date(), int(number)), CLOSES
            ), "school"
        if unit == "working day":
            day = self.days.away(self.days.working, local.date(), int(number))
            working = local.date() in self.days.working
            return self.days.at(day, local.time() if working else CLOSES), "legal"
        return at + int(number) * timedelta(**{f"{unit}s": 1}), "now"

    def _closing(self, day: date, now: datetime) -> datetime:
        if self.days.at(day, CLOSES) <= now:
            day += DAY
        return self.days.at(self.days.away(self.days.school, day - DAY, 1), CLOSES)

    def _next_closing(self, at: datetime) -> datetime:
        today = self.days.away(self.days.school, at.astimezone(LONDON).date() - DAY, 1)
        return self.days.at(self.days.away(self.days.school, today, 1), CLOSES)

    # --- what has to be told --------------------------------------------------------------------------------

    def expected(self, until: datetime, down: Down = ()) -> Iterator[Expected]:
        digests = self._digest_days(until, down)
        for case in self.cases.values():
            for key, run in case.runs:
                yield from self._of_run(case, key, run, until, down)
            yield from self._from_above(case, until, down, digests)
            yield from self._of_rounds(case, until, down)
        yield from self._of_days(until, down, digests)
        yield from self._duties(until, down)

    def _begins(self, run: Run, stage: int) -> datetime | None:
        day = run.due.astimezone(LONDON).date()
        days = {"school": self.days.school, "legal": self.days.working}.get(run.clock)
        if stage == 0:
            before = self.days.opening(self.days.away(days, day, -1)) if days else None
            return before if before and before > run.begin else None
        if stage == 1 and run.clock != "school":
            return run.due
        if days is None:
            return self.days.opening(day + (stage - 1) * DAY)
        return self.days.opening(
            self.days.away(days, day, stage if run.clock == "school" else stage - 1)
        )

    def _of_run(
        self, case: CaseModel, key: str, run: Run, until: datetime, down: Down
    ) -> Iterator[Expected]:
        """What has a message of its own: hours and working days, before they are over and when they are."""
        if run.clock == "school":
            return
        for stage, at in self._stages(
            lambda stage: self._begins(run, stage), run.begin, run.end, False, until, down
        ):
            # In its pause nobody sees it: that it is new is told minutes later, and this not besides.
            if stage <= 1 and at >= case.seen_from:
                for person in self._owner(case, key, run, at):
                    told = Told("step", case.reference, run.what, said(run.due), stage, person)
                    yield Expected(told, at, False, run.end)

    def _from_above(
        self, case: CaseModel, until: datetime, down: Down, digests: set[tuple[date, str]]
    ) -> Iterator[Expected]:
        """Whoever may not see the case is told once that something of it is neglected, and not again while anything is."""
        for rung in self.toml["escalation"]:
            above = self.people[rung["to"]]
            if above in self.inside(case) or (case.head and rung["to"] == "head"):
                continue
            reached = []
            for key, run in case.runs:
                waits = run.clock == "school"
                stages = self._stages(
                    partial(self._begins, run), run.begin, run.end, waits, until, down
                )
                found = next(((stage, at) for stage, at in stages if stage >= rung["day"]), None)
                if found:
                    reached.append((found[1], run.due, case.place(key), found[0], run))
            neglected: list[tuple[datetime, datetime | None]] = []
            for at, _, _, stage, run in sorted(reached, key=lambda row: row[:3]):
                is_known = any(a <= at and (end is None or end > at) for a, end in neglected)
                neglected.append((at, run.end))
                brings = (at.astimezone(LONDON).date(), above) in digests and self.days.in_school(
                    at
                )
                if not is_known and not (brings and self._is_opening_of_digest(at, down)):
                    told = Told("above", case.reference, run.what, said(run.due), stage, above)
                    yield Expected(told, at, run.clock == "school", run.end)

    def _is_opening_of_digest(self, at: datetime, down: Down) -> bool:
        """Whether that day's message comes at this very moment."""
        day = at.astimezone(LONDON).date()
        return at <= self.days.looked_at(self.days.opening(day), True, down)

    def _stages(
        self,
        begins: Any,
        begin: datetime,
        end: datetime | None,
        waits: bool,
        until: datetime,
        down: Down,
    ) -> Iterator[tuple[int, datetime]]:
        """The stages that are told, and when: one that is over by then is passed over."""
        stage = 0
        while True:
            starts = begins(stage)
            if starts is not None:
                at = self.days.looked_at(max(starts, begin), waits, down)
                if at >= until or (end and at >= end):
                    return
                following = begins(stage + 1)
                if following > at:
                    yield stage, at
            stage += 1

    def inside(self, case: CaseModel) -> set[str]:
        """Who may see all of it."""
        p = self.people
        if case.head:
            return {p["chair"]}
        if case.category == "child-undressed":
            return {p["head"], p["dsl"]}
        return {p["head"], p["dsl"], p["leader"]} | (
            {p["ict"]} if case.category == "unsuitable-site" else set()
        )

    def _owner(self, case: CaseModel, key: str, run: Run, at: datetime) -> list[str]:
        hand = [who for when, who in case.hands.get(key, []) if when < at]
        owner = [who for when, who in case.owner if when < at]
        told = [who for who in hand[-1:] if who] or (owner[-1:] if run.owner == "owner" else [])
        if not told:
            roles = ["head" if run.owner == "owner" else run.owner, *self.toml["ladder"]]
            told = [p for role in roles if (p := self.people[role]) in self.inside(case)][:1]
        return told

    def _is_escalated(self, person: str, stage: int) -> bool:
        return any(
            stage >= rung["day"] and self.people[rung["to"]] == person
            for rung in self.toml["escalation"]
        )

    def _rounds(self, since: datetime) -> Iterator[datetime]:
        at = since
        for pause in [15, 15, 30, 60]:
            at += timedelta(minutes=pause)
            yield at
        while True:
            at += timedelta(hours=1)
            yield at

    def _of_rounds(self, case: CaseModel, until: datetime, down: Down) -> Iterator[Expected]:
        """To whoever has not heard of it for longest; and its reporter, after half an hour."""
        category = next(c for c in self.toml["category"] if c["key"] == case.category)
        ladder = [role for role in self.toml["ladder"] if not (case.head and role == "head")]
        heard = {}
        for role in ["chair"] if case.head else category["alerts"]:
            heard[role] = case.untaken[0][0] if case.untaken else until
        for begin, end in case.untaken:
            looked: datetime | None = None
            for due in self._rounds(begin):
                at = self.days.looked_at(due, False, down)
                if at >= (end or until) or at >= until:
                    break
                if at == looked:
                    continue
                looked = at
                never = begin - 1000 * DAY
                role = min(ladder, key=lambda role: (heard.get(role, never), ladder.index(role)))
                heard[role] = at
                told = Told("ladder", case.reference, "", "", 0, self.people[role])
                yield Expected(told, at, waits=False, until=end)
            # It is owed from the beginning, and goes with whatever is sent from then on: no minute is waited for.
            at = begin + timedelta(minutes=30)
            at = next((back for gone, back in down if gone <= at < back), at)
            if at < (end or until) and at < until:
                told = Told("untaken", case.reference, "", "", 0, case.reporter)
                yield Expected(told, at, waits=False, until=end)

    # --- the message of the day -----------------------------------------------------------------------------

    def _days(self, until: datetime, down: Down) -> Iterator[tuple[date, datetime]]:
        """Each day with when its message is sent: in the school's hours, or not at all."""
        day = self.since
        while self.days.opening(day) < until:
            at = self.days.looked_at(self.days.opening(day), False, down)
            local = at.astimezone(LONDON)
            if local.date() == day and local.time() < CLOSES and at < until:
                yield day, at
            day += DAY

    def _digest_days(self, until: datetime, down: Down) -> set[tuple[date, str]]:
        """The first day of each week on which a message is sent that is a school day is the digest's, for everybody."""
        weeks: dict[date, date] = {}
        for day, _ in self._days(until, down):
            if self.days.is_school_day(day):
                weeks.setdefault(day - timedelta(days=day.weekday()), day)
        return {(day, person) for day in weeks.values() for person in self.people.values()}

    def _of_days(
        self, until: datetime, down: Down, digests: set[tuple[date, str]]
    ) -> Iterator[Expected]:
        for day, at in self._days(until, down):
            for person in self.people.values():
                is_digest = (day, person) in digests
                if is_digest:
                    yield Expected(Told("digest", str(day), "", "", 0, person), at, True, None)
                waits = self.days.is_school_day(day)
                lines = self._lines(day, at, person, is_digest)
                if lines and not is_digest:
                    yield Expected(Told("day", str(day), "", "", 0, person), at, waits, None)
                for told in lines:
                    yield Expected(told, at, waits, None)

    def _lines(self, day: date, at: datetime, person: str, is_digest: bool) -> list[Told]:
        """Each case once, with its oldest step, the oldest first."""
        rows = []
        for case in self.cases.values():
            is_seen = person in self.inside(case) and case.seen_from <= at
            if not is_seen or self._goes_round_apart(case, day, at):
                continue
            steps = [row for row in self._due_now(case, day, at, person, is_digest)]
            if steps:
                due, _, stage, what = min(steps)
                told = Told("today", case.reference, what, str(day), stage, person)
                rows.append(((due, case.opened, case.reference), told))
        found = [told for _, told in sorted(rows, key=lambda row: row[0])]
        duties = (
            self._duty_lines(day, at, person, is_digest) if self.days.is_school_day(day) else []
        )
        if is_digest:
            late = [told for told in found if told.stage]
            above = self._lines_from_above(day, at, person)
            due = [told for told in found if not told.stage]
            return [*late, *above, *duties][:WEEKLY_LINES] + due[:WEEKLY_LINES]
        return found[:LINES] + duties

    def _lines_from_above(self, day: date, at: datetime, person: str) -> list[Told]:
        """What the escalation has come to this person with, of cases that they may not see."""
        rows = []
        for case in self.cases.values():
            if person in self.inside(case) or (case.head and person == self.people["head"]):
                continue
            late = []
            for key, run in case.runs:
                is_late = run.opened <= at and (run.end is None or run.end > at) and run.due <= at
                if is_late and self._is_escalated(person, self._stage_at(run, at)):
                    stage = self._stage_at(run, at)
                    late.append((run.due, case.place(key), stage, run.what))
            if late:
                due, _, stage, what = min(late)
                told = Told("today", case.reference, what, str(day), stage, person)
                rows.append(((due, case.opened, case.reference), told))
        return [told for _, told in sorted(rows, key=lambda row: row[0])]

    def _goes_round_apart(self, case: CaseModel, day: date, at: datetime) -> bool:
        is_untaken = any(a <= at and (end is None or end > at) for a, end in case.untaken)
        return is_untaken and not self.days.is_school_day(day)

    def _due_now(
        self, case: CaseModel, day: date, at: datetime, person: str, is_digest: bool
    ) -> Iterator[tuple[datetime, int, int, str]]:
        """What is overdue, or due on this day, and this person's to know: when it is due, its place, for how long, and what."""
        for key, run in case.runs:
            is_open = run.opened <= at and (run.end is None or run.end > at)
            is_today = run.due.astimezone(LONDON).date() == day
            if not is_open or not (run.due <= at or is_today):
                continue
            counts = {"school": self.days.is_school_day(day), "legal": day in self.days.working}
            if not counts.get(run.clock, True):
                continue
            stage = self._stage_at(run, at) if run.due <= at else 0
            is_theirs = person in self._owner(case, key, run, at)
            if is_theirs or (stage and (is_digest or self._is_escalated(person, stage))):
                yield run.due, case.place(key), stage, run.what

    def _stage_at(self, run: Run, at: datetime) -> int:
        stage = 1
        while (begins := self._begins(run, stage + 1)) and begins <= at:
            stage += 1
        return stage

    def _duty_runs(self) -> Iterator[DutyRun]:
        for duty in self.duties:
            named = duty["due"] if isinstance(duty["due"], list) else [duty["due"]]
            years = range(self.since.year, self.since.year + 2)
            every = {
                date.fromisoformat(d if len(d) > 5 else f"{year}-{d}")
                for d in named
                for year in years
            }
            days = sorted(day for day in every if day >= self.since)
            begin = self.days.opening(self.since)
            for day in days:
                end = next(
                    (at for key, due, at in self.duties_done if (key, due) == (duty["key"], day)),
                    None,
                )
                yield DutyRun(duty, day, begin, end)
                if end is None:
                    break
                begin = end

    def _duty_begins(self, run: DutyRun, stage: int) -> datetime:
        if stage == 0:
            lead = int(run.duty["lead"].partition(" ")[0])
            return self.days.opening(self.days.away(self.days.school, run.day, -lead))
        on = self.days.away(self.days.school, run.day - DAY, 1)
        return self.days.opening(self.days.away(self.days.school, on, stage))

    def _duties(self, until: datetime, down: Down) -> Iterator[Expected]:
        """That it is due soon, to its owner; and once that it is overdue, to those above who do not answer for it."""
        for run in self._duty_runs():
            begins = partial(self._duty_begins, run)
            owner = self.people[run.duty["owner"]]
            stages = list(self._stages(begins, run.begin, run.end, True, until, down))
            for stage, at in stages:
                if stage == 0:
                    yield self._told_of(run, 0, owner, at)
            for rung in self.toml["escalation"]:
                late = next((row for row in stages if row[0] >= rung["day"]), None)
                above = self.people[rung["to"]]
                if late and above not in (owner, self.people["head"]):
                    yield self._told_of(run, late[0], above, late[1])

    def _told_of(self, run: DutyRun, stage: int, person: str, at: datetime) -> Expected:
        due = f"{run.day.day} {run.day:%B %Y}"
        return Expected(Told("duty", run.duty["do"], "", due, stage, person), at, True, run.end)

    def _duty_lines(self, day: date, at: datetime, person: str, is_digest: bool) -> list[Told]:
        """The duties that are overdue, or due today, for whoever answers for them; above, in the week's digest alone."""
        found = []
        for run in self._duty_runs():
            if not run.begin <= at or (run.end is not None and run.end <= at):
                continue
            stage = 0
            while self._duty_begins(run, stage + 1) <= at:
                stage += 1
            if not stage and (run.day > day or is_digest):
                continue
            owner, head = self.people[run.duty["owner"]], self.people["head"]
            answers = person in (owner, head)
            if person == owner or (self._is_escalated(person, stage) and (answers or is_digest)):
                found.append(Told("today", run.duty["do"], "", str(day), stage, person))
        return found
