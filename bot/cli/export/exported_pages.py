"""What is read of the export: a page for each case, one for all other records, and an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.cli.export.html_pages import page, paragraph, table
from bot.cli.export.included import Included
from bot.cli.export.name_search import Sought
from handlers.cases.chronology import entries_of, entry_line
from handlers.cases.concerned.poster_words import posters_words
from handlers.cases.removals.wording import posts_in_words, state_words
from handlers.cases.reporting.questions import NOT_SAID, subjects_words
from handlers.desk import Desk
from handlers.text.words import listed, moment
from store.model.evidence import Evidence
from store.model.proofs import is_proof

ONLY_PERHAPS = (
    "Only a first name stands there. Look into them in the bot; nothing of them was gathered."
)


def case_page(included: Included, sought: Sought, desk: Desk) -> str:
    """A page with all that the record of a case holds."""
    case = included.case
    facts = _facts(included, desk)
    evidence = [_evidence_row(item, included, desk) for item in case.evidence]
    steps = _step_rows(included, desk)
    happened = _entry_rows(included, desk)
    return page(
        f"Case {case.reference}",
        table(("", ""), facts, sought),
        "<h2>What was sent</h2>",
        table(("No.", "What", "By", "When", "Words, or the copy", "SHA-256"), evidence, sought),
        "<h2>Steps</h2>",
        table(("What", "What came of it", "Due", "Given to"), steps, sought),
        "<h2>What happened</h2>",
        table(("", "In the record"), happened, sought),
    )


def _facts(included: Included, desk: Desk) -> list[tuple[str, str]]:
    case, joined, people = included.case, included.matter.joined, included.matter.people
    category = desk.procedure.named(case.category)
    reporters = [people.name(id) for id in case.reporters]
    outcome = f": {case.outcome}" if case.outcome else ""
    return [
        ("Why it is here", "; ".join(included.reasons)),
        ("Category", category.name if category else "none"),
        ("About", subjects_words(case.subjects)),
        ("Posted by", posters_words(case.posters) or NOT_SAID),
        ("Removal", _removals(included) or "nothing noted"),
        ("Passed on", moment(case.opened_at, desk.calendar)),
        ("By", listed(reporters)),
        ("Looked after by", people.name(case.owner) if case.owner else "nobody"),
        ("State", case.status + outcome),
        ("Together with", listed(part.reference for part in joined) if joined else "nothing"),
    ]


def _removals(included: Included) -> str:
    name = included.matter.people.name
    posts = posts_in_words(included.case)
    return ". ".join(f"{post}: {state_words(removal, name)}" for post, removal in posts)


def _evidence_row(item: Evidence, included: Included, desk: Desk) -> tuple[str, ...]:
    copy = included.copied.get(f"{included.case.reference} {item.number}", "")
    what = f"{item.kind} {item.name}".strip()
    origin = _in_words(item.origin)
    if origin:
        what = f"{what} ({origin})"
    return (
        str(item.number),
        what,
        included.matter.people.name(item.by),
        moment(item.at, desk.calendar),
        item.text or "; ".join(filter(None, (copy, _read_by_machine(item, included)))),
        item.sha256,
    )


def _read_by_machine(item: Evidence, included: Included) -> str:
    """What a program read in a picture; nothing of what is locked away."""
    is_shown = item.machine_read and not included.matter.withheld
    # In one line: what somebody has drawn in a picture looks like no line of the page's own.
    read = " ".join(item.machine_read.split())
    return f"read by machine: {read}" if is_shown else ""


def _step_rows(included: Included, desk: Desk) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for step in included.case.follow_ups:
        person = included.matter.people.name(step.person) if step.person else ""
        rows.append((step.what, step.progress, moment(step.due, desk.calendar), person))
    return rows


def _entry_rows(included: Included, desk: Desk) -> list[tuple[str, str]]:
    """The entries of this case alone: what was joined to it has a page of its own, if any."""
    alone = replace(included.matter, joined=())
    rows: list[tuple[str, str]] = []
    for row in entries_of(alone):
        line = entry_line(row, alone, desk)
        details = {key: value for key, value in row.entry.details.items() if not is_proof(key)}
        rows.append((line, _in_words(details)))
    return rows


def others_page(others: Sequence[tuple[str, Any]], sought: Sought) -> str:
    """A page with people, notices and memos, field by field."""
    rows = [(kind, _in_words(asdict(record))) for kind, record in others]
    return page("Other records", table(("Kind", "What it holds"), rows, sought))


def index_page(found: Sequence[Included], sought: Sought, desk: Desk) -> str:
    """The page with which to begin: what was gathered, why, and what may be meant."""
    sure = [included for included in found if included.sure]
    perhaps = [included for included in found if not included.sure]
    links = "".join(map(_link, sure))
    return page(
        f"What is held that names {sought.name}",
        f'<ul>{links}<li><a href="other-records.html">Other records</a></li></ul>',
        "<h2>Cases, and why they are here</h2>",
        table(("Case", "Passed on", "Why"), _reason_rows(sure, desk), None),
        "<h2>Pictures and files</h2>",
        table(("Case", "No.", "The copy, or why there is none"), _copy_rows(found), None),
        "<h2>Perhaps</h2>",
        paragraph(ONLY_PERHAPS),
        table(("Case", "Passed on", "Why"), _reason_rows(perhaps, desk), None),
    )


def _link(included: Included) -> str:
    reference = included.case.reference
    return f'<li><a href="{reference}.html">Case {reference}</a></li>'


def _reason_rows(found: Sequence[Included], desk: Desk) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for included in found:
        passed_on = moment(included.case.opened_at, desk.calendar)
        rows.append((included.case.reference, passed_on, "; ".join(included.reasons)))
    return rows


def _copy_rows(found: Sequence[Included]) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for included in found:
        for key, copy in included.copied.items():
            _, number = key.split()
            rows.append((included.case.reference, number, copy))
    return rows


def _in_words(details: Mapping[str, object]) -> str:
    """`key: value; key: value`, without what is empty."""
    return "; ".join(f"{key}: {value}" for key, value in details.items() if value)
