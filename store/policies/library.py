"""The folder of texts, kept divided and indexed for as long as it does not change."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby
from pathlib import Path

from store.policies.answer import Answer, Passage
from store.policies.divide import LONGEST, Unit, divide, sections
from store.policies.search import meaning, weights
from store.policies.search.differ import Claim, any_contradict, read_claim
from store.policies.search.question import understand
from store.policies.search.quote import list_bullets, span
from store.policies.search.rank import Index, Scored
from store.policies.search.refuse import confidence, refusal_features
from store.policies.search.sense import Embeddings, QuestionVectors, embed_index
from store.policies.search.vectors import Vectors
from store.policies.search.words import words
from store.policies.texts import SUFFIXES, PolicyText, read

ALIKE = 0.8  # share of words in common from which two passages say the same
MOST = 15_000  # passages; more than any school has, and vectors of more would take too much memory
AT_ONCE = 3_000  # new passages and words that a question waits for: about two seconds
WEIGHED = 10  # passages, best first, that tell whether the texts answer at all
COMPARED = 5  # passages, best first, that are held against each other
PATIENCE = 2.0  # seconds that a question waits for `prepare`

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A text, or one section of it."""

    text: PolicyText
    section: str = ""


@dataclass(slots=True)
class Shelf:
    """The texts as they were at one moment, and all that was made of them."""

    stamp: _Stamp
    texts: tuple[PolicyText, ...]
    units: tuple[tuple[Unit, ...], ...]
    index: Index
    first: tuple[int, ...]  # of each text, the number of its first entry
    sense: Embeddings | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Policies:
    """All `.md` and `.txt` files of one folder. A changed folder is noticed at the next question."""

    def __init__(
        self, folder: Path, vectors_file: Path | None = None, *, by_meaning: bool = True
    ) -> None:
        """`vectors_file`: where the vectors are kept between runs. `by_meaning`: use the language model, where it
        is installed; without, passages are found by words alone."""
        self.folder = folder
        self._file = vectors_file
        self._by_meaning = by_meaning
        self._shelf: Shelf | None = None

    def texts(self) -> tuple[PolicyText, ...]:
        """Every text, by file name. A text that could not be read has no characters and is not `readable`."""
        return self._current().texts

    def text(self, doc: str) -> PolicyText | None:
        """The text in the file `doc`."""
        return next((t for t in self.texts() if t.doc == doc), None)

    def sections(self, doc: str) -> tuple[str, ...]:
        """The headings of one text, in order."""
        return sections(self._open(doc)[1])

    def section(self, doc: str, heading: str) -> tuple[Passage, ...]:
        """Everything under one heading, in order, in passages of whole sentences and bullets.

        Case and punctuation of `heading` do not count. A heading that has only headings below it gives all that
        stands under those. Empty when there is no such text or heading.
        """
        wanted = _plain(heading)
        text, units = self._open(doc)
        here = [u for u in units if _plain(u.section) == wanted]
        below = [u for u in units if wanted in map(_plain, u.path)]
        return tuple(p for some in _sections(text, here or below) for p in some)

    def section_at(self, doc: str, place: int) -> tuple[Passage, ...]:
        """The whole section that holds character `place` of a text, in order, for *More of this section*.

        A heading that stands twice in a text is two sections here. Empty when there is no such text.
        """
        text, units = self._open(doc)
        return next((s for s in _sections(text, units) if place < s[-1].end), ())

    def whole(self, doc: str) -> tuple[tuple[Passage, ...], ...]:
        """All of a text, in order: the passages of each section. Empty when there is no such text."""
        return tuple(_sections(*self._open(doc)))

    def find(self, typed: str) -> tuple[Place, ...]:
        """The texts, or sections of them, that somebody may mean by `TITLE [SECTION]`, best first.

        Titles and file names count, in part too: `filtering blocked` finds the section *What is blocked* of
        *Internet filtering*. More than one place where several fit equally well; none where nothing does.
        """
        shelf = self._current()
        found = []
        for text, units in zip(shelf.texts, shelf.units, strict=True):
            found += _places(text, sections(units), _plain(typed).split())
        most = max((worth for worth, _ in found), default=0.0)
        return tuple(place for worth, place in found if worth == most)

    def prepare(self) -> bool:
        """Make ready for questions by meaning, which takes seconds for new texts: call it in a thread.

        What is new by no more than a few texts is made ready by `ask` itself. True when questions are answered by
        meaning, False when by words alone: there is no model, or it is not wanted.
        """
        return self._sensed(self._current(), None) is not None

    @property
    def by_meaning(self) -> bool:
        """Whether questions are answered by meaning now, and not by words alone."""
        return self._current().sense is not None

    def ask(self, question: str, top: int = 10) -> Answer:
        """The passages that answer best, best first, at most `top`. Never raises on anything that was typed.

        Takes milliseconds; after a change of the texts up to a few seconds, unless `prepare` was called.
        """
        asked = understand(question)
        if not asked.slots:
            return Answer(question)
        shelf = self._current()
        sense = self._sensed(shelf, AT_ONCE)
        learnt = weights.BY_WORDS if sense is None else weights.BY_MEANING
        seen = (
            QuestionVectors(asked, {}, frozenset(), 0.0) if sense is None else sense.compare(asked)
        )
        scored = shelf.index.rank(seen.query, learnt.rank, seen.features, seen.closest)
        if not scored:
            return Answer(question)
        chosen = _distinct(shelf, scored, max(top, WEIGHED))
        passages = [_passage(shelf, s) for s in chosen]
        quoted = [p.text for p in passages[:3]]
        found = refusal_features(seen.query, shelf.index, chosen[:WEIGHED], quoted, seen.decoy)
        sure = confidence(found, learnt.refuse)
        said = [_said(shelf, s) for s in chosen]
        ranked, stand = _merged(passages, said)
        return Answer(
            question,
            tuple(ranked[:top]),
            refused=sure < learnt.sure,
            confidence=round(sure, 4),
            disagree=tuple(_disagree(ranked[: min(top, COMPARED)], [said[n] for n in stand])),
        )

    def _sensed(self, shelf: Shelf, at_most: int | None) -> Embeddings | None:
        wanted = self._by_meaning and shelf.sense is None and len(shelf.index.entries) <= MOST
        model = meaning.load() if wanted else None
        if model is None or not shelf.lock.acquire(timeout=-1 if at_most is None else PATIENCE):
            return shelf.sense
        try:
            if shelf.sense is None:
                places = [_above(shelf.texts[e.doc], e.unit) for e in shelf.index.entries]
                shelf.sense = embed_index(shelf.index, places, Vectors(model, self._file), at_most)
        finally:
            shelf.lock.release()
        return shelf.sense

    def _open(self, doc: str) -> tuple[PolicyText, tuple[Unit, ...]]:
        shelf = self._current()
        both = zip(shelf.texts, shelf.units, strict=True)
        return next((pair for pair in both if pair[0].doc == doc), (PolicyText(doc, "", ""), ()))

    def _current(self) -> Shelf:
        stamp = self._stamp()
        if self._shelf is None or self._shelf.stamp != stamp:
            self._shelf = self._load(stamp, self._shelf)
        return self._shelf

    def _load(self, stamp: _Stamp, before: Shelf | None) -> Shelf:
        known = (
            {t.doc: (t, u) for t, u in zip(before.texts, before.units, strict=True)}
            if before
            else {}
        )
        texts, units = [], []
        for name, _, _ in stamp:
            try:
                text = read(self.folder / name)
            except OSError:
                continue
            same = known.get(name)
            texts.append(text)
            units.append(same[1] if same and same[0] == text else divide(text))
        index = Index([(t.title, t.text, u) for t, u in zip(texts, units, strict=True)])
        first = [sum(map(len, units[:n])) for n in range(len(units))]
        return Shelf(stamp, tuple(texts), tuple(units), index, tuple(first))

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


def _above(text: PolicyText, unit: Unit) -> str:
    """The heading of a unit, and its lead-in."""
    lead = text.text[unit.lead_in[0] : unit.lead_in[1]] + " " if unit.lead_in else ""
    return f"{unit.section or text.title}: {lead}"


def _distinct(shelf: Shelf, scored: list[Scored], top: int) -> list[Scored]:
    """The best, without those that lie within the quotation of a better one."""
    chosen: list[Scored] = []
    taken: list[tuple[int, int, int]] = []
    for one in scored:
        doc, start, end = _span(shelf, one)
        if not any(
            d == doc and min(end, e) - max(start, s) > 0.5 * min(end - start, e - s)
            for d, s, e in taken
        ):
            taken.append((doc, start, end))
            chosen.append(one)
            if len(chosen) == top:
                break
    return chosen


def _span(shelf: Shelf, scored: Scored) -> tuple[int, int, int]:
    doc = shelf.index.entries[scored.entry].doc
    return doc, *span(shelf.units[doc], scored.entry - shelf.first[doc])


def _passage(shelf: Shelf, scored: Scored) -> Passage:
    doc, start, end = _span(shelf, scored)
    unit, text = shelf.index.entries[scored.entry].unit, shelf.texts[doc]
    rest = tuple(text.text[a:b] for a, b in list_bullets(shelf.units[doc], unit) if b > end)
    return replace(_cite(text, unit, start, end), score=round(scored.score, 4), rest=rest)


def _said(shelf: Shelf, scored: Scored) -> list[Claim]:
    """What each sentence and bullet of a passage says, the bullets after their lead-in."""
    doc, start, end = _span(shelf, scored)
    text = shelf.texts[doc].text
    within = [u for u in shelf.units[doc] if start <= u.start and u.end <= end]
    leads = [
        text[u.lead_in[0] : u.lead_in[1]].rstrip(" :") + " " if u.lead_in else "" for u in within
    ]
    return [read_claim(lead + text[u.start : u.end]) for u, lead in zip(within, leads, strict=True)]


def _merged(passages: list[Passage], said: list[list[Claim]]) -> tuple[list[Passage], list[int]]:
    """Passages that say the same in several places become one, at the place of the best; with their numbers."""
    kept: dict[int, Passage] = {}
    spelt = [set(words(passage.text)) for passage in passages]
    for n, passage in enumerate(passages):
        same = (
            m
            for m in kept
            if len(spelt[n] & spelt[m]) >= ALIKE * len(spelt[n] | spelt[m])
            and not any_contradict(said[n], said[m])
        )
        first = next(same, n)
        kept[first] = (
            passage if first == n else replace(kept[first], also=(*kept[first].also, passage))
        )
    return list(kept.values()), list(kept)


def _disagree(passages: list[Passage], said: list[list[Claim]]) -> Iterator[tuple[int, int]]:
    for (n, one), (m, other) in combinations(enumerate(passages), 2):
        if one.doc != other.doc and any_contradict(said[n], said[m]):
            yield n, m


def _plain(heading: str) -> str:
    return " ".join(re.findall(r"\w+", heading.lower()))


def _places(
    text: PolicyText, headings: tuple[str, ...], typed: list[str]
) -> list[tuple[float, Place]]:
    """What `typed` may mean in one text, each with how well it fits."""
    found: list[tuple[float, Place]] = []
    for name in (_plain(text.title).split(), _plain(text.doc.rpartition(".")[0]).split()):
        own = next((n for n, w in enumerate(typed) if not _begins(w, name)), len(typed))
        rest = typed[own:]
        if not own or not name:
            continue
        in_order = all(map(str.startswith, name, typed[:own]))
        fit = own + (typed[:own] == name) / 4 + in_order / 8
        if not rest:
            found.append((fit, Place(text)))
        for heading in headings if rest else ():
            of = _plain(heading).split()
            if all(_begins(w, of) for w in rest):
                found.append((fit + 0.9 * len(rest) + (rest == of) / 4, Place(text, heading)))
    most = max((fit for fit, _ in found), default=0.0)
    return list(dict.fromkeys((fit, place) for fit, place in found if fit == most))


def _begins(typed: str, name: list[str]) -> bool:
    return any(word.startswith(typed) for word in name)


def _sections(text: PolicyText, units: Iterable[Unit]) -> Iterator[tuple[Passage, ...]]:
    for _, some in groupby(units, key=lambda unit: unit.under):
        yield tuple(_gather(text, list(some)))


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
