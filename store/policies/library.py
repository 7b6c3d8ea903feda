"""The folder of texts, kept divided and indexed for as long as it does not change."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import structlog

from store.policies.answer import Answer, Passage
from store.policies.citing import cite, gather_sections
from store.policies.divide import Unit, divide, sections
from store.policies.search import meaning, weights
from store.policies.search.beside import Ending, begin
from store.policies.search.differ import Claim, any_contradict, read_claim
from store.policies.search.question import Query, understand
from store.policies.search.quote import span
from store.policies.search.rank import Index, Scored
from store.policies.search.refuse import confidence, refusal_features
from store.policies.search.reread import reread
from store.policies.search.sense import Embeddings, QuestionVectors, embed_index
from store.policies.search.vectors import Vectors
from store.policies.search.words import words
from store.policies.texts import SUFFIXES, PolicyText, read

#: Share of words in common from which two passages say the same.
ALIKE = 0.8
#: Passages; more than any school has, and vectors of more would take too much memory.
MOST = 15_000
#: New passages and words that a question waits for: about half a second.
AT_ONCE = 120
#: Times that new texts are made ready, where it fails.
MOST_TRIES = 3
#: Passages, best first, that tell whether the texts answer at all.
WEIGHED = 10
#: Passages, best first, that are held against each other.
COMPARED = 5


@dataclass(frozen=True, slots=True)
class TextOrSection:
    """A whole text, or one section of it."""

    text: PolicyText
    #: Its heading; empty for the whole text.
    section: str = ""


@dataclass(frozen=True, slots=True, order=True)
class _FileState:
    """By what a change of a file is noticed without reading it."""

    name: str
    #: Nanoseconds since 1970.
    modified: int
    #: Bytes.
    size: int


@dataclass(slots=True)
class Snapshot:
    """The texts as they were at one moment, and all that was made of them."""

    files: tuple[_FileState, ...]
    texts: tuple[PolicyText, ...]
    #: Of each text.
    units: tuple[tuple[Unit, ...], ...]
    #: Has an entry for each unit, in order.
    index: Index
    #: Of each text, the number of its first entry.
    first: tuple[int, ...]
    #: What questions by meaning need; None until it was asked for.
    sense: Embeddings | None = None
    #: Held while `sense` is made.
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: `sense` is being made in a thread, or cannot be had.
    begun: bool = False
    #: How often that has failed.
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _DividedText:
    text: PolicyText
    units: tuple[Unit, ...]


class Policies:
    """All `.md` and `.txt` files of one folder; a change is noticed at the next question."""

    def __init__(
        self, folder: Path, vectors_file: Path | None = None, *, by_meaning: bool = True
    ) -> None:
        """`vectors_file`: where the vectors are kept between runs.

        `by_meaning`: use the language model, where it is installed; without, passages are found by
        words alone.
        """
        self.folder = folder
        self._file = vectors_file
        self._by_meaning = by_meaning
        self._snapshot: Snapshot | None = None
        self._has_logged = False

    def texts(self) -> tuple[PolicyText, ...]:
        """Every text, by file name.

        A text that could not be read has no characters and is not `readable`.
        """
        return self._current().texts

    def text(self, doc: str) -> PolicyText | None:
        """The text in the file `doc`."""
        for text in self.texts():
            if text.doc == doc:
                return text
        return None

    def sections(self, doc: str) -> tuple[str, ...]:
        """The headings of one text, in order."""
        return sections(self._open(doc).units)

    def section(self, doc: str, heading: str) -> tuple[Passage, ...]:
        """Everything under one heading, in order, in passages of whole sentences and bullets.

        Case and punctuation of `heading` do not count. A heading that has only headings below it
        gives all that stands under those. Empty when there is no such text or heading.
        """
        wanted = _words_of(heading)
        opened = self._open(doc)
        units = [unit for unit in opened.units if _words_of(unit.section) == wanted]
        if not units:
            units = [unit for unit in opened.units if wanted in map(_words_of, unit.path)]
        passages: list[Passage] = []
        for section in gather_sections(opened.text, units):
            passages += section
        return tuple(passages)

    def section_at(self, doc: str, place: int) -> tuple[Passage, ...]:
        """The whole section that holds character `place` of a text, for *More of this section*.

        A heading that stands twice in a text is two sections here. Empty when there is no such
        text.
        """
        opened = self._open(doc)
        for section in gather_sections(opened.text, opened.units):
            if place < section[-1].end:
                return section
        return ()

    def whole(self, doc: str) -> tuple[tuple[Passage, ...], ...]:
        """All of a text, in order: the passages of each section.

        Empty when there is no such text.
        """
        opened = self._open(doc)
        return tuple(gather_sections(opened.text, opened.units))

    def find(self, typed: str) -> tuple[TextOrSection, ...]:
        """The texts, or sections of them, that somebody may mean by `TITLE [SECTION]`, best first.

        Titles and file names count, in part too: `filtering blocked` finds the section *What is
        blocked* of *Internet filtering*. More than one where several fit equally well; none where
        nothing does.
        """
        snapshot = self._current()
        found: list[_Fit] = []
        for text, units in zip(snapshot.texts, snapshot.units, strict=True):
            found += _find_in_text(text, sections(units), _words_of(typed))
        return tuple(fit.place for fit in _best(found))

    def prepare(self) -> bool:
        """Make ready for questions by meaning, and wait for it: seconds for new texts.

        True when questions are answered by meaning, False when by words alone: there
        is no model, or it is not wanted.
        """
        is_ready = self._make_sense(self._current(), at_most=None) is not None
        if is_ready:
            meaning.load_judge()
        return is_ready

    def begin(self) -> None:
        """Make ready in a thread of its own; until then, questions are answered by words."""

        def prepare() -> None:
            self._make_beside(self._current())
            meaning.load_judge()

        begin(prepare)

    @property
    def by_meaning(self) -> bool:
        """True where questions are answered by meaning now, and not by words alone."""
        return self._current().sense is not None

    def ask(self, question: str, top: int = 10) -> Answer:
        """The passages that answer best, best first, at most `top`.

        Never raises on anything that was typed. A few new passages are made ready first; many
        are in a thread, and words alone answer until then.
        """
        asked = understand(question)
        if not asked.slots:
            return Answer(question)

        snapshot = self._current()
        by_meaning = self._compare(snapshot, asked)
        learnt = weights.BY_MEANING if by_meaning else weights.BY_WORDS
        seen = by_meaning or QuestionVectors(asked, {}, frozenset(), 0.0)
        scored = snapshot.index.rank(seen.query, learnt.rank, seen.features, seen.closest)
        if not scored:
            return Answer(question)

        chosen = _drop_overlapping(snapshot, scored, max(top, WEIGHED))
        candidates = [_make_candidate(snapshot, one) for one in chosen]
        # What refuses has learnt from the order in which words and vectors put them.
        best = chosen[:WEIGHED]
        quoted = [candidate.passage.words for candidate in candidates[:3]]
        found = refusal_features(seen.query, snapshot.index, best, quoted, seen.decoy)
        sure = confidence(found, learnt.refuse)

        if by_meaning:
            candidates = self._reread(question, candidates)
        merged = _merge_those_alike(candidates)
        return Answer(
            question,
            tuple(candidate.passage for candidate in merged[:top]),
            refused=sure < learnt.sure,
            confidence=round(sure, 4),
            disagree=tuple(_find_disagreements(merged[: min(top, COMPARED)])),
        )

    def _compare(self, snapshot: Snapshot, asked: Query) -> QuestionVectors | None:
        """What the model makes of a question; None where words alone are to answer."""
        try:
            sense = self._make_sense(snapshot, at_most=AT_ONCE)
            if sense is not None:
                return sense.compare(asked)
        # Whatever fails in a model, words are enough for an answer.
        except Exception as error:  # noqa: BLE001
            self._log_once(error)
            return None
        self._begin_sense(snapshot)
        return None

    def _reread(self, question: str, candidates: list[_Candidate]) -> list[_Candidate]:
        """In the order that the second model gives them; as they were where it fails."""
        try:
            order = reread(question, [candidate.passage for candidate in candidates])
        except Exception as error:  # noqa: BLE001
            self._log_once(error)
            return candidates
        return [candidates[number] for number in order]

    def _log_once(self, error: Exception) -> None:
        if self._has_logged or isinstance(error, Ending):
            return
        self._has_logged = True
        structlog.get_logger().error("policy texts are read by words alone", exc_info=error)

    def _make_sense(self, snapshot: Snapshot, *, at_most: int | None) -> Embeddings | None:
        """What questions by meaning need; None where they are answered by words.

        `at_most`: new passages and words that are worth waiting for; None for any number.
        """
        if snapshot.sense is not None or not self._by_meaning:
            return snapshot.sense
        if len(snapshot.index.entries) > MOST:
            return None
        model = meaning.load()
        if model is None:
            return None
        # Where another thread makes it, a question goes on by words.
        if not snapshot.lock.acquire(blocking=at_most is None):
            return snapshot.sense
        try:
            if snapshot.sense is None:
                entries = snapshot.index.entries
                above = [_words_above(snapshot.texts[e.doc], e.unit) for e in entries]
                vectors = Vectors(model, self._file)
                snapshot.sense = embed_index(snapshot.index, above, vectors, at_most)
        finally:
            snapshot.lock.release()
        return snapshot.sense

    def _begin_sense(self, snapshot: Snapshot) -> None:
        """Make it in a thread, unless that has been begun, or cannot be."""
        if self._by_meaning and not snapshot.begun:
            snapshot.begun = True
            begin(lambda: self._make_beside(snapshot))

    def _make_beside(self, snapshot: Snapshot) -> None:
        try:
            self._make_sense(snapshot, at_most=None)
        except Exception as error:  # noqa: BLE001
            self._log_once(error)
            snapshot.failed += 1
            # The next question tries again, but not for ever.
            snapshot.begun = snapshot.failed >= MOST_TRIES

    def _open(self, doc: str) -> _DividedText:
        """The text in the file `doc`; one without a character where there is none."""
        snapshot = self._current()
        for text, units in zip(snapshot.texts, snapshot.units, strict=True):
            if text.doc == doc:
                return _DividedText(text, units)
        return _DividedText(PolicyText(doc, "", ""), ())

    def _current(self) -> Snapshot:
        files = self._look_at_files()
        if self._snapshot is None or self._snapshot.files != files:
            self._snapshot = self._load(files, self._snapshot)
        return self._snapshot

    def _load(self, files: tuple[_FileState, ...], before: Snapshot | None) -> Snapshot:
        """Read all files. What is known of texts that have not changed is taken over."""
        known: dict[str, _DividedText] = {}
        if before:
            for text, units in zip(before.texts, before.units, strict=True):
                known[text.doc] = _DividedText(text, units)

        divided: list[_DividedText] = []
        for file in files:
            try:
                text = read(self.folder / file.name)
            except OSError:
                # It has gone since, or is a folder.
                continue
            same = known.get(file.name)
            if same is None or same.text != text:
                same = _DividedText(text, divide(text))
            divided.append(same)

        return Snapshot(
            files=files,
            texts=tuple(one.text for one in divided),
            units=tuple(one.units for one in divided),
            index=Index([(one.text.title, one.text.plain.words, one.units) for one in divided]),
            first=_number_first_entries(divided),
        )

    def _look_at_files(self) -> tuple[_FileState, ...]:
        """The files of the folder, by name; none where it cannot be looked into."""
        try:
            paths = list(self.folder.iterdir())
        except OSError:
            return ()
        files: list[_FileState] = []
        for path in paths:
            if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
                continue
            try:
                about = path.stat()
            except OSError:
                continue
            files.append(_FileState(path.name, about.st_mtime_ns, about.st_size))
        return tuple(sorted(files))


def _number_first_entries(divided: Sequence[_DividedText]) -> tuple[int, ...]:
    first = []
    entries = 0
    for one in divided:
        first.append(entries)
        entries += len(one.units)
    return tuple(first)


# --- passages of an answer ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Quotation:
    """What is quoted for one unit: characters of the text with the number `doc`."""

    doc: int
    start: int
    end: int

    def overlaps(self, other: _Quotation) -> bool:
        """They have more than half of the shorter one in common."""
        if self.doc != other.doc:
            return False
        shared = min(self.end, other.end) - max(self.start, other.start)
        return shared > 0.5 * min(self.end - self.start, other.end - other.start)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A passage that may answer."""

    passage: Passage
    #: What its sentences and bullets say.
    statements: list[Claim]
    words: set[str]

    def says_the_same(self, other: _Candidate) -> bool:
        shared = len(self.words & other.words)
        if shared < ALIKE * len(self.words | other.words):
            return False
        # “must” and “must not” are alike in nearly all words.
        return not any_contradict(self.statements, other.statements)


def _drop_overlapping(snapshot: Snapshot, scored: Sequence[Scored], top: int) -> list[Scored]:
    """The best, at most `top`, without those that lie within the quotation of a better one."""
    chosen: list[Scored] = []
    quotations: list[_Quotation] = []
    for one in scored:
        quotation = _quote(snapshot, one)
        if any(quotation.overlaps(better) for better in quotations):
            continue
        quotations.append(quotation)
        chosen.append(one)
        if len(chosen) == top:
            break
    return chosen


def _quote(snapshot: Snapshot, scored: Scored) -> _Quotation:
    doc = snapshot.index.entries[scored.entry].doc
    start, end = span(snapshot.units[doc], scored.entry - snapshot.first[doc])
    return _Quotation(doc, start, end)


def _make_candidate(snapshot: Snapshot, scored: Scored) -> _Candidate:
    quotation = _quote(snapshot, scored)
    unit = snapshot.index.entries[scored.entry].unit
    text = snapshot.texts[quotation.doc]
    units = snapshot.units[quotation.doc]

    passage = cite(text, units, quotation.start, quotation.end, unit)
    passage = replace(passage, score=round(scored.score, 4))
    statements = _read_statements(text.plain.words, units, quotation)
    return _Candidate(passage, statements, set(words(passage.words)))


def _read_statements(text: str, units: Sequence[Unit], quotation: _Quotation) -> list[Claim]:
    """What each sentence and bullet of a passage says, the bullets after their lead-in."""
    said: list[Claim] = []
    for unit in units:
        if unit.start < quotation.start or unit.end > quotation.end:
            continue
        sentence = text[unit.start : unit.end]
        if unit.lead_in and unit.needs < 0:
            start, end = unit.lead_in
            sentence = text[start:end].rstrip(" :") + " " + sentence
        said.append(read_claim(sentence))
    return said


def _merge_those_alike(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Passages that say the same in several places become one, at the place of the best."""
    merged: list[_Candidate] = []
    for candidate in candidates:
        for n, better in enumerate(merged):
            if candidate.says_the_same(better):
                also = (*better.passage.also, candidate.passage)
                merged[n] = replace(better, passage=replace(better.passage, also=also))
                break
        else:
            merged.append(candidate)
    return merged


def _find_disagreements(candidates: Sequence[_Candidate]) -> Iterator[tuple[int, int]]:
    """The numbers of each two passages of different texts that contradict each other."""
    for (n, one), (m, other) in combinations(enumerate(candidates), 2):
        if one.passage.doc == other.passage.doc:
            continue
        if any_contradict(one.statements, other.statements):
            yield n, m


def _words_above(text: PolicyText, unit: Unit) -> str:
    """The heading of a unit, and its lead-in."""
    heading = unit.section or text.title
    if unit.lead_in is None:
        return f"{heading}: "
    start, end = unit.lead_in
    return f"{heading}: {text.plain.words[start:end]} "


# --- texts and sections by what is typed ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fit:
    """What may be meant, and how well it fits: the more words, the better."""

    worth: float
    place: TextOrSection


def _best(found: Sequence[_Fit]) -> list[_Fit]:
    """Those that fit best, each once."""
    most = max((fit.worth for fit in found), default=0.0)
    return list(dict.fromkeys(fit for fit in found if fit.worth == most))


def _find_in_text(text: PolicyText, headings: Sequence[str], typed: str) -> list[_Fit]:
    """What `typed` may mean in one text."""
    found: list[_Fit] = []
    stem = text.doc.rpartition(".")[0]
    for name in (_words_of(text.title), _words_of(stem)):
        found += _find_by_name(text, headings, name.split(), typed.split())
    return _best(found)


def _find_by_name(
    text: PolicyText, headings: Sequence[str], name: list[str], typed: list[str]
) -> list[_Fit]:
    """The text, where all of `typed` belongs to its name; else its sections that the rest names."""
    own = _count_words_of_name(name, typed)
    if own == 0:
        return []
    is_whole_name = typed[:own] == name
    is_in_order = all(map(str.startswith, name, typed[:own]))
    worth = own + is_whole_name / 4 + is_in_order / 8
    rest = typed[own:]
    if not rest:
        return [_Fit(worth, TextOrSection(text))]

    found: list[_Fit] = []
    for heading in headings:
        of_heading = _words_of(heading).split()
        if all(_begins_one_of(word, of_heading) for word in rest):
            with_heading = worth + 0.9 * len(rest) + (rest == of_heading) / 4
            found.append(_Fit(with_heading, TextOrSection(text, heading)))
    return found


def _count_words_of_name(name: Sequence[str], typed: Sequence[str]) -> int:
    """How many words of `typed`, from the first on, begin a word of the name."""
    for n, word in enumerate(typed):
        if not _begins_one_of(word, name):
            return n
    return len(typed)


def _begins_one_of(typed: str, names: Sequence[str]) -> bool:
    return any(word.startswith(typed) for word in names)


def _words_of(heading: str) -> str:
    """The words in small letters, without punctuation, with a blank between them."""
    return " ".join(re.findall(r"\w+", heading.lower()))
