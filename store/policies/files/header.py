"""The lines above a text that say what is known of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from store.policies.texts import PolicyText, parse

HEADER = ("title", "owner", "approved", "review by", "for", "kind", "sign")
_HEADER_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def find_body(text: str) -> int:
    """Where a text begins, after its header."""
    return parse("x.md", text.encode("utf-8")).body


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def write_header(text: str, told: Mapping[str, str], found: Mapping[str, str]) -> str:
    """The text below a header of what is told and, where nothing is told, of what is found.

    A header that it has stays: what is told is put in, what is found only where it has nothing.
    """
    told = _without_blanks(told)
    wanted = {**_without_blanks(found), **told}
    body = find_body(text)
    # A body from character 1 on stands below a byte order mark, and no header.
    if body < 2:
        lines = [f"{key}: {wanted[key]}\n" for key in HEADER if key in wanted]
        return "---\n" + "".join(lines) + "---\n\n" + text
    return _change_header(text[:body], told, wanted) + text[body:]


def _change_header(header: str, told: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    lines = _HEADER_LINE.findall(header)
    first = lines[0]
    line_end = first[len(first.rstrip("\r\n")) :] or "\n"
    places = {_read_key(line): n for n, line in enumerate(lines)}
    for key, value in wanted.items():
        line = f"{key}: {value}{line_end}"
        if key not in places:
            # Above the rule that ends the header.
            lines.insert(len(lines) - 1, line)
        elif key in told:
            lines[places[key]] = line
    return "".join(lines)


def _read_key(line: str) -> str:
    key = re.sub(r"[_-]", " ", line.partition(":")[0]).strip().lower()
    return "review by" if key == "review" else key


def _without_blanks(values: Mapping[str, str]) -> dict[str, str]:
    return {key: one_line(value) for key, value in values.items() if value.strip()}


def one_line(value: str) -> str:
    return " ".join(value.split())[:200]


def lasting_header(text: PolicyText) -> dict[str, str]:
    """What a new version has in common with the one before, where nobody says otherwise."""
    return {
        "owner": text.owner,
        "for": text.audience,
        "kind": "" if text.kind == "policy" else text.kind,
        "sign": ", ".join(text.sign),
    }
