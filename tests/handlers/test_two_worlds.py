"""Whoever a case is about, or may be, reads the very same in a world in which there is no such case.

A life of a school is drawn and lived twice: whole, and without each case that is hidden in the end
from one person, and all that was done with it. What that person reads must not differ.
"""

from __future__ import annotations

import asyncio
import difflib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, event, given, settings

from handlers.cases.search import NOTHING
from handlers.desk import NO_SUCH_CASE
from handlers.notices.wording import NO_LONGER, NOT_HERE
from tests.handlers.worlds.nobody_lost import assert_nobody_is_lost
from tests.handlers.worlds.school import Deed, School, reference_of
from tests.handlers.worlds.script import NAMES, Script, scripts
from tests.places import in_memory

#: After everything.
LATER = 10_000
#: What is asked in the end. {h} is a case that is hidden, or in the other world one that is not there.
ASKED = (
    *("case list", "case list mine", "case list overdue", "case list closed", "case overdue"),
    *("case list threat", "case list child-undressed", "case expired", "people", "people log"),
    *("case find example", "case find they write", "case find headteacher", "duty", "policy gaps"),
    *("people invitations", "help", "case searches", "home", "start"),
    *(
        "case posters",
        "figures",
        "figures last year",
        "figures csv this year",
        "figures 2026-27 for-governors",
    ),
)
#: What besides shows a person their own reports.
ASKED_OF_REPORTS = ("case status", "case", "case status 2")
OF_THE_HIDDEN = (
    *("case {h}", "case status {h}", "case take {h}", "case log {h}", "case evidence {h}"),
    "case more {h}",
    *("case note {h} hm", "case urgent {h}", "case category {h} threat", "case about {h} school"),
    *("case about {h} instead school", "case about {h}", "case later {h}", "case apart {h}"),
    *("case same {h} {h}", "case join {h} to {h}", "case close {h}", "case reopen {h} x"),
    *("case give {h}", "case hold {h} x", "case lift {h}", "case erase {h}", "case done {h} own-1"),
    *(
        "case hand {h} own-1",
        "case postpone {h} own-1",
        "case add {h} “x” by friday",
        "also case {h}",
    ),
    *("case again {h}", "case find {h}", "{h}", "case pack {h}", "case pack {h} police because x"),
    *("case letter {h}", "case letter {h} warning to Mr X"),
    *("case removal {h}", "case removal {h} gone", "case removal {h} 1 site 12345"),
)
OF_THE_SEEN = (
    *(
        "case {0}",
        "case more {0}",
        "case log {0}",
        "case evidence {0}",
        "case give {0}",
        "case about {0}",
    ),
    *("case join {0} to {h}", "case join {h} to {0}", "case same {0} {h}", "case same {h} {0}"),
)


@dataclass
class Lived:
    """What came of a life, for the person whom the hidden cases are about."""

    #: Numbers of the reports that are hidden from them in the end.
    hidden: set[int] = field(default_factory=set)
    #: Of those that were ever joined with one another.
    together: set[frozenset[int]] = field(default_factory=set)
    #: Deeds that found a case, or were to.
    of_cases: dict[int, set[int]] = field(default_factory=dict)


async def _whole(school: School, script: Script) -> Lived:
    lived = Lived()
    said_last: dict[int, bool] = {}
    for number, deed in enumerate(script.deeds):
        before = [await school.case(case) for case in deed.cases]
        words = await school.live(number, deed)
        is_search = deed.words.startswith("case find")
        lived.of_cases[number] = {*deed.cases, *(_named(school, words) if is_search else ())}
        await _note_together(school, lived)
        if deed.words.startswith("case about"):
            [case] = before
            after = await school.case(deed.cases[0])
            if case and after and len(after.chronology) > len(case.chronology):
                said_last[deed.cases[0]] = _means(deed, script)
        victim = await school.person(script.victim)
        now = await school.hidden_from(victim) if victim else set()
        gone = {case for case in lived.hidden if await school.case(case) is None}
        lived.hidden = now | gone | _certain(said_last, lived)
    return lived


def _certain(said_last: dict[int, bool], lived: Lived) -> set[int]:
    """Cases of which the last that was said of whom they are about means the victim."""
    return {case for case, is_meant in said_last.items() if is_meant}


def _means(deed: Deed, script: Script) -> bool:
    said = deed.words.removeprefix("case about {0} ")
    if said.startswith("only "):
        return False
    said = said.removeprefix("instead ").removeprefix("surely1 ").removeprefix("surely2 ")
    return said in NAMES[script.names[script.victim]]


def _named(school: School, words: str) -> set[int]:
    return {n for n, reference in school.references.items() if reference in words}


async def _note_together(school: School, lived: Lived) -> None:
    by_reference = {}
    for number, reference in school.references.items():
        by_reference.setdefault(reference, []).append(number)
    for summary in await school.desk.store.summaries():
        if summary.joined_to:
            ones = by_reference.get(summary.reference, [])
            others = by_reference.get(summary.joined_to, [])
            lived.together.add(frozenset([*ones, *others]))


def _touched(lived: Lived) -> set[int]:
    """Cases that were at some time joined, also over others, with one that is hidden."""
    touched = set(lived.hidden)
    while True:
        more = set[int]().union(*(pair for pair in lived.together if pair & touched))
        if more <= touched:
            return touched - lived.hidden
        touched |= more


async def _asked(
    school: School, who: str, script: Script, hidden: set[int], *, own: bool
) -> list[tuple[str, str]]:
    """Everything that the person may ask, with what is answered."""
    reference = reference_of(min(hidden))
    surname = script.names[script.victim].split()[-1]
    commands = [*ASKED, f"case find {surname}"]
    if own:
        commands += [words.format(h=reference) for words in (*ASKED_OF_REPORTS, *OF_THE_HIDDEN)]
    for number in sorted(set(school.references) - hidden):
        # Whoever reported it knows it; in the other world they do not.
        asked = [words for words in OF_THE_SEEN if own or "{h}" not in words]
        commands += [words.format(school.references[number], h=reference) for words in asked]
    found = []
    for command in commands:
        await school.asks(who, command)
        found.append((command, school.read[script.victim][-1].words))
    return found


def _heard(school: School, who: str, without: set[int]) -> list[str]:
    """All that the person read, but for what stands in place of a message that was taken back."""
    return [
        f"{read.deed}: {read.words}"
        for read in school.read[who]
        if read.deed not in without and read.words not in ("", NO_LONGER, NOT_HERE)
    ]


async def _compare(script: Script, folder: Path) -> str:
    whole, without = School(folder / "with", script.names), School(folder / "without", script.names)
    try:
        await whole.move_in()
        await without.move_in()
        lived = await _whole(whole, script)
        if not lived.hidden or await whole.person(script.victim) is None:
            await assert_nobody_is_lost(whole)
            return "nothing is hidden"
        left_out = {n for n, cases in lived.of_cases.items() if cases & lived.hidden}
        for number, deed in enumerate(script.deeds):
            # Who types a reference has typed it, also where there is no such case.
            types_reference = deed.what == "says" and deed.who.strip("2") == script.victim
            if number not in left_out or (types_reference and deed.cases):
                without.time.now = whole.times[number - 1] if number else without.time.now
                await without.live(number, deed)
                without.time.now = whole.times[number]
            else:
                # What time brings meanwhile is read in this deed here as well.
                without.deed = number
                without.time.now = whole.times[number]
                await without.tick()
        found = await _differences(whole, without, script, lived, left_out)
        await assert_nobody_is_lost(whole)
        return found
    finally:
        await whole.close()
        await without.close()


async def _differences(
    whole: School, without: School, script: Script, lived: Lived, left_out: set[int]
) -> str:
    who = script.victim
    reporters = {
        deed.who
        for deed in script.deeds
        if deed.what == "report" and set(deed.cases) & lived.hidden
    }
    heard = _heard(whole, who, set())
    knew = any(_shows(words, lived.hidden, whole) for words in heard)
    _assert_taken_back(whole, script, lived)

    person = await whole.person(who)
    assert person
    is_reporter = who in reporters
    if {n for n in _touched(lived) if n in whole.references}:
        # It goes on in another way than it would have gone alone, and names nothing all the same.
        if not is_reporter:
            for command, answer in await _asked(whole, who, script, lived.hidden, own=True):
                assert knew or not _shows(answer, lived.hidden, whole), (command, answer)
        return "something was joined with it"
    if not knew and not is_reporter:
        _are_alike(_heard(without, who, left_out), _heard(whole, who, left_out), "heard")

    _are_alike(without.home_of(who).split("\n"), whole.home_of(who).split("\n"), "home")
    devices = [who, f"{who}2"] if len(person.accounts) > 1 else [who]
    for device in devices:
        asked = await _asked(whole, device, script, lived.hidden, own=not is_reporter)
        as_well = await _asked(without, device, script, lived.hidden, own=not is_reporter)
        for (label, answer), (_, other) in zip(asked, as_well, strict=True):
            if knew and label == "case searches":
                continue
            _are_alike(other.split("\n"), answer.split("\n"), label)
    for school in (whole, without):
        school.deed = LATER
        school.time.now += timedelta(days=8)
        await school.tick()
    before = set(range(LATER))
    late = [_heard(school, who, before) for school in (whole, without)]
    if not is_reporter:
        _are_alike(late[1], late[0], "heard later")
    return "is its reporter" if is_reporter else "had seen it" if knew else "never heard of it"


def _are_alike(without: Sequence[object], whole: Sequence[object], what: str) -> None:
    difference = difflib.unified_diff(
        [f"{one}" for one in without],
        [f"{one}" for one in whole],
        "without",
        "with",
        n=0,
        lineterm="",
    )
    assert without == whole, "\n".join([what, *difference])


def _shows(words: str, hidden: set[int], school: School) -> bool:
    """Whether the words name a hidden case, more than by saying that there is none."""
    references = {school.references.get(number, reference_of(number)) for number in hidden}
    for reference in references:
        for echo in (NO_SUCH_CASE.format(reference=reference), NOTHING.format(words=reference)):
            words = words.replace(echo, "")
    return any(reference in words for reference in references)


def _assert_taken_back(school: School, script: Script, lived: Lived) -> None:
    """Nothing that stands in the person's chats now holds a word of a hidden case that is not theirs."""
    assert not _shows(school.home_of(script.victim), lived.hidden, school)
    for words in school.stands_before(script.victim):
        for deed in script.deeds:
            is_hidden = deed.what == "report" and set(deed.cases) & lived.hidden
            if is_hidden and deed.who != script.victim:
                assert deed.words not in words


#: Each is a life of its own: to make one shorter takes longer than to read it.
RICH = settings(
    max_examples=30,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[*HealthCheck],
    print_blob=True,
    deadline=None,
)


@RICH
@given(scripts)
def test_whom_it_may_be_about_lives_in_a_world_without_it(script: Script) -> None:
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        (Path(folder) / "with").mkdir()
        (Path(folder) / "without").mkdir()
        event(asyncio.run(_compare(script, Path(folder))))
