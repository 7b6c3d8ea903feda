"""Questions that staff send to the leadership, because the texts do not answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Prompt, Quote, Refused, Reply, say
from handlers.policies.questions import question_of_button
from handlers.rules import access
from handlers.rules.access import LEADERS, WORKERS, Act
from handlers.rules.names.in_words import may_speak_of, speaks_of
from handlers.rules.names.offices import LIKE_THE_HEAD, offices_in
from handlers.text.words import listed, moment
from handlers.workflow.concerned.own_words import own_words
from handlers.workflow.people import name_of
from handlers.workflow.reach import can_answer
from store.errors import NotFound
from store.model.identifiers import new_id
from store.model.kinds import NoticeKind
from store.model.memos import Enquiry
from store.model.records import Notice, Person, Role, Status, Summary

#: School days after which those who lead the school are asked again.
REMIND_AFTER = 2
#: How long a question is kept after it was answered.
KEPT = timedelta(days=30)

SENT = "Your question has gone to {who}. I will bring you the answer."
SENT_BEFORE = "I have sent that to {who} already, and will bring you the answer."
NOBODY = "There is nobody here to ask yet. Please ask the headteacher in person."
NOBODY_BUT_HEAD = (
    "There is nobody here to ask yet who is not the headteacher. Please ask the chair of governors."
)
ASKS = "{name} asks about the policies:"
STILL_ASKS = "{name} asked this {at}, and has no answer yet:"
YOUR_ANSWER = "What is your answer?"
ANSWERED = "Thank you. {name} gets your answer."
ANSWERED_BEFORE = "{name} has answered that already: {answer}"
NO_SUCH = "I know no such question."
ANSWER = "{name} answers:"


async def whom_to_ask(person: Person, text: str, desk: Desk) -> Sequence[Person]:
    """Who can answer this person's question: the headteachers, if one can be reached.

    For a headteacher, or where none can be reached, it is the next who leads the school. A question
    that speaks of a headteacher goes to the chair of governors alone, as all do of somebody who has
    passed on something about a headteacher. Nobody is asked about themselves. Nobody where nobody
    can be reached at all.
    """
    is_about_head = await _is_of_head(person, text, desk)
    for roles in ((Role.CHAIR,),) if is_about_head else ((Role.HEAD,), LEADERS, (Role.CHAIR,)):
        found = []
        for other in await desk.store.having(roles):
            is_meant = speaks_of(text, other) or (is_about_head and other.has(Role.HEAD))
            if other.id != person.id and can_answer(other, desk) and not is_meant:
                found.append(other)
        if found:
            return found
    return ()


async def _is_of_head(person: Person, text: str, desk: Desk) -> bool:
    """Tell whether a question may be one about a headteacher: by its words, or by who asks."""
    heads = await desk.store.having((Role.HEAD,))
    if any(person.id == head.id for head in heads):
        return False
    if LIKE_THE_HEAD.search(text) or any(speaks_of(text, head) for head in heads):
        return True
    for summary in await desk.store.related(reporters=person.ids):
        is_mine = not set(person.ids).isdisjoint(summary.reporters)
        is_open = summary.status == Status.OPEN
        if is_mine and is_open and await _passed_on_of_head(person, summary, heads, desk):
            return True
    return False


async def _passed_on_of_head(
    person: Person, summary: Summary, heads: Sequence[Person], desk: Desk
) -> bool:
    """Tell whether this person themselves has said, in words or by an answer, that a case is about
    a headteacher: what others made of it must not show in who is asked.
    """
    may_be = access.is_about_head([summary]) or any(
        access.is_kept_from(head, [summary]) for head in heads
    )
    if not may_be:
        return False
    case = await desk.store.case(summary.reference)
    said = own_words(person, case)
    if access.is_about_head([said]) or Role.HEAD in offices_in(case.all_words):
        return True
    return any(
        access.concerns(head, [said]) or may_speak_of(case.all_words, head) for head in heads
    )


@command(
    "policy-send", usage="/policy-send KEY", may=Act.HELP, summary="ask the leadership", typed=False
)
async def send(ask: Ask, desk: Desk) -> Reply:
    """Send a question that was asked of the texts, from its button."""
    question = await question_of_button(ask.words.strip(), desk)
    who = await whom_to_ask(ask.person, question.text, desk)
    if not who:
        is_of_head = await _is_of_head(ask.person, question.text, desk)
        raise Refused(NOBODY_BUT_HEAD if is_of_head else NOBODY)
    names = listed(person.name for person in who)
    if await _is_waiting(question.text, ask.person, desk):
        return say(SENT_BEFORE.format(who=names))

    to = tuple(person.id for person in who)
    await desk.store.put(Enquiry(new_id(), question.text, ask.person.id, ask.at, to=to))
    await owe_enquiries(desk, ask.at)
    return say(SENT.format(who=names))


async def _is_waiting(text: str, person: Person, desk: Desk) -> bool:
    """Tell whether this person has sent this, and has no answer yet."""
    for enquiry in await desk.store.memos(Enquiry):
        is_same = enquiry.by == person.id and enquiry.text == text
        if is_same and not enquiry.answered_at:
            return True
    return False


async def owe_enquiries(desk: Desk, now: datetime) -> None:
    """Owe each enquiry to whom it is for, and each answer to who asked.

    What has waited is owed once more; what is over, or whose asker has gone, is dropped.
    """
    for enquiry in await desk.store.memos(Enquiry):
        asker = await _asker(enquiry, desk)
        is_over = enquiry.answered_at is not None and enquiry.answered_at < now - KEPT
        if asker is None or is_over:
            await desk.store.drop(Enquiry, enquiry.id)
        elif enquiry.answered_at:
            await _owe_answer(enquiry, enquiry.answered_at, desk)
        else:
            await _owe_question(enquiry, asker, now, desk)


async def _owe_answer(enquiry: Enquiry, due: datetime, desk: Desk) -> None:
    await desk.store.owe(
        Notice(
            f"answer {enquiry.id}",
            NoticeKind.ANSWER,
            enquiry.by,
            due,
            step=enquiry.id,
            waits=True,
        )
    )


async def _owe_question(enquiry: Enquiry, asker: Person, now: datetime, desk: Desk) -> None:
    # With another stage it has another key, and so is sent again.
    stage = 1 if now >= _reminder(enquiry, desk) else 0
    for person in await _whom_it_went_to(enquiry, asker, desk):
        await desk.store.owe(
            Notice(
                f"enquiry {enquiry.id} {stage} {person.id}",
                NoticeKind.ENQUIRY,
                person.id,
                now,
                step=enquiry.id,
                stage=stage,
                waits=True,
            )
        )


async def _whom_it_went_to(enquiry: Enquiry, asker: Person, desk: Desk) -> Sequence[Person]:
    """Those to whom it went when it was sent, and stays with; where they are gone, who can answer
    it now.
    """
    still_here = []
    for person in await desk.store.having(WORKERS):
        if not set(person.ids).isdisjoint(enquiry.to) and can_answer(person, desk):
            still_here.append(person)
    return still_here or await whom_to_ask(asker, enquiry.text, desk)


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
    if enquiry is None or enquiry.answered_at:
        return None
    if not await _is_for(notice.to, enquiry, desk):
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
    # Two may answer at once.
    async with desk.store.alone(f"enquiry {key}"):
        enquiry = await desk.store.memo(Enquiry, key)
        if enquiry is None:
            raise Refused(NO_SUCH)
        if enquiry.answered_at:
            by = await name_of(enquiry.answered_by, desk)
            raise Refused(ANSWERED_BEFORE.format(name=by, answer=enquiry.answer))
        if not words.strip():
            return say(YOUR_ANSWER, Prompt(enquiry.text, f"policy-answer {enquiry.id}"))
        await desk.store.put(
            replace(
                enquiry,
                answer=words.strip(),
                answered_by=ask.person.id,
                answered_at=ask.at,
            )
        )
    await owe_enquiries(desk, ask.at)
    return say(ANSWERED.format(name=await name_of(enquiry.by, desk)))


async def waiting_enquiries(person: Person, desk: Desk) -> list[Enquiry]:
    """The enquiries for this person that nobody has answered, oldest first."""
    waiting = []
    for enquiry in await desk.store.memos(Enquiry):
        if not enquiry.answered_at and await _is_for(person.id, enquiry, desk):
            waiting.append(enquiry)
    return sorted(waiting, key=lambda enquiry: enquiry.at)


async def _is_for(id: str, enquiry: Enquiry, desk: Desk) -> bool:
    """Tell whether the person with this id is one of those who are to answer it."""
    asker = await _asker(enquiry, desk)
    if asker is None:
        return False
    receivers = await _whom_it_went_to(enquiry, asker, desk)
    return any(id in person.ids for person in receivers)
