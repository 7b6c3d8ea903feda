"""Questions that staff send to the leadership, because the texts do not answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Prompt, Quote, Refused, Reply, say
from handlers.policies.questions import asked
from handlers.rules.access import LEADERS, Act
from handlers.text.words import listed, moment
from handlers.workflow.people import name_of
from handlers.workflow.steps import reachable
from store.errors import NotFound
from store.model.kinds import NoticeKind
from store.model.memos import Enquiry
from store.model.records import Notice, Person, Role, new_id

REMIND_AFTER = 2  # school days
KEPT = timedelta(days=30)  # after it was answered

SENT = "Your question has gone to {who}. I shall bring you the answer."
SENT_BEFORE = "I have sent that to {who} already, and shall bring you the answer."
NOBODY = "There is nobody here to ask yet. Please ask the headteacher in person."
ASKS = "{name} asks about the policies:"
STILL_ASKS = "{name} asked this {at}, and has no answer yet:"
YOUR_ANSWER = "What is your answer?"
ANSWERED = "Thank you. {name} gets your answer."
ANSWERED_BEFORE = "{name} has answered that already: {answer}"
NO_SUCH = "I know no such question."
ANSWER = "{name} answers:"


async def whom_to_ask(person: Person, desk: Desk) -> Sequence[Person]:
    """The headteachers; for one of them, or where none can be reached, the next who leads the school."""
    for roles in ((Role.HEAD,), LEADERS, (Role.CHAIR,)):
        others = (p for p in await desk.store.having(roles) if p.id != person.id)
        if found := [p for p in others if reachable(p, desk)]:
            return found
    return ()


@command(
    "policy-send", usage="/policy-send KEY", may=Act.HELP, summary="ask the leadership", typed=False
)
async def send(ask: Ask, desk: Desk) -> Reply:
    """Send a question that was asked of the texts, from its button."""
    question = await asked(ask.words.strip(), desk)
    who = await whom_to_ask(ask.person, desk)
    if not who:
        raise Refused(NOBODY)
    names = listed(p.name for p in who)
    mine = [
        e for e in await desk.store.memos(Enquiry) if e.by == ask.person.id and not e.answered_at
    ]
    if any(enquiry.text == question.text for enquiry in mine):
        return say(SENT_BEFORE.format(who=names))
    await desk.store.put(Enquiry(new_id(), question.text, ask.person.id, ask.at))
    await owe_enquiries(desk, ask.at)
    return say(SENT.format(who=names))


async def owe_enquiries(desk: Desk, now: datetime) -> None:
    """Owe each unanswered enquiry to whom it is for, and again when it has waited; each answer to who asked."""
    for enquiry in await desk.store.memos(Enquiry):
        asker = await _asker(enquiry, desk)
        if asker is None or (enquiry.answered_at and enquiry.answered_at < now - KEPT):
            await desk.store.drop(Enquiry, enquiry.id)
            continue
        if enquiry.answered_at:
            due = enquiry.answered_at
            await desk.store.owe(
                Notice(
                    f"answer {enquiry.id}", "answer", enquiry.by, due, step=enquiry.id, waits=True
                )
            )
            continue
        stage = int(now >= _reminder(enquiry, desk))
        for person in await whom_to_ask(asker, desk):
            key = f"enquiry {enquiry.id} {stage} {person.id}"
            await desk.store.owe(
                Notice(
                    key,
                    NoticeKind.ENQUIRY,
                    person.id,
                    now,
                    step=enquiry.id,
                    stage=stage,
                    waits=True,
                )
            )


async def _asker(enquiry: Enquiry, desk: Desk) -> Person | None:
    try:
        return await desk.store.person(enquiry.by)
    except NotFound:
        return None


def _reminder(enquiry: Enquiry, desk: Desk) -> datetime:
    day = desk.calendar.local(enquiry.at).date()
    return desk.calendar.opening(desk.calendar.school_days_after(day, REMIND_AFTER))


async def enquiry_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The question, to whom it is for, until somebody has answered it."""
    enquiry = await desk.store.memo(Enquiry, notice.step)
    if enquiry is None or enquiry.answered_at or not await _is_for(notice.to, enquiry, desk):
        return None
    asks = STILL_ASKS if notice.stage else ASKS
    words = asks.format(name=await name_of(enquiry.by, desk), at=moment(enquiry.at, desk.calendar))
    answer = Choice("Answer", f"policy-answer {enquiry.id}", "primary")
    return say(words, Quote(enquiry.text), Choices((answer,)))


async def answer_notice(notice: Notice, desk: Desk) -> Reply | None:
    """The answer, to who asked."""
    enquiry = await desk.store.memo(Enquiry, notice.step)
    if enquiry is None or not enquiry.answered_at:
        return None
    words = ANSWER.format(name=await name_of(enquiry.answered_by, desk))
    return Reply((Quote(enquiry.text), *say(words, Quote(enquiry.answer)).parts))


@command(
    "policy-answer",
    usage="/policy-answer KEY ANSWER",
    may=Act.POLICIES,
    summary="answer a question of the staff's",
    typed=False,
)
async def answer(ask: Ask, desk: Desk) -> Reply:
    """Answer an enquiry; the first answer counts."""
    key, _, words = ask.words.partition(" ")
    async with desk.store.alone(f"enquiry {key}"):
        enquiry = await desk.store.memo(Enquiry, key)
        if enquiry is None:
            raise Refused(NO_SUCH)
        if enquiry.answered_at:
            by = await name_of(enquiry.answered_by, desk)
            raise Refused(ANSWERED_BEFORE.format(name=by, answer=enquiry.answer))
        if not words.strip():
            return say(YOUR_ANSWER, Prompt(enquiry.text, f"policy-answer {enquiry.id}"))
        answered = replace(
            enquiry, answer=words.strip(), answered_by=ask.person.id, answered_at=ask.at
        )
        await desk.store.put(answered)
    await owe_enquiries(desk, ask.at)
    return say(ANSWERED.format(name=await name_of(enquiry.by, desk)))


async def waiting_enquiries(person: Person, desk: Desk) -> list[Enquiry]:
    """Those for this person that nobody has answered, oldest first."""
    waiting = [e for e in await desk.store.memos(Enquiry) if not e.answered_at]
    return sorted([e for e in waiting if await _is_for(person.id, e, desk)], key=lambda e: e.at)


async def _is_for(id: str, enquiry: Enquiry, desk: Desk) -> bool:
    asker = await _asker(enquiry, desk)
    return asker is not None and any(id in p.ids for p in await whom_to_ask(asker, desk))
