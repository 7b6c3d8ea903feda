"""Cases that nobody may look after, and notices that did not arrive."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from bot.cli.check.chats import addresses
from bot.cli.check.finding import Looked
from handlers.rules import access
from handlers.rules.access import Act
from store.model.address import Address
from store.model.kinds import NoticeKind, NoticeResult
from store.model.records import Notice, Person, Role, Status, Subject, Summary

UNDELIVERED = (
    "case {reference}: {number} notices could not be delivered to {name}. Invite them again."
)
LOOSE = "{number} notices of no case (digests, duties) could not be delivered to {name}. Invite them again."
UNHEARD = (
    "the last new case could not be told in {channel}, which LEADERSHIP_CHANNEL names. Is the bot there? "
    "In Slack: /invite @heads-up; in Telegram: add it to the group. And is the number right?"
)
LATE = "{number} notices should have been sent, the oldest {minutes} minutes ago. Is the bot running, with a network?"
NOBODY = (
    "case {reference}: nobody who could look after it may know of it, so nobody has been told. "
    "Invite somebody: headsup invite NAME --role {role}"
)
LATE_AFTER = timedelta(minutes=15)


def seen_by_nobody(looked: Looked) -> Iterator[str]:
    """Open cases that nobody may look after: whoever could is who they are about."""
    if looked.procedure is None:
        return
    summaries = {case.reference: case.summary for case in looked.cases}
    for root in summaries.values():
        if root.status == Status.OPEN and root.joined_to not in summaries:
            matter = _matter(root, summaries.values())
            if not any(
                access.may_with(p, Act.OWN, access.relations(p, root, matter, looked.procedure))
                for p in looked.people
            ):
                about_head = any(s.about and s.about.subject == Subject.HEAD for s in matter)
                role = Role.CHAIR if about_head else Role.HEAD
                yield NOBODY.format(reference=root.reference, role=role)


def _matter(root: Summary, everything: Collection[Summary]) -> list[Summary]:
    matter = [root]
    for part in matter:
        matter += [s for s in everything if s.joined_to == part.reference and s not in matter]
    return matter


def undelivered(looked: Looked) -> Iterator[str]:
    """Notices that were given up; and those of no case that were, since the last one that arrived."""
    for case in looked.cases:
        for to, number in _failed(case.notices):
            yield UNDELIVERED.format(
                reference=case.reference, number=number, name=_name(to, looked.people)
            )
    for to, number in _failed(looked.notices):
        yield LOOSE.format(number=number, name=_name(to, looked.people))


def unheard(looked: Looked) -> Iterator[str]:
    """Leadership channels that did not take what they were told last. A bot may not ask Slack where it is a member."""
    told = [
        n
        for case in looked.cases
        for n in case.notices
        if n.kind == NoticeKind.CHANNEL and n.settled
    ]
    last = {
        n.to: n.result
        for n in sorted(told, key=lambda n: n.settled or n.due)
        if n.result in (NoticeResult.SENT, NoticeResult.FAILED)
    }
    for channel in addresses(looked):
        if last.get(channel) == NoticeResult.FAILED:
            yield UNHEARD.format(channel=Address.parse(channel).place)


def late(looked: Looked) -> Iterator[str]:
    """Notices whose time has come, and that wait for nothing but the bot."""
    everything = [notice for case in looked.cases for notice in case.notices] + list(looked.notices)
    due = [
        n.due
        for n in everything
        if n.settled is None and not n.waits and n.due < looked.now - LATE_AFTER
    ]
    if due:
        minutes = (looked.now - min(due)) // timedelta(minutes=1)
        yield LATE.format(number=len(due), minutes=minutes)


def last_digest(looked: Looked) -> datetime | None:
    """When the last weekly digest was sent."""
    return max(
        (
            n.settled
            for n in looked.notices
            if n.kind == NoticeKind.DIGEST and n.result == NoticeResult.SENT and n.settled
        ),
        default=None,
    )


def _failed(notices: Sequence[Notice]) -> Iterator[tuple[str, int]]:
    """To whom, and how many."""
    failed = [
        n.to
        for n in notices
        if n.result == NoticeResult.FAILED
        and n.kind not in (NoticeKind.CHANNEL, NoticeKind.WITHDRAW)
    ]
    yield from ((to, failed.count(to)) for to in dict.fromkeys(failed))


def _name(to: str, people: Sequence[Person]) -> str:
    return next((person.name for person in people if to in person.ids), to)
