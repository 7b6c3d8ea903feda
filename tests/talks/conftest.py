"""`talk`: a conversation as people have it, line by line, in each chat.

Asha> [sends shot.png] words with it       also [sends a.png, b.png], [forwards "words"], [forwards a.png]
Asha> (taps) Threat of violence
clock> +20m
down> 2028-01-10 10:00      nobody runs the bot until then
technician> gives Dev Singh the role chair     at the command line; the bot does it at its next minute
bot> words that the answer to the last speaker holds; {a} stands for a case, the same one throughout
bot to Ben> words that a message to Ben holds
bot> (nothing)
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from store.verifying import Walk, look_through
from tests.doubles.slack import SlackDouble
from tests.doubles.telegram import TelegramDouble
from tests.patience import until
from tests.talks.stage import (
    ANY_CASE,
    TUESDAY,
    Seen,
    SlackStage,
    Stage,
    StillClock,
    TelegramStage,
    TerminalStage,
    screenshot,
)

LINE = re.compile(r"(\w+)(?: to (\w+))?>\s*(.*)")
DEED = re.compile(r"\[(sends|forwards) (.+?)\]\s*(.*)|\((taps)\)\s*(.+)", re.DOTALL)
#: A case that has not been named yet.
UNKNOWN = re.compile(r"\{(\w)\}")

Talk = Callable[[str], Awaitable[dict[str, str]]]


@pytest.fixture(scope="session", autouse=True)
def _ready(texts_are_ready: None) -> None:
    """No question waits."""


@pytest.fixture
def reads_pictures() -> None:
    """For a talk in which the words in pictures are read, where the program for that is here."""


@pytest.fixture(autouse=True)
def _reads_no_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without that program: to read one picture takes longer than a whole talk."""
    if "reads_pictures" not in request.fixturenames:
        monkeypatch.setattr("bot.build.program", lambda: "")


@pytest.fixture(params=["terminal", "slack", "telegram"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    clock = StillClock(TUESDAY)
    if request.param == "terminal":
        terminal = TerminalStage(tmp_path, clock)
        async with terminal.running():
            yield terminal
            await as_written(terminal)
    elif request.param == "slack":
        async with SlackDouble() as slack:
            in_slack = SlackStage(tmp_path, clock, slack)
            async with in_slack.running():
                yield in_slack
                await as_written(in_slack)
            assert slack.refusals == []
    else:
        async with TelegramDouble() as telegram:
            in_telegram = TelegramStage(tmp_path, clock, telegram)
            async with in_telegram.running():
                yield in_telegram
                await as_written(in_telegram)


async def as_written(stage: Stage) -> None:
    """Whatever was said: what the entries tell is what there is, and `verify` has nothing to say."""
    await stage.quiet()
    async for mismatch in look_through(stage.bot.desk.store, Walk()):
        raise AssertionError(str(mismatch))


@pytest.fixture
def talk(stage: Stage, tmp_path: Path) -> Talk:
    """Holds a conversation; gives what {a}, {b} … stood for."""
    return Conversation(stage, tmp_path).hold


class Conversation:
    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self.speaker = ""
        self.before: dict[str, list[Seen]] = {}
        self.cases: dict[str, str] = {}

    async def hold(self, script: str) -> dict[str, str]:
        lines: list[re.Match[str]] = []
        for row in filter(None, (row.strip() for row in script.splitlines())):
            match = LINE.fullmatch(row)
            assert match, f"not a line of a talk: {row!r}"
            lines.append(match)
        for line in lines:
            who, to, words = line.groups()
            if who == "bot":
                await self._expect(to or self.speaker, words)
            elif who in ("clock", "down"):
                self._mark()
                await self.stage.moves_clock(words, is_down=who == "down")
            elif who == "technician":
                await self.stage.technician(words)
            else:
                self._mark()
                self.speaker = who
                await self._act(who, self._filled(words))
        return self.cases

    def _mark(self) -> None:
        from tests.talks.stage import PEOPLE, STRANGER

        self.before = {name: self.stage.seen(name) for name in (*PEOPLE, STRANGER)}

    async def _act(self, who: str, words: str) -> None:
        deed = DEED.fullmatch(words)
        if deed is None:
            await self.stage.says(who, words)
        elif deed[4]:
            await self._until(
                lambda: self.stage.can_tap(who, deed[5]),
                f"a button {deed[5]!r}",
            )
            await self.stage.taps(who, deed[5])
        elif deed[1] == "sends":
            await self.stage.sends(who, self._files(deed[2]), deed[3])
        elif deed[2].startswith('"'):
            await self.stage.forwards(who, deed[2].strip('"'), [])
        else:
            await self.stage.forwards(who, deed[3], self._files(deed[2]))

    def _files(self, names: str) -> list[Path]:
        """A picture for each name; the same name is the same picture."""
        paths = [self.folder / name.strip() for name in names.split(",")]
        for path in paths:
            if not path.exists():
                screenshot(path, seed=sum(path.name.encode()))
        return paths

    async def _expect(self, who: str, words: str) -> None:
        if words == "(nothing)":
            await self.stage.quiet()
            assert self._new(who) == [], f"{who} was shown something"
            return
        words = words.replace("\\n", "\n")
        await self._until(lambda: self._found(who, words), f"{words!r} before {who}", who)

    def _found(self, who: str, words: str) -> bool:
        wanted = self._filled(words)
        unknown = dict.fromkeys(UNKNOWN.findall(wanted))
        if not unknown:
            return any(wanted in seen for seen in self._new(who))
        pattern = re.escape(wanted)
        for name in unknown:
            pattern = pattern.replace(rf"\{{{name}\}}", f"(?P<{name}>{ANY_CASE.pattern})", 1)
        for seen in self._new(who):
            if match := re.search(pattern, seen.words):
                self.cases.update(match.groupdict())
                return True
        return False

    def _filled(self, words: str) -> str:
        for name, reference in self.cases.items():
            words = words.replace("{" + name + "}", reference)
        return words

    def _new(self, who: str) -> list[Seen]:
        before = self.before.get(who, [])
        return [seen for seen in self.stage.seen(who) if seen not in before]

    async def _until(self, true: Callable[[], bool], what: str, who: str = "") -> None:
        try:
            await until(true)
        except TimeoutError:
            shown = "\n---\n".join(seen.words for seen in self._new(who or self.speaker))
            raise AssertionError(f"waited for {what}; there is:\n{shown}") from None
