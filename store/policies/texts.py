"""Reads a policy text: its characters as they stand, and the header on top.

The header stands between two lines of `---`; each line in it is `key: value`. All of it may be missing.

| key | what it says |
| --- | --- |
| `title` | how the text is called; else its first heading, else the file's name |
| `owner` | the role that keeps it current |
| `approved`, `review by` | days, as `2026-09-07` or `7 September 2026` or `07/09/2026` |
| `for` | whom it is for |
| `kind` | `policy` (when missing), `agreement` (printed, to sign) or `statement` (accepted by staff) |
| `sign` | who signs an agreement, with commas between; below it, each gets lines for signature, name and date |

Offsets everywhere are indexes into the text as Python reads it in UTF-8 with no newline translation.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SUFFIXES = (".md", ".txt")
LARGEST = 4_000_000  # bytes; a longer file is not a policy

_HEADER = re.compile(
    r"\ufeff?---[ \t]*(?:\r\n|\r|\n)(.*?)(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL
)
_KEY = re.compile(r"[ \t]*([A-Za-z][A-Za-z _-]{0,30}?)[ \t]*:[ \t]*(.*?)[ \t]*\Z")
_DAY = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4})|(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One text: what its header says, and its characters."""

    doc: str  # the file's name
    title: str
    text: str
    owner: str = ""
    approved: date | None = None
    review_by: date | None = None
    audience: str = ""
    kind: str = "policy"
    sign: tuple[str, ...] = ()
    body: int = 0  # where the text begins, after the header
    digest: str = ""  # SHA-256 of the text without its header: the version that people accept
    readable: bool = True  # False: bytes that are no text

    def is_past_review(self, today: date) -> bool:
        """Whether it should have been reviewed before `today`."""
        return self.review_by is not None and self.review_by < today


def read(path: Path) -> PolicyText:
    """Read one file. Bytes that are no text give a text without characters. Raises OSError alone."""
    with path.open("rb") as file:
        return parse(path.name, file.read(LARGEST))


def parse(doc: str, data: bytes) -> PolicyText:
    """A text from the bytes of a file called `doc`."""
    text = _decode(data)
    if text is None:
        return PolicyText(doc, _name(doc), "", readable=False)
    header = _HEADER.match(text)
    keys = _keys(header.group(1)) if header else {}
    body = header.end() if header and keys else 0
    if not body and text.startswith("\ufeff"):
        body = 1
    return PolicyText(
        doc=doc,
        title=keys.get("title") or _first_heading(text, body) or _name(doc),
        text=text,
        owner=keys.get("owner", ""),
        approved=day(keys.get("approved", "")),
        review_by=day(keys.get("review by") or keys.get("review") or ""),
        audience=keys.get("for", ""),
        kind=keys.get("kind", "policy").lower(),
        sign=tuple(who.strip() for who in keys.get("sign", "").split(",") if who.strip()),
        body=body,
        digest=hashlib.sha256(text[body:].encode("utf-8", "surrogatepass")).hexdigest(),
    )


def day(value: str) -> date | None:
    """The first day written in `value`, British order; None where there is none."""
    found = _DAY.search(value)
    if not found:
        return None
    year, month, dom, d2, m2, y2, d3, m3, y3 = found.groups()
    try:
        if year:
            return date(int(year), int(month), int(dom))
        if y2:
            return date(int(y2), int(m2), int(d2))
        return date(int(y3), _MONTHS.index(m3.lower()) + 1, int(d3))
    except ValueError:
        return None


def _decode(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text, _ = codecs.utf_8_decode(
                data, "strict", len(data) < LARGEST
            )  # the last letter may be cut off
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    junk = len(_CONTROL.findall(text)) + text.count("\ufffd")
    return None if junk * 20 > len(text) else text


def _keys(header: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for line in re.split(r"\r\n|\r|\n", header):
        found = _KEY.match(line)
        if found:
            keys[found.group(1).lower().replace("_", " ").replace("-", " ")] = found.group(2).strip(
                "\"'"
            )
    return keys


def _first_heading(text: str, body: int) -> str:
    found = re.compile(r"^#{1,3}[ \t]+(.+?)[ \t#]*$", re.MULTILINE).search(
        text.replace("\r", "\n"), body
    )
    return found.group(1)[:120] if found else ""


def _name(doc: str) -> str:
    stem = doc.rsplit(".", 1)[0]
    return re.sub(r"[-_]+", " ", stem).strip().capitalize() or doc
