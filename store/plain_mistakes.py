"""What is wrong with a value that somebody wrote, in words of our own.

Those of the library that finds it are for programmers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What should stand there, by the library's name for the mistake.
WANTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "date_from_datetime_parsing": "a day such as 2026-12-21",
    "date_type": "a day such as 2026-12-21",
    "dict_type": "a table, with a line for each value",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list in square brackets, such as [“one”, “two”]",
    "model_type": "a table, with a line for each value",
    "string_type": "text in straight quotes",
    "time_parsing": "a time such as 08:30",
    "time_type": "a time such as 08:30",
    "tuple_type": "a list in square brackets, such as [“one”, “two”]",
}
INSTEAD = "write {wanted} here"
MISSING = "this is missing"
LEAST, MOST = "write a number of {number} or more here", "write a number of {number} or less here"
LONGEST = "longer than {number} characters: shorten it"
ONE_OF = "write one of these here: {choices}"


def in_plain_words(mistake: Mapping[str, Any]) -> str:
    """A mistake that pydantic has found, as a clause without a full stop.

    What stands there is not shown: in settings, some of it is secret.
    """
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "value_error":
        # A sentence of ours, to which pydantic would add words of its own.
        return str(context["error"])
    if kind in WANTED:
        return INSTEAD.format(wanted=WANTED[kind])
    match kind:
        case "missing":
            return MISSING
        case "greater_than_equal":
            return LEAST.format(number=context["ge"])
        case "less_than_equal":
            return MOST.format(number=context["le"])
        case "string_too_long":
            return LONGEST.format(number=context["max_length"])
        case "enum" | "literal_error":
            return ONE_OF.format(choices=context["expected"])
    return str(mistake["msg"])
