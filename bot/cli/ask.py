"""`headsup ask`: questions to the policy texts on the command line, for people and for machines.

By machine, a line `{"qid": …, "question": …}` in gives a line out, in the same order:
`{"qid", "ranked": [{"doc", "start", "end", "text", "score", "section"}…], "refused", "answer_score"}`.
`start` and `end` count characters of the file `doc`, read as UTF-8 with no newline translation, and `text` is
exactly what stands there. `answer_score`, from 0 to 1, is how sure it is that the texts answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TextIO

from store.errors import Trouble
from store.policies import Answer, Passage, Policies

SHOWN = 3  # passages that a person sees

NOT_SAID = "The texts do not say."
DISAGREE = "The texts disagree:"
NEAREST = "Nearest heading: {section} ({title})"
PAST_REVIEW = "should have been reviewed by {day}"
NO_TEXTS = "There are no texts in {folder}."


class NoTexts(Trouble):
    """The folder holds no text; the message says which."""


def open_texts(folder: Path, cache: Path | None = None) -> Policies:
    """The texts of a folder, ready for questions. `cache`: where what takes time to work out is kept.

    Raises NoTexts.
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
        qid, question = _asked(line)
        sink.write(
            json.dumps({"qid": qid, **as_data(policies.ask(question))}, ensure_ascii=False) + "\n"
        )
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
        sink.write(
            json.dumps({"question": question, **as_data(answer)}, ensure_ascii=False, indent=2)
            + "\n"
        )
    else:
        sink.write("\n".join(as_lines(answer, today)) + "\n")
    return not answer.refused


def as_data(answer: Answer) -> dict[str, object]:
    """An answer as JSON values."""
    ranked = [
        {
            "doc": p.doc,
            "start": p.start,
            "end": p.end,
            "text": p.text,
            "score": p.score,
            "section": p.section,
        }
        for p in answer.ranked
    ]
    return {"ranked": ranked, "refused": answer.refused, "answer_score": answer.confidence}


def as_lines(answer: Answer, today: date | None = None) -> list[str]:
    """An answer for people. With `today`, a text past its review day is said to be."""
    if answer.refused:
        near = answer.nearest
        return [
            NOT_SAID,
            *([NEAREST.format(section=near.section, title=near.title)] if near else []),
        ]
    lines: list[str] = []
    for group in answer.shown[:SHOWN]:
        lines += [DISAGREE, ""] if len(group) > 1 else []
        for passage in group:
            lines += [f"> {line}" for line in _quoted(passage)]
            lines += [_place(p, today) for p in (passage, *passage.also)]
            lines.append("")
    return lines[:-1]


def _quoted(passage: Passage) -> list[str]:
    pieces = (passage.lead_in, passage.text, *passage.rest)
    return [line for piece in pieces for line in piece.splitlines() if line.strip()]


def _place(passage: Passage, today: date | None) -> str:
    place = " · ".join(part for part in (passage.title, passage.section) if part)
    if passage.review_by is None or today is None or passage.review_by >= today:
        return f"  {place}"
    return (
        f"  {place} · {PAST_REVIEW.format(day=passage.review_by.strftime('%d %B %Y').lstrip('0'))}"
    )


def _asked(line: str) -> tuple[object, str]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(asked, dict):
        return None, ""
    question = asked.get("question")
    return asked.get("qid"), question if isinstance(question, str) else ""
