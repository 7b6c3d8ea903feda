"""The letters of a school: texts in `policy_texts/letters/`, which it edits, with named fields.

Each file is one letter. On top, between two lines of `---`, stand `title: …`, `use: …` (what it is
for, in a line) and perhaps `passages: …` (places such as `text.md#Heading`, with `;` between them).
Below that `{school}` and the like stand for what is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from store.school.toml import FileMistake

FOLDER = "letters"
#: What a file may be called, before `.md`: people type it.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)*")
LONGEST_NAME = 40
#: Letters of a word of a name that are enough, where no other name has such a word.
LEAST = 3
#: What can be filled in.
FIELDS = ("school", "date", "to", "what was posted, where, when", "passages", "signed")
KEYS = ("title", "use", "passages")
#: Characters; a longer file is no letter, and is read no further.
LONGEST = 20_000

NO_HEADER = "a letter begins with a line of ---, then title: … and use: …, and another line of ---"
NO_KEY = "“{key}: …” is missing in the header"
UNKNOWN_KEY = "nothing here is called “{key}”; a header has title, use and passages"
UNKNOWN_FIELD = "there is no field “{field}”. Fields are {fields}"
LOOSE_BRACE = "a curly bracket stands alone; a field is written as {school}"

BAD_NAME = (
    "call the file by letters of the alphabet, digits, hyphens and spaces between them, 40 "
    "characters at most, and then .md"
)
TOO_LONG = "longer than 20,000 characters, which no letter is: shorten it"

_FIELD = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Letter:
    #: Its file's, without `.md`.
    name: str
    title: str
    #: What it is for.
    use: str
    #: That it rests on: `text.md#Heading`.
    passages: tuple[str, ...]
    #: Below the header.
    text: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a file says: a letter, or what is wrong with it, each with its line, from 1."""

    letter: Letter | None
    mistakes: tuple[tuple[int, str], ...] = ()


def letter_names(policy_texts: Path) -> list[str]:
    """The names of all letters that there are, whether or not they can be read."""
    return sorted(path.stem for path in (policy_texts / FOLDER).glob("*.md"))


def load_letters(policy_texts: Path) -> dict[str, Letter]:
    """The letters of a folder of policy texts, by their names; none where it has no letters.

    Raises FileMistake, with a line for each mistake.
    """
    letters = {}
    mistakes: list[str] = []
    for name in letter_names(policy_texts):
        path = policy_texts / FOLDER / f"{name}.md"
        try:
            text = _text_of(path)
        except FileMistake as mistake:
            mistakes.append(str(mistake))
            continue
        read = _read(name, text)
        mistakes += [f"{path}, line {line}: {what}." for line, what in read.mistakes]
        if read.letter:
            letters[name] = read.letter
    if mistakes:
        raise FileMistake("\n".join(mistakes))
    return letters


def letter_named(typed: str, letters: Mapping[str, Letter]) -> tuple[Letter | None, str]:
    """The letter whose name words begin with, however they write it, and what follows the name.

    The beginning of a word that one letter's name has, and no other's, is enough:
    `outcome to Jo Smith`.
    """
    exact = sorted(letters, key=len, reverse=True)
    for is_same in (str.startswith, _begins_alike):
        for name in exact:
            rest = typed[len(name) :]
            if is_same(typed, name) and (not rest or rest[0].isspace()):
                return letters[name], rest.strip()
    word, _, rest = typed.partition(" ")
    meant = [name for name in letters if _has_word(name, word)]
    if len(meant) == 1 and len(word) >= LEAST:
        return letters[meant[0]], rest.strip()
    return None, typed


def _begins_alike(typed: str, name: str) -> bool:
    """`Removal request to Jo` begins as `removal-request` does."""
    return _plain(typed[: len(name)]) == _plain(name)


def _has_word(name: str, typed: str) -> bool:
    return any(word.startswith(_plain(typed)) for word in _plain(name).split())


def _plain(words: str) -> str:
    return words.casefold().replace("-", " ")


def _text_of(path: Path) -> str:
    """Raises FileMistake."""
    if not NAME.fullmatch(path.stem) or len(path.stem) > LONGEST_NAME:
        raise FileMistake(f"{path}: {BAD_NAME}.")
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise FileMistake(f"{path}: not UTF-8 text that can be read.") from error
    if len(text) > LONGEST:
        raise FileMistake(f"{path}: {TOO_LONG}.")
    return text


@lru_cache(maxsize=64)
def _read(name: str, text: str) -> _Read:
    """What this text says. Schools of one process mostly have the same letters."""
    reader = _Reader(name, text.split("\n"))
    mistakes = tuple(reader.find_mistakes())
    return _Read(None, mistakes) if mistakes else _Read(reader.letter())


class _Reader:
    """One letter. Lines are counted from 1."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self._name = name
        self._lines = lines
        rules = [n for n, line in enumerate(lines) if line.rstrip() == "---"]
        #: The line of the rule below the header; 0 where there is no header.
        self._end = rules[1] if len(rules) > 1 and rules[0] == 0 else 0

    def _header(self) -> Iterator[tuple[int, str, str]]:
        """Number, key and value of each line of the header."""
        for number, line in enumerate(self._lines[1 : self._end], 2):
            if line.strip():
                key, _, value = line.partition(":")
                yield number, key.strip(), value.strip()

    def letter(self) -> Letter:
        header = {key: value for _, key, value in self._header()}
        places = [place.strip() for place in header.get("passages", "").split(";")]
        text = "\n".join(self._lines[self._end + 1 :]).strip()
        passages = tuple(place for place in places if place)
        return Letter(self._name, header["title"], header["use"], passages, text)

    def find_mistakes(self) -> Iterator[tuple[int, str]]:
        if not self._end:
            yield 1, NO_HEADER
            return
        known = {key for _, key, value in self._header() if value}
        for key in ("title", "use"):
            if key not in known:
                yield 1, NO_KEY.format(key=key)
        for number, key, _ in self._header():
            if key not in KEYS:
                yield number, UNKNOWN_KEY.format(key=key)
        for number, line in enumerate(self._lines[self._end + 1 :], self._end + 2):
            yield from ((number, what) for what in _wrong_fields(line))


def _wrong_fields(line: str) -> Iterator[str]:
    for field in _FIELD.findall(line):
        if field not in FIELDS:
            known = ", ".join(f"{{{each}}}" for each in FIELDS)
            yield UNKNOWN_FIELD.format(field=field, fields=known)
    if re.search(r"[{}]", _FIELD.sub("", line)):
        yield LOOSE_BRACE


def divide_at_fields(line: str) -> list[tuple[str, bool]]:
    """A line in pieces: words that stand, and names of fields, which the second value says."""
    pieces: list[tuple[str, bool]] = []
    for number, piece in enumerate(_FIELD.split(line)):
        if piece:
            pieces.append((piece, number % 2 == 1))
    return pieces
