"""“I have seen it”: how the safeguarding lead lets go what others have sent, or what is locked."""

from __future__ import annotations

from handlers.cases.classify import WHICH_CATEGORY, next_of
from handlers.cases.pictures.releasing import have_you_seen, split_listed, to_be_seen
from handlers.cases.reporting.questions import Known, category_named, category_question
from handlers.commands import command
from handlers.desk import Ask, Desk, take_reference
from handlers.messages import Reply, Text
from handlers.rules.access import Act
from handlers.text.words import shortened
from handlers.workflow.changes import change
from store.model.case import Case, Classification
from store.model.kinds import EntryKind
from store.school.procedure import Category


@command(
    "case release",
    usage="/case release REFERENCE KIND NUMBER",
    may=Act.UNLOCK,
    summary="say that one has seen what a case holds, and that it shows no child undressed",
    typed=False,
)
async def release(ask: Ask, desk: Desk) -> Reply:
    """Let go what waits, and unlock the case; ask again where more has come since it was asked."""
    reference, typed = take_reference(ask.words, release.usage)
    words, listed = split_listed(typed)
    chosen = category_named(words, desk)
    matter = await desk.case_for(ask.person, reference, Act.UNLOCK)
    if chosen is None or chosen.withhold:
        lead = Reply((Text(WHICH_CATEGORY.format(typed=shortened(words, 40))),))
        known = Known.all_of(matter.named)
        return matter.shown_in(lead + category_question(matter.named, known, desk))

    def move(case: Case) -> Case:
        is_as_asked = len(case.evidence) == listed
        is_open = bool(case.withheld or to_be_seen(case))
        return _released(case, chosen, ask) if is_as_asked and is_open else case

    matter = await change(desk, ask.person, matter, Act.UNLOCK, move, named=True)
    case = matter.named
    if len(case.evidence) != listed and (case.withheld or to_be_seen(case)):
        return have_you_seen(matter, chosen, desk)
    return await next_of(ask, matter, desk)


def _released(case: Case, chosen: Category, ask: Ask) -> Case:
    by, at = ask.person.id, ask.at
    numbers = [item.number for item in to_be_seen(case)]
    said = Classification(
        chosen.key, urgent=chosen.urgent, withhold=False, releases=numbers, lift=True
    )
    listed = ", ".join(map(str, numbers))
    case = case.enter(at, by, EntryKind.RELEASED, numbers=listed, category=chosen.key)
    return case.categorise(said, by=by, at=at)
