"""Slack slow, gone, or refusing; the bot slow or broken: nothing acknowledged is lost, and people are told."""

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from bot.settings import SettingsError, load
from bot.slack import SlackFrontEnd
from bot.slack import intake as intake_module
from handlers.messages import Choice, Choices, DeliveryFailed, File, Incoming, Refused, Reply, say
from tests.bot.slack.slack_stage import ASHA, STAFF, Stage, on_stage, populate, running
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_world import BOT_USER
from tests.patience import PATIENCE, until

SORRY = "Sorry, something went wrong and that was not kept. Please try again in a minute."


@pytest.fixture(params=["sockets", "http"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with on_stage(request.param) as it:
        yield it


def _broken(incoming: Incoming) -> Reply | None:
    raise RuntimeError("Asha wrote about a child")


async def test_somebody_is_told_when_it_was_not_kept(
    stage: Stage, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.slack.patience = SHORT  # what was not kept is not acknowledged
    stage.says = lambda incoming: say("Case", Choices((Choice("Urgent", "u"),)))
    await stage.slack.message(ASHA, "first")
    case = await stage.slack.next(ASHA)
    stage.says = _broken
    await stage.slack.message(ASHA, "a child")
    assert (await stage.slack.next(ASHA)).words == SORRY
    await stage.slack.slash(ASHA, "/report", "a child")
    assert (await stage.slack.next(ASHA)).words == SORRY
    await stage.slack.tap(ASHA, case, "Urgent")
    assert (await stage.slack.next(ASHA)).words == SORRY
    output = "".join(capsys.readouterr()) + caplog.text
    assert "RuntimeError" in output
    assert "child" not in output  # rule 7: no names, no words
    assert "Asha" not in output


async def test_a_form_that_was_not_kept_keeps_its_words(stage: Stage) -> None:
    await stage.slack.shortcut(ASHA)
    form = await stage.slack.next_view(ASHA)
    stage.says = _broken
    answer = await stage.slack.submit(ASHA, form, "a long text")
    assert answer.body["errors"] == {"words": SORRY}
    assert form.open
    stage.says = lambda incoming: say("Thank you.")
    await stage.slack.submit(ASHA, form, "a long text")
    assert (await stage.slack.next(ASHA)).words == "Thank you."


async def test_a_refusal_is_shown_as_it_stands(stage: Stage) -> None:
    def refuse(incoming: Incoming) -> Reply | None:
        raise Refused("Only leaders may do that.")

    stage.says = refuse
    await stage.slack.message(ASHA, "close 7K4M")
    assert (await stage.slack.next(ASHA)).words == "Only leaders may do that."


async def test_an_answer_waits_as_long_as_slack_asks(stage: Stage) -> None:
    stage.slack.slow_down("chat.postMessage", 0, times=2)
    await stage.slack.message(ASHA, "hello")
    assert (await stage.slack.next(ASHA)).words == "Thank you."
    assert [name for name, _ in stage.slack.calls].count("chat.postMessage") == 3


async def test_an_answer_survives_a_broken_slack(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", "internal_error", times=3, status=500)
    await stage.slack.message(ASHA, "hello")
    assert (await stage.slack.next(ASHA)).words == "Thank you."


async def test_a_used_up_response_url_is_no_silence(stage: Stage) -> None:
    stage.says = lambda incoming: say("Case", Choices((Choice("Urgent", "u"),)))
    await stage.slack.slash(ASHA, "/case", "7K4M", channel=STAFF)
    case = await stage.slack.next(ASHA)
    stage.slack.fail("response_url", "", status=404)
    stage.says = lambda incoming: say("Done.")
    await stage.slack.tap(ASHA, case, "Urgent")
    done = await stage.slack.next(ASHA)
    assert (done.words, done.channel) == ("Done.", "DASHA")


#: Seconds in which the double of Slack waits to be acknowledged, where it waits in vain.
SHORT = 1.0


async def _in_vain(stage: Stage, times: int) -> None:
    """So often, somebody is looked up and not found, and Slack has waited long enough."""
    for number in range(1, times + 1):
        await until(lambda n=number: _lookups(stage) >= n and not stage.front_end._work._tasks)  # type: ignore[misc]
        stage.slack.sockets.lose_patience()


def _lookups(stage: Stage) -> int:
    return [name for name, _ in stage.slack.calls].count("users.info")


async def test_who_cannot_be_looked_up_is_not_let_in(stage: Stage) -> None:
    stage.slack.fail("users.info", "internal_error", times=2)
    said, _ = await asyncio.gather(stage.slack.message(ASHA, "hello"), _in_vain(stage, 2))
    assert said["answer"].attempts == 3  # not acknowledged until it could be
    assert (await stage.slack.next(ASHA)).words == "Thank you."
    assert len(stage.heard) == 1


async def test_who_can_never_be_looked_up_is_told(stage: Stage) -> None:
    stage.slack.patience = SHORT  # the last try is not acknowledged, either
    stage.slack.fail("users.info", "internal_error", times=99)
    said, _ = await asyncio.gather(stage.slack.message(ASHA, "hello"), _in_vain(stage, 3))
    assert said["answer"].attempts == 4
    assert (await stage.slack.next(ASHA)).words == SORRY
    await stage.slack.slash(ASHA, "/case", "list")
    assert (await stage.slack.next(ASHA)).words == SORRY
    assert stage.heard == []


async def test_slow_keeping_is_acknowledged_for_commands_and_not_for_events(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert intake_module.PATIENCE < 3  # as long as Slack waits
    monkeypatch.setattr(intake_module, "PATIENCE", 0.05)
    entered, release = asyncio.Event(), asyncio.Event()

    async def slow(incoming: Incoming) -> Reply | None:
        entered.set()
        await release.wait()
        return say("Kept at last.")

    stage.says = slow
    answer = await stage.slack.slash(ASHA, "/report", "words")
    assert (answer.acknowledged, answer.body) == (True, {})
    entered.clear()
    message = asyncio.create_task(stage.slack.message(ASHA, "an event"))
    await entered.wait()
    assert not message.done()
    release.set()
    assert (await message)["answer"].acknowledged
    assert [(await stage.slack.next(ASHA)).words for _ in range(2)] == ["Kept at last."] * 2
    assert [heard.text for heard in stage.heard] == ["words", "an event"]


async def test_slack_says_connect_again() -> None:
    async with on_stage() as stage:
        await stage.slack.message(ASHA, "one")
        for close in (True, False):
            before = stage.slack.sockets.connections
            await stage.slack.sockets.disconnect("refresh_requested", close=close)
            await stage.slack.until(lambda b=before: stage.slack.sockets.connections > b)  # type: ignore[misc]
            await stage.slack.message(ASHA, f"after {close}")
        assert [heard.text for heard in stage.heard] == ["one", "after True", "after False"]


async def test_slack_goes_and_comes_back() -> None:
    async with on_stage() as stage:
        await stage.slack.message(ASHA, "before")
        await stage.slack.next(ASHA)
        await stage.slack.stop()
        await stage.slack.start()
        await stage.slack.message(ASHA, "after")
        assert (await stage.slack.next(ASHA)).words == "Thank you."
        assert [heard.text for heard in stage.heard] == ["before", "after"]


async def test_slack_is_not_there_at_the_start() -> None:
    async with SlackDouble() as slack:
        populate(slack)
        stage = Stage(slack)
        await slack.stop()
        async with running(stage) as task:
            done, _ = await asyncio.wait({task}, timeout=0.1)
            assert not done
            await slack.start()
            await slack.message(ASHA, "hello")
            assert (await slack.next(ASHA)).words == "Thank you."


@pytest.mark.parametrize(
    ("token", "names"), [("bot_token", "SLACK_BOT_TOKEN"), ("app_token", "SLACK_APP_TOKEN")]
)
async def test_a_refused_token_is_a_clear_sentence(token: str, names: str) -> None:
    async with SlackDouble() as slack:
        stage = Stage(slack)
        setattr(slack, token, "revoked")
        with pytest.raises(SettingsError, match=names):
            await asyncio.wait_for(stage.front_end.run(stage.receive), PATIENCE)


async def test_an_app_token_without_its_scope_is_a_clear_sentence() -> None:
    async with SlackDouble() as slack:
        slack.fail("apps.connections.open", "missing_scope")
        with pytest.raises(SettingsError, match="connections:write"):
            await asyncio.wait_for(Stage(slack).front_end.run(Stage(slack).receive), PATIENCE)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN.*SLACK_SIGNING_SECRET"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
    ],
)
def test_a_missing_token_is_named(settings: dict[str, str], names: str) -> None:
    with pytest.raises(SettingsError, match=f"(?s){names}"):
        SlackFrontEnd(load(settings))


def test_socket_mode_needs_no_route() -> None:
    front_end = SlackFrontEnd(load({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}))

    async def receive(incoming: Incoming) -> Reply | None:
        return None

    assert front_end.routes(receive) == []
    assert front_end.join_link("ABCD") is None


async def test_only_what_slack_signed_a_moment_ago_is_taken() -> None:
    async with on_stage("http") as stage:
        form = urlencode(
            {
                "command": "/case",
                "text": "list",
                "user_id": ASHA,
                "team_id": "T0SCHOOL",
                "trigger_id": "1",
            }
        )
        kind = "application/x-www-form-urlencoded"
        posts = stage.slack.posts
        assert (await posts.post(form, kind, {}))[0] == 200
        assert (await posts.post(form, kind, {}, secret="another"))[0] == 401
        assert (await posts.post(form, kind, {}, age=301))[0] == 401
        assert (await posts.post(form, kind, {}, age=-301))[0] == 401
        assert (await posts.post(form, kind, {"X-Slack-Signature": "v0=00"}))[0] == 401
        assert (await posts.post(form, kind, {"X-Slack-Request-Timestamp": "soon"}))[0] == 401
        assert (await posts.post("{", "application/json", {}))[0] == 400
        assert len(stage.heard) == 1


async def test_what_nobody_listens_for_and_what_can_never_be_read_is_acknowledged() -> None:
    async with on_stage("http") as stage:
        posts = stage.slack.posts
        challenge = '{"type":"url_verification","challenge":"abc","token":"x"}'
        assert await posts.post(challenge, "application/json", {}) == (200, '{"challenge": "abc"}')
        suggestion = urlencode(
            {"payload": '{"type":"block_suggestion","action_id":"x","value":"y"}'}
        )
        assert await posts.post(suggestion, "application/x-www-form-urlencoded", {}) == (200, "")
        malformed = urlencode({"payload": '{"type":"block_actions","actions":[{"value":"a"}]}'})
        assert await posts.post(malformed, "application/x-www-form-urlencoded", {}) == (200, "")


async def test_what_is_under_way_is_finished_when_the_bot_stops() -> None:
    async with SlackDouble() as slack:
        populate(slack)
        stage = Stage(slack)
        entered = asyncio.Event()

        async def slow(incoming: Incoming) -> Reply | None:
            entered.set()
            await asyncio.sleep(0.1)
            return say("Kept.")

        stage.says = slow
        async with running(stage):
            message = asyncio.create_task(slack.message(ASHA, "the last word"))
            await entered.wait()
        assert (await message)["answer"].attempts == 1
        assert (await slack.next(ASHA)).words == "Kept."


async def test_signing_in_costs_one_call() -> None:
    async with on_stage("http") as stage:
        for number in range(5):
            await stage.slack.slash(ASHA, "/case", f"list {number}")
        assert sorted(name for name, _ in stage.slack.calls) == ["auth.test", "users.info"]


@pytest.mark.parametrize("error", ["user_not_in_channel", "channel_not_found", "is_archived"])
async def test_what_cannot_be_shown_among_others_is_said_in_private(
    stage: Stage, error: str
) -> None:
    stage.slack.fail("chat.postEphemeral", error, times=99)
    await stage.slack.mention(ASHA, STAFF, f"<@{BOT_USER}> Tom was hit")
    shown = await stage.slack.next(ASHA)
    assert (shown.words, shown.channel, shown.ephemeral) == ("Thank you.", "DASHA", False)


@pytest.mark.parametrize(
    "error", ["cannot_reply_to_message", "restricted_action_thread_locked", "thread_not_found"]
)
async def test_what_a_thread_does_not_take_is_said_beside_it(stage: Stage, error: str) -> None:
    said = await stage.slack.message(ASHA, "hello")
    await stage.slack.next(ASHA)
    stage.slack.fail("chat.postMessage", error)
    await stage.slack.message(ASHA, "more", thread_ts=said["ts"])
    shown = await stage.slack.next(ASHA)
    assert (shown.words, shown.channel, shown.thread) == ("Thank you.", "DASHA", "")


#: With which a school's filter or a proxy may answer in Slack's place.
STATUSES = (200, 400, 401, 403, 404, 407, 500, 502)


@pytest.mark.parametrize("status", STATUSES)
async def test_a_page_of_somebody_in_between_is_not_slacks_word(stage: Stage, status: int) -> None:
    for method in ("chat.postMessage", "response_url"):
        stage.slack.intercept(method, status)
    await stage.slack.message(ASHA, "hello")
    assert (await stage.slack.next(ASHA)).words == "Thank you."

    stage.says = lambda incoming: say("Case", Choices((Choice("Urgent", "u"),)))
    await stage.slack.slash(ASHA, "/case", "7K4M", channel=STAFF)
    case = await stage.slack.next(ASHA)
    stage.says = lambda incoming: say("Done.")
    await stage.slack.tap(ASHA, case, "Urgent")
    assert (await stage.slack.next(ASHA)).words == "Done."

    stage.slack.intercept("chat.postMessage", status)
    with pytest.raises(DeliveryFailed) as failed:
        await stage.front_end.send(f"slack:{stage.slack.team}:{ASHA}", say("owed"))
    assert not failed.value.permanent
    assert not stage.front_end.token_refused


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "upload"])
async def test_a_file_is_owed_until_slack_itself_has_taken_it(
    stage: Stage, status: int, step: str
) -> None:
    file = File(b"a,b", "figures.csv")
    stage.slack.intercept(step, status)
    with pytest.raises(DeliveryFailed) as failed:
        await stage.front_end.send(f"slack:{stage.slack.team}:{ASHA}", Reply((file,)))
    assert not failed.value.permanent
    await stage.front_end.send(f"slack:{stage.slack.team}:{ASHA}", Reply((file,)))


@pytest.mark.parametrize("status", STATUSES)
async def test_a_page_at_the_start_only_keeps_the_bot_waiting(status: int) -> None:
    async with SlackDouble() as slack:
        populate(slack)
        stage = Stage(slack)
        for method in ("auth.test", "apps.connections.open"):
            slack.intercept(method, status, times=2)
        async with running(stage):
            await slack.message(ASHA, "hello")
            assert (await slack.next(ASHA)).words == "Thank you."
