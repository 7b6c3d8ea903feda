"""`headsup redact`: a copy of an export without what tells of others.

A person decides of each name and each file; nothing goes into the copy before all are decided.
"""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

from bot.cli.export.decisions import (
    Decided,
    Decision,
    keep_decisions,
    read_decisions,
    with_decided,
)
from bot.cli.export.folded import Finder
from bot.cli.export.html_pages import safe
from bot.cli.export.new_folder import make_folder, must_be_new, put, whole
from store.disk.durable import unavailable
from store.errors import Trouble

REMOVED = "[removed]"
FILE_REMOVED = "[file not handed over]"

UNDECIDED = (
    "{number} of others.txt are not decided yet, such as “{words}”. "
    "Write remove or keep before each, or run this where it can ask you."
)
NO_PAGES = "There are no pages in {folder}. Name a folder that `headsup export` has written."
MADE = (
    "A copy is in {folder}: {words} removed wherever they stand, {files} left out. "
    "Read all of it before it is handed over: what nobody listed still stands there."
)

README = """\
A copy of what the school holds, for the person who asked for it.

What tells of other people was taken out: [removed] stands in its place, and a file that is
not handed over is named so.
"""

#: Asks a person what becomes of one of them; None is to stop here.
Ask = Callable[[Decision], Decided | None]


def redact_to(folder: Path, to: Path, ask: Ask | None) -> list[str]:
    """Write the clean copy, and say what to do next.

    `ask`: None where nobody is there to answer. Raises Trouble where something is undecided.
    """
    try:
        must_be_new(to, folder, "the export's")
        decisions = _all_decided(folder, ask)
        make_folder(to)
        with whole(to):
            _write(folder, to, decisions)
    except OSError as error:
        raise unavailable(error, to) from error

    removed = [decision for decision in decisions if decision.decided == Decided.REMOVE]
    words = sum(not decision.is_file for decision in removed)
    files = len(removed) - words
    return [MADE.format(folder=to, words=_numbered(words, "name"), files=_numbered(files, "file"))]


def _numbered(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _all_decided(folder: Path, ask: Ask | None) -> list[Decision]:
    decisions = read_decisions(folder)
    for place, decision in enumerate(decisions):
        if ask is None or decision.decided != Decided.OPEN:
            continue
        decided = ask(decision)
        if decided is None:
            break
        decisions[place] = with_decided(decision, decided)
        keep_decisions(folder, decisions)

    undecided = [decision for decision in decisions if decision.decided == Decided.OPEN]
    if undecided:
        words = safe(undecided[0].words)
        raise Trouble(UNDECIDED.format(number=len(undecided), words=words))
    return decisions


def _write(folder: Path, to: Path, decisions: Sequence[Decision]) -> None:
    pages = sorted(folder.glob("*.html"))
    if not pages:
        raise Trouble(NO_PAGES.format(folder=folder))

    handed_over = _decided(decisions, Decided.KEEP, is_file=True)
    names = _files_of_others(folder)
    kept = [name for name in names if name in handed_over]
    gone = Finder(name for name in names if name not in handed_over)
    words = Finder(
        wanted=_decided(decisions, Decided.REMOVE, is_file=False),
        kept=_decided(decisions, Decided.KEEP, is_file=False),
    )

    for page in pages:
        clean = _Clean(words, gone)
        clean.feed(page.read_text("utf-8"))
        clean.close()
        put(to / page.name, clean.page)
    for name in kept:
        _copy(folder / name, to / name)
    put(to / "README.txt", README)


def _decided(decisions: Sequence[Decision], decided: Decided, *, is_file: bool) -> set[str]:
    """The words, or the paths of files, of which this was decided."""
    return {each.words for each in decisions if each.decided == decided and each.is_file == is_file}


def _files_of_others(folder: Path) -> list[str]:
    """The paths within the folder of all files that may be handed over."""
    files = [path for path in sorted(folder.rglob("*")) if _is_file_of_others(path, folder)]
    return [_within(path, folder) for path in files]


def _is_file_of_others(path: Path, folder: Path) -> bool:
    """A file below the folder, as all evidence is: nothing that lies there else is copied."""
    return path.is_file() and not path.is_symlink() and path.parent != folder


def _within(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as target, path.open("rb") as source:
        shutil.copyfileobj(source, target)


class _Clean(HTMLParser):
    """Writes a page anew, with the texts of it redacted; comments and scripts are left out."""

    def __init__(self, words: Finder, files: Finder) -> None:
        super().__init__(convert_charrefs=True)
        self._words, self._files = words, files
        self._parts: list[str] = []
        #: Within these, what stands there is no text: its styles are kept, and a script is not.
        self._inside = ""

    @property
    def page(self) -> str:
        return "".join(self._parts)

    def handle_decl(self, decl: str) -> None:
        self._parts.append(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self._inside = tag
        if tag != "script":
            cleaned = "".join(self._attribute(name, value or "") for name, value in attrs)
            self._parts.append(f"<{tag}{cleaned}>")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        if tag != "script":
            self._parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self._parts.append(data)
        elif self._inside != "script":
            self._parts.append(html.escape(self._redacted(data)))

    def _attribute(self, name: str, value: str) -> str:
        return f' {name}="{html.escape(self._redacted(value))}"'

    def _redacted(self, text: str) -> str:
        return self._words.replaced(self._files.replaced(text, FILE_REMOVED), REMOVED)
