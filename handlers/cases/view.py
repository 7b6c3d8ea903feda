"""One case as one person reads it."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.cases.chronology import HIDDEN, _moment_in, cases_named_in, entries_of, entry_line
from handlers.cases.evidence_words import describe, similar_cases, unkept_lines
from handlers.cases.questions import NOT_SAID, about_words, category_question, subject_question
from handlers.desk import Desk, Matter
from handlers.messages import Choice, Choices, Fields, Heading, Part, Quote, Reply, Text
from handlers.policies.passages import passage_at, policy_choice
from handlers.rules import access
from handlers.rules.access import Act
from handlers.text.words import listed, moment, shortened, size
from handlers.workflow.people import name_of
from handlers.workflow.steps import owners_of
from store.model.case import Case
from store.model.kinds import WORDS
from store.model.records import (
    Evidence,
    FollowUp,
    Person,
    Role,
    State,
    Status,
    Summary,
)

ENTRIES = 5
#: Characters of a text that are shown with its case.
QUOTED = 300
#: Characters of a note that are shown with its case.
NOTED = 200
#: Characters of the passage that a step rests on.
PASSAGE = 400
#: Pieces of evidence that are shown with their case.
SHOWN = 6

LOOKED_AFTER = "somebody in leadership is looking after it"
NOT_TAKEN = "leadership has it; nobody has taken it yet"
DEALT_WITH = "closed: leadership has dealt with it"
TAKEN_BY = "{name} is looking after it"
NOBODY_YET = "nobody has taken it yet"
CLOSED_AS = "closed: {outcome}"
LOOKS_LIKE = "It looks like case {reference}."
FURTHER = "That is not all of it: “/case evidence {reference}” hands it over."
LOCKED = (
    "Nobody opens, copies or passes on its pictures and files; nothing of them can be seen here."
)
KEPT_BEFORE = (
    "Some had been kept before it was known what they are. They are locked away: tell the police (101, or 999 if "
    "a child is in danger) or children’s services that they are there; they say what happens to them."
)
LEAD_DECIDES = "Speak to the safeguarding lead now{phone}, who decides what is done."
ABOUT_CHAIR = (
    "As it is about the chair of governors, the local authority’s designated officer can be told "
    "directly{phone}."
)
ALL_ENTRIES = "All entries"
LATEST = "The latest of {number} entries"

NEXT = "Next: {what} · {who} · due {due}{overdue}"
THEN = "Then: {what} · {who} · due {due}{overdue}"

STATES: dict[str, str] = {
    State.WAITING: "not fetched until somebody says what it is about",
    State.WANTED: "being fetched",
    State.LOST: "could not be fetched",
    State.WITHHELD: "withheld, never fetched",
}


async def show_case(person: Person, matter: Matter, desk: Desk) -> Reply:
    """A case with what is known of it; to its reporter, that it is looked after."""
    if not matter.whole:
        return matter.shown_in(await _own(matter, desk))
    reply = await _whole(person, matter, desk)
    return reply.showing(cases_named_in(matter))


async def _own(matter: Matter, desk: Desk) -> Reply:
    case = matter.named
    state = await state_of(case.summary, desk, inside=False)
    facts = (
        ("About", _category(case, desk)),
        ("Passed on", moment(case.opened_at, desk.calendar)),
        ("You sent", describe(case.evidence)),
        ("Now", state),
    )
    reply = Reply(
        (Heading(f"Case {case.reference}"), Fields(facts), *_lines(unkept_lines(case.evidence)))
    )
    if (await desk.root(case.summary)).status == Status.CLOSED:
        return reply
    if case.category is None or case.waiting:
        return reply + category_question(case, desk)
    if case.about is None:
        reply += subject_question(case)
    return reply + Reply(
        (Choices((_choice("Add a note", "note", case), *policy_choice(case.category, desk))),)
    )


async def _whole(person: Person, matter: Matter, desk: Desk) -> Reply:
    """What it is and where it stands; then what is to be done; then what was sent, and what happened."""
    case, cases = matter.case, matter.cases
    reporters = dict.fromkeys(id for c in cases for id in c.reporters)
    by = listed([await name_of(id, desk) for id in reporters])
    kinds = dict.fromkeys(_category(c, desk) for c in cases if c.category) or (NOT_SAID,)
    concerns = [words for c in cases if (words := about_words(c.about)) != NOT_SAID]
    facts = [
        ("About", "; ".join(kinds) + (" · urgent" if matter.urgent else "")),
        ("Concerns", "; ".join(dict.fromkeys(concerns)) or NOT_SAID),
        ("Passed on", f"{moment(case.opened_at, desk.calendar)}, by {by}"),
        ("Now", await state_of(case.summary, desk, inside=True)),
    ]
    if reasons := [c.hold for c in cases if c.hold]:
        facts.append(("Held", "; ".join(reasons)))
    if matter.joined:
        facts.append(("With it", listed(part.reference for part in matter.joined)))
    parts: list[Part] = [Heading(f"Case {case.reference}"), Fields(tuple(facts))]
    parts += _lines([_locked(person, matter, desk)] if matter.withheld else [])
    parts += _lines(list(filter(None, [await other_route([c.summary for c in cases], desk)])))
    parts += await _steps(case, desk)
    parts += await _evidence(matter, desk)
    parts.append(await _latest(matter, desk))
    similar = await similar_cases(person, matter, desk)
    for other in similar:
        join = Choice(
            f"Join to {other.reference}", f"case join {case.reference} to {other.reference}"
        )
        parts += [Text(LOOKS_LIKE.format(reference=other.reference)), Choices((join,))]
    reply = Reply((*parts, Choices(_moves(person, matter, desk))))
    return reply.showing(other.reference for other in similar)


def _moves(person: Person, matter: Matter, desk: Desk) -> tuple[Choice, ...]:
    case = matter.case
    evidence = () if matter.withheld else (_choice("Evidence", "evidence", case),)
    entries = _choice(ALL_ENTRIES, "log", case)
    if case.status == Status.CLOSED:
        return (*evidence, entries, _choice("Reopen", "reopen", case))
    mine = case.owner in person.ids
    return (
        *(() if mine else (_choice("I'll take it", "take", case),)),
        *(() if matter.urgent else (_choice("Urgent", "urgent", case),)),
        *evidence,
        entries,
        *policy_choice(case.category, desk),
        _choice("Add a note", "note", case),
        _choice("Kind", "category", case),
        _choice("Whom it is about", "about", case),
        _choice("Give case to", "give", case),
        _choice("Close", "close", case),
    )


def _choice(label: str, verb: str, case: Case) -> Choice:
    return Choice(label, f"case {verb} {case.reference}")


async def _steps(case: Case, desk: Desk) -> list[Part]:
    """The open steps, the one that is due first with the passage it rests on and its buttons."""
    steps = sorted((f for f in case.follow_ups if f.is_open), key=lambda f: f.due)
    if not steps:
        return []
    first, *others = [await _step_line(step, case, desk, n == 0) for n, step in enumerate(steps)]
    parts: list[Part] = [Text(first)]
    if passage := passage_at(steps[0].passage, desk):
        parts.append(
            Quote(_beginning(passage.text, PASSAGE), f"{passage.title} · {passage.section}")
        )
    parts.append(Choices(step_choices(case, steps[0])))
    return [*parts, *_lines(others)]


async def _step_line(step: FollowUp, case: Case, desk: Desk, is_next: bool) -> str:
    whose = await owners_of(step, case, await desk.matter_of(case.summary), desk)
    return (NEXT if is_next else THEN).format(
        what=step.what,
        who=listed([p.name for p in whose]) or "nobody",
        due=moment(step.due, desk.calendar),
        overdue=" · overdue" if step.due <= desk.now() else "",
    )


def step_choices(case: Case, follow_up: FollowUp) -> tuple[Choice, ...]:
    """The buttons that deal with a follow-up, wherever it is shown."""
    place = f"{case.reference} {follow_up.key}"
    labels = {"refused": "Refused", "not removed": "Not removed"}
    return (
        Choice("Done", f"case done {place}", "primary"),
        *(Choice(labels[o], f"case {o.replace(' ', '-')} {place}") for o in follow_up.outcomes),
        Choice("Not needed", f"case not-needed {place}"),
        Choice("Give to", f"case hand {place}"),
        Choice("Later", f"case postpone {place}"),
    )


# --- what was sent ---------------------------------------------------------------------------------------


async def _evidence(matter: Matter, desk: Desk) -> list[Part]:
    rows = [(case, item) for case in matter.cases for item in case.evidence]
    parts: list[Part] = [
        Quote(_content(item, matter), await place_of(item, case, matter.case, desk))
        for case, item in rows[:SHOWN]
    ]
    if len(rows) > SHOWN or any(len(item.text) > QUOTED for _, item in rows[:SHOWN]):
        parts.append(Text(FURTHER.format(reference=matter.case.reference)))
    return parts


async def place_of(item: Evidence, case: Case, root: Case, desk: Desk) -> str:
    """`2 · Asha Patel, Tue 24 Nov, 10:00`, and where it was first posted as far as is known."""
    number = (
        f"{item.number}" if case.reference == root.reference else f"{case.reference} {item.number}"
    )
    return f"{number} · {await name_of(item.by, desk)}, {moment(item.at, desk.calendar)}{_origin(item, desk)}"


def _origin(item: Evidence, desk: Desk) -> str:
    known = [item.origin[k] for k in ("author", "place") if item.origin.get(k)]
    if sent_at := item.origin.get("sent_at"):
        known.append(_moment_in(sent_at, desk))
    return f" · first posted: {', '.join(known)}" if known else ""


def _content(item: Evidence, matter: Matter) -> str:
    if item.kind in WORDS:
        return _beginning(item.text, QUOTED)
    facts = [
        f"{item.kind.capitalize()} {item.name}".strip(),
        *([size(item.size)] if item.size else []),
    ]
    state = STATES.get(item.state, item.state)
    if item.state == State.KEPT and matter.withheld:
        state = "locked away"
    return " · ".join(facts) + f": {state}" + (f" ({item.problem})" if item.problem else "")


def _beginning(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rstrip() + "…"


# --- what happened ---------------------------------------------------------------------------------------


async def _latest(matter: Matter, desk: Desk) -> Quote:
    rows = entries_of(matter)
    shown = [row for row in rows if row[1].what not in HIDDEN][-ENTRIES:]
    lines = [
        shortened(await entry_line(entry, case, matter.case, desk), NOTED) for case, entry in shown
    ]
    return Quote("\n".join(lines), LATEST.format(number=len(rows)))


async def state_of(summary: Summary, desk: Desk, *, inside: bool) -> str:
    """Where a case stands, in a few words; to a reporter, who looks after it is not said."""
    root = await desk.root(summary)
    if root.status == Status.CLOSED:
        outcome = desk.procedure.outcome_named(root.outcome)
        return (
            CLOSED_AS.format(outcome=outcome.name.lower() if outcome else "")
            if inside
            else DEALT_WITH
        )
    if root.owner is None:
        return NOBODY_YET if inside else NOT_TAKEN
    return TAKEN_BY.format(name=await name_of(root.owner, desk)) if inside else LOOKED_AFTER


def _locked(person: Person, matter: Matter, desk: Desk) -> str:
    """What is to be done about a child undressed, and about what had been kept of it before that was known."""
    phone = desk.calendar.school.safeguarding_phone
    told = (
        ""
        if matter.may(person, Act.UNLOCK)
        else LEAD_DECIDES.format(phone=f" on {phone}" if phone else "")
    )
    kept = any(
        item.state == State.KEPT and item.sha256 for case in matter.cases for item in case.evidence
    )
    return f"{LOCKED} {KEPT_BEFORE if kept else ''} {told}".replace("  ", " ").strip()


async def other_route(matter: Iterable[Summary], desk: Desk) -> str:
    """Whom else to tell of a matter about the chair of governors, which the head looks after alone; or nothing."""
    chairs = await desk.store.having((Role.CHAIR,))
    if not any(access.is_subject(chair, part.about) for part in matter for chair in chairs):
        return ""
    phone = desk.calendar.school.local_authority_phone
    return ABOUT_CHAIR.format(phone=f" on {phone}" if phone else "")


def _category(case: Case, desk: Desk) -> str:
    category = desk.procedure.named(case.category)
    return category.name if category else NOT_SAID


def _lines(lines: list[str]) -> list[Part]:
    return [Text("\n".join(lines))] if lines else []
