"""Whose the steps of a case are, remembered with them, so that both hear of it once where a step
changes hands: by being given, by its case being given, or by a role that somebody lost.

Of a step that is given, its new owner hears by `news`; of those of a new case by its alert.
Where that comes to nothing, as another takes the case first, whoever has a step by a role hears of
it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.desk import Desk
from handlers.matter import Around
from handlers.workflow.steps.news import OPENING, opened_by, step_notice_of
from handlers.workflow.steps.procedure import OWNER, owners_of
from store.model.case import Case
from store.model.kinds import OWNERSHIP, THAT_THERE_IS_A_CASE, EntryKind, NoticeKind
from store.model.records import FollowUp, Notice, Person, Status

#: With which `Notice.step` begins, before the keys of the steps.
HANDS = "hands"
#: Before a key: whether the step has come to whoever is told, or gone from them. An earlier version
#: noted neither.
COME, GONE = "+", "-"


def with_owner_changes(case: Case, around: Around, desk: Desk) -> Case:
    """The case, remembering whose each open step is, and owing it to those for whom that is new."""
    if case.status != Status.OPEN or case.joined_to:
        return case
    news: dict[str, list[_Looked]] = {}
    for follow_up in case.follow_ups:
        owners = owners_of(follow_up, case, around, desk) if follow_up.is_open else []
        # Nobody may know of it yet, or all who might are gone: it was last theirs.
        if not owners:
            continue
        looked = _Looked(follow_up, owners)
        for id in _who_hears(looked, case, around):
            news.setdefault(id, []).append(looked)
        whose = tuple(person.id for person in owners)
        if whose != follow_up.whose:
            case = case.with_follow_up(replace(follow_up, whose=whose))
    for id, changes in news.items():
        case = case.owe(_notice(case, id, changes, desk))
    return case


@dataclass(frozen=True, slots=True)
class _Looked:
    """A step as it was last looked at, and whose it is now."""

    step: FollowUp
    owners: Sequence[Person]

    @property
    def ids(self) -> Sequence[str]:
        return [person.id for person in self.owners]

    def marked_for(self, id: str) -> str:
        """The step's key, with what has become of it for somebody."""
        return (COME if id in self.ids else GONE) + self.step.key


def _who_hears(looked: _Looked, case: Case, around: Around) -> list[str]:
    """Ids of those for whom it is new whose a step is."""
    if not looked.step.whose:
        return _who_hears_of_new(looked, case, around)
    if tuple(looked.ids) != looked.step.whose:
        return _who_hears_of_change(looked, case, around)
    return [id for id in looked.ids if _is_passed_over(id, case)]


def _who_hears_of_new(looked: _Looked, case: Case, around: Around) -> list[str]:
    """Whose a step is that was not there before, or that nobody might know of; but for those who
    hear of it otherwise.
    """
    step = looked.step
    entry = case.chronology[-1]
    is_of_entry = opened_by(step, entry)
    is_told_with_entry = is_of_entry and entry.what in OPENING
    if is_told_with_entry or step.told >= 0 or not _is_somebodys(step, case):
        return []
    heard = []
    for id in looked.ids:
        # Whoever has called for it reads that in the answer.
        is_their_own = is_of_entry and id == entry.by
        if not is_their_own and not _hears_of_case(id, case, around, step.opened_at):
            heard.append(id)
    return heard


def _is_somebodys(step: FollowUp, case: Case) -> bool:
    """Whether it is anybody's in particular: what is whoever's who takes the case is not."""
    return bool(step.owner != OWNER or step.person or case.owner)


def _who_hears_of_change(looked: _Looked, case: Case, around: Around) -> list[str]:
    """Those who have it now, and those who had it; not who did that."""
    before = _as_they_are_now(looked.step.whose, around)
    gave = _given_by_last_entry(looked.step, case)
    heard = []
    for id in looked.ids:
        if id in before:
            is_news = _is_passed_over(id, case)
        else:
            is_told = id == gave.to or _hears_of_case(id, case, around)
            is_news = not is_told and not _is_about_to_hear(id, looked.step, case)
        if is_news:
            heard.append(id)
    for id in before:
        is_lost = id not in looked.ids and gave.takes_from(id)
        if is_lost and not _never_heard(id, looked.step, case):
            heard.append(id)
    return heard


def _never_heard(id: str, step: FollowUp, case: Case) -> bool:
    """Whether what was to tell somebody that a step is theirs has not gone out yet."""
    return any(_tells_of(notice, step, case) for notice in _waiting_for(id, case))


def _tells_of(notice: Notice, step: FollowUp, case: Case) -> bool:
    """Whether a notice says to its reader that a step has become theirs."""
    if notice.kind != NoticeKind.STEPS:
        return False
    first, *keys = notice.step.split()
    if first == HANDS:
        return COME + step.key in keys
    # That a step was put off says that it was theirs before.
    is_news = case.chronology[int(first)].what != EntryKind.POSTPONED
    return is_news and step.key in keys and not _has_acted_after(notice.to, int(first), case)


def _has_acted_after(id: str, number: int, case: Case) -> bool:
    """Whether somebody did something with a case after an entry, and so saw what came of that."""
    return any(entry.by == id for entry in case.chronology[number + 1 :])


def _is_about_to_hear(id: str, step: FollowUp, case: Case) -> bool:
    """Whether somebody is to hear already that a step has come to them, or gone from them."""
    marks = {COME + step.key, GONE + step.key}
    for notice in _waiting_for(id, case):
        if notice.kind == NoticeKind.STEPS:
            first, *keys = notice.step.split()
            if first == HANDS and not marks.isdisjoint(keys):
                return True
    return False


def _waiting_for(id: str, case: Case) -> list[Notice]:
    """What has not gone out to somebody yet."""
    return [notice for notice in case.notices if notice.to == id and notice.settled is None]


def _as_they_are_now(ids: Sequence[str], around: Around) -> list[str]:
    """Ids of people who are known, also where two accounts became one person since."""
    known = [around.people.get(id) for id in ids]
    return [person.id for person in known if person]


@dataclass(frozen=True, slots=True)
class _Given:
    """Ids of who gave a step and of who was given it; nothing where the last entry gives none."""

    by: str = ""
    to: str = ""
    #: Nobody had taken its case before: whoever had the step by their role loses nothing.
    is_first: bool = False

    def takes_from(self, id: str) -> bool:
        """Tell whether it is news to somebody that they lost a step: not to whoever gave it."""
        return id != self.by and not self.is_first


def _given_by_last_entry(step: FollowUp, case: Case) -> _Given:
    entry = case.chronology[-1]
    to = entry.details.get("to", "")
    if entry.what == EntryKind.STEP_GIVEN:
        return _Given(entry.by, to) if entry.details.get("step") == step.what else _Given()
    if entry.what not in OWNERSHIP or step.owner != OWNER or step.person:
        return _Given()
    earlier = [each for each in case.chronology if each.what in OWNERSHIP]
    return _Given(entry.by, to, is_first=len(earlier) == 1)


def _hears_of_case(id: str, case: Case, around: Around, since: datetime | None = None) -> bool:
    """Whether the case itself, with its steps, is on its way to somebody, or was told them from a
    time on (UTC).
    """
    is_owned = any(part.owner for part in around.matter(case))
    for notice in case.notices:
        if notice.to != id or notice.kind not in THAT_THERE_IS_A_CASE | {NoticeKind.GIVEN}:
            continue
        if notice.settled is None:
            if not _comes_to_nothing(notice, case, is_owned=is_owned):
                return True
        elif since and notice.message and notice.settled >= since:
            return True
    return False


def _comes_to_nothing(notice: Notice, case: Case, *, is_owned: bool) -> bool:
    """Whether what has not gone out yet will not go out, as the case is now."""
    match notice.kind:
        case NoticeKind.ALERT:
            return case.urgent or is_owned
        case NoticeKind.URGENT:
            return notice.stage > 0 and is_owned
    return case.owner != notice.to


def _is_passed_over(id: str, case: Case) -> bool:
    """Whether the last entry gives the case to another, and all that would have told this person
    of it comes to nothing by that.
    """
    is_given_to_another = case.chronology[-1].what in OWNERSHIP and case.owner != id
    has_acted = id in {entry.by for entry in case.chronology}
    if not is_given_to_another or has_acted:
        return False
    return _has_alerts_for_nothing(id, case)


def _has_alerts_for_nothing(id: str, case: Case) -> bool:
    """Whether somebody was to be told that there is the case, and will not be."""
    is_on_the_way = False
    for notice in case.notices:
        if notice.to != id or notice.kind not in THAT_THERE_IS_A_CASE:
            continue
        if notice.message:
            return False
        if notice.settled is None:
            if not _comes_to_nothing(notice, case, is_owned=True):
                return False
            is_on_the_way = True
    return is_on_the_way


def _notice(case: Case, person: str, changes: Sequence[_Looked], desk: Desk) -> Notice:
    keys = " ".join(looked.marked_for(person) for looked in changes)
    at = desk.now().isoformat()
    if _is_passed_over(person, case):
        # An entry brings this once, however often it is worked out what follows from it.
        at = str(len(case.chronology))
    key = f"{case.reference} hands {at} {keys} {person}"
    steps = [looked.step for looked in changes]
    return step_notice_of(key, person, f"{HANDS} {keys}", steps, desk)
