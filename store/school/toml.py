"""TOML files that a school edits: a mistake is named with its file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from store.errors import Trouble
from store.text_file import CURLY_QUOTES, NotText, read_text

CURLY = (
    "{path}, line {line}: the quotes are curly, as word processors make them. Type straight ones."
)

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


class FileMistake(Trouble):
    """The file cannot be used as it is; the text names the file, the line and what to do."""


class Table(BaseModel):
    """A table of such a file: nothing is changed after reading, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Table)

#: Which value of a file: the names of tables and keys that lead to it, and numbers within lists.
Place = tuple[str | int, ...]
#: Finds what is wrong between the tables of a file, each with its place.
Check = Callable[[Model], Iterable[tuple[Place, str]]]


def load(path: Path, model: type[Model], check: Check[Model] = lambda _: ()) -> Model:
    """The tables of a file.

    Raises FileMistake for whatever is wrong with it, also when it is missing, and for what `check`
    finds.
    """
    try:
        text = read_text(path)
        found: Model = _read(text, model)
    except FileNotFoundError as error:
        raise FileMistake(f"{path.absolute()} is missing.") from error
    except NotText as error:
        raise FileMistake(str(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise FileMistake(_describe_syntax(path, text, error)) from error
    except OSError as error:
        raise FileMistake(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise FileMistake("\n".join(_describe_all(path, text, error))) from error

    mistakes = [_describe(path, text, place, what) for place, what in check(found)]
    if mistakes:
        raise FileMistake("\n".join(mistakes))
    return found


@lru_cache(maxsize=64)
def _read(text: str, model: type[Model]) -> Model:
    """The tables of a text. Schools of one process mostly have the same procedure."""
    return model.model_validate(tomllib.loads(text))


def _describe_syntax(path: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    """What the parser says; curly quotes are named, which it only calls an invalid value."""
    place = _PLACE.search(str(error))
    if place is None:
        return f"{path}: {error}."
    number = int(place[1])
    if CURLY_QUOTES.isdisjoint(text.split("\n")[number - 1]):
        return f"{path}: {error}."
    return CURLY.format(path=path, line=number)


def _describe_all(path: Path, text: str, error: ValidationError) -> list[str]:
    """A line for each mistake that pydantic has found."""
    mistakes = []
    errors = error.errors()
    places = [mistake["loc"] for mistake in errors]
    for mistake in errors:
        place = mistake["loc"]
        if any(_is_inside(other, place) for other in places):
            # It follows from what is wrong inside, and would only repeat it.
            continue
        what = mistake["msg"]
        if mistake["type"] == "value_error":
            # A sentence of ours, to which pydantic would add words of its own.
            what = str(mistake["ctx"]["error"])
        elif mistake["type"] == "extra_forbidden":
            what = f"nothing here is called “{place[-1]}”; take it out or mend its spelling"
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
