"""What a command is, and how the words that people type find one.

Every command is declared where it is written, and listed in `menu.py`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from handlers.desk import REFERENCE, Ask, Desk
from handlers.messages import Reply
from handlers.rules import access
from handlers.rules.access import WORKERS, Act
from store.model.records import Person

# --- words after a command's name with which it is also understood without the slash -----------

ALONE = ""
ANYTHING = ".*"
WITH_CASE = rf"({REFERENCE.pattern}(\s.*)?)?"

_SUBJECT = (
    r"(i|we|you|it|there|my|our|the|an?|staff|teachers?|pupils?|parents?|children|any\w+|some\w+)"
)

#: `can I …`, `mobile phones?`; not `breach! Mr Smith …` or `is a joke`.
QUESTION = (
    r"((who|what|when|where|which|why|how)\b.*"
    rf"|(can|could|may|must|should|shall|would|will|do|does|did|have|has)\s+{_SUBJECT}\b.*"
    rf"|(is|are|was|were)\s+(?!an?\b|the\b){_SUBJECT}\b.*"
    r"|[^.!?\n]*\?)?"
)

# --- what a command is ---------------------------------------------------------------------------

_REFERENCE_FIRST = re.compile(rf"{REFERENCE.pattern}[.,;:!?]*(?:\s+|$)", re.IGNORECASE)

#: From so many on, words are rather a report than a slip.
MANY_WORDS = 4

#: Characters of words that are compared with names: the comparison is slow on long ones.
LONG_NAME = 40

#: How alike a slip and a name must be, from 0 to 1.
LIKENESS = 0.7

#: Names that are offered for a slip.
OFFERED = 2

Handler = Callable[[Ask, Desk], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that people can tell the bot to do, and what the help says of it."""

    #: `case take`
    name: str
    #: `/case take REFERENCE`
    usage: str
    may: Act
    #: One line of the help.
    summary: str
    run: Handler
    #: False for what is only ever tapped, and not in the help.
    typed: bool = True
    #: A pattern of the words after the name with which it is also understood without the slash.
    bare: str = ALONE
    #: With words after it, a shorter name is meant: `policy gaps in supervision?` is a question.
    alone: bool = False
    #: Roles whose help names it; None for those that its act has.
    shown_to: frozenset[str] | None = None

    def is_for(self, person: Person) -> bool:
        """Tell whether the help names it to this person, who may use it, and is likely to."""
        if not self.typed or not self.summary or not access.may(person, self.may):
            return False
        return not self._likely_roles().isdisjoint(person.roles)

    def _likely_roles(self) -> frozenset[str]:
        if self.shown_to is not None:
            return self.shown_to
        # Anybody may do these with a case that they own, but few are ever given one.
        if self.may in (Act.WORK, Act.EVIDENCE):
            return WORKERS
        return access.TABLE[self.may].roles


# Everybody reads these declarations, and each value has its name there: a record for them would
# only be a second name for `Command`.
def command(  # noqa: PLR0913
    name: str,
    *,
    usage: str,
    may: Act,
    summary: str,
    typed: bool = True,
    bare: str = ALONE,
    alone: bool = False,
) -> Callable[[Handler], Command]:
    """Declare the command that the function below is; the values are those of `Command`."""

    def declare(run: Handler) -> Command:
        return Command(
            name=name,
            usage=usage,
            may=may,
            summary=summary,
            run=run,
            typed=typed,
            bare=bare,
            alone=alone,
        )

    return declare


class Commands:
    """The commands, found by their words. Raises ValueError for a name that is declared twice."""

    def __init__(self, *commands: Command) -> None:
        self.all = commands
        self._named = {command.name: command for command in commands}
        if len(self._named) != len(commands):
            times = Counter(command.name for command in commands)
            twice = [name for name, number in times.items() if number > 1]
            raise ValueError(f"declared twice: {', '.join(twice)}")
        self._longest = max(len(name.split()) for name in self._named)

    def find(self, typed: str) -> tuple[Command, str] | None:
        """The command with the longest name that the words begin with, and what follows it.

        `case 7K4M.` is `case 7K4M`, and `case 7K4M take` is `case take 7K4M`.
        """
        found = self._find(typed)
        if found is None:
            return None
        command, words = found
        if command.name.split()[0] != "case":
            return found
        first = _REFERENCE_FIRST.match(words)
        if first is None:
            return found

        reference = first[1]
        rest = words[first.end() :]
        if command.name == "case" and rest:
            turned = self._find(f"case {rest}")
            if turned and turned[0] != command:
                command, rest = turned
        return command, f"{reference} {rest}".strip()

    def _find(self, typed: str) -> tuple[Command, str] | None:
        words = typed.split(maxsplit=self._longest)
        for length in range(min(self._longest, len(words)), 0, -1):
            found = self._named.get(" ".join(words[:length]).lower())
            if found is None:
                continue
            rest = _after(typed, length)
            if not (found.alone and rest):
                return found, rest
        return None

    def like(self, typed: str, person: Person) -> list[Command]:
        """What this person may have meant; never a command that is not theirs."""
        mine = {command.name: command for command in self.all if command.is_for(person)}
        words = typed.lower().split(maxsplit=MANY_WORDS)
        if not words:
            return []

        first = words[0][:LONG_NAME]
        both = " ".join(words[:2])[:LONG_NAME]
        names = _close_names(both, mine) + _close_names(first, mine)
        if len(words) < MANY_WORDS:
            # `take` alone: of names that end alike, the one that is declared first.
            by_last_word = {name.split()[-1]: name for name in reversed(mine)}
            names += [by_last_word[word] for word in _close_names(first, by_last_word)]
        return [mine[name] for name in dict.fromkeys(names)][:OFFERED]


def _close_names(words: str, names: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(words, list(names), n=OFFERED, cutoff=LIKENESS)


def _after(typed: str, length: int) -> str:
    """What follows the first words, with its line breaks."""
    if not length:
        return typed.strip()
    parts = typed.split(maxsplit=length)
    return parts[length].rstrip() if len(parts) > length else ""
