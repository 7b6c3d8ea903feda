"""Every command there is, under the headings and in the order of the help."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import asking_after, classify, follow_ups, lists, ownership, retention, search
from handlers.cases.concerned import poster, posters, subject
from handlers.cases.evidence import hand_over
from handlers.cases.figures import figures
from handlers.cases.letters import letter
from handlers.cases.packs import pack
from handlers.cases.pictures import have_seen
from handlers.cases.removals import removal
from handlers.cases.reporting import meant_as_report, mistake, report
from handlers.commands import Command, Commands
from handlers.notices.bundle import also_for
from handlers.policies import ask, enquiries, questions, statement
from handlers.rules.access import WORKERS
from handlers.school import (
    digest,
    duties,
    further_accounts,
    home,
    invitations,
    joining,
    people,
    role_log,
    roles,
)
from handlers.school.help import cancel, help_for


def _asked_anyway(command: Command) -> Command:
    """Staff have buttons for this, and need not read how to type it."""
    return replace(command, shown_to=WORKERS)


GROUPS: dict[str, tuple[Command, ...]] = {
    "Passing things on": (
        report.report,
        lists.status,
        lists.open_case,
        _asked_anyway(home.home),
        ownership.note,
        classify.urgent,
        mistake.change_words,
        _asked_anyway(mistake.mistake),
    ),
    "Looking after cases": (
        lists.listing,
        search.find,
        digest.overdue,
        ownership.take,
        ownership.give,
        _asked_anyway(classify.category),
        _asked_anyway(subject.about),
        _asked_anyway(poster.posted),
        ownership.join,
        ownership.close,
        ownership.reopen,
    ),
    "Evidence, figures and keeping": (
        hand_over.evidence,
        hand_over.log,
        pack.pack,
        posters.posters,
        figures.figures,
        retention.hold,
        retention.lift,
        retention.expired,
        retention.erase,
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
        letter.letter,
        removal.removal,
        asking_after.answer,
    ),
    "The policies": (
        ask.policy,
        _asked_anyway(ask.show),
        _asked_anyway(ask.print_),
        statement.accept,
        statement.accepted,
        questions.gaps,
    ),
    "The school": (
        duties.listing,
        duties.done,
        duties.undone,
        search.searches,
        people.listing,
        invitations.invite,
        invitations.invitations,
        roles.give_role,
        roles.take_role,
        role_log.log,
        joining.join_again,
    ),
}
TAPPED = (
    cancel,
    lists.more,
    asking_after.seen,
    asking_after.ask_owner,
    classify.later,
    meant_as_report.meant,
    classify.same,
    _asked_anyway(classify.apart),
    have_seen.release,
    ask.next_,
    ask.open_text,
    ask.pdf,
    ask.about,
    ask.ask_,
    enquiries.send,
    enquiries.answer,
    questions.drop,
    invitations.further,
    invitations.cancel,
    further_accounts.confirm,
    further_accounts.deny,
    roles.sure,
    roles.change,
    roles.agree,
    roles.refuse,
)

_all = (*(command for group in GROUPS.values() for command in group), *TAPPED)
_help = help_for(GROUPS)

COMMANDS = Commands(*_all, _help, home.start_for(home.home), also_for(Commands(*_all)))
