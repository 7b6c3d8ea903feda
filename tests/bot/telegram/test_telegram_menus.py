"""The menu in somebody's own chat, as roles come and go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handlers.school.invitations import for_new_person, new_code
from store.model.records import TECHNICIAN, Role
from tests.doubles.telegram import TelegramDouble, User
from tests.talks.stage import TUESDAY, StillClock, TelegramStage

LEADERS = ["report", "case", "home", "figures", "policy", "duty", "join", "help"]
TECHNICIANS = ["report", "case", "home", "policy", "duty", "join", "help"]
HEADS = ["report", "case", "home", "figures", "policy", "duty", "people", "join", "help"]
USUAL: list[str] = []  # the stage's bot sets no menu for everybody


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[TelegramStage]:
    async with TelegramDouble() as telegram:
        stage = TelegramStage(tmp_path, StillClock(TUESDAY), telegram)
        async with stage.running():
            yield stage


async def is_shown(stage: TelegramStage, name: str, menu: list[str]) -> None:
    user: User = stage.users[name]
    await stage.telegram.until(lambda: stage.telegram.menu(user.id) == menu)


async def test_at_the_start_whoever_may_more_is_shown_it(stage: TelegramStage) -> None:
    stage.bot.offer_menus()
    await is_shown(stage, "Ben", HEADS)
    await is_shown(stage, "Efua", HEADS)
    await is_shown(stage, "Cleo", LEADERS)
    await is_shown(stage, "Dev", TECHNICIANS)
    await is_shown(stage, "Asha", USUAL)
    assert len(stage.telegram.called("setMyCommands")) == 4


async def test_roles_bring_commands_and_take_them_along(stage: TelegramStage) -> None:
    await stage.says("Ben", "/people give Asha Patel the role leader")
    await is_shown(stage, "Asha", LEADERS)
    await stage.says("Ben", "/people give Asha Patel the role head")
    await is_shown(stage, "Asha", HEADS)
    await stage.says("Ben", "/people take Asha Patel the role head and leader")
    await is_shown(stage, "Asha", USUAL)
    await stage.says("Ben", "/people take Dev Singh the role ict")
    await is_shown(stage, "Dev", USUAL)


async def test_who_joins_as_a_leader_is_shown_what_leaders_may(stage: TelegramStage) -> None:
    code = new_code()
    made = for_new_person("Finn Leader", (Role.LEADER,), code, stage.clock.now(), TECHNICIAN)
    await stage.bot.desk.store.add_invitation(made)
    await stage.says("Finn", f"/join {code}")
    await is_shown(stage, "Finn", LEADERS)


async def test_a_menu_that_telegram_refuses_is_logged_and_keeps_nobody_waiting(
    stage: TelegramStage,
) -> None:
    stage.telegram.refuses("setMyCommands", "chat not found")
    with capture_logs() as logs:
        await stage.says("Ben", "/people give Asha Patel the role leader")
        await stage.telegram.waits_for(stage.users["Ben"], "Asha Patel is now")
        await stage.says("Ben", "/people give Gita Rao the role leader")
        await is_shown(stage, "Gita", LEADERS)
    assert [entry["what"] for entry in logs if "what" in entry] == ["menu of a chat"]


@pytest.mark.parametrize("method", ["getMyShortDescription", "getMyDescription", "setMyCommands"])
async def test_an_answer_that_cannot_be_read_keeps_nobody_waiting(
    stage: TelegramStage, method: str
) -> None:
    stage.telegram.api.answers[method] = ["of another kind"]
    await stage.says("Ben", "/people give Asha Patel the role leader")
    await is_shown(stage, "Asha", LEADERS)


@pytest.mark.parametrize("typed", [str.upper, str.capitalize])
async def test_a_code_may_be_typed_with_capitals(
    stage: TelegramStage, typed: Callable[[str], str]
) -> None:
    code = new_code()
    made = for_new_person("Finn Leader", (Role.LEADER,), code, stage.clock.now(), TECHNICIAN)
    await stage.bot.desk.store.add_invitation(made)
    await stage.says("Finn", f"/join {typed(code)}")
    await stage.telegram.waits_for(stage.users["Finn"], "Welcome, Finn Leader")


async def test_nothing_is_set_for_a_message(stage: TelegramStage) -> None:
    await stage.says("Ben", "Somebody wrote that a teacher is a fool")
    await stage.telegram.waits_for(stage.users["Ben"], "Case")
    await stage.quiet()
    assert not {"setMyCommands", "deleteMyCommands"} & stage.telegram.methods
