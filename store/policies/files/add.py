"""Makes a text of the folder from a school's own file, and keeps the file beside it.

`NAME.md` holds the school's words, below a header of what is known of them; `originals/NAME.pdf` is the file, byte
for byte. A version that is replaced goes to `originals/` with the day and its digest in its name. Everything is
written durably, the text last, so that a bot that looks at the folder sees the old text or the new, and never half.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from store.disk.durable import make_folder, remove_file, replace_file, unavailable
from store.errors import Trouble
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
from store.policies.texts import LARGEST, SUFFIXES, PolicyText, parse, read

LARGEST_FILE = 50_000_000  # bytes; a scan of a hundred pages is smaller
ORIGINALS = "originals"
TEXTS = (".md", ".markdown", ".txt")
HEADER = ("title", "owner", "approved", "review by", "for", "kind", "sign")
NAME_LENGTH = 80

NO_FILE = "There is no file {name}. Check the spelling, or drag the file into this window to write its name."
NOT_A_FILE = "{name} is no file. Add one .md, .txt, .docx or .pdf file at a time."
NOT_OPENED = "{name} cannot be opened: {reason}."
NO_FOLDER = "The folder {folder} is not there. Make it, or say in POLICY_TEXTS where the texts are."
TOO_LARGE = "{name} is larger than {most} MB, which is more than any policy. Save it without pictures, and add that."
TOO_LONG = "{name} has more than {most} million characters, which is more than any policy. Add the policy alone."
EMPTY = "{name} is empty."
OTHER_KIND = "{name} is not a kind of file that can be read. Save it as .docx, .pdf, .txt or .md, and add that."
OLD_WORD = "{name} is a file of an old Word. Open it in Word, save it as .docx, and add that."
LOCKED = "{name} needs a password. Save a copy without a password in Word, and add that."
DAMAGED = (
    "{name} is no proper {kind} file: it may be damaged. Save it once more, and add the new file."
)
NO_TEXT = (
    "{name} is no text, or in an alphabet that cannot be told. Save it as UTF-8, and add that."
)
EXISTS = "There is a text “{title}” already ({doc}). To put this in its place, add --replace; the older one is kept."

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(
    r"(?P<iso>\b\d{4}-\d{1,2}-\d{1,2}\b)"
    r"|\b(?P<d1>\d{1,2})[./-](?P<m1>\d{1,2})[./-](?P<y1>\d{4}|\d{2})\b"
    rf"|(?:\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? (?:of )?)?\b(?P<m2>{'|'.join(_MONTHS)})[a-z]*,? (?P<y2>\d{{4}})\b",
    re.IGNORECASE,
)
_REVIEW = re.compile(
    r"next review|review (?:date|due|by|on)|(?:to be|due|date) (?:for )?review(?:ed)?\b|for review|"
    r"date of review|\breview\b[ \t]*[:|–-]|will be reviewed (?:again )?(?:on|by|in)\b",
    re.IGNORECASE,
)
_APPROVED = re.compile(
    r"\b(?:approved|adopted|ratified|agreed|approval|adoption|ratification)\b|date of (?:policy|issue)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"last (?:review|updated|reviewed)|\b(?<!be )reviewed (?:on|in|:)|\bupdated\b|previous|issued",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^[\s|*-]*(?:policy owner|owner|(?:person|staff|lead|member of staff) responsible|responsible (?:person|lead)|"
    r"policy lead)(?: for (?:this )?policy)?\**[ \t]*[:|][ \t|*]*(?P<who>[^|\r\n]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)
_POLICY = re.compile(
    r"polic(?:y|ies)|agreement|statement|procedure|code of|guidance|charter|rules|handbook",
    re.IGNORECASE,
)
_SCHOOL = re.compile(r"school|academy|college|primary|nursery|federation|trust", re.IGNORECASE)
_LABELS = {"review": _REVIEW, "approved": _APPROVED, "past": _PAST}


class NoFolder(Trouble):
    """The folder of texts is not there."""


class AlreadyThere(FileRefused):
    """The folder has a text of that name or title, and nobody asked to replace it."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was understood of a file, and where things now are."""

    text: PolicyText
    sections: tuple[str, ...]
    passages: int  # sentences and bullets
    original: Path  # the file, byte for byte
    kept: tuple[Path, ...]  # the files of the version that was replaced
    review_words: str  # the words in the text that gave its review day; empty where they did not
    doubtful: bool  # the text names several review days, and none was taken
    reading: FileText


@dataclass(frozen=True, slots=True)
class _Facts:
    owner: str = ""
    approved: date | None = None
    review_by: date | None = None
    review_words: str = ""
    doubtful: bool = False


def add(
    file: Path,
    folder: Path,
    *,
    today: date,
    title: str = "",
    owner: str = "",
    review_by: date | None = None,
    signed_by: str = "",
    instead: bool = False,
) -> Added:
    """Make a text in `folder` from `file`. `instead`: in place of the text of the same name or title.

    What is told goes before what the file says. `signed_by`: who signs it, with commas between; it is an agreement
    then. Takes a second or two for a long PDF. Raises FileRefused, NoFolder, and StoreUnavailable when the folder
    cannot be written to.
    """
    data = _bytes_of(file)
    if not folder.is_dir():
        raise NoFolder(NO_FOLDER.format(folder=folder))
    reading, suffix = _read(file.name, data)
    body = reading.text[parse(file.name, reading.text.encode("utf-8")).body :]
    facts = _facts("\n\n".join((body, *reading.margins)))
    told = {
        "title": title,
        "owner": owner,
        "review by": review_by.isoformat() if review_by else "",
        "kind": "agreement" if signed_by else "",
        "sign": signed_by,
    }
    found = {
        "title": _title(reading) or _spoken(file.stem),
        "owner": facts.owner,
        "approved": facts.approved.isoformat() if facts.approved else "",
        "review by": facts.review_by.isoformat() if facts.review_by else "",
    }
    content = _with_header(reading.text, told, found)
    text = _checked(file, f"{safe_name(file.stem)}.md", content)
    there = _same(folder, text)
    if there and not instead:
        raise AlreadyThere(EXISTS.format(title=there.title, doc=there.doc))
    if there:
        content = _with_header(content, {}, _lasting(there))
        text = _checked(file, f"{Path(there.doc).stem}.md", content)
    try:
        original, kept = _write(folder, text.doc, content.encode(), data, suffix, there, today)
    except OSError as error:
        raise unavailable(error, folder) from error
    units = divide(text)
    from_words = (
        text.review_by is not None and text.review_by == facts.review_by and review_by is None
    )
    return Added(
        text=text,
        sections=sections(units),
        passages=len(units),
        original=original,
        kept=kept,
        review_words=facts.review_words if from_words else "",
        doubtful=facts.doubtful and text.review_by is None,
        reading=reading,
    )


def _checked(file: Path, doc: str, content: str) -> PolicyText:
    """The text as the bot will read it."""
    data = content.encode("utf-8")
    if len(data) > LARGEST:
        raise FileTooLarge(TOO_LONG.format(name=file.name, most=LARGEST // 1_000_000))
    text = parse(doc, data)
    if not text.readable:
        raise OtherKind(NO_TEXT.format(name=file.name))
    return text


def _lasting(text: PolicyText) -> dict[str, str]:
    """What a new version has in common with the one before, where nobody says otherwise."""
    kind = text.kind if text.kind != "policy" else ""
    return {"owner": text.owner, "for": text.audience, "kind": kind, "sign": ", ".join(text.sign)}


def safe_name(stem: str) -> str:
    """The name of a file, without its ending, in small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LENGTH].strip("-")
    return name or f"policy-{hashlib.sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


# --- reading ----------------------------------------------------------------------------------------


def _bytes_of(file: Path) -> bytes:
    try:
        if not file.exists():
            raise FileRefused(NO_FILE.format(name=file))
        if not file.is_file():
            raise FileRefused(NOT_A_FILE.format(name=file))
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise FileRefused(NOT_OPENED.format(name=file, reason=reason)) from error
    if len(data) > LARGEST_FILE:
        raise FileTooLarge(TOO_LARGE.format(name=file.name, most=LARGEST_FILE // 1_000_000))
    if not data.strip(b" \t\r\n\x00"):
        raise Empty(EMPTY.format(name=file.name))
    return data


def _read(name: str, data: bytes) -> tuple[FileText, str]:
    """What a file says, and the suffix of its kind: told by what is in it, and not by its name."""
    suffix = Path(name).suffix.lower()
    if data.lstrip().startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:1024]):
        return read_pdf(name, data), ".pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_word(name, data), ".docx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise (
            Protected(LOCKED.format(name=name)) if locked else OtherKind(OLD_WORD.format(name=name))
        )
    if suffix in (".pdf", ".docx"):
        raise DamagedFile(DAMAGED.format(name=name, kind="PDF" if suffix == ".pdf" else "Word"))
    if suffix not in TEXTS or data.startswith(b"{\\rtf"):
        raise OtherKind(OTHER_KIND.format(name=name))
    text = _decoded(name, data)
    if not text.strip("\ufeff \t\r\n"):
        raise Empty(EMPTY.format(name=name))
    return FileText(text, title=_first_line(text)), suffix


def _decoded(name: str, data: bytes) -> str:
    """The characters of a bare text, every one of them, in whichever of the usual ways they were written."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        ways = ["utf-32"]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        ways = ["utf-16"]
    elif data[1::2].count(0) * 3 > len(data):
        ways = ["utf-16-le"]
    elif data[::2].count(0) * 3 > len(data):
        ways = ["utf-16-be"]
    else:
        ways = ["utf-8-sig", "cp1252"]
    for way in ways:
        try:
            return data.decode(way)
        except UnicodeDecodeError:
            continue
    raise OtherKind(NO_TEXT.format(name=name))


def _first_line(text: str) -> str:
    """The first line, where it looks like a title."""
    body = parse("x.md", text.encode("utf-8")).body
    line = next((x.strip() for x in text[body:].splitlines() if x.strip()), "")
    if line.startswith("#"):
        return line.strip("# \t")
    return (
        line
        if len(line) <= 90 and re.search(r"[^\W\d_]", line) and line[-1] not in ".,;:!?-"
        else ""
    )


# --- what is known of the text --------------------------------------------------------------------


def _title(reading: FileText) -> str:
    """What the text calls itself. Where the school's name stands first, the heading after it that names a policy."""
    title = reading.title.strip("*_ ")
    if title and _SCHOOL.search(title) and not _POLICY.search(title):
        first = [line.strip("#*_ ") for line in reading.text.splitlines() if line.strip()][:8]
        short = (line for line in first if len(line) <= 80 and line[-1:] not in ".,;:")
        return next((line for line in short if _POLICY.search(line)), title)
    return title


def _facts(text: str) -> _Facts:
    """Owner, approval and review, where the text itself says them."""
    reviews: dict[date, tuple[str, bool]] = {}
    approvals: set[date] = set()
    before = 0
    for match in _DAY.finditer(text):
        start = max(before, match.start() - 70, text.rfind("\n\n", 0, match.start()))
        label, day = text[start : match.start()], _day(match)
        before = match.end()
        if day is None:
            continue
        last = {kind: _last(pattern, label) for kind, pattern in _LABELS.items()}
        kind = max(last, key=lambda k: last[k])
        if last[kind] < 0:
            continue
        words = " ".join(re.sub(r"[|*#]+", " ", text[start + last[kind] : match.end()]).split())
        if kind == "review":
            reviews.setdefault(day, (words, "next" in label.lower()))
        elif kind == "approved":
            approvals.add(day)
    if any(following for _, following in reviews.values()):
        reviews = {d: r for d, r in reviews.items() if r[1]}
    owner = _OWNER.search(text)
    sole = next(iter(reviews), None) if len(reviews) == 1 else None
    return _Facts(
        owner=_one_line(owner.group("who")).strip("* ") if owner else "",
        approved=approvals.pop() if len(approvals) == 1 else None,
        review_by=sole,
        review_words=reviews[sole][0] if sole else "",
        doubtful=len(reviews) > 1,
    )


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)


def _day(match: re.Match[str]) -> date | None:
    """A day as written; of a month alone, its last day."""
    found = match.groupdict()
    try:
        if found["iso"]:
            year, month, dom = map(int, found["iso"].split("-"))
        elif found["y1"]:
            dom, month, year = int(found["d1"]), int(found["m1"]), int(found["y1"])
            year += 2000 if year < 100 else 0
        else:
            year, month = int(found["y2"]), _MONTHS.index(found["m2"].lower()) + 1
            dom = int(found["d2"]) if found["d2"] else calendar.monthrange(year, month)[1]
        return date(year, month, dom) if 1990 <= year <= 2100 else None
    except (ValueError, calendar.IllegalMonthError):
        return None


def _with_header(text: str, told: Mapping[str, str], found: Mapping[str, str]) -> str:
    """The text below a header. A header that it has stays, with what is told put in and what is found put to it."""
    told = {key: _one_line(value) for key, value in told.items() if value.strip()}
    wanted = {**{key: _one_line(value) for key, value in found.items() if value.strip()}, **told}
    body = parse("x.md", text.encode("utf-8")).body
    if body < 2:
        order = [key for key in HEADER if key in wanted]
        return "---\n" + "".join(f"{key}: {wanted[key]}\n" for key in order) + "---\n\n" + text
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text[:body])
    end = re.search(r"[\r\n]+\Z", lines[0])
    ending = end.group() if end else "\n"
    places = {_key(line): n for n, line in enumerate(lines)}
    for key, value in wanted.items():
        if key in places and key in told:
            lines[places[key]] = f"{key}: {value}{ending}"
        elif key not in places:
            lines.insert(len(lines) - 1, f"{key}: {value}{ending}")
    return "".join(lines) + text[body:]


def _key(line: str) -> str:
    key = re.sub(r"[_-]", " ", line.partition(":")[0]).strip().lower()
    return "review by" if key == "review" else key


def _one_line(value: str) -> str:
    return " ".join(value.split())[:200]


def _spoken(stem: str) -> str:
    return re.sub(r"[-_]+", " ", stem).strip().capitalize() or "Policy"


# --- writing ----------------------------------------------------------------------------------------


def _same(folder: Path, text: PolicyText) -> PolicyText | None:
    """The text in the folder that has the name of `text`, or else its title."""
    there = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
            try:
                there.append(read(path))
            except OSError:
                continue
    stem = Path(text.doc).stem
    named = (t for t in there if safe_name(Path(t.doc).stem) == stem)
    titled = (t for t in there if t.title.casefold() == text.title.casefold())
    return next(named, None) or next(titled, None)


def _write(
    folder: Path,
    doc: str,
    content: bytes,
    data: bytes,
    suffix: str,
    there: PolicyText | None,
    today: date,
) -> tuple[Path, tuple[Path, ...]]:
    """Where the original and the files of an older version are."""
    originals = folder / ORIGINALS
    make_folder(originals)
    stem = Path(doc).stem
    kept: list[Path] = []
    older = [originals / f"{stem}{kind}" for kind in (".pdf", ".docx", *TEXTS)]
    if there:
        words = (folder / there.doc).read_bytes()
        version = f"{stem}.{today.isoformat()}.{hashlib.sha256(words).hexdigest()[:8]}"
        replace_file(originals / f"{version}.text{Path(there.doc).suffix}", words)
        kept.append(originals / f"{version}.text{Path(there.doc).suffix}")
        for path in older:
            if path.is_file():
                replace_file(originals / f"{version}{path.suffix}", path.read_bytes())
                kept.append(originals / f"{version}{path.suffix}")
    original = originals / f"{stem}{suffix}"
    replace_file(original, data)
    replace_file(folder / doc, content)
    (folder / doc).chmod(0o644)  # the bot may run as somebody else, and what it quotes is no secret
    for path in older:
        if there and path != original:
            remove_file(path)
    if there and there.doc != doc:
        remove_file(folder / there.doc)
    return original, tuple(kept)
