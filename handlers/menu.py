"""Every command there is, under the headings and in the order of the help."""

from __future__ import annotations

from dataclasses import replace

from handlers import (
    cases,
    classify,
    digest,
    duties,
    follow_ups,
    handing,
    people,
    policy,
    report,
    subjects,
    work,
)
from handlers.access import WORKERS
from handlers.commands import Command, Commands
from handlers.help import help_for, start_for
from handlers.together import also_for


def _asked_anyway(command: Command) -> Command:
    """A reporter is asked this with buttons, and need not read how to type it."""
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
    "The school": (
        policy.policy,
        duties.listing,
        duties.done,
        people.listing,
        people.invite,
        people.give_role,
        people.take_role,
        people.join_again,
    ),
}
TAPPED = (classify.later, classify.same, classify.apart)

_all = (*(command for group in GROUPS.values() for command in group), *TAPPED)
_help = help_for(GROUPS)

COMMANDS = Commands(*_all, _help, start_for(_help), also_for(Commands(*_all)))
