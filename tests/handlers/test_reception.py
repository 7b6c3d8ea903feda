"""What arrives at the desk: again, changed, at once, malformed, and while nothing can be written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import Bot
from bot.build import build
from handlers import messages, reception
from handlers.commands import QUESTION
from handlers.menu import COMMANDS
from handlers.messages import (
    Attachment,
    Choices,
    Forwarded,
    Incoming,
    Origin,
    Prompt,
    Reply,
    Sender,
    Standing,
)
from handlers.rules.access import LEADERS
from handlers.rules.pause import PAUSE
from store.errors import Conflict, StoreUnavailable
from store.model.case import Case
from store.model.records import Person, Role
from tests.talks import stage

ASHA, BEN = "telegram:1", "telegram:2"
NAMES = {ASHA: "Asha Patel", BEN: "Ben Okafor", "slack:T1:U1": "Asha Patel"}


class School:
    """A desk with Asha, who has two accounts, and Ben, the head."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = stage.StillClock(stage.TUESDAY)
        self.bot: Bot
        self.number = 0

    async def enrol(self) -> School:
        self.bot = await build(stage.settings(self.folder), {}, self.clock.now)
        now = self.clock.now()
        await self.store.add_person(
            Person("asha", "Asha Patel", (Role.STAFF,), (ASHA, "slack:T1:U1"), now, invited=True)
        )
        await self.store.add_person(Person("ben", "Ben Okafor", (Role.HEAD,), (BEN,), now))
        return self

    @property
    def store(self) -> Any:
        return self.bot.desk.store

    async def restart(self) -> None:
        await self.bot.close()
        self.bot = await build(stage.settings(self.folder), {}, self.clock.now)

    def said(self, text: str = "", who: str = ASHA, **more: Any) -> Incoming:
        self.number += 1
        sender = Sender(who, NAMES.get(who, "Finn"))
        given = {
            "source": f"{who}:{self.number}",
            "place": who,
            "at": self.clock.now(),
            "text": text,
            **more,
        }
        return Incoming(sender=sender, **given)

    async def receive(self, incoming: Incoming) -> Reply | None:
        return await reception.receive(incoming, self.bot.desk)

    async def says(self, text: str = "", who: str = ASHA, **more: Any) -> str:
        return words(await self.receive(self.said(text, who, **more)))

    async def texts(self) -> list[str]:
        cases = [await self.store.case(s.reference) for s in await self.store.summaries()]
        return [e.text for case in cases for e in case.evidence]

    async def case(self) -> str:
        """Asha's case, so old that nothing joins it."""
        await self.says("They laugh at the cook")
        self.clock._at += timedelta(hours=1)
        (summary,) = await self.store.summaries()
        return str(summary.reference)

    async def notes(self, reference: str) -> list[str]:
        return [
            e.details["text"]
            for e in (await self.store.case(reference)).chronology
            if e.what == "note"
        ]


def words(reply: Reply | None) -> str:
    return "" if reply is None else repr(reply.parts)


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    made = await School(tmp_path).enrol()
    yield made
    await made.bot.close()


# --- the same thing again, and later versions --------------------------------------------------------


async def test_an_answer_that_is_sent_again_is_obeyed_once(school: School) -> None:
    reference = await school.case()
    await school.says(command=f"case note {reference}")
    answer = school.said("Her mother is Tom's aunt")
    await school.receive(answer)
    assert reception.HAVE_THAT in words(await school.receive(answer))
    await school.restart()
    assert reception.HAVE_THAT in words(await school.receive(answer))
    assert await school.notes(reference) == ["Her mother is Tom's aunt"]
    assert len(await school.store.summaries()) == 1


async def test_an_answer_is_known_again_when_another_question_was_asked_since(
    school: School,
) -> None:
    reference = await school.case()
    await school.says(command=f"case note {reference}")
    answer = school.said("first")
    await school.receive(answer)
    await school.says(command=f"case note {reference}")
    await school.restart()
    await school.receive(answer)
    assert await school.notes(reference) == ["first"]


async def a_step_of(school: School) -> str:
    """The reference of a case that Ben looks after, and one of its steps."""
    reference = await school.case()
    await school.says(command=f"case category {reference} threat")
    await school.says(command=f"case take {reference}", who=BEN)
    case = await school.store.case(reference)
    return f"{reference} {case.follow_ups[0].key}"


async def test_an_answer_that_is_refused_is_asked_for_again(school: School) -> None:
    step = await a_step_of(school)
    await school.says(command=f"case postpone {step}", who=BEN)
    assert "because" in await school.says("friday", who=BEN)
    assert "cannot read" in await school.says("when she is back, as she is ill", who=BEN)
    await school.restart()
    assert "put off until" in await school.says("friday, as she is ill", who=BEN)
    assert await school.texts() == ["They laugh at the cook"]


async def test_a_question_is_left_open_by_cancel_and_by_whatever_else_comes(school: School) -> None:
    step = await a_step_of(school)
    for words in ("cancel", "/case list"):
        await school.says(command=f"case postpone {step}", who=BEN)
        await school.says("friday", who=BEN)
        assert "because" not in await school.says(words, who=BEN)
        await school.says(f"A parent shouts at the gate, {words}", who=BEN)
        assert f"A parent shouts at the gate, {words}" in await school.texts()


async def test_nobody_is_asked_again_for_what_is_no_longer_theirs(school: School) -> None:
    step = await a_step_of(school)
    await school.says(command=f"case postpone {step}", who=BEN)
    await school.says(command=f"case about {step.split()[0]} head")
    assert "I know no case" in await school.says("friday, as she is ill", who=BEN)
    await school.says("A parent shouts at the gate", who=BEN)
    assert "A parent shouts at the gate" in await school.texts()


async def test_a_changed_command_is_not_obeyed_again(school: School) -> None:
    reference = await school.case()
    note = school.said(command=f"case note {reference} first")
    await school.receive(note)
    for changed in (
        school.said(command=f"case note {reference} second", edits=note.source),
        school.said(f"/case note {reference} second", edits=note.source),
        school.said(f"case note {reference} second", edits=note.source),
    ):
        assert reception.REPORTS_ONLY in words(await school.receive(changed))
    assert await school.notes(reference) == ["first"]


async def test_a_changed_answer_opens_no_case(school: School) -> None:
    reference = await school.case()
    await school.says(command=f"case note {reference}")
    answer = school.said("first")
    await school.receive(answer)
    assert reception.REPORTS_ONLY in await school.says("second", edits=answer.source)
    assert len(await school.store.summaries()) == 1


async def test_a_changed_report_is_kept_even_where_it_reads_like_a_command(school: School) -> None:
    first = school.said("They laugh at the cook")
    await school.receive(first)
    await school.says("/case status", edits=first.source)
    assert await school.texts() == ["They laugh at the cook", "/case status"]


# --- two accounts, and groups ------------------------------------------------------------------------


async def test_one_person_writes_from_two_accounts_at_once(school: School) -> None:
    await school.says(command="report")
    both = [
        school.said(f"{n}: they laugh at the cook", who)
        for n in range(5)
        for who in (ASHA, "slack:T1:U1")
    ]
    replies = await asyncio.gather(*(school.receive(one) for one in both))
    assert all("Case" in words(reply) for reply in replies)
    assert sorted(await school.texts()) == sorted(one.text for one in both)


async def test_one_person_has_one_turn_whatever_the_account(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding, most = 0, 0
    add = school.store.add

    async def slowly(case: Case) -> None:
        nonlocal adding, most
        adding += 1
        most = max(most, adding)
        await asyncio.sleep(0.02)
        await add(case)
        adding -= 1

    monkeypatch.setattr(school.store, "add", slowly)
    await asyncio.gather(school.says("They laugh"), school.says("They sing", who="slack:T1:U1"))
    assert most == 1
    assert len(await school.store.summaries()) == 1


async def test_a_conflict_over_the_persons_record_loses_nothing(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    await school.says(command="report")
    monkeypatch.setattr(school.store, "save_person", _raises(Conflict("asha")))
    assert "Case" in await school.says("They laugh", at=school.clock.now() + timedelta(hours=1))
    school.clock._at += timedelta(hours=1)
    assert "They laugh" in await school.texts()


async def test_everybody_in_a_group_is_answered_and_nobody_enrolled(school: School) -> None:
    def said(who: str) -> Incoming:
        incoming = school.said("@headsup look", who, place="slack:C1", private=False)
        return replace(incoming, sender=Sender(who, "Somebody", Standing.MEMBER))

    for who in ("slack:T1:U8", "slack:T1:U9"):
        assert reception.PRIVATELY in words(await school.receive(said(who)))
        assert await school.receive(said(who)) is None
    assert len(await school.store.people()) == 2


# --- the disk --------------------------------------------------------------------------------------


def _raises(error: Exception) -> Any:
    async def fails(*given: Any) -> None:
        raise error

    return fails


async def test_a_report_is_kept_though_the_question_before_it_cannot_be_struck_off(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await school.case()
    await school.says(command=f"case note {reference}")
    monkeypatch.setattr(school.store, "save_person", _raises(StoreUnavailable("full")))
    assert "Case" in await school.says("https://example.com/a")
    assert "Case" in await school.says("And another thing")
    assert await school.notes(reference) == []


async def test_what_was_written_is_said_though_the_answer_cannot_be_struck_off(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await school.case()
    await school.says(command=f"case note {reference}")
    monkeypatch.setattr(school.store, "save_person", _raises(StoreUnavailable("full")))
    assert "Noted" in await school.says("Her mother is Tom's aunt")
    assert "Case" in await school.says("And another thing")
    assert await school.notes(reference) == ["Her mother is Tom's aunt"]


async def test_a_question_is_asked_though_it_cannot_be_remembered(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(school.store, "save_person", _raises(StoreUnavailable("full")))
    assert "What did you see" in await school.says(command="report")


# --- what is a command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "",
        "can I reply to a parent on Facebook",
        "what about phones",
        "is it allowed to film",
        "mobile phones?",
        "should a teacher be friends with a parent",
    ],
)
def test_a_policy_question_is_one(words: str) -> None:
    assert reception.re.fullmatch(QUESTION, words, reception.re.DOTALL | reception.re.IGNORECASE)


@pytest.mark.parametrize(
    "words",
    [
        "breach! Mr Smith posted photos. What now?",
        "is a joke",
        "should be changed, they say",
        "on phones was ignored",
        "breach by Mr Smith",
    ],
)
def test_a_statement_about_policy_is_none(words: str) -> None:
    assert not reception.re.fullmatch(
        QUESTION, words, reception.re.DOTALL | reception.re.IGNORECASE
    )


def test_the_help_names_to_each_role_what_it_is_for() -> None:
    def names(role: Role) -> set[str]:
        person = Person("x", "X", (role,), (), stage.TUESDAY)
        return {c.name for c in COMMANDS.all if c.is_for(person)}

    work = {
        "case take",
        "case give",
        "case close",
        "case evidence",
        "case reopen",
        "case join",
        "case done",
    }
    assert not names(Role.STAFF) & (work | {"people", "duty", "case list"})
    assert {"report", "case status", "case", "case note", "case urgent", "policy"} <= names(
        Role.STAFF
    )
    assert len(names(Role.STAFF)) <= 10
    for role in LEADERS:
        assert work <= names(Role(role))


async def test_a_teachers_help_fits_a_phone(school: School) -> None:
    reply = await school.receive(school.said(command="help"))
    assert reply
    text = "\n".join(
        part.text for part in reply.parts if isinstance(part, messages.Text | messages.Heading)
    )
    assert sum(len(line) // 40 + 1 for line in text.splitlines()) <= 28


async def test_headsup_alone_is_the_help(school: School) -> None:
    assert "Seen a worrying post" in await school.says(command="")
    assert "Seen a worrying post" in await school.says("/")


async def test_a_command_of_nothing_but_a_reference_opens_the_case(school: School) -> None:
    reference = await school.case()
    assert "They laugh at the cook" in await school.says(command=f"#{reference.lower()}", who=BEN)


@pytest.mark.parametrize("at", [datetime.min, datetime.max, datetime(2626, 1, 1)])  # noqa: DTZ001, DTZ901
async def test_the_time_of_a_platform_is_not_believed_blindly(school: School, at: datetime) -> None:
    for when in (at, at.replace(tzinfo=UTC)):
        await school.says(f"{when}", at=when)
    summaries = await school.store.summaries()
    assert "Case" in await school.says("Now")
    school.clock._at += PAUSE
    for summary in summaries:
        assert f"{at.year:04}" in await school.says(command=f"case {summary.reference}", who=BEN)
        assert summary.last_report_at <= school.clock.now()


# --- anything at all ---------------------------------------------------------------------------------

ODD = [
    "\0",
    "\ud800",
    "\udfff",
    "\u202e",
    "\u2066",
    "\x1b[31m",
    "\n",
    " ",
    "/",
    "#",
    "“",
    "@",
    "𝒽",
    "é",
    "٣",
    "²",
]
text = st.lists(
    st.one_of(
        st.sampled_from(ODD),
        st.text(st.characters(exclude_categories=()), max_size=10),
        st.sampled_from(
            ["{a}", "staff", "head", "as", "the role", "to", "until", "friday", "?", "9" * 5000]
        ),
        st.sampled_from(
            ["https://x.com/a", "http://[::1", "because", "id", "only", "by", "in 999 school days"]
        ),
    ),
    max_size=6,
).map(" ".join)
numbers = st.one_of(st.none(), st.integers(), st.sampled_from([0, -1, 2**63, 2**64, 10**30]))
times = st.one_of(
    st.just(stage.TUESDAY),
    st.datetimes(timezones=st.sampled_from([UTC, None])),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
origins = st.builds(
    Origin,
    kind=st.sampled_from(["person", "hidden person", "group", "channel", "message"]),
    author=text,
    author_id=text,
    place=text,
    sent_at=st.one_of(st.none(), times),
    link=text,
)
commands = st.builds(
    "{} {} {}".format,
    st.sampled_from([c.name for c in COMMANDS.all]),
    st.sampled_from(["", "{a}", "2222"]),
    text,
)
steps = [
    "{a} staff ?",
    "{a} 0",
    "{a} 99999999999999999999",
    "{a} id",
    "{a} threat",
    "{a} removed because",
    "{a} “x” by friday",
    "{a} “x” by " + "9" * 5000,
    "{a} “x” in 999 school days",
    "{a} " + "9" * 5000,
    "{a} to ben",
    "ben the role head, dsl",
    "ben as ,",
    "2 " + "9" * 5000,
]
nearly = st.builds(
    "{} {}".format, st.sampled_from([c.name for c in COMMANDS.all]), st.sampled_from(steps)
)
arbitrary = st.builds(
    Incoming,
    source=text,
    sender=st.builds(
        Sender,
        account=st.sampled_from([ASHA, ASHA, BEN, BEN, "slack:T1:U1", "telegram:9", "\ud800"]),
        name=text,
        standing=st.sampled_from(Standing),
    ),
    place=st.one_of(st.just(ASHA), st.just(BEN), text),
    at=times,
    private=st.sampled_from([True, True, True, False]),
    text=st.one_of(text, commands, nearly),
    links=st.lists(text, max_size=2).map(tuple),
    forwarded=st.lists(st.builds(Forwarded, text=text, origin=origins), max_size=1).map(tuple),
    attachments=st.lists(
        st.builds(
            Attachment,
            kind=st.sampled_from(["picture", "video", "audio", "file"]),
            pointer=st.dictionaries(text, text, max_size=2),
            name=text,
            media_type=text,
            size=numbers,
            reduced=st.booleans(),
            limit=numbers,
            origin=st.one_of(st.none(), origins),
        ),
        max_size=1,
    ).map(tuple),
    album=st.one_of(st.none(), text),
    edits=st.one_of(st.none(), st.none(), text),
    command=st.one_of(st.none(), text, commands, nearly, nearly),
    forms=st.booleans(),
)
mutations = st.tuples(st.integers(0, 60), st.sampled_from([*ODD, "", "9", "zz"]))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(arbitrary, min_size=1, max_size=8), st.lists(mutations, max_size=4))
async def test_nothing_that_comes_in_breaks_the_desk(
    tmp_path_factory: pytest.TempPathFactory,
    all_that_comes: list[Incoming],
    slips: list[tuple[int, str]],
) -> None:
    school = await School(tmp_path_factory.mktemp("any")).enrol()
    try:
        reference = await school.case()
        tapped: list[str] = []
        for incoming in all_that_comes:
            command = incoming.command and incoming.command.replace("{a}", reference)
            filled = replace(
                incoming, text=incoming.text.replace("{a}", reference), command=command
            )
            reply = await school.receive(filled)
            assert reply is None or isinstance(reply, Reply)
            tapped += _buttons(reply)
        for (place, slip), command in zip(slips, reversed(tapped), strict=False):
            reply = await school.receive(
                school.said(command=command[:place] + slip + command[place + 1 :])
            )
            assert reply is None or isinstance(reply, Reply)
        last = school.said("The last thing", source="last", at=school.clock.now())
        assert "Case" in words(await school.receive(last)) or "with case" in words(
            await school.receive(last)
        )
        assert any("The last thing" in kept for kept in await school.texts())
    finally:
        await school.bot.close()


def _buttons(reply: Reply | None) -> list[str]:
    parts = reply.parts if reply else ()
    commands = [o.command for part in parts if isinstance(part, Choices) for o in part.options]
    return commands + [f"{part.command} x" for part in parts if isinstance(part, Prompt)]


# --- a bare line of a leader's ------------------------------------------------------------------------


async def test_a_bare_line_that_is_sent_again_gets_the_same_question(school: School) -> None:
    await school.says(command="case list", who=BEN)
    line = school.said("Not with pupils' names in it", BEN)
    first = await school.receive(line)
    assert "Open a case with this?" in words(first)
    assert words(await school.receive(line)) == words(first)
    # Whoever died before the answer was shown has kept it, and asks again.
    await school.restart()
    assert words(await school.receive(line)) == words(first)
    [summary] = await school.store.summaries()
    assert await school.texts() == ["Not with pupils' names in it"]

    await school.says(command=f"case meant {summary.reference}", who=BEN)
    assert "Who is it about?" in words(await school.receive(line))


async def test_what_was_no_case_is_kept_as_sent_by_mistake(school: School) -> None:
    await school.says(command="case list", who=BEN)
    await school.says("Not with pupils' names in it", who=BEN)
    [summary] = await school.store.summaries()
    await school.says(command=f"case mistake {summary.reference}", who=BEN)
    case = await school.store.case(summary.reference)
    assert (case.status, case.outcome) == ("closed", "mistake")
    for_leaders = {"alert", "urgent", "more", "uncategorised", "channel"}
    assert not [notice for notice in case.notices if notice.kind in for_leaders]
    assert await school.texts() == ["Not with pupils' names in it"]


async def test_who_is_no_leader_is_never_asked_whether_it_was_meant(school: School) -> None:
    await school.says(command="case status")
    assert "Open a case with this?" not in await school.says("They laugh at the cook")


async def test_after_a_restart_a_bare_line_is_a_report_as_ever(school: School) -> None:
    await school.says(command="case list", who=BEN)
    await school.restart()
    assert "Who is it about?" in await school.says("They laugh at the cook", who=BEN)
