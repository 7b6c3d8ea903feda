"""Each way in, over WebSocket and over HTTP: what `receive` is told, and who sees the answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.messages import (
    Choice,
    Choices,
    Heading,
    Prompt,
    Reply,
    Standing,
    Text,
    say,
)
from tests.bot.slack.slack_stage import ASHA, BEN, GUS, QUIET, STAFF, Stage, on_stage
from tests.doubles.slack_world import TEAM

URGENT = Choices((Choice("Urgent", "case urgent 7K4M", "danger"), Choice("Skip", "case skip 7K4M")))
CATEGORIES = Choices(
    tuple(Choice(f"Category {n}", f"case category 7K4M {n}") for n in range(14)),
    "What is it about?",
)


@pytest.fixture(params=["sockets", "http"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with on_stage(request.param) as it:
        yield it


async def test_a_direct_message(stage: Stage) -> None:
    said = await stage.slack.message(ASHA, "Look: https://example.com/a?x=1&y=2 <b> & so on")
    assert (await stage.slack.next(ASHA)).words == "Thank you."
    (heard,) = stage.heard
    assert heard.source == f"slack:{stage.slack.team}:DASHA:{said['ts']}"
    assert heard.sender.account == f"slack:{stage.slack.team}:{ASHA}"
    assert (heard.sender.name, heard.sender.standing) == ("Asha Patel", Standing.MEMBER)
    assert heard.text == "Look: https://example.com/a?x=1&y=2 <b> & so on"
    assert heard.links == ("https://example.com/a?x=1&y=2",)
    assert heard.place == "slack:DASHA"
    assert heard.private
    assert not heard.forms
    assert heard.command is None
    assert abs((heard.at - datetime.now(UTC)).total_seconds()) < 60


async def test_it_is_acknowledged_only_after_it_was_received(stage: Stage) -> None:
    order = []
    stage.says = lambda incoming: order.append("received")  # type: ignore[func-returns-value]
    said = await stage.slack.message(ASHA, "hello")
    order.append("acknowledged")
    assert said["answer"].acknowledged
    assert order == ["received", "acknowledged"]


async def test_several_files(stage: Stage) -> None:
    files = [
        stage.slack.file(ASHA, "screenshot.png", b"png"),
        stage.slack.file(ASHA, "clip.mp4", b"mp4!", "video/mp4"),
        stage.slack.file(ASHA, "voice.m4a", b"m4a", "audio/mp4", subtype="slack_audio"),
        stage.slack.file(ASHA, "list.pdf", b"pdf", "application/pdf"),
    ]
    await stage.slack.message(ASHA, "these", files=files)
    await stage.slack.next(ASHA)
    heard = stage.heard[0].attachments
    assert [(a.kind, a.name, a.size) for a in heard] == [
        ("picture", "screenshot.png", 3),
        ("video", "clip.mp4", 4),
        ("audio", "voice.m4a", 3),
        ("file", "list.pdf", 3),
    ]
    assert b"".join([piece async for piece in stage.front_end.fetch(heard[1].pointer)]) == b"mp4!"


async def test_a_file_kept_elsewhere_is_a_link(stage: Stage) -> None:
    drive = stage.slack.file(
        ASHA,
        "doc",
        b"",
        "text/html",
        is_external=True,
        mode="external",
        external_url="https://docs.example/d/1",
    )
    await stage.slack.message(ASHA, "", files=[drive])
    await stage.slack.next(ASHA)
    assert stage.heard[0].attachments == ()
    assert stage.heard[0].links == ("https://docs.example/d/1",)


@pytest.mark.parametrize("stubs", [False, True])
async def test_a_forwarded_message(stage: Stage, stubs: bool) -> None:
    picture = stage.slack.file(BEN, "screenshot.png", b"the bytes")
    original = await stage.slack.post(
        BEN, STAFF, "Parents say https://example.com/p", files=[picture]
    )
    await stage.slack.forward(ASHA, original, stubs=stubs)
    await stage.slack.next(ASHA)
    (heard,) = stage.heard
    assert heard.text == ""
    (forwarded,) = heard.forwarded
    assert forwarded.text == "Parents say https://example.com/p"
    assert forwarded.links == ("https://example.com/p",)
    origin = forwarded.origin
    assert (origin.kind, origin.author, origin.author_id) == ("message", "Ben Okafor", BEN)
    assert (origin.place, origin.place_id, origin.message_id) == ("staff", STAFF, original["ts"])
    assert origin.link == stage.slack.permalink(original)
    assert origin.sent_at == datetime.fromtimestamp(float(original["ts"]), UTC)
    (attachment,) = heard.attachments
    assert (attachment.kind, attachment.name, attachment.origin) == (
        "picture",
        "screenshot.png",
        origin,
    )
    assert b"".join([p async for p in stage.front_end.fetch(attachment.pointer)]) == b"the bytes"


async def test_a_stub_of_which_nothing_can_be_learnt_is_kept_as_a_pointer(stage: Stage) -> None:
    picture = stage.slack.file(BEN, "screenshot.png", b"the bytes")
    original = await stage.slack.post(BEN, STAFF, "", files=[picture])
    stage.slack.fail("files.info", "internal_error")
    await stage.slack.forward(ASHA, original, stubs=True)
    await stage.slack.next(ASHA)
    (attachment,) = stage.heard[0].attachments
    assert (attachment.kind, attachment.name) == ("file", "")
    assert b"".join([p async for p in stage.front_end.fetch(attachment.pointer)]) == b"the bytes"


async def test_the_preview_of_a_page_is_not_forwarded_content(stage: Stage) -> None:
    page = {
        "from_url": "https://example.com/p",
        "original_url": "https://example.com/p",
        "title": "A page",
        "id": 1,
    }
    await stage.slack.message(ASHA, "see https://example.com/p", attachments=[page])
    await stage.slack.next(ASHA)
    assert stage.heard[0].forwarded == ()
    assert stage.heard[0].links == ("https://example.com/p",)


async def test_changed_words_are_a_later_version(stage: Stage) -> None:
    said = await stage.slack.message(ASHA, "frist")
    await stage.slack.next(ASHA)
    await stage.slack.edit(said, "frist", attachments=[{"title": "a preview"}])
    await stage.slack.edit(said, "first")
    await stage.slack.next(ASHA)
    first, second = stage.heard
    assert second.text == "first"
    assert second.edits == first.source
    assert second.source.startswith(first.source + ":")


async def test_what_is_not_somebody_speaking_is_ignored(stage: Stage) -> None:
    said = await stage.slack.message(ASHA, "hello")
    event = {"type": "message", "channel": "DASHA", "channel_type": "im", "ts": "1.0", "text": "x"}
    await stage.slack.delete(said)
    await stage.slack.event({**event, "bot_id": "B9", "user": "UROBO"})
    await stage.slack.event({**event, "user": stage.slack.bot_user})
    await stage.slack.event({**event, "user": ASHA, "subtype": "channel_join"})
    await stage.slack.event({**event, "user": ASHA, "channel": STAFF, "channel_type": "channel"})
    await stage.slack.event(
        {"type": "app_home_opened", "user": ASHA, "channel": "DASHA", "tab": "home"}
    )
    assert [heard.text for heard in stage.heard] == ["hello"]


@pytest.mark.parametrize(
    ("flags", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"team_id": "TOTHER"}, Standing.GUEST),
        ({"team_id": "TOTHER", "is_stranger": True}, Standing.GUEST),
        ({"team_id": "TOTHER", "is_restricted": True}, Standing.GUEST),
        ({"team_id": "TOTHER", "enterprise_user": {"teams": ["TOTHER", TEAM]}}, Standing.MEMBER),
        ({"team_id": "TOTHER", "enterprise_user": {"teams": ["TOTHER"]}}, Standing.GUEST),
        ({"is_workflow_bot": True}, Standing.OUTSIDER),
        ({"is_restricted": True, "deleted": True}, Standing.OUTSIDER),
        ({"team_id": "TOTHER", "is_bot": True}, Standing.OUTSIDER),
    ],
)
async def test_what_slack_vouches_for(
    stage: Stage, flags: dict[str, Any], standing: Standing
) -> None:
    kim = stage.slack.user("UKIM", "Kim Lane", **flags)
    said = await stage.slack.message(kim, "hello")
    await stage.slack.until(lambda: stage.heard)
    sender = stage.heard[0].sender
    assert (sender.standing, sender.name) == (standing, "Kim Lane")
    team = TEAM if standing is Standing.MEMBER else flags.get("team_id", TEAM)
    assert sender.account == f"slack:{team}:UKIM"

    # The same person in each way in, whichever workspace the payload names.
    await stage.slack.slash(kim, "/case", "list")
    await stage.slack.edit(said, "hello again")
    await stage.slack.until(lambda: len(stage.heard) == 3)
    assert {heard.sender for heard in stage.heard} == {sender}


async def test_somebody_else_with_the_id_of_a_guest_is_an_outsider(stage: Stage) -> None:
    said = {"type": "message", "channel": "DGUS", "channel_type": "im", "ts": "1.0", "text": "x"}
    stage.slack.world.direct(GUS)
    await stage.slack.event({**said, "user": GUS}, team_id="TELSE")
    assert stage.heard[0].sender.standing is Standing.OUTSIDER
    assert stage.heard[0].sender.account == f"slack:TELSE:{GUS}"


async def test_an_event_of_another_workspace_is_an_outsiders(stage: Stage) -> None:
    event = {
        "type": "message",
        "channel": "DASHA",
        "channel_type": "im",
        "user": ASHA,
        "ts": "1.0",
        "text": "x",
    }
    stage.slack.world.direct(ASHA)
    await stage.slack.event(event, team_id="TELSE")
    assert stage.heard[0].sender.standing is Standing.OUTSIDER
    assert stage.heard[0].sender.account == f"slack:TELSE:{ASHA}"


@pytest.mark.parametrize(
    ("command", "text", "obeyed"),
    [
        ("/case", "status", "case status"),
        ("/case", "", "case"),
        ("/policy", "mobile phones & cameras", "policy mobile phones & cameras"),
        ("/headsup", "join ABCD", "join ABCD"),
        ("/report", "line one\nline two <3", "report line one\nline two <3"),
    ],
)
async def test_slash_commands(stage: Stage, command: str, text: str, obeyed: str) -> None:
    stage.says = lambda incoming: say("*Nothing* open <!channel>.", URGENT)
    answer = await stage.slack.slash(ASHA, command, text, channel=STAFF)
    shown = await stage.slack.next(ASHA)
    assert answer.body["response_type"] == "ephemeral"  # in the acknowledgement itself
    assert (shown.channel, shown.ephemeral) == (STAFF, True)
    assert shown.words == "*Nothing* open <!channel>."
    assert shown.labels == ["Urgent", "Skip"]
    (heard,) = stage.heard
    assert heard.command == obeyed
    assert heard.forms
    assert heard.private
    assert (
        heard.place == f"slack:{stage.slack.team}:{ASHA}"
    )  # never the channel, where all would see it
    assert stage.slack.posted(STAFF) == []


async def test_a_link_in_a_slash_command(stage: Stage) -> None:
    await stage.slack.slash(
        ASHA, "/report", "bad page (https://example.com/x?a=1&b=2).", channel=STAFF
    )
    assert stage.heard[0].links == ("https://example.com/x?a=1&b=2",)


async def test_report_without_words_opens_the_form(stage: Stage) -> None:
    await stage.slack.slash(ASHA, "/report", channel=STAFF)
    form = await stage.slack.next_view(ASHA)
    picture = stage.slack.file(ASHA, "screenshot.png", b"png")
    await stage.slack.submit(ASHA, form, "see https://example.com/q *now*", files=[picture])
    shown = await stage.slack.next(ASHA)
    assert (shown.channel, shown.ephemeral, shown.words) == ("DASHA", False, "Thank you.")
    (heard,) = stage.heard
    assert heard.text == "see https://example.com/q *now*"
    assert heard.links == ("https://example.com/q",)
    assert [a.name for a in heard.attachments] == ["screenshot.png"]
    assert heard.command is None
    assert not form.open


async def test_the_global_shortcut_opens_the_form_and_an_empty_one_is_not_sent(
    stage: Stage,
) -> None:
    await stage.slack.shortcut(ASHA)
    form = await stage.slack.next_view(ASHA)
    answer = await stage.slack.submit(ASHA, form)
    assert answer.body["errors"] == {"words": "Please write something, or add a file."}
    assert form.open
    await stage.slack.submit(ASHA, form, "now there is something")
    await stage.slack.next(ASHA)
    assert [heard.text for heard in stage.heard] == ["now there is something"]


async def test_the_message_shortcut_passes_a_message_on(stage: Stage) -> None:
    picture = stage.slack.file(BEN, "screenshot.png", b"png")
    original = await stage.slack.post(BEN, QUIET, "look at https://example.com/r", files=[picture])
    await stage.slack.message_shortcut(ASHA, original)
    shown = await stage.slack.next(ASHA)
    assert shown.channel == "DASHA"
    assert stage.slack.posted(QUIET) == []
    (heard,) = stage.heard
    (forwarded,) = heard.forwarded
    assert (forwarded.text, forwarded.links) == (
        "look at https://example.com/r",
        ("https://example.com/r",),
    )
    assert (forwarded.origin.author, forwarded.origin.author_id) == ("Ben Okafor", BEN)
    assert (forwarded.origin.place_id, forwarded.origin.message_id) == (QUIET, original["ts"])
    assert forwarded.origin.link == stage.slack.permalink(original)
    assert heard.attachments[0].origin == forwarded.origin
    assert heard.text == ""
    await stage.slack.message_shortcut(ASHA, original)
    await stage.slack.next(ASHA)
    assert stage.heard[1].source == heard.source  # pressed twice: the same


async def test_a_mention_is_answered_to_that_person_alone(stage: Stage) -> None:
    await stage.slack.mention(ASHA, STAFF, "a child said https://example.com/s")
    shown = await stage.slack.next(ASHA)
    assert (shown.channel, shown.ephemeral) == (STAFF, True)
    (heard,) = stage.heard
    assert not heard.private
    assert (heard.links, heard.attachments, heard.forwarded) == ((), (), ())
    assert heard.text == "a child said https://example.com/s"
    assert stage.slack.posted(STAFF) == []


async def test_a_button_and_a_menu_in_a_direct_message(stage: Stage) -> None:
    stage.says = lambda incoming: say("Case 7K4M", CATEGORIES, URGENT)
    await stage.slack.message(ASHA, "hello")
    case = await stage.slack.next(ASHA)
    stage.says = lambda incoming: Reply((Heading("Done"),), replaces=True)
    await stage.slack.choose(ASHA, case, "Category 3")
    done = await stage.slack.next(ASHA)
    assert (done.ts, done.replaced, done.words) == (case.ts, True, "Done")
    stage.says = lambda incoming: say("It is urgent.")
    await stage.slack.tap(ASHA, case, "Urgent")
    urgent = await stage.slack.next(ASHA)
    assert (urgent.channel, urgent.replaced) == ("DASHA", False)
    assert urgent.ts != case.ts
    assert [heard.command for heard in stage.heard[1:]] == [
        "case category 7K4M 3",
        "case urgent 7K4M",
    ]
    assert all(heard.forms for heard in stage.heard[1:])
    assert stage.heard[1].place == "slack:DASHA"


async def test_a_button_that_only_they_see_is_answered_where_it_is(stage: Stage) -> None:
    stage.says = lambda incoming: say("Case 7K4M", URGENT)
    await stage.slack.slash(ASHA, "/report", "words", channel=STAFF)
    case = await stage.slack.next(ASHA)
    stage.says = lambda incoming: Reply((Text("Noted."),), replaces=True)
    await stage.slack.tap(ASHA, case, "Urgent")
    noted = await stage.slack.next(ASHA)
    assert (noted.ts, noted.replaced, noted.ephemeral) == (case.ts, True, True)


async def test_a_button_on_a_message_for_all_is_answered_to_one(stage: Stage) -> None:
    await stage.front_end.send(f"slack:{STAFF}", say("Case 7K4M is urgent.", URGENT))
    (alert,) = stage.slack.posted(STAFF)
    stage.says = lambda incoming: Reply((Text("The names."),), replaces=True)
    await stage.slack.tap(BEN, alert, "Urgent")
    answer = await stage.slack.next(BEN)
    assert (answer.words, answer.ephemeral, answer.replaced) == ("The names.", True, False)
    assert [shown.words for shown in stage.slack.posted(STAFF)] == ["Case 7K4M is urgent."]


async def test_a_prompt_is_a_form_after_a_tap(stage: Stage) -> None:
    stage.says = lambda incoming: say(
        "Case 7K4M", Choices((Choice("Somebody else", "case about 7K4M"),))
    )
    await stage.slack.slash(ASHA, "/report", "words", channel=STAFF)
    case = await stage.slack.next(ASHA)
    stage.says = lambda incoming: Reply((Prompt("Who is it about?", "case about 7K4M", "Name"),))
    await stage.slack.tap(ASHA, case, "Somebody else")
    form = await stage.slack.next_view(ASHA)
    assert form.labels == ["Who is it about?"]
    stage.says = lambda incoming: Reply((Text("About Ms X & co."),), replaces=True)
    await stage.slack.submit(ASHA, form, "Ms X & <co>")
    about = await stage.slack.next(ASHA)
    assert (about.ts, about.replaced, about.words) == (case.ts, True, "About Ms X & co.")
    assert stage.heard[-1].command == "case about 7K4M Ms X & <co>"
    assert stage.slack.shown(ASHA) == [about]


async def test_a_prompt_is_a_question_after_a_message(stage: Stage) -> None:
    stage.says = lambda incoming: say("Case 7K4M", Prompt("Who is it about?", "case about 7K4M"))
    await stage.slack.message(ASHA, "hello")
    assert (await stage.slack.next(ASHA)).words == "Case 7K4M\nWho is it about?"


async def test_a_prompt_is_a_question_where_no_form_can_be_opened(stage: Stage) -> None:
    stage.says = lambda incoming: Reply((Prompt("Who is it about?", "case about 7K4M"),))
    stage.slack.fail("views.open", "expired_trigger_id")
    await stage.slack.slash(ASHA, "/case", "about 7K4M", channel=STAFF)
    assert (await stage.slack.next(ASHA)).words == "Who is it about?"


async def test_nothing_to_say(stage: Stage) -> None:
    stage.says = lambda incoming: None
    await stage.slack.message(ASHA, "hello")
    answer = await stage.slack.slash(ASHA, "/case", "list")
    assert answer.acknowledged
    assert answer.body == {}
    assert stage.slack.shown(ASHA) == []


async def test_the_same_event_three_times_is_received_and_answered_once(stage: Stage) -> None:
    await stage.slack.message(ASHA, "hello", resend=2)
    await stage.slack.message(ASHA, "and more")
    await stage.slack.until(lambda: len(stage.slack.shown(ASHA)) == 2)
    assert [heard.text for heard in stage.heard] == ["hello", "and more"]


async def test_the_same_tap_twice_has_the_same_source(stage: Stage) -> None:
    await stage.slack.slash(ASHA, "/case", "list", resend=1)
    first, second = stage.heard
    assert first.source == second.source


async def test_a_reply_in_a_thread_is_answered_there(stage: Stage) -> None:
    said = await stage.slack.message(ASHA, "hello")
    await stage.slack.next(ASHA)
    await stage.slack.message(ASHA, "more", thread_ts=said["ts"])
    assert (await stage.slack.next(ASHA)).thread == said["ts"]
