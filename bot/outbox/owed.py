"""Notices that are owed: whose turn it is, and which of them make one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from handlers.messages import Reply
from handlers.notices.bundle import fits_one_message
from handlers.rules.urgency import is_urgent
from store.model.kinds import REPLACING, WITH_THE_DAY, NoticeKind
from store.model.records import Notice

#: Tries, after which what cannot be sent lets later notices pass.
IN_ORDER = 3


class Owed(NamedTuple):
    """A notice that was claimed, with the reference of its case; empty for a notice of no case."""

    reference: str
    notice: Notice

    @property
    def key(self) -> tuple[str, str]:
        return self.reference, self.notice.key


class Ready(NamedTuple):
    """A notice with what it says as of now."""

    owed: Owed
    reply: Reply


def queue_of(notice: Notice) -> str:
    """What takes a message's place waits for nothing else, and keeps nothing else waiting."""
    if notice.kind in REPLACING:
        return f"{notice.kind} {notice.to}"
    return notice.to


def place_of(notice: Notice) -> tuple[bool, bool]:
    """What is urgent goes first, and what can stand in one message with the day's goes last."""
    return not is_urgent(notice), notice.kind in WITH_THE_DAY


def go_together(message: Sequence[Ready], further: Ready) -> bool:
    """One more notice can stand in the same message."""
    if _is_alone(further.owed.notice) or _is_alone(message[0].owed.notice):
        return False
    kinds = frozenset(ready.owed.notice.kind for ready in [*message, further])
    if not _may_stand_with(kinds):
        return False
    return fits_one_message([*(ready.reply for ready in message), further.reply])


def with_others(notices: Sequence[Owed]) -> list[Owed]:
    """The notices of one message, each with the other cases that are told in it."""
    references = list(dict.fromkeys(owed.reference for owed in notices if owed.reference))
    found = []
    for owed in notices:
        others = tuple(each for each in references if each != owed.reference)
        found.append(Owed(owed.reference, replace(owed.notice, beside=others)))
    return found


def _is_alone(notice: Notice) -> bool:
    """What could not be sent so often takes no other notice with it."""
    return is_urgent(notice) or notice.tries >= IN_ORDER


def _may_stand_with(kinds: frozenset[str]) -> bool:
    """Whether notices of these kinds may be one message: the day's takes what it is with along."""
    return NoticeKind.TODAY not in kinds or kinds <= WITH_THE_DAY
