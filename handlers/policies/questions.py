"""What is asked of the policy texts, without who asked: what their buttons go by, and what the texts lack."""

from __future__ import annotations

import asyncio
import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import MANY_WORDS, QUESTION, command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Heading, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.rules.names import name_words, speaks_of
from handlers.text.words import shortened
from store.errors import StoreUnavailable
from store.model.memos import Question
from store.model.records import Person
from store.policies import Answer

LONGEST = 600  # characters of a question; what is longer is none
FOR_BUTTONS = timedelta(days=7)  # how long a question that was answered is kept
SHOWN = 20
BUTTONS = 5

HEADING = "What the policy texts do not say"
NOTHING = "The policy texts have answered every question so far."
CLOSED = "Answered by the texts since"
TIMES = " · asked {number} times"
NOT_FOR_THEM = "Off the list: {text}"
DROPPED = "It is off the list. If somebody asks it again, it comes back."
FORGOTTEN = "I no longer have that question. Please ask again: /policy QUESTION"


async def put(text: str, at: datetime, desk: Desk) -> Question:
    """Keep a question for its buttons, and count it."""
    text = text.strip()[:LONGEST]
    digest = hashlib.sha256(" ".join(re.findall(r"\w+", text.lower())).encode()).hexdigest()[:12]
    before = await desk.store.memo(Question, digest)
    question = Question(digest, text, at)
    if before:
        question = replace(before, text=text, asked_at=at, times=before.times + 1)
    with suppress(StoreUnavailable):  # a full disk is no reason not to answer
        await desk.store.put(question)
    return question


async def asked(digest: str, desk: Desk) -> Question:
    """The question that a button is about. Raises Refused when it was forgotten."""
    question = await desk.store.memo(Question, digest)
    if question is None:
        raise Refused(FORGOTTEN)
    return question


async def lacks(question: Question, desk: Desk) -> None:
    """Note that the texts do not answer it. What names somebody, or is no question, is on no list."""
    texts = texts_as_now(desk)
    known = question.lacking and question.texts == texts
    if known or not is_question(question.text) or await _names_somebody(question.text, desk):
        return
    with suppress(StoreUnavailable):
        await desk.store.put(replace(question, lacking=True, answered_at=None, texts=texts))


def is_question(text: str) -> bool:
    """Whether somebody asks, if only in a word or two, rather than tells what ought to be a report."""
    return len(text.split()) <= MANY_WORDS or bool(
        re.fullmatch(QUESTION, text.strip(), re.DOTALL | re.IGNORECASE)
    )


def texts_as_now(desk: Desk) -> str:
    """A digest of the texts: another one when any of them has changed."""
    return hashlib.sha256(
        " ".join(text.digest for text in desk.policies.texts()).encode()
    ).hexdigest()[:16]


async def _names_somebody(text: str, desk: Desk) -> bool:
    """A surname, however it is written, or a first name with its capital letter within the text."""
    written = re.findall(r"[\w'’-]+", text)
    small = {word.lower().removesuffix("’s").removesuffix("'s") for word in written}
    names = [p.name for p in await desk.store.people()] + list(desk.calendar.school.staff)
    for words in map(name_words, names):
        if words and (words[-1] in small or words[0].capitalize() in written[1:]):
            return True
    return False


async def answered(question: str, desk: Desk) -> Answer:
    """What the texts, as they are now, answer."""
    return await asyncio.to_thread(_prepared, question, desk)


def _prepared(question: str, desk: Desk) -> Answer:
    desk.policies.prepare()
    return desk.policies.ask(question)


async def gaps_for(person: Person, desk: Desk) -> list[Question]:
    """What the texts lack, but for what speaks of the reader."""
    return [question for question in await open_gaps(desk) if not speaks_of(question.text, person)]


async def open_gaps(desk: Desk) -> list[Question]:
    """What the texts lack, asked most often first."""
    found = [q for q in await desk.store.memos(Question) if q.lacking]
    return sorted(found, key=lambda q: (-q.times, q.asked_at))


async def tidy_questions(desk: Desk, now: datetime) -> None:
    """Close what a changed text has come to answer, and forget what was answered a week ago."""
    for question in await desk.store.memos(Question):
        if not question.lacking and question.asked_at < now - FOR_BUTTONS:
            await desk.store.drop(Question, question.digest)
    texts = texts_as_now(desk)
    for question in await open_gaps(desk):
        if question.texts == texts:
            continue  # they did not answer it, and have not changed since
        answer = await answered(question.text, desk)
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
    closed = [q for q in await desk.store.memos(Question) if q.answered_at]
    if not lacking and not closed:
        return say(NOTHING)
    reply = Reply((Heading(HEADING), Text("\n".join(map(gap_line, lacking[:SHOWN])) or NOTHING)))
    if lacking:
        choices = (
            Choice(NOT_FOR_THEM.format(text=shortened(q.text, 40)), f"policy-drop {q.digest}")
            for q in lacking[:BUTTONS]
        )
        reply += Reply((Choices(tuple(choices)),))
    if closed:
        reply += Reply((Heading(CLOSED), Text("\n".join(map(gap_line, closed[:SHOWN])))))
    return reply


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
