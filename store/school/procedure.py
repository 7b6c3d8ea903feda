"""`policy_texts/procedure.toml`: categories and whom each alerts, with what follows from each.

That is the steps that a category calls for, and beside them the year's duties and the outcomes that
a case can have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from store.model.records import Role
from store.school.letters import load_letters
from store.school.toml import FileMistake, Place, Table, load

KEY = re.compile(r"[a-z][a-z-]{0,23}")
DELAY = re.compile(r"(\d{1,3}) (minute|hour|school day|working day)s?")
DAYS = re.compile(r"([1-9]\d?) days?")
DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
NO_FOLDER = (
    "There is no folder {folder} of policy texts. Mend POLICY_TEXTS, which names it, or leave that "
    "out: then the texts that come with the bot are used."
)
NO_SUCH_DAYS = ("02-30", "02-31", "04-31", "06-31", "09-31", "11-31")

#: In the folder of the texts.
PROCEDURE_FILE = "procedure.toml"
#: The one that comes with the bot.
PACKAGED = Path(__file__).parents[2] / "policy_texts" / PROCEDURE_FILE

OPENING = "opening"
AGAIN = "again"
#: A site that was asked for the removal of a post has refused, or not answered in time.
SILENCE = "silence"


class Delay(NamedTuple):
    """How long until something is due, and on which clock.

    School days, working days (which no school holiday stops), or hours and minutes.
    """

    number: int
    unit: Literal["minute", "hour", "school day", "working day"]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'s' if self.number != 1 else ''}"

    @property
    def is_under_a_day(self) -> bool:
        return self.unit in ("minute", "hour")

    @property
    def span(self) -> timedelta:
        """How long that is. Raises TypeError for school and working days, which have no length."""
        return timedelta(**{f"{self.unit}s": self.number})


def _check_key(value: str) -> str:
    if not KEY.fullmatch(value):
        raise ValueError(
            f"“{value}” must be 1 to 24 small letters and hyphens, beginning with a letter"
        )
    return value


def _parse_delay(value: Any) -> Delay:
    match = DELAY.fullmatch(value) if isinstance(value, str) else None
    if not match or int(match[1]) == 0:
        raise ValueError(
            f"“{value}” is not a time such as 15 minutes, 1 hour, 2 school days or 1 working day"
        )
    return Delay(int(match[1]), match[2])  # type: ignore[arg-type]


def _parse_days(value: Any) -> timedelta:
    match = DAYS.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError(f"“{value}” is not a number of days such as 7 days, of 99 at most")
    return timedelta(days=int(match[1]))


def _check_under_a_day(value: Delay) -> Delay:
    if not value.is_under_a_day:
        raise ValueError(f"“{value}” must be in minutes or hours: it runs day and night")
    return value


def _check_month_and_day(value: str) -> str:
    # 29 February is one: what is due then is due on the 28th.
    if not DAY.fullmatch(value) or value in NO_SUCH_DAYS:
        raise ValueError(f"“{value}” is not a month and day such as 09-30")
    return value


def _allow_single(value: Any) -> Any:
    """Take one text for a list of one, as `due = "09-30"`."""
    return (value,) if isinstance(value, str) else value


Key = Annotated[str, AfterValidator(_check_key)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Line = Annotated[str, Field(min_length=1, max_length=160)]
Roles = Annotated[tuple[Role, ...], Field(min_length=1)]
#: Whom a category fits: values of `Subject`.
Concerned = Literal["school", "staff", "head", "pupil", "parent", "website"]
DelayText = Annotated[Delay, BeforeValidator(_parse_delay)]
Days = Annotated[timedelta, BeforeValidator(_parse_days)]
Pause = Annotated[Delay, BeforeValidator(_parse_delay), AfterValidator(_check_under_a_day)]
MonthAndDay = Annotated[str, AfterValidator(_check_month_and_day)]


class Category(Table):
    key: Key
    name: Name
    alerts: Roles
    procedure: str = ""
    urgent: bool = False
    #: One of the kinds that the governors count.
    governors: bool = False
    #: Pictures and files are never fetched.
    withhold: bool = False
    #: Whom it fits, None for everybody; for nobody, it is offered only among all categories.
    concerns: tuple[Concerned, ...] | None = None

    def fits(self, subjects: Collection[str]) -> bool:
        """Whether it can be what a case about any of these is about: values of `Subject`."""
        return self.concerns is None or not set(self.concerns).isdisjoint(subjects)


class Outcome(Table):
    key: Key
    name: Name


#: What ends as nothing that the school has to do with; a school may name it otherwise.
MISTAKE = Outcome(key="mistake", name="Sent by mistake")


class Uncategorised(Table):
    alerts: Roles


class Step(Table):
    key: Key
    do: Line
    #: “owner” is the owner of the case.
    owner: Literal["owner", "staff", "leader", "head", "dsl", "ict", "chair"]
    due: DelayText
    after: Annotated[tuple[str, ...], BeforeValidator(_allow_single)] = (OPENING,)
    #: What else than “done” can come of it.
    outcomes: tuple[Literal["refused", "not removed"], ...] = ()
    #: A case cannot be closed over it without a reason.
    urgent: bool = False
    #: Asked of whoever says that it is done, where an answer is to be written down.
    asks: Annotated[str, Field(max_length=160)] = ""
    #: text.md#Heading; where the texts have no such place, the step is shown without one.
    passage: str = ""
    #: What it says of the removal of the posts when it is done: who was asked, or that it is gone.
    removal: Literal["", "person", "site", "harmful-content", "helpline", "gone"] = ""
    #: The name of a letter, without .md: what is written at this step.
    letter: Annotated[str, Field(max_length=40)] = ""


class Steps(Table):
    key: Key
    step: Annotated[tuple[Step, ...], Field(min_length=1, max_length=40)]


class Untaken(Table):
    """What happens while an urgent case has nobody who has taken it."""

    #: The pauses after which it goes to one more person each, from when it was told first.
    rounds: Annotated[tuple[Pause, ...], Field(min_length=1, max_length=20)] = (
        Delay(15, "minute"),
        Delay(15, "minute"),
        Delay(30, "minute"),
        Delay(60, "minute"),
    )
    #: And then to one person each time that this has passed.
    then: Pause = Delay(1, "hour")
    #: When its reporter is told whom to ring.
    reporter: Pause = Delay(30, "minute")
    #: For so long nobody is told again who has said that they have seen it.
    quiet: Pause = Delay(2, "hour")

    def next_round(self, since: datetime, now: datetime) -> datetime:
        """The first moment after `now` at which a case that waits since then goes further."""
        at = since
        for pause in chain(self.rounds, repeat(self.then)):
            at += pause.span
            if at > now:
                break
        return at


class OfRemoval(Table):
    """What holds of the removal of posts, whatever the procedure."""

    #: How long a site may be silent; days of the calendar.
    silence: Days = timedelta(days=7)


class Escalation(Table):
    #: Of being overdue; the first day is the owner's alone.
    day: Annotated[int, Field(ge=2, le=60)]
    to: Role


class Duty(Table):
    key: Key
    do: Line
    owner: Role
    due: Annotated[
        tuple[MonthAndDay, ...],
        BeforeValidator(_allow_single),
        Field(min_length=1, max_length=12),
    ]
    lead: DelayText = Delay(10, "school day")
    passage: str = ""


class Procedure(Table):
    #: Who is told next, where somebody may not be told or cannot be reached.
    ladder: Roles
    uncategorised: Uncategorised
    untaken: Untaken = Untaken()
    removal: OfRemoval = OfRemoval()
    escalation: tuple[Escalation, ...] = ()
    category: Annotated[tuple[Category, ...], Field(min_length=1, max_length=30)]
    procedure: Annotated[tuple[Steps, ...], Field(max_length=30)] = ()
    duty: Annotated[tuple[Duty, ...], Field(max_length=40)] = ()
    outcome: Annotated[tuple[Outcome, ...], Field(min_length=1, max_length=20)]

    def named(self, key: str | None) -> Category | None:
        if not key:
            return None
        return next((row for row in self.category if row.key == key), None)

    def outcome_named(self, key: str | None) -> Outcome | None:
        return next((row for row in (*self.outcome, MISTAKE) if row.key == key), None)

    def steps(self, category: str | None) -> tuple[Step, ...]:
        """What a category calls for, in order; nothing for no category."""
        wanted = self.named(category)
        if wanted is None:
            return ()
        for steps in self.procedure:
            if steps.key == wanted.procedure:
                return steps.step
        return ()

    def passages(self) -> dict[str, list[str]]:
        """Every place of the texts that something rests on -> what does: steps and duties.

        In the order of the file, each once. Whether it is among the texts is not known here.
        """
        rests: dict[str, list[str]] = {}
        rows: list[Step | Duty] = []
        for steps in self.procedure:
            rows += steps.step
        rows += self.duty
        for row in rows:
            if not row.passage:
                continue
            resting = rests.setdefault(row.passage, [])
            if row.do not in resting:
                resting.append(row.do)
        return rests

    def step(self, category: str | None, key: str) -> Step | None:
        return next((step for step in self.steps(category) if step.key == key), None)


def procedure_file(policy_texts: Path, shared: Path | None = None) -> Path:
    """Where the procedure stands: in the folder of policy texts.

    For a school that has put nothing but its own texts there, in the folder that it shares with the
    other schools of its trust, or in the one that comes with the bot.
    """
    own = policy_texts / PROCEDURE_FILE
    if not policy_texts.is_dir() or own.exists():
        return own
    if shared and (shared / PROCEDURE_FILE).exists():
        return shared / PROCEDURE_FILE
    return PACKAGED


def load_procedure(policy_texts: Path, shared: Path | None = None) -> Procedure:
    """The procedure for a folder of policy texts. Raises FileMistake, for its letters as well.

    `shared`: as of `procedure_file`.

    A passage that is not among the texts is no mistake: a school's own texts take the place of
    ours, and the bot has to start with them. `headsup check` names it. So is a step's letter where
    there are no letters.
    """
    if not policy_texts.is_dir():
        raise FileMistake(NO_FOLDER.format(folder=policy_texts))
    letters = load_letters(policy_texts)
    file = procedure_file(policy_texts, shared)
    # Of a procedure that is shared, the letters may be where it is.
    known = letters if file.parent in (policy_texts, PACKAGED.parent) else load_letters(file.parent)
    procedure = load(file, Procedure, lambda procedure: _find_mistakes(procedure, known))
    return _with_letters(procedure, letters)


def _with_letters(procedure: Procedure, letters: Collection[str]) -> Procedure:
    """The procedure of a school that has these letters: no step offers to write another one."""
    offered = {step.letter for steps in procedure.procedure for step in steps.step if step.letter}
    if offered.issubset(letters):
        return procedure
    all_steps = []
    for steps in procedure.procedure:
        each = []
        for step in steps.step:
            has_letter = step.letter in letters
            each.append(step if has_letter else step.model_copy(update={"letter": ""}))
        all_steps.append(steps.model_copy(update={"step": tuple(each)}))
    return procedure.model_copy(update={"procedure": tuple(all_steps)})


def _find_mistakes(procedure: Procedure, letters: Collection[str]) -> Iterator[tuple[Place, str]]:
    """What is wrong between the tables, each with its place."""
    for table in ("category", "procedure", "duty", "outcome"):
        yield from _find_duplicates((table,), getattr(procedure, table))
    yield from _check_categories(procedure)
    for n, steps in enumerate(procedure.procedure):
        yield from _check_steps(n, steps, letters)


def _check_categories(procedure: Procedure) -> Iterator[tuple[Place, str]]:
    # Without one, the bot would fetch such a picture like any other, and nobody may copy it.
    if not any(category.withhold for category in procedure.category):
        yield ("category",), "one must have withhold = true: a picture of a child undressed"
    known = {steps.key for steps in procedure.procedure}
    for n, category in enumerate(procedure.category):
        if category.procedure and category.procedure not in known:
            yield ("category", n, "procedure"), f"there is no procedure “{category.procedure}”"


def _check_steps(n: int, steps: Steps, letters: Collection[str]) -> Iterator[tuple[Place, str]]:
    yield from _find_duplicates(("procedure", n, "step"), steps.step)
    yield from _find_unreachable(n, steps)
    for m, step in enumerate(steps.step):
        if letters and step.letter and step.letter not in letters:
            place = ("procedure", n, "step", m, "letter")
            yield place, f"there is no letter “{step.letter}” in the folder letters"


def _find_duplicates(place: Place, rows: tuple[Any, ...]) -> Iterator[tuple[Place, str]]:
    keys: set[str] = set()
    for n, row in enumerate(rows):
        if row.key in keys:
            yield (*place, n, "key"), f"the key “{row.key}” is there more than once"
        keys.add(row.key)


def _find_unreachable(n: int, steps: Steps) -> Iterator[tuple[Place, str]]:
    """Steps that wait for what never comes."""
    known = {OPENING, AGAIN, SILENCE}
    for m, step in enumerate(steps.step):
        for word in step.after:
            if word not in known:
                yield (
                    ("procedure", n, "step", m, "after"),
                    f"“{word}” is neither opening, again, silence, an outcome nor the key of a "
                    "step before this one",
                )
        known.add(step.key)
        known.update(step.outcomes)
