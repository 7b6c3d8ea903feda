"""A reporter reads the very same whatever leaders say of the kind of what they passed on, and of whom it is about.

A life of a school is drawn and lived twice, with the same words of the reporter, and other words of the leaders.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from handlers.notices.untaken import UNTAKEN
from tests.handlers.worlds.school import ROLES, Deed, School
from tests.places import in_memory

NAMES = {
    "asha": "Asha Patel",
    "gita": "Gita Rao",
    "ben": "Ben Okafor",
    "cleo": "Cleo Martin",
    "lee": "Lee Wong",
    "dev": "Dev Singh",
    "efua": "Efua Mensah",
    "nia": "Nia Bell",
}
REPORTER = "asha"
#: What is not shown as a child undressed: that stops everybody, and says so.
KINDS = ("school-complaint", "staff-allegation", "staff-complaint", "threat", "bullying", "other")
WHOM = (
    "school",
    "pupil Tom",
    "parent Mrs Bell",
    "Dev Singh",
    "Gita Rao",
    "staff Mr Nobody",
    "website",
)
#: Those who say this see the case no longer, and say no more of it.
WHOM_LAST = ("head", "Lee Wong", "the chair of governors", "DSL")
OWN = (
    *(
        "case about {0} school",
        "case about {0} head",
        "case about {0} me",
        "case about {0} Dev Singh",
    ),
    *("case about {0} staff unsure", "case urgent {0}", "case posted {0} parent", "case later {0}"),
    *(f"case category {{0}} {kind}" for kind in KINDS),
)
ASKED = (
    *("case status", "case", "case {0}", "case later {0}", "case change {0}", "case about {0}"),
    *("case category {0}", "case category {0} ?", "case posted {0}", "case status {0}"),
)
#: What is said of it in the end, to see whether the answers tell what leaders have said.
PROBED = (
    *("case about {0} Gita Rao", "case category {0} threat", "case category {0} other"),
    *("case urgent {0}", "case about {0} instead school", "case status"),
)


class Draw:
    """Two lives that differ in what leaders say."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.deeds: list[tuple[Deed, Deed]] = []
        self._both(Deed(REPORTER, "report", "They write token0x of it", (0,)))
        for _ in range(self.random.randint(0, 3)):
            self._of_reporter()
        self._both(Deed("", "clock", self.random.choice(("1", "11", "200"))))
        for _ in range(self.random.randint(1, 4)):
            self.random.choice((self._of_leader, self._of_leader, self._of_reporter))()
        if self.random.random() < 0.5:
            self._more()
        if self.random.random() < 0.5:
            self._whom_in_the_end()

    def _both(self, deed: Deed) -> None:
        self.deeds.append((deed, deed))

    def _of_reporter(self) -> None:
        self._both(Deed(REPORTER, "says", self.random.choice(OWN), (0,)))

    def _of_leader(self) -> None:
        who = self.random.choice(("ben", "lee", "efua", "cleo"))
        what = self.random.choice((("category", KINDS), ("about", WHOM), ("posted", WHOM)))
        self._said(who, what)

    def _whom_in_the_end(self) -> None:
        self._said("efua", ("about", WHOM_LAST))

    def _said(self, who: str, what: tuple[str, Sequence[str]]) -> None:
        command, words = what
        one, other = self.random.sample([*words], 2)
        self.deeds.append(
            (
                Deed(who, "says", f"case {command} {{0}} {one}", (0,)),
                Deed(who, "says", f"case {command} {{0}} {other}", (0,)),
            )
        )

    def _more(self) -> None:
        """Soon after it, and called a part of it."""
        self._both(Deed(REPORTER, "report", "They write token1x as well", (1,)))
        self._both(Deed(REPORTER, "says", "case same {1} {0}", (0, 1)))


async def _read_of(deeds: Sequence[Deed], folder: Path) -> list[str]:
    """All that the reporter reads in one life."""
    school = School(folder, NAMES)
    try:
        await school.move_in()
        for number, deed in enumerate(deeds):
            await school.live(number, deed)
        for number in range(len(school.references)):
            for words in (*ASKED, *PROBED, *ASKED):
                await school.asks(REPORTER, words.format(school.references[number]))
        warned = UNTAKEN.partition("{")[0]
        return [read.words for read in school.read[REPORTER] if not read.words.startswith(warned)]
    finally:
        await school.close()


async def _compare(seed: int, folder: Path) -> None:
    drawn = Draw(seed).deeds
    lives = []
    for number in (0, 1):
        place = folder / str(number)
        place.mkdir()
        lives.append(await _read_of([pair[number] for pair in drawn], place))
    assert lives[0] == lives[1], drawn


@settings(
    max_examples=40,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[*HealthCheck],
    print_blob=True,
    deadline=None,
)
@given(st.integers(0, 2**64 - 1))
def test_what_leaders_say_is_not_told_to_who_passed_it_on(seed: int) -> None:
    assert set(NAMES) >= set(ROLES)
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        asyncio.run(_compare(seed, Path(folder)))
