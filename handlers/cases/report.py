"""Somebody passes something on: it is kept before anything is said."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from handlers.cases.reporter_view import AS_FILE, answer
from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Attachment, Incoming, Origin, Prompt, Refused, Reply, Text, say
from handlers.rules.access import Act
from handlers.rules.limits import HOUR
from handlers.text.links import find, normal
from handlers.text.words import seconds
from handlers.workflow.consequences import with_consequences
from handlers.workflow.hints import is_first_time
from handlers.workflow.resent import refuse_erased
from store.errors import Conflict, NotFound, StoreUnavailable
from store.model.address import SourceKey
from store.model.case import Case
from store.model.kinds import ARRIVALS, EntryKind, EvidenceKind
from store.model.records import Evidence, Person, Report, State, Status, Summary, new_reference

#: What one person sends within this of the first thing is one report.
ONE_REPORT = timedelta(minutes=2)

#: What comes within this is kept with the case before, until its reporter says otherwise.
SAME_MATTER = timedelta(minutes=10)

#: Of one text, that are pieces of their own; what there is beyond them is kept as one.
LINKS = 50
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
    if not await desk.store.by_source(incoming.source):
        await _refuse_flood(person, desk)

    arrival = _Arrival(incoming, evidence, person, explicit)
    for _ in range(TRIES):
        try:
            kept = await _keep_once(arrival, desk)
        except Conflict:
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
    #: Places after others of this person's cases that turned out to be taken; see `_place_after`.
    tried_places: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The case that holds it now."""

    case: Case
    #: It did before: the platform has sent it again.
    known: bool = False
    #: It was put there because the person has opened so many cases in an hour.
    crowded: bool = False


async def _reply(kept: _Kept, arrival: _Arrival, desk: Desk) -> Reply:
    incoming, person, case = arrival.incoming, arrival.person, kept.case
    if incoming.edits and not kept.known:
        said = say(KEPT_LATER_VERSION.format(reference=case.reference))
        return said.mentioning([case.reference])

    reply = replace(await answer(case, person, desk), replaces=False)
    if incoming.album:
        reply = replace(reply, overtaken=partial(_overtaken, incoming.source, case.reference, desk))
    if kept.crowded:
        reply += say(CROWDED.format(reference=case.reference))
    if kept.known:
        return reply
    return await _with_hint(reply, incoming, person, desk)


async def _keep_once(arrival: _Arrival, desk: Desk) -> _Kept:
    """Add it to the case that it belongs to, or open one.

    Raises Conflict when somebody was faster.
    """
    incoming, person = arrival.incoming, arrival.person
    if reference := await desk.store.by_source(incoming.source):
        return _Kept(await desk.store.case(reference), known=True)
    await refuse_erased(incoming, desk)

    mine = await desk.store.reported_by(person.ids)
    earlier = await _earlier(incoming, mine, desk)
    report = Report(person.id, incoming.at, await _sources_of(incoming, desk), incoming.place)
    if earlier and _is_one_report(incoming, earlier, arrival.explicit):
        return await _add_to(earlier, report, arrival, desk)
    if latest := await _where_crowded(person, mine, desk):
        kept = await _add_to(latest, report, arrival, desk)
        return replace(kept, crowded=not kept.known)
    return _Kept(await _open_case(report, mine, earlier, arrival, desk))


async def _sources_of(incoming: Incoming, desk: Desk) -> tuple[str, ...]:
    """The keys of the message, and of its album where nothing of that has been kept yet."""
    if incoming.album and not await desk.store.by_source(incoming.album):
        return (incoming.source, incoming.album)
    return (incoming.source,)


async def _add_to(earlier: Summary, report: Report, arrival: _Arrival, desk: Desk) -> _Kept:
    """Add it to a case of the same person's, without the files that the case has already."""
    case = await desk.store.case(earlier.reference)
    if arrival.incoming.source in case.summary.sources:
        # Another process has kept it since it was asked for.
        return _Kept(case, known=True)

    held = {_file_of(item) for item in case.evidence if item.pointer}
    fresh = tuple(
        item for item in arrival.evidence if not item.pointer or _file_of(item) not in held
    )
    kind = EntryKind.EDITED if arrival.incoming.edits else EntryKind.RECEIVED
    moved = await with_consequences(case.receive(report, fresh, kind), desk)
    return _Kept(await desk.store.save(moved))


async def _open_case(
    report: Report,
    mine: Sequence[Summary],
    earlier: Summary | None,
    arrival: _Arrival,
    desk: Desk,
) -> Case:
    """Open a case, joined for now to the `earlier` one that it may be part of."""
    place = _place_after(mine, arrival.person)
    # A place that was tried in vain is held by a case of theirs that cannot be read.
    if place not in arrival.tried_places:
        report = replace(report, sources=(*report.sources, place))
        arrival.tried_places.add(place)

    case = Case(new_reference(), desk.now(), (report,), arrival.evidence)
    kinds = ", ".join(item.kind for item in arrival.evidence)
    source = arrival.incoming.source
    case = case.enter(
        desk.now(), arrival.person.id, EntryKind.OPENED, source=source, evidence=kinds
    )
    if earlier:
        root = await desk.root(earlier)
        case = case.join(root.reference, by=arrival.person.id, at=desk.now(), settled=False)
    case = await with_consequences(case, desk)
    await desk.store.add(case)
    return case


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


async def _where_crowded(person: Person, mine: Sequence[Summary], desk: Desk) -> Summary | None:
    """The person's latest open case, where they have opened so many in an hour that this is not one
    more.
    """
    free = await desk.store.count(f"case {person.id}", desk.now(), HOUR, desk.limits.reports)
    return await _latest(mine, desk) if free else None


async def _refuse_flood(person: Person, desk: Desk) -> None:
    if free := await desk.store.count(
        f"message {person.id}", desk.now(), HOUR, desk.limits.messages
    ):
        raise Refused(TOO_MUCH.format(time=seconds(free, desk.calendar)))


async def _earlier(incoming: Incoming, mine: Sequence[Summary], desk: Desk) -> Summary | None:
    """The open case that this may belong to: of its album or message, or the person's latest."""
    for source in (incoming.edits, incoming.album):
        if source and (reference := await desk.store.by_source(source)):
            of_source = await desk.store.summary(reference)
            return of_source if of_source and await _is_open(of_source, desk) else None
    latest = await _latest(mine, desk)
    return latest if latest and abs(incoming.at - latest.last_report_at) <= SAME_MATTER else None


async def _latest(mine: Sequence[Summary], desk: Desk) -> Summary | None:
    """The person's latest open case."""
    for found in reversed(mine):
        if await _is_open(found, desk):
            return found
    return None


async def _is_open(summary: Summary, desk: Desk) -> bool:
    root = await desk.root(summary)
    return summary.status == root.status == Status.OPEN


def _is_one_report(incoming: Incoming, earlier: Summary, explicit: bool) -> bool:
    if {incoming.album, incoming.edits} & set(earlier.sources):
        return True
    full = len(earlier.sources) >= MANY
    return not explicit and not full and abs(incoming.at - earlier.last_report_at) <= ONE_REPORT


# --- what came in, as evidence --------------------------------------------------------------------


def evidence_of(incoming: Incoming, person: Person, desk: Desk) -> tuple[Evidence, ...]:
    """Words, links and pointers, numbered in the order in which they came."""
    now, found = desk.now(), list[Evidence]()

    def add(kind: str, **more: Any) -> None:
        found.append(
            Evidence(len(found) + 1, kind, incoming.source, person.id, incoming.at, **more)
        )

    for text, links, origin in (
        (incoming.text, incoming.links, None),
        *((f.text, f.links, f.origin) for f in incoming.forwarded),
    ):
        where = _origin(origin)
        if text.strip() and (text.strip(),) != links:
            add(EvidenceKind.TEXT, text=text, origin=where, kept_at=now)
        for link in links[:LINKS]:
            add(EvidenceKind.LINK, text=link, normal=normal(link), origin=where, kept_at=now)
        if more := links[LINKS:]:
            add(EvidenceKind.TEXT, text="\n".join(more), origin=where, kept_at=now)
    for attachment in incoming.attachments:
        add(attachment.kind, **_pointer(attachment, desk))
    return tuple(found)


def _pointer(attachment: Attachment, desk: Desk) -> dict[str, Any]:
    """What is known of a file that has not been fetched."""
    limit = min(attachment.limit or desk.max_file_bytes, desk.max_file_bytes)
    too_large = attachment.size is not None and attachment.size > limit
    return {
        "state": State.TOO_LARGE if too_large else State.WAITING,
        "problem": f"over {limit // 1_000_000} MB" if too_large else "",
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "pointer": dict(attachment.pointer),
        "origin": _origin(attachment.origin),
    }


def _file_of(item: Evidence) -> str:
    """The platform's own id of a file, the same when a message with it is edited."""
    pointer = item.pointer
    return pointer.get("file_unique_id") or pointer.get("file") or pointer.get("path", "")


def _origin(origin: Origin | None) -> dict[str, str]:
    if origin is None:
        return {}
    named = {name: getattr(origin, name) for name in Origin.__slots__}
    return {
        name: value if isinstance(value, str) else value.isoformat()
        for name, value in named.items()
        if value
    }


async def _with_hint(reply: Reply, incoming: Incoming, person: Person, desk: Desk) -> Reply:
    """Said once to each person, not with an album, whose answer may be overtaken: a photo is
    smaller than a file.
    """
    reduced = any(a.reduced for a in incoming.attachments) and not incoming.album
    if reduced and await is_first_time(HINT_AS_FILE, person, desk):
        return reply + Reply((Text(AS_FILE),))
    return reply
