"""The folder of texts, kept divided and indexed for as long as it does not change."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from store.policies.answer import Answer, Passage
from store.policies.divide import LONGEST, Unit, divide, sections
from store.policies.question import understand
from store.policies.rank import Index, Scored
from store.policies.refuse import AT_LEAST, confidence
from store.policies.texts import SUFFIXES, PolicyText, read

MODEL = {
    "own": 1.0, "ctx": 1.0, "exact": 0.3, "dense": 0.5, "near": 0.3,
    "k:who": 0.05, "k:many": 0.15, "k:often": 0.15, "k:may": 0.05, "lead-in": -0.05,
}  # fmt: skip

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Shelf:
    stamp: _Stamp
    texts: tuple[PolicyText, ...]
    units: tuple[tuple[Unit, ...], ...]
    index: Index


class Policies:
    """All `.md` and `.txt` files of one folder. A changed folder is noticed at the next question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shelf: _Shelf | None = None

    def texts(self) -> tuple[PolicyText, ...]:
        """Every text, by file name. A text that could not be read has no characters and is not `readable`."""
        return self._current().texts

    def text(self, doc: str) -> PolicyText | None:
        """The text in the file `doc`."""
        return next((t for t in self.texts() if t.doc == doc), None)

    def sections(self, doc: str) -> tuple[str, ...]:
        """The headings of one text, in order."""
        shelf = self._current()
        return next((sections(u) for t, u in zip(shelf.texts, shelf.units, strict=True) if t.doc == doc), ())

    def section(self, doc: str, heading: str) -> tuple[Passage, ...]:
        """Everything under one heading, in order, in passages of whole sentences and bullets.

        Case and punctuation of `heading` do not count. Empty when there is no such text or heading.
        """
        shelf = self._current()
        wanted = _plain(heading)
        for text, units in zip(shelf.texts, shelf.units, strict=True):
            if text.doc == doc:
                return tuple(_gather(text, [u for u in units if _plain(u.section) == wanted]))
        return ()

    def ask(self, question: str, top: int = 10) -> Answer:
        """The passages that answer best, best first. Never raises on anything that was typed."""
        asked = understand(question)
        if not any(not slot.light for slot in asked.slots):
            return Answer(question)
        shelf = self._current()
        scored = shelf.index.rank(asked, MODEL)
        sure = confidence(scored)
        ranked = tuple(self._passage(shelf, s) for s in scored[:top])
        return Answer(question, ranked, refused=not ranked or sure < AT_LEAST, confidence=sure)

    def _passage(self, shelf: _Shelf, scored: Scored) -> Passage:
        entry = shelf.index.entries[scored.entry]
        text = shelf.texts[entry.doc]
        return replace(
            _cite(text, entry.unit, entry.unit.start, entry.unit.end), score=round(scored.score, 4)
        )

    def _current(self) -> _Shelf:
        stamp = self._stamp()
        if self._shelf is None or self._shelf.stamp != stamp:
            old = (
                {t.doc: (t, u) for t, u in zip(self._shelf.texts, self._shelf.units, strict=True)}
                if self._shelf
                else {}
            )
            texts, units = [], []
            for name, _, _ in stamp:
                try:
                    text = read(self.folder / name)
                except OSError:
                    continue
                known = old.get(name)
                texts.append(text)
                units.append(known[1] if known and known[0] == text else divide(text))
            index = Index([(t.title, t.text, u) for t, u in zip(texts, units, strict=True)])
            self._shelf = _Shelf(stamp, tuple(texts), tuple(units), index)
        return self._shelf

    def _stamp(self) -> _Stamp:
        found = []
        try:
            for path in self.folder.iterdir():
                if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                    try:
                        about = path.stat()
                    except OSError:
                        continue
                    found.append((path.name, about.st_mtime_ns, about.st_size))
        except OSError:
            return ()
        return tuple(sorted(found))


def _plain(heading: str) -> str:
    return " ".join(re.findall(r"\w+", heading.lower()))


def _cite(text: PolicyText, unit: Unit, start: int, end: int) -> Passage:
    lead = unit.lead_in
    within = lead is None or start <= lead[0]
    return Passage(
        doc=text.doc,
        title=text.title,
        section=unit.section,
        start=start,
        end=end,
        text=text.text[start:end],
        lead_in="" if lead is None or within else text.text[lead[0] : lead[1]],
        review_by=text.review_by,
    )


def _gather(text: PolicyText, units: list[Unit]) -> list[Passage]:
    """Neighbouring units as passages of at most LONGEST characters."""
    passages: list[Passage] = []
    first: Unit | None = None
    end = 0
    for unit in units:
        if first is not None and unit.end - first.start > LONGEST:
            passages.append(_cite(text, first, first.start, end))
            first = None
        first = first or unit
        end = unit.end
    if first is not None:
        passages.append(_cite(text, first, first.start, end))
    return passages
