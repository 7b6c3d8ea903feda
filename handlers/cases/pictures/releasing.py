"""Which pictures and files are let go when somebody says what a case is about.

A tap lets go what its card had listed, of what the person has sent: whoever has seen a picture says
what it is. For what others have sent, the safeguarding lead has to say “I have seen it”.
"""

from __future__ import annotations

import re

from handlers.cases.evidence.shown import STATES, place_of
from handlers.desk import Ask, Desk
from handlers.matter import Matter
from handlers.messages import Choice, Choices, Part, Reply, Text
from store.model.case import Case
from store.model.evidence import Evidence
from store.model.kinds import WORDS
from store.model.records import State
from store.school.procedure import Category

IS_LOCKED = (
    "Case {reference} is locked, because somebody said that it is about a child undressed. To make "
    "it “{category}”, you must have seen all of this yourself, with whoever sent it, and none of "
    "it may show a child undressed or sexualised:"
)
WAITS = (
    "Case {reference}: nobody who has seen this has said what it is. If you have seen all of it "
    "yourself, and it is “{category}”, say so, and it is fetched:"
)
NOTHING = "No picture and no file."
IS_NOTED = (
    "What you say is written down in the case. What had been kept can be opened again then; what "
    "was never fetched stays so."
)
SEEN = "I have seen it"
NOT_SEEN = "No, leave it"

LISTED = re.compile(r"(.*\S)\s+(\d{1,9})")


def split_listed(typed: str) -> tuple[str, int | None]:
    """`threat 3` -> the words, and how many pieces the card had listed whose button that was."""
    match = LISTED.fullmatch(typed.strip())
    return (match[1], int(match[2])) if match else (typed, None)


def numbers_released(case: Case, ask: Ask, listed: int | None) -> frozenset[int]:
    """The numbers of the pieces that this person lets go by saying what a case is about.

    `listed`: how many pieces the card had listed. Where it was typed there is no card: then it is
    what they had sent before they typed it, of which the bot's answer to each message tells. What
    comes in meanwhile, or is sent again late by the platform, they cannot have meant.
    """
    found = set[int]()
    for item in case.waiting:
        is_listed = item.at <= ask.incoming.at if listed is None else item.number <= listed
        if is_listed and item.by in ask.person.ids:
            found.add(item.number)
    return frozenset(found)


def to_be_seen(case: Case) -> list[Evidence]:
    """What the safeguarding lead must have seen: of a locked case everything, else what waits."""
    files = [item for item in case.evidence if item.kind not in WORDS]
    if case.withheld:
        return files
    return [item for item in files if item.state == State.WAITING]


def have_you_seen(matter: Matter, category: Category, desk: Desk) -> Reply:
    """Ask the safeguarding lead, naming the case and each piece."""
    case = matter.named
    lines = []
    for item in to_be_seen(case):
        place = place_of(item, case, matter, desk)
        state = "locked away" if item.state == State.KEPT else STATES.get(item.state, item.state)
        lines.append(f"{place}: {item.kind}, {state}")
    words = IS_LOCKED if case.withheld else WAITS
    parts: list[Part] = [
        Text(words.format(reference=case.reference, category=category.name)),
        Text("\n".join(lines) or NOTHING),
    ]
    if case.withheld:
        parts.append(Text(IS_NOTED))
    command = f"case release {case.reference} {category.key} {len(case.evidence)}"
    choices = Choice(SEEN, command, "danger"), Choice(NOT_SEEN, f"case {case.reference}")
    return matter.shown_in(Reply((*parts, Choices(choices))))
