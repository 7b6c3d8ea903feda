"""The conversation: lines that are typed or piped in, and what comes back."""

from __future__ import annotations

import asyncio
import io
import itertools
import mimetypes
import re
import sys
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
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
from handlers.text.links import find
from handlers.text.words import listed, shortened
from store.model.address import Address

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
SEVERAL_BUTTONS = "Several buttons begin with “{label}”: {labels}."
NO_FILE = "There is no file {path}."
WHAT_TO = "Please type it like this: {usage}"
TIME_IS = "It is {time} now."
SORRY = "Sorry, something went wrong with that line. Please try it again."
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
A_NAME = re.compile(r"[^\W\d_][\w'’-]{0,30}")
A_WORD = re.compile(r"""\"([^"]*)\"(?=\s|$)|'([^']*)'(?=\s|$)|((?:\\.|\S)+)""", re.DOTALL)

log = structlog.get_logger()


class Misunderstood(Exception):
    """A line that the terminal itself could not follow; the text says why."""


class TerminalFrontEnd:
    """One terminal for everybody: `as NAME` says who types; what the bot sends names its receiver."""

    platform = "terminal"

    def __init__(
        self,
        clock: MovingClock,
        work: Callable[[], Awaitable[None]],
        console: Console | None = None,
    ) -> None:
        self.clock = clock
        self.work = work  # what the bot does by itself: delivery and fetching
        self.me = "asha"
        self.not_understood = (
            0  # lines that were piped in, and neither the bot nor the terminal followed
        )
        self._by_hand = sys.stdin.isatty()
        self._console = console or Console(
            highlight=False, soft_wrap=True, markup=False, emoji=False
        )
        self._numbers = itertools.count(1)
        self._started = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self._shown: defaultdict[str, deque[tuple[str, Reply]]] = defaultdict(
            lambda: deque(maxlen=REMEMBERED)
        )

    # --- as a front-end -------------------------------------------------------------------------------

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        return []

    async def run(self, receive: Receive) -> None:
        for stream in (sys.stdin, sys.stdout):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        if self._by_hand:
            self._console.print(GREETING.format(people=introduction()))
        while (line := await self._next()) is not None:
            if line.strip() in ("quit", "exit"):
                break
            if line.strip():
                await self.obey(line, receive)
        await self.work()

    async def send(self, address: str, reply: Reply) -> str:
        name = Address.parse(address).place
        return await self._show(name, reply, f"→ {name.capitalize()}")

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """What has been printed stays; its buttons can be pressed no more."""
        name = Address.parse(address).place
        kept = [(number, shown) for number, shown in self._shown[name] if number != message]
        self._shown[name] = deque(kept, maxlen=REMEMBERED)
        await self.send(address, reply)

    async def fetch(self, pointer: Mapping[str, str]) -> AsyncIterator[bytes]:
        try:
            with Path(pointer["path"]).open("rb") as file:  # noqa: ASYNC230  (a local file)
                while piece := file.read(PIECE):
                    yield piece
        except OSError as error:
            raise DeliveryFailed(NO_FILE.format(path=pointer["path"]), permanent=True) from error

    @property
    def connected(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is open here."""

    def stop_taking(self) -> None:
        """Lines are typed one at a time."""

    def join_link(self, code: str) -> str | None:
        return None

    def offer(self, account: str, commands: Sequence[tuple[str, str]]) -> None:
        """There is no menu here."""

    # --- lines ----------------------------------------------------------------------------------------

    async def _next(self) -> str | None:
        """The next line. Ctrl-C ends the chat, and does not wait for a line that nobody types."""
        if not self._by_hand:
            return await asyncio.to_thread(self._read)
        loop, line = asyncio.get_running_loop(), asyncio.Queue[str | None]()

        def read() -> None:
            typed = self._read()
            with suppress(RuntimeError):  # the chat has ended meanwhile
                loop.call_soon_threadsafe(line.put_nowait, typed)

        threading.Thread(target=read, daemon=True).start()
        return await line.get()

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
        try:
            await self._obey(line.strip(), receive)
        except Misunderstood as error:
            self._say(str(error), understood=False)
        except Exception as error:
            log.error("line failed", kind=type(error).__name__)
            self._say(SORRY, understood=False)
        await self.work()

    async def _obey(self, line: str, receive: Receive) -> None:
        verb, _, rest = line.partition(" ")
        if verb in USAGES and _is_ours(verb, rest.strip()):
            await self._verb(verb, rest.strip(), receive)
        elif line.startswith("/"):
            await self._take_in(receive, text=line, command=line[1:])
        else:
            await self._take_in(receive, text=line)

    def _say(self, words: str, *, understood: bool = True) -> None:
        self.not_understood += not understood and not self._by_hand
        self._console.print(draw.safe(words))

    async def _verb(self, verb: str, rest: str, receive: Receive) -> None:
        if not rest:
            raise Misunderstood(WHAT_TO.format(usage=USAGES[verb]))
        if verb == "as":
            self.me = rest.lower()
            self._say(YOU_ARE.format(name=_name_of(self.me)))
        elif verb == "clock":
            await self._move_clock(rest)
        elif verb == "tap":
            await self._take_in(receive, command=self._button(rest).command)
        elif verb == "send":
            files = [rest] if _is_file(rest) else _words(rest)
            await self._take_in(receive, attachments=tuple(_attachment(word) for word in files))
        else:
            await self._forward(rest, receive)

    async def _move_clock(self, words: str) -> None:
        try:
            await self.clock.move(words, self.work)
        except NotATime as error:
            raise Misunderstood(str(error)) from error
        self._say(TIME_IS.format(time=f"{self.clock.local():%a %d %b %Y, %H:%M}"))

    async def _forward(self, rest: str, receive: Receive) -> None:
        origin = Origin("hidden person", author="somebody else", sent_at=self.clock.now())
        words = [rest] if _is_file(rest) else _words(rest)
        files = tuple(_attachment(word, origin) for word in words if _is_file(word))
        said = " ".join(word for word in words if not _is_file(word)) if files else _unquoted(rest)
        if not files and len(words) == 1 and _looks_like_a_path(said):
            raise Misunderstood(NO_FILE.format(path=said))
        forwarded = (Forwarded(said, origin),) if said else ()
        await self._take_in(receive, forwarded=forwarded, attachments=files)

    def _button(self, label: str) -> Choice:
        """By its number under the latest question; by its words, or how they begin, under the latest with them."""
        shown = [
            choices
            for _, reply in reversed(self._shown[self.me])
            if (choices := draw.choices(reply))
        ]
        if label.isdecimal() and len(label) < 4 and shown and 0 < int(label) <= len(shown[0]):
            return shown[0][int(label) - 1]
        wanted = _plain(label)
        for choices in shown:
            for choice in choices:
                if _plain(choice.label) == wanted:
                    return choice
        for choices in shown:
            begin = [
                c
                for c in choices
                if wanted and not label.isdecimal() and _plain(c.label).startswith(wanted)
            ]
            if len(begin) == 1:
                return begin[0]
            if begin:
                labels = listed(f"“{c.label}”" for c in begin)
                raise Misunderstood(
                    SEVERAL_BUTTONS.format(label=shortened(label, 40), labels=labels)
                )
        raise Misunderstood(NO_BUTTON.format(label=shortened(label, 40)))

    async def _take_in(
        self,
        receive: Receive,
        *,
        text: str = "",
        command: str | None = None,
        forwarded: tuple[Forwarded, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> None:
        account = account_of(self.me)
        incoming = Incoming(
            source=f"terminal:{self._started}:{next(self._numbers)}",
            sender=Sender(account, _name_of(self.me)),
            place=account,
            at=self.clock.now(),
            text=text,
            command=command,
            forwarded=forwarded,
            attachments=attachments,
        )
        reply = await receive(incoming)
        if reply is not None:
            self.not_understood += not reply.understood and not self._by_hand
            await self._show(self.me, reply, "bot")

    async def _show(self, name: str, reply: Reply, label: str) -> str:
        reply = await draw.laid_out(reply)
        number = str(next(self._numbers))
        self._shown[name].append((number, reply))
        if reply.noted:
            reply.noted(account_of(name), number)
        self._console.print(f"{label}>", style="bold green" if self._by_hand else None)
        for line in draw.lines(reply):
            self._console.print(
                f"  {line.text}", style=STYLES.get(line.kind) if self._by_hand else None
            )
        return number


def _name_of(key: str) -> str:
    return PEOPLE.get(key, (key.capitalize(),))[0]


def _is_ours(verb: str, rest: str) -> bool:
    """`as far as I know …` and `send help please` are something to report."""
    words = rest.split(maxsplit=2)
    if not words:
        return True
    if verb == "as":
        return bool(A_NAME.fullmatch(rest))
    if verb == "clock":
        return len(words) <= 2 and rest[:1] in "+-0123456789"
    if verb == "send":
        return _looks_like_a_path(words[0]) or _is_file(rest) or _is_file(words[0])
    return True


def _looks_like_a_path(word: str) -> bool:
    return (
        not find(word)
        and "://" not in word
        and (word[:1] in ("/", ".", "~", '"', "'") or bool(re.search(r"\w\.\w{1,5}$", word)))
        and " " not in word.strip("\"'")
    )


def _words(line: str) -> list[str]:
    """Words, or what stands in quotes. A lone quote, as in `don't`, is a letter like others."""
    found = (next(filter(None, match.groups()), "") for match in A_WORD.finditer(line))
    return [word for word in found if word]


def _unquoted(line: str) -> str:
    """What was said, as it was typed, but for quotes around the whole."""
    quoted = re.fullmatch(r"""\"([^"]*)\"|'([^']*)'""", line)
    return line[1:-1] if quoted else line


def _path(word: str) -> Path | None:
    """The file that a word names, with or without `\\` before its spaces, or nothing."""
    for name in (word, re.sub(r"\\(.)", r"\1", word)):
        try:
            path = Path(name).expanduser()
            if path.is_file():
                return path
        except (OSError, RuntimeError, ValueError):  # too long, no such home, no name at all
            continue
    return None


def _is_file(word: str) -> bool:
    return _path(word) is not None


def _attachment(word: str, origin: Origin | None = None) -> Attachment:
    path = _path(word)
    if path is None:
        raise Misunderstood(NO_FILE.format(path=shortened(word, 200)))
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
