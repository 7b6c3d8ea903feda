"""`headsup ask`: questions to the policy texts on the command line, for people and for machines.

By machine, a line `{"qid": …, "question": …}` in gives a line out, in the same order:
`{"qid", "ranked": […], "refused", "answer_score"}`, where each that is ranked is
`{"doc", "start", "end", "text", "score", "section"}`.
`start` and `end` count characters of the file `doc`, read as UTF-8 with no newline translation, and
`text` is exactly what stands there. `answer_score`, from 0 to 1, is how sure it is that the texts
answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from handlers.policies.text_view import LEFT_OUT
from handlers.text.words import full_day
from store.errors import Trouble
from store.policies import Answer, Passage, Policies

#: Groups of passages that a person sees.
SHOWN = 3

NOT_SAID = "The texts do not say."
DISAGREE = "The texts disagree:"
NEAREST = "Nearest heading: {section} ({title})"
PAST_REVIEW = "should have been reviewed by {day}"
NO_TEXTS = "There are no texts in {folder}."


class NoTexts(Trouble):
    """The folder holds no text; the message says which."""


def open_texts(folder: Path, cache: Path | None = None) -> Policies:
    """The texts of a folder, ready for questions.

    `cache`: the file where what takes time to work out is kept. Raises NoTexts.
    """
    policies = Policies(folder, vectors_file=cache)
    if not any(text.readable for text in policies.texts()):
        raise NoTexts(NO_TEXTS.format(folder=folder))
    policies.prepare()
    return policies


def ask_lines(policies: Policies, source: Iterable[str], sink: TextIO) -> int:
    """Answer every line of `source` with a line to `sink`. Returns how many.

    A line that is no JSON object with a question is answered as an empty question: refused.
    """
    count = 0
    for line in source:
        if not line.strip():
            continue
        asked = _read(line)
        data = {"qid": asked.qid, **as_data(policies.ask(asked.question))}
        sink.write(json.dumps(data, ensure_ascii=False) + "\n")

        # Whoever asks by machine may wait for each answer before asking on.
        sink.flush()
        count += 1
    return count


def ask_one(
    policies: Policies,
    question: str,
    sink: TextIO,
    *,
    as_json: bool = False,
    today: date | None = None,
) -> bool:
    """Answer one question, for a person or as JSON. Returns whether the texts answer it."""
    answer = policies.ask(question)
    if as_json:
        data = {"question": question, **as_data(answer)}
        sink.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        sink.write("\n".join(as_lines(answer, today)) + "\n")
    return not answer.refused


def as_data(answer: Answer) -> dict[str, object]:
    """An answer as JSON values."""
    ranked = [
        {
            "doc": passage.doc,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "score": passage.score,
            "section": passage.section,
        }
        for passage in answer.ranked
    ]
    return {"ranked": ranked, "refused": answer.refused, "answer_score": answer.confidence}


def as_lines(answer: Answer, today: date | None = None) -> list[str]:
    """An answer for people. With `today`, a text past its review day is said to be."""
    if answer.refused:
        return _refusal(answer)

    lines: list[str] = []
    for group in answer.shown[:SHOWN]:
        # Passages are in one group where one says something else than the other.
        if len(group) > 1:
            lines += [DISAGREE, ""]
        for passage in group:
            lines += [f"> {line}" for line in _lines_of(passage)]
            lines.append(_place(passage, today))
            lines += [_place(also, today) for also in passage.also]
            lines.append("")

    # Without the empty line at the end.
    return lines[:-1]


def _refusal(answer: Answer) -> list[str]:
    near = answer.nearest
    if near:
        return [NOT_SAID, NEAREST.format(section=near.section, title=near.title)]
    return [NOT_SAID]


def _lines_of(passage: Passage) -> list[str]:
    """The words of a passage, with those that lead in to it and those that complete it."""
    lines: list[str] = []
    skipped_before = [LEFT_OUT] if passage.skips_before else []
    skipped_after = [LEFT_OUT] if passage.skips_after else []
    pieces = [passage.lead_in, *skipped_before, passage.words, *passage.rest, *skipped_after]
    for piece in pieces:
        lines += [line for line in piece.splitlines() if line.strip()]
    return lines


def _place(passage: Passage, today: date | None) -> str:
    """Where a passage stands; and that its text should have been reviewed, if it should."""
    place = " · ".join(part for part in (passage.title, passage.section) if part)
    review_by = passage.review_by
    if review_by is None or today is None or review_by >= today:
        return f"  {place}"
    past_review = PAST_REVIEW.format(day=full_day(review_by))
    return f"  {place} · {past_review}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question by machine. `qid` is given back as it came."""

    qid: object = None
    question: str = ""


def _read(line: str) -> Asked:
    """What a line asks; nothing where it is no JSON object."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return Asked()
    if not isinstance(asked, dict):
        return Asked()
    question = asked.get("question")
    return Asked(asked.get("qid"), question if isinstance(question, str) else "")
