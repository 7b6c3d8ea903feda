"""What the entries of a case prove of it.

An entry carries the SHA-256 of each fact that it left changed, so the newest entry that names a
fact says how that has to read. Whoever changes a case does so by `with_proofs`, just before it is
saved; `store.replaying` compares.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from store.model.case import Case
from store.model.digests import digest_of_record
from store.model.evidence import Evidence
from store.model.kinds import EntryKind
from store.model.records import SYSTEM, FollowUp

#: How the details of an entry begin that are proofs.
PREFIX = "sha256 of "

#: What changes without an entry, and proves nothing: how a fetch goes on, and how a picture looks.
#: What a program read in it is no evidence.
_NOT_OF_EVIDENCE = ("picture", "problem", "tries", "next_try", "first_try", "machine_read")
#: How far the reminders have come, and who was last told that it is theirs.
_NOT_OF_A_STEP = ("told", "whose")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a case says of itself, which never changes without an entry."""

    #: As `headsup verify` calls it.
    name: str
    of: Callable[[Case], object]

    @property
    def detail(self) -> str:
        """The name of the entry's detail that has its SHA-256."""
        return PREFIX + self.name

    def digest(self, case: Case) -> str:
        return digest_of_record(self.of(case))


def _parts(
    records: Iterable[Evidence | FollowUp], left_out: Collection[str]
) -> list[dict[str, object]]:
    """All fields of each record, but for these."""
    parts = []
    for record in records:
        names = [field.name for field in fields(record) if field.name not in left_out]
        parts.append({name: getattr(record, name) for name in names})
    return parts


#: A further fact is a line here; none may be renamed. What it is made of may get more fields, whose
#: default is empty, and must not lose any. What entries say in words, such as who is its owner, is
#: read from those (`store.replaying.STATES`).
FACTS = (
    Fact("reports", lambda case: case.reports),
    Fact("evidence", lambda case: _parts(case.evidence, _NOT_OF_EVIDENCE)),
    Fact("subjects", lambda case: case.subjects),
    Fact("posters", lambda case: case.posters),
    # Worked out from whom it is about, but asked of the case by who may see it.
    Fact("recusal", lambda case: (case.chair_recused, case.head_recused, case.speaks_of_head)),
    Fact("the lead's recusal", lambda case: case.lead_recused),
    Fact("last inside", lambda case: case.last_inside),
    Fact("urgency", lambda case: case.urgent),
    Fact("withholding", lambda case: case.withheld),
    Fact("steps", lambda case: _parts(case.follow_ups, _NOT_OF_A_STEP)),
    Fact("beginning", lambda case: (case.reference, case.opened_at)),
    Fact("outcome", lambda case: case.outcome),
    Fact("joining", lambda case: case.settled),
    Fact("times seen again", lambda case: case.again),
    Fact("removals", lambda case: case.removals),
)


def is_proof(detail: str) -> bool:
    """Tell a proof from the details of an entry that people read."""
    return detail.startswith(PREFIX)


def with_proofs(case: Case, before: Case | None, now: datetime) -> Case:
    """The case, with proofs in its newest entry of each fact that has changed since `before`.

    `before`: the case as it is stored, or None for a new one. A case of an earlier version, which
    has no proofs yet, gets one of each fact with its next entry. What has changed without an entry
    gets one of its own.
    """
    changed = _changed_since(before, case)
    if before is not None and len(case.chronology) <= len(before.chronology):
        if not changed:
            return case
        case = case.enter(now, SYSTEM, EntryKind.FOLLOWED)

    told = _newest_details(case)
    to_prove = [fact for fact in FACTS if fact.name in changed or fact.detail not in told]
    return case.prove({fact.detail: fact.digest(case) for fact in to_prove})


def _changed_since(before: Case | None, case: Case) -> set[str]:
    """The names of the facts that are other than they were; all, where there was no case before."""
    if before is None:
        return {fact.name for fact in FACTS}
    return {fact.name for fact in FACTS if fact.of(case) != fact.of(before)}


def facts_changed(case: Case) -> list[str]:
    """The names of facts that are not as the newest entry that tells of them says."""
    told = _newest_details(case)
    changed = []
    for fact in FACTS:
        if fact.detail in told and told[fact.detail] != fact.digest(case):
            changed.append(fact.name)
    return changed


def _newest_details(case: Case) -> dict[str, str]:
    """Each detail of its entries, as the newest that has it says."""
    told: dict[str, str] = {}
    for entry in case.chronology:
        told.update(entry.details)
    return told


def is_proved(case: Case) -> bool:
    """False for a case of an earlier version that nothing was entered in since."""
    return any(map(is_proof, _newest_details(case)))
