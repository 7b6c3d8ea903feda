"""`policy_texts/procedure.toml`: categories and whom each alerts, the steps that each calls for, duties, outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from store.model.records import Role
from store.school.toml import Place, Table, load

KEY = re.compile(r"[a-z][a-z-]{0,23}")
SPAN = re.compile(r"(\d{1,3}) (minute|hour|school day|working day)s?")
DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")

OPENING = "opening"
AGAIN = "again"
REFUSED = "refused"
NOT_REMOVED = "not removed"
OUTCOMES = (REFUSED, NOT_REMOVED)


class Span(NamedTuple):
    """How long, and on which clock: school days, working days (which no school holiday stops), or minutes."""

    number: int
    unit: Literal["minute", "hour", "school day", "working day"]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'s' if self.number != 1 else ''}"

    @property
    def is_under_a_day(self) -> bool:
        return self.unit in ("minute", "hour")


def _key(value: str) -> str:
    if not KEY.fullmatch(value):
        raise ValueError(
            f"“{value}” must be 1 to 24 small letters and hyphens, beginning with a letter"
        )
    return value


def _span(value: Any) -> Span:
    match = SPAN.fullmatch(value) if isinstance(value, str) else None
    if not match or int(match[1]) == 0:
        raise ValueError(
            f"“{value}” is not a time such as 15 minutes, 1 hour, 2 school days or 1 working day"
        )
    return Span(int(match[1]), match[2])  # type: ignore[arg-type]


def _month_and_day(value: str) -> str:
    if not DAY.fullmatch(value) or value in ("02-30", "02-31", "04-31", "06-31", "09-31", "11-31"):
        raise ValueError(f"“{value}” is not a month and day such as 09-30")
    return value


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Key = Annotated[str, AfterValidator(_key)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Line = Annotated[str, Field(min_length=1, max_length=160)]
Roles = Annotated[tuple[Role, ...], Field(min_length=1)]


class Category(Table):
    key: Key
    name: Name
    alerts: Roles
    procedure: str = ""
    urgent: bool = False
    governors: bool = False  # one of the kinds that the governors count
    withhold: bool = False  # pictures and files are never fetched


class Outcome(Table):
    key: Key
    name: Name


class Uncategorised(Table):
    alerts: Roles


class Step(Table):
    key: Key
    do: Line
    owner: Literal[
        "owner", "staff", "leader", "head", "dsl", "ict", "chair"
    ]  # “owner”: of the case
    due: Annotated[Span, BeforeValidator(_span)]
    after: Annotated[tuple[str, ...], BeforeValidator(_several)] = (OPENING,)
    outcomes: tuple[
        Literal["refused", "not removed"], ...
    ] = ()  # what else than “done” can come of it
    urgent: bool = False  # a case cannot be closed over it without a reason
    passage: str = ""  # text.md#Heading


class Steps(Table):
    key: Key
    step: Annotated[tuple[Step, ...], Field(min_length=1, max_length=40)]


class Escalation(Table):
    day: Annotated[int, Field(ge=2, le=60)]  # of being overdue; the first day is the owner's alone
    to: Role


class Duty(Table):
    key: Key
    do: Line
    owner: Role
    due: Annotated[
        tuple[Annotated[str, AfterValidator(_month_and_day)], ...],
        BeforeValidator(_several),
        Field(min_length=1, max_length=12),
    ]
    lead: Annotated[Span, BeforeValidator(_span)] = Span(10, "school day")
    passage: str = ""


class Procedure(Table):
    ladder: Roles  # who is told next, where somebody may not be told or cannot be reached
    uncategorised: Uncategorised
    escalation: tuple[Escalation, ...] = ()
    category: Annotated[tuple[Category, ...], Field(min_length=1, max_length=30)]
    procedure: Annotated[tuple[Steps, ...], Field(max_length=30)] = ()
    duty: Annotated[tuple[Duty, ...], Field(max_length=40)] = ()
    outcome: Annotated[tuple[Outcome, ...], Field(min_length=1, max_length=20)]

    def named(self, key: str | None) -> Category | None:
        return next((row for row in self.category if row.key == key), None)

    def outcome_named(self, key: str | None) -> Outcome | None:
        return next((row for row in self.outcome if row.key == key), None)

    def duty_named(self, key: str) -> Duty | None:
        return next((row for row in self.duty if row.key == key), None)

    def steps(self, category: str | None) -> tuple[Step, ...]:
        """What a category calls for, in order."""
        wanted = self.named(category)
        return next((p.step for p in self.procedure if wanted and p.key == wanted.procedure), ())

    def step(self, category: str | None, key: str) -> Step | None:
        return next((step for step in self.steps(category) if step.key == key), None)


def load_procedure(policy_texts: Path) -> Procedure:
    """Raises FileMistake."""
    return load(policy_texts / "procedure.toml", Procedure, lambda p: _mistakes(p, policy_texts))


def _mistakes(procedure: Procedure, policy_texts: Path) -> Iterator[tuple[Place, str]]:
    """What is wrong between the tables, each with its place."""
    for table in ("category", "procedure", "duty", "outcome"):
        yield from _twice((table,), getattr(procedure, table))
    if not any(category.withhold for category in procedure.category):
        yield ("category",), "one must have withhold = true: a picture of a child undressed"
    known = {steps.key for steps in procedure.procedure}
    for n, category in enumerate(procedure.category):
        if category.procedure and category.procedure not in known:
            yield ("category", n, "procedure"), f"there is no procedure “{category.procedure}”"
    for n, steps in enumerate(procedure.procedure):
        yield from _twice(("procedure", n, "step"), steps.step)
        yield from _unreachable(n, steps)
        for m, step in enumerate(steps.step):
            yield from _no_passage(
                ("procedure", n, "step", m, "passage"), step.passage, policy_texts
            )
    for n, duty in enumerate(procedure.duty):
        yield from _no_passage(("duty", n, "passage"), duty.passage, policy_texts)


def _twice(place: Place, rows: tuple[Any, ...]) -> Iterator[tuple[Place, str]]:
    keys: set[str] = set()
    for n, row in enumerate(rows):
        if row.key in keys:
            yield (*place, n, "key"), f"the key “{row.key}” is there more than once"
        keys.add(row.key)


def _unreachable(n: int, steps: Steps) -> Iterator[tuple[Place, str]]:
    before, outcomes = {OPENING, AGAIN}, set[str]()
    for m, step in enumerate(steps.step):
        for word in step.after:
            if word not in before and word not in outcomes:
                yield (
                    ("procedure", n, "step", m, "after"),
                    f"“{word}” is neither opening, again, an outcome nor the key of a step before this one",
                )
        before.add(step.key)
        outcomes.update(step.outcomes)


def _no_passage(place: Place, passage: str, policy_texts: Path) -> Iterator[tuple[Place, str]]:
    doc, _, heading = passage.partition("#")
    if not passage:
        return
    try:
        text = (policy_texts / doc).read_text("utf-8", "replace")
    except (OSError, ValueError):
        yield place, f"there is no text “{doc}”"
        return
    if heading and not re.search(rf"^#+\s*{re.escape(heading)}\s*$", text, re.MULTILINE):
        yield place, f"“{doc}” has no heading “{heading}”"
