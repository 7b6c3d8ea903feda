"""The file in which a person decides what is taken out of an export: `others.txt`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from bot.cli.export.html_pages import safe
from bot.cli.export.others_named import Other
from store.errors import Trouble
from store.text_file import read_text

NAME = "others.txt"

HEAD = """\
# Who else is named here, and what else tells of others. In place of each "?" write "remove" or
# "keep". Read all the pages, as a program misses names: for each add a line "remove WORDS".
# Words are found however they are spelt, capitals and accents aside. A first name or a surname
# has a line of its own where it stands alone.
# Then: headsup redact FOLDER --to NEW-FOLDER. It asks for what is left, and writes a copy.
"""
FILES_HEAD = "\n# Pictures and files. What they show no program takes out: look at each of them.\n"

NO_FILE = (
    "{path} is not there. Name a folder that `headsup export` has written, with its others.txt."
)
BAD_LINE = '{path}, line {line}: a line is "remove WORDS", "keep WORDS" or "? WORDS".'
TWICE = "{path}, line {line}: “{words}” is decided twice, once to remove and once to keep."

_LINE = re.compile(r"(\?|[Rr]emove|[Kk]eep)\s+(file: )?(.*?)(?:\s{2,}#.*)?")


class Decided(StrEnum):
    OPEN = "?"
    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of some words wherever they stand, or of a file.

    `words`: for a file, its path within the export.
    """

    words: str
    decided: Decided = Decided.OPEN
    is_file: bool = False
    #: Of words: how many places of the pages hold them.
    places: int = 0

    @property
    def line(self) -> str:
        kind = "file: " if self.is_file else ""
        places = f"  # in {self.places} place{'s' * (self.places > 1)}" if self.places else ""
        return f"{self.decided} {kind}{self.words}{places}"


def proposed(others: Sequence[Other], files: Sequence[str]) -> list[Decision]:
    """All that a person has to decide."""
    words = [Decision(_in_one_line(other.words), places=other.places) for other in others]
    return [*words, *(Decision(path, is_file=True) for path in files)]


def _in_one_line(words: str) -> str:
    return " ".join(safe(words).split())


def written(decisions: Sequence[Decision]) -> str:
    """The text of the file."""
    words = [decision.line for decision in decisions if not decision.is_file]
    files = [decision.line for decision in decisions if decision.is_file]
    return "\n".join((HEAD, *words, FILES_HEAD, *files, ""))


def read_decisions(folder: Path) -> list[Decision]:
    """What a person has decided. Raises Trouble, which names the line."""
    path = folder / NAME
    if not path.is_file():
        raise Trouble(NO_FILE.format(path=path))

    decisions: dict[tuple[bool, str], Decision] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        decision = _decision(line)
        if decision is None:
            raise Trouble(BAD_LINE.format(path=path, line=number))
        key = decision.is_file, decision.words.casefold()
        before = decisions.setdefault(key, decision)
        if before.decided == Decided.OPEN:
            decisions[key] = decision
        elif decision.decided not in (Decided.OPEN, before.decided):
            raise Trouble(TWICE.format(path=path, line=number, words=safe(decision.words)))
    return list(decisions.values())


def _decision(line: str) -> Decision | None:
    match = _LINE.fullmatch(line.strip())
    if match is None or not match[3].strip():
        return None
    return Decision(match[3].strip(), Decided(match[1].lower()), is_file=bool(match[2]))


def keep_decisions(folder: Path, decisions: Sequence[Decision]) -> None:
    """Write them down, so that whoever is interrupted goes on where they were."""
    path = folder / NAME
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    beside.write_text(written(decisions), "utf-8")
    beside.replace(path)


def with_decided(decision: Decision, decided: Decided) -> Decision:
    return replace(decision, decided=decided)
