"""Figures, against a second count of a random year that knows nothing of how the first is made.

The second count is kept by whoever makes the cases up: for each it is written down, when it is made, what it
is and from whom it is kept. Then people ask for their figures, and read them in the file that they get.
"""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers import reception
from handlers.cases.figures.page import how_long
from handlers.desk import Desk
from handlers.messages import File, Incoming, Reply, Sender
from handlers.rules.limits import Limits
from handlers.workflow.consequences import with_consequences
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.memos import Erased
from store.model.records import About, FollowUp, Person, Poster, Progress, Role, Status, Subject
from store.model.removals import PostRemoval, RemovalRequest, RemovalWay
from tests.desks import Time, desk_in
from tests.handlers.shown import words_in
from tests.store import made
from tests.store.conftest import BACKENDS

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 8, 20, 10, tzinfo=UTC)
SCHOOL = """
terms = [2025-09-03, 2026-01-06, 2026-04-20, 2026-09-02, 2027-01-05, 2027-04-19]
[retention]
years = 0
"""
READERS = {
    "ben": ("Ben Okafor", Role.HEAD),
    "cleo": ("Cleo Martin", Role.DSL),
    "lea": ("Lea Winter", Role.LEADER),
    "efua": ("Efua Mensah", Role.CHAIR),
}
NINE = (
    *("staff-allegation", "school-complaint", "staff-complaint", "school-defamatory"),
    *("staff-defamatory", "staff-offensive", "racist-homophobic", "threat", "staff-photo"),
)
KINDS = (*NINE, *NINE, "bullying", "other", "no-longer-a-kind", None)
CASES, ROOTS = 1_000, 900
AT_ONCE = 10
HOUR = timedelta(hours=1)


@dataclass
class Noted:
    """What is known of a case by whoever has made it up."""

    reference: str
    category: str
    opened: datetime
    kept_from: set[str] = field(default_factory=set)
    #: It is, or may be, about the headteacher: who counts it all the same.
    of_head: set[str] | None = None
    apart: bool = False
    mistake: bool = False
    taken: timedelta | None = None
    closed: timedelta | None = None
    removal: str = ""
    #: Of each post whose removal was asked for, its site, and whether it is gone.
    posts: list[tuple[str, bool]] = field(default_factory=list)
    erased: bool = False
    parts: int = 0

    @property
    def day(self) -> date:
        return self.opened.astimezone(LONDON).date()

    def counts_for(self, reader: str, *, for_governors: bool) -> bool:
        if self.mistake or (self.erased and self.of_head is not None):
            return False
        if self.erased:
            return not self.apart
        if self.of_head is not None and (for_governors or reader not in self.of_head):
            return False
        # Everybody who may make the governors' page reads the same.
        readers = READERS.keys() if for_governors else {reader}
        return self.kept_from.isdisjoint(readers)


WHOM: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"about": About(Subject.PUPIL)}, {}),
    ({"about": About(Subject.SCHOOL)}, {}),
    (
        {"about": About(Subject.STAFF, "cleo", "Cleo Martin")},
        {"kept_from": {"cleo"}, "apart": True},
    ),
    (
        {"about": About(Subject.STAFF, "efua", "Efua Mensah")},
        {"kept_from": {"efua"}, "apart": True},
    ),
    (
        {"about": About(Subject.HEAD, "ben", "Ben Okafor")},
        {"kept_from": {"ben"}, "of_head": {"efua"}, "apart": True},
    ),
    (
        {
            "about": About(Subject.PUPIL),
            "posters": (About(Poster.STAFF, "lea", "Lea Winter"),),
        },
        {"kept_from": {"lea"}, "apart": True},
    ),
    (
        {"evidence": (made.item(1, "text", text="the headteacher shouted"),)},
        {"kept_from": {"ben"}, "of_head": {"efua", "cleo", "lea"}, "apart": True},
    ),
)


class Year:
    """A school with a year and a half of cases, and what was noted of them."""

    def __init__(self, desk: Desk, time: Time) -> None:
        self.desk = desk
        self.time = time
        self.random = random.Random(17)  # noqa: S311
        self.noted: list[Noted] = []
        self.numbers = itertools.count()

    async def asks(self, who: str, command: str) -> Reply:
        sender = Sender(f"slack:{who}", READERS[who][0])
        incoming = Incoming(
            f"slack:{next(self.numbers)}", sender, f"slack:D{who}", self.time.now, command=command
        )
        return await reception.receive(incoming, self.desk) or Reply()

    async def make(self) -> None:
        begin = datetime(2026, 2, 1, tzinfo=UTC)
        for _ in range(ROOTS // AT_ONCE):
            opened = [begin + self.random.random() * timedelta(days=560) for _ in range(AT_ONCE)]
            await asyncio.gather(*map(self._one, opened))
        for _ in range(CASES - ROOTS):
            await self._join_one()

    async def _one(self, opened: datetime) -> None:
        fields, noted = self.random.choices(WHOM, weights=(30, 20, 5, 4, 5, 4, 4))[0]
        category = self.random.choice(KINDS)
        note = Noted("", category or "", opened, **{k: _copied(v) for k, v in noted.items()})
        case = made.case(at=opened, by="asha", category=category, **fields)
        if self.random.random() < 0.7:
            note.taken = self.random.random() * timedelta(days=9)
            case = case.enter(opened + note.taken, "lea", EntryKind.TAKEN, to="lea")
            # Given to somebody else later: the first counts.
            case = case.enter(opened + note.taken + HOUR, "lea", EntryKind.GIVEN, to="cleo")
        note.removal = self.random.choice(["", "", "asked", "gone"])
        if self.random.random() < 0.5:
            case = replace(case, follow_ups=_steps(note.removal, opened))
            note.posts = [("no link kept", note.removal == "gone")] if note.removal else []
        else:
            case = self._with_posts(case, note)
        if self.random.random() < 0.6:
            note.closed = (note.taken or timedelta()) + self.random.random() * timedelta(days=30)
            outcome = self.random.choice(["no-action", "apology", "mistake"])
            note.mistake = outcome == "mistake"
            closed = {"status": Status.CLOSED, "outcome": outcome}
            case = replace(case, **closed).enter(opened + note.closed, "lea", EntryKind.CLOSED)
        around = await self.desk.around(case)
        case = await with_consequences(case, around, self.desk)
        await self.desk.store.add(replace(case, notices=()))
        note.reference = case.reference
        self.noted.append(note)

    def _with_posts(self, case: Case, note: Noted) -> Case:
        """Links on some sites, of which it is noted one by one what became of them."""
        gone = {"asked": [True, False, False], "gone": [True, True], "": []}[note.removal]
        sites = [self.random.choice(["facebook.com", "x.com"]) for _ in gone]
        note.posts = list(zip(sites, gone, strict=True))
        # Nobody was asked to take this one down; it counts nowhere.
        sites.append("tiktok.com")
        links, posts = [], []
        for number, site in enumerate(sites, len(case.evidence) + 1):
            link = f"https://{site}/{next(self.numbers)}"
            links.append(made.item(number, "link", text=link, normal=link))
            post = PostRemoval(number)
            if site != "tiktok.com":
                post = post.ask(RemovalRequest(RemovalWay.SITE, note.day, "lea"))
            is_gone = len(posts) >= len(gone) or gone[len(posts)]
            posts.append(post.see_gone(note.day, "lea") if is_gone else post)
        return replace(case, evidence=(*case.evidence, *links), removals=tuple(posts))

    async def _join_one(self) -> None:
        """What was passed on once more, with words or without: it never counts by itself."""
        root = self.random.choice(self.noted)
        part = made.case(
            by="asha",
            at=root.opened + HOUR,
            category=self.random.choice(KINDS),
            about=About(Subject.PUPIL),
            joined_to=root.reference,
            **({"status": Status.CLOSED} if root.closed is not None else {}),
        )
        if not root.category and not root.parts:
            root.category = part.category or ""
        root.parts += 1
        await self.desk.store.add(part)

    async def erase(self) -> None:
        """Everything that is closed, as far as the chair and the head may, of every eighth."""
        closed = [note for note in self.noted if note.closed is not None]
        for note in closed[::8]:
            for who in ("ben", "efua"):
                reply = await self.asks(who, f"case erase {note.reference}")
                words = [w for w in words_in(reply) if w.startswith("case erase")]
                if words:
                    await self.asks(who, words[0])
                    note.erased = True
                    break
        references = {summary.reference for summary in await self.desk.store.summaries()}
        assert not any(note.reference in references for note in self.noted if note.erased)
        assert sum(note.erased for note in self.noted) > 40
        assert len(await self.desk.store.memos(Erased)) == sum(n.erased for n in self.noted)


def _copied(value: Any) -> Any:
    return set(value) if isinstance(value, set) else value


def _steps(removal: str, opened: datetime) -> tuple[FollowUp, ...]:
    ask = FollowUp("talk", "Ask", "owner", opened, "school", outcomes=("refused",))
    check = FollowUp("gone", "Check", "owner", opened, "school", outcomes=("not removed",))
    if removal:
        ask = replace(ask, progress=Progress.REFUSED if removal == "asked" else Progress.DONE)
    if removal == "gone":
        check = replace(check, progress=Progress.DONE)
    return ask, check


@pytest.fixture(params=["tiny", "postgres"])
async def year(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Year]:
    (tmp_path / "school.toml").write_text(SCHOOL)
    time = Time(NOW)
    desk = desk_in(tmp_path, time)
    await desk.store.close()
    store = await BACKENDS[request.param](tmp_path / "data").open()
    many = Limits(acts=1_000_000, reports=1_000_000, messages=1_000_000)
    desk = replace(desk, store=store, limits=many)
    for key, (name, role) in READERS.items():
        await store.add_person(Person(key, name, (role,), (f"slack:{key}",), made.NOW))
    await store.add_person(Person("asha", "Asha Patel", (Role.STAFF,), ("slack:asha",), made.NOW))
    yield Year(desk, time)
    await store.close()


@dataclass
class Read:
    """What the file of somebody's figures says."""

    kinds: dict[str, list[str]]
    months: dict[str, int]
    lines: list[str]


async def read(year: Year, who: str, words: str) -> Read:
    [file] = (await year.asks(who, f"figures csv {words}")).parts
    assert isinstance(file, File)
    assert isinstance(file.content, bytes)
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    return Read(
        {row[1]: row[2:] for row in rows if row[0] == "kind"},
        {row[1]: int(row[2]) for row in rows if row[0] == "month"},
        [row[1] for row in rows if row[0] == "note"],
    )


TERMS = [date(2026, 4, 20), date(2026, 9, 2), date(2027, 1, 5), date(2027, 4, 19)]
#: What is asked, and the days that the three columns are of; the third is missing for a year.
ASKED = {
    "2026-27": [(date(2026, 9, 2), date(2027, 8, 31)), (date(2025, 9, 3), date(2026, 9, 1))],
    "5/1/2027 to 18/4/2027": [
        (date(2027, 1, 5), date(2027, 4, 18)),
        (date(2026, 9, 2), date(2027, 1, 4)),
        (date(2026, 1, 6), date(2026, 4, 19)),
    ],
    "2026-10-10 to 2026-11-20": [
        (date(2026, 10, 10), date(2026, 11, 20)),
        (date(2026, 8, 29), date(2026, 10, 9)),
        (date(2025, 10, 10), date(2025, 11, 20)),
    ],
}


def second_count(
    year: Year, who: str, first: date, last: date, *, for_governors: bool = False
) -> list[Noted]:
    found = []
    for note in year.noted:
        day = note.day.replace(day=15) if note.erased else note.day
        if first <= day <= last and note.counts_for(who, for_governors=for_governors):
            found.append(note)
    return found


async def test_figures_are_those_of_a_second_count(year: Year) -> None:
    await year.make()
    await year.erase()
    names = {row.key: row.name for row in year.desk.procedure.category} | {"": "No category yet"}
    for who, (words, columns) in itertools.product(READERS, ASKED.items()):
        shown = await read(year, who, words)
        for number, (first, last) in enumerate(columns):
            counted = second_count(year, who, first, last)
            kinds = Counter(names.get(note.category, note.category) for note in counted)
            told = {name: int(cells[number]) for name, cells in shown.kinds.items()}
            assert told.pop("All together") == len(counted)
            assert {name: number for name, number in told.items() if number} == kinds
            assert {names[key] for key in NINE} <= told.keys()
        first, last = columns[0]
        now = second_count(year, who, first, last)
        months = Counter(f"{note.day:%Y-%m}" for note in now)
        assert {month: n for month, n in shown.months.items() if n} == months
        assert _lines(now) == shown.lines[:3]
        assert _by_site(now) == shown.lines[3]
    await _see_the_governors_page(year)


async def _see_the_governors_page(year: Year) -> None:
    """It shows the counts of all that is not the governors' alone, but for small ones."""
    names = {row.key: row.name for row in year.desk.procedure.category}
    for who, (words, columns) in itertools.product(READERS, ASKED.items()):
        shown = await read(year, who, f"{words} for-governors")
        assert not shown.months
        assert len(shown.kinds) == len(NINE) + 2
        for number, (first, last) in enumerate(columns):
            counted = second_count(year, who, first, last, for_governors=True)
            kinds = Counter(names[n.category] for n in counted if n.category in NINE)
            kinds["Other kinds"] = len(counted) - kinds.total()
            kinds["All together"] = len(counted)
            for name, cells in shown.kinds.items():
                small = kinds[name] < 5
                expected = {"fewer than 5"} if small else {str(kinds[name]), "not shown"}
                assert cells[number] in expected, (who, words, name)


def _lines(counted: list[Noted]) -> list[str]:
    whole = [note for note in counted if not note.erased]
    asked = [note for note in whole if note.removal]
    gone = [note for note in asked if note.removal == "gone"]
    return [
        _spread("Taken", [note.taken for note in whole if note.taken is not None]),
        _spread("Closed", [note.closed for note in whole if note.closed is not None]),
        f"Removal asked for: {len(asked)}. Gone: {len(gone)}.",
    ]


def _by_site(counted: list[Noted]) -> str:
    posts = [post for note in counted if not note.erased for post in note.posts]
    asked = Counter(site for site, _ in posts)
    gone = Counter(site for site, is_gone in posts if is_gone)
    # Of three sites at most; as many of two would stand in either order.
    order = {"no link kept": "", "facebook.com": "facebook.com", "x.com": "x.com"}
    sites = sorted(asked, key=lambda site: (-asked[site], order[site]))
    first, *others = [f"{site} {gone[site]} of {asked[site]} gone" for site in sites]
    words = first if not others else f"{', '.join([first, *others[:-1]])} and {others[-1]}"
    return f"Posts by site: {words}."


def _spread(what: str, times: list[timedelta]) -> str:
    times.sort()
    middle = (times[(len(times) - 1) // 2] + times[len(times) // 2]) / 2
    late = next(t for t in times if 10 * sum(other <= t for other in times) >= 9 * len(times))
    return f"{what} within {how_long(middle)} (half of them), {how_long(late)} (nine in ten)."


async def test_no_figures_tell_the_head_of_a_case_that_is_kept_from_the_head(year: Year) -> None:
    """With and without it the head, and those who work for the head, read the very same."""
    opened = NOW - timedelta(days=30)
    asked = [
        (who, f"figures{form} this term{page}")
        for who in READERS
        for form in ("", " csv")
        for page in ("", " for-governors")
    ]
    for _ in range(6):
        await year.desk.store.add(
            made.case(at=opened, category="staff-allegation", about=About(Subject.SCHOOL))
        )
    before = {each: await year.asks(*each) for each in asked}
    about_head = made.case(
        at=opened, category="staff-allegation", about=About(Subject.HEAD, "ben", "Ben Okafor")
    )
    around = await year.desk.around(about_head)
    await year.desk.store.add(await with_consequences(about_head, around, year.desk))
    for each in asked:
        reply = await year.asks(*each)
        is_told = each[0] == "efua" and "for-governors" not in each[1]
        assert (reply == before[each]) is not is_told, each
    own = await read(year, "efua", "this term")
    assert own.kinds["Allegation about staff"][0] == "7"


async def test_nothing_counts_before_leaders_may_see_it(year: Year) -> None:
    await year.desk.store.add(made.case(at=NOW - timedelta(minutes=9), category="threat"))
    assert (await read(year, "ben", "")).kinds["Threat of violence"][0] == "0"
    year.time.now += timedelta(minutes=2)
    assert (await read(year, "ben", "")).kinds["Threat of violence"][0] == "1"
