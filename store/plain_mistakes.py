"""What pydantic finds wrong with a value that somebody has typed, in words to act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: By how the kind of a mistake begins; the first that fits counts. In braces what pydantic adds.
WORDS = (
    ("extra_forbidden", "nothing here is called so; take it out, or correct its spelling"),
    ("missing", "it is required, and missing"),
    ("literal_error", "write it as one of these: {expected}"),
    ("enum", "write it as one of these: {expected}"),
    ("int_", "write a whole number, such as 12"),
    ("float_", "write a number, such as 12"),
    ("bool_", "write true or false"),
    ("string_too_short", "it is too short: at least {min_length} character(s)"),
    ("string_too_long", "it is too long: at most {max_length} characters"),
    ("too_long", "there are too many of them: no more than {max_length}"),
    ("too_short", "there are too few of them: at least {min_length}"),
    ("string_", "put it in straight quotes"),
    ("tuple_", "write it as a list, in square brackets and with a comma between any two"),
    ("list_", "write it as a list, in square brackets and with a comma between any two"),
    ("frozen_set_", "write it as a list, in square brackets and with a comma between any two"),
    ("model_", "write it as a table: its name in square brackets, and what is in it below"),
    ("dict_", "write it as a table: its name in square brackets, and what is in it below"),
    ("time_", "write an hour as 08:30:00"),
    ("date_", "write a day as 2026-12-21"),
    ("greater_than_equal", "it is too small: at least {ge}"),
    ("greater_than", "it is too small: more than {gt}"),
    ("less_than_equal", "it is too large: at most {le}"),
    ("less_than", "it is too large: less than {lt}"),
)


def say_plainly(mistake: ErrorDetails) -> str:
    """What to write instead, without a full stop, and never with the value: it may be secret."""
    kind, more = mistake["type"], mistake.get("ctx", {})
    if kind == "value_error":
        # A sentence of ours, to which pydantic would add words of its own.
        return str(more["error"])
    for begins, words in WORDS:
        if kind.startswith(begins):
            return words.format(**more)
    return mistake["msg"]
