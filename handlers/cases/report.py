"""Somebody passes something on: it is kept before anything is said."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
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
    "That was not kept: there was more from you in an hour than I can take. Please send it again from {time}. "
    "If it cannot wait, tell a leader in person now."
)
CROWDED = "As there was so much from you in an hour, this is kept with case {reference} and is no case of its own."
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
    """Keep what came in, in one durable write, and answer. The same thing again gets the same answer.

    `explicit`: the person asked for a report of its own. Raises Refused when there is nothing to keep.
    """
    evidence = evidence_of(incoming, person, desk)
    if not evidence:
        raise Refused(NOTHING_IN_IT)
    if not await desk.store.by_source(incoming.source):
        await _refuse_flood(person, desk)
    tried = set[str]()
    for _ in range(TRIES):
        try:
            case, known, crowded = await _keep_once(
                incoming, evidence, person, desk, explicit, tried
            )
        except Conflict:
            continue
        if incoming.edits and not known:
            kept = say(KEPT_LATER_VERSION.format(reference=case.reference))
            return kept.mentioning([case.reference])
        reply = replace(await answer(case, person, desk), replaces=False)
        if incoming.album:
            reply = replace(
                reply, overtaken=partial(_overtaken, incoming.source, case.reference, desk)
            )
        if crowded:
            reply += say(CROWDED.format(reference=case.reference))
        return reply if known else await _with_hint(reply, incoming, person, desk)
    raise Refused(BUSY)


async def _keep_once(
    incoming: Incoming,
    evidence: tuple[Evidence, ...],
    person: Person,
    desk: Desk,
    explicit: bool,
    tried: set[str],
) -> tuple[Case, bool, bool]:
    """The case that now holds it, whether it did before, and whether it was put there for want of room.

    `tried`: places that other cases turned out to have. Raises Conflict when somebody was faster.
    """
    store = desk.store
    if reference := await store.by_source(incoming.source):
        return await store.case(reference), True, False
    await refuse_erased(incoming, desk)
    mine = await store.reported_by(person.ids)
    earlier = await _earlier(incoming, mine, desk)
    new_album = incoming.album and not await store.by_source(incoming.album)
    sources = (
        (incoming.source, incoming.album) if new_album and incoming.album else (incoming.source,)
    )
    given = Report(person.id, incoming.at, sources, incoming.place)
    one_report = earlier is not None and _is_one_report(incoming, earlier, explicit)
    crowded = False
    if not one_report and (latest := await _where_crowded(person, mine, desk)):
        earlier, crowded = latest, True
    if earlier and (one_report or crowded):
        case = await store.case(earlier.reference)
        if incoming.source in case.summary.sources:
            # By another process, since it was asked above.
            return case, True, False
        held = {_file_of(e) for e in case.evidence if e.pointer}
        fresh = tuple(e for e in evidence if not e.pointer or _file_of(e) not in held)
        moved = case.receive(
            given, fresh, EntryKind.EDITED if incoming.edits else EntryKind.RECEIVED
        )
        return await store.save(await with_consequences(moved, desk)), False, crowded
    place = _place_after(mine, person)
    # Else it is held by a case of theirs that cannot be read.
    if place not in tried:
        given = replace(given, sources=(*sources, place))
        tried.add(place)
    case = Case(new_reference(), desk.now(), (given,), evidence)
    kinds = ", ".join(e.kind for e in evidence)
    case = case.enter(
        desk.now(), person.id, EntryKind.OPENED, source=incoming.source, evidence=kinds
    )
    if earlier:
        root = await desk.root(earlier)
        case = case.join(root.reference, by=person.id, at=desk.now(), settled=False)
    case = await with_consequences(case, desk)
    await store.add(case)
    return case, False, False


async def _overtaken(source: str, reference: str, desk: Desk) -> bool:
    """Whether more that came in the same chat was kept with the case after this: that is answered there too."""
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
    """The person's latest open case, where they have opened so many in an hour that this is not one more."""
    free = await desk.store.count(f"case {person.id}", desk.now(), HOUR, desk.limits.reports)
    return await _latest(mine, desk) if free else None


async def _refuse_flood(person: Person, desk: Desk) -> None:
    if free := await desk.store.count(
        f"message {person.id}", desk.now(), HOUR, desk.limits.messages
    ):
        raise Refused(TOO_MUCH.format(time=seconds(free, desk.calendar)))


async def _earlier(incoming: Incoming, mine: Sequence[Summary], desk: Desk) -> Summary | None:
    """The open case that this may belong to: of the same album or message, or the person's latest."""
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


# --- what came in, as evidence -------------------------------------------------------------------------


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
    """Said once to each person, not with an album, whose answer may be overtaken: a photo is smaller than a file."""
    reduced = any(a.reduced for a in incoming.attachments) and not incoming.album
    if reduced and await is_first_time(HINT_AS_FILE, person, desk):
        return reply + Reply((Text(AS_FILE),))
    return reply
