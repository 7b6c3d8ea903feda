"""The folder of texts, kept divided and indexed for as long as it does not change."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from store.policies.answer import Answer, Passage
from store.policies.by_name import TextOrSection, find_by_name, words_of
from store.policies.candidates import (
    Candidate,
    drop_overlapping,
    find_disagreements,
    make_candidate,
    merge_those_alike,
)
from store.policies.citing import gather_sections
from store.policies.divide import divide, sections
from store.policies.search import meaning, weights
from store.policies.search.beside import Ending, begin
from store.policies.search.question import Query, understand
from store.policies.search.rank import Index
from store.policies.search.refuse import confidence, refusal_features
from store.policies.search.reread import reread
from store.policies.search.sense import Embeddings, QuestionVectors, embed_index
from store.policies.search.spelling import mend_spelling
from store.policies.search.vectors import Vectors
from store.policies.snapshot import DividedText, FileState, Snapshot, number_first_entries
from store.policies.texts import SUFFIXES, PolicyText, read
from store.policies.unit import Unit

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
        wanted = words_of(heading)
        opened = self._open(doc)
        units = [unit for unit in opened.units if words_of(unit.section) == wanted]
        if not units:
            units = [unit for unit in opened.units if wanted in map(words_of, unit.path)]
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
        headings = [sections(units) for units in snapshot.units]
        return find_by_name(snapshot.texts, headings, typed)

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

    def ask(self, question: str, top: int = 10, *, rereads: bool = True) -> Answer:
        """The passages that answer best, best first, at most `top`.

        Never raises on anything that was typed. A few new passages are made ready first; many
        are in a thread, and words alone answer until then. `rereads`: the second model puts the
        first of them in order, which takes most of the time. Whether they answer at all, and how
        sure that is, is the same without.
        """
        snapshot = self._current()
        index = snapshot.index
        spelt = mend_spelling(question, index.words, index.word_of_stem)
        asked = understand(spelt)
        if not asked.slots:
            return Answer(question)

        by_meaning = self._compare(snapshot, asked)
        learnt = weights.BY_MEANING if by_meaning else weights.BY_WORDS
        seen = by_meaning or QuestionVectors(asked, {}, frozenset(), 0.0)
        scored = index.rank(seen.query, learnt.rank, seen.features, seen.closest)
        if not scored:
            return Answer(question)

        chosen = drop_overlapping(snapshot, scored, max(top, WEIGHED))
        candidates = [make_candidate(snapshot, one) for one in chosen]
        # What refuses has learnt from the order in which words and vectors put them.
        best = chosen[:WEIGHED]
        quoted = [candidate.passage.words for candidate in candidates[:3]]
        found = refusal_features(seen.query, index, best, quoted, seen.decoy)
        sure = confidence(found, learnt.refuse)

        if by_meaning and rereads:
            candidates = self._reread(spelt, candidates)
        merged = merge_those_alike(candidates)
        return Answer(
            question,
            tuple(candidate.passage for candidate in merged[:top]),
            refused=sure < learnt.sure,
            confidence=round(sure, 4),
            disagree=tuple(find_disagreements(merged[: min(top, COMPARED)])),
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

    def _reread(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
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

    def _open(self, doc: str) -> DividedText:
        """The text in the file `doc`; one without a character where there is none."""
        snapshot = self._current()
        for text, units in zip(snapshot.texts, snapshot.units, strict=True):
            if text.doc == doc:
                return DividedText(text, units)
        return DividedText(PolicyText(doc, "", ""), ())

    def _current(self) -> Snapshot:
        files = self._look_at_files()
        if self._snapshot is None or self._snapshot.files != files:
            self._snapshot = self._load(files, self._snapshot)
        return self._snapshot

    def _load(self, files: tuple[FileState, ...], before: Snapshot | None) -> Snapshot:
        """Read all files. What is known of texts that have not changed is taken over."""
        known: dict[str, DividedText] = {}
        if before:
            for text, units in zip(before.texts, before.units, strict=True):
                known[text.doc] = DividedText(text, units)

        divided: list[DividedText] = []
        for file in files:
            try:
                text = read(self.folder / file.name)
            except OSError:
                # It has gone since, or is a folder.
                continue
            same = known.get(file.name)
            if same is None or same.text != text:
                same = DividedText(text, divide(text))
            divided.append(same)

        return Snapshot(
            files=files,
            texts=tuple(one.text for one in divided),
            units=tuple(one.units for one in divided),
            index=Index([(one.text.title, one.text.plain.words, one.units) for one in divided]),
            first=number_first_entries(divided),
        )

    def _look_at_files(self) -> tuple[FileState, ...]:
        """The files of the folder, by name; none where it cannot be looked into."""
        files: list[FileState] = []
        try:
            # Each question and each quotation looks: of the ways to look, this is the quickest.
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if _is_text(entry.name) and (state := _state_of(entry)):
                        files.append(state)
        except OSError:
            return ()
        return tuple(sorted(files))


def _is_text(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _state_of(entry: os.DirEntry[str]) -> FileState | None:
    """None for a file that has gone since."""
    try:
        about = entry.stat()
    except OSError:
        return None
    return FileState(entry.name, about.st_mtime_ns, about.st_size)


def _words_above(text: PolicyText, unit: Unit) -> str:
    """The heading of a unit, and its lead-in."""
    heading = unit.section or text.title
    if unit.lead_in is None:
        return f"{heading}: "
    start, end = unit.lead_in
    return f"{heading}: {text.plain.words[start:end]} "
