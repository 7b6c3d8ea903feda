"""A case is packed, to be handed over: to the police, an authority, governors or a person."""

from __future__ import annotations

import re
from functools import partial

from handlers.cases.chronology import entries_for
from handlers.cases.packs.contents import Pack, Receiver
from handlers.cases.packs.packing import packed
from handlers.commands import WITH_CASE, command
from handlers.desk import Ask, Desk, take_reference
from handlers.matter import Matter
from handlers.messages import Choice, Choices, File, Prompt, Reply, Text, say
from handlers.rules.access import Act
from handlers.text.words import shortened, size
from handlers.workflow.changes import change
from store.model.address import Address, Platform
from store.model.case import Case
from store.model.kinds import EntryKind
from store.model.records import State

FOR_WHOM = (
    "Who is the pack of case {reference} for? Governors and the person concerned do not get the "
    "names of those who passed it on, their words, or notes."
)
WHY = (
    "Why is case {reference} handed to {receiver}? It is written into the case, and onto the first "
    "page of the pack."
)
MADE = (
    "The pack of case {reference} for {receiver}: check it before you hand it over. That you made "
    "it is noted in the case."
)
TOO_LARGE = (
    "The pack of case {reference} has about {size}, and Telegram takes no more than 50 MB. Ask "
    "your technician to make it: headsup pack {reference} --to FOLDER"
)
#: Bytes of what was kept, with room for the rest below Telegram's 50 MB.
MOST_IN_TELEGRAM = 48_000_000
#: Characters.
REASON = 500

KEYS = {
    "police": Receiver.POLICE,
    "authority": Receiver.AUTHORITY,
    "governors": Receiver.GOVERNORS,
    "person": Receiver.PERSON,
}
TYPED = re.compile(
    r"(?:for\s+)?(?:the\s+)?(police|(?:local\s+)?authority|governors|person(?:\s+concerned)?)\b"
    r"[\s,:.]*(?:because\b)?[\s,:]*(.*)",
    re.IGNORECASE | re.DOTALL,
)


@command(
    "case pack",
    usage="/case pack REFERENCE [for police|local authority|governors|person because REASON]",
    bare=WITH_CASE,
    may=Act.PACK,
    summary="all of a case as a ZIP file, to hand over",
)
async def pack(ask: Ask, desk: Desk) -> Reply:
    """Hand over a pack, once it is said for whom and why; both are an entry."""
    reference, typed = take_reference(ask.words, pack.usage)
    matter = await desk.case_for(ask.person, reference, Act.PACK)
    root = matter.case.reference
    said = TYPED.fullmatch(typed)
    if said is None:
        return matter.shown_in(_ask_for_whom(root))
    key = next(key for key in KEYS if key in said[1].lower())
    receiver, reason = KEYS[key], shortened(said[2], REASON)
    if not reason:
        question = WHY.format(reference=root, receiver=receiver.value)
        return matter.shown_in(Reply((Prompt(question, f"case pack {root} {key}", "Reason"),)))
    _must_fit(matter, ask)

    details = {"for": receiver.value, "reason": reason}
    matter = await change(
        desk,
        ask.person,
        matter,
        Act.PACK,
        lambda case: case.enter(ask.at, ask.person.id, EntryKind.PACKED, **details),
    )
    rows = await entries_for(ask.person, matter, desk)
    made = Pack(matter, receiver, reason, ask.person.name, ask.at, rows, desk.procedure)
    file = File(partial(packed, made, desk), f"{root}-{key}.zip", "application/zip")
    words = MADE.format(reference=root, receiver=receiver.value)
    return matter.shown_in(say(words, file)).showing(matter.references)


def _ask_for_whom(root: str) -> Reply:
    choices = [
        Choice(receiver.value.capitalize(), f"case pack {root} {key}")
        for key, receiver in KEYS.items()
    ]
    return Reply((Text(FOR_WHOM.format(reference=root)), Choices(tuple(choices))))


def _must_fit(matter: Matter, ask: Ask) -> None:
    """Raises Refused for what the chat could not carry, before anything is entered."""
    bytes_kept = 0 if matter.withheld else sum(map(_size, matter.cases))
    platform = Address.parse(ask.incoming.place).platform
    if platform == Platform.TELEGRAM and bytes_kept > MOST_IN_TELEGRAM:
        about = size(bytes_kept)
        raise matter.refusal(TOO_LARGE.format(reference=matter.case.reference, size=about))


def _size(case: Case) -> int:
    return sum(item.size or 0 for item in case.evidence if item.state == State.KEPT)
