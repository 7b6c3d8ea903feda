"""Whether a bare line was meant as a report: leaders talk with the bot, and open few cases.

It is kept as a case at once, and the pause holds it back: nobody hears of it before the one who
typed it had ten minutes to say no. Whoever says nothing has meant it.
"""

from __future__ import annotations

from handlers.cases.reporting.reporter_view import answer
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.messages import Choice, Choices, Incoming, Reply, Text
from handlers.rules.access import Act, may
from handlers.workflow.changes import change
from handlers.workflow.telling.spoken_to import has_spoken_lately
from store.model.case import Case
from store.model.kinds import ARRIVALS, EntryKind
from store.model.records import SYSTEM, Person, Status

MEANT = (
    "Open a case with this? It is kept, and nobody is told yet. If you do not answer, it becomes "
    "case {reference} in ten minutes."
)
YES, NO = "Yes, open it", "No, it was not meant for that"
#: After the reference in the command of the No: that line alone was not meant.
LINE = "line"
#: In the entry with which such a case begins.
ASKED = {"asked": "yes"}


def may_be_meant_otherwise(incoming: Incoming, person: Person, desk: Desk) -> bool:
    """Whether it is no more than words, typed by a leader to whom the bot has just spoken."""
    is_bare = not (incoming.carries or incoming.links or incoming.edits)
    return is_bare and may(person, Act.LIST) and has_spoken_lately(person.id, desk)


def is_open(case: Case) -> bool:
    """Whether the question was put when the case was opened, and nothing was said or sent since."""
    if case.status != Status.OPEN or case.chronology[0].details.get("asked") != ASKED["asked"]:
        return False
    return all(entry.by == SYSTEM for entry in case.chronology[1:])


def has_more(case: Case) -> bool:
    """Whether anything came to the case after what it was opened with."""
    return any(entry.what in ARRIVALS for entry in case.chronology[1:])


def meant_question(case: Case) -> Reply:
    """Should this be a case?"""
    reference = case.reference
    choices = (
        Choice(YES, f"case meant {reference}", "primary"),
        Choice(NO, f"case mistake {reference} {LINE}"),
    )
    words = Text(MEANT.format(reference=reference))
    return Reply((words, Choices(choices))).mentioning([reference])


@command(
    "case meant",
    usage="/case meant REFERENCE",
    may=Act.CLASSIFY,
    summary="what you typed was meant as a report",
    bare=WITH_CASE,
    typed=False,
)
async def meant(ask: Ask, desk: Desk) -> Reply:
    """Go on with the next question about it."""
    reference, _ = take_reference(ask.words, meant.usage)

    def move(case: Case) -> Case:
        return case.enter(ask.at, ask.person.id, EntryKind.LOOKED) if is_open(case) else case

    matter = await change(desk, ask.person, reference, Act.CLASSIFY, move, named=True)
    return await answer(matter, ask.person, desk)
