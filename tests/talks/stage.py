"""Standing people, a whole bot, and a chat to talk in: terminal, Slack or Telegram."""

from __future__ import annotations

import asyncio
import io
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from rich.console import Console

from bot.app import Bot
from bot.build import build
from bot.cli.people.roles import change_roles
from bot.front_end import FrontEnd
from bot.settings import Settings, load
from bot.slack import SlackFrontEnd
from bot.telegram import TelegramFrontEnd
from bot.terminal import TerminalFrontEnd
from bot.terminal.moving import MovingClock
from handlers.policies.statement import accept_all
from store.model.records import Person, Role
from tests.bot.slack import slack_stage
from tests.bot.telegram import telegram_running
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_world import Shown, View
from tests.doubles.telegram import TelegramDouble
from tests.patience import until

ROOT = Path(__file__).parents[2]
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # in school hours
PEOPLE = {
    "Asha": ("Asha Patel", (Role.STAFF,)),
    "Ben": ("Ben Okafor", (Role.HEAD,)),
    "Cleo": ("Cleo Martin", (Role.DSL,)),
    "Dev": ("Dev Singh", (Role.ICT,)),
    "Efua": ("Efua Mensah", (Role.CHAIR,)),
    "Gita": ("Gita Rao", (Role.STAFF,)),
}
STRANGER = "Finn"
ANY_CASE = re.compile(r"[2-9B-DF-HJ-NP-TV-XZ]{4}")


@dataclass(frozen=True)
class Seen:
    """One message as somebody sees it now."""

    key: str
    words: str  # with the labels of its buttons

    def __contains__(self, words: str) -> bool:
        return words in self.words


class StillClock(MovingClock):
    """Stands still between moves, so that a talk is the same at any time of day."""

    def __init__(self, at: datetime) -> None:
        super().__init__(load_zone())
        self._at = at

    def now(self) -> datetime:
        return self._at

    def _set(self, to: datetime) -> None:
        self._at = to


def load_zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/London")


class Stage(ABC):
    """One chat with a bot in it."""

    bot: Bot
    clock: StillClock
    environment: dict[str, str]
    #: Within a row, words can be in bold where others are not.
    tells_words_apart = True

    def __init__(self, folder: Path, clock: StillClock) -> None:
        self.folder = folder
        self.clock = clock

    @abstractmethod
    def account(self, name: str) -> str: ...

    @abstractmethod
    async def says(self, name: str, words: str) -> None: ...

    @abstractmethod
    async def sends(self, name: str, files: list[Path], words: str) -> None: ...

    @abstractmethod
    async def forwards(self, name: str, words: str, files: list[Path]) -> None: ...

    @abstractmethod
    async def taps(self, name: str, label: str) -> None: ...

    @abstractmethod
    def seen(self, name: str) -> list[Seen]: ...

    def can_tap(self, name: str, label: str) -> bool:
        """Whether a button of this label stands before somebody."""
        return any(label in seen for seen in self.seen(name))

    @abstractmethod
    def bold(self, name: str) -> list[str]:
        """The words of quotations that somebody was shown set off from the others."""

    @abstractmethod
    def handed(self, name: str) -> list[bytes]:
        """The files that somebody was given."""

    def asked_for_bytes(self) -> bool:
        """Whether the chat was asked for the bytes of anything that was sent."""
        return any(self.folder.glob("data/cases/*/evidence/*"))

    async def quiet(self) -> None:
        """Until all that was begun is done, so that “nothing” is to be believed."""
        await until(lambda: not self.under_way())

    def under_way(self) -> list[object]:
        """What the bot has begun and not ended."""
        homes = [self.bot.homes] if self.bot.homes.is_busy else []
        return [*self.bot._work, *self.bot.delivery.shown_log._tasks, *homes]

    async def moves_clock(self, words: str, *, is_down: bool = False) -> None:
        """Where nobody runs the bot, all that falls due is found by its first minute."""
        await self.quiet()
        self.clock.next_due = None if is_down else self.bot.desk.store.next_due
        await self.clock.move(words, self.bot.work)

    async def technician(self, words: str) -> None:
        """What `headsup roles` does, while the bot runs: `gives Dev Singh the role chair`."""
        found = re.fullmatch(r"(gives|takes) (.+) the role (\w+)", words)
        assert found, words
        given = settings(self.folder, **self.environment)
        give, take = ([found[3]], []) if found[1] == "gives" else ([], [found[3]])
        await change_roles(found[2], give, take, given)

    def arrives(self, name: str, full: str) -> None:
        """Somebody new, or somebody's second account, is in the chat. In the terminal, all are."""
        del name, full

    async def enrol(self) -> None:
        store = self.bot.desk.store
        for name, (full, roles) in PEOPLE.items():
            await store.add_person(
                Person(name.lower(), full, roles, (self.account(name),), self.clock.now())
            )
        await accept_all(await store.people(), self.bot.desk)


def settings(folder: Path, **environment: str) -> Settings:
    return load(
        {
            "HEADSUP_DATA": str(folder / "data"),
            "SCHOOL_FILE": str(folder / "school.toml"),
            "POLICY_TEXTS": str(ROOT / "policy_texts"),
            **environment,
        }
    )


@dataclass(frozen=True)
class _Dialog:
    """What Slack asks over a button of a message before it takes the tap for meant."""

    over: Shown
    label: str
    dialog: dict[str, Any]

    def answer(self, label: str) -> str:
        """Which of its two buttons is meant: it has room for a word, where a message has a
        sentence.
        """
        for which in ("confirm", "deny"):
            if label.startswith(self.dialog[which]["text"]):
                return which
        return ""

    @property
    def seen(self) -> Seen:
        words = [self.dialog[part]["text"] for part in ("text", "confirm", "deny")]
        return Seen(f"dialog {self.over.ts} {self.label}", "\n".join(words))


class TerminalStage(Stage):
    #: The output of a script has no bold.
    tells_words_apart = False

    def __init__(self, folder: Path, clock: StillClock, **environment: str) -> None:
        super().__init__(folder, clock)
        self.environment = environment
        self.out = io.StringIO()
        self.front_end = TerminalFrontEnd(
            clock,
            self._work,
            Console(file=self.out, highlight=False, soft_wrap=True, markup=False, emoji=False),
        )
        self._seen: list[tuple[str, Seen]] = []

    async def _work(self) -> None:
        await self.bot.work()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.bot = await build(
            settings(self.folder, **self.environment), {"terminal": self.front_end}, self.clock.now
        )
        await self.enrol()
        try:
            yield
        finally:
            await self.bot.close()

    def account(self, name: str) -> str:
        return f"terminal:{name.lower()}"

    async def _line(self, name: str, line: str) -> None:
        self.front_end.me = name.lower()
        begin = self.out.tell()
        await self.front_end.obey(line, self.bot.answer)
        self.out.seek(begin)
        block: list[str] = []
        to = name
        for row in [*self.out.read().splitlines(), "end>"]:
            if row.startswith("  "):
                block.append(row.strip())
                continue
            if block:
                self._seen.append((to, Seen(str(len(self._seen)), "\n".join(block))))
                block = []
            to = row[2:-1] if row.startswith("→ ") else name

    async def says(self, name: str, words: str) -> None:
        await self._line(name, words)

    async def sends(self, name: str, files: list[Path], words: str) -> None:
        await self._line(name, "send " + " ".join(str(file) for file in files))
        if words:
            await self._line(name, words)

    async def forwards(self, name: str, words: str, files: list[Path]) -> None:
        quoted = f'"{words}"' if words else ""
        await self._line(name, " ".join(["forward", *(str(file) for file in files), quoted]))

    async def taps(self, name: str, label: str) -> None:
        await self._line(name, f"tap {label}")

    def handed(self, name: str) -> list[bytes]:
        paths = [
            path
            for seen in self.seen(name)
            for path in re.findall(r"\[file\] .*?: (.+)", seen.words)
        ]
        return [Path(path).read_bytes() for path in paths]

    def under_way(self) -> list[object]:
        return [*self.bot.delivery.alarm._working, *super().under_way()]

    async def moves_clock(self, words: str, *, is_down: bool = False) -> None:
        # What is still being sent would take along what falls due by then, and be read by nobody.
        await self.quiet()
        self.clock.next_due = None if is_down else self.bot.desk.store.next_due
        await self._line(self.front_end.me.capitalize(), f"clock {words}")

    def seen(self, name: str) -> list[Seen]:
        return [seen for to, seen in self._seen if to == name]

    def bold(self, name: str) -> list[str]:
        # A row that holds such words has a thick bar before it.
        rows = [row for seen in self.seen(name) for row in seen.words.splitlines()]
        return [row.strip("┃ ") for row in rows if row.strip().startswith("┃")]


class SlackStage(Stage):
    def __init__(
        self, folder: Path, clock: StillClock, slack: SlackDouble, **environment: str
    ) -> None:
        super().__init__(folder, clock)
        self.environment = {**slack.environment, **environment}
        self.slack = slack
        #: What Slack asks somebody, over a button that they have tapped.
        self.dialogs: dict[str, _Dialog] = {}
        slack.world.clock = lambda: clock.now().timestamp()
        for name, (full, _) in PEOPLE.items():
            slack.user(self._user(name), full)
        slack.user(self._user(STRANGER), "Finn Stranger", team_id="TOTHER", is_stranger=True)

    def arrives(self, name: str, full: str) -> None:
        self.slack.user(self._user(name), full)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        given = settings(self.folder, **self.environment)
        self.front_end = SlackFrontEnd(given, pauses=slack_stage.QUICK)
        self.bot = await build(given, {"slack": self.front_end}, self.clock.now)
        self.bot.homes.rest = 0.0
        await self.enrol()
        async with _run(self.front_end, self.bot):
            await self.slack.until(lambda: self.slack.sockets.open)
            yield

    def under_way(self) -> list[object]:
        return [*self.front_end._work._tasks, *super().under_way()]

    def _user(self, name: str) -> str:
        return "U" + name.upper()

    def account(self, name: str) -> str:
        return f"slack:{self.slack.team}:{self._user(name)}"

    async def says(self, name: str, words: str) -> None:
        if forms := self._open_forms(name):
            await self.slack.submit(self._user(name), forms[-1], words)
            return
        if not words.startswith("/"):
            await self.slack.message(self._user(name), words)
            return
        command, _, rest = words.partition(" ")
        if command not in ("/case", "/policy", "/report"):
            command, rest = "/headsup", words[1:]
        await self.slack.slash(self._user(name), command, rest)

    def _open_forms(self, name: str) -> list[View]:
        return [v for v in self.slack.world.views if v.user == self._user(name) and v.open]

    def _files(self, name: str, files: list[Path]) -> list[dict[str, Any]]:
        return [self.slack.file(self._user(name), file.name, file.read_bytes()) for file in files]

    async def sends(self, name: str, files: list[Path], words: str) -> None:
        await self.slack.message(self._user(name), words, files=self._files(name, files))

    async def forwards(self, name: str, words: str, files: list[Path]) -> None:
        channel = self.slack.channel("CPARENTS", "parents", self._user(name))
        post = await self.slack.post(
            self._user("Gita"), channel, words, files=self._files("Gita", files)
        )
        await self.slack.forward(self._user(name), post)

    async def taps(self, name: str, label: str) -> None:
        if name in self.dialogs and await self._answers_dialog(name, label):
            return
        shown = next(s for s in reversed(self.slack.shown(self._user(name))) if label in s.labels)
        dialog = shown.dialogs.get(label)
        # Where a tap elsewhere does it at once, a talk has no further line.
        if dialog and not label.startswith("Join to"):
            self.dialogs[name] = _Dialog(shown, label, dialog)
            return
        buttons = [
            e for b in shown.blocks for e in b.get("elements", []) if e.get("type") == "button"
        ]
        if any(button["text"]["text"] == label for button in buttons):
            await self.slack.tap(self._user(name), shown, label)
        else:
            await self.slack.choose(self._user(name), shown, label)

    def can_tap(self, name: str, label: str) -> bool:
        asked = self.dialogs.get(name)
        return super().can_tap(name, label) or bool(asked and asked.answer(label))

    async def _answers_dialog(self, name: str, label: str) -> bool:
        asked = self.dialogs[name]
        answer = asked.answer(label)
        if answer:
            del self.dialogs[name]
        if answer == "confirm":
            await self.slack.tap(self._user(name), asked.over, asked.label)
        return bool(answer)

    def handed(self, name: str) -> list[bytes]:
        return [u.data for u in self.slack.uploads if u.channel == "D" + name.upper()]

    def asked_for_bytes(self) -> bool:
        return bool(self.slack.downloads) or super().asked_for_bytes()

    def seen(self, name: str) -> list[Seen]:
        forms = [Seen(v.id, "\n".join(v.labels)) for v in self._open_forms(name)]
        shown = self.slack.shown(self._user(name))
        files = [Seen(u.id, u.title) for u in self.slack.uploads if u.channel == "D" + name.upper()]
        messages = (Seen(f"{s.channel} {s.ts}", "\n".join((s.words, *s.labels))) for s in shown)
        asked = [self.dialogs[name].seen] if name in self.dialogs else []
        return [*messages, *files, *forms, *asked]

    def bold(self, name: str) -> list[str]:
        return [
            piece["text"]
            for shown in self.slack.shown(self._user(name))
            for block in shown.blocks
            for part in block.get("elements", [])
            if part.get("type") == "rich_text_quote"
            for piece in part["elements"]
            if piece.get("style") == {"bold": True}
        ]


class TelegramStage(Stage):
    def __init__(
        self, folder: Path, clock: StillClock, telegram: TelegramDouble, **environment: str
    ) -> None:
        super().__init__(folder, clock)
        self.environment = {**telegram.environment, **environment}
        self.telegram = telegram
        telegram.clock = lambda: clock.now().timestamp()
        names = [
            *((n, full.split()) for n, (full, _) in PEOPLE.items()),
            (STRANGER, ["Finn", "Stranger"]),
        ]
        self.users = {
            name: telegram.user(1000 + number, *full, started=True)
            for number, (name, full) in enumerate(names)
        }

    def arrives(self, name: str, full: str) -> None:
        self.users[name] = self.telegram.user(2000 + len(self.users), *full.split(), started=True)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        given = settings(self.folder, **self.environment)
        self.front_end = TelegramFrontEnd(given, pauses=telegram_running.QUICK)
        self.bot = await build(given, {"telegram": self.front_end}, self.clock.now)
        await self.enrol()
        async with _run(self.front_end, self.bot):
            yield

    def under_way(self) -> list[object]:
        answers, intake = self.front_end._answers, self.front_end._intake
        taps = intake._tasks if intake else ()
        waiting = self.telegram.updates.waiting
        return [*waiting, *taps, *answers._albums, *answers._tasks, *super().under_way()]

    def account(self, name: str) -> str:
        return f"telegram:{self.users[name].id}"

    async def says(self, name: str, words: str) -> None:
        await self.users[name].says(words)

    async def sends(self, name: str, files: list[Path], words: str) -> None:
        if len(files) == 1:
            await self.users[name].sends_photo(files[0].read_bytes(), caption=words)
        else:
            await self.users[name].sends_album([file.read_bytes() for file in files], caption=words)

    async def forwards(self, name: str, words: str, files: list[Path]) -> None:
        if files:
            update = await self.users["Gita"].sends_photo(files[0].read_bytes(), caption=words)
            await self.users[name].forwards(update, hidden="A parent")
        else:
            await self.users[name].forwards(words, hidden="A parent")

    async def taps(self, name: str, label: str) -> None:
        await self.users[name].taps(label)

    def handed(self, name: str) -> list[bytes]:
        return [s.file.content for s in self.telegram.shown(self.users[name]) if s.file]

    def asked_for_bytes(self) -> bool:
        return bool({"getFile", "(file)"} & self.telegram.methods) or super().asked_for_bytes()

    def seen(self, name: str) -> list[Seen]:
        return [
            Seen(str(s.message_id), "\n".join((s.text, *s.labels, s.file.name if s.file else "")))
            for s in self.telegram.shown(self.users[name])
        ]

    def bold(self, name: str) -> list[str]:
        return [
            words
            for shown in self.telegram.shown(self.users[name])
            for words in shown.words("bold")
        ]


@asynccontextmanager
async def _run(front_end: FrontEnd, bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(front_end.run(bot.receive))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bot.close()


def screenshot(path: Path, seed: int = 1) -> Path:
    """A picture like a phone's screenshot; another seed makes another one."""
    path.write_bytes(_drawn(path.suffix, seed))
    return path


@cache
def _drawn(suffix: str, seed: int) -> bytes:
    """A file of this kind. To pack one takes longer than a question."""
    image = Image.new("RGB", (390, 844), "white")
    draw = ImageDraw.Draw(image)
    for n in range(20):
        wide = 40 + (n * n * 37 * seed + 91 * seed) % 330
        shade = (n * 12 % 255, (seed * 80 + n * 9) % 255, 200 - n * 9)
        draw.rectangle((10, 42 * n + 4, 10 + wide, 42 * n + 34), fill=shade)
    made = io.BytesIO()
    Image.preinit()
    image.save(made, Image.EXTENSION[suffix])
    return made.getvalue()
