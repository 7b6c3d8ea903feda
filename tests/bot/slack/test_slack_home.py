"""The Home tab: what waits for somebody, kept as it is now, and nothing for whoever may not know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.slack.home import ANSWERED
from handlers.reception import STRANGER
from handlers.school.home import NOTHING_TODAY
from store.model.memos import Home
from store.model.records import Role
from tests.doubles.slack import SlackDouble
from tests.talks.stage import ANY_CASE, TUESDAY, SlackStage, StillClock

BUTTONS = ["Pass something on", "My reports", "Ask the policies"]
OF_LEADERS = [*BUTTONS, "Open cases", "Your week"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    async with SlackDouble() as slack:
        stage = SlackStage(tmp_path, StillClock(TUESDAY), slack)
        async with stage.running():
            yield stage
        assert slack.refusals == []


async def _opens(stage: SlackStage, name: str, tab: str = "home") -> None:
    answer = await stage.slack.open_home(stage._user(name), tab)
    assert answer.acknowledged
    await stage.quiet()


def _words(stage: SlackStage, name: str) -> str:
    home = stage.slack.home(stage._user(name))
    assert home, f"{name} has no home"
    return home.words


def _buttons(stage: SlackStage, name: str) -> list[str]:
    home = stage.slack.home(stage._user(name))
    assert home, f"{name} has no home"
    return home.buttons


def _shown(stage: SlackStage) -> int:
    """How often a page was published."""
    return len(stage.slack.world.homes_shown)


def _tries(stage: SlackStage) -> int:
    return [name for name, _ in stage.slack.calls].count("views.publish")


async def _reports(stage: SlackStage, name: str = "Asha", *, kind: str = "bullying") -> str:
    """A case about the school; without a kind, nothing of it is due."""
    await stage.says(name, f"They write about Year 4 on https://example.org/{name}")
    await stage.quiet()
    reference = ANY_CASE.findall(stage.seen(name)[-1].words)[0]
    if kind:
        await stage.says(name, f"/case category {reference} {kind}")
    await stage.says(name, f"/case about {reference} school")
    await stage.quiet()
    return reference


async def test_staff_find_three_buttons_and_no_case(stage: SlackStage) -> None:
    reference = await _reports(stage)
    await _opens(stage, "Asha")
    assert _buttons(stage, "Asha") == BUTTONS
    assert reference not in _words(stage, "Asha")
    assert _words(stage, "Asha").endswith(ANSWERED)


async def test_the_buttons_do_what_they_say(stage: SlackStage) -> None:
    asha, slack = stage._user("Asha"), stage.slack
    await _opens(stage, "Asha")
    await slack.tap_home(asha, "Pass something on")
    form = await slack.next_view(asha)
    assert [block["element"]["type"] for block in form.view["blocks"]] == [
        "plain_text_input",
        "file_input",
    ]
    await slack.submit(asha, form, "They write about Year 4")
    await stage.quiet()
    reference = ANY_CASE.findall(stage.seen("Asha")[-1].words)[0]

    await slack.tap_home(asha, "My reports")
    await stage.quiet()
    last = slack.shown(asha)[-1]
    assert last.channel == "DASHA"
    assert reference in last.words

    await slack.tap_home(asha, "Ask the policies")
    question = await slack.next_view(asha)
    await slack.submit(asha, question, "May I be friends with pupils on social media?")
    await stage.quiet()
    assert "social media" in slack.shown(asha)[-1].words


async def test_a_leader_finds_what_is_urgent_due_theirs_and_new(stage: SlackStage) -> None:
    urgent = await _reports(stage)
    await stage.says("Asha", f"/case urgent {urgent}")
    mine = await _reports(stage, "Gita", kind="")
    await stage.says("Ben", f"/case take {mine}")
    new = await _reports(stage, "Dev", kind="")
    await _opens(stage, "Ben")
    words = _words(stage, "Ben")
    order = [words.index(label) for label in ("Urgent:", "You look after:", "New this week:")]
    assert order == sorted(order)
    assert [words.count(reference) for reference in (urgent, mine, new)] == [1, 1, 1]
    opening = [f"Open {reference}" for reference in (urgent, mine, new)]
    assert _buttons(stage, "Ben") == [*opening, *OF_LEADERS]

    await stage.slack.tap_home(stage._user("Ben"), f"Open {new}")
    await stage.quiet()
    assert new in stage.slack.shown(stage._user("Ben"))[-1].words


async def test_what_is_overdue_reads_as_in_the_message_of_the_day(stage: SlackStage) -> None:
    reference = await _reports(stage)
    await stage.says("Ben", f"/case take {reference}")
    await _opens(stage, "Ben")
    await stage.moves_clock("+9d")
    await stage.quiet()
    [line] = [line for line in _words(stage, "Ben").splitlines() if reference in line]
    day = [seen.words for seen in stage.seen("Ben") if seen.words.startswith(("Today", "Your w"))]
    assert line in day[-1].splitlines()
    assert " · day " in line


async def test_it_is_put_right_whenever_something_changes(stage: SlackStage) -> None:
    await _opens(stage, "Ben")
    assert NOTHING_TODAY in _words(stage, "Ben")
    reference = await _reports(stage)
    assert reference in _words(stage, "Ben")
    await stage.says("Cleo", f"/case close {reference} unfounded because it was a joke")
    await stage.quiet()
    assert reference not in _words(stage, "Ben")


async def test_what_is_right_is_left_alone(stage: SlackStage) -> None:
    await _opens(stage, "Ben")
    await _opens(stage, "Asha")
    assert _shown(stage) == 2
    await stage.says("Asha", "/help")
    await _opens(stage, "Ben")
    await stage.moves_clock("+1m")
    await stage.quiet()
    assert _shown(stage) == 2
    # Slack may have lost it since: whoever opens it later is shown it anew.
    await _opens(stage, "Ben")
    assert _shown(stage) == 3


async def test_another_tab_is_no_home(stage: SlackStage) -> None:
    await _opens(stage, "Ben", "messages")
    assert stage.slack.home(stage._user("Ben")) is None
    assert await stage.bot.desk.store.memos(Home) == []


async def test_whom_a_case_turns_out_to_be_about_finds_nothing_of_it(stage: SlackStage) -> None:
    await stage.says("Asha", "They write about Year 4 on https://example.org/post")
    await stage.moves_clock("+1h")
    reference = ANY_CASE.findall(stage.seen("Asha")[-1].words)[0]
    for name in ("Ben", "Cleo"):
        await _opens(stage, name)
        assert reference in _words(stage, name)
    await stage.says("Asha", f"/case about {reference} the headteacher")
    await stage.quiet()
    assert reference not in _words(stage, "Ben")
    assert f"Open {reference}" not in _buttons(stage, "Ben")
    assert NOTHING_TODAY in _words(stage, "Ben")


async def test_whoever_loses_a_role_or_leaves_finds_no_case(stage: SlackStage) -> None:
    reference = await _reports(stage)
    await _opens(stage, "Ben")
    await _opens(stage, "Cleo")
    ben = await stage.bot.desk.store.person("ben")
    await stage.bot.desk.store.save_person(replace(ben, roles=(Role.STAFF,)))
    cleo = await stage.bot.desk.store.person("cleo")
    await stage.bot.desk.store.save_person(replace(cleo, roles=()))
    await stage.moves_clock("+1m")
    await stage.quiet()
    assert _buttons(stage, "Ben") == BUTTONS
    assert reference not in _words(stage, "Ben")
    assert (_words(stage, "Cleo"), _buttons(stage, "Cleo")) == (STRANGER, [])


async def test_who_is_not_of_the_school_finds_a_sentence(stage: SlackStage) -> None:
    stage.slack.user("UGUS", "Gus Guest", is_restricted=True)
    await stage.slack.open_home("UGUS")
    await stage.slack.open_home("UFINN")
    await stage.slack.event(
        {"type": "app_home_opened", "tab": "home", "user": "UBEN", "event_ts": "1.0"},
        team_id="TOTHER",
    )
    await stage.quiet()
    for user in ("UGUS", "UFINN"):
        home = stage.slack.home(user)
        assert home
        assert (home.words, home.buttons) == (STRANGER, [])
        assert await stage.bot.desk.store.by_account(f"slack:{stage.slack.team}:{user}") is None
    assert stage.slack.home("UBEN") is None


async def test_a_leader_whom_slack_no_longer_counts_among_the_members(stage: SlackStage) -> None:
    reference = await _reports(stage)
    await _opens(stage, "Ben")
    assert reference in _words(stage, "Ben")
    stage.slack.world.users["UBEN"]["is_restricted"] = True
    stage.front_end._people._senders._memories.clear()
    await stage.moves_clock("+1m")
    await stage.quiet()
    assert (_words(stage, "Ben"), _buttons(stage, "Ben")) == (STRANGER, [])


async def test_a_member_who_looks_in_is_not_yet_enrolled(stage: SlackStage) -> None:
    stage.arrives("Nia", "Nia New")
    await _opens(stage, "Nia")
    assert _buttons(stage, "Nia") == BUTTONS
    assert await stage.bot.desk.store.by_account(stage.account("Nia")) is None


async def test_a_question_that_waits_is_still_open_after_a_look(stage: SlackStage) -> None:
    reference = await _reports(stage)
    await stage.slack.message("UBEN", f"case note {reference}")
    await stage.quiet()
    before = await stage.bot.desk.store.person("ben")
    assert before.awaiting
    await _opens(stage, "Ben")
    assert await stage.bot.desk.store.person("ben") == before


# --- bad days -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["lose_answers", "slow_down", "fail"])
async def test_slack_on_a_bad_day(stage: SlackStage, how: str) -> None:
    match how:
        case "lose_answers":
            stage.slack.lose_answers("views.publish")
        case "slow_down":
            stage.slack.slow_down("views.publish", 0)
        case "fail":
            stage.slack.fail("views.publish", "fatal_error", status=503)
    stage.bot.homes.first_pause = 0.0
    await stage.slack.open_home("UBEN")
    await stage.slack.until(lambda: _tries(stage) == 2)
    await stage.quiet()
    known = await stage.bot.desk.store.memo(Home, stage.account("Ben"))
    assert known
    home = stage.slack.home("UBEN")
    assert home
    assert (known.state, bool(known.shown)) == (home.hash, True)


async def test_a_bot_that_died_before_it_noted_what_it_had_shown(stage: SlackStage) -> None:
    reference = await _reports(stage)
    await _opens(stage, "Ben")
    store = stage.bot.desk.store
    before = await store.memo(Home, stage.account("Ben"))
    assert before
    await stage.says("Cleo", f"/case close {reference} unfounded because it was a joke")
    await stage.quiet()
    # What it knew before: the newer page stands there, with a mark that nobody noted.
    await store.put(before)
    await stage.moves_clock("+1m")
    await stage.quiet()
    after = await store.memo(Home, stage.account("Ben"))
    home = stage.slack.home("UBEN")
    assert after
    assert home
    assert reference not in home.words
    assert after.state == home.hash
    tried = [a.get("hash") for name, a in stage.slack.calls if name == "views.publish"]
    assert tried[-2:] == [before.state, None]


async def test_what_comes_late_from_a_dead_bot_is_not_taken(stage: SlackStage) -> None:
    """Its mark is that of before."""
    await _opens(stage, "Ben")
    old = await stage.bot.desk.store.memo(Home, stage.account("Ben"))
    assert old
    await _reports(stage)
    right = _words(stage, "Ben")
    late = {"user_id": "UBEN", "view": {"type": "home", "blocks": []}, "hash": old.state}
    headers = {"Authorization": f"Bearer {stage.slack.bot_token}"}
    url = f"{stage.slack.api_url}views.publish"
    async with stage.slack.client.post(url, json=late, headers=headers) as answer:
        assert (await answer.json())["error"] == "hash_conflict"
    assert _words(stage, "Ben") == right


async def test_an_app_without_the_tab_is_not_asked_for_ever(stage: SlackStage) -> None:
    stage.slack.world.has_home = False
    await stage.slack.open_home("UBEN")
    await stage.slack.until(lambda: _tries(stage))
    for _ in range(5):
        await stage.says("Asha", "/help")
    await stage.bot.wait_until_idle()
    assert _tries(stage) == 1


async def test_whoever_opens_it_does_not_wait_for_the_next_look(stage: SlackStage) -> None:
    await _opens(stage, "Asha")
    stage.bot.homes.rest = 3_600.0
    await stage.says("Asha", "/help")
    await stage.quiet()
    await stage.says("Asha", "/help")
    await stage.slack.open_home("UBEN")
    await stage.slack.until(lambda: stage.slack.home("UBEN"))


async def test_however_much_happens_it_is_looked_at_now_and_then(stage: SlackStage) -> None:
    await _opens(stage, "Ben")
    stage.bot.homes.rest = 3_600.0
    await stage.says("Asha", "They write about Year 4 on https://example.org/post")
    await stage.slack.until(lambda: stage.bot.homes._free_at > 0)
    shown = _shown(stage)
    for number in range(5):
        await stage.says("Asha", f"And this as well: {number}")
    await stage.bot.wait_until_idle()
    assert _shown(stage) <= shown + 1
