"""Every command and button's value, with anything behind it: a sentence in every chat, and the next thing works."""

from __future__ import annotations

import itertools
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.render import render as in_slack
from bot.telegram.render import Page
from bot.telegram.render import render as in_telegram
from bot.terminal.draw import lines as in_terminal
from handlers.commands import Command
from handlers.desk import Desk
from handlers.menu import COMMANDS
from handlers.messages import Attachment, Choices, Forwarded, Incoming, Origin, Reply, Sender
from handlers.reception import receive
from store.model.records import Person, Role
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.desks import Time, desk_in
from tests.doubles import slack_blocks, telegram_text
from tests.fuzz.nasty import LINKS, WORDS, examples, words

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
PEOPLE = {
    "asha": Role.STAFF,
    "ben": Role.HEAD,
    "cleo": Role.DSL,
    "dev": Role.ICT,
    "efua": Role.CHAIR,
}
NUMBERS = itertools.count()
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
IN_MEMORY = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None


class School:
    """A desk with people, and a case of Asha's."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.reference = ""
        self.values: set[str] = set()  # of every button that was ever shown

    async def say(self, who: str, text: str = "", **more: Any) -> Reply | None:
        incoming = Incoming(
            f"slack:{next(NUMBERS)}", Sender(f"slack:{who}", who), f"slack:D{who}", NOW, text=text
        )
        reply = await receive(replace(incoming, **more), self.desk)
        if reply:
            self._must_be_drawable(reply)
        return reply

    def _must_be_drawable(self, reply: Reply) -> None:
        """Each chat takes it as it is drawn there, and no chat shows a traceback."""
        for message in in_slack(reply):
            slack_blocks.check_message(message.blocks)
        for page in in_telegram(reply):
            if isinstance(page, Page):
                telegram_text.read(page.html, "HTML")
                telegram_text.markup(page.markup or None)
        drawn = "\n".join(line.text for line in in_terminal(reply))
        assert "Traceback" not in drawn
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", drawn)
        drawn.encode()
        for part in reply.parts:
            if isinstance(part, Choices):
                self.values.update(option.command for option in part.options)

    async def works(self) -> None:
        """The next report is kept, and can be read."""
        number = next(NUMBERS)
        text = f"They call the kitchen filthy, number {number}"
        assert await self.say("gita", text)
        [kept] = [
            s for s in await self.desk.store.summaries() if f"slack:{number + 1}" in s.sources
        ]
        case = await self.desk.store.case(kept.reference)
        assert text in [item.text for item in case.evidence]
        assert await self.say("ben", command=f"case {kept.reference}")


@asynccontextmanager
async def school() -> AsyncIterator[School]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        desk = desk_in(Path(name), Time(NOW))
        for person, role in {**PEOPLE, "gita": Role.STAFF}.items():
            await desk.store.add_person(
                Person(person, person.title(), (role,), (f"slack:{person}",), NOW)
            )
        made = School(desk)
        await made.say("asha", "They say Mr Ahmed shouts https://example.org/1")
        [summary] = await desk.store.summaries()
        made.reference = summary.reference
        yield made
        await made.works()
        await desk.store.close()
        assert list(verify(Path(name) / "data", Walk())) == []


typed = st.sampled_from([c for c in COMMANDS.all if c.name != "policy print"])
people = st.sampled_from([*PEOPLE])


@st.composite
def arguments(draw: st.DrawFn) -> str:
    """What stands behind a command: its case, words of its own, or anything."""
    some = st.one_of(
        st.just("REFERENCE"),
        words,
        st.sampled_from(
            [
                "to",
                "because",
                "head",
                "id ben",
                "removed",
                "7K4M",
                "99",
                "page 2",
                "yes",
                "tomorrow",
            ]
        ),
    )
    return draw(st.sampled_from([" ", "\n", "  "])).join(draw(st.lists(some, max_size=4)))


@examples(12)
@given(data=st.data())
async def test_every_command_takes_anything(data: st.DataObject) -> None:
    async with school() as made:
        for _ in range(25):
            command: Command = data.draw(typed)
            behind = data.draw(arguments()).replace("REFERENCE", made.reference)
            line = f"{command.name} {behind}"
            way = data.draw(st.sampled_from(["command", "slash", "bare"]))
            who = data.draw(people)
            reply = await (
                made.say(who, command=line)
                if way == "command"
                else made.say(who, f"/{line}" if way == "slash" else line)
            )
            assert reply is not None


@examples(8)
@given(data=st.data())
async def test_every_buttons_value_may_be_tampered_with(data: st.DataObject) -> None:
    async with school() as made:
        for who in PEOPLE:
            for command in (
                "help",
                "case",
                f"case {made.reference}",
                "case list",
                "case overdue",
                "people",
                "duty",
            ):
                await made.say(who, command=command)
        for _ in range(25):
            which, where = data.draw(st.integers(0, 10_000)), data.draw(st.integers(0, 100))
            value = sorted(made.values)[which % len(made.values)]
            at = where % (len(value) + 1)
            put = data.draw(st.one_of(st.just(""), st.characters(), st.sampled_from(WORDS)))
            cut = data.draw(st.integers(0, 6))
            assert (
                await made.say(data.draw(people), command=value[:at] + put + value[at + cut :])
                is not None
            )


@examples(15)
@given(data=st.data())
async def test_every_message_takes_anything(data: st.DataObject) -> None:
    """Words, links, forwarded posts and attachments, of whatever kind, name and size."""
    async with school() as made:
        for _ in range(10):
            text = data.draw(words)
            size = data.draw(st.sampled_from([None, 0, -1, 1, 10**6, 2**70]))
            origin = Origin("hidden person", text, text, text, text, text, None, text)
            file = Attachment(
                data.draw(st.sampled_from(["picture", "video", "audio", "file"])),
                {"file": text, text: text},
                name=text,
                media_type=text,
                size=size,
                origin=origin,
            )
            forwarded = Forwarded(text, origin, (text,))
            reply = await made.say(
                data.draw(people),
                text,
                links=tuple(data.draw(st.lists(words, max_size=3))),
                attachments=(file,) * data.draw(st.integers(0, 3)),
                forwarded=(forwarded,) * data.draw(st.integers(0, 3)),
                album=data.draw(st.none() | words),
                edits=data.draw(st.none() | words),
                source=f"slack:{next(NUMBERS)}{text}",
            )
            assert reply is not None


@pytest.mark.parametrize("who", PEOPLE)
async def test_every_command_alone_and_with_each_nasty_word(who: str) -> None:
    async with school() as made:
        for command in COMMANDS.all:
            if command.name == "policy print":
                continue
            for behind in ("", made.reference, *WORDS[: 10 if who == "asha" else 3]):
                assert await made.say(who, command=f"{command.name} {behind}") is not None


async def test_ten_thousand_links_are_kept_and_do_not_grow() -> None:
    """Each was once kept with all that the platform says of its origin: 17 GB."""
    async with school() as made:
        origin = Origin("channel", *[LINKS] * 5, None, LINKS)
        await made.say("gita", LINKS, forwarded=(Forwarded(LINKS, origin),) * 3)
        [case] = [
            await made.desk.store.case(s.reference)
            for s in await made.desk.store.summaries()
            if s.reporters == ("gita",)
        ]
        kept = "\n".join(item.text for item in case.evidence)
        assert set(LINKS.split()) <= set(kept.split())
        assert len(case.evidence) < 1_000
        file = made.desk.store.folder / "cases" / case.reference / "case.json"  # type: ignore[attr-defined]
        assert file.stat().st_size < 20 * len(LINKS)


async def test_a_link_of_brackets_takes_no_time() -> None:
    async with school() as made:
        begun = time.process_time()
        assert await made.say("gita", "https://example.org/" + ")" * 200_000)
        assert time.process_time() - begun < 2
