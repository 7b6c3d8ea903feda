"""The conversation: lines that are typed or piped in, and what comes back."""

from __future__ import annotations

import asyncio
import itertools
import mimetypes
import shlex
import sys
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from rich.console import Console

from bot.terminal import draw
from bot.terminal.moving import MovingClock, NotATime
from bot.terminal.people import PEOPLE, account_of, introduction
from handlers.messages import (
    Attachment,
    Choice,
    DeliveryFailed,
    Forwarded,
    Incoming,
    Origin,
    Receive,
    Reply,
    Sender,
)

GREETING = """Heads Up, in the terminal. Nothing leaves this machine. You are Asha; these people are made up:

{people}

Type what you saw, or a command such as /help. Besides that, here:
  send PATH…                        pass on screenshots or files
  forward PATH|URL|"text"           pass on what somebody else posted
  tap LABEL|NUMBER                  press a button
  as NAME                           be somebody else
  clock +2d, clock 2026-11-23T08:00 move the time on
  quit
"""
YOU_ARE = "You are {name} now."
NO_BUTTON = "There is no button “{label}” here."
NO_FILE = "There is no file {path}."
WHAT_TO = "What should I {verb}? Type: {usage}"
TIME_IS = "It is {time} now."
SPLIT = "The quotes in that line do not match."
USAGES = {
    "send": "send PATH…",
    "forward": 'forward PATH|URL|"text"',
    "tap": "tap LABEL|NUMBER",
    "as": "as NAME",
    "clock": "clock +2d, or clock 2026-11-23T08:00",
}
STYLES = {"heading": "bold", "choice": "cyan", "quote": "italic", "file": "green"}
PIECE = 1 << 16
REMEMBERED = 30  # messages whose buttons can still be pressed
PICTURES = ("image/", "picture"), ("video/", "video"), ("audio/", "audio")


class Misunderstood(Exception):
    """A line that the terminal itself could not follow; the text says why."""


class TerminalFrontEnd:
    """One terminal for everybody: `as NAME` says who types; what the bot sends names its receiver."""

    platform = "terminal"

    def __init__(
        self, clock: MovingClock, work: Callable[[], Awaitable[None]], console: Console | None = None
    ) -> None:
        self.clock = clock
        self.work = work  # what the bot does by itself: delivery and fetching
        self.me = "asha"
        self.not_understood = 0
        self._by_hand = sys.stdin.isatty()
        self._console = console or Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
        self._numbers = itertools.count(1)
        self._started = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self._shown: defaultdict[str, deque[Reply]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    # --- as a front-end -------------------------------------------------------------------------------

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        return []

    async def run(self, receive: Receive) -> None:
        if self._by_hand:
            self._console.print(GREETING.format(people=introduction()))
        while (line := await asyncio.to_thread(self._read)) is not None:
            if line.strip() in ("quit", "exit"):
                break
            if line.strip():
                await self.obey(line, receive)
        await self.work()

    async def send(self, address: str, reply: Reply) -> str:
        name = address.partition(":")[2]
        self._show(name, reply, f"→ {name.capitalize()}")
        return str(next(self._numbers))

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        await self.send(address, reply)

    async def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        try:
            with Path(pointer["path"]).open("rb") as file:  # noqa: ASYNC230  (a local file)
                while piece := file.read(PIECE):
                    yield piece
        except OSError as error:
            raise DeliveryFailed(NO_FILE.format(path=pointer["path"]), permanent=True) from error

    def join_link(self, code: str) -> str | None:
        return None

    # --- lines ----------------------------------------------------------------------------------------

    def _read(self) -> str | None:
        if self._by_hand:
            try:
                return input(f"{self.me.capitalize()}> ")
            except (EOFError, KeyboardInterrupt):
                return None
        raw = sys.stdin.buffer.readline()
        if not raw:
            return None
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        self._console.print(f"{self.me.capitalize()}> {draw.safe(line)}")
        return line

    async def obey(self, line: str, receive: Receive) -> None:
        """What one typed line asks for."""
        verb, _, rest = line.strip().partition(" ")
        try:
            if verb in USAGES and (rest or verb in ("tap", "send")) and _is_ours(verb, rest):
                await self._verb(verb, rest.strip(), receive)
            else:
                command = line.strip()[1:] if line.strip().startswith("/") else None
                await self._take_in(receive, text="" if command is not None else line, command=command)
        except Misunderstood as error:
            self.not_understood += 1
            self._console.print(str(error))
        await self.work()

    async def _verb(self, verb: str, rest: str, receive: Receive) -> None:
        if not rest:
            raise Misunderstood(WHAT_TO.format(verb=verb, usage=USAGES[verb]))
        if verb == "as":
            self.me = rest.split()[0].lower()
            self._console.print(YOU_ARE.format(name=PEOPLE.get(self.me, (self.me.capitalize(),))[0]))
        elif verb == "clock":
            await self._move_clock(rest)
        elif verb == "tap":
            await self._take_in(receive, command=self._button(rest).command, tapped=True)
        elif verb == "send":
            await self._take_in(receive, attachments=tuple(_attachment(word) for word in _split(rest)))
        else:
            await self._forward(_split(rest), receive)

    async def _move_clock(self, words: str) -> None:
        try:
            await self.clock.move(words, self.work)
        except NotATime as error:
            raise Misunderstood(str(error)) from error
        self._console.print(TIME_IS.format(time=f"{self.clock.local():%a %d %b %Y, %H:%M}"))

    async def _forward(self, words: list[str], receive: Receive) -> None:
        origin = Origin("hidden person", author="somebody else", sent_at=self.clock.now())
        paths, said = _files_and_words(words)
        files = tuple(_attachment(word, origin) for word in paths)
        if not files and len(words) == 1 and _looks_like_a_path(said):
            raise Misunderstood(NO_FILE.format(path=said))
        forwarded = (Forwarded(said, origin),) if said else ()
        await self._take_in(receive, forwarded=forwarded, attachments=files)

    def _button(self, label: str) -> Choice:
        shown = self._shown[self.me]
        if label.isdecimal():
            latest = next((draw.choices(reply) for reply in reversed(shown) if draw.choices(reply)), [])
            if 0 < int(label) <= len(latest):
                return latest[int(label) - 1]
        wanted = _plain(label)
        for same in (lambda a, b: a == b, lambda a, b: a.startswith(b), lambda a, b: b in a or a in b):
            for reply in reversed(shown):
                for choice in draw.choices(reply):
                    if same(_plain(choice.label), wanted):
                        return choice
        raise Misunderstood(NO_BUTTON.format(label=label))

    async def _take_in(
        self,
        receive: Receive,
        *,
        text: str = "",
        command: str | None = None,
        tapped: bool = False,
        forwarded: tuple[Forwarded, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> None:
        account = account_of(self.me)
        name = PEOPLE.get(self.me, (self.me.capitalize(),))[0]
        incoming = Incoming(
            source=f"terminal:{self._started}:{next(self._numbers)}",
            sender=Sender(account, name),
            place=account,
            at=self.clock.now(),
            text=text,
            command=command,
            forwarded=forwarded,
            attachments=attachments,
        )
        reply = await receive(incoming)
        if reply is not None:
            self.not_understood += not reply.understood
            self._show(self.me, reply, "bot")

    def _show(self, name: str, reply: Reply, label: str) -> None:
        self._shown[name].append(reply)
        self._console.print(f"{label}>", style="bold green" if self._by_hand else None)
        for line in draw.lines(reply):
            self._console.print(f"  {line.text}", style=STYLES.get(line.kind) if self._by_hand else None)


def _is_ours(verb: str, rest: str) -> bool:
    """`as far as I know …` and `send help please` are something to report."""
    words = rest.split()
    if verb == "as":
        return len(words) == 1
    if verb == "clock":
        return len(words) <= 2 and rest.strip()[:1] in "+-0123456789"
    if verb == "send":
        return not rest or _looks_like_a_path(words[0]) or Path(words[0].strip("\"'")).exists()
    return True


def _looks_like_a_path(word: str) -> bool:
    return (
        "://" not in word
        and (word[:1] in "./~\"'" or bool(Path(word).suffix))
        and " " not in word.strip("\"'")
    )


def _split(words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise Misunderstood(SPLIT) from error


def _files_and_words(words: list[str]) -> tuple[list[str], str]:
    paths = [word for word in words if Path(word).is_file()]
    return paths, " ".join(word for word in words if word not in paths)


def _attachment(word: str, origin: Origin | None = None) -> Attachment:
    path = Path(word).expanduser()
    if not path.is_file():
        raise Misunderstood(NO_FILE.format(path=word))
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = next((kind for prefix, kind in PICTURES if media_type.startswith(prefix)), "file")
    return Attachment(
        kind,  # type: ignore[arg-type]
        {"path": str(path.resolve())},
        path.name,
        media_type,
        path.stat().st_size,
        origin=origin,
    )


def _plain(label: str) -> str:
    words = label.lower().replace("’", "'").strip(' .…“”"').split()
    return " ".join(words[1:] if words[:1] == ["about"] else words)
