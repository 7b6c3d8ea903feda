"""What is asked of the policy texts, without who asked it.

The buttons below an answer go by it, and leadership sees what the texts lack.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import MANY_WORDS, QUESTION, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Part, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.rules.names.in_words import speaks_of
from handlers.rules.names.words import name_words, words_in
from handlers.text.words import shortened
from store.errors import StoreUnavailable
from store.model.memos import Question
from store.model.records import Person
from store.model.words import folded
from store.policies import Answer

#: Characters of a question; what is longer is cut.
LONGEST = 600
#: How long a question that was answered is kept, for its buttons.
FOR_BUTTONS = timedelta(days=7)
#: Questions that are listed, and those that have a button.
SHOWN = 20
BUTTONS = 5

HEADING = "What the policy texts do not say"
NOTHING = "The policy texts have answered every question so far."
CLOSED = "Answered by the texts since"
TIMES = " · asked {number} times"
NOT_FOR_THEM = "Remove: {text}"
DROPPED = "Removed. If somebody asks it again, it comes back."
FORGOTTEN = "I no longer have that question. Please ask again: /policy QUESTION"


async def keep_question(text: str, at: datetime, desk: Desk) -> Question:
    """Keep a question for its buttons, and count it."""
    text = text.strip()[:LONGEST]
    words = " ".join(re.findall(r"\w+", text.lower()))
    digest = hashlib.sha256(words.encode()).hexdigest()[:12]

    def asked(before: Question | None) -> Question:
        if before is None:
            return Question(digest, text, at)
        return replace(before, text=text, asked_at=at, times=before.times + 1)

    try:
        return await desk.store.renew(Question, digest, asked)
    except StoreUnavailable:
        # A full disk is no reason not to answer.
        return asked(None)


async def question_of_button(digest: str, desk: Desk) -> Question:
    """The question that a button is about. Raises Refused when it was forgotten."""
    question = await desk.store.memo(Question, digest)
    if question is None:
        raise Refused(FORGOTTEN)
    return question


async def note_gap(question: Question, desk: Desk) -> None:
    """Note that the texts do not answer it. What names somebody, or is no question, is not."""
    texts = digest_of_texts(desk)
    is_known = question.lacking and question.texts == texts
    if is_known or not is_question(question.text):
        return
    if await _names_somebody(question.text, desk):
        return
    with suppress(StoreUnavailable):
        await desk.store.put(replace(question, lacking=True, answered_at=None, texts=texts))


def is_question(text: str) -> bool:
    """Tell whether somebody asks, if only in a word or two, rather than tells of something.

    What tells of something ought to be a report.
    """
    if len(text.split()) <= MANY_WORDS:
        return True
    return bool(re.fullmatch(QUESTION, text.strip(), re.DOTALL | re.IGNORECASE))


def digest_of_texts(desk: Desk) -> str:
    """A digest of all texts: another one when any of them has changed."""
    digests = " ".join(text.digest for text in desk.policies.texts())
    return hashlib.sha256(digests.encode()).hexdigest()[:16]


async def _names_somebody(text: str, desk: Desk) -> bool:
    """Tell whether the text holds the name of anybody who works here or has worked with the bot.

    A surname counts however it is written, a first name with its capital letter alone, and not as
    the first word, where every word has one: `will`, `mark` and `grace` are words as well.
    """
    written = {folded(word) for word in re.findall(r"[\w'’]+", text)[1:] if word[0].isupper()}
    small = words_in(text)

    names = [person.name for person in await desk.store.people()]
    names += desk.calendar.school.staff
    for name in names:
        words = name_words(name)
        if not words:
            continue
        if words[-1] in small or words[0] in written:
            return True
    return False


async def answer_from_texts(question: str, desk: Desk) -> Answer:
    """What the texts, as they are now, answer. It is searched for in a thread."""
    return await asyncio.to_thread(desk.policies.ask, question)


async def gaps_for(person: Person, desk: Desk) -> list[Question]:
    """What the texts lack, but for what speaks of the reader."""
    found = await open_gaps(desk)
    return [question for question in found if not speaks_of(question.text, person)]


async def open_gaps(desk: Desk) -> list[Question]:
    """What the texts lack, asked most often first."""
    found = [q for q in await desk.store.memos(Question) if q.lacking]
    return sorted(found, key=lambda q: (-q.times, q.asked_at))


async def tidy_questions(desk: Desk, now: datetime) -> None:
    """Close what a changed text has come to answer, and forget what was answered a week ago."""
    for question in await desk.store.memos(Question):
        if not question.lacking and question.asked_at < now - FOR_BUTTONS:
            await desk.store.drop(Question, question.digest)

    texts = digest_of_texts(desk)
    for question in await open_gaps(desk):
        # They did not answer it, and have not changed since.
        if question.texts == texts:
            continue
        answer = await answer_from_texts(question.text, desk)
        if answer.refused:
            await desk.store.put(replace(question, texts=texts))
        else:
            closed = replace(question, lacking=False, answered_at=now, asked_at=now, texts=texts)
            await desk.store.put(closed)


@command(
    "policy gaps",
    usage="/policy gaps",
    may=Act.POLICIES,
    summary="what was asked, and the texts do not say",
    alone=True,
)
async def gaps(ask: Ask, desk: Desk) -> Reply:
    """Open ones, and those that a text answers since."""
    await tidy_questions(desk, ask.at)
    lacking = await gaps_for(ask.person, desk)
    answered = [q for q in await desk.store.memos(Question) if q.answered_at]
    closed = [q for q in answered if not speaks_of(q.text, ask.person)]
    if not lacking and not closed:
        return say(NOTHING)

    parts: list[Part] = [Heading(HEADING), Text(_gap_lines(lacking) or NOTHING)]
    if lacking:
        parts.append(Choices(tuple(map(_drop_choice, lacking[:BUTTONS]))))
    if closed:
        parts += [Heading(CLOSED), Text(_gap_lines(closed))]
    return Reply(tuple(parts))


def _drop_choice(question: Question) -> Choice:
    label = NOT_FOR_THEM.format(text=shortened(question.text, 40))
    return Choice(label, f"policy-drop {question.digest}")


def _gap_lines(questions: Sequence[Question]) -> str:
    return "\n".join(map(gap_line, questions[:SHOWN]))


def gap_line(question: Question) -> str:
    """A question on one line, and how often it was asked."""
    times = TIMES.format(number=question.times) if question.times > 1 else ""
    return shortened(question.text, 160) + times


@command(
    "policy-drop",
    usage="/policy-drop KEY",
    may=Act.POLICIES,
    summary="take it off that list",
    typed=False,
)
async def drop(ask: Ask, desk: Desk) -> Reply:
    """Take a question off the list: it is not one for the texts."""
    await desk.store.drop(Question, ask.words.strip())
    return say(DROPPED)
