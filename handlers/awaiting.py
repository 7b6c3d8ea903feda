"""Questions of the bot's that are answered by typing: what is awaited, and what answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.desk import Desk
from handlers.messages import Choices, Incoming, Prompt, Reply
from handlers.rules.names.alike import may_be_names
from handlers.text.courtesies import is_courtesy, is_of_mistake
from store.errors import Conflict, NotFound, StoreUnavailable
from store.model.records import Awaiting, Person

ANSWER_WITHIN = timedelta(minutes=10)
#: Words and characters of an answer to a short question.
SHORT_WORDS, SHORT = 5, 60
#: Answers that are remembered, in case they are sent again.
USED = 10
TRIES = 20


def open_question(person: Person, desk: Desk) -> Awaiting | None:
    """What the person was asked last, and has not answered."""
    asked = person.awaiting
    if asked is None or not asked.command:
        return None
    # What could not be written is remembered as asked no longer.
    return None if _key(person, asked) in desk.memory.told else asked


def is_answer(incoming: Incoming, awaited: Awaiting) -> bool:
    """Whether it can be the answer. A link, a file or something forwarded is a report."""
    if incoming.carries or incoming.links or not incoming.text.strip():
        return False
    # Slack says of a command's answer no more than whose it is.
    places = (incoming.place, incoming.sender.account)
    if awaited.place not in places or incoming.at > awaited.until:
        return False
    text = incoming.text.strip()
    if awaited.name and not _can_be_name(text):
        return False
    return _is_short(text) if awaited.short else True


def _can_be_name(text: str) -> bool:
    return may_be_names(text) and not is_courtesy(text) and not is_of_mistake(text)


def _is_short(text: str) -> bool:
    return len(text) <= SHORT and "\n" not in text and len(text.split()) <= SHORT_WORDS


def asked_in(reply: Reply, incoming: Incoming, desk: Desk) -> Awaiting | None:
    """The question that the next message answers; of what the front-end opens a form for, none."""
    until = desk.now() + ANSWER_WITHIN
    for part in reply.parts:
        if isinstance(part, Prompt) and not incoming.forms:
            return Awaiting(part.command, incoming.place, until, part.short)
        if isinstance(part, Choices) and part.typed:
            return Awaiting(part.typed, incoming.place, until, short=True, name=True)
    return None


async def ask_next(
    question: Awaiting | None, person: Person, desk: Desk, used: tuple[str, ...] = ()
) -> Person:
    """Await the answer to this instead of what was asked before.

    Where that cannot be written, go on: what was kept is kept, and the question before is not asked
    again.
    """
    fresh = person
    for _ in range(TRIES):
        try:
            before = fresh.awaiting.used if fresh.awaiting else ()
            used_lately = (*before, *used)[-USED:]
            awaited: Awaiting | None = None
            if question or used_lately:
                awaited = replace(question or Awaiting("", "", desk.now()), used=used_lately)
            return await desk.store.save_person(replace(fresh, awaiting=awaited))
        except StoreUnavailable:
            break
        except Conflict:
            pass
        try:
            fresh = await desk.store.person(person.id)
        except (NotFound, StoreUnavailable):
            break
    if person.awaiting:
        desk.memory.remember(_key(person, person.awaiting), desk.now())
    return person


def _key(person: Person, asked: Awaiting) -> str:
    return f"question {person.id} {asked.until.isoformat()}"
