"""Of a case that somebody was told of: that they are on it, or what happens with it.

Whoever may not see a case may be told that it is urgent and nobody has taken it, or that something
of it is overdue. They answer with a tap, and can ask; nobody learns of a case that way who was not
told of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from handlers.commands import WITH_CASE, command
from handlers.desk import NO_SUCH_CASE, Ask, Desk, normal_reference, take_reference
from handlers.matter import Around, Matter, People
from handlers.messages import Choice, Choices, Heading, Prompt, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.rules.escalation import is_to_know
from handlers.text.words import listed, shortened
from handlers.workflow.changes import apply, change
from handlers.workflow.reach import is_above
from handlers.workflow.steps.procedure import OWNER, owners_of
from handlers.workflow.telling.rounds import seen_lately
from store.errors import DamagedCase, NotFound
from store.model.case import Case
from store.model.kinds import ABOUT_STEPS, Clock, EntryKind, NoticeKind
from store.model.records import FollowUp, Notice, Person, Status

ON_IT = (
    "Thank you. I will not tell you about case {reference} again for {quiet}, and the others read "
    "that you are on it. Nobody has taken it yet: to look after it, tap “I'll take it”."
)
TAKEN_ALREADY = "Somebody is looking after case {reference} by now. Thank you."
NOT_WAITING = "Case {reference} is not waiting for anybody to take it."
ASKED_NOW = "I have asked {who} what happens with case {reference}. The answer comes to you here."
NOBODY_TO_ASK = "There is nobody I can ask about case {reference}. Please ask in person."
CLOSED = "Case {reference} is closed by now."

ASKS = "{name} asks what happens with case {reference}"
SAYS_NOTHING_ELSE = "Your answer goes to {name}, who does not see the case itself."
WHAT_HAPPENS = "What happens with case {reference}? It goes to {name}, who does not see the case."
NOT_ASKED = "Nobody is waiting for an answer about case {reference}."
ANSWERED = "Told {name}."
ANSWER = "{name} about case {reference}: {text}"
#: Characters.
LONGEST = 2_000

#: Notices by which somebody hears of a case that they may not see.
HEARD = ABOUT_STEPS | {NoticeKind.URGENT}


@command(
    "case seen",
    usage="/case seen REFERENCE",
    may=Act.LIST,
    summary="you are on an urgent case, without taking it",
    typed=False,
)
async def seen(ask: Ask, desk: Desk) -> Reply:
    """Not to be told again for a while of an urgent case; the others read who is on it."""
    reference, _ = take_reference(ask.words, seen.usage)
    case = (await _heard_of(ask.person, reference, desk)).case
    words = _why_not_waiting(case)
    if words:
        return _on_the_case(case, words)
    await apply(desk, case.reference, lambda c: _acknowledged(c, ask, desk))
    quiet = str(desk.procedure.untaken.quiet)
    return _on_the_case(case, ON_IT.format(reference=case.reference, quiet=quiet))


def _acknowledged(case: Case, ask: Ask, desk: Desk) -> Case:
    """The case as it is to be saved: a tap that comes again enters nothing."""
    me = ask.person.id
    on_it = {each.by for each in seen_lately(case, ask.at, desk)}
    if me in on_it or _why_not_waiting(case):
        return case
    return case.acknowledge(by=me, at=ask.at)


def _why_not_waiting(case: Case) -> str:
    """Why nobody is awaited; nothing where somebody is."""
    if case.status == Status.CLOSED:
        return CLOSED.format(reference=case.reference)
    if case.owner:
        return TAKEN_ALREADY.format(reference=case.reference)
    return "" if case.urgent else NOT_WAITING.format(reference=case.reference)


@command(
    "case ask",
    usage="/case ask REFERENCE",
    may=Act.LIST,
    summary="ask whoever has it what happens",
    typed=False,
)
async def ask_owner(ask: Ask, desk: Desk) -> Reply:
    """Ask those whose step is overdue; their answer comes back."""
    reference, _ = take_reference(ask.words, ask_owner.usage)
    heard = await _heard_of(ask.person, reference, desk)
    case = heard.case
    if case.status == Status.CLOSED:
        return _on_the_case(case, CLOSED.format(reference=case.reference))
    asked = _whom_to_ask(case, heard.around, ask, desk)
    if not asked:
        return _on_the_case(case, NOBODY_TO_ASK.format(reference=case.reference))

    def put(case: Case) -> Case:
        if case.status == Status.CLOSED or _is_asked_already(case, ask):
            return case
        entered = case.ask(by=ask.person.id, at=ask.at)
        number = len(entered.chronology) - 1
        for person in asked:
            key = f"{case.reference} asked {number} {person.id}"
            step = str(number)
            entered = entered.owe(Notice(key, NoticeKind.ASKED, person.id, ask.at, step=step))
        return entered

    await apply(desk, case.reference, put)
    who = listed(person.name for person in asked)
    return _on_the_case(case, ASKED_NOW.format(who=who, reference=case.reference))


def _is_asked_already(case: Case, ask: Ask) -> bool:
    """Whether this person's question still waits for an answer: it is not put twice."""
    last = ""
    for entry in case.chronology:
        is_question = entry.what == EntryKind.ASKED and entry.by == ask.person.id
        is_answer = entry.what == EntryKind.ANSWERED and entry.details.get("to") == ask.person.id
        if is_question or is_answer:
            last = entry.what
    return last == EntryKind.ASKED


def _whom_to_ask(case: Case, around: Around, ask: Ask, desk: Desk) -> list[Person]:
    """Whose the oldest open step is; where none is open, who looks after the case."""
    steps = sorted((f for f in case.follow_ups if f.is_open), key=lambda f: f.due)
    nothing = FollowUp("", "", OWNER, ask.at, Clock.SCHOOL)
    owners = owners_of(steps[0] if steps else nothing, case, around, desk)
    return [person for person in owners if person.id != ask.person.id]


@command(
    "case answer",
    usage="/case answer REFERENCE WORDS",
    may=Act.WORK,
    summary="answer whoever asked what happens with a case",
    bare=WITH_CASE,
)
async def answer(ask: Ask, desk: Desk) -> Reply:
    """Send words to who asked last what happens; they stay with the case."""
    reference, text = take_reference(ask.words, answer.usage)
    matter = await desk.case_for(ask.person, reference, Act.WORK)
    case = matter.case
    asker = _asker(case)
    if asker is None:
        raise matter.refusal(NOT_ASKED.format(reference=case.reference))
    name = matter.people.name(asker)
    if not text:
        question = WHAT_HAPPENS.format(reference=case.reference, name=name)
        prompt = Prompt(question, f"case answer {case.reference}")
        return matter.shown_in(Reply((prompt,)))

    def tell(case: Case) -> Case:
        said = case.answer(text[:LONGEST], asker, by=ask.person.id, at=ask.at)
        number = len(said.chronology) - 1
        key = f"{case.reference} answered {number} {asker}"
        return said.owe(Notice(key, NoticeKind.ANSWERED, asker, ask.at, step=str(number)))

    await change(desk, ask.person, matter, Act.WORK, tell)
    return matter.shown_in(say(ANSWERED.format(name=name)))


def _asker(case: Case) -> str | None:
    """Id of who asked last."""
    for entry in reversed(case.chronology):
        if entry.what == EntryKind.ASKED:
            return entry.by
    return None


# --- the notices ----------------------------------------------------------------------------------


def asked_notice(notice: Notice, person: Person, matter: Matter, desk: Desk) -> Reply | None:
    """To whose step it is: who asks."""
    case = matter.case
    if case.status == Status.CLOSED:
        return None
    name = matter.people.name(case.chronology[int(notice.step)].by)
    reference = case.reference
    choices = (
        Choice("Answer", f"case answer {reference}", "primary"),
        Choice("Open", f"case {reference}"),
    )
    heading = Heading(ASKS.format(name=name, reference=reference))
    words = Text(SAYS_NOTHING_ELSE.format(name=name))
    return matter.shown_in(Reply((heading, words, Choices(choices))))


def answered_notice(case: Case, people: People, notice: Notice) -> Reply | None:
    """To who asked: what was answered."""
    entry = case.chronology[int(notice.step)]
    name = people.name(entry.by)
    text = shortened(entry.details.get("text", ""), LONGEST)
    words = ANSWER.format(name=name, reference=case.reference, text=text)
    return _on_the_case(case, words)


def answer_inside(notice: Notice, person: Person, matter: Matter, desk: Desk) -> Reply | None:
    """The same, to somebody who may see the case by now."""
    return answered_notice(matter.case, matter.people, notice)


# --- who may --------------------------------------------------------------------------------------


def _on_the_case(case: Case, words: str) -> Reply:
    return say(words).showing([case.reference])


@dataclass(frozen=True, slots=True)
class _Heard:
    """A case that somebody was told of, and what there is around it."""

    case: Case
    around: Around


async def _heard_of(person: Person, reference: str, desk: Desk) -> _Heard:
    """The root of a matter that this person may see, or was told of without seeing it.

    Raises Refused, as for a case that there is not.
    """
    try:
        matter = await desk.case_for(person, reference, Act.WORK)
        return _Heard(matter.case, matter.around)
    except Refused:
        pass
    try:
        case = await desk.store.case(normal_reference(reference))
        around = await desk.around(case)
    except (NotFound, DamagedCase):
        raise Refused(NO_SUCH_CASE.format(reference=reference)) from None
    if not _was_told(person, case, desk) or not is_above(person, around.matter(case), desk):
        raise Refused(NO_SUCH_CASE.format(reference=reference))
    return _Heard(case, around)


def _was_told(person: Person, case: Case, desk: Desk) -> bool:
    """Whether a notice of it has reached this person, or the digest names it to them."""
    if any(n.kind in HEARD and n.to in person.ids and n.message for n in case.notices):
        return True
    late = max((step.told for step in case.follow_ups if step.is_open), default=0)
    return is_to_know(person, late, desk.procedure.escalation)
