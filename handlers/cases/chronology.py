"""The chronology of a case, as people read it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from handlers.cases.questions import about_words
from handlers.desk import Desk, Matter
from handlers.text.words import moment
from handlers.workflow.people import name
from store.model.case import Case
from store.model.records import (
    About,
    Entry,
)

ENTRY_WORDS = {
    "opened": "passed it on",
    "received": "sent more",
    "edited": "changed a message",
    "category": "said what it is about: {category}",
    "about": "said whom it is about: {about}",
    "urgent": "made it urgent",
    "taken": "took it",
    "given": "gave it to {to}",
    "given up": "found that its owner can no longer look after it",
    "note": "noted: {text}",
    "closed": "closed it: {outcome}{reason}",
    "reopened": "reopened it: {reason}",
    "step": "· {progress}: {step}{why}",
    "step given": "gave “{step}” to {to}",
    "step added": "added: {step}, due {due}",
    "postponed": "put off “{step}” until {until}{why}",
    "again": "saw it posted again",
    "joined": "joined it to {to}",
    "parted": "let it stand alone",
    "held": "held it back from being erased: {reason}",
    "lifted": "lifted that it was held",
    "exported": "noted that it was gathered for somebody’s request for what is held about them",
    "looked": "looked at it",
    "read": "read all entries",
    "evidence": "was handed evidence {numbers}",
    "kept": "kept evidence {number}",
    "failed": "could not keep evidence {number}",
    "withheld": "left evidence {number} unfetched for good",
}


HIDDEN = ("looked", "read")


def entries(matter: Matter) -> list[tuple[Case, Entry]]:
    """The entries of a case and of all that was joined to it, in the order of time."""
    rows = [(case, entry) for case in matter.cases for entry in case.chronology]
    return sorted(rows, key=lambda row: row[1].at)


async def full(entry: Entry, case: Case, root: Case, desk: Desk) -> str:
    """An entry in words. The lines of a note are set in, so that none looks like an entry."""
    details = defaultdict(str, {k: " ".join(v.split()) for k, v in entry.details.items()})
    if "\n" in entry.details.get("text", ""):
        details["text"] = "".join(f"\n    {line}" for line in entry.details["text"].splitlines())
    if category := desk.procedure.named(details["category"]):
        details["category"] = category.name
    if outcome := desk.procedure.outcome_named(details["outcome"]):
        details["outcome"] = outcome.name.lower()
    if entry.what == "closed" and details["reason"]:
        details["reason"] = f" ({details['reason']})"
    if entry.what in ("step", "postponed") and details["why"]:
        details["why"] = f", because {details['why'].removeprefix('because ')}"
    if entry.what == "about":
        details["about"] = about_words(About(details["subject"], name=details["name"]))
    if entry.what in ("given", "step given"):
        details["to"] = await name(details["to"], desk)
    for key in ("until", "due"):
        details[key] = _moment_in(details[key], desk)
    words = ENTRY_WORDS.get(entry.what, entry.what).format_map(details)
    where = f"{case.reference} · " if case.reference != root.reference else ""
    return f"{moment(entry.at, desk.calendar)} · {where}{await name(entry.by, desk)} {words}"


def _moment_in(text: str, desk: Desk) -> str:
    """A time as records hold it, as people read it."""
    try:
        return moment(datetime.fromisoformat(text), desk.calendar)
    except ValueError:
        return text
