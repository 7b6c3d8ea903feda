"""Whatever the head and friends try, nobody becomes somebody else; and nothing happens without a trace."""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Incoming, Sender
from handlers.rules.limits import Limits
from handlers.sweep import sweep
from store.model.memos import RoleChange, RoleWish
from store.model.records import Person, Role
from tests.desks import Time, desk_in
from tests.handlers.shown import words_in
from tests.store.made import NOW

SLACK = frozenset({"slack"})
KNOWN = {
    "ben": ("Ben Okafor", Role.HEAD),
    "asha": ("Asha Patel", Role.STAFF),
    "cleo": ("Cleo Martin", Role.DSL),
    "efua": ("Efua Mensah", Role.CHAIR),
}
#: Those who try; the safeguarding lead and the chair look on, and say Yes to nothing.
WHO = st.sampled_from(["ben", "ben", "ben", "asha", "friend", "second"])
NAMES = st.sampled_from([*(name for name, _ in KNOWN.values()), "Hana Lee", "cleo  martin", "Efua"])
ROLES = st.sampled_from(["chair", "chair", "dsl", "dsl", "head", "staff", "leader"])
IDS = st.sampled_from(list(KNOWN))
ACTS = st.one_of(
    st.builds("people invite {} as {}".format, NAMES, ROLES),
    st.builds("people invite a phone for {}".format, NAMES),
    st.builds("people-further {}".format, IDS),
    st.builds("people give {} the role {}".format, NAMES, ROLES),
    st.builds("people take {} the role {}".format, NAMES, ROLES),
    st.builds("people-change given {} {}".format, IDS, ROLES),
    st.builds("people-change taken {} {}".format, IDS, ROLES),
    st.just("join {code}"),
    st.just("join {code}"),
    st.just("people-me {key}"),
    st.just("people-not-me {key}"),
    st.just("people-agree {key}"),
    st.just("people-cancel {key}"),
)


class Tries:
    """A school, and what its people have read of codes and keys."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.codes = ["none"]
        self.numbers = itertools.count()

    async def enrol(self) -> None:
        for id, (name, role) in KNOWN.items():
            account = f"slack:T1:{id}"
            await self.desk.store.add_person(
                Person(id, name, (role,), (account,), NOW, invited=True)
            )

    async def does(self, who: str, act: str, choice: int) -> None:
        code = self.codes[choice % len(self.codes)]
        keys = [invitation.key for invitation in await self.desk.store.invitations()]
        keys += [wish.id for wish in await self.desk.store.memos(RoleWish)]
        key = sorted(keys)[choice % len(keys)] if keys else "none"
        incoming = Incoming(
            source=f"slack:T1:D{who}:{next(self.numbers)}",
            sender=Sender(f"slack:T1:{who}", who.title()),
            place=f"slack:D{who}",
            at=NOW,
            command=act.format(code=code, key=key),
        )
        reply = await reception.receive(incoming, self.desk)
        if reply:
            self.codes += re.findall(r"/headsup join (\w{26})", "\n".join(words_in(reply)))

    async def holders(self, role: str) -> dict[str, tuple[str, ...]]:
        return {person.id: person.accounts for person in await self.desk.store.having((role,))}


async def _tried(acts: list[tuple[str, str, int]], folder: Path) -> None:
    desk = replace(
        desk_in(folder, Time(NOW)), limits=Limits(acts=10_000, codes=10_000), platforms=SLACK
    )
    school = Tries(desk)
    await school.enrol()
    for who, act, choice in acts:
        await school.does(who, act, choice)
        assert await school.holders(Role.CHAIR) == {"efua": ("slack:T1:efua",)}
        assert await school.holders(Role.DSL) == {"cleo": ("slack:T1:cleo",)}
        await _all_is_kept(desk)
    before = await desk.store.people()
    await sweep(desk)
    assert await desk.store.people() == before
    await desk.store.close()


async def _all_is_kept(desk: Desk) -> None:
    """What is kept of changes leads from how it began to how it is."""
    roles = {id: {role} for id, (_, role) in KNOWN.items()}
    accounts = {id: {f"slack:T1:{id}"} for id in KNOWN}
    for change in await desk.store.memos(RoleChange):
        if change.what in ("given", "joined"):
            roles.setdefault(change.person, set()).update(map(Role, change.roles))
        elif change.what == "taken":
            roles[change.person] -= set(map(Role, change.roles))
        if change.what in ("joined", "account"):
            accounts.setdefault(change.person, set()).add(change.account)
    for person in await desk.store.people():
        assert set(person.roles) == roles[person.id]
        assert set(person.accounts) <= accounts[person.id]


@settings(max_examples=60, deadline=None, database=None)
@given(acts=st.lists(st.tuples(WHO, ACTS, st.integers(0, 9)), min_size=20, max_size=40))
def test_whatever_a_head_and_friends_try_the_chair_stays(acts: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_tried(acts, Path(folder)))
