"""TOML files that a school edits: a mistake is named with its file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from store.errors import Trouble


class FileMistake(Trouble):
    """The file cannot be used as it is; the text names the file, the line and what to do."""


class Table(BaseModel):
    """A table of such a file: nothing is changed after reading, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Table)


Place = tuple[str | int, ...]
Check = Callable[[Model], Iterable[tuple[Place, str]]]


def load(path: Path, model: type[Model], check: Check[Model] = lambda _: ()) -> Model:
    """Raises FileMistake, also when the file is missing, and for what `check` finds, each with its place."""
    try:
        text = path.read_text("utf-8")
        found = model.model_validate(tomllib.loads(text))
    except FileNotFoundError as error:
        raise FileMistake(f"{path.absolute()} is missing.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileMistake(
            f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise FileMistake(f"{path}: {error}.") from error
    except OSError as error:
        raise FileMistake(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise FileMistake("\n".join(_mistakes(path, text, error))) from error
    if lines := [_mistake(path, text, place, what) for place, what in check(found)]:
        raise FileMistake("\n".join(lines))
    return found


def _mistakes(path: Path, text: str, error: ValidationError) -> list[str]:
    mistakes = []
    errors = error.errors()
    for mistake in errors:
        place = mistake["loc"]
        if any(other["loc"][: len(place)] == place != other["loc"] for other in errors):
            continue  # it follows from what is wrong inside
        what = str(mistake["ctx"]["error"]) if mistake["type"] == "value_error" else mistake["msg"]
        if mistake["type"] == "extra_forbidden":
            what = f"nothing here is called “{place[-1]}”; take it out or mend its spelling"
        mistakes.append(_mistake(path, text, place, what))
    return mistakes


def _mistake(path: Path, text: str, place: Place, what: str) -> str:
    name = ".".join(part for part in place if isinstance(part, str))
    return f"{path}, line {line_of(text, place)}: {f'{name}: ' if name else ''}{what}."


def line_of(text: str, place: Place) -> int:
    """The line, from 1, of a value such as `("category", 3, "alerts")`: its own, or its table's."""
    lines = text.split("\n")
    begin, end = 0, len(lines)
    for n, part in enumerate(place):
        if not isinstance(part, str):
            continue
        index = place[n + 1] if n + 1 < len(place) else 0
        heads = [
            i
            for i in range(begin, end)
            if re.match(rf"\s*\[\[?\s*(?:[\w-]+\.)*{re.escape(part)}\s*\]", lines[i])
        ]
        if isinstance(index, int) and len(heads) > index:
            begin = heads[index]
            further = rf"\s*\[{{1,2}}(?!\[)\s*(?!{re.escape(part)}\.)"
            following = [i for i in range(begin + 1, end) if re.match(further, lines[i])]
            end = following[0] if following else end
            continue
        keys = [
            i for i in range(begin, end) if re.match(rf"\s*\"?{re.escape(part)}\"?\s*=", lines[i])
        ]
        if keys:
            return keys[0] + 1
    return begin + 1
