"""What is said of a step: that it falls due, what others did with it, and what those above read."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.cases.step_buttons import procedure_choices, step_choices
from handlers.desk import Desk
from handlers.matter import Around, Matter
from handlers.messages import Choice, Choices, Heading, Part, Reply, Text, say
from handlers.rules.escalation import is_to_know
from handlers.school.due import A_CASE, first_name_of, kind_of
from handlers.text.briefs import brief_of, brief_of_step
from handlers.text.words import moment
from handlers.workflow.steps.news import News, news_for
from handlers.workflow.steps.owner_changes import COME, GONE, HANDS
from handlers.workflow.steps.procedure import owners_of, who_does
from handlers.workflow.telling.passing_on import passed_on_from
from store.model.case import Case
from store.model.kinds import Clock, EntryKind, NoticeKind
from store.model.records import Entry, FollowUp, Notice, Person, Status

DUE_SOON = "Case {reference}: due {due}"
OVERDUE = "Case {reference}: overdue since {due}"
#: From the second day on.
FOR_DAYS = ", day {day}"
CLOCKS: dict[str, str] = {
    Clock.SCHOOL: "Counted in school days.",
    Clock.LEGAL: "Counted in working days, in school holidays too.",
    Clock.NOW: "Counted in hours, day and night.",
}
OVERDUE_ABOVE = (
    "Case {reference} · {kind}, “{what}”: overdue since {due}, day {day}. It is with {who}."
)
ASK = "Ask {who} what happens"

STEPS = "Case {reference} · {kind}"
GIVEN = "{name} gave you a step: {what}, due {due}."
MOVED = "{name} put off your step until {due}: {what}."
SETTLED = "{name} has marked your step “{progress}”: {what}."
YOURS_NOW = "Yours now: {what}, due {due}."
NOT_YOURS_NOW = "No longer yours: {what}. {who} has it now."
ADDED = "{name} added a step of yours: {what}, due {due}."
NOT_REACHED = "I could not reach {name}. This step is theirs, and due {due}: {what}."

CHANGED: dict[str, str] = {
    EntryKind.STEP_GIVEN: GIVEN,
    EntryKind.POSTPONED: MOVED,
    EntryKind.STEP_ADDED: ADDED,
}


def step_notice(matter: Matter, notice: Notice, desk: Desk) -> Reply | None:
    """That a step falls due soon, or is overdue, with the buttons that deal with it."""
    case = matter.case
    follow_up = case.follow_up(notice.step)
    if follow_up is None or not _still(follow_up, notice):
        return None
    due = moment(follow_up.due, desk.calendar)
    words = OVERDUE if notice.stage else DUE_SOON
    heading = words.format(reference=case.reference, due=due)
    if notice.stage > 1:
        heading += FOR_DAYS.format(day=notice.stage)
    parts: list[Part] = [Heading(heading), Text(f"{follow_up.what}\n{CLOCKS[follow_up.clock]}")]
    open_it = Choice("Open", f"case {case.reference}")
    choices = (*step_choices(case, follow_up), *procedure_choices(case, follow_up, desk), open_it)
    owners = owners_of(follow_up, case, matter.around, desk)
    brief = brief_of_step(case, follow_up, desk.procedure, owners, notice.stage)
    return Reply((*parts, Choices(choices))).showing([case.reference]).briefly(brief)


def _still(follow_up: FollowUp, notice: Notice) -> bool:
    """Whether it is open, and nothing newer has been said of it."""
    return follow_up.is_open and follow_up.told <= notice.stage


def step_from_above(
    case: Case, around: Around, notice: Notice, person: Person, desk: Desk
) -> Reply | None:
    """To whom the escalation names from this day of being overdue on: whose it is, and whom to
    ask.
    """
    follow_up = case.follow_up(notice.step)
    if follow_up is None or not follow_up.is_open or follow_up.told < notice.stage:
        return None
    if not is_to_know(person, notice.stage, desk.procedure.escalation):
        return None
    owners = owners_of(follow_up, case, around, desk)
    words = OVERDUE_ABOVE.format(
        reference=case.reference,
        kind=A_CASE if case.withheld else kind_of(case, desk),
        what=follow_up.what,
        due=moment(follow_up.due, desk.calendar),
        day=follow_up.told,
        who=who_does(owners),
    )
    ask = Choice(ASK.format(who=first_name_of(owners)), f"case ask {case.reference}")
    brief = brief_of_step(case, follow_up, desk.procedure, owners, follow_up.told)
    return say(words, Choices((ask,))).briefly(brief)


def step_news(notice: Notice, person: Person, matter: Matter, desk: Desk) -> Reply | None:
    """What somebody else did with steps of this person's, in the words of its entry."""
    case = matter.case
    if case.status != Status.OPEN:
        return None
    lines = []
    first, *keys = notice.step.split()
    unreached = passed_on_from(notice)
    if unreached:
        lines = _unreached_lines(unreached, keys, matter, desk)
    elif first == HANDS:
        for key in keys:
            lines += _hands_line(key, person, matter, desk)
    elif int(first) < len(case.chronology):
        news = news_for(person, notice, case, matter.around, desk)
        lines = _news_lines(case.chronology[int(first)], news, matter, desk)
    if not lines:
        return None
    title = STEPS.format(reference=case.reference, kind=kind_of(case, desk))
    choices = Choices((Choice(f"Open {case.reference}", f"case {case.reference}"),))
    brief = brief_of(NoticeKind.STEPS, case, desk.procedure)
    return say("\n".join([title, *lines]), choices).showing([case.reference]).briefly(brief)


def _unreached_lines(id: str, keys: Sequence[str], matter: Matter, desk: Desk) -> list[str]:
    """For the next of the ladder: which open steps are somebody's who could not be told."""
    lines = []
    for marked in keys:
        step = matter.case.follow_up(marked.lstrip(COME + GONE))
        if step and step.is_open:
            owners = owners_of(step, matter.case, matter.around, desk)
            if any(id in owner.ids for owner in owners):
                due = moment(step.due, desk.calendar)
                name = matter.people.name(id)
                lines.append(NOT_REACHED.format(name=name, due=due, what=step.what))
    return lines


def _hands_line(marked: str, person: Person, matter: Matter, desk: Desk) -> list[str]:
    """Whose a step is now, as of this moment; nothing where it is open no longer, or where that is
    no news to its reader: it came and went again, or went and came back.
    """
    step = matter.case.follow_up(marked.lstrip(COME + GONE))
    if step is None or not step.is_open:
        return []
    owners = owners_of(step, matter.case, matter.around, desk)
    if person in owners:
        due = moment(step.due, desk.calendar)
        return [] if marked.startswith(GONE) else [YOURS_NOW.format(what=step.what, due=due)]
    if marked.startswith(COME):
        return []
    who = who_does(owners)
    return [NOT_YOURS_NOW.format(what=step.what, who=who)]


def _news_lines(entry: Entry, news: News, matter: Matter, desk: Desk) -> list[str]:
    lines = []
    changed = news.changed
    name = matter.people.name(entry.by)
    if changed:
        words = CHANGED.get(entry.what, SETTLED)
        due = moment(changed.due, desk.calendar)
        lines.append(words.format(name=name, what=changed.what, due=due, progress=changed.progress))
    for step in news.new:
        due = moment(step.due, desk.calendar)
        lines.append(YOURS_NOW.format(what=step.what, due=due))
    return lines
