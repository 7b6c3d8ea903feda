"""A Slack, a bot in it whose `receive` is scripted, and standing people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from bot.settings import load
from bot.slack import SlackFrontEnd
from bot.slack.api import SlackPauses
from handlers.messages import Incoming, Reply, say
from tests.doubles.slack import SlackDouble

ASHA, BEN, CLEO, FINN, GUS, ROBO = "UASHA", "UBEN", "UCLEO", "UFINN", "UGUS", "UROBO"
STAFF, QUIET = "CSTAFF", "CQUIET"
QUICK = SlackPauses(first=0.01, most=0.05)

Script = Callable[[Incoming], Reply | Awaitable[Reply | None] | None]


class Stage:
    """What a test needs: `slack`, `front_end`, `heard` (what was received), and `says`, the script."""

    def __init__(self, slack: SlackDouble, **settings: str) -> None:
        self.slack = slack
        self.heard: list[Incoming] = []
        self.says: Script = lambda incoming: say("Thank you.")
        self.front_end = SlackFrontEnd(load({**slack.environment, **settings}), pauses=QUICK)

    async def receive(self, incoming: Incoming) -> Reply | None:
        self.heard.append(incoming)
        said = self.says(incoming)
        return said if said is None or isinstance(said, Reply) else await said


def populate(slack: SlackDouble) -> None:
    """Asha, Ben and Cleo are staff; Finn is of another school, Gus a guest, Robo a bot."""
    slack.user(ASHA, "Asha Patel")
    slack.user(BEN, "Ben Okafor")
    slack.user(CLEO, "Cleo Marsh")
    slack.user(FINN, "Finn Stranger", team_id="TOTHER", is_stranger=True)
    slack.user(GUS, "Gus Guest", is_restricted=True)
    slack.user(ROBO, "Robo", is_bot=True)
    slack.channel(STAFF, "staff", ASHA, BEN, CLEO)
    slack.channel(QUIET, "quiet", ASHA, bot=False)


@asynccontextmanager
async def on_stage(
    way: str = "sockets", *, strict: bool = True, **settings: str
) -> AsyncIterator[Stage]:
    """A running bot, by Socket Mode or by signed HTTP. At the end, nothing it sent may have been refused."""
    async with SlackDouble(events_url="set below" if way == "http" else "") as slack:
        populate(slack)
        stage = Stage(slack, **settings)
        async with running(stage, way):
            await slack.until(lambda: slack.sockets.open or (way == "http" and slack.calls))
            yield stage
        if strict:
            assert slack.refusals == []


@asynccontextmanager
async def running(stage: Stage, way: str = "sockets") -> AsyncIterator[asyncio.Task[None]]:
    """The bot of a stage, from its start to its end."""
    app = web.Application()
    app.add_routes(stage.front_end.routes(stage.receive))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if way == "http":
        stage.slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    task = asyncio.create_task(stage.front_end.run(stage.receive))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await runner.cleanup()
