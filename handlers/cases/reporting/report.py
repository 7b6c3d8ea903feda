"""Somebody passes something on: it is kept before anything is said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from handlers.cases.reporting.meant_as_report import (
    ASKED,
    is_open,
    may_be_meant_otherwise,
    meant_question,
)
from handlers.cases.reporting.pieces import evidence_of
from handlers.cases.reporting.reporter_view import AS_FILE, answer
from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.matter import Around, Matter, Summaries
from handlers.messages import Incoming, Part, Prompt, Refused, Reply, Text, say
from handlers.rules.access import Act, Relation, may
from handlers.rules.limits import HOUR
from handlers.text.links import find
from handlers.text.words import seconds
from handlers.workflow.changes import take_back_late
from handlers.workflow.concerned.accounts_named import people_named_in
from handlers.workflow.concerned.candidates import with_accounts_named
from handlers.workflow.consequences import with_consequences
from handlers.workflow.telling.hints import is_first_time
from store.base import ERASED
from store.errors import Conflict, NotFound, StoreUnavailable
from store.model.address import SourceKey
from store.model.case import Case
from store.model.digests import digests_of_words
from store.model.evidence import Evidence
from store.model.identifiers import new_reference
from store.model.kinds import ARRIVALS, EntryKind
from store.model.proofs import with_proofs
from store.model.records import Person, Report, Status, Summary

#: What one person sends within this of the first thing is one report.
ONE_REPORT = timedelta(minutes=2)

#: What comes within this is kept with the case before, until its reporter says otherwise.
SAME_MATTER = timedelta(minutes=10)

#: Pieces of evidence, after which a report is not added to.
MANY = 50
TRIES = 50

WHAT_DID_YOU_SEE = (
    "What did you see, and where? A screenshot or a link can be sent straight to me instead."
)
NOTHING_IN_IT = (
    "There was nothing in that message that I can keep. Send words, a link, a picture or a file."
)
KEPT_LATER_VERSION = "Your change is kept with case {reference}, beside what you first sent."
TOO_MUCH = (
    "That was not kept: there was more from you in an hour than I can take. Please send it again "
    "from {time}. "
    "If it cannot wait, tell a leader in person now."
)
CROWDED = (
    "As there was so much from you in an hour, this is kept with case {reference} and is no case "
    "of "
    "its own."
)
SENT_AGAIN = (
    "That came in before, and was erased since. If it should be looked at again, please send it "
    "once more."
)
BUSY = "That could not be kept just now. Please send it again."
HINT_AS_FILE = "as a file"


@command(
    "report",
    usage="/report what you saw, and where",
    may=Act.REPORT,
    summary="pass something on (or just send or forward it to me)",
)
async def report(ask: Ask, desk: Desk) -> Reply:
    """Open a case with what was typed; asked alone, ask for it."""
    if not ask.words:
        return Reply((Prompt(WHAT_DID_YOU_SEE, "report", "What you saw"),))
    typed = replace(ask.incoming, text=ask.words, links=find(ask.words), command=None)
    return await keep(typed, ask.person, desk, explicit=True)


async def keep(incoming: Incoming, person: Person, desk: Desk, *, explicit: bool = False) -> Reply:
    """Keep what came in, in one durable write, and answer. The same thing again gets the same
    answer.

    `explicit`: the person asked for a report of its own. Raises Refused when there is nothing to
    keep.
    """
    evidence = evidence_of(incoming, person, desk)
    if not evidence:
        raise Refused(NOTHING_IN_IT)

    is_asked = not explicit and may_be_meant_otherwise(incoming, person, desk)
    named = await people_named_in(incoming, desk)
    arrival = _Arrival(incoming, evidence, person, explicit, is_asked, named)
    holders = await _holders(arrival, desk)
    if incoming.source not in holders:
        await _refuse_flood(person, desk)
    for _ in range(TRIES):
        try:
            kept = await _keep_once(arrival, holders, desk)
        except Conflict:
            holders = await _holders(arrival, desk)
            continue
        return await _reply(kept, arrival, desk)
    raise Refused(BUSY)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What came in, from whom, and as which evidence."""

    incoming: Incoming
    evidence: tuple[Evidence, ...]
    person: Person
    #: The person asked for a report of its own.
    explicit: bool
    #: Where it opens a case, the person is asked whether it should.
    is_asked: bool
    #: Whom the platform names in it, by their accounts.
    named: Sequence[Person] = ()
    #: Places after others of this person's cases that turned out to be taken; see `_place_after`.
    tried_places: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Before:
    """What the store holds of the sender, before anything is kept."""

    #: Their own cases, the oldest last report first.
    mine: Sequence[Summary]
    #: Those, with all of the matters that they are part of.
    summaries: Summaries

    @property
    def latest(self) -> Summary | None:
        """Their latest open case."""
        for found in reversed(self.mine):
            if self.is_open(found):
                return found
        return None

    def is_open(self, summary: Summary) -> bool:
        return summary.status == self.summaries.root(summary.reference).status == Status.OPEN

    def opened_since(self, moment: datetime) -> int:
        """How many cases they have opened since then (UTC)."""
        return sum(summary.opened_at > moment for summary in self.mine)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The case that holds it now."""

    case: Case
    around: Around
    #: It did before: the platform has sent it again.
    known: bool = False
    #: It was put there because the person has opened so many cases in an hour.
    crowded: bool = False


async def _reply(kept: _Kept, arrival: _Arrival, desk: Desk) -> Reply:
    incoming, person, case = arrival.incoming, arrival.person, kept.case
    if incoming.edits and not kept.known:
        said = say(KEPT_LATER_VERSION.format(reference=case.reference))
        return said.mentioning([case.reference])

    if is_open(case):
        return meant_question(case)
    matter = Matter(case, frozenset({Relation.REPORTER}), case, kept.around)
    card = await answer(matter, person, desk, own=kept.around.summaries)
    beside: list[Part] = []
    if kept.crowded:
        beside.append(Text(CROWDED.format(reference=case.reference)))
    if not kept.known and await _is_to_be_a_file(incoming, person, desk):
        beside.append(Text(AS_FILE))
    # Many messages at once need one card; what is said beside it is said once, and has to be seen.
    if beside:
        return replace(card, replaces=False) + Reply(tuple(beside))
    overtaken = partial(_overtaken, incoming.source, case.reference, desk)
    return replace(card, replaces=False, overtaken=overtaken)


async def _holders(arrival: _Arrival, desk: Desk) -> Mapping[str, str]:
    """The references of the cases that hold the message, its album, or what it is a later version
    of, by those keys.

    Raises Refused for what was erased since it came.
    """
    incoming = arrival.incoming
    keys = [key for key in (incoming.source, incoming.album, incoming.edits) if key]
    holders = await desk.store.by_source(*keys)
    if holders.get(incoming.source, holders.get(incoming.album or "")) == ERASED:
        raise Refused(SENT_AGAIN)
    return holders


async def _keep_once(arrival: _Arrival, holders: Mapping[str, str], desk: Desk) -> _Kept:
    """Add it to the case that it belongs to, or open one.

    Raises Conflict when somebody was faster.
    """
    incoming, person = arrival.incoming, arrival.person
    before = await _before(person, holders, desk)
    if reference := holders.get(incoming.source):
        case = await desk.store.case(reference)
        around = Around(before.summaries, await desk.people_of(case))
        return _Kept(case, around.having(case), known=True)

    earlier = await _not_in_question(_earlier(incoming, holders, before), arrival, desk)
    is_of_album = incoming.album in holders
    album = (incoming.album,) if incoming.album and not is_of_album else ()
    report = Report(person.id, incoming.at, (incoming.source, *album), incoming.place)
    if earlier and _is_one_report(incoming, earlier, arrival.explicit):
        return await _add_to(earlier, report, arrival, before, desk)
    is_crowded = before.opened_since(desk.now() - HOUR) >= desk.limits.reports
    if is_crowded and before.latest:
        kept = await _add_to(before.latest, report, arrival, before, desk)
        return replace(kept, crowded=not kept.known)
    return await _open_case(report, earlier, arrival, before, desk)


async def _before(person: Person, holders: Mapping[str, str], desk: Desk) -> _Before:
    references = set(holders.values()) - {ERASED}
    summaries = await desk.store.related(references, person.ids)
    mine = [each for each in summaries if not set(person.ids).isdisjoint(each.reporters)]
    return _Before(sorted(mine, key=lambda each: each.last_report_at), Summaries(summaries))


async def _add_to(
    earlier: Summary, report: Report, arrival: _Arrival, before: _Before, desk: Desk
) -> _Kept:
    """Add it to a case of the same person's, without the files that the case has already."""
    case = await desk.store.case(earlier.reference)
    around = Around(before.summaries, await desk.people_of(case))
    if arrival.incoming.source in case.summary.sources:
        # Another process has kept it since it was asked for.
        return _Kept(case, around.having(case), known=True)

    held = {item.file_id for item in case.evidence if item.pointer}
    fresh = tuple(item for item in arrival.evidence if not item.pointer or item.file_id not in held)
    kind = EntryKind.EDITED if arrival.incoming.edits else EntryKind.RECEIVED
    added = case.receive(report, fresh, kind)
    added = with_accounts_named(added, arrival.named, arrival.person, around, desk)
    around = around.having(added)
    added = await with_consequences(added, around, desk, case)
    saved = await desk.store.save(with_proofs(added, case, desk.now()))
    return _Kept(await take_back_late(saved, case, around, desk), around)


async def _open_case(
    report: Report,
    earlier: Summary | None,
    arrival: _Arrival,
    before: _Before,
    desk: Desk,
) -> _Kept:
    """Open a case, joined for now to the `earlier` one that it may be part of."""
    place = _place_after(before.mine, arrival.person)
    # A place that was tried in vain is held by a case of theirs that cannot be read.
    if place not in arrival.tried_places:
        report = replace(report, sources=(*report.sources, place))
        arrival.tried_places.add(place)

    now = desk.now()
    case = Case(new_reference(), now, (report,), arrival.evidence)
    kinds = ", ".join(item.kind for item in arrival.evidence)
    source = arrival.incoming.source
    case = case.enter(
        now,
        arrival.person.id,
        EntryKind.OPENED,
        source=source,
        evidence=kinds,
        words=digests_of_words(arrival.evidence),
        **(ASKED if arrival.is_asked else {}),
    )
    # What may be no case is no part of one either.
    if earlier and not arrival.is_asked:
        root = before.summaries.root(earlier.reference)
        case = case.join(root.reference, by=arrival.person.id, at=desk.now(), settled=False)
    around = Around(before.summaries.having(case), await desk.people_of(case))
    if arrival.named:
        case = with_accounts_named(case, arrival.named, arrival.person, around, desk)
        around = Around(before.summaries.having(case), await desk.people_of(case))
    case = with_proofs(await with_consequences(case, around, desk), None, desk.now())
    await desk.store.add(case)
    return _Kept(case, around)


async def _overtaken(source: str, reference: str, desk: Desk) -> bool:
    """Whether more that came in the same chat was kept with the case after this: that is answered
    there too.
    """
    try:
        case = await desk.store.case(reference)
    except (NotFound, StoreUnavailable):
        return False
    sources = [entry.details["source"] for entry in case.chronology if entry.what in ARRIVALS]
    chat = SourceKey.parse(source).chat
    in_this_chat = [each for each in sources if SourceKey.parse(each).chat == chat]
    return in_this_chat[-1:] != [source]


def _place_after(mine: Sequence[Summary], person: Person) -> str:
    """A source key that one case alone can have: the next of this person after just these.

    Of two processes that open one at the same moment, the slower learns so, and looks again.
    """
    references = " ".join(sorted(summary.reference for summary in mine))
    return f"after:{person.id}:{hashlib.sha256(references.encode()).hexdigest()}"


async def _refuse_flood(person: Person, desk: Desk) -> None:
    if free := await desk.store.count(
        f"message {person.id}", desk.now(), HOUR, desk.limits.messages
    ):
        raise Refused(TOO_MUCH.format(time=seconds(free, desk.calendar)))


def _earlier(incoming: Incoming, holders: Mapping[str, str], before: _Before) -> Summary | None:
    """The open case that this may belong to: of its album or message, or the person's latest."""
    for source in (incoming.edits, incoming.album):
        reference = holders.get(source) if source else None
        if reference:
            holder = before.summaries.get(reference)
            return holder if holder and before.is_open(holder) else None
    latest = before.latest
    if latest and abs(incoming.at - latest.last_report_at) <= SAME_MATTER:
        return latest
    return None


async def _not_in_question(
    earlier: Summary | None, arrival: _Arrival, desk: Desk
) -> Summary | None:
    """Nothing goes to a line of which it is asked whether it was meant at all, but what belongs to
    that very message: a No would end the one with the other.
    """
    incoming = arrival.incoming
    if earlier is None or not may(arrival.person, Act.LIST):
        return earlier
    if {incoming.album, incoming.edits} & set(earlier.sources):
        return earlier
    return None if is_open(await desk.store.case(earlier.reference)) else earlier


def _is_one_report(incoming: Incoming, earlier: Summary, explicit: bool) -> bool:
    if {incoming.album, incoming.edits} & set(earlier.sources):
        return True
    full = len(earlier.sources) >= MANY
    return not explicit and not full and abs(incoming.at - earlier.last_report_at) <= ONE_REPORT


async def _is_to_be_a_file(incoming: Incoming, person: Person, desk: Desk) -> bool:
    """Whether to say that a photo is smaller than a file: once to each person, and not with an
    album, whose answer may be overtaken.
    """
    reduced = any(a.reduced for a in incoming.attachments) and not incoming.album
    return reduced and await is_first_time(HINT_AS_FILE, person, desk)
