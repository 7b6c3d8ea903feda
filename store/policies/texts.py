"""Reads a policy text: its characters as they stand, and the header on top.

The header stands between two lines of `---`; each line in it is `key: value`. All of it may be
missing.

| key | what it says |
| --- | --- |
| `title` | how the text is called; else its first heading, else the file's name |
| `owner` | the role that keeps it current |
| `approved`, `review by` | days, as `2026-09-07` or `7 September 2026` or `07/09/2026` |
| `for` | whom it is for |
| `kind` | `policy` (when missing), `agreement` (to print and sign), `statement` (staff accept it) |
| `sign` | who signs an agreement, with commas between; each gets lines to sign below it |

Offsets everywhere are indexes into the text as Python reads it in UTF-8 with no newline
translation.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from store.policies.plain import PlainText, read_plain

SUFFIXES = (".md", ".txt")
#: Bytes; a longer file is not a policy.
LARGEST = 4_000_000
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_HEADER = re.compile(
    r"\ufeff?---[ \t]*(?:\r\n|\r|\n)(.*?)(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL
)
_KEY = re.compile(r"[ \t]*([A-Za-z][A-Za-z _-]{0,30}?)[ \t]*:[ \t]*(.*)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADING = re.compile(r"^#{1,3}[ \t]+(.+)$", re.MULTILINE)
_DAY = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<figures>\d{1,2}[./]\d{1,2}[./]\d{4})"
    r"|(?P<day>\d{1,2}) (?P<month>[A-Za-z]{3})[a-z]* (?P<year>\d{4})"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One text: what its header says, and its characters."""

    #: The file's name.
    doc: str
    title: str
    text: str
    owner: str = ""
    approved: date | None = None
    review_by: date | None = None
    audience: str = ""
    kind: str = "policy"
    sign: tuple[str, ...] = ()
    #: Where the text begins, after the header.
    body: int = 0
    #: SHA-256 of the text without its header: the version that people accept.
    digest: str = ""
    #: False for bytes that are no text.
    readable: bool = True
    #: The words that a reader sees, and where each stands in `text`.
    plain: PlainText = field(default_factory=lambda: read_plain(""), compare=False, repr=False)

    def is_past_review(self, today: date) -> bool:
        """True where it should have been reviewed before `today`."""
        return self.review_by is not None and self.review_by < today


@dataclass(frozen=True, slots=True)
class _Header:
    keys: dict[str, str]
    #: Where the text begins after it.
    end: int


def read(path: Path) -> PolicyText:
    """Read one file. Bytes that are no text give a text without characters.

    Raises OSError alone.
    """
    with path.open("rb") as file:
        return parse(path.name, file.read(LARGEST))


def parse(doc: str, data: bytes) -> PolicyText:
    """A text from the bytes of a file called `doc`."""
    name = title_from_name(doc.rsplit(".", 1)[0]) or doc
    text = _decode(data)
    if text is None:
        return PolicyText(doc, name, "", readable=False)

    header = _read_header(text)
    keys = header.keys
    review_by = keys.get("review by") or keys.get("review") or ""
    # A text may hold half a pair of surrogates, which UTF-8 has no bytes for.
    body = text[header.end :].encode("utf-8", "surrogatepass")
    plain = read_plain(text, header.end)
    return PolicyText(
        doc=doc,
        title=keys.get("title") or _first_heading(plain) or name,
        text=text,
        owner=keys.get("owner", ""),
        approved=day(keys.get("approved", "")),
        review_by=day(review_by),
        audience=keys.get("for", ""),
        kind=keys.get("kind", "policy").lower(),
        sign=_split_list(keys.get("sign", "")),
        body=header.end,
        digest=hashlib.sha256(body).hexdigest(),
        plain=plain,
    )


def day(value: str) -> date | None:
    """The first day written in `value`, British order; None where there is none."""
    found = _DAY.search(value)
    if not found:
        return None
    try:
        return _read_day(found)
    except ValueError:
        # The 31st of February, or a month that is none.
        return None


def title_from_name(stem: str) -> str:
    """A title made of a file's name without its ending; empty where there is nothing in it."""
    # A page or a Word file that was saved as text has two endings.
    name = re.sub(r"\.(?:html?|docx?|pdf|txt|md)\Z", "", stem, flags=re.IGNORECASE)
    return re.sub(r"[-_]+", " ", name).strip().capitalize()


def _read_day(found: re.Match[str]) -> date:
    if found["iso"]:
        year, month, number = found["iso"].split("-")
        return date(int(year), int(month), int(number))
    if found["figures"]:
        number, month, year = re.split(r"[./]", found["figures"])
        return date(int(year), int(month), int(number))
    month_number = MONTHS.index(found["month"].lower()) + 1
    return date(int(found["year"]), month_number, int(found["day"]))


def _decode(data: bytes) -> str | None:
    """The characters of a file; None where too many of them are none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        # The last letter of a file that was not read to its end may be cut off.
        is_whole = len(data) < LARGEST
        try:
            text, _ = codecs.utf_8_decode(data, "strict", is_whole)
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    junk = len(_CONTROL.findall(text)) + text.count("\ufffd")
    if junk * 20 > len(text):
        return None
    return text


def _read_header(text: str) -> _Header:
    """What stands on top of a text; two rules with no keys between are part of the text."""
    found = _HEADER.match(text)
    keys = _read_keys(found.group(1)) if found else {}
    if found and keys:
        return _Header(keys, found.end())
    return _Header({}, 1 if text.startswith("\ufeff") else 0)


def _read_keys(header: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for line in _LINE_END.split(header):
        found = _KEY.match(line)
        if found:
            key = re.sub(r"[_-]", " ", found.group(1).lower())
            keys[key] = found.group(2).rstrip(" \t").strip("\"'")
    return keys


def _split_list(value: str) -> tuple[str, ...]:
    names = [name.strip() for name in value.split(",")]
    return tuple(name for name in names if name)


def _first_heading(plain: PlainText) -> str:
    found = _HEADING.search(plain.words.replace("\r", "\n"), plain.body)
    return found.group(1).rstrip(" \t#")[:120] if found else ""
