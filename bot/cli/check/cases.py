"""Cases that nobody may look after, and notices that did not arrive."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from bot.chats import CHATS
from bot.cli.check.finding import Looked
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.pause import pause_ends
from handlers.text.words import ago, counted, listed, shortened
from store.model.kinds import REPLACING, NoticeKind, NoticeResult
from store.model.records import Notice, Person, Role, Status, Summary

UNDELIVERED = "case {reference}: {messages} could not be delivered to {name}. Invite them again."
LOOSE = (
    "{messages} about no case (such as a digest) could not be delivered to {name}. "
    "Invite them again."
)
UNHEARD = (
    "the last new case could not be told in {channel}, which LEADERSHIP_CHANNEL names. "
    "Is the bot there? {how_to_let_in}. And is the number right?"
)
HOW_TO_LET_IN = "in {chat}: {how}"
LATE = (
    "{messages} should have been sent, the oldest {age}. Is the bot running, and has it a network?"
)
NOBODY = (
    "case {reference}: nobody who could look after it may know of it, so nobody has been told. "
    "Invite somebody: headsup invite NAME --role {role}"
)

LOST_CATEGORY = (
    "{references}: “{key}” is no category of procedure.toml any more, so nobody is told of what is "
    "to be done. Put it back there, or have a leader say what it is: /case category {first}"
)

#: A notice is tried every minute, so one that is still waiting after this time is not being sent.
LATE_AFTER = timedelta(minutes=15)


def seen_by_nobody(looked: Looked) -> Iterator[str]:
    """Open cases that nobody may look after: whoever could is who they are about."""
    summaries = {case.reference: case.summary for case in looked.cases}
    for root in summaries.values():
        # What was joined to another case is looked after with that one.
        is_joined = root.joined_to in summaries
        if root.status != Status.OPEN or is_joined:
            continue
        matter = _matter(root, summaries.values())
        if not _somebody_may_own(root, matter, looked):
            yield NOBODY.format(reference=root.reference, role=_role_to_invite(matter))


def without_category(looked: Looked) -> Iterator[str]:
    """Open cases of a category that the procedure no longer has."""
    if looked.procedure is None:
        return
    lost: dict[str, list[str]] = {}
    for case in looked.cases:
        is_lost = case.category and looked.procedure.named(case.category) is None
        if is_lost and case.status == Status.OPEN:
            lost.setdefault(str(case.category), []).append(case.reference)
    for key, references in sorted(lost.items()):
        named = "case" if len(references) == 1 else "cases"
        yield LOST_CATEGORY.format(
            references=f"{named} {listed(references)}", key=shortened(key, 40), first=references[0]
        )


def _matter(root: Summary, everything: Collection[Summary]) -> list[Summary]:
    """A case with all that was joined to it, and to that in turn."""
    matter = [root]
    # It grows while it is gone through.
    for part in matter:
        for summary in everything:
            if summary.joined_to == part.reference and summary not in matter:
                matter.append(summary)
    return matter


def _somebody_may_own(root: Summary, matter: Sequence[Summary], looked: Looked) -> bool:
    """Whether anybody may look after it, once leaders may see it at all."""
    if looked.procedure is None:
        return True
    at = max(looked.now, pause_ends(root, matter))
    for person in looked.people:
        relations = access.relations(person, root, matter, looked.procedure, at)
        if access.may_with(person, Act.OWN, relations):
            return True
    return False


def _role_to_invite(matter: Sequence[Summary]) -> Role:
    """Whoever stands above the headteacher where it is about the headteacher."""
    return Role.CHAIR if access.is_about_head(matter) else Role.HEAD


def undelivered(looked: Looked) -> Iterator[str]:
    """Notices that were given up, of each case, and of no case."""
    for case in looked.cases:
        for receiver, number in _failures(case.notices).items():
            name = _name(receiver, looked.people)
            yield UNDELIVERED.format(
                reference=case.reference, messages=_messages(number), name=name
            )
    for receiver, number in _failures(looked.notices).items():
        yield LOOSE.format(messages=_messages(number), name=_name(receiver, looked.people))


def _messages(number: int) -> str:
    return counted(number, "message")


def unheard(looked: Looked) -> Iterator[str]:
    """Leadership channels that did not take what they were told last.

    Notices are asked, since a bot may not ask Slack where it is a member.
    """
    told: list[tuple[datetime, Notice]] = []
    for case in looked.cases:
        for notice in case.notices:
            if notice.kind == NoticeKind.CHANNEL and notice.settled:
                told.append((notice.settled, notice))
    told.sort(key=itemgetter(0))

    last: dict[str, str] = {}
    for _, notice in told:
        if notice.result in (NoticeResult.SENT, NoticeResult.FAILED):
            last[notice.to] = notice.result

    for address in looked.channel_addresses:
        if last.get(str(address)) == NoticeResult.FAILED:
            yield UNHEARD.format(channel=address.place, how_to_let_in=_how_to_let_in())


def _how_to_let_in() -> str:
    """How a channel of each chat lets the bot in: `In Slack: …; in Telegram: …`."""
    ways = (
        HOW_TO_LET_IN.format(chat=chat.platform.label, how=chat.how_to_let_in) for chat in CHATS
    )
    words = "; ".join(ways)
    return words[0].upper() + words[1:]


def late(looked: Looked) -> Iterator[str]:
    """Notices whose time has come, and that wait for nothing but the bot."""
    everything = list(looked.notices)
    for case in looked.cases:
        everything += case.notices

    latest = looked.now - LATE_AFTER
    due: list[datetime] = []
    for notice in everything:
        is_waiting = notice.settled is None and not notice.waits
        if is_waiting and notice.due < latest:
            due.append(notice.due)
    if due:
        age = ago(looked.now - min(due))
        yield LATE.format(messages=_messages(len(due)), age=age)


def _failures(notices: Sequence[Notice]) -> dict[str, int]:
    """How many notices could not be delivered, by receiver, the first one first."""
    failures: dict[str, int] = {}
    for notice in notices:
        if notice.result != NoticeResult.FAILED:
            continue
        # Channels have a check of their own; what could not be replaced tells nobody anything new.
        if notice.kind in {NoticeKind.CHANNEL, *REPLACING}:
            continue
        failures[notice.to] = failures.get(notice.to, 0) + 1
    return failures


def _name(receiver: str, people: Sequence[Person]) -> str:
    for person in people:
        if receiver in person.ids:
            return person.name
    return receiver
