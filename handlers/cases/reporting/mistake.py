"""A way back for whoever passed something on: to change what they said, or to say that it was sent
by mistake.
"""

from __future__ import annotations

from dataclasses import replace

from handlers.cases.classify import NOT_YOUR_OWN
from handlers.cases.concerned.poster_words import poster_choice
from handlers.cases.reporting.meant_as_report import LINE, has_more
from handlers.cases.reporting.questions import mistake_choice
from handlers.commands import WITH_CASE, command
from handlers.desk import JOINING, Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, Reply, Text, say
from handlers.rules import access
from handlers.rules.access import Act, Relation
from handlers.text.courtesies import is_of_mistap
from handlers.workflow.changes import change
from store.model.case import Case
from store.model.kinds import LOOKS, EntryKind
from store.model.records import SYSTEM, Person, Status
from store.school.procedure import MISTAKE

CHANGE = "What should be changed about case {reference}?"
ENDED = "Case {reference} is closed as sent by mistake. What you sent is still kept."
IS_BEGUN = (
    "Somebody is working on case {reference} already, so it stays open. I am telling them that it "
    "was sent by mistake."
)
SAYS_SO = "Whoever passed it on says that it was sent by mistake."
NOT_YOURS = (
    "Only whoever passed case {reference} on can say that. To end it: /case close {reference}"
)
MORE_CAME = (
    "More came to case {reference} after that line, so I have not ended it. If none of it was "
    "meant: /case mistake {reference}"
)
WHICH_ONE = "Which one was sent by mistake?"
WHICH_CHANGES = "Which one should be changed?"
NOTHING_OPEN = "You have no open case, so nothing is changed, and I have kept nothing."
#: Cases that are offered, the newest first.
MOST = 3


@command(
    "case change",
    usage="/case change REFERENCE",
    may=Act.CLASSIFY,
    summary="change what you said of a case, or say that it was sent by mistake",
    bare=WITH_CASE,
)
async def change_words(ask: Ask, desk: Desk) -> Reply:
    """Offer what can be said anew."""
    reference, _ = take_reference(ask.words, change_words.usage)
    matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
    case = matter.named
    choices = [
        Choice("Who it is about", f"case about {case.reference}"),
        Choice("What it is about", f"case category {case.reference}"),
        poster_choice(case),
        mistake_choice(case.reference),
    ]
    words = Text(CHANGE.format(reference=case.reference))
    return matter.shown_in(Reply((words, Choices(tuple(choices)))))


@command(
    "case mistake",
    usage="/case mistake REFERENCE",
    may=Act.CLASSIFY,
    summary="say that it was sent by mistake",
    bare=WITH_CASE,
)
async def mistake(ask: Ask, desk: Desk) -> Reply:
    """End a case as that, unless somebody has begun to work on it: those are told then."""
    reference, rest = take_reference(ask.words, mistake.usage)
    async with desk.store.alone(JOINING):
        matter = await desk.case_for(ask.person, reference, Act.CLASSIFY)
        if Relation.REPORTER not in matter.relations:
            raise matter.refusal(NOT_YOURS.format(reference=reference))
        is_begun = _is_begun(matter, ask.person)
        # Once it is begun, it reads the same whatever others have said of whom it is about.
        if matter.is_about(ask.person) and not is_begun:
            raise matter.refusal(NOT_YOUR_OWN)
        if _said_so_before(matter.named, ask.person):
            return _ended(matter)
        by, at = ask.person.id, ask.at

        def move(case: Case) -> Case:
            if rest == LINE and has_more(case):
                raise matter.refusal(MORE_CAME.format(reference=reference))
            if is_begun:
                return case.note(SAYS_SO, by=by, at=at)
            return case.close(MISTAKE.key, by=by, at=at, reason=SAYS_SO)

        act = Act.NOTE if is_begun else Act.CLASSIFY
        matter = await change(desk, ask.person, matter, act, move, named=True)
    if is_begun:
        return matter.shown_in(say(IS_BEGUN.format(reference=matter.named.reference)))
    return _ended(matter)


def _ended(matter: Matter) -> Reply:
    """Nothing is to be tapped any more on the card of what has ended."""
    said = matter.shown_in(say(ENDED.format(reference=matter.named.reference)))
    return replace(said, replaces=True)


def _said_so_before(case: Case, reporter: Person) -> bool:
    """Whether they ended it as this already: an answer can be lost, and they tap once more."""
    if case.status != Status.CLOSED or case.outcome != MISTAKE.key:
        return False
    ends = [entry for entry in case.chronology if entry.what == EntryKind.CLOSED]
    return ends[-1].by in reporter.ids


def _is_begun(matter: Matter, reporter: Person) -> bool:
    """Whether anybody but its one reporter has had a part in it."""
    case = matter.named
    if len(matter.summaries) > 1 or case.owner:
        return True
    own = {*reporter.ids, SYSTEM}
    # Of what may be about its reporter, or about somebody who may have asked them to take it back,
    # also that somebody has looked at it.
    workers = matter.people.having(access.WORKERS)
    is_kept = any(access.is_kept_from(each, matter.summaries) for each in (reporter, *workers))
    looks = () if is_kept else LOOKS
    return any(entry.by not in own and entry.what not in looks for entry in case.chronology)


async def which_mistake(text: str, person: Person, desk: Desk) -> Reply:
    """For whoever says in words that something was sent, or tapped, by mistake: which of theirs?"""
    own = await desk.store.related(reporters=person.ids)
    open_ones = [summary for summary in own if summary.status == Status.OPEN]
    open_ones.sort(key=lambda summary: summary.last_report_at, reverse=True)
    references = [summary.reference for summary in open_ones[:MOST]]
    if not references:
        return say(NOTHING_OPEN)
    is_mistap = is_of_mistap(text)
    choices = []
    for reference in references:
        label = f"Case {reference}"
        change_it = Choice(label, f"case change {reference}")
        choices.append(change_it if is_mistap else mistake_choice(reference, label))
    question = WHICH_CHANGES if is_mistap else WHICH_ONE
    return say(question, Choices(tuple(choices))).mentioning(references)
