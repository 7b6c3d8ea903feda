"""Policy questions when texts change, disagree or grow old, and the disk is full."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from handlers import reception
from handlers.desk import Desk
from handlers.messages import Choices, Heading, Incoming, Quote, Reply, Sender, Text
from handlers.notices.wording import render_notice
from handlers.school.duties import all_due
from handlers.sweep import sweep
from store.model.memos import Acceptance, Enquiry, Question, Statement
from store.model.records import Person, Role
from store.policies import Policies
from tests.desks import TEXTS, Time, desk_in

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
REVIEW = "review-heating-gqlj"
BOILER = "# Heating\n\nThe caretaker repairs the boiler in the winter, within two days.\n"


@pytest.fixture
def time() -> Time:
    return Time(NOW)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEXTS, tmp_path / "texts"))


@pytest.fixture
async def desk(tmp_path: Path, time: Time, texts: Path) -> AsyncIterator[Desk]:
    desk = replace(desk_in(tmp_path, time), policies=Policies(texts, by_meaning=False))
    for id, roles in (("asha", (Role.STAFF,)), ("ben", (Role.HEAD,)), ("dev", (Role.ICT,))):
        await desk.store.add_person(Person(id, id.title(), roles, (f"slack:{id}",), NOW))
    yield desk
    await desk.store.close()


async def ask(desk: Desk, who: str, command: str) -> Reply:
    source = f"slack:{who}:{desk.now().isoformat()}:{command}"
    incoming = Incoming(
        source, Sender(f"slack:{who}", who), f"slack:D{who}", desk.now(), command=command
    )
    reply = await reception.receive(incoming, desk)
    assert reply is not None
    return reply


def words(reply: Reply) -> str:
    texts = [part.text for part in reply.parts if isinstance(part, Text | Quote)]
    return "\n".join([*texts, *(part.place for part in reply.parts if isinstance(part, Quote))])


def headings(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts if isinstance(part, Heading))


def tap(reply: Reply, label: str) -> str:
    choices = [
        choice for part in reply.parts if isinstance(part, Choices) for choice in part.options
    ]
    return next(choice.command for choice in choices if choice.label.startswith(label))


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


async def test_a_gap_is_closed_when_a_text_comes_to_answer_it(
    desk: Desk, texts: Path, time: Time
) -> None:
    assert "do not say" in words(
        await ask(desk, "asha", "policy who repairs the boiler in the winter")
    )
    assert "who repairs the boiler" in words(await ask(desk, "ben", "policy gaps"))
    write(texts, "heating.md", BOILER)
    await sweep(desk)
    [question] = await desk.store.memos(Question)
    assert (question.lacking, question.answered_at) == (False, NOW)
    reply = await ask(desk, "ben", "policy gaps")
    assert "answered every question" in words(reply)
    assert "who repairs the boiler" in words(reply)
    assert "The caretaker repairs" in words(
        await ask(desk, "asha", "policy who repairs the boiler in winter")
    )


async def test_a_question_that_was_answered_is_forgotten_after_a_week(
    desk: Desk, time: Time
) -> None:
    await ask(desk, "asha", "policy can I reply to a parent on facebook?")
    await ask(desk, "asha", "policy who repairs the boiler in the winter")
    time.now += timedelta(days=8)
    await sweep(desk)
    assert [question.lacking for question in await desk.store.memos(Question)] == [True]


async def test_nothing_of_who_asked_is_kept_with_a_question(desk: Desk) -> None:
    await ask(desk, "asha", "policy who repairs the boiler in the winter")
    [question] = await desk.store.memos(Question)
    assert "asha" not in repr(question).lower()


async def test_a_text_past_its_review_is_quoted_and_says_so_and_is_its_owners_duty(
    desk: Desk, texts: Path, time: Time
) -> None:
    write(
        texts,
        "heating.md",
        f"---\ntitle: Heating\nowner: ICT manager\nreview by: 2026-11-20\n---\n{BOILER}",
    )
    assert "its review was due 20 November 2026" in words(
        await ask(desk, "asha", "policy boiler repairs")
    )
    [due] = [due for due in await all_due(desk, time.now) if due.duty.key == REVIEW]
    assert (due.duty.do, due.duty.owner, due.day) == ("Review “Heating”", Role.ICT, NOW.date())
    await sweep(desk)
    told = {n.to for _, n in await desk.store.claim(NOW, 99, 60) if n.step == REVIEW}
    assert told == {"dev"}
    reply = await ask(desk, "dev", f"duty done {REVIEW}")
    assert "have the new review day put into the text" in words(reply)
    assert [d for d in await all_due(desk, time.now) if d.duty.key == REVIEW] == []
    write(
        texts,
        "heating.md",
        f"---\ntitle: Heating\nowner: ICT manager\nreview by: 2027-11-20\n---\n{BOILER}",
    )
    [due] = [due for due in await all_due(desk, time.now) if due.duty.key == REVIEW]
    assert due.day == date(2027, 11, 20)


async def test_many_texts_of_like_names_are_as_many_duties(
    desk: Desk, texts: Path, time: Time
) -> None:
    for n in range(40):
        write(
            texts,
            f"st-marys-primary-school-policy-{n}.md",
            f"---\nreview by: 2027-01-02\n---\n{BOILER}",
        )
    keys = [due.duty.key for due in await all_due(desk, time.now)]
    assert len(keys) == len(set(keys))


async def test_texts_that_disagree_are_shown_side_by_side(desk: Desk, texts: Path) -> None:
    write(texts, "heating.md", BOILER)
    write(
        texts, "repairs.md", BOILER.replace("Heating", "Repairs").replace("two days", "nine days")
    )
    reply = words(await ask(desk, "asha", "policy who repairs the boiler in the winter"))
    assert "do not agree" in reply
    assert "within two days" in reply
    assert "within nine days" in reply


async def test_a_button_of_a_text_that_has_changed_says_so(desk: Desk, texts: Path) -> None:
    write(texts, "heating.md", BOILER)
    reply = await ask(desk, "asha", "policy who repairs the boiler in the winter")
    more = tap(reply, "More of this section")
    write(texts, "heating.md", BOILER.replace("caretaker", "site manager"))
    assert "has changed since" in words(await ask(desk, "asha", more))


def further(reply: Reply) -> str:
    """What the button does that leads on from an answer: to others, or to whom one can ask."""
    labels = [
        option.label for part in reply.parts if isinstance(part, Choices) for option in part.options
    ]
    return tap(reply, "More answers" if "More answers" in labels else "Not it")


async def test_the_end_of_the_passages_is_a_gap_as_well(desk: Desk) -> None:
    reply = await ask(desk, "asha", "policy can I reply to a parent on facebook?")
    for _ in range(10):
        if "say no more" in words(reply):
            break
        reply = await ask(desk, "asha", further(reply))
    else:
        pytest.fail("the passages never end")
    assert [question.lacking for question in await desk.store.memos(Question)] == [True]


async def test_a_full_disk_keeps_nobody_from_an_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("store.tiny.memos.write_tables", full)
    reply = await ask(desk, "asha", "policy can I reply to a parent on facebook?")
    assert "Do not reply" in words(reply)
    assert "no longer have that question" in words(await ask(desk, "asha", further(reply)))


async def test_the_first_answer_to_an_enquiry_counts(desk: Desk) -> None:
    await ask(desk, "asha", tap(await ask(desk, "asha", "policy may I keep a snake"), "Ask the"))
    [enquiry] = await desk.store.memos(Enquiry)
    replies = await asyncio.gather(
        ask(desk, "ben", f"policy-answer {enquiry.id} yes"),
        ask(desk, "dev", f"policy-answer {enquiry.id} no"),
    )
    [enquiry] = await desk.store.memos(Enquiry)
    loser = next(words(reply) for reply in replies if "has answered that already" in words(reply))
    assert enquiry.answer in loser


async def test_an_enquiry_of_somebody_who_has_left_is_dropped(desk: Desk) -> None:
    await ask(desk, "asha", tap(await ask(desk, "asha", "policy may I keep a snake"), "Ask the"))
    await desk.store.remove_person("asha")
    await sweep(desk)
    assert list(await desk.store.memos(Enquiry)) == []


async def test_other_words_of_the_statement_are_another_version_and_other_spacing_is_not(
    desk: Desk, texts: Path
) -> None:
    await ask(desk, "asha", tap(await ask(desk, "asha", "policy accept"), "I accept"))
    path = texts / "responsible-internet-use.md"
    write(texts, path.name, path.read_text(encoding="utf-8").replace("\n- ", "\n-   "))
    assert "accepted everything" in words(await ask(desk, "asha", "policy accept"))
    old = tap(await ask(desk, "ben", "policy accept"), "I accept")
    write(texts, path.name, path.read_text(encoding="utf-8") + "- I lock my screen.\n")
    reply = await ask(desk, "ben", old)
    assert "has changed since you read it" in words(reply)
    assert "I lock my screen." in words(reply)
    assert "I lock my screen." in words(await ask(desk, "asha", "policy accept"))
    assert len(await desk.store.memos(Statement)) == 2
    assert [acceptance.person for acceptance in await desk.store.memos(Acceptance)] == ["asha"]


async def test_accepting_twice_keeps_the_first_time(desk: Desk, time: Time) -> None:
    accept = tap(await ask(desk, "asha", "policy accept"), "I accept")
    await ask(desk, "asha", accept)
    time.now += timedelta(days=1)
    await ask(desk, "asha", accept)
    [acceptance] = await desk.store.memos(Acceptance)
    assert acceptance.at == NOW


@pytest.mark.parametrize(
    "question",
    [
        "show me how to report a worrying post",
        "print out a parent's post as evidence?",
        "accept pupils as friends on facebook?",
        "next steps when a parent refuses",
        "about photos of pupils on my phone",
        "answer a parent on facebook?",
        "ask a parent to take a post down",
        "text messages to pupils",
        "drop a complaint",
    ],
)
async def test_a_question_that_begins_like_a_command_is_a_question(
    desk: Desk, question: str
) -> None:
    reply = await ask(desk, "asha", f"policy {question}")
    [asked] = await desk.store.memos(Question)
    assert asked.text == question
    # Every passage has its place below it.
    assert " · " in words(reply) or "do not say" in words(reply)


@pytest.mark.parametrize(
    "told",
    [
        "Ben Okafor hid the key of the boiler house",
        "can okafor read my payslip in the winter?",
        "what does Dev do with the boiler?",
        "somebody is selling drugs behind the boiler house",
    ],
)
async def test_what_names_somebody_or_is_no_question_is_on_no_list(desk: Desk, told: str) -> None:
    await desk.store.save_person(replace(await desk.store.person("ben"), name="Ben Okafor"))
    reply = words(await ask(desk, "asha", f"policy {told}"))
    assert "do not say" in reply
    assert ("Nothing was passed on." in reply) is not told.endswith("?")
    assert [question.lacking for question in await desk.store.memos(Question)] == [False]


async def test_a_head_is_not_shown_what_was_asked_of_the_head(desk: Desk) -> None:
    await ask(desk, "asha", "policy how many litres does the headteacher keep in the boiler house?")
    assert "boiler" not in words(await ask(desk, "ben", "policy gaps"))
    assert "boiler" in words(await ask(desk, "dev", "policy gaps"))


async def test_what_did_not_help_stays_on_the_list_until_the_texts_change(
    desk: Desk, texts: Path
) -> None:
    reply = await ask(desk, "asha", "policy can I reply to a parent on facebook?")
    while "say no more" not in words(reply):
        reply = await ask(desk, "asha", further(reply))
    await sweep(desk)
    assert [question.lacking for question in await desk.store.memos(Question)] == [True]
    write(texts, "heating.md", BOILER)
    await sweep(desk)
    assert [question.lacking for question in await desk.store.memos(Question)] == [False]


async def test_an_enquiry_is_for_the_head_alone_and_no_longer_for_a_former_one(
    desk: Desk, time: Time
) -> None:
    await desk.store.add_person(Person("cleo", "Cleo", (Role.DSL,), ("slack:cleo",), NOW))
    await ask(desk, "asha", tap(await ask(desk, "asha", "policy may I keep a snake"), "Ask the"))
    assert "wait for an answer" in headings(await ask(desk, "ben", "case overdue"))
    assert "wait for an answer" not in headings(await ask(desk, "cleo", "case overdue"))
    [notice] = [n for _, n in await desk.store.claim(NOW, 99, 60) if n.kind == "enquiry"]
    assert await render_notice("", notice, desk)
    ben = await desk.store.person("ben")
    await desk.store.save_person(replace(ben, roles=(Role.STAFF,)))
    assert await render_notice("", notice, desk) is None


async def test_whoever_comes_back_is_asked_before_anybody_is_told(
    desk: Desk, texts: Path, time: Time
) -> None:
    asha = await desk.store.save_person(replace(await desk.store.person("asha"), roles=()))
    await sweep(desk)
    time.now += timedelta(days=49)
    await desk.store.save_person(replace(asha, roles=(Role.STAFF,)))
    await sweep(desk)
    kinds = [(n.kind, n.stage) for n in await desk.store.loose() if "asha" in n.key]
    assert kinds == [("statement", 0)]
    for _ in range(40):
        time.now += timedelta(days=1)
        await sweep(desk)
    kinds = [
        (n.kind, n.stage) for n in await desk.store.loose() if "asha" in n.key and n.kind != "duty"
    ]
    assert sorted(kinds) == [*(("statement", n) for n in range(4)), ("unaccepted", 0)]


async def test_without_a_slash_a_command_of_the_policies_is_no_report(desk: Desk) -> None:
    for typed in (
        "policy show me how to report a post",
        "policy gaps in supervision?",
        "policy print phones",
    ):
        incoming = Incoming(typed, Sender("slack:asha", "Asha"), "slack:Dasha", NOW, text=typed)
        await reception.receive(incoming, desk)
    assert list(await desk.store.summaries()) == []


async def test_what_does_not_help_after_the_texts_changed_is_a_gap_again(
    desk: Desk, texts: Path
) -> None:
    await ask(desk, "asha", "policy who repairs the boiler in the winter")
    write(texts, "heating.md", BOILER)
    await sweep(desk)
    reply = await ask(desk, "asha", "policy who repairs the boiler in the winter")
    while "say no more" not in words(reply):
        reply = await ask(desk, "asha", further(reply))
    assert [question.lacking for question in await desk.store.memos(Question)] == [True]


async def test_gaps_and_accepted_with_words_after_them_are_questions(desk: Desk) -> None:
    for question in ("gaps in supervision?", "accepted friend requests?"):
        assert "not among the things" not in words(await ask(desk, "asha", f"policy {question}"))
    assert len(await desk.store.memos(Question)) == 2


async def test_a_word_or_two_are_a_question_too(desk: Desk) -> None:
    assert "Nothing was passed on." not in words(await ask(desk, "asha", "policy boiler repairs"))
    assert [question.lacking for question in await desk.store.memos(Question)] == [True]


async def test_an_endless_number_behind_a_button_is_no_number(desk: Desk) -> None:
    listed = await ask(desk, "asha", "policy show")
    read = next(
        choice.command
        for part in listed.parts
        if isinstance(part, Choices)
        for choice in part.options
        if choice.command.startswith("policy-text ")
    )
    assert await ask(desk, "asha", f"{read} {'9' * 5_000}") == await ask(desk, "asha", read)
