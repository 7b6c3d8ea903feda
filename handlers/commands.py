"""What a command is, and how the words that people type find one. The list is in `menu.py`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from handlers.desk import REFERENCE, Ask, Desk
from handlers.messages import Reply
from handlers.rules import access
from handlers.rules.access import WORKERS, Act
from store.model.records import Person

ALONE = ""
ANYTHING = ".*"
WITH_CASE = rf"({REFERENCE.pattern}(\s.*)?)?"
_SUBJECT = (
    r"(i|we|you|it|there|my|our|the|an?|staff|teachers?|pupils?|parents?|children|any\w+|some\w+)"
)
QUESTION = (
    r"((who|what|when|where|which|why|how)\b.*"
    rf"|(can|could|may|must|should|shall|would|will|do|does|did|have|has)\s+{_SUBJECT}\b.*"
    rf"|(is|are|was|were)\s+(?!an?\b|the\b){_SUBJECT}\b.*"
    r"|[^.!?\n]*\?)?"
)
"""`can I …`, `mobile phones?`; not `breach! Mr Smith …` or `is a joke`."""

_REFERENCE_FIRST = re.compile(rf"{REFERENCE.pattern}[.,;:!?]*(?:\s+|$)", re.IGNORECASE)

MANY_WORDS = 4  # from so many on, words are rather a report than a slip
LONG_NAME = 40

Handler = Callable[[Ask, Desk], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Command:
    name: str  # `case take`
    usage: str  # `/case take REFERENCE`
    may: Act
    summary: str  # one line of the help
    run: Handler
    typed: bool = True  # False: only ever tapped; not in the help
    bare: str = ALONE  # words after the name with which it is also understood without the slash
    alone: bool = (
        False  # with words after its name, a shorter name is meant: `policy gaps in supervision?`
    )
    shown_to: frozenset[str] | None = None  # roles whose help names it; None: as its act has it

    def is_for(self, person: Person) -> bool:
        """Whether the help names it to this person, who may use it, and is likely to."""
        likely = WORKERS if self.may in (Act.WORK, Act.EVIDENCE) else access.TABLE[self.may].roles
        shown_to = likely if self.shown_to is None else self.shown_to
        return self.typed and access.may(person, self.may) and not shown_to.isdisjoint(person.roles)


def command(
    name: str,
    *,
    usage: str,
    may: Act,
    summary: str,
    typed: bool = True,
    bare: str = ALONE,
    alone: bool = False,
) -> Callable[[Handler], Command]:
    """Declare the command that the function below is."""

    def declare(run: Handler) -> Command:
        return Command(name, usage, may, summary, run, typed, bare, alone)

    return declare


class Commands:
    """The commands, found by their words."""

    def __init__(self, *commands: Command) -> None:
        self.all = commands
        self._named = {c.name: c for c in commands}
        if len(self._named) != len(commands):
            names = [c.name for c in commands]
            raise ValueError(f"declared twice: {[n for n in names if names.count(n) > 1]}")
        self._longest = max(len(name.split()) for name in self._named)

    def find(self, typed: str) -> tuple[Command, str] | None:
        """The command with the longest name that the words begin with, and what follows it.

        `case 7K4M.` is `case 7K4M`, and `case 7K4M take` is `case take 7K4M`.
        """
        found = self._find(typed)
        if found is None or found[0].name.split()[0] != "case":
            return found
        command, words = found
        first = _REFERENCE_FIRST.match(words)
        if first is None:
            return found
        reference, rest = first[1], words[first.end() :]
        turned = self._find(f"case {rest}") if command.name == "case" and rest else None
        if turned and turned[0] != command:
            command, rest = turned
        return command, f"{reference} {rest}".strip()

    def _find(self, typed: str) -> tuple[Command, str] | None:
        words = typed.split(maxsplit=self._longest)
        for length in range(min(self._longest, len(words)), 0, -1):
            found = self._named.get(" ".join(words[:length]).lower())
            rest = _after(typed, length) if found else ""
            if found and not (found.alone and rest):
                return found, rest
        return None

    def like(self, typed: str, person: Person) -> list[Command]:
        """What this person may have meant; never a command that is not theirs."""
        mine = {c.name: c for c in self.all if c.is_for(person)}
        words = typed.lower().split(maxsplit=MANY_WORDS)
        if not words:
            return []
        first = words[0][:LONG_NAME]
        names = _close(" ".join(words[:2])[:LONG_NAME], mine) + _close(first, mine)
        if len(words) < MANY_WORDS:
            last = {name.split()[-1]: name for name in reversed(mine)}
            names += [last[word] for word in _close(first, last)]
        return [mine[name] for name in dict.fromkeys(names)][:2]


def _close(words: str, names: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(words, list(names), n=2, cutoff=0.7)


def _after(typed: str, length: int) -> str:
    """What follows the first words, with its line breaks."""
    rest = typed.lstrip()
    for word in typed.split()[:length]:
        rest = rest.lstrip()[len(word) :]
    return rest.strip()
