"""TOML files that a school edits: a mistake is named with its file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from store.errors import Trouble
from store.plain_mistakes import say_plainly
from store.text_file import CURLY_QUOTES, NotText, read_text

CURLY = (
    "{path}, line {line}: the quotes are curly, as word processors make them. Type straight ones."
)
#: With what the parser says, which names a column, but knows no telephone numbers.
SYNTAX = (
    "{path}, line {line}: this line cannot be read. Words and telephone numbers stand in straight "
    'quotes ("01632 960123"), an hour is written as 08:30:00, a day as 2026-12-21, several of '
    "them in square brackets. (The reader says: {error}.)"
)
#: Docker makes a folder of whatever is to be mounted and is not there.
IS_FOLDER = (
    "{path} is a folder, and should be a file. A container makes such a folder where the file was "
    "not there when it started: remove the folder, put the file in its place, and start it again."
)

OF_ONE = "this is of one school alone; write it into the school.toml of that school"

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


class FileMistake(Trouble):
    """The file cannot be used as it is; the text names the file, the line and what to do."""


class Table(BaseModel):
    """A table of such a file: nothing is changed after reading, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Table)

#: Finds where a mistake is: the file, and its text.
Find = Callable[["Place"], tuple[Path, str]]
#: Which value of a file: the names of tables and keys that lead to it, and numbers within lists.
Place = tuple[str | int, ...]
#: Finds what is wrong between the tables of a file, each with its place.
Check = Callable[[Model], Iterable[tuple[Place, str]]]


def load(path: Path, model: type[Model], check: Check[Model] = lambda _: ()) -> Model:
    """The tables of a file.

    Raises FileMistake for whatever is wrong with it, also when it is missing, and for what `check`
    finds.
    """
    text = _text_of(path)
    try:
        found: Model = _read(text, model)
    except tomllib.TOMLDecodeError as error:
        raise FileMistake(_describe_syntax(path, text, error)) from error
    except ValidationError as error:
        raise FileMistake("\n".join(_describe_all(lambda _: (path, text), error))) from error

    mistakes = [_describe(path, text, place, what) for place, what in check(found)]
    if mistakes:
        raise FileMistake("\n".join(mistakes))
    return found


@dataclass(frozen=True, slots=True)
class Sharing:
    """What of a file may stand in one of defaults as well, and how the two go together."""

    #: Keys that may not stand among the defaults.
    alone: Collection[str]
    #: Keys of lists that are put together; any other list takes the other's place.
    adding: Collection[str]


def load_over(defaults: Path, path: Path, model: type[Model], sharing: Sharing) -> Model:
    """The tables of a file, which may be missing, over the defaults of another.

    What the file says takes the place of what the defaults say, key by key; within a table, too.
    Raises FileMistake, which names the file that the mistake is in.
    """
    files = {defaults: _text_of(defaults)}
    if path.exists():
        files[path] = _text_of(path)
    tables = {each: _parse(each, text) for each, text in files.items()}
    for name in tables[defaults]:
        if name in sharing.alone:
            text = files[defaults]
            raise FileMistake(_describe(defaults, text, (name,), OF_ONE))

    def find(place: Place) -> tuple[Path, str]:
        """Where a mistake is: between several values, in the file that goes over the other."""
        where = path if _has(tables.get(path, {}), place) else defaults
        return where, files[where]

    # By themselves they must be right: so whatever is wrong after them is in the file.
    _validate(model, tables[defaults], lambda _: (defaults, files[defaults]))
    merged = _over(tables[defaults], tables.get(path, {}), sharing.adding)
    return _validate(model, merged, find)


def _validate(model: type[Model], tables: dict[str, Any], find: Find) -> Model:
    """Raises FileMistake."""
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        raise FileMistake("\n".join(_describe_all(find, error))) from error


def _over(
    defaults: dict[str, Any], own: dict[str, Any], adding: Collection[str] = ()
) -> dict[str, Any]:
    merged = dict(defaults)
    for name, value in own.items():
        before = merged.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[name] = _over(before, value)
        elif name in adding and isinstance(value, list) and isinstance(before, list):
            # The school's own first: a mistake in it is found by its number.
            merged[name] = value + before
        else:
            merged[name] = value
    return merged


def _has(table: object, place: Place) -> bool:
    """Whether a table has the value at a place; the table itself is at the empty one."""
    for part in place:
        if isinstance(part, int):
            return True
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return bool(table)


def _text_of(path: Path) -> str:
    """Raises FileMistake."""
    try:
        return read_text(path)
    except FileNotFoundError as error:
        raise FileMistake(f"{path.absolute()} is missing.") from error
    except NotText as error:
        raise FileMistake(str(error)) from error
    except IsADirectoryError as error:
        raise FileMistake(IS_FOLDER.format(path=path)) from error
    except OSError as error:
        raise FileMistake(f"{path} cannot be read: {error.strerror}.") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    """Raises FileMistake."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileMistake(_describe_syntax(path, text, error)) from error


@lru_cache(maxsize=64)
def _read(text: str, model: type[Model]) -> Model:
    """The tables of a text. Schools of one process mostly have the same procedure."""
    return model.model_validate(tomllib.loads(text))


def _describe_syntax(path: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    """How such a line is written, and what the parser says; curly quotes are named, which it only
    calls an invalid value.
    """
    place = _PLACE.search(str(error))
    if place is None:
        return f"{path}: {error}."
    number = int(place[1])
    if CURLY_QUOTES.isdisjoint(text.split("\n")[number - 1]):
        return SYNTAX.format(path=path, line=number, error=error)
    return CURLY.format(path=path, line=number)


def _describe_all(find: Find, error: ValidationError) -> list[str]:
    """A line for each mistake that pydantic has found. `find` gives its file."""
    mistakes = []
    errors = error.errors()
    places = [mistake["loc"] for mistake in errors]
    for mistake in errors:
        place = mistake["loc"]
        if any(_is_inside(other, place) for other in places):
            # It follows from what is wrong inside, and would only repeat it.
            continue
        what = say_plainly(mistake)
        if mistake["type"] == "extra_forbidden":
            what = f"nothing here is called “{place[-1]}”; take it out, or correct its spelling"
        path, text = find(place)
        mistakes.append(_describe(path, text, place, what))
    return mistakes


def _is_inside(place: Place, outer: Place) -> bool:
    return place != outer and place[: len(outer)] == outer


def _describe(path: Path, text: str, place: Place, what: str) -> str:
    name = ".".join(part for part in place if isinstance(part, str))
    if name:
        what = f"{name}: {what}"
    return f"{path}, line {line_of(text, place)}: {what}."


def line_of(text: str, place: Place) -> int:
    """The line, from 1, of a value such as `("category", 3, "alerts")`: its own, or its table's.

    The parser tells no lines, so the text is searched: from the whole of it down to the table that
    each part of the place leads to, and in that for the key.
    """
    lines = text.split("\n")
    table = range(len(lines))
    for n, part in enumerate(place):
        if not isinstance(part, str):
            continue
        # A name may be followed by which of several tables of that name it is.
        following = place[n + 1] if n + 1 < len(place) else 0
        index = following if isinstance(following, int) else 0
        heads = _find_lines(rf"\s*\[\[?\s*(?:[\w-]+\.)*{re.escape(part)}\s*\]", lines, table)
        if len(heads) > index:
            table = _table_from(heads[index], part, lines, table)
            continue
        keys = _find_lines(rf"\s*\"?{re.escape(part)}\"?\s*=", lines, table)
        if keys:
            return keys[0] + 1
    return table.start + 1


def _table_from(head: int, name: str, lines: list[str], within: range) -> range:
    """The lines of the table that begins at `head`, as far as the next that is not part of it."""
    # Tables called `name.something` are part of it. That no third bracket may follow keeps the
    # search from taking the second one of `[[name.something]]` for the beginning of a name.
    next_head = rf"\s*\[{{1,2}}(?!\[)\s*(?!{re.escape(name)}\.)"
    following = _find_lines(next_head, lines, range(head + 1, within.stop))
    end = following[0] if following else within.stop
    return range(head, end)


def _find_lines(pattern: str, lines: list[str], within: range) -> list[int]:
    """The numbers, from 0, of the lines that begin with what the pattern finds."""
    return [number for number in within if re.match(pattern, lines[number])]
