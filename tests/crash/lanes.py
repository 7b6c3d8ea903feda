"""A chat in which ever new people report, a folder, and the bots that live and die there."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from store.model.records import Person, Role, State
from store.tiny import TinyStore
from tests.crash.processes import Nursery, Running, environment, free_port, start_cold
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_world import Shown
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import User
from tests.patience import PATIENCE
from tests.store.made import NOW

LEAST = 10  # of each thing that is looked for; else nothing was tried
LATE = "acknowledged what was not sent"  # to a Slack that waits a second or less
SENDERS = 8
CALLS = 24  # of the chat by one bot, before it is killed at the latest
SOON = 0.012  # seconds after the last of them
SCHOOL = "The school"  # whom it is about, which is asked first
THREAT = "Threat of violence"  # urgent: Ben and Cleo are told at once
ALERT = re.compile(
    r"^(?:\d+\. )?Urgent: case (\w{4})", re.MULTILINE
)  # several alerts may be one message
WEBHOOK = {
    "TELEGRAM_WEBHOOK_URL": "https://school.example/hooks/telegram",
    "TELEGRAM_WEBHOOK_SECRET": "s3cret_of-our-own",
}
BEN, CLEO, GITA = "Ben", "Cleo", "Gita"  # Gita goes on and on; everybody else reports once


@dataclass(eq=False)
class Sent:
    """One report, as its sender knows it."""

    user: str
    text: str
    content: bytes
    source: str = ""
    acknowledged: bool = False
    categorised: bool = False


class Lane(ABC):
    """What happens alike in every chat."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.chance = random.Random(seed)
        self.sent: list[Sent] = []
        self.kills = 0
        self.environment: dict[str, str] = {}
        self._stop = asyncio.Event()

    # --- the chat -----------------------------------------------------------------------------------------

    @abstractmethod
    def account(self, user: str) -> str: ...

    @abstractmethod
    def new_user(self, sender: int) -> str | None:
        """Somebody who has not reported yet; None when there is nobody left."""

    @abstractmethod
    async def deliver(self, report: Sent) -> None:
        """Send it, and send it again until the bot has acknowledged it."""

    @abstractmethod
    async def tap(self, user: str, label: str) -> None:
        """Press a button of an answer that has come, until the bot has acknowledged that."""

    @abstractmethod
    def can_tap(self, user: str, label: str) -> bool: ...

    @abstractmethod
    def words(self, user: str) -> list[str]:
        """Everything that the bot has shown to somebody."""

    @abstractmethod
    def calls(self) -> int:
        """How often bots have called so far."""

    @abstractmethod
    async def until(self, true: Callable[[], Any], seconds: float) -> Any: ...

    @abstractmethod
    def becomes_patient(self, seconds: float = PATIENCE) -> None:
        """From now on the chat waits so long for a bot: it may take its time where it is not killed."""

    # --- what people do -----------------------------------------------------------------------------------

    async def furnish(self, *more: str, leaders: Collection[str] = ()) -> None:
        """The leaders have joined, and whom the chat does not vouch for."""
        store = TinyStore.open(self.data)
        roles = {**dict.fromkeys(leaders, Role.LEADER), BEN: Role.HEAD, CLEO: Role.DSL}
        for user in dict.fromkeys((BEN, CLEO, *more, *leaders)):
            role = roles.get(user, Role.STAFF)
            await store.add_person(Person(user.lower(), user, (role,), (self.account(user),), NOW))
        await store.close()

    async def report(self, sender: int) -> None:
        """Reports, one after another, each by somebody new; but for the first sender, who is Gita."""
        number = 0
        while not self._stop.is_set():
            number += 1
            user = self.new_user(sender) if sender else GITA
            if user is None:
                return
            some = self.chance.random() < 0.5
            content = self.chance.randbytes(self.chance.randrange(1, 200_000)) if some else b""
            report = Sent(user, f"{user} saw https://example.com/{sender}/{number}", content)
            await self.deliver(report)
            if sender and await self._is_answered(user):
                await self.say_what_it_is(report)

    async def _is_answered(self, user: str) -> bool:
        """Wait for the answer; it may have died with the bot."""
        kills = self.kills
        with suppress(TimeoutError):
            await self.until(lambda: self.can_tap(user, SCHOOL) or self.kills > kills, 10)
        return self.can_tap(user, SCHOOL)

    async def say_what_it_is(self, report: Sent) -> None:
        """Say whom it is about, and then what. The question in between may die with the bot: it is asked for again."""
        user = report.user
        while not self.can_tap(user, THREAT):
            kills = self.kills
            await self.tap(user, SCHOOL)
            with suppress(TimeoutError):
                await self.until(
                    lambda kills=kills: self.can_tap(user, THREAT) or self.kills > kills,  # type: ignore[misc]
                    10,
                )
        await self.tap(user, THREAT)
        report.categorised = True

    # --- what the bots suffer -----------------------------------------------------------------------------

    async def live(self, bots: Nursery, kills: int, cold: int) -> None:
        """Bots, each killed at some moment of its first calls of the chat; so many of them start from nothing."""
        for number in range(kills):
            if number < cold:
                process = await start_cold(self.folder, self.environment, self.log)
                bot = Running(process.pid)
            else:
                bot = await bots.start(self.folder, self.environment, self.log)
            calls = self.calls() + self.chance.randrange(CALLS)
            with suppress(TimeoutError):
                await self.until(lambda least=calls: self.calls() >= least, 5)  # type: ignore[misc]
            await asyncio.sleep(self.chance.random() * SOON)
            await bot.kill()
            self.kills += 1
            if number < cold:
                await process.wait()

    async def rest(self, bots: Nursery, reporting: Iterable[asyncio.Task[None]]) -> None:
        """A bot that lives until everything that was sent is acknowledged, fetched and told, and ends well.

        People go on until enough has been tried for the checks to mean something: on a busy machine, bots are killed
        before they have answered much.
        """
        bot = await bots.start(self.folder, self.environment, self.log)
        self.becomes_patient()
        with suppress(TimeoutError):
            await self.until(self.is_tried, PATIENCE)
        self._stop.set()
        _, waiting = await asyncio.wait(reporting, timeout=PATIENCE)
        with suppress(TimeoutError):  # what is missing then is named by the checks
            await self.until(lambda: not self.untold(), PATIENCE)
        await asyncio.to_thread(self._wait_until_fetched, PATIENCE)
        await bot.end()
        for task in waiting:
            task.cancel()
        assert not waiting, "somebody's report was never acknowledged"

    # --- what came of it ----------------------------------------------------------------------------------

    def named(self, user: str) -> set[str]:
        """The references that the bot has named to somebody."""
        heads = [words.split("\n")[0].split() for words in self.words(user)]
        return {head[1] for head in heads if head[:1] == ["Case"]}

    def alerts(self, leader: str) -> list[list[str]]:
        """The urgent cases that each message told of."""
        return [found for words in self.words(leader) if (found := ALERT.findall(words))]

    def is_tried(self) -> bool:
        """Whether LEAST reports were answered, half of them categorised, and some of those with a picture."""
        answered = [sent for sent in self.sent if sent.user != GITA and self.named(sent.user)]
        categorised = [sent for sent in answered if sent.categorised]
        pictures = [sent for sent in categorised if sent.content]
        return (
            len(answered) >= LEAST and len(categorised) >= LEAST / 2 and len(pictures) >= LEAST / 5
        )

    def untold(self) -> list[str]:
        """Urgent cases of which Ben or Cleo has not heard."""
        cases = {ref for sent in self.sent if sent.categorised for ref in self.named(sent.user)}
        told = {leader: set(chain(*self.alerts(leader))) for leader in (BEN, CLEO)}
        return [ref for leader in told for ref in cases - told[leader]]

    def _wait_until_fetched(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        for path in self.data.glob("cases/*/case.json"):
            while any(item["state"] == State.WANTED for item in _document(path)["evidence"]):
                if time.monotonic() > until:
                    return
                time.sleep(0.02)


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())["case"]["1"]
    return found


class SlackLane(Lane):
    """Slack sends again what was not acknowledged: here at once, where it takes minutes there."""

    def __init__(self, slack: SlackDouble, folder: Path, seed: int) -> None:
        super().__init__(folder, seed)
        self.slack = slack
        port = str(free_port())
        if slack.events_url:
            slack.events_url = f"http://127.0.0.1:{port}/slack/events"
        self.environment = environment(self.data, PORT=port, **slack.environment)
        self._numbers: Counter[int] = Counter()
        for user in (BEN, CLEO, GITA):
            slack.user("U" + user.upper(), user)

    def account(self, user: str) -> str:
        return f"slack:{self.slack.team}:U{user.upper()}"

    def new_user(self, sender: int) -> str:
        self._numbers[sender] += 1
        user = f"{sender}X{self._numbers[sender]}"
        self.slack.user("U" + user, f"Asha {user}")
        return user

    async def deliver(self, report: Sent) -> None:
        user = "U" + report.user.upper()
        kind = self.chance.choice(["image/png", "application/pdf"])
        files = [self.slack.file(user, "shot.png", report.content, kind)] if report.content else []
        channel, ts = self.slack.world.direct(user), self.slack.world.ts()
        report.source = f"slack:{self.slack.team}:{channel}:{ts}"
        self.sent.append(report)
        while not report.acknowledged:
            said = await self.slack.message(user, report.text, files=files, ts=ts, client_msg_id=ts)
            report.acknowledged = said["answer"].acknowledged
            if not report.acknowledged:
                await asyncio.sleep(0.02)  # nobody is there

    async def tap(self, user: str, label: str) -> None:
        shown = self._answers(user, label)[0]
        while not (await self.slack.tap("U" + user.upper(), shown, label)).acknowledged:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def can_tap(self, user: str, label: str) -> bool:
        return bool(self._answers(user, label))

    def _answers(self, user: str, label: str) -> list[Shown]:
        user = "U" + user.upper()
        return [s for s in self.slack.world.history if s.user == user and label in s.labels]

    def words(self, user: str) -> list[str]:
        return [s.words for s in self.slack.world.history if s.user == "U" + user.upper()]

    def calls(self) -> int:
        return len(self.slack.calls)

    def becomes_patient(self, seconds: float = PATIENCE) -> None:
        self.slack.patience = seconds

    async def until(self, true: Callable[[], Any], seconds: float) -> Any:
        return await self.slack.until(true, seconds)


class TelegramLane(Lane):
    """Telegram gives every update to each bot that asks, until one of them has confirmed it; or it
    calls the bot with each, until that says 200.
    """

    STAFF = 120

    def __init__(
        self, telegram: TelegramDouble, folder: Path, seed: int, *, is_called: bool = False
    ) -> None:
        super().__init__(folder, seed)
        self.telegram = telegram
        given = telegram.environment
        if is_called:
            given |= WEBHOOK | {"PORT": str(free_port())}
            telegram.updates.webhook_via = f"http://127.0.0.1:{given['PORT']}"
        self.environment = environment(self.data, **given)
        self._new = [f"Asha{n}" for n in range(self.STAFF)]
        self._users: dict[str, User] = {
            user: telegram.user(number, user, started=True)
            for number, user in enumerate((BEN, CLEO, GITA, *self._new), 1)
        }

    async def furnish(self, *more: str, leaders: Collection[str] = ()) -> None:
        await super().furnish(GITA, *self._new, *more, leaders=leaders)

    def account(self, user: str) -> str:
        return f"telegram:{self._users[user].id}"

    def new_user(self, sender: int) -> str | None:
        return self._new.pop() if self._new else None

    async def deliver(self, report: Sent) -> None:
        user = self._users[report.user]
        if report.content:
            update = await user.sends_document(report.content, caption=report.text)
        else:
            update = await user.says(report.text)
        report.source = f"telegram:{user.id}:{update['message']['message_id']}"
        self.sent.append(report)
        await self._confirmed(update)
        report.acknowledged = True

    async def tap(self, user: str, label: str) -> None:
        await self._confirmed(await self._users[user].taps(label))

    async def _confirmed(self, update: dict[str, Any]) -> None:
        waiting = self.telegram.updates
        await self.until(lambda: all(one.update is not update for one in waiting.waiting), PATIENCE)

    def can_tap(self, user: str, label: str) -> bool:
        return any(label in shown.labels for shown in self.telegram.shown(self._users[user]))

    def words(self, user: str) -> list[str]:
        return self.telegram.texts(self._users[user])

    def calls(self) -> int:
        return len(self.telegram.calls)

    def becomes_patient(self, seconds: float = PATIENCE) -> None:
        """Telegram always is."""

    async def until(self, true: Callable[[], Any], seconds: float) -> Any:
        return await self.telegram.until(true, seconds)


@asynccontextmanager
async def lane_of(way: str, folder: Path, seed: int, patience: float) -> AsyncIterator[Lane]:
    """`patience`: seconds that Slack waits for an acknowledgement."""
    if way.startswith("telegram"):
        async with TelegramDouble() as telegram:
            yield TelegramLane(telegram, folder, seed, is_called=way == "telegram-http")
        return
    async with SlackDouble(
        events_url="set later" if way == "slack-http" else "", patience=patience
    ) as slack:
        yield SlackLane(slack, folder, seed)
        assert set(slack.refusals) <= {LATE}
