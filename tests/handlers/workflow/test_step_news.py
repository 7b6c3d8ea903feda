"""Whose a step is, is told once to whoever does not know it, in whatever way it came to be theirs.

The clock runs on: what follows from a deed is written a moment after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.school.school import School
from tests.bench.attention import Office

#: A Tuesday evening: what is new now is told when school opens.
EVENING = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
#: A Tuesday morning, in school hours.
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
#: A Monday on which the school is closed, and others work.
HALF_TERM = datetime(2026, 10, 26, 10, 0, tzinfo=UTC)
SCHOOL = School(closed=("2026-10-26/2026-10-30",))
#: Sooner, a further report would be a part of the one before.
LATER = timedelta(minutes=21)

EVIDENCE = "Establish what was posted, and gather the evidence"
LETTER = "Send the letter that sets out the concern"
SPEAK = "Speak to the child"


@dataclass(frozen=True)
class Scene:
    """What is done, `NAME: command`, with `+10m` for a while between; and what each reads then."""

    what: str
    category: str
    deeds: Sequence[str]
    #: Each is read once by this person until the second morning after; `-` before what is not.
    told: Sequence[str]
    begin: datetime = EVENING
    within: timedelta = timedelta(days=1, hours=14)


SCENES = [
    Scene(
        "another takes a case before its alert goes out",
        "child-safety",
        ["ben: case take {a}"],
        [f"cleo: Yours now: {SPEAK}", "ben: -Yours now"],
    ),
    Scene(
        "whoever takes it has looked at it before, and so does the other",
        "child-safety",
        ["cleo: case {a}", "ben: case take {a}"],
        ["cleo: -Yours now"],
    ),
    Scene(
        "an alert that goes out tells of its steps",
        "child-safety",
        [],
        ["cleo: New case", "cleo: -Yours now"],
    ),
    Scene(
        "a case that is owned becomes one of another kind",
        "other",
        ["ben: case take {a}", "ben: case category {a} child-safety"],
        [f"cleo: Yours now: {SPEAK}", "ben: -Yours now"],
    ),
    Scene(
        "a case of somebody's becomes one of another kind by another's hand",
        "other",
        ["cleo: case take {a}", "ben: case category {a} school-complaint"],
        [f"cleo: Yours now: {EVIDENCE}", "ben: -Yours now"],
        begin=MORNING,
    ),
    Scene(
        "a closed case is opened again",
        "school-complaint",
        [
            "ben: case take {a}",
            "ben: case close {a} unfounded because it is a mix-up",
            "cleo: case reopen {a} it is back",
        ],
        [f"ben: Yours now: {EVIDENCE}", "cleo: -Yours now"],
        begin=MORNING,
    ),
    Scene(
        "what was refused brings steps of another's",
        "school-complaint",
        ["cleo: case take {a}", "cleo: case refused {a} talk"],
        [f"ben: Yours now: {LETTER}", "cleo: -Yours now"],
        begin=MORNING,
    ),
    Scene(
        "what is seen again brings steps of another's",
        "school-complaint",
        ["cleo: case take {a}", "cleo: case again {a}"],
        [f"ben: Yours now: {LETTER}", "cleo: -Yours now"],
        begin=MORNING,
    ),
    Scene(
        "a step is done by another, and the case given away",
        "school-complaint",
        [
            "ben: case take {a}",
            "cleo: case done {a} evidence",
            "cleo: case take {a}",
        ],
        [f"ben: has marked your step “done”: {EVIDENCE}"],
        begin=MORNING,
    ),
    Scene(
        "a step is put off twice",
        "school-complaint",
        [
            "ben: case take {a}",
            "cleo: case postpone {a} evidence until 7/12/2026, because she is away",
            "cleo: case postpone {a} evidence until 8/12/2026, because she is away",
        ],
        ["ben: put off your step until Tue 8 Dec"],
        begin=MORNING,
    ),
    Scene(
        "two steps have the very same words",
        "school-complaint",
        [
            "ben: case take {a}",
            'cleo: case add {a} "Ring the parents" by 9/12/2026',
            'ben: case add {a} "Ring the parents" by 10/12/2026',
            "cleo: case done {a} own-2",
            "ben: case hand {a} own-1 to Ben Okafor",
        ],
        [
            "ben: has marked your step “done”: Ring the parents",
            "cleo: No longer yours: Ring the parents",
        ],
        begin=MORNING,
    ),
    Scene(
        "a step that working days are counted for is given in the holidays",
        "staff-allegation",
        ["ben: case take {a}", "ben: case hand {a} lado to Cleo Martin"],
        ["cleo: gave you a step"],
        begin=HALF_TERM,
        within=timedelta(hours=2),
    ),
    Scene(
        "whoever has a step cannot be reached",
        "school-complaint",
        [
            "ben: case take {a}",
            "cleo blocks the bot",
            "ben: case hand {a} evidence to Cleo Martin",
        ],
        ["ben: I could not reach Cleo Martin. This step is theirs", "ben: -No longer yours"],
        begin=MORNING,
    ),
    Scene(
        "a case about whoever has a step is joined to it",
        "child-safety",
        [
            "ben: case take {a}",
            "another case: staff-complaint",
            "asha: case about {b} Cleo Martin",
            "ben: case join {b} to {a}",
        ],
        [f"ben: Yours now: {SPEAK}", "cleo: -Speak to the child"],
        begin=MORNING,
    ),
    Scene(
        "a case is closed before anybody is told",
        "child-safety",
        ["ben: case take {a}", "ben: case close {a} unfounded because it is a mix-up"],
        ["cleo: -Yours now"],
    ),
]


@pytest.mark.parametrize("scene", SCENES, ids=[scene.what for scene in SCENES])
async def test_whose_a_step_is_is_told_once(scene: Scene, tmp_path: Path) -> None:
    office = Office(tmp_path, scene.begin, SCHOOL, runs=True)
    await office.open()
    cases = {"a": await office.reports(scene.category)}
    for deed in scene.deeds:
        await office.until(office.now + LATER)
        who, _, command = deed.partition(": ")
        if who == "another case":
            cases["b"] = await office.reports(command)
        elif command:
            await office.says(who, command=command.format(**cases))
        else:
            office.chat.away.add(who.split()[0])
    await office.until(scene.begin + scene.within)
    await office.close()
    for each in scene.told:
        who, _, words = each.partition(": ")
        is_told = not words.startswith("-")
        wanted = words.removeprefix("-")
        read = [message.words.count(wanted) for message in office.chat.to(who)]
        assert sum(read) == int(is_told), (each, [m.words for m in office.chat.to(who)])
