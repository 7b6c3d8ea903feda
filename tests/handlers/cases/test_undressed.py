"""Whatever others do, and in whatever order: what its sender calls a child undressed is never asked for."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.outbox.fetcher import Fetcher
from handlers import reception
from handlers.desk import Desk
from handlers.messages import Attachment, Incoming, Sender
from store.model.records import Role
from tests.desks import Time, desk_in
from tests.store import made
from tests.store.made import MINUTE, NOW

ROLES = {
    "asha": Role.STAFF,
    "gita": Role.STAFF,
    "ben": Role.HEAD,
    "dev": Role.ICT,
    "lena": Role.LEADER,
}
OTHERS = ("threat", "bullying", "unsuitable-site", "other")


class Chat:
    """A front-end that only says what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        self.asked.append(pointer["of"])
        yield b"bytes"


class Play:
    """A school in which everybody but the safeguarding lead does as they like."""

    def __init__(self, desk: Desk, time: Time) -> None:
        self.desk, self.time = desk, time
        self.chat = Chat()
        self.fetcher = Fetcher(desk, {"slack": self.chat})  # type: ignore[dict-item]
        self.numbers = itertools.count(1)

    async def sends(self, name: str, album: str | None = None) -> None:
        number = next(self.numbers)
        picture = Attachment("picture", {"of": name, "id": str(number)}, size=5)
        await self._in(name, attachments=(picture,), album=album and f"slack:album:{name}:{album}")

    async def types(self, name: str, words: str) -> None:
        await self._in(name, command=words)

    async def _in(self, name: str, **more: Any) -> None:
        source = f"slack:T1:D:{next(self.numbers)}"
        sender = Sender(f"slack:T1:{name}", name)
        await reception.receive(
            Incoming(source, sender, "slack:D", self.time.now, **more), self.desk
        )

    async def cases(self) -> list[str]:
        found = sorted(await self.desk.store.summaries(), key=lambda s: (s.opened_at, s.reference))
        return [summary.reference for summary in found]


deeds = st.one_of(
    st.tuples(
        st.just("sends"), st.sampled_from(["asha", "gita"]), st.sampled_from([None, "1", "2"])
    ),
    st.tuples(
        st.just("kind"), st.sampled_from(["gita", "ben", "dev", "lena"]), st.sampled_from(OTHERS)
    ),
    st.tuples(st.just("says it"), st.just("asha"), st.none()),
    st.tuples(
        st.sampled_from(["urgent", "apart", "take", "close", "reopen"]),
        st.sampled_from(list(ROLES)),
        st.none(),
    ),
    st.tuples(st.sampled_from(["join", "same"]), st.sampled_from(list(ROLES)), st.none()),
    st.tuples(st.just("minutes"), st.none(), st.sampled_from([0, 1, 5, 60])),
)


WORDS = {
    "kind": "case category {a} {what}",
    "says it": "case category {a} child-undressed",
    "join": "case join {a} to {b}",
    "same": "case same {a} {b}",
    "close": "case close {a} other because x",
    "reopen": "case reopen {a} other because x",
}


@settings(max_examples=60, deadline=None, database=None)
@example(  # joined by its sender to a case of which only a leader has said what it is
    done=[
        (("kind", "ben", "threat"), 0, 0),
        (("minutes", None, 5), 0, 0),
        (("sends", "asha", None), 0, 0),
        (("same", "asha", None), 1, 0),
        (("same", "asha", None), 0, 1),
    ]
)
@given(done=st.lists(st.tuples(deeds, st.integers(0, 9), st.integers(0, 9)), max_size=14))
async def test_whatever_anybody_does(done: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        time = Time(NOW)
        desk = desk_in(Path(folder), time)
        for name, role in ROLES.items():
            await desk.store.add_person(made.person(name, roles=(role,)))
        play = Play(desk, time)
        await play.sends("asha", "1")
        for (deed, who, what), first, second in done:
            references = await play.cases()
            a, b = references[first % len(references)], references[second % len(references)]
            if deed == "sends":
                await play.sends(who, what)
            elif deed == "minutes":
                time.now += what * MINUTE
            else:
                sayer = "asha" if deed == "says it" else who
                words = WORDS.get(deed, "case {deed} {a}")
                await play.types(sayer, words.format(deed=deed, a=a, b=b, what=what))
            await play.fetcher.tick()
        for reference in await play.cases():
            await play.types("asha", f"case category {reference} child-undressed")
        await play.fetcher.tick()
        await desk.store.close()
        assert "asha" not in play.chat.asked
