"""Speed of intake, beside bare applications of the libraries that it is built on: `python -m tests.bench.intake`.

A report counts when it is answered, and ours are on the disk before that: `python -m bot run` with its real
front-ends, over loopback, in a process of its own. The bare ones keep nothing. Slack and Telegram are the least
that a bot can work with (`platforms.py`); the strict doubles of the tests would be slower than the bot. TMPDIR
chooses the disk.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from rich.console import Console

from bot.build import build
from bot.terminal import TerminalFrontEnd
from handlers.policies.statement import accept_all
from store.disk.durable import replace_file
from store.documents import case_tables, record_tables, to_json
from store.model.case import Case, Classification
from store.model.evidence import Evidence
from store.model.identifiers import REFERENCE_ALPHABET
from store.model.records import Notice, Person, Report
from tests.bench.platforms import SECRET, SLACK_TOKEN, TEAM, TELEGRAM_TOKEN, WORDS, Slack, Telegram
from tests.bench.wire import serve
from tests.crash.processes import environment, free_port
from tests.talks.stage import StillClock, settings

REPORTS = 500  # at most, at each concurrency, to each of seven systems
CONCURRENCIES = (1, 16)
TURNS = 10
ENOUGH = (
    45.0  # seconds of one concurrency after which no further turn is begun: the machine may be busy
)
FEW, MANY = 10, 10_000  # cases
STAFF = 200  # who reported those, and report again
LONGEST = 120.0  # seconds that a program may take to be ready: the machine may be busy
MOST_LOOKS = 30  # at its memory, a second apart
BLOCK = 20  # reports in turn, among few and among many

Send = Callable[[int], Awaitable[None]]
NOW = datetime.now(UTC)


async def load(send: Send, people: Iterable[int], concurrency: int) -> list[float]:
    """Everybody reports once, so many at a time; the next when one is answered. Seconds that each took."""
    waiting, took = iter(people), []

    async def work() -> None:
        for person in waiting:
            before = time.perf_counter()
            await send(person)
            took.append(time.perf_counter() - before)

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return took


@dataclass
class System:
    """What is measured, and what came of it at one concurrency."""

    name: str
    send: Send
    took: list[float] = field(default_factory=list)  # seconds for each report
    busy: float = 0.0  # seconds for all

    async def report(self, people: range, concurrency: int) -> None:
        before = time.perf_counter()
        self.took += await load(self.send, people, concurrency)
        self.busy += time.perf_counter() - before

    @property
    def rate(self) -> float:
        """Reports a second."""
        return len(self.took) / self.busy

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return sorted(self.took)[len(self.took) * percent // 100] * 1000


async def by_turns(
    systems: Iterable[tuple[str, Send]], first: int, concurrency: int
) -> list[System]:
    """A part of the reports to each, then the next part: what else the machine does slows all of them alike."""
    measured = [System(name, send) for name, send in systems]
    begun = time.monotonic()
    for start in range(first, first + REPORTS, REPORTS // TURNS):
        if time.monotonic() - begun > ENOUGH:
            break
        for system in measured:
            await system.report(range(start, start + REPORTS // TURNS), concurrency)
    return measured


# --- the processes -------------------------------------------------------------------------------------


@asynccontextmanager
async def process(
    ready: Callable[[], Awaitable[object]], *command: str, **settings: str
) -> AsyncIterator[int]:
    """A program of ours, as soon as it is ready; its process's id."""
    data = Path(settings.pop("data", tempfile.gettempdir()))
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *command,
        cwd=data.parent,
        env=environment(data, **settings),
        stdout=-3,
        stderr=-3,
    )
    try:
        await _until_ready(ready, started)
        yield started.pid
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()


async def _until_ready(
    ready: Callable[[], Awaitable[object]], started: asyncio.subprocess.Process
) -> None:
    """Raises TimeoutError, and ChildProcessError where the program has ended instead."""
    waiting = asyncio.ensure_future(ready())
    ended = asyncio.create_task(started.wait())
    tasks = (waiting, ended)
    await asyncio.wait(tasks, timeout=LONGEST, return_when=asyncio.FIRST_COMPLETED)
    is_ready, has_ended = waiting.done(), ended.done()
    for task in tasks:
        task.cancel()
    if has_ended:
        raise ChildProcessError(f"it has ended, with status {started.returncode}")
    if not is_ready:
        raise TimeoutError(f"not ready after {LONGEST:.0f} s")


async def listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return


@asynccontextmanager
async def bare_slack(kind: str) -> AsyncIterator[Slack]:
    slack = Slack(check=bool)
    slack.port = free_port()
    server, address = await serve(slack.answer)
    async with (
        server,
        process(lambda: listening(slack.port), "tests.bench.bare", kind, address, str(slack.port)),
    ):
        yield slack


@asynccontextmanager
async def bare_telegram() -> AsyncIterator[Telegram]:
    telegram = Telegram(check=bool)
    server, address = await serve(telegram.answer)
    async with server, process(telegram.asked.wait, "tests.bench.bare", "telegram", address, "0"):
        yield telegram


@asynccontextmanager
async def our_slack(data: Path) -> AsyncIterator[tuple[Slack, int]]:
    slack = Slack()
    slack.port = free_port()
    server, address = await serve(slack.answer)
    slack.address = address
    settings = {"SLACK_API_URL": f"{address}/api/", "SLACK_BOT_TOKEN": SLACK_TOKEN}
    settings |= {"SLACK_SIGNING_SECRET": SECRET, "PORT": str(slack.port)}
    async with (
        server,
        process(lambda: listening(slack.port), "bot", "run", data=str(data), **settings) as pid,
    ):
        yield slack, pid


@asynccontextmanager
async def our_telegram(data: Path) -> AsyncIterator[Telegram]:
    telegram = Telegram()
    server, address = await serve(telegram.answer)
    settings = {"TELEGRAM_API_URL": address, "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN}
    async with server, process(telegram.asked.wait, "bot", "run", data=str(data), **settings):
        yield telegram


# --- what is in the folder before ----------------------------------------------------------------------


def enrol(data: Path, people: Iterable[int]) -> None:
    folder = data / "people"
    folder.mkdir(parents=True)
    for number in people:
        accounts = (f"slack:{TEAM}:U{number}", f"telegram:{number}")
        person = Person(f"p{number}", f"Staff {number}", ("staff",), accounts, NOW)
        (folder / f"{person.id}.json").write_bytes(to_json(record_tables(person)))


async def accept_statements(data: Path) -> None:
    """By all who are enrolled, so that nobody is reminded of one meanwhile."""
    terminal = TerminalFrontEnd(StillClock(NOW), _no_work, Console(file=io.StringIO()))
    bot = await build(settings(data, HEADSUP_DATA=str(data)), {"terminal": terminal}, _now)
    await accept_all(await bot.desk.store.people(), bot.desk)
    await bot.close()


async def _no_work() -> None:
    """Nothing is sent."""


def _now() -> datetime:
    return NOW


def fill(data: Path, cases: int) -> bytes:
    """Cases of a year, half of them closed; the file of the last."""
    # Spread over all that there are, as chance spreads them.
    references = ["".join(letters) for letters in product(REFERENCE_ALPHABET, repeat=4)]
    content = b""
    for number, reference in enumerate(references[:: len(references) // cases][:cases]):
        case = a_case(reference, number)
        content = to_json(case_tables(case))
        folder = data / "cases" / reference
        folder.mkdir(parents=True)
        (folder / "case.json").write_bytes(content)
    return content


def a_case(reference: str, number: int) -> Case:
    by, at = f"p{number % STAFF + 1}", NOW - timedelta(hours=1 + number * 8760 / MANY)
    source, text = f"slack:{TEAM}:D{number}:{number}.1", WORDS.format(f"old-{number}")
    words = Evidence(1, "text", source, by, at, text=text, kept_at=at)
    link = Evidence(
        2, "link", source, by, at, text=text.split()[7], normal=text.split()[7], kept_at=at
    )
    told = Notice(f"{reference} waiting {by}", "waiting", by, at, settled=at, result="moot")
    case = Case(
        reference, at, (Report(by, at, (source,), "slack:D1"),), (words, link), notices=(told,)
    )
    case = case.enter(at, by, "opened", source=source, evidence="text, link")
    case = case.categorise(Classification("bullying", urgent=False, withhold=False), by=by, at=at)
    return case.close("dealt with", by="p1", at=at) if number % 2 else case


# --- measuring -----------------------------------------------------------------------------------------


async def beside(folder: Path) -> None:
    """All systems at once, each in its turn."""
    known = range(1, len(CONCURRENCIES) * REPORTS + 1)
    for name in ("slash", "new", "direct", "telegram"):
        enrol(folder / name, () if name == "new" else known)
        await accept_statements(folder / name)
    async with AsyncExitStack() as stack:
        start = stack.enter_async_context
        bolt, before = [await start(bare_slack(kind)) for kind in ("bolt", "bolt-before")]
        replying = await start(bare_telegram())
        slash, new, direct = [
            (await start(our_slack(folder / n)))[0] for n in ("slash", "new", "direct")
        ]
        telegram = await start(our_telegram(folder / "telegram"))
        for slack in (slash, direct):
            await look_up(slack, known)
        systems = (
            ("(a) bare Bolt, acknowledges", bolt.command),
            ("(b) bare Bolt, process_before_response", before.command),
            ("(c) bare python-telegram-bot, replies", replying.message),
            ("ours, Slack, /report", slash.command),
            ("ours, Slack, /report by newcomers", new.command),
            ("ours, Slack, direct message", direct.message),
            ("ours, Telegram, message", telegram.message),
        )
        columns: list[list[System]] = []
        for number, concurrency in enumerate(CONCURRENCIES):
            print(f"reports, {concurrency} at a time …", flush=True)
            columns.append(await by_turns(systems, 1 + number * REPORTS, concurrency))
    show(columns)


def show(columns: list[list[System]]) -> None:
    numbers = " and ".join(f"{len(systems[0].took):,}" for systems in columns)
    title = f"{numbers} reports over loopback"
    print(f"\n{title:40}", *(f"{f'{c} at a time':>28}  " for c in CONCURRENCIES))
    print(" " * 40, *("reports/s    p50 ms    p99 ms  " for _ in CONCURRENCIES))
    for systems in zip(*columns, strict=True):
        cells = (
            f"{s.rate:9,.0f}{s.percentile(50):10.1f}{s.percentile(99):10.1f}  " for s in systems
        )
        print(f"{systems[0].name:40}", *cells)
    print(
        f"\n{'ours over the bare one':40}",
        *("reports/s                 p99  " for _ in CONCURRENCIES),
    )
    bolt, before, replying, slash, _, direct, telegram = range(7)
    for name, ours, bare in (
        ("/report over (a)", slash, bolt),
        ("/report over (b)", slash, before),
        ("direct message over (a)", direct, bolt),
        ("direct message over (b)", direct, before),
        ("Telegram over (c)", telegram, replying),
    ):
        cells = (
            f"{c[ours].rate / c[bare].rate:9.2f}{c[ours].percentile(99) / c[bare].percentile(99):20.2f}  "
            for c in columns
        )
        print(f"{name:40}", *cells)


async def look_up(slack: Slack, people: Iterable[int]) -> None:
    """Let the bot ask Slack who they are, which it then remembers for ten minutes."""
    await load(lambda person: slack.command(person, "help", "headsup"), people, 16)


async def among(folder: Path) -> None:
    """What 10,000 cases cost: the start, memory, and a report of each of the staff by turns among few and many."""
    few, many = folder / "few", folder / "many"
    for data, cases in ((few, FEW), (many, MANY)):
        enrol(data, range(1, STAFF + 1))
        await accept_statements(data)
        content = fill(data, cases)
    begun = time.perf_counter()
    async with our_slack(few) as (slack_few, _):
        start_few, begun = time.perf_counter() - begun, time.perf_counter()
        async with our_slack(many) as (slack_many, pid):
            start_many = time.perf_counter() - begun
            at_start = memory(pid)[1]
            took: tuple[list[float], list[float]] = [], []
            for slack in (slack_few, slack_many):
                await look_up(slack, range(1, STAFF + 1))
            for first in range(1, STAFF + 1, BLOCK):
                for slack, times in zip((slack_few, slack_many), took, strict=True):
                    times += await load(slack.command, range(first, first + BLOCK), 1)
            peak, now = await memory_at_rest(pid)
    cost_few, cost_many = (statistics.median(times) * 1000 for times in took)
    print(f"\nstart with {FEW} cases {start_few:.2f} s, with {MANY:,} {start_many:.2f} s")
    print(
        f"memory with {MANY:,} cases {at_start} MB as it begins to listen, "
        f"{now} MB with the language models of /policy, at most {peak} MB"
    )
    print(
        f"a /report, median, process-level: among {FEW} {cost_few:.2f} ms, among {MANY:,} {cost_many:.2f} ms: "
        f"{cost_many / cost_few:.2f}"
    )
    disk(folder, content)


def memory(pid: int) -> tuple[int, int]:
    """Peak and present, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    peak, now = (re.search(rf"{name}:\s+(\d+)", status) for name in ("VmHWM", "VmRSS"))
    return int(peak[1]) // 1024 if peak else 0, int(now[1]) // 1024 if now else 0


async def memory_at_rest(pid: int) -> tuple[int, int]:
    """Peak and present, in MB, once no more is taken: the policy texts are made ready beside all else."""
    found = memory(pid)
    for _ in range(MOST_LOOKS):
        await asyncio.sleep(1)
        before, found = found, memory(pid)
        if found == before:
            break
    return found


def disk(folder: Path, content: bytes) -> None:
    """The yardstick: what this disk takes when nothing but a durable write is done."""
    folder = folder / "disk"
    folder.mkdir()
    rates = []
    for threads in CONCURRENCIES:
        with ThreadPoolExecutor(threads) as pool:
            before = time.perf_counter()
            list(pool.map(lambda n: replace_file(folder / str(n), content), range(REPORTS)))
            rates.append(REPORTS / (time.perf_counter() - before))
    cells = ", ".join(
        f"{threads} at a time {rate:,.0f}/s"
        for threads, rate in zip(CONCURRENCIES, rates, strict=True)
    )
    print(f"bare durable writes of {len(content):,} bytes: {cells}")


def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(beside(Path(name)))
        asyncio.run(among(Path(name)))


if __name__ == "__main__":
    main()
