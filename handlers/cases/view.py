"""One case as one person reads it."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.cases.chronology import (
    HIDDEN,
    Row,
    cases_named_in,
    entries_for,
    entry_line,
)
from handlers.cases.concerned.poster_words import poster_choice, posters_words
from handlers.cases.concerned.posters import posted_before
from handlers.cases.evidence.shown import beginning, evidence_shown
from handlers.cases.evidence.words import describe, similar_cases, unkept_lines
from handlers.cases.pictures.who_had import who_had_it
from handlers.cases.pictures.whom_to_ring import whom_to_ring
from handlers.cases.removals.wording import removal_facts
from handlers.cases.reporting.next_question import next_question, question_of_insiders
from handlers.cases.reporting.questions import NOT_SAID, subjects_words
from handlers.cases.step_buttons import procedure_choices, step_choices
from handlers.desk import Desk
from handlers.matter import Matter, People
from handlers.messages import Choice, Choices, Confirm, Fields, Heading, Part, Quote, Reply, Text
from handlers.policies.passages import passage_at, policy_choice
from handlers.rules import access
from handlers.rules.access import Act
from handlers.text.categories import category_name
from handlers.text.words import listed, moment, shortened
from handlers.workflow.concerned.own_words import OwnWords, own_words
from handlers.workflow.steps.procedure import owners_of, who_does
from store.model.case import Case
from store.model.records import (
    FollowUp,
    Person,
    Role,
    State,
    Status,
    Summary,
)
from store.school.procedure import MISTAKE

#: Of the entries, the latest that are shown with their case.
ENTRIES = 2
#: Steps after the next one that are shown with their case.
STEPS = 3
#: Characters of a note that are shown with its case.
NOTED = 200
#: Characters of the passage that a step rests on.
PASSAGE = 400

LOOKED_AFTER = "somebody in leadership is looking after it"
NOT_TAKEN = "leadership has it; nobody has taken it yet"
DEALT_WITH = "closed: leadership has dealt with it"
NOT_MEANT = "closed: it was sent by mistake"
TAKEN_BY = "{name} is looking after it"
NOBODY_YET = "nobody has taken it yet"
CLOSED_AS = "closed: {outcome}"
JOIN = "Case {reference} becomes a part of case {other}, for good."
LOOKS_LIKE = "It looks like case {reference}."
LOCKED = (
    "Nobody opens, copies or passes on its pictures and files; nothing of them can be seen here."
)
KEPT_BEFORE = (
    "Some had been kept before it was known what they are. They are locked away: tell the police "
    "(101, or 999 if "
    "a child is in danger) or children’s services that they are there; they say what happens to "
    "them."
)
THEY_DECIDE = "Speak to {who} now{phone}, who decides what is done."
ABOUT_CHAIR = (
    "As it concerns the chair of governors, the local authority’s designated officer can be told "
    "directly{phone}."
)
#: Where nobody else is left to look after it.
MAY_MEAN_YOU = (
    "The words may mean you as well. You still see it only because nobody else could look "
    "after it: please tell the local authority’s designated officer of it."
)
ALL_ENTRIES, WHAT, WHO = "All entries", "What it is about", "Who it is about"
LATEST = "The latest of {number} entries"

#: Above the steps and the passages that they rest on, which name the headteacher.
NOT_FOR_HEAD = (
    "It is about the headteacher. Whatever a step or a text says, tell the headteacher nothing of "
    "it: what it asks of them is for {whom}."
)
THE_CHAIR, YOU = "the chair of governors", "you to decide"
NOTHING_MORE = "No step is open. Close the case when it is over."
NEXT = "Next: {what} · {who} · due {due}{overdue}"
THEN = "Then: {what} · {who} · due {due}{overdue}"
ONE_FURTHER_STEP = "… and one more step: “More” shows it."
FURTHER_STEPS = "… and {number} more steps: “More” shows them."
MORE = "Case {reference}: more"


async def show_case(person: Person, matter: Matter, desk: Desk) -> Reply:
    """A case with what is known of it; to its reporter, that it is looked after."""
    if not matter.whole:
        return matter.shown_in(await _own(person, matter, desk))
    rows = await entries_for(person, matter, desk)
    reply = await _whole(person, matter, rows, desk)
    return reply.showing(cases_named_in(matter, rows))


async def _own(person: Person, matter: Matter, desk: Desk) -> Reply:
    """What its reporter may know, and the next question that is open."""
    case, root = matter.named, matter.summaries[0]
    own = own_words(person, case)
    facts = [
        ("About", category_name(own.kind.category, desk.procedure, NOT_SAID)),
        ("Passed on", moment(case.opened_at, desk.calendar)),
        ("You sent", describe(case.evidence)),
        *_said(own),
        ("Now", state_for_reporter(root)),
    ]
    heading = Heading(f"Case {case.reference}", copied=case.reference)
    reply = Reply((heading, Fields(tuple(facts)), *_lines(unkept_lines(case.evidence))))
    if root.status == Status.CLOSED:
        return reply
    question = await next_question(person, matter, desk)
    if question:
        reply += question
    if case.category is None or case.waiting:
        return reply

    choices = [_choice("Add a note", "note", case), poster_choice(case)]
    return reply + Reply((Choices((*choices, *policy_choice(own.kind.category, desk))),))


def _said(own: OwnWords) -> list[tuple[str, str]]:
    """What a reporter has said themselves, and not what others made of it."""
    said = []
    if own.subjects:
        said.append(("You said it is about", subjects_words(own.subjects)))
    if own.posters:
        said.append(("You said it was posted by", posters_words(own.posters)))
    return said


async def _whole(person: Person, matter: Matter, rows: list[Row], desk: Desk) -> Reply:
    """What it is and where it stands; then what is to be done; then what was sent, and what
    happened.
    """
    case = matter.case
    parts: list[Part] = [
        Heading(f"Case {case.reference}", copied=case.reference),
        Fields(tuple(_facts(matter, desk))),
    ]
    if matter.withheld:
        parts.append(Text(_locked(person, matter, desk)))
        had_it = await who_had_it(matter, desk)
        if had_it:
            parts.append(Text(had_it))
    if access.may_be_about(person, matter.summaries):
        parts.append(Text(MAY_MEAN_YOU))
    for part in matter.cases:
        question = await question_of_insiders(person, matter, part, desk)
        parts += question.parts if question else ()
    route = other_route(matter.cases, matter.people, desk)
    if route:
        parts.append(Text(route))
    before = await posted_before(person, matter, desk)
    parts += before.parts
    parts += _steps(matter, desk)
    parts += evidence_shown(matter, desk)
    parts.append(_latest(rows, matter, desk))

    similar = await similar_cases(person, matter, desk)
    for other in similar:
        join = f"case join {case.reference} to {other.reference}"
        parts.append(Text(LOOKS_LIKE.format(reference=other.reference)))
        becomes = JOIN.format(reference=case.reference, other=other.reference)
        confirm = Confirm(becomes, join)
        parts.append(Choices((Choice(f"Join to {other.reference}", join, confirm=confirm),)))
    reply = Reply((*parts, Choices(tuple(_moves(person, matter, desk)))))
    return reply.showing(other.reference for other in similar).showing(before.shows)


def _facts(matter: Matter, desk: Desk) -> list[tuple[str, str]]:
    """The head of the card.

    A matter is of every kind, and concerns everybody, that any part of it does.
    """
    case = matter.case
    facts = [
        ("About", _kinds(matter, desk)),
        ("Concerns", subjects_words(matter.subjects)),
        ("Passed on", f"{moment(case.opened_at, desk.calendar)}, by {_by(matter)}"),
        ("Now", state_inside(case.summary, matter.people, desk)),
    ]
    posters = posters_words(matter.posters)
    if posters:
        facts.insert(2, ("Posted by", posters))
    facts += removal_facts(matter)
    reasons = [part.hold for part in matter.cases if part.hold]
    if reasons:
        facts.append(("Held", "; ".join(reasons)))
    if matter.joined:
        facts.append(("With it", listed(part.reference for part in matter.joined)))
    return facts


def _kinds(matter: Matter, desk: Desk) -> str:
    kinds = [_category(part, desk) for part in matter.cases if part.category]
    words = "; ".join(dict.fromkeys(kinds)) or NOT_SAID
    return f"{words} · urgent" if matter.urgent else words


def _by(matter: Matter) -> str:
    """Who passed it on, each once, in the order in which they did."""
    return listed(map(matter.people.name, matter.reporters))


def _moves(person: Person, matter: Matter, desk: Desk) -> list[Choice]:
    """The buttons below the card: what one needs now; the others are behind the last."""
    case = matter.case
    records = [] if matter.withheld else [_choice("Evidence", "evidence", case)]
    if case.status == Status.CLOSED:
        return [*records, _choice(ALL_ENTRIES, "log", case), _choice("Reopen", "reopen", case)]

    choices = _not_yet_done(person, matter)
    choices += [*records, *policy_choice(case.category, desk), _choice("Add a note", "note", case)]
    if not any(step.is_open for step in case.follow_ups):
        choices.append(_choice("Close", "close", case))
    return [*choices, _choice("More", "more", case)]


def _not_yet_done(person: Person, matter: Matter) -> list[Choice]:
    """The buttons for what nobody has done or said yet."""
    case = matter.case
    choices = []
    if case.owner not in person.ids:
        choices.append(_choice("I'll take it", "take", case))
    if not matter.urgent and case.owner is None:
        choices.append(_choice("Urgent", "urgent", case))
    if case.category is None:
        choices.append(_choice(WHAT, "category", case))
    if not matter.subjects:
        choices.append(_choice(WHO, "about", case))
    return choices


def show_more(matter: Matter, desk: Desk) -> Reply:
    """What else can be done with an open case, and every step of it."""
    case = matter.case
    choices = [
        _choice(ALL_ENTRIES, "log", case),
        _choice(WHAT, "category", case),
        _choice(WHO, "about", case),
        poster_choice(case),
        _choice("Give case to", "give", case),
        _choice("Close", "close", case),
    ]
    if not matter.urgent:
        choices.insert(0, _choice("Urgent", "urgent", case))
    steps = [step for step in case.oldest_first if step.is_open]
    lines = [_step_line(THEN if n else NEXT, step, matter, desk) for n, step in enumerate(steps)]
    heading = Heading(MORE.format(reference=case.reference))
    reply = Reply((heading, *_lines(lines), Choices(tuple(choices))))
    return matter.shown_in(reply)


def _choice(label: str, verb: str, case: Case) -> Choice:
    return Choice(label, f"case {verb} {case.reference}")


def _steps(matter: Matter, desk: Desk) -> list[Part]:
    """The open steps, the one that is due first with the passage it rests on and its buttons."""
    case = matter.case
    steps = [step for step in case.oldest_first if step.is_open]
    if not steps:
        return []
    first, *others = steps
    lines = [_step_line(NEXT, first, matter, desk)]
    if access.is_about_head(matter.summaries):
        of_chair = any(part.chair_recused for part in matter.summaries)
        lines.insert(0, NOT_FOR_HEAD.format(whom=YOU if of_chair else THE_CHAIR))
    parts: list[Part] = [Text("\n".join(lines))]
    passage = passage_at(first.passage, desk)
    if passage:
        place = f"{passage.title} · {passage.section}"
        parts.append(Quote(beginning(passage.words, PASSAGE), place))
    choices = (*step_choices(case, first), *procedure_choices(case, first, desk))
    parts.append(Choices(choices))
    return [*parts, *_lines(_then(others, matter, desk))]


def _then(others: Sequence[FollowUp], matter: Matter, desk: Desk) -> list[str]:
    """The steps after the next one, and how many there are besides."""
    lines = [_step_line(THEN, step, matter, desk) for step in others[:STEPS]]
    further = len(others) - STEPS
    if further == 1:
        lines.append(ONE_FURTHER_STEP)
    elif further > 1:
        lines.append(FURTHER_STEPS.format(number=further))
    return lines


def what_is_next(matter: Matter, desk: Desk) -> list[Part]:
    """The open steps in a line each, with the buttons of the first; for whoever knows the card."""
    case = matter.case
    steps = [step for step in case.oldest_first if step.is_open]
    if not steps:
        close = _choice("Close", "close", case)
        return [Text(NOTHING_MORE), Choices((close, Choice("Open", f"case {case.reference}")))]
    first, *others = steps
    lines = [_step_line(NEXT, first, matter, desk), *_then(others, matter, desk)]
    around = (Choice("Open", f"case {case.reference}"), _choice("More", "more", case))
    choices = (*step_choices(case, first), *procedure_choices(case, first, desk), *around)
    return [Text("\n".join(lines)), Choices(choices)]


def _step_line(words: str, step: FollowUp, matter: Matter, desk: Desk) -> str:
    whose = owners_of(step, matter.case, matter.around, desk)
    return words.format(
        what=step.what,
        who=who_does(whose),
        due=moment(step.due, desk.calendar),
        overdue=" · overdue" if step.due <= desk.now() else "",
    )


# --- what happened --------------------------------------------------------------------------------


def _latest(rows: list[Row], matter: Matter, desk: Desk) -> Quote:
    shown = [row for row in rows if row.entry.what not in HIDDEN]
    lines = []
    for row in shown[-ENTRIES:]:
        line = entry_line(row, matter, desk)
        lines.append(shortened(line, NOTED))
    return Quote("\n".join(lines), LATEST.format(number=len(rows)))


def state_inside(root: Summary, people: People, desk: Desk) -> str:
    """Where a matter stands, in a few words, for whoever may see all of it."""
    if root.status == Status.CLOSED:
        outcome = desk.procedure.outcome_named(root.outcome)
        return CLOSED_AS.format(outcome=outcome.name.lower() if outcome else "")
    if root.owner is None:
        return NOBODY_YET
    return TAKEN_BY.format(name=people.name(root.owner))


def state_for_reporter(root: Summary) -> str:
    """Where a matter stands, in a few words; who looks after it is not said."""
    if root.status == Status.CLOSED:
        return NOT_MEANT if root.outcome == MISTAKE.key else DEALT_WITH
    return NOT_TAKEN if root.owner is None else LOOKED_AFTER


def _locked(person: Person, matter: Matter, desk: Desk) -> str:
    """What is to be done about a child undressed, and about what had been kept of it before that
    was known.
    """
    words = [LOCKED]
    if any(item.state == State.KEPT and item.sha256 for item in matter.evidence):
        words.append(KEPT_BEFORE)
    if matter.may(person, Act.UNLOCK):
        return " ".join(words)

    to_ring = whom_to_ring(
        lambda other: access.is_kept_from(other, matter.summaries), matter.people, desk
    )
    if not person.has(to_ring.role):
        words.append(THEY_DECIDE.format(who=to_ring.who, phone=to_ring.on_phone))
    return " ".join(words)


def _on(phone: str) -> str:
    return f" on {phone}" if phone else ""


def other_route(said: Sequence[access.Concerning], people: People, desk: Desk) -> str:
    """Whom else to tell of what is about the chair of governors, or was posted by them, and which
    the head looks after alone; or nothing.
    """
    if not any(access.concerns(chair, said) for chair in people.having((Role.CHAIR,))):
        return ""
    return ABOUT_CHAIR.format(phone=_on(desk.calendar.school.local_authority_phone))


def _category(case: Case, desk: Desk) -> str:
    return category_name(case.category, desk.procedure, NOT_SAID)


def _lines(lines: list[str]) -> list[Part]:
    return [Text("\n".join(lines))] if lines else []
