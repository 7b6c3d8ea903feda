"""Whom a notice can reach, and who may be told something of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from handlers.desk import Desk
from handlers.rules import access
from handlers.rules.access import Act
from store.model.address import Address, platforms_of
from store.model.records import Person, Summary


def may_be_told(
    person: Person, matter: Sequence[Summary], desk: Desk, at: datetime | None = None
) -> bool:
    """Whether a notice about a case can reach this person, who may see all of it at a time (UTC);
    without one, now.
    """
    return bool(who_may_be_told([person], matter, desk, at))


def who_may_be_told(
    people: Iterable[Person], matter: Sequence[Summary], desk: Desk, at: datetime | None = None
) -> list[Person]:
    """Those of these people who `may_be_told`, in their order."""
    reached = [p for p in people if access.may(p, Act.WORK) and reachable(p, desk)]
    return access.inside(reached, matter, desk.procedure, at or desk.now())


def reachable(person: Person, desk: Desk) -> bool:
    """Whether one of the chats that are running, or mail, reaches this person."""
    return not desk.platforms.isdisjoint(platforms_of(person.accounts))


def can_answer(person: Person, desk: Desk) -> bool:
    """Whether this person can say something in one of the chats that are running: not by mail."""
    addresses = [Address.parse(account) for account in person.accounts]
    return any(a.platform in desk.platforms and not a.is_send_only for a in addresses)


def is_by_mail_alone(person: Person) -> bool:
    """Whether somebody is told what is owed, and cannot answer it."""
    return bool(person.accounts) and all(Address.parse(a).is_send_only for a in person.accounts)


def is_reached(person: Person, desk: Desk) -> bool:
    """Whether one of the chats that reach this person takes the bot's token."""
    return not (desk.platforms - desk.cut_off()).isdisjoint(platforms_of(person.accounts))


def is_above(person: Person, matter: Sequence[Summary], desk: Desk) -> bool:
    """Whether this person may hear that something is overdue, without seeing the case."""
    if not reachable(person, desk):
        return False
    relations = access.relations(person, matter[0], matter, desk.procedure, desk.now())
    return access.may_with(person, Act.HEAR, relations)
