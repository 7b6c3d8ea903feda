"""One case as one person reads it."""

from __future__ import annotations

from handlers.desk import Desk, Matter
from handlers.messages import Choice, Choices, Fields, Heading, Part, Quote, Reply, Text
from handlers.questions import SUBJECTS, category_question, subject_question
from handlers.received import alike, described, unkept
from handlers.steps import owners
from handlers.words import listed, moment, shortened, size
from store.base import NotFound
from store.records import (
    SYSTEM,
    About,
    Case,
    Entry,
    Evidence,
    FollowUp,
    Person,
    State,
    Status,
    Subject,
    Summary,
)

ENTRIES = 5
QUOTED = 500  # characters of a text that are shown with its case
SHOWN = 8  # pieces of evidence that are shown with their case

NOT_SAID = "not said yet"
LOOKED_AFTER = "somebody in leadership is looking after it"
NOT_TAKEN = "leadership has it; nobody has taken it yet"
DEALT_WITH = "closed: leadership has dealt with it"
TAKEN_BY = "{name} is looking after it"
NOBODY_YET = "nobody has taken it yet"
CLOSED_AS = "closed: {outcome}"
LOOKS_LIKE = "It looks like case {reference}."
FURTHER = "… and {number} more: “/case evidence {reference}” hands all of it over."

NEXT = "Next: {what} · {who} · due {due}{overdue}"
THEN = "{what} · {who} · due {due}{overdue}"

ENTRY_WORDS = {
    "opened": "passed it on",
    "received": "sent more",
    "edited": "changed a message",
    "category": "said what it is about: {category}",
    "about": "said whom it is about",
    "urgent": "made it urgent",
    "taken": "took it",
    "given": "gave it to {to}",
    "note": "noted: {text}",
    "closed": "closed it: {outcome}",
    "reopened": "reopened it: {reason}",
    "step": "{progress}: {step} {why}",
    "step given": "gave “{step}” to {to}",
    "step added": "added: {step}",
    "postponed": "put off “{step}”: {why}",
    "again": "saw it posted again",
    "joined": "joined it to {to}",
    "parted": "let it stand alone",
    "looked": "looked at it",
    "evidence": "was handed the evidence",
    "kept": "kept evidence {number}",
    "failed": "could not keep evidence {number}",
}
HIDDEN = ("looked",)


async def shown(person: Person, matter: Matter, desk: Desk) -> Reply:
    """A case with what is known of it; to its reporter, that it is looked after."""
    return await (_whole(person, matter, desk) if matter.whole else _own(matter, desk))


async def _own(matter: Matter, desk: Desk) -> Reply:
    case = matter.named
    state = await state_of(case.summary, desk, inside=False)
    facts = (
        ("About", _category(case, desk)),
        ("Passed on", moment(case.opened_at, desk.calendar)),
        ("You sent", described(case.evidence)),
        ("Now", state),
    )
    reply = Reply((Heading(f"Case {case.reference}"), Fields(facts), *_lines(unkept(case.evidence))))
    if (await desk.root(case.summary)).status == Status.CLOSED:
        return reply
    if case.category is None or case.waiting:
        return reply + category_question(case, desk)
    if case.about is None:
        reply += subject_question(case)
    return reply + Reply((Choices((_choice("Add a note", "note", case),)),))


async def _whole(person: Person, matter: Matter, desk: Desk) -> Reply:
    case = matter.case
    cases = (case, *matter.parts)
    reporters = dict.fromkeys(id for c in cases for id in c.reporters)
    by = listed([await name(id, desk) for id in reporters])
    facts = [
        ("About", _category(case, desk) + (" · urgent" if case.urgent else "")),
        ("Concerns", "; ".join(dict.fromkeys(about_words(c.about) for c in cases))),
        ("Passed on", f"{moment(case.opened_at, desk.calendar)}, by {by}"),
        ("Now", await state_of(case.summary, desk, inside=True)),
    ]
    if matter.parts:
        facts.append(("With it", listed(part.reference for part in matter.parts)))
    parts: list[Part] = [Heading(f"Case {case.reference}"), Fields(tuple(facts))]
    parts += await _steps(case, desk)
    parts += await _evidence(cases, desk)
    parts += _lines([await _entry(e, desk) for e in case.chronology if e.what not in HIDDEN][-ENTRIES:])
    for other in await alike(person, matter, desk):
        join = Choice(f"Join to {other.reference}", f"case join {case.reference} to {other.reference}")
        parts += [Text(LOOKS_LIKE.format(reference=other.reference)), Choices((join,))]
    return Reply((*parts, Choices(_moves(person, matter))))


def _moves(person: Person, matter: Matter) -> tuple[Choice, ...]:
    case = matter.case
    if case.status == Status.CLOSED:
        return (_choice("Reopen", "reopen", case),)
    mine = case.owner in person.ids
    return (
        *(() if mine else (_choice("I'll take it", "take", case),)),
        *(() if case.urgent else (_choice("Urgent", "urgent", case),)),
        _choice("Evidence", "evidence", case),
        _choice("Add a note", "note", case),
        _choice("Kind", "category", case),
        _choice("Whom it is about", "about", case),
        _choice("Give to", "give", case),
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
    doc, _, heading = steps[0].passage.partition("#")
    if passages := desk.policies.section(doc, heading) if doc else ():
        parts.append(Quote(passages[0].text, f"{passages[0].title} · {passages[0].section}"))
    parts.append(Choices(step_choices(case, steps[0])))
    return [*parts, *_lines(others)]


async def _step_line(step: FollowUp, case: Case, desk: Desk, is_next: bool) -> str:
    whose = await owners(step, case, await desk.matter_of(case.summary), desk)
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


async def _evidence(cases: tuple[Case, ...], desk: Desk) -> list[Part]:
    rows = [(case, item) for case in cases for item in case.evidence]
    parts: list[Part] = []
    for case, item in rows[:SHOWN]:
        label = f"{item.number}" if case is cases[0] else f"{case.reference} {item.number}"
        place = f"{label} · {await name(item.by, desk)}, {moment(item.at, desk.calendar)}{_origin(item)}"
        parts.append(Quote(_content(item), place))
    if len(rows) > SHOWN:
        parts.append(Text(FURTHER.format(number=len(rows) - SHOWN, reference=cases[0].reference)))
    return parts


def _content(item: Evidence) -> str:
    if item.kind in ("text", "link"):
        return item.text if len(item.text) <= QUOTED else item.text[:QUOTED] + "…"
    named = f"{item.kind} {item.name}".strip()
    how_large = f", {size(item.size)}" if item.size else ""
    problem = f" ({item.problem})" if item.problem else ""
    state = (
        "kept"
        if item.state == State.KEPT
        else {State.WANTED: "not yet kept"}.get(State(item.state), item.state)
    )
    return f"{named}{how_large}: {state}{problem}"


def _origin(item: Evidence) -> str:
    known = [item.origin[k] for k in ("author", "place", "sent_at") if item.origin.get(k)]
    return f" · first posted: {', '.join(known)}" if known else ""


async def _entry(entry: Entry, desk: Desk) -> str:
    details = {k: shortened(v, 200) for k, v in entry.details.items()}
    if category := desk.procedure.named(details.get("category")):
        details["category"] = category.name
    if outcome := desk.procedure.outcome_named(details.get("outcome")):
        details["outcome"] = outcome.name
    if entry.what in ("given", "step given"):
        details["to"] = await name(details["to"], desk)
    words = ENTRY_WORDS.get(entry.what, entry.what).format_map(details)
    return f"{moment(entry.at, desk.calendar)} · {await name(entry.by, desk)} {words}"


async def name(id: str, desk: Desk) -> str:
    """A person's name, by an id that they have or had."""
    if id == SYSTEM:
        return "Heads Up"
    try:
        return (await desk.store.person(id)).name
    except NotFound:
        return "somebody who has left"


async def state_of(summary: Summary, desk: Desk, *, inside: bool) -> str:
    """Where a case stands, in a few words; to a reporter, who looks after it is not said."""
    root = await desk.root(summary)
    if root.status == Status.CLOSED:
        outcome = desk.procedure.outcome_named((await desk.store.case(root.reference)).outcome)
        return CLOSED_AS.format(outcome=outcome.name.lower() if outcome else "") if inside else DEALT_WITH
    if root.owner is None:
        return NOBODY_YET if inside else NOT_TAKEN
    return TAKEN_BY.format(name=await name(root.owner, desk)) if inside else LOOKED_AFTER


def about_words(about: About | None) -> str:
    """Whom a case is about, in words."""
    if about is None or about.subject == Subject.UNSURE:
        return NOT_SAID
    label = "the reporter" if about.subject == Subject.ME else dict(SUBJECTS)[about.subject].lower()
    return f"{about.name} ({label})" if about.name else label


def _category(case: Case, desk: Desk) -> str:
    category = desk.procedure.named(case.category)
    return category.name if category else NOT_SAID


def _lines(lines: list[str]) -> list[Part]:
    return [Text("\n".join(lines))] if lines else []
