"""Told to stop, a chat takes nothing more at once; what it has is acknowledged, and what is owed still goes out."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.build import build
from bot.front_end import FrontEnd
from bot.run import ProcessRole, Service
from bot.slack import SlackFrontEnd
from handlers.messages import Incoming, Reply, say
from tests.bot.slack.slack_stage import ASHA, BEN, QUICK, Stage, on_stage, populate
from tests.bot.telegram.telegram_running import QUICK as PAUSES
from tests.bot.telegram.telegram_running import Script, front_end, running
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.talks.stage import settings


class Gate:
    """A script that holds each message until it is opened."""

    def __init__(self, stage: Stage) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()
        stage.says = self.says

    async def says(self, incoming: Incoming) -> Reply | None:
        self.reached.set()
        await self.open.wait()
        return say("Thank you.")


async def test_socket_mode_acknowledges_what_it_has_and_takes_no_more() -> None:
    async with on_stage() as stage:
        gate = Gate(stage)
        first = asyncio.create_task(stage.slack.message(ASHA, "before"))
        await gate.reached.wait()
        stage.front_end.stop_taking()
        second = asyncio.create_task(stage.slack.message(BEN, "after"))
        await asyncio.sleep(0.05)
        gate.open.set()
        assert (await first)["answer"].acknowledged
        await stage.slack.until(
            lambda: not stage.slack.sockets.open
        )  # another process is sent the rest
        assert [heard.text for heard in stage.heard] == ["before"]
        assert (await stage.slack.next(ASHA)).words == "Thank you."
        await stage.front_end.send(f"slack:{stage.slack.team}:{BEN}", say("You are owed this."))
        assert (await stage.slack.next(BEN)).words == "You are owed this."
        second.cancel()


async def test_over_http_slack_is_asked_to_send_it_again() -> None:
    async with on_stage("http") as stage:
        stage.front_end.stop_taking()
        assert not (await stage.slack.message(ASHA, "after"))["answer"].acknowledged
        assert stage.heard == []


async def test_telegram_keeps_for_the_next_process_what_was_not_taken() -> None:
    async with TelegramDouble() as telegram:
        asha, script = telegram.user(4242, "Asha", started=True), Script(gate=asyncio.Event())
        async with running(telegram, script) as bot:
            await asha.says("before")
            await telegram.until(lambda: script.received)
            bot.front_end.stop_taking()
            after = await asha.says("after")
            assert script.gate
            script.gate.set()
            await telegram.until(lambda: telegram.shown(asha))
            await telegram.until(
                lambda: [one.update for one in telegram.updates.waiting] == [after]
            )
            assert [incoming.text for incoming in script.received] == ["before"]
            await bot.front_end.send("telegram:4242", say("You are owed this."))
            assert telegram.texts(asha)[-1] == "You are owed this."


async def test_a_service_stops_taking_before_what_it_sends_is_finished(tmp_path: Path) -> None:
    async with SlackDouble() as slack:
        populate(slack)
        given = settings(tmp_path, **slack.environment)
        bot = await build(given, {"slack": SlackFrontEnd(given, pauses=QUICK)})
        service = Service(given, bot, ProcessRole.ALL)
        service.start()
        await slack.until(lambda: slack.sockets.open)
        slow = asyncio.Event()
        bot._in_background(slow.wait())  # as a notice that is being sent
        winding = asyncio.create_task(service.wind_down())
        await slack.until(lambda: not slack.sockets.open)
        assert not winding.done()
        slow.set()
        await winding
        await service.hang_up()
        await service.close()


async def test_told_to_stop_and_then_ended_telegram_finishes_and_answers_what_it_has() -> None:
    async with TelegramDouble() as telegram:
        asha, script = telegram.user(4242, "Asha", started=True), Script(gate=asyncio.Event())
        bot = front_end(telegram, PAUSES)
        task = asyncio.create_task(bot.run(script.receive))
        await asha.says("before")
        await telegram.until(lambda: script.received)
        await _ended_in_the_middle(bot, [task], script.gate)
        assert telegram.texts(asha) == ["Kept 1."]
        assert not telegram.updates.waiting  # it is confirmed


async def test_told_to_stop_and_then_ended_slack_answers_what_it_has_once() -> None:
    async with on_stage() as stage:
        gate = Gate(stage)
        first = asyncio.create_task(stage.slack.message(ASHA, "before"))
        await gate.reached.wait()
        running = [task for task in asyncio.all_tasks() if "FrontEnd.run" in repr(task.get_coro())]
        assert running
        await _ended_in_the_middle(stage.front_end, running, gate.open)
        assert (await first)["answer"].acknowledged
        assert [shown.words for shown in stage.slack.shown(ASHA)] == ["Thank you."]


async def _ended_in_the_middle(
    bot: FrontEnd, tasks: list[asyncio.Task[None]], gate: asyncio.Event | None
) -> None:
    """As a service does it, while a message is being taken in."""
    bot.stop_taking()
    await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0.05)
    assert gate
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
