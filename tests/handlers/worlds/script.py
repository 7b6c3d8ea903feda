"""What may happen in a school, drawn at random: who is called what, and what they do."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.handlers.worlds.school import NEWCOMER, ROLES, Deed

#: Names of many kinds, and what people say who mean just this person or may.
NAMES: dict[str, tuple[str, ...]] = {
    "Ana Núñez": ("Mrs Nunez", "ana nunez", "AN", "Nun\u0303ez, Ana", "Ana"),
    "Zoë Wright": ("Zoe", "Ms Wright", "Zoe Wright", "Zoe\u0308 Wright"),
    "Juan García": ("Mr Garci\u0301a", "Garcia", "the teacher Mr Garcia"),
    "Anna Smith-Jones": ("Mrs Smith", "Mrs Jones", "Anna Smith Jones", "A Smith-Jones"),
    "Tom Smith": ("Mr Smith", "Smith", "Tom Smith and Ana Núñez", "Thomas Smith"),
    "Pat O'Neill": ("Mr O’Neill", "Pat O Neill", "oneill"),
    "Robert Hale": ("Bob Hale", "R Hale", "Robert Hale & Tom Smith", "hale robert"),
    "Søren Ødegård": ("Soren Odegard", "Mr Odegard", "Mr Ødegård"),
    "Wang Wei": ("Mr Wang", "Wei Wang", "Ms Wei", "Wang"),
    "Nguyễn Thị Minh": ("Mrs Nguyen", "Nguyen Thi Minh", "Minh Nguyen"),
    "Ольга Иванова": ("Ольга Иванова", "Иванова", "ольга"),
    "María José de la Cruz": ("Mrs de la Cruz", "Maria Jose", "Mrs Cruz", "Maria de la Cruz"),
    "Siân ap Rhys": ("Mr Rhys", "Sian Rhys", "Miss ap Rhys"),
    "Jean-Luc Picard": ("Mr Picard", "Jean Luc Picard", "JLP", "J-L Picard"),
    "Oluwaseun Adé": ("Mrs Ade", "Oluwaseun", "Oluwaseun Ade"),
    "İpek Yılmaz": ("Ms Yilmaz", "Ipek Yilmaz"),
}
OFFICES = {
    "ben": ("head", "our headteacher", "the principal", "Head Teacher"),
    "cleo": ("the safeguarding lead", "DSL"),
    "efua": ("the chair of governors", "our chair"),
    "dev": ("ICT manager",),
}
BOTH = ("the head and the chair of governors", "DSL & the chair", "head and DSL")
OTHERS = ("school", "pupil Tom", "pupil Smith", "parent Garcia", "unsure", "me", "staff Mr Nobody")
KINDS = ("school-complaint", "staff-allegation", "threat", "child-undressed", "unsuitable-site")
MINUTES = ("1", "5", "16", "120", "1440", "4320", "14400")
#: Of one case, by anybody.
ACTS = (
    *("case {0}", "case take {0}", "case urgent {0}", "case again {0}", "case apart {0}"),
    *("case log {0}", "case evidence {0}", "case hold {0} the police", "case status {0}"),
    *("case close {0} unfounded because done", "case reopen {0} it is back"),
    *("case add {0} “ring them” by friday", "case removal {0} site 12345", "case removal {0} gone"),
)
#: Of two.
PAIRS = ("case join {0} to {1}", "case same {0} {1}")
#: Of none.
LOOKS = ("case list", "case overdue", "case searches", "people", "case find example", "case status")
EVERYBODY = [*ROLES]


@dataclass(frozen=True)
class Script:
    seed: int
    names: Mapping[str, str]
    #: Whom one case at least is about, or may be.
    victim: str
    deeds: tuple[Deed, ...]


class Writer:
    """Adds to a script what is drawn."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.victim = self.one(*ROLES, NEWCOMER, NEWCOMER, "ben", "cleo")
        keys = (self.victim, *(key for key in (*ROLES, NEWCOMER) if key != self.victim))
        names = self.random.sample([*NAMES], len(keys))
        self.names = dict(zip(keys, names, strict=True))
        self.deeds: list[Deed] = []
        self.reporters: list[str] = []

    def one(self, *of: str) -> str:
        return self.random.choice(of)

    def any_case(self) -> int:
        return self.random.randrange(len(self.reporters))

    def does(self, who: str, words: str, *cases: int) -> None:
        self.deeds.append(Deed(who, "says", words, cases))

    def waits(self, *minutes: str) -> None:
        self.deeds.append(Deed("", "clock", self.one(*minutes)))

    def reports(self, who: str) -> int:
        number = len(self.reporters)
        where = self.one("", " https://example.org/post", " https://example.org/other")
        words = f"They write token{number}x of it{where}"
        self.deeds.append(Deed(who, "report", words, (number,)))
        self.reporters.append(who)
        return number

    def meaning(self, who: str) -> str:
        """Words that mean a person."""
        of_office = OFFICES.get(who, ())
        return self.one(*NAMES[self.names[who]], *of_office)

    def anybody(self) -> str:
        """Words for whom a case is about, more often the victim than not."""
        who = self.one(self.victim, self.victim, *EVERYBODY, "")
        return self.meaning(who) if who else self.one(*OTHERS)


def script_of(seed: int) -> Script:
    """Drawn by chance alone: what Hypothesis draws by itself is too much alike."""
    writer = Writer(seed)
    _the_secret(writer)
    for _ in range(writer.random.randint(2, 9)):
        _something(writer)
    if writer.victim == NEWCOMER:
        role = writer.one("staff", "leader", "ict", "staff and leader")
        writer.deeds.append(Deed(NEWCOMER, "joins", role))
    return Script(seed, writer.names, writer.victim, tuple(writer.deeds))


scripts = st.integers(0, 2**64 - 1).map(script_of)


def _the_secret(writer: Writer) -> None:
    """A case that is about the victim: said at once, or when it has been seen."""
    others = [key for key in EVERYBODY if key != writer.victim]
    who = writer.one(*others, *others, *others, EVERYBODY[0])
    number = writer.reports(who)
    if writer.one("at once", "at once", "later") == "later":
        writer.does(who, f"case category {{0}} {writer.one(*KINDS)}", number)
        writer.waits("1", "120")
    writer.does(who, f"case about {{0}} {writer.meaning(writer.victim)}", number)
    if writer.one("yes", "no") == "yes":
        writer.does(who, f"case category {{0}} {writer.one(*KINDS)}", number)
    writer.waits("1", "16", "120")


def _something(writer: Writer) -> None:
    """One more thing that happens: to any case, and by anybody, its reporter more often."""
    who, case = writer.one(*EVERYBODY), writer.any_case()
    if writer.one("its reporter", "anybody") == "its reporter":
        who = writer.reporters[case]
    often = [what for what, times in HOW_OFTEN.items() for _ in range(times)]
    writer.random.choice(often)(writer, who, case)


def _another_report(writer: Writer, who: str, case: int) -> None:
    writer.reports(writer.one(*EVERYBODY))
    if writer.one("wait", "go on") == "wait":
        writer.waits("16")


def _more(writer: Writer, who: str, case: int) -> None:
    """Soon after the last, and by the same person: it is joined to that for now."""
    writer.waits("3", "5")
    who = writer.reporters[-1]
    number = writer.reports(who)
    how = writer.one("case apart {0}", "case same {0} {1}", "case urgent {0}", "case status")
    writer.does(who, how, *((number, number - 1) if "{1}" in how else (number,)))


def _says_whom(writer: Writer, who: str, case: int) -> None:
    writer.does(who, f"case about {{0}} {writer.anybody()}", case)


def _says_several(writer: Writer, who: str, case: int) -> None:
    writer.does(who, f"case about {{0}} {writer.one(*BOTH)}", case)


def _takes_back(writer: Writer, who: str, case: int) -> None:
    how = writer.one("instead", "surely1", "surely2", "only")
    writer.does(who, f"case about {{0}} {how} {writer.anybody()}", case)


def _says_what(writer: Writer, who: str, case: int) -> None:
    writer.does(who, f"case category {{0}} {writer.one(*KINDS)}", case)


def _notes(writer: Writer, who: str, case: int) -> None:
    writer.does(who, f"case note {{0}} note{len(writer.deeds)}x for us", case)


def _gives(writer: Writer, who: str, case: int) -> None:
    writer.does(who, f"case give {{0}} to {{{writer.one(*EVERYBODY)}}}", case)


def _acts(writer: Writer, who: str, case: int) -> None:
    writer.does(who, writer.one(*ACTS), case)


def _joins_cases(writer: Writer, who: str, case: int) -> None:
    writer.does(who, writer.one(*PAIRS), case, writer.any_case())


def _looks(writer: Writer, who: str, case: int) -> None:
    writer.does(who, writer.one(*LOOKS))


def _time_passes(writer: Writer, who: str, case: int) -> None:
    writer.waits(*MINUTES)


def _a_role(writer: Writer, who: str, case: int) -> None:
    role = writer.one("leader", "dsl", "chair", "head", "ict", "staff")
    writer.deeds.append(Deed(who, writer.one("gives", "takes"), role))


def _a_second_account(writer: Writer, who: str, case: int) -> None:
    writer.deeds.append(Deed(who, "further"))


def _another_name(writer: Writer, who: str, case: int) -> None:
    writer.deeds.append(Deed("gita", "renames", f"{{{writer.one(*EVERYBODY, NEWCOMER)}}}"))


def _a_restart(writer: Writer, who: str, case: int) -> None:
    writer.deeds.append(Deed("", "restart"))


def _its_end(writer: Writer, who: str, case: int) -> None:
    writer.does("efua", "case close {0} unfounded because done", case)
    writer.deeds.append(Deed("", "clock", f"{60 * 24 * 400}"))
    writer.deeds.append(Deed(writer.one("ben", "efua"), "erase", "case erase {0}", (case,)))


HOW_OFTEN: dict[Callable[[Writer, str, int], None], int] = {
    _another_report: 2,
    _more: 2,
    _says_several: 1,
    _says_whom: 3,
    _takes_back: 2,
    _joins_cases: 3,
    _acts: 4,
    _notes: 2,
    _says_what: 1,
    _gives: 2,
    _looks: 2,
    _time_passes: 2,
    _a_role: 2,
    _a_second_account: 1,
    _another_name: 1,
    _a_restart: 1,
    _its_end: 1,
}
