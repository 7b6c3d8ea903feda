"""What goes into a pack, and what is left out of it for whom.

The police and the local authority get all that is not withheld. Governors and the person concerned
do not get what others said in confidence: who passed it on, in their own words or not, notes, and
whatever else somebody typed. Of an entry that is left out its place in the chain stays, so that it
can be seen that no other is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from handlers.cases.chronology import Row
from handlers.cases.evidence.hand_over import file_name
from handlers.matter import Matter
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import OF_REMOVALS, WORDS, EntryKind, EvidenceKind
from store.model.records import Entry, State
from store.school.procedure import Procedure

A_REPORTER = "somebody who passed it on"


class Receiver(Enum):
    """For whom a pack is; the value is how people call them."""

    POLICE = "the police"
    AUTHORITY = "the local authority"
    GOVERNORS = "the governors"
    PERSON = "the person concerned"

    @property
    def gets_all(self) -> bool:
        """Whether they get what was said in confidence as well."""
        return self in (Receiver.POLICE, Receiver.AUTHORITY)


#: Entries that hold no words of anybody's, but for what `_typed` finds in them.
OF_FACTS = frozenset(
    {
        *(EntryKind.CATEGORY, EntryKind.URGENT, EntryKind.TAKEN, EntryKind.GIVEN),
        *(EntryKind.GIVEN_UP, EntryKind.CLOSED, EntryKind.STEP, EntryKind.STEP_GIVEN),
        *(EntryKind.AGAIN, EntryKind.SEEN, EntryKind.LOOKED, EntryKind.READ),
        *(EntryKind.EVIDENCE, EntryKind.KEPT, EntryKind.FETCH_FAILED, EntryKind.WITHHELD),
        EntryKind.FOLLOWED,
        *OF_REMOVALS,
    }
)
#: The detail of an entry that names the message which it came of.
SOURCE = "source"
#: Details of an entry that somebody has typed.
TYPED = ("text", "why", "reason", "name", "report", "addressee")


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of evidence that goes into the pack, under a name of ours."""

    case: Case
    evidence: Evidence
    path: str

    @property
    def is_words(self) -> bool:
        return self.evidence.kind in WORDS


@dataclass(frozen=True, slots=True)
class Pack:
    """All that is needed to make one."""

    matter: Matter
    receiver: Receiver
    reason: str
    #: Who has made it, in words.
    made_by: str
    #: UTC.
    made_at: datetime
    #: The entries that may be shown at all: not those about cases that nobody may see here.
    rows: Sequence[Row]
    procedure: Procedure

    @property
    def reporters(self) -> frozenset[str]:
        return frozenset(self.matter.reporters)

    @property
    def items(self) -> list[Item]:
        """What was kept and may be handed over, numbered in the order in which it came."""
        rows = []
        for case in self.matter.cases:
            for item in case.evidence:
                if self._is_handed_over(item):
                    rows.append((item.at, case.reference, item.number, case, item))
        rows.sort(key=lambda row: row[:3])
        items = []
        for number, (*_, case, item) in enumerate(rows, 1):
            name = file_name(case.reference, item)
            if item.kind in WORDS:
                name = f"{case.reference}-{item.number}.txt"
            items.append(Item(case, item, f"originals/{number:03}-{name}"))
        return items

    def _is_handed_over(self, item: Evidence) -> bool:
        if item.state != State.KEPT:
            return False
        if item.kind not in WORDS:
            return bool(item.sha256) and not self.matter.withheld
        # What has no origin is the reporter's own: a link is what they passed on, words are theirs.
        is_own_words = item.kind == EvidenceKind.TEXT and not item.origin
        return self.receiver.gets_all or not is_own_words

    @property
    def not_handed_over(self) -> list[str]:
        """Of each piece that is not in it, its case, number and kind, and why."""
        handed = {(item.case.reference, item.evidence.number) for item in self.items}
        found = []
        for case in self.matter.cases:
            for item in case.evidence:
                if (case.reference, item.number) not in handed:
                    why = self._why_not(item)
                    found.append(f"{case.reference} {item.number}: {item.kind}, {why}")
        return found

    def _why_not(self, item: Evidence) -> str:
        if item.state != State.KEPT:
            return f"not kept ({item.state})"
        if item.kind not in WORDS and self.matter.withheld:
            return "locked away: nobody copies it or passes it on"
        return "said in confidence"

    def name(self, id: str) -> str:
        """Who that is; of those who passed it on, no more than that, where they are not named."""
        if not self.receiver.gets_all and id in self.reporters:
            return A_REPORTER
        return self.matter.people.name(id)

    @property
    def shown_rows(self) -> list[Row]:
        return [row for row in self.rows if self.shows(row.entry)]

    def shows(self, entry: Entry) -> bool:
        """Tell whether an entry is in it with all that it says."""
        if self.receiver.gets_all:
            return True
        named = {entry.by, entry.details.get("to", "")}
        if entry.what not in OF_FACTS or named & self.reporters:
            return False
        return not _typed(entry) and self._is_of_procedure(entry.details.get("step", ""))

    def _is_of_procedure(self, step: str) -> bool:
        known = {each.do for steps in self.procedure.procedure for each in steps.step}
        return not step or step in known

    def chains(self) -> dict[str, list[dict[str, Any]]]:
        """The entries of each case, in their order."""
        shown = {id(row.entry) for row in self.rows}
        chains = {}
        for case in self.matter.cases:
            entries = []
            for entry in case.chronology:
                is_shown = id(entry) in shown and self.shows(entry)
                entries.append(self._told(entry) if is_shown else _left_out(entry))
            chains[case.reference] = entries
        return chains

    def _told(self, entry: Entry) -> dict[str, Any]:
        details = dict(entry.details)
        told: dict[str, Any] = {
            "at": entry.at.isoformat(),
            "by": entry.by,
            "what": entry.what,
            "details": details,
            "before": entry.before,
            "hash": entry.hash,
        }
        # The platform's name of a message tells whose it is, and in which chat.
        if not self.receiver.gets_all and details.pop(SOURCE, None) is not None:
            told["without"] = [SOURCE]
        return told

    def words_of(self, item: Item) -> str:
        """Its words as they were received; of a link, nothing that may say who has shared it."""
        evidence = item.evidence
        if evidence.kind == EvidenceKind.LINK and not self.receiver.gets_all:
            return evidence.normal or evidence.text
        return evidence.text

    def facts_of(self, item: Item) -> Iterator[tuple[str, str]]:
        """What the manifest says of a piece, beside its hash and size."""
        evidence = item.evidence
        yield "case", item.case.reference
        yield "number", str(evidence.number)
        yield "kind", evidence.kind
        yield "type", evidence.media_type or "text/plain; charset=utf-8"
        yield "received_at", evidence.at.isoformat()
        if evidence.kept_at:
            yield "kept_at", evidence.kept_at.isoformat()
        yield "from", self.name(evidence.by)
        if self.receiver.gets_all:
            yield "message", evidence.source
            yield "name_as_received", evidence.name
            for name, value in _sorted(evidence.origin):
                yield f"origin_{name}", value


def _typed(entry: Entry) -> list[str]:
    return [name for name in TYPED if entry.details.get(name)]


def _sorted(mapping: Mapping[str, str]) -> Collection[tuple[str, str]]:
    return sorted(mapping.items())


def _left_out(entry: Entry) -> dict[str, Any]:
    """Its place in the chain, and nothing that tells of what kind it is: that may say whose."""
    return {"what": "left out", "left_out": True, "before": entry.before, "hash": entry.hash}
