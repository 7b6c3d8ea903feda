"""Every command there is, in the order of the help."""

from __future__ import annotations

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
from handlers.commands import Commands
from handlers.help import help_for, start_for
from handlers.together import also_for

_without_help = Commands(
    report.report,
    cases.status,
    cases.opened,
    cases.listing,
    work.take,
    work.give,
    work.note,
    handing.evidence,
    handing.log,
    work.close,
    work.reopen,
    work.join,
    follow_ups.done,
    follow_ups.refused,
    follow_ups.not_removed,
    follow_ups.not_needed,
    follow_ups.hand,
    follow_ups.postpone,
    follow_ups.add,
    follow_ups.again,
    digest.overdue,
    duties.listing,
    duties.done,
    classify.category,
    subjects.about,
    classify.urgent,
    classify.later,
    classify.same,
    classify.apart,
    policy.policy,
    people.listing,
    people.invite,
    people.give_role,
    people.take_role,
    people.join_again,
)

_help = help_for(_without_help)

COMMANDS = Commands(*_without_help.all, _help, start_for(_help), also_for(_without_help))
