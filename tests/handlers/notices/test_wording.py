"""Every kind of notice has its words, and every kind of entry."""

from __future__ import annotations

from handlers.cases.chronology import ENTRY_WORDS
from handlers.notices.steps import CLOCKS
from handlers.notices.wording import OF_NO_CASE, OF_PEOPLE, REPORTERS
from store.model.kinds import FOR_REPORTERS, Clock, EntryKind, NoticeKind

#: What leaders and channels are told of a case; each has words of its own in one function.
OF_A_CASE = {
    NoticeKind.ALERT,
    NoticeKind.URGENT,
    NoticeKind.MORE,
    NoticeKind.GIVEN,
    NoticeKind.UNCATEGORISED,
    NoticeKind.BEFORE,
    NoticeKind.OVERDUE,
    NoticeKind.CHANNEL,
}


def test_every_kind_of_notice_is_worded_in_one_place() -> None:
    places = [OF_A_CASE, set(OF_PEOPLE), set(REPORTERS), set(OF_NO_CASE), {NoticeKind.WITHDRAW}]
    assert set.union(*places) == set(NoticeKind)
    assert sum(len(place) for place in places) == len(NoticeKind)
    assert set(REPORTERS) == FOR_REPORTERS


def test_every_kind_of_entry_and_clock_has_words() -> None:
    assert set(ENTRY_WORDS) == set(EntryKind)
    assert set(CLOCKS) == set(Clock)
