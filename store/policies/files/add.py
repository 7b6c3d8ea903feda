"""Makes a text of the folder from a school's own file, and keeps the file beside it.

`NAME.md` holds the school's words, below a header of what is known of them; `originals/NAME.pdf` is
the file, byte for byte. A version that is replaced goes to `originals/` with the day and its digest
in its name. Everything is written durably, the text last, so that a bot that looks at the folder
sees the old text or the new, and never half.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from store.disk.durable import make_folder, remove_file, replace_file, unavailable
from store.errors import Trouble
from store.limited import LimitExceeded, Limits, run_limited
from store.policies.divide import divide, sections
from store.policies.files.pdf import read_pdf
from store.policies.files.reading import (
    DamagedFile,
    Empty,
    FileRefused,
    FileText,
    FileTooLarge,
    OtherKind,
    Protected,
)
from store.policies.files.word import read_word
from store.policies.lines import read_lines
from store.policies.plain import read_plain
from store.policies.texts import (
    LARGEST,
    MONTHS,
    SUFFIXES,
    PolicyText,
    parse,
    read,
    title_from_name,
)

#: Bytes; a scan of a hundred pages is smaller.
LARGEST_FILE = 50_000_000
ORIGINALS = "originals"
TEXTS = (".md", ".markdown", ".txt")
HEADER = ("title", "owner", "approved", "review by", "for", "kind", "sign")
#: Characters.
NAME_LENGTH = 80
#: Lines with words among which a text says what it is about.
TOP = 12

NO_FILE = (
    "There is no file {name}. "
    "Check the spelling, or drag the file into this window to write its name."
)
NOT_A_FILE = "{name} is no file. Add one .md, .txt, .docx or .pdf file at a time."
NOT_OPENED = "{name} cannot be opened: {reason}."
NO_FOLDER = "The folder {folder} is not there. Make it, or say in POLICY_TEXTS where the texts are."
TOO_LARGE = (
    "{name} is larger than {most} MB, which is more than any policy. "
    "Save it without pictures, and add that."
)
TOO_LONG = (
    "{name} has more than {most} million characters, which is more than any policy. "
    "Add the policy alone."
)
EMPTY = "{name} is empty."
OTHER_KIND = (
    "{name} is not a kind of file that can be read. "
    "Save it as .docx, .pdf, .txt or .md, and add that."
)
OLD_WORD = "{name} is a file of an old Word. Open it in Word, save it as .docx, and add that."
LOCKED = "{name} needs a password. Save a copy without a password in Word, and add that."
DAMAGED = (
    "{name} is no proper {kind} file: it may be damaged. Save it once more, and add the new file."
)
NO_TEXT = (
    "{name} is no text, or in an alphabet that cannot be told. Save it as UTF-8, and add that."
)
EXISTS = (
    "There is a text “{title}” already ({doc}). "
    "To put this in its place, add --replace; the older one is kept."
)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
#: What files of Word before 2007 begin with, and files with a password to this day.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ABOUT = re.compile(r"(?:subject|re)[ \t]*:[ \t]*(?P<what>\S.{2,88})", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_DAY = re.compile(
    r"(?P<iso>\b\d{4}-\d{1,2}-\d{1,2}\b)"
    r"|\b(?P<d1>\d{1,2})[./-](?P<m1>\d{1,2})[./-](?P<y1>\d{4}|\d{2})\b"
    r"|(?:\b(?P<d2>\d{1,2})(?:st|nd|rd|th)?,? (?:of )?)?"
    rf"\b(?P<m2>{'|'.join(MONTHS)})[a-z]*,? (?P<y2>\d{{4}})\b",
    re.IGNORECASE,
)
_REVIEW = re.compile(
    r"next review|review (?:date|due|by|on)|(?:to be|due|date) (?:for )?review(?:ed)?\b|for review|"
    r"date of review|\breview\b[ \t]*[:|–-]|will be reviewed (?:again )?(?:on|by|in)\b",
    re.IGNORECASE,
)
_APPROVED = re.compile(
    r"\b(?:approved|adopted|ratified|agreed|approval|adoption|ratification)\b|"
    r"date of (?:policy|issue)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"last (?:review|updated|reviewed)|\b(?<!be )reviewed (?:on|in|:)|\bupdated\b|previous|issued",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^[ \t\u00a0|*-]*(?:policy owner|owner|(?:person|staff|lead|member of staff) responsible|"
    r"responsible (?:person|lead)|policy lead)(?: for (?:this )?policy)?"
    r"\**[ \t]*[:|][ \t|*]*(?P<who>[^|\r\n]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)
_POLICY = re.compile(
    r"polic(?:y|ies)|agreement|statement|procedure|code of|guidance|charter|rules|handbook",
    re.IGNORECASE,
)
_SCHOOL = re.compile(r"school|academy|college|primary|nursery|federation|trust", re.IGNORECASE)
#: What the words before a day say of it.
_LABELS = {"review": _REVIEW, "approved": _APPROVED, "past": _PAST}
_HEADER_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


#: What the longest policy needs, several times over.
LIMITS = Limits(memory=2_000_000_000, seconds=120)
TOO_MUCH = (
    "{name} takes too long to read, or too much memory. Save the text on its own, and add that."
)


class NoFolder(Trouble):
    """The folder of texts is not there."""


class AlreadyThere(FileRefused):
    """The folder has a text of that name or title, and nobody asked to replace it."""


@dataclass(frozen=True, slots=True)
class TextDetails:
    """What somebody says of a text, which goes before what its file says."""

    title: str = ""
    owner: str = ""
    review_by: date | None = None
    #: Who signs it, with commas between; it is an agreement then.
    signed_by: str = ""

    def as_header(self) -> dict[str, str]:
        return {
            "title": self.title,
            "owner": self.owner,
            "review by": _iso(self.review_by),
            "kind": "agreement" if self.signed_by else "",
            "sign": self.signed_by,
        }


NOTHING_TOLD = TextDetails()


@dataclass(frozen=True, slots=True)
class Added:
    """What was understood of a file, and where things now are."""

    text: PolicyText
    sections: tuple[str, ...]
    #: Sentences and bullets.
    passages: int
    #: The file, byte for byte.
    original: Path
    #: The files of the version that was replaced.
    kept: tuple[Path, ...]
    #: The words in the text that gave its review day; empty where they did not.
    review_words: str
    #: The text names several review days, and none was taken.
    doubtful: bool
    reading: FileText


@dataclass(frozen=True, slots=True)
class _FoundFacts:
    """What a text says of itself."""

    owner: str = ""
    approved: date | None = None
    review_by: date | None = None
    review_words: str = ""
    names_several_reviews: bool = False

    def words_for(self, review_by: date | None) -> str:
        """The words that gave the day of the next review; empty where it is another day."""
        return self.review_words if review_by and review_by == self.review_by else ""

    def as_header(self, title: str) -> dict[str, str]:
        return {
            "title": title,
            "owner": self.owner,
            "approved": _iso(self.approved),
            "review by": _iso(self.review_by),
        }


@dataclass(frozen=True, slots=True)
class _SchoolFile:
    """What was read out of the school's file."""

    reading: FileText
    #: Of the kind that it is, whatever its name says.
    suffix: str


@dataclass(frozen=True, slots=True)
class _Version:
    """What is to be written."""

    doc: str
    content: str
    #: The bytes of the school's file.
    original: bytes
    #: The ending of that file's name.
    suffix: str


@dataclass(frozen=True, slots=True)
class _Written:
    """Where the school's file is, and the files of the version that was replaced."""

    original: Path
    kept: tuple[Path, ...]


def add(
    file: Path,
    folder: Path,
    details: TextDetails = NOTHING_TOLD,
    *,
    today: date,
    instead: bool = False,
) -> Added:
    """Make a text in `folder` from `file`. `instead`: in place of the one with the same title.

    Takes a second or two for a long PDF. Raises FileRefused, NoFolder, and StoreUnavailable when
    the folder cannot be written to.
    """
    data = _read_bytes(file)
    if not folder.is_dir():
        raise NoFolder(NO_FOLDER.format(folder=folder))
    source = _read_apart(file.name, data)
    reading = source.reading

    facts = _find_facts(reading)
    title = _find_title(reading) or title_from_name(file.stem) or "Policy"
    content = _with_header(reading.text, details.as_header(), facts.as_header(title))
    text = _parse_as_bot(file, f"{safe_name(file.stem)}.md", content)

    there = _read_texts(folder)
    replaced = _find_same_text(there, text)
    if replaced and not instead:
        raise AlreadyThere(EXISTS.format(title=replaced.title, doc=replaced.doc))
    if replaced:
        content = _with_header(content, {}, _lasting_header(replaced))
        text = _parse_as_bot(file, f"{Path(replaced.doc).stem}.md", content)
    else:
        text = replace(text, doc=_free_name(there, text))

    version = _Version(text.doc, content, data, source.suffix)
    try:
        written = _write_version(folder, version, replaced, today)
    except OSError as error:
        raise unavailable(error, folder) from error

    units = divide(text)
    review_words = "" if details.review_by else facts.words_for(text.review_by)
    return Added(
        text=text,
        sections=sections(units),
        passages=len(units),
        original=written.original,
        kept=written.kept,
        review_words=review_words,
        doubtful=facts.names_several_reviews and text.review_by is None,
        reading=reading,
    )


def safe_name(stem: str) -> str:
    """The name of a file, without its ending, in small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LENGTH].strip("-")
    if name:
        return name
    # A name in another alphabet: its digest tells it from others.
    digest = hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()
    return f"policy-{digest[:6]}"


def _parse_as_bot(file: Path, doc: str, content: str) -> PolicyText:
    """The text as the bot will read it."""
    data = content.encode("utf-8")
    _refuse_what_is_too_long(file.name, len(data))
    text = parse(doc, data)
    if not text.readable:
        raise OtherKind(NO_TEXT.format(name=file.name))
    return text


def _refuse_what_is_too_long(name: str, size: int) -> None:
    """`size`: bytes of the text in UTF-8."""
    if size > LARGEST:
        raise FileTooLarge(TOO_LONG.format(name=name, most=LARGEST // 1_000_000))


def _find_body(text: str) -> int:
    """Where a text begins, after its header."""
    return parse("x.md", text.encode("utf-8")).body


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


# --- reading --------------------------------------------------------------------------------------


def _read_bytes(file: Path) -> bytes:
    try:
        if not file.exists():
            raise FileRefused(NO_FILE.format(name=file))
        if not file.is_file():
            raise FileRefused(NOT_A_FILE.format(name=file))
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        # Path raises ValueError where there is a NUL in the name.
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise FileRefused(NOT_OPENED.format(name=file, reason=reason)) from error
    if len(data) > LARGEST_FILE:
        raise FileTooLarge(TOO_LARGE.format(name=file.name, most=LARGEST_FILE // 1_000_000))
    if not data.strip(b" \t\r\n\x00"):
        raise Empty(EMPTY.format(name=file.name))
    return data


def _read_apart(name: str, data: bytes) -> _SchoolFile:
    """What a file says. Word and PDF are read in a process of their own: they may do harm."""
    if not (_is_pdf(data, Path(name).suffix.lower()) or data.startswith(_ZIP)):
        return _read_source(name, data)
    try:
        said = run_limited(read_here, LIMITS, name, data=data)
    except LimitExceeded as error:
        raise FileTooLarge(TOO_MUCH.format(name=name)) from error
    if "refused" in said:
        kinds = {kind.__name__: kind for kind in FileRefused.__subclasses__()}
        raise kinds.get(said["refused"], FileRefused)(said["words"])
    reading = FileText(
        said["text"],
        title=said["title"],
        margins=tuple(said["margins"]),
        left_out=tuple(said["left_out"]),
        blank_pages=tuple(said["blank_pages"]),
    )
    return _SchoolFile(reading, said["suffix"])


def read_here(name: str) -> dict[str, Any]:
    """What the file on standard input says, or why it is refused, as JSON tells it."""
    try:
        source = _read_source(name, sys.stdin.buffer.read())
    except FileRefused as refusal:
        return {"refused": type(refusal).__name__, "words": str(refusal)}
    return {"suffix": source.suffix, **asdict(source.reading)}


def _read_source(name: str, data: bytes) -> _SchoolFile:
    """What a file says. Its kind is told by what is in it, and not by its name."""
    suffix = Path(name).suffix.lower()
    if _is_pdf(data, suffix):
        return _SchoolFile(read_pdf(name, data), ".pdf")
    if data.startswith(_ZIP):
        return _SchoolFile(read_word(name, data), ".docx")
    _refuse_what_is_no_text(name, data, suffix)
    text = _decode_text(name, data)
    if not text.strip("\ufeff \t\r\n"):
        raise Empty(EMPTY.format(name=name))
    # Before anything looks for marks in it, which takes seconds in a text without end.
    _refuse_what_is_too_long(name, len(text.encode("utf-8")))
    return _SchoolFile(FileText(text, title=_title_on_top(text)), suffix)


def _is_pdf(data: bytes, suffix: str) -> bool:
    """A PDF may have something before its first line, and a text may be about PDFs."""
    if data.lstrip().startswith(b"%PDF-"):
        return True
    return suffix == ".pdf" and b"%PDF-" in data[:1024]


def _refuse_what_is_no_text(name: str, data: bytes, suffix: str) -> None:
    if data.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Protected(LOCKED.format(name=name))
        raise OtherKind(OLD_WORD.format(name=name))
    if suffix == ".pdf":
        raise DamagedFile(DAMAGED.format(name=name, kind="PDF"))
    if suffix == ".docx":
        raise DamagedFile(DAMAGED.format(name=name, kind="Word"))
    if suffix not in TEXTS or data.startswith(b"{\\rtf"):
        raise OtherKind(OTHER_KIND.format(name=name))


def _decode_text(name: str, data: bytes) -> str:
    """Every character of a bare text, in whichever of the usual ways they were written."""
    for encoding in _likely_encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OtherKind(NO_TEXT.format(name=name))


def _likely_encodings(data: bytes) -> tuple[str, ...]:
    # The mark of UTF-32 begins with that of UTF-16.
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return ("utf-32",)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    # Of two bytes of a Latin letter in UTF-16, one is nought.
    if data[1::2].count(0) * 3 > len(data):
        return ("utf-16-le",)
    if data[::2].count(0) * 3 > len(data):
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _title_on_top(text: str) -> str:
    """The first line that a reader sees, where it looks like a title.

    Marks of Markdown and of HTML are none of it. Of a letter or an e-mail it is what it says that
    it is about; else the first line below the greeting, for above it are addresses.
    """
    plain = read_plain(text, _find_body(text))
    lines = read_lines(plain.words, plain.body)
    top = [line for line in lines if line.text][:TOP]
    for line in top:
        about = _ABOUT.match(line.text)
        if about:
            return about["what"]
    greetings = [n for n, line in enumerate(top) if line.kind == "letter"]
    for line in top[greetings[-1] + 1 if greetings else 0 :]:
        if line.kind == "heading":
            return line.heading
        if line.kind == "text" and _is_like_title(line.text):
            return line.text
        if line.kind != "rule":
            return ""
    return ""


def _is_like_title(words: str) -> bool:
    return len(words) <= 90 and bool(_LETTER.search(words)) and words[-1] not in ".,;:!?-"


# --- what is known of the text --------------------------------------------------------------------


def _find_title(reading: FileText) -> str:
    """What the text calls itself.

    Where the school's name stands first, it is the line after it that names a policy.
    """
    title = reading.title.strip("*_ ")
    if _POLICY.search(title) or not _SCHOOL.search(title):
        return title
    lines = [line.strip("#*_ ") for line in reading.text.splitlines() if line.strip()]
    for line in lines[:8]:
        is_short = len(line) <= 80 and not line.endswith((".", ",", ";", ":"))
        if is_short and _POLICY.search(line):
            return line
    return title


@dataclass(frozen=True, slots=True)
class _LabelledDay:
    """A day in a text, and what the words before it say of it."""

    day: date
    #: review, approved or past
    label: str
    #: From the label to the day.
    words: str
    #: It is called the next, as opposed to the last.
    is_next: bool


def _find_facts(reading: FileText) -> _FoundFacts:
    """Owner, approval and review, where the file itself says them, and says them once."""
    body = reading.text[_find_body(reading.text) :]
    text = "\n\n".join((body, *reading.margins))
    reviews: dict[date, _LabelledDay] = {}
    approvals: set[date] = set()
    for found in _find_labelled_days(text):
        if found.label == "review":
            reviews.setdefault(found.day, found)
        elif found.label == "approved":
            approvals.add(found.day)

    facts = _FoundFacts(
        owner=_find_owner(text),
        approved=approvals.pop() if len(approvals) == 1 else None,
    )
    next_reviews = [review for review in reviews.values() if review.is_next]
    candidates = next_reviews or list(reviews.values())
    if len(candidates) == 1:
        review = candidates[0]
        return replace(facts, review_by=review.day, review_words=review.words)
    return replace(facts, names_several_reviews=len(candidates) > 1)


def _find_owner(text: str) -> str:
    owner = _OWNER.search(text)
    return _one_line(owner.group("who")).strip("* ") if owner else ""


def _find_labelled_days(text: str) -> Iterator[_LabelledDay]:
    end_of_last = 0
    for match in _DAY.finditer(text):
        # What says what a day is stands between it and the day before, in one paragraph.
        paragraph = text.rfind("\n\n", 0, match.start())
        start = max(end_of_last, match.start() - 70, paragraph)
        before = text[start : match.start()]
        end_of_last = match.end()

        day = _read_day(match)
        places = {name: _find_last(label, before) for name, label in _LABELS.items()}
        nearest = max(places, key=lambda name: places[name])
        if day is None or places[nearest] < 0:
            continue
        words = re.sub(r"[|*#]+", " ", text[start + places[nearest] : match.end()])
        yield _LabelledDay(day, nearest, " ".join(words.split()), "next" in before.lower())


def _find_last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last match begins; -1 where there is none."""
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _read_day(match: re.Match[str]) -> date | None:
    """A day as written; of a month alone, its last day. None for what is none, or too far away."""
    try:
        day = _to_date(match)
    except ValueError:
        # The 31st of February, or the 13th month.
        return None
    return day if 1990 <= day.year <= 2100 else None


def _to_date(match: re.Match[str]) -> date:
    found = match.groupdict()
    if found["iso"]:
        year, month, number = found["iso"].split("-")
        return date(int(year), int(month), int(number))
    if found["y1"]:
        short_year = int(found["y1"])
        full_year = short_year + 2000 if short_year < 100 else short_year
        return date(full_year, int(found["m1"]), int(found["d1"]))
    year_number = int(found["y2"])
    month_number = MONTHS.index(found["m2"].lower()) + 1
    if found["d2"]:
        return date(year_number, month_number, int(found["d2"]))
    last_day = calendar.monthrange(year_number, month_number)[1]
    return date(year_number, month_number, last_day)


# --- the header -----------------------------------------------------------------------------------


def _with_header(text: str, told: Mapping[str, str], found: Mapping[str, str]) -> str:
    """The text below a header of what is told and, where nothing is told, of what is found.

    A header that it has stays: what is told is put in, what is found only where it has nothing.
    """
    told = _without_blanks(told)
    wanted = {**_without_blanks(found), **told}
    body = _find_body(text)
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
    return {key: _one_line(value) for key, value in values.items() if value.strip()}


def _one_line(value: str) -> str:
    return " ".join(value.split())[:200]


def _lasting_header(text: PolicyText) -> dict[str, str]:
    """What a new version has in common with the one before, where nobody says otherwise."""
    return {
        "owner": text.owner,
        "for": text.audience,
        "kind": "" if text.kind == "policy" else text.kind,
        "sign": ", ".join(text.sign),
    }


# --- writing --------------------------------------------------------------------------------------


def _find_same_text(texts: Sequence[PolicyText], text: PolicyText) -> PolicyText | None:
    """The text of that title; where a file's name is the same, but its title is not, it is another.

    A text that has no title of its own goes by its file's name.
    """
    for other in texts:
        if _is_title(other.title, text.title):
            return other
    for other in texts:
        if _has_name_of(other, text) and _is_untitled(other):
            return other
    return None


def _is_title(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _has_name_of(other: PolicyText, text: PolicyText) -> bool:
    return safe_name(Path(other.doc).stem) == Path(text.doc).stem


def _is_untitled(text: PolicyText) -> bool:
    return _is_title(text.title, title_from_name(Path(text.doc).stem))


def _free_name(texts: Sequence[PolicyText], text: PolicyText) -> str:
    """A name for its file that no other text has: `phones.md`, or else `phones-2.md`."""
    taken = {safe_name(Path(other.doc).stem) for other in texts}
    stem = Path(text.doc).stem
    name = stem
    number = 2
    while name in taken:
        name = f"{stem}-{number}"
        number += 1
    return f"{name}.md"


def _read_texts(folder: Path) -> list[PolicyText]:
    texts = []
    for path in sorted(folder.iterdir()):
        is_text = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
        if is_text and path.is_file():
            try:
                texts.append(read(path))
            except OSError:
                continue
    return texts


# The order matters: whatever happens between two steps, no version is lost, and the folder holds
# one text that is whole.
def _write_version(
    folder: Path, version: _Version, replaced: PolicyText | None, today: date
) -> _Written:
    originals = folder / ORIGINALS
    make_folder(originals)
    stem = Path(version.doc).stem
    older = [originals / f"{stem}{suffix}" for suffix in (".pdf", ".docx", *TEXTS)]
    kept = _keep_replaced(folder / replaced.doc, older, stem, today) if replaced else []

    original = originals / f"{stem}{version.suffix}"
    replace_file(original, version.original)
    path = folder / version.doc
    replace_file(path, version.content.encode())
    # The bot may run as somebody else, and what it quotes is no secret.
    path.chmod(0o644)

    if replaced:
        for other in older:
            if other != original:
                remove_file(other)
        if replaced.doc != version.doc:
            remove_file(folder / replaced.doc)
    return _Written(original, tuple(kept))


def _keep_replaced(replaced: Path, originals: list[Path], stem: str, today: date) -> list[Path]:
    """Copy a text, and those of its originals that are there, below names of their version."""
    words = replaced.read_bytes()
    folder = replaced.parent / ORIGINALS
    version = f"{stem}.{today.isoformat()}.{hashlib.sha256(words).hexdigest()[:8]}"
    copy = folder / f"{version}.text{replaced.suffix}"
    replace_file(copy, words)
    kept = [copy]
    for path in originals:
        if path.is_file():
            copy = folder / f"{version}{path.suffix}"
            replace_file(copy, path.read_bytes())
            kept.append(copy)
    return kept
