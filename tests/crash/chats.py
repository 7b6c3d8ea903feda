"""Slack and Telegram with Asha, who teaches, and Ben, who is the head, for what happens alike in both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from store.model.records import Person, Role
from store.tiny import TinyStore
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_world import Shown
from tests.doubles.telegram import TelegramDouble
from tests.patience import PATIENCE
from tests.store.made import NOW

SCHOOL = "The school"  # whom it is about, which is asked first
THREAT = "Threat of violence"  # urgent: Ben is told at once
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 800


class Chat(ABC):
    """One chat, and the two people in it."""

    environment: dict[str, str]
    wrong_token: dict[str, str]
    refused: str  # what the console says of a wrong token
    unreachable: str  # … and of a chat that nobody reaches
    accounts: tuple[str, str]

    async def furnish(self, data: Path) -> None:
        """Asha and Ben have joined."""
        store = TinyStore.open(data)
        for name, role, account in zip(
            ("Asha", "Ben"), (Role.STAFF, Role.HEAD), self.accounts, strict=True
        ):
            await store.add_person(Person(name.lower(), name, (role,), (account,), NOW))
        await store.close()

    @abstractmethod
    async def says(self, text: str, picture: bytes = b"", who: str = "Asha") -> None:
        """Somebody writes to the bot."""

    @abstractmethod
    async def taps_school(self, words: str) -> None:
        """Asha says whom the case is about whose answer holds these words: from then on leaders see it."""

    @abstractmethod
    async def taps_threat(self, words: str) -> None:
        """Asha says what the case is about whose answer holds these words."""

    @abstractmethod
    async def sees(
        self, words: str, who: str = "Asha", times: int = 1, seconds: float = PATIENCE
    ) -> str:
        """Wait until so many messages of the bot hold these words; gives the newest of them."""

    @abstractmethod
    def seen(self, words: str, who: str = "Asha") -> int:
        """How many messages hold them now."""

    @abstractmethod
    async def goes_down(self) -> None: ...

    @abstractmethod
    async def comes_back(self) -> None: ...

    @abstractmethod
    def slows_down(self, seconds: int, times: int) -> None:
        """Answers to the bot's messages are 429 with how long to wait."""


class InSlack(Chat):
    refused = "Slack refuses SLACK_BOT_TOKEN (invalid_auth)."
    unreachable = "Slack could not be reached. Trying again."

    def __init__(self, slack: SlackDouble) -> None:
        self.slack = slack
        self.environment = slack.environment
        self.wrong_token = {"SLACK_BOT_TOKEN": "xoxb-wrong"}
        slack.user("UASHA", "Asha Patel")
        slack.user("UBEN", "Ben Okafor")
        self.accounts = f"slack:{slack.team}:UASHA", f"slack:{slack.team}:UBEN"

    async def says(self, text: str, picture: bytes = b"", who: str = "Asha") -> None:
        user = "U" + who.upper()
        files = [self.slack.file(user, "shot.png", picture)] if picture else []
        await self.slack.message(user, text, files=files)

    async def taps_school(self, words: str) -> None:
        await self._taps(words, SCHOOL)
        await self.slack.until(lambda: self._with_button(words, THREAT))

    async def taps_threat(self, words: str) -> None:
        await self.taps_school(words)
        await self._taps(words, THREAT)

    async def _taps(self, words: str, label: str) -> None:
        await self.slack.until(lambda: self._with_button(words, label))
        await self.slack.tap("UASHA", self._with_button(words, label)[0], label)

    def _with_button(self, words: str, label: str) -> list[Shown]:
        return [s for s in self.slack.world.history if words in s.words and label in s.labels]

    async def sees(
        self, words: str, who: str = "Asha", times: int = 1, seconds: float = PATIENCE
    ) -> str:
        await self.slack.until(lambda: self.seen(words, who) >= times, seconds)
        return self._words(words, who)[-1]

    def seen(self, words: str, who: str = "Asha") -> int:
        return len(self._words(words, who))

    def _words(self, words: str, who: str) -> list[str]:
        user = "U" + who.upper()
        return [s.words for s in self.slack.world.history if s.user == user and words in s.words]

    async def goes_down(self) -> None:
        await self.slack.stop()

    async def comes_back(self) -> None:
        await self.slack.start()

    def slows_down(self, seconds: int, times: int) -> None:
        self.slack.slow_down("chat.postMessage", seconds, times)


class InTelegram(Chat):
    refused = "Telegram refuses the bot's token."
    unreachable = "Telegram cannot be reached; trying again until it can"

    def __init__(self, telegram: TelegramDouble) -> None:
        self.telegram = telegram
        self.environment = telegram.environment
        self.wrong_token = {
            "TELEGRAM_BOT_TOKEN": "987654321:AAAnotherTestToken-abcdefghijklmnopqrs"
        }
        self.people = {
            "Asha": telegram.user(4242, "Asha", started=True),
            "Ben": telegram.user(7777, "Ben", started=True),
        }
        self.accounts = "telegram:4242", "telegram:7777"

    async def says(self, text: str, picture: bytes = b"", who: str = "Asha") -> None:
        if picture:
            await self.people[who].sends_document(picture, "shot.png", "image/png", caption=text)
        else:
            await self.people[who].says(text)

    async def taps_school(self, words: str) -> None:
        await self.telegram.waits_for(self.people["Asha"], SCHOOL)
        await self.people["Asha"].taps(SCHOOL)
        await self.telegram.waits_for(self.people["Asha"], THREAT)

    async def taps_threat(self, words: str) -> None:
        await self.taps_school(words)
        await self.people["Asha"].taps(THREAT)

    async def sees(
        self, words: str, who: str = "Asha", times: int = 1, seconds: float = PATIENCE
    ) -> str:
        await self.telegram.until(lambda: self.seen(words, who) >= times, seconds)
        return [text for text in self.telegram.texts(self.people[who]) if words in text][-1]

    def seen(self, words: str, who: str = "Asha") -> int:
        return sum(words in text for text in self.telegram.texts(self.people[who]))

    async def goes_down(self) -> None:
        self.telegram.goes_down()

    async def comes_back(self) -> None:
        self.telegram.comes_back()

    def slows_down(self, seconds: int, times: int) -> None:
        self.telegram.slows_down("sendMessage", retry_after=seconds, times=times)


@asynccontextmanager
async def chat_named(name: str) -> AsyncIterator[Chat]:
    """`slack` or `telegram`; at the end, nothing that the bot sent to Slack may have been refused for its shape."""
    if name == "telegram":
        async with TelegramDouble() as telegram:
            yield InTelegram(telegram)
        return
    async with SlackDouble() as slack:
        yield InSlack(slack)
        assert slack.refusals == []
