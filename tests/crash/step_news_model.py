"""Whose a step is, and what is told of it: what others are to read of a deed, by the words of its rule.

Whoever is given a step, or whose step is moved, done or fallen due by a refusal, hears of it once, with the next
school day's message, or at once where it is due by then. Whoever does it hears nothing: it was in the answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.crash.removal_model import RemovalModel
from tests.crash.year_model import LONDON, MINUTE, CaseModel, Days, Down, Run, said


class News(NamedTuple):
    """What somebody is to read once of steps that are theirs, or were."""

    #: given, lost, moved, settled, or new: fallen to them by what was done.
    kind: str
    person: str
    reference: str
    #: What the line says.
    words: str
    #: When it was done, and when it is told.
    at: datetime
    told: datetime
    waits: bool


class Held(NamedTuple):
    """An open step, and whose it is."""

    run: Run
    people: Sequence[str]


@dataclass(frozen=True)
class Doing:
    """Something that somebody did with a case, and whose its open steps were before and are after it."""

    case: CaseModel
    by: str
    fact: str
    details: Sequence[Any]
    at: datetime
    was_taken: bool
    before: Mapping[str, Held]
    after: Mapping[str, Held]


class StepNewsModel(RemovalModel):
    def __init__(
        self, procedure: Path, days: Days, people: dict[str, str], since: date, down: Down = ()
    ) -> None:
        super().__init__(procedure, days, people, since, down)
        self.news: list[News] = []

    def did(self, by: str, fact: str, reference: str, *details: Any, at: datetime) -> None:
        """What somebody did with a case, and what others are to read of it."""
        case = self.cases[reference]
        self.pass_time(case, at)
        before, was_taken = self._held(case, at), bool(case.owner)
        getattr(self, fact)(reference, *details, at)
        doing = Doing(case, by, fact, details, at, was_taken, before, self._held(case, at))
        if fact in ("settled", "put_off"):
            self._tell_of_change(doing)
        if fact == "handed":
            self._tell_of_giving(doing)
        if fact == "handed" or (fact == "taken" and was_taken):
            self._tell_of_loss(doing)
        if fact == "taken":
            self._tell_whom_it_passed_over(doing)
        if fact in ("seen_again", "reopened", "site_refused"):
            self._tell_of_new(doing)
        case.acted.add(by)

    def fell_silent(self, case: CaseModel, at: datetime) -> None:
        """What follows from a site's silence is told to everybody whose it is: nobody did it."""
        before = self._held(case, at)
        super().fell_silent(case, at)
        after = self._held(case, at)
        self._tell_of_new(Doing(case, "", "fell_silent", (), at, bool(case.owner), before, after))

    def _tell_of_new(self, doing: Doing) -> None:
        for person, runs in self._new_steps(doing).items():
            self._tell(doing, person, [_new(run) for run in runs], runs)

    def _held(self, case: CaseModel, at: datetime) -> dict[str, Held]:
        """Of each open step whose it is just after this moment; nobody's, where it waits for whoever takes the case."""
        found = {}
        for key in case.open_steps():
            run = case.run(key)
            is_somebodys = run.owner != "owner" or case.owner or case.hands.get(key)
            people = self._owner(case, key, run, at + MINUTE) if is_somebodys else []
            found[key] = Held(run, people)
        return found

    def _tell(
        self, doing: Doing, person: str, lines: Sequence[tuple[str, str]], runs: Sequence[Run]
    ) -> None:
        """One person's lines of it; `runs` are the open steps that they speak of."""
        at = doing.at
        today = at.astimezone(LONDON).date()
        morning = self.days.opening(self.days.away(self.days.school, today, 1))
        is_pressing = any(run.clock == "now" or run.due <= morning for run in runs)
        waits = all(run.clock == "school" for run in runs)
        told = at if is_pressing else morning
        for kind, words in lines:
            self.news.append(News(kind, person, doing.case.reference, words, at, told, waits))

    def _new_steps(self, doing: Doing) -> dict[str, list[Run]]:
        """The steps that were not there before, by whose they are; not those of who called for them."""
        found: defaultdict[str, list[Run]] = defaultdict(list)
        for key, (run, people) in doing.after.items():
            for person in people:
                is_new = key not in doing.before and person != doing.by
                if is_new and not self._is_to_be_alerted(doing, person):
                    found[person].append(run)
        return found

    def _is_to_be_alerted(self, doing: Doing, person: str) -> bool:
        """The case itself is still to be told to them, and nobody has taken it."""
        case = doing.case
        return doing.at < case.alerted and not case.owner and person in self._alerted(case)

    def _alerted(self, case: CaseModel) -> list[str]:
        category = next(c for c in self.toml["category"] if c["key"] == case.category)
        roles = ["chair"] if case.head else category["alerts"]
        return [self.people[role] for role in roles]

    def _tell_of_change(self, doing: Doing) -> None:
        """Of a step that another has moved or settled, and of what fell to them by that."""
        key, progress, *_ = doing.details
        run, owners = doing.before[key]
        kind, words, still = "settled", f"has marked your step “{progress}”: {run.what}.", []
        if doing.fact == "put_off":
            still = [doing.after[key].run]
            kind, words = "moved", f"put off your step until {said(still[0].due)}: {run.what}."
        new = self._new_steps(doing)
        for person in self.people.values():
            is_told = person in owners and person != doing.by
            lines = [(kind, words)] if is_told else []
            lines += [_new(each) for each in new.get(person, [])]
            self._tell(doing, person, lines, [*(still if is_told else []), *new.get(person, [])])

    def _tell_of_giving(self, doing: Doing) -> None:
        key, to = doing.details
        run = doing.after[key].run
        if to != doing.by:
            self._tell(doing, to, [("given", f"gave you a step: {run.what}, due")], [run])

    def _tell_of_loss(self, doing: Doing) -> None:
        lost: defaultdict[str, list[Run]] = defaultdict(list)
        for key, (run, people) in doing.after.items():
            for person in set(doing.before[key].people) - set(people) - {doing.by}:
                if not self._never_heard(person, run, doing):
                    lost[person].append(run)
        for person, runs in lost.items():
            lines = [("lost", f"No longer yours: {run.what}.") for run in runs]
            self._tell(doing, person, lines, runs)

    def _never_heard(self, person: str, run: Run, doing: Doing) -> bool:
        """They have not been told yet that it was theirs, so that they lose nothing that they know of."""
        for news in self.news:
            is_of_it = (news.person, news.reference) == (person, doing.case.reference)
            if is_of_it and news.kind in ("given", "new") and run.what in news.words:
                told = self.days.looked_at(news.told, news.waits, self.down)
                if news.at < doing.at <= told:
                    return True
        return False

    def _tell_whom_it_passed_over(self, doing: Doing) -> None:
        """Who was to be told of it later, and is not, as another has it: what is theirs by a role."""
        case = doing.case
        if doing.was_taken or case.urgent or doing.at >= case.alerted:
            return
        for person in set(self._alerted(case)) - case.acted - {doing.by}:
            runs = [run for run, people in doing.after.values() if person in people]
            self._tell(doing, person, [_new(run) for run in runs], runs)


def _new(run: Run) -> tuple[str, str]:
    return "new", f"Yours now: {run.what}, due {said(run.due)}."
