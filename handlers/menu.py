"""Every command there is, under the headings and in the order of the help."""

from __future__ import annotations

from dataclasses import replace

from handlers import (
    asked,
    cases,
    classify,
    digest,
    duties,
    enquiries,
    finding,
    follow_ups,
    handing,
    keeping,
    people,
    policy,
    report,
    statement,
    subjects,
    work,
)
from handlers.access import WORKERS
from handlers.commands import Command, Commands
from handlers.help import help_for, start_for
from handlers.together import also_for


def _asked_anyway(command: Command) -> Command:
    """Staff have buttons for this, and need not read how to type it."""
    return replace(command, shown_to=WORKERS)


GROUPS: dict[str, tuple[Command, ...]] = {
    "Passing things on": (
        report.report,
        cases.status,
        cases.opened,
        work.note,
        classify.urgent,
    ),
    "Looking after cases": (
        cases.listing,
        finding.find,
        digest.overdue,
        work.take,
        work.give,
        handing.evidence,
        handing.log,
        _asked_anyway(classify.category),
        _asked_anyway(subjects.about),
        work.join,
        work.close,
        work.reopen,
        keeping.hold,
        keeping.lift,
        keeping.expired,
        keeping.erase,
    ),
    "Steps of a case": (
        follow_ups.done,
        follow_ups.refused,
        follow_ups.not_removed,
        follow_ups.not_needed,
        follow_ups.hand,
        follow_ups.postpone,
        follow_ups.add,
        follow_ups.again,
    ),
    "The policies": (
        policy.policy,
        _asked_anyway(policy.show),
        _asked_anyway(policy.print_),
        statement.accept,
        statement.accepted,
        asked.gaps,
    ),
    "The school": (
        duties.listing,
        duties.done,
        finding.searches,
        people.listing,
        people.invite,
        people.give_role,
        people.take_role,
        people.join_again,
    ),
}
TAPPED = (
    classify.later,
    classify.same,
    classify.apart,
    policy.next_,
    policy.open_text,
    policy.pdf,
    policy.about,
    enquiries.send,
    enquiries.answer,
    asked.drop,
)

_all = (*(command for group in GROUPS.values() for command in group), *TAPPED)
_help = help_for(GROUPS)

COMMANDS = Commands(*_all, _help, start_for(_help), also_for(Commands(*_all)))
