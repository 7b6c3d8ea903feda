"""The conversation: lines that are typed or piped in, and what comes back."""

from __future__ import annotations

import asyncio
import io
import itertools
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiohttp import web
from rich.console import Console
from rich.text import Text

from bot.terminal import draw
from bot.terminal.buttons import ShownReplies
from bot.terminal.moving import MovingClock, NotATime
from bot.terminal.people import account_of, introduction, name_of
from bot.terminal.typed import (
    NO_FILE,
    USAGES,
    Misunderstood,
    attachment,
    is_file,
    is_for_terminal,
    looks_like_path,
    split_words,
    unquote,
)
from handlers.messages import (
    Attachment,
    DeliveryFailed,
    Forwarded,
    Incoming,
    Origin,
    Receive,
    Reply,
    Sender,
)
from store.model.address import Address, Platform, SourceKey

GREETING = """\
Heads Up, in the terminal. Nothing leaves this machine. You are Asha; these people are made up:

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
WHAT_TO = "Please type it like this: {usage}"
TIME_IS = "It is {time} now."
SORRY = "Sorry, something went wrong with that line. Please try it again."

#: How kinds of lines look to somebody who types; what is piped in and out has no colours.
STYLES = {"heading": "bold", "choice": "cyan", "quote": "italic", "file": "green"}
#: Before each line of a reply.
INDENT = "  "
#: Bytes of a file that are read at once.
PIECE = 1 << 16

log = structlog.get_logger()


class TerminalFrontEnd:
    """One terminal for everybody: `as NAME` says who types; what the bot sends names its receiver.

    `work` is what the bot does by itself: delivery and fetching.
    """

    platform = Platform.TERMINAL.value

    def __init__(
        self,
        clock: MovingClock,
        work: Callable[[], Awaitable[None]],
        console: Console | None = None,
    ) -> None:
        self.clock = clock
        self.work = work
        self.me = "asha"
        #: Lines that were piped in, and neither the bot nor the terminal followed.
        self.not_understood = 0
        self._by_hand = sys.stdin.isatty()
        if self._by_hand:
            # With it, `input` knows the arrow keys, and what was typed before. Windows has none.
            with suppress(ImportError):
                import readline  # noqa: F401
        self._clock_moves = False
        self._time_said = ""
        self._console = console or Console(
            highlight=False, soft_wrap=True, markup=False, emoji=False
        )
        self._numbers = itertools.count(1)
        # The store may know messages of an earlier chat, which had the same numbers.
        self._started = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self._shown = ShownReplies()

    # --- as a front-end ---------------------------------------------------------------------------

    def routes(self, receive: Receive) -> list[web.RouteDef]:
        return []

    async def run(self, receive: Receive) -> None:
        # Halves of characters that cannot be decoded or printed must not end the chat.
        for stream in (sys.stdin, sys.stdout):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        if self._by_hand:
            self._console.print(GREETING.format(people=introduction()))

        while True:
            line = await self._next_line()
            if line is None or line.strip() in ("quit", "exit"):
                break
            if line.strip():
                await self.obey(line, receive)
        await self.work()

    async def send(self, address: str, reply: Reply) -> str:
        name = Address.parse(address).place
        return await self._show(name, reply, f"→ {name.capitalize()}")

    async def edit(self, address: str, message: str, reply: Reply) -> None:
        """What has been printed stays; its buttons can be pressed no more."""
        self._shown.remove(Address.parse(address).place, message)
        await self.send(address, reply)

    async def take_back(self, address: str, message: str, instead: Reply) -> None:
        """What has been printed stays; its buttons can be pressed no more."""
        self._shown.remove(Address.parse(address).place, message)

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

    # --- lines ------------------------------------------------------------------------------------

    async def _next_line(self) -> str | None:
        """The next line; None at the end.

        Ctrl-C ends the chat, and does not wait for a line that nobody types: so what is typed is
        read in a thread of its own, for which the process does not wait.
        """
        if not self._by_hand:
            return await asyncio.to_thread(self._read_line)

        loop = asyncio.get_running_loop()
        lines = asyncio.Queue[str | None]()

        def read() -> None:
            line = self._read_line()
            # The loop is closed where the chat has ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(lines.put_nowait, line)

        threading.Thread(target=read, daemon=True).start()
        return await lines.get()

    def _read_line(self) -> str | None:
        prompt = f"{self.me.capitalize()}> "
        if self._by_hand:
            try:
                return input(prompt)
            except (EOFError, KeyboardInterrupt):
                return None
        # As bytes: what is piped in may be in any encoding.
        raw = sys.stdin.buffer.readline()
        if not raw:
            return None
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        self._console.print(f"{prompt}{draw.safe(line)}")
        return line

    async def obey(self, line: str, receive: Receive) -> None:
        """Do what one typed line asks for. Never raises for what it says."""
        try:
            await self._dispatch(line.strip(), receive)
        except Misunderstood as error:
            self._say(str(error))
            self._count_misunderstood()
        except Exception as error:
            log.error("line failed", kind=type(error).__name__)
            self._say(SORRY)
            self._count_misunderstood()
        await self.work()

    async def _dispatch(self, line: str, receive: Receive) -> None:
        verb, _, rest = line.partition(" ")
        rest = rest.strip()
        if verb in USAGES and is_for_terminal(verb, rest):
            await self._follow(verb, rest, receive)
        elif line.startswith("/"):
            await self._hand_over(receive, text=line, command=line[1:])
        else:
            await self._hand_over(receive, text=line)

    async def _follow(self, verb: str, rest: str, receive: Receive) -> None:
        """Do what a line asks of the terminal itself. `verb` is one of USAGES."""
        if not rest:
            raise Misunderstood(WHAT_TO.format(usage=USAGES[verb]))
        match verb:
            case "as":
                self.me = rest.lower()
                self._say(YOU_ARE.format(name=name_of(self.me)))
            case "clock":
                await self._move_clock(rest)
            case "tap":
                button = self._shown.find_button(self.me, rest)
                await self._hand_over(receive, command=button.command)
            case "send":
                files = tuple(attachment(word) for word in split_words(rest))
                await self._hand_over(receive, attachments=files)
            case _:
                await self._forward(rest, receive)

    async def _move_clock(self, words: str) -> None:
        self._clock_moves = True
        try:
            await self.clock.move(words, self.work)
        except NotATime as error:
            raise Misunderstood(str(error)) from error
        finally:
            self._clock_moves = False
        self._say(TIME_IS.format(time=f"{self.clock.local():%a %d %b %Y, %H:%M}"))

    async def _forward(self, rest: str, receive: Receive) -> None:
        """Pass on files, and what is said beside them; or words alone, as they were typed."""
        origin = Origin("hidden person", author="somebody else", sent_at=self.clock.now())
        words = split_words(rest)
        files = []
        others = []
        for word in words:
            if is_file(word):
                files.append(attachment(word, origin))
            else:
                others.append(word)

        said = " ".join(others) if files else unquote(rest)
        if not files and len(words) == 1 and looks_like_path(said):
            raise Misunderstood(NO_FILE.format(path=said))
        forwarded = (Forwarded(said, origin),) if said else ()
        await self._hand_over(receive, forwarded=forwarded, attachments=tuple(files))

    async def _hand_over(
        self,
        receive: Receive,
        *,
        text: str = "",
        command: str | None = None,
        forwarded: tuple[Forwarded, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> None:
        """Let the bot have what somebody sent, and show its answer."""
        account = account_of(self.me)
        chat = Address(Platform.TERMINAL, self._started)
        incoming = Incoming(
            source=str(SourceKey(str(chat), self._next_number())),
            sender=Sender(account, name_of(self.me)),
            place=account,
            at=self.clock.now(),
            text=text,
            command=command,
            forwarded=forwarded,
            attachments=attachments,
        )
        reply = await receive(incoming)
        if reply is None:
            return
        if not reply.understood:
            self._count_misunderstood()
        await self._show(self.me, reply, "bot")

    # --- what is printed --------------------------------------------------------------------------

    def _say(self, words: str) -> None:
        """Print what the terminal itself has to say."""
        self._print(draw.safe(words))

    async def _show(self, name: str, reply: Reply, label: str) -> str:
        """Print a reply to one person, and give the number by which it is known."""
        self._say_the_time()
        reply = await draw.save_files(reply)
        number = self._next_number()
        self._shown.add(name, number, reply)
        if reply.noted:
            reply.noted(account_of(name), number)

        self._print(f"{label}>", "bold green")
        for line in draw.lines(reply):
            self._print_line(line)
        return number

    def _print_line(self, line: draw.Line) -> None:
        """A line of a reply; for whoever sits here, wrapped between words and in colour."""
        if not self._by_hand:
            self._print(f"{INDENT}{line.text}")
            return
        words = Text(line.text)
        start, end = line.bold
        words.stylize("bold", start, end)
        before = INDENT + line.margin
        width = self._console.width - len(before)
        for row in words[len(line.margin) :].wrap(self._console, width):
            row.rstrip()
            self._print(Text(before).append_text(row), STYLES.get(line.kind))

    def _print(self, words: str | Text, style: str | None = None) -> None:
        if self._by_hand:
            self._console.print(words, style=style)
            return
        # Nothing is coloured or wrapped, and whoever reads it waits for each line.
        self._console.file.write(f"{words}\n")
        self._console.file.flush()

    def _say_the_time(self) -> None:
        """Before what the bot sends while the clock moves on: else it seems to come all at once."""
        if self._by_hand and self._clock_moves:
            time = f"{self.clock.local():%a %d %b %Y, %H:%M}"
            if time != self._time_said:
                self._time_said = time
                self._print(time, "dim")

    def _next_number(self) -> str:
        return str(next(self._numbers))

    def _count_misunderstood(self) -> None:
        if not self._by_hand:
            self.not_understood += 1
