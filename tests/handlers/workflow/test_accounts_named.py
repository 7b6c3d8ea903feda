"""Whom the platform itself names, by their account, is kept from what was passed on: no name in it need be theirs."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.slack.reading.translate import translate_message
from handlers import reception
from handlers.messages import Attachment, Forwarded, Incoming, Origin, Sender
from handlers.rules.access import is_kept_from
from handlers.workflow.changes import reconsider
from store.model.records import Person, Role, Summary
from tests.desks import Time, desk_in
from tests.handlers.shown import words_in
from tests.store.made import NOW

ROLES = {"ASHA": Role.STAFF, "BEN": Role.HEAD, "CLEO": Role.DSL, "DEV": Role.STAFF}
NAMES = {"ASHA": "Asha Patel", "BEN": "Ben Okafor", "CLEO": "Cleo Martin", "DEV": "Dev Singh"}


class Chat:
    """A chat of one platform, whose accounts all begin alike."""

    def __init__(self, folder: Path, accounts: str) -> None:
        self.time = Time(NOW)
        self.desk = desk_in(folder, self.time)
        self.accounts = accounts
        self.numbers = itertools.count()
        self.people = {
            id: Person(id, NAMES[id], (role,), (f"{accounts}{id}",), NOW, invited=True)
            for id, role in ROLES.items()
        }

    async def says(self, who: str, text: str = "", **more: Any) -> str:
        account = f"{self.accounts}{who}"
        sender = Sender(account, NAMES[who])
        source = f"{self.accounts}{next(self.numbers)}"
        incoming = Incoming(source, sender, account, self.time.now, text=text, **more)
        reply = await reception.receive(incoming, self.desk)
        return "\n".join(words_in(reply)) if reply else ""

    async def case(self) -> Summary:
        return (await self.desk.store.summaries())[0]

    async def kept_from(self) -> set[str]:
        case = await self.case()
        return {id for id, each in self.people.items() if is_kept_from(each, [case])}


@pytest.fixture(params=["slack:T1:", "telegram:"])
async def chat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chat]:
    here = Chat(tmp_path, request.param)
    for person in here.people.values():
        await here.desk.store.add_person(person)
    yield here
    await here.desk.store.close()


def written_by(id: str) -> Origin:
    return Origin("message", author="Captain", author_id=id, place="sports", sent_at=NOW)


async def test_who_wrote_what_is_forwarded_is_kept_from_it_until_somebody_says_not(
    chat: Chat,
) -> None:
    await chat.says("ASHA", forwarded=(Forwarded("He will cry on Friday", written_by("BEN")),))
    assert await chat.kept_from() == {"BEN"}
    reference = (await chat.case()).reference
    # It does not keep anybody from saying whom it is about, or that they do not know.
    for answer in ("unsure", "pupil"):
        said = await chat.says("ASHA", command=f"case about {reference} {answer}")
        assert "Who is it about?" not in said
    said = await chat.says("ASHA", command=f"case category {reference} pupil-details")
    assert "The words may mean Ben Okafor" in said
    chat.time.now = NOW.replace(hour=NOW.hour + 1)
    assert "I know no case" in await chat.says("BEN", command=f"case {reference}")

    await chat.says("CLEO", command=f"case about {reference} none")
    assert await chat.kept_from() == set()
    shown = await chat.says("BEN", command=f"case {reference}")
    assert "a pupil" in shown


async def test_a_colleague_who_wrote_beside_a_picture_is_kept_from_it_when_they_come_to_lead(
    chat: Chat,
) -> None:
    picture = Attachment("picture", {"id": "F1"}, origin=written_by("DEV"))
    await chat.says("ASHA", attachments=(picture,))
    # They see nothing of it: nobody need be asked.
    assert await chat.kept_from() == set()
    dev = await chat.desk.store.by_account(f"{chat.accounts}DEV")
    assert dev is not None
    leader = replace(dev, roles=(Role.LEADER,))
    await reconsider(chat.desk, leader, dev)
    assert is_kept_from(leader, [await chat.case()])


async def test_a_leader_who_wrote_beside_a_picture_is_kept_from_it(chat: Chat) -> None:
    picture = Attachment("picture", {"id": "F1"}, origin=written_by("BEN"))
    await chat.says("ASHA", attachments=(picture,))
    assert await chat.kept_from() == {"BEN"}


async def test_a_leader_who_is_mentioned_is_kept_from_it_and_a_witness_is_not(chat: Chat) -> None:
    accounts = tuple(f"{chat.accounts}{id}" for id in ("BEN", "DEV", "NOBODY"))
    await chat.says("ASHA", "@Captain was rude to a boy, @smiler saw it", mentioned=accounts)
    assert await chat.kept_from() == {"BEN"}


async def test_nobody_is_kept_from_what_they_wrote_and_pass_on_themselves(chat: Chat) -> None:
    await chat.says("BEN", forwarded=(Forwarded("They were rude", written_by("BEN")),))
    assert await chat.kept_from() == set()


async def test_who_wrote_what_is_added_later_is_kept_from_the_case_from_then_on(
    chat: Chat,
) -> None:
    await chat.says("ASHA", "They were rude to a child")
    await chat.says("ASHA", forwarded=(Forwarded("He will cry", written_by("BEN")),))
    assert len(await chat.desk.store.summaries()) == 1
    assert await chat.kept_from() == {"BEN"}


async def test_an_account_that_joins_later_is_kept_from_what_it_wrote(chat: Chat) -> None:
    await chat.says("ASHA", forwarded=(Forwarded("He will cry", written_by("GITA")),))
    gita = Person("GITA", "Gita Rao", (Role.LEADER,), (f"{chat.accounts}GITA",), NOW)
    await chat.desk.store.add_person(gita)
    assert not is_kept_from(gita, [await chat.case()])
    await reconsider(chat.desk, gita, None)
    assert is_kept_from(gita, [await chat.case()])
    elsewhere = replace(gita, accounts=("terminal:GITA",), id="other", name="Hal Young")
    assert not is_kept_from(elsewhere, [await chat.case()])


def test_slack_says_whose_accounts_are_mentioned() -> None:
    said = {"channel": "D1", "ts": "17.1", "user": "UASHA", "text": "<@UHEADSUP> see <@UBEN>"}
    sender = Sender("slack:T1:UASHA", "Asha Patel")
    read = translate_message(said, sender, "T1", "UHEADSUP", {"UBEN": "Captain"})
    assert read.incoming.mentioned == ("slack:T1:UBEN",)


def test_what_looks_like_a_mention_in_slack_and_was_typed_is_none() -> None:
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": "<@UBEN>"}]}
    block = {"type": "rich_text", "elements": [words]}
    said = {
        "channel": "D1",
        "ts": "17.1",
        "user": "UASHA",
        "text": "&lt;@UBEN&gt;",
        "blocks": [block],
    }
    read = translate_message(said, Sender("slack:T1:UASHA", "Asha Patel"), "T1", "UHEADSUP", {})
    assert read.incoming.mentioned == ()
