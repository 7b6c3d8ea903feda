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
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OPENS, CLOSES = time(8), time(17)
FIRST, LAST = date(2026, 6, 1), date(2028, 3, 1)
LADDER_PAUSE = timedelta(minutes=15)

Down = Sequence[tuple[datetime, datetime]]


class Told(NamedTuple):
    """One thing that one person is told once."""

    kind: str  # step, ladder, digest or duty
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


@dataclass
class Run:
    """A step from when it was opened or put off until it was dealt with, or put off again."""

    what: str
    owner: str
    clock: str
    begin: datetime
    due: datetime
    end: datetime | None = None


@dataclass
class CaseModel:
    reference: str
    category: str
    head: bool  # it is about the headteacher
    urgent: bool
    steps: list[dict[str, Any]]
    owner: list[tuple[datetime, str]] = field(default_factory=list)
    hands: dict[str, list[tuple[datetime, str]]] = field(
        default_factory=dict
    )  # step -> who was asked to do it
    progress: dict[str, str] = field(default_factory=dict)
    runs: list[tuple[str, Run]] = field(default_factory=list)
    again: int = 0
    own: int = 0
    is_open: bool = True
    untaken: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def run(self, key: str) -> Run:
        return next(run for k, run in reversed(self.runs) if k == key)

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

    def __init__(self, procedure: Path, days: Days, people: dict[str, str], since: date) -> None:
        self.toml = tomllib.loads(procedure.read_text("utf-8"))
        self.duties = [*self.toml["duty"], *map(_review, sorted(procedure.parent.glob("*.md")))]
        self.days = days
        self.people = people
        self.since = since
        self.cases: dict[str, CaseModel] = {}
        self.duties_done: list[tuple[str, date, datetime]] = []

    # --- what happened ------------------------------------------------------------------------------------

    def opened(self, reference: str, category: str, head: bool, at: datetime) -> None:
        named = next(c for c in self.toml["category"] if c["key"] == category)
        steps = next(p["step"] for p in self.toml["procedure"] if p["key"] == named["procedure"])
        case = CaseModel(reference, category, head, named.get("urgent", False), steps)
        self.cases[reference] = case
        if case.urgent:
            case.untaken.append((at, None))
        self._open_steps(case, at)

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
        for case in self.cases.values():
            for key, run in case.runs:
                yield from self._of_run(case, key, run, until, down)
            yield from self._of_ladder(case, until, down)
        yield from self._digests(until, down)
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
        waits = run.clock == "school"
        for stage, at in self._stages(
            lambda stage: self._begins(run, stage), run.begin, run.end, waits, until, down
        ):
            for person in self._who(case, key, run, stage, at):
                told = Told("step", case.reference, run.what, said(run.due), stage, person)
                yield Expected(told, at, waits, run.end)

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

    def _who(self, case: CaseModel, key: str, run: Run, stage: int, at: datetime) -> list[str]:
        hand = [who for when, who in case.hands.get(key, []) if when < at]
        owner = [who for when, who in case.owner if when < at]
        told = [who for who in hand[-1:] if who] or (owner[-1:] if run.owner == "owner" else [])
        if not told:
            roles = ["head" if run.owner == "owner" else run.owner, *self.toml["ladder"]]
            told = [p for role in roles if (p := self.people[role]) in self.inside(case)][:1]
        for rung in self.toml["escalation"]:
            above = self.people[rung["to"]]
            if (
                stage >= rung["day"]
                and above not in told
                and not (case.head and rung["to"] == "head")
            ):
                told = [*told, above]
        return told

    def _of_ladder(self, case: CaseModel, until: datetime, down: Down) -> Iterator[Expected]:
        category = next(c for c in self.toml["category"] if c["key"] == case.category)
        alerted = ["chair"] if case.head else category["alerts"]
        ladder = [role for role in self.toml["ladder"] if not (case.head and role == "head")]
        fresh = [role for role in ladder if role not in alerted]
        rung = 0
        for begin, end in case.untaken:
            at = self.days.looked_at(begin + LADDER_PAUSE, False, down)
            while at < (end or until) and at < until:
                role = (
                    fresh[rung] if rung < len(fresh) else ladder[(rung - len(fresh)) % len(ladder)]
                )
                rung += 1
                yield Expected(
                    Told("ladder", case.reference, "", "", 0, self.people[role]),
                    at,
                    waits=False,
                    until=end,
                )
                at = self.days.looked_at(at + LADDER_PAUSE, False, down)

    def _digests(self, until: datetime, down: Down) -> Iterator[Expected]:
        monday = self.since - timedelta(days=self.since.weekday())
        while self.days.opening(monday) < until:
            first = self.days.away(self.days.school, monday - DAY, 1)
            at = self.days.looked_at(self.days.opening(first), True, down)
            in_week = at.astimezone(LONDON).date() < monday + 7 * DAY
            if in_week and self.since <= first and at < until:
                for person in self.people.values():
                    yield Expected(Told("digest", str(monday), "", "", 0, person), at, True, None)
            monday += 7 * DAY

    def _duties(self, until: datetime, down: Down) -> Iterator[Expected]:
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
                yield from self._of_duty(duty, day, begin, end, until, down)
                if end is None:
                    break
                begin = end

    def _of_duty(
        self,
        duty: dict[str, Any],
        day: date,
        begin: datetime,
        end: datetime | None,
        until: datetime,
        down: Down,
    ) -> Iterator[Expected]:
        lead = int(duty["lead"].partition(" ")[0])
        on = self.days.away(self.days.school, day - DAY, 1)

        def begins(stage: int) -> datetime:
            if stage == 0:
                return self.days.opening(self.days.away(self.days.school, day, -lead))
            return self.days.opening(self.days.away(self.days.school, on, stage))

        for stage, at in self._stages(begins, begin, end, True, until, down):
            above = [r["to"] for r in self.toml["escalation"] if stage >= r["day"]]
            for role in dict.fromkeys([duty["owner"], *above]):
                told = Told(
                    "duty", duty["do"], "", f"{day.day} {day:%B %Y}", stage, self.people[role]
                )
                yield Expected(told, at, True, end)
