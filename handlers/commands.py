"""What a command is, and how the words that people type find one. The list is in `menu.py`."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from handlers import access
from handlers.access import Act
from handlers.desk import REFERENCE, Ask, Desk
from handlers.messages import Reply
from store.records import Person

ALONE = ""
WITH_CASE = rf"({REFERENCE.pattern}(\s.*)?)?"
ANYTHING = ".*"

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


def command(
    name: str, *, usage: str, may: Act, summary: str, typed: bool = True, bare: str = ALONE
) -> Callable[[Handler], Command]:
    """Declare the command that the function below is."""

    def declare(run: Handler) -> Command:
        return Command(name, usage, may, summary, run, typed, bare)

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
        """The command with the longest name that the words begin with, and what follows it."""
        words = typed.split(maxsplit=self._longest)
        for length in range(min(self._longest, len(words)), 0, -1):
            found = self._named.get(" ".join(words[:length]).lower())
            if found:
                return found, _after(typed, length)
        return None

    def groups(self) -> frozenset[str]:
        """The first words of all commands."""
        return frozenset(name.split()[0] for name in self._named)

    def for_person(self, person: Person) -> list[Command]:
        return [c for c in self.all if c.typed and access.may(person, c.may)]

    def like(self, typed: str, person: Person) -> list[Command]:
        """What this person may have meant; never a command that is not theirs."""
        mine = {c.name: c for c in self.for_person(person)}
        words = typed.lower().split()[:2]
        names = difflib.get_close_matches(" ".join(words), mine, n=2, cutoff=0.6)
        names += difflib.get_close_matches(words[0] if words else "", mine, n=1, cutoff=0.6)
        return [mine[name] for name in dict.fromkeys(names)][:2]


def _after(typed: str, length: int) -> str:
    """What follows the first words, with its line breaks."""
    rest = typed.lstrip()
    for word in typed.split()[:length]:
        rest = rest.lstrip()[len(word) :]
    return rest.strip()


def usages(commands: Iterable[Command]) -> str:
    return "\n".join(f"{c.usage} – {c.summary}" for c in commands)
