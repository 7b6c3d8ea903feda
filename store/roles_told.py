"""What the log of roles tells of people, compared with what their records say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.model.invitations import Invitation
from store.model.kinds import RoleChangeKind
from store.model.memos import RoleChange, RoleWish
from store.model.records import Person

NOT_GIVEN = "has the role {roles}, which the log of roles does not give."
NOT_TAKEN = "lacks the role {roles}, which the log of roles gives."
NOT_THEIRS = "has the account {accounts}, of which the log of roles does not say that it was added."

#: What happened to roles, after which they are as the log says.
_OF_ROLES = frozenset(
    {
        RoleChangeKind.FOUND,
        RoleChangeKind.JOINED,
        RoleChangeKind.GIVEN,
        RoleChangeKind.TAKEN,
    }
)


@dataclass(frozen=True, slots=True)
class RolesKept:
    """All that a store keeps of roles."""

    people: Sequence[Person]
    changes: Sequence[RoleChange]
    wishes: Sequence[RoleWish]
    invitations: Sequence[Invitation]


def find_untold(kept: RolesKept) -> Iterator[tuple[str, str]]:
    """The id of each person whose roles or accounts the log does not give, and what is wrong.

    Of what was before the log had begun, nothing is wrong.
    """
    has_begun = any(change.what == RoleChangeKind.BEGAN for change in kept.changes)
    under_way = _under_way(kept)
    for person in kept.people:
        if under_way.isdisjoint(person.ids):
            for what in _find_untold_of(person, kept.changes, has_begun):
                yield person.id, what


def last_roles(person: str, changes: Sequence[RoleChange]) -> tuple[str, ...]:
    """The roles that somebody with this id has by the log; none where it does not tell."""
    own = [each for each in changes if each.person == person and each.what in _OF_ROLES]
    return max(own, key=lambda change: change.at).after if own else ()


def _find_untold_of(
    person: Person, all_changes: Sequence[RoleChange], has_begun: bool
) -> Iterator[str]:
    """What the log does not give of one person; `has_begun`: the log tells when it began."""
    changes = [change for change in all_changes if change.person in person.ids]
    # Of another record that became theirs, the roles did not.
    own = [each for each in changes if each.person == person.id and each.what in _OF_ROLES]
    if own or has_begun:
        yield from _compare_roles(person, own)
    if has_begun:
        yield from _compare_accounts(person, changes)


def _under_way(kept: RolesKept) -> set[str]:
    """Ids of those whose roles are being changed: it is kept first, and then done."""
    ids = {wish.person for wish in kept.wishes}
    unused = {f"joined {invitation.key}" for invitation in kept.invitations}
    ids.update(change.person for change in kept.changes if change.id in unused)
    return ids


def _compare_roles(person: Person, own: list[RoleChange]) -> Iterator[str]:
    last = max((change.at for change in own), default=None)
    # Two at the same moment are in no order.
    told = [set(change.after) for change in own if change.at == last] or [set[str]()]
    has = set(person.roles)
    if has in told:
        return
    more, less = has - told[-1], told[-1] - has
    if more:
        yield NOT_GIVEN.format(roles=", ".join(sorted(more)))
    if less:
        yield NOT_TAKEN.format(roles=", ".join(sorted(less)))


def _compare_accounts(person: Person, changes: list[RoleChange]) -> Iterator[str]:
    told: set[str] = set()
    for change in changes:
        if change.what != RoleChangeKind.NOT_THEIRS:
            told.update(change.account.split())
    more = set(person.accounts) - told
    if more:
        yield NOT_THEIRS.format(accounts=", ".join(sorted(more)))
