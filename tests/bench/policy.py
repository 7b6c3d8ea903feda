"""Speed of `/policy`, beside SQLite's FTS5 and bm25s: `python -m tests.bench.policy`.

Eleven texts (the shipped ones, and those of other schools among the tests), with the part of the questions whose first
passage answers; and 800, 10,000 and 12,000 made-up passages, which nothing answers. Each way has a process of its own.

Prints seconds until a question is answered as well as it will be, milliseconds for a question (median and 95th
percentile), hit@1, and megabytes at the end, of which the interpreter with its imports is the first line. *first
start* works out all vectors, *next start* finds them in the file, *beside* says how long the first answer took while they
were being worked out, and for how long the loop that takes in messages stood still at most. Nothing here is asserted.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from store.policies import Policies
from store.policies.search import meaning
from store.policies.search.words import words
from tests.store.policies.conftest import HERE, SHIPPED, Asked, asked_in

ROUNDS = 150
MANY = 10_000
#: How many passages are made ready beside a loop.
BESIDE = (800, 12_000)
TICK = 0.005

#: Gives the texts of the best passage.
Ask = Callable[[str], Sequence[str]]
Way = Callable[[Path, Path], Ask]


def questions() -> list[Asked]:
    groups = tomllib.loads((HERE / "answered.toml").read_text(encoding="utf-8"))["asked"]
    asked = [(question, group["answers"]) for group in groups for question in group["questions"]]
    for file in ("afresh.txt", "elsewhere.txt"):
        asked += [(question, pieces) for question, pieces in asked_in(file) if pieces]
    return random.Random(4).sample(asked, ROUNDS)


def eleven_texts(folder: Path) -> None:
    for path in (*SHIPPED.glob("*.md"), *(HERE / "elsewhere").iterdir()):
        (folder / path.name).write_bytes(path.read_bytes())


def made_up(folder: Path, passages: int) -> None:
    chance = random.Random(5)
    bag = [
        w for path in sorted(SHIPPED.glob("*.md")) for w in words(path.read_text(encoding="utf-8"))
    ]
    for doc in range(50):
        lines = [f"# Text {doc}"]
        for n in range(passages // 50):
            if n % 20 == 0:
                lines.append(f"\n## Section {n // 20} {chance.choice(bag)}\n")
            lines.append("- " + " ".join(chance.choices(bag, k=chance.randint(8, 22))) + ".")
        (folder / f"{doc:02}.md").write_text("\n".join(lines), encoding="utf-8")


def asking(policies: Policies) -> Ask:
    def ask(question: str) -> list[str]:
        ranked = policies.ask(question).ranked[:1]
        return [one.text for best in ranked for one in (best, *best.also)]

    return ask


def by_words(folder: Path, kept: Path) -> Ask:
    policies = Policies(folder, by_meaning=False)
    policies.texts()
    return asking(policies)


def without_judge(folder: Path, kept: Path) -> Ask:
    meaning.load_judge = lambda: None
    return by_meaning(folder, kept)


def by_meaning(folder: Path, kept: Path) -> Ask:
    policies = Policies(folder, kept)
    policies.prepare()
    return asking(policies)


def fts5(folder: Path, kept: Path) -> Ask:
    table = sqlite3.connect(":memory:")
    table.execute("create virtual table passages using fts5(text, tokenize='porter')")
    table.executemany("insert into passages values (?)", [(text,) for text in lines(folder)])
    query = "select text from passages where passages match ? order by bm25(passages) limit 10"

    def ask(question: str) -> list[str]:
        found = table.execute(query, (" OR ".join(f'"{w}"' for w in words(question)),)).fetchall()
        return [text for (text,) in found[:1]]

    return ask


def bm25s(folder: Path, kept: Path) -> Ask:
    import bm25s

    texts = lines(folder)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def ask(question: str) -> list[str]:
        asked = bm25s.tokenize([question], stopwords="en", show_progress=False)
        found, _ = index.retrieve(asked, k=10, show_progress=False)
        return [texts[found[0][0]]]

    return ask


def lines(folder: Path) -> list[str]:
    """What the others are given as passages: every line of the texts."""
    found = [path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.iterdir())]
    return [line for text in found for line in text if line.strip()]


def measured(label: str, way: Way | None, folder: Path, kept: Path) -> None:
    """One line of figures, in a process of its own."""
    if way is None:
        return print(f"{label:44} {memory():60.0f} MB", flush=True)
    asked = questions()
    before = time.perf_counter()
    ask = way(folder, kept)
    ask("what is there")
    ready = time.perf_counter() - before
    took = []
    hits = 0
    for question, pieces in asked:
        before = time.perf_counter()
        found = ask(question)
        took.append((time.perf_counter() - before) * 1000)
        hits += any(piece in text for piece in pieces for text in found)
    took.sort()
    median, high = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(
        f"{label:44} ready {ready:6.2f} s {median:6.1f} ms median {high:6.1f} ms p95"
        f" hit@1 {hits / len(asked):.2f} {memory():5.0f} MB",
        flush=True,
    )
    return None


def beside(label: str, folder: Path, kept: Path) -> None:
    """How a loop fares while the texts are made ready."""
    policies = Policies(folder, kept)
    asyncio.run(_watch(label, policies))


async def _watch(label: str, policies: Policies) -> None:
    begun = time.perf_counter()
    asking = asyncio.create_task(asyncio.to_thread(policies.ask, "may staff use a phone"))
    first = standstill = 0.0
    while not policies.by_meaning:
        before = time.perf_counter()
        await asyncio.sleep(TICK)
        standstill = max(standstill, time.perf_counter() - before - TICK)
        if asking.done() and not first:
            first = time.perf_counter() - begun
    ready = time.perf_counter() - begun
    print(
        f"{label:44} ready {ready:6.2f} s, first answer after {first:.2f} s,"
        f" standstill {standstill * 1000:.0f} ms {memory():5.0f} MB",
        flush=True,
    )


def memory() -> float:
    """What this process holds now, in megabytes (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")
    )


WAYS: tuple[tuple[str, Way | None], ...] = (
    ("imports alone", None),
    ("both models, first start", by_meaning),
    ("both models, next start", by_meaning),
    ("vectors alone", without_judge),
    ("by words", by_words),
    ("FTS5", fts5),
    ("bm25s", bm25s),
)


def main() -> None:
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    apart = multiprocessing.get_context("spawn")

    def run(target: Callable[..., None], *given: object) -> None:
        process = apart.Process(target=target, args=given)
        process.start()
        process.join()

    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        folders = {"eleven texts": place / "eleven", "10,000 passages": place / "many"}
        for folder in folders.values():
            folder.mkdir()
        eleven_texts(folders["eleven texts"])
        made_up(folders["10,000 passages"], MANY)
        for of, folder in folders.items():
            for label, way in WAYS:
                run(measured, f"{of}, {label}", way, folder, place / f"{folder.name}.npz")
        for passages in BESIDE:
            folder = place / str(passages)
            folder.mkdir()
            made_up(folder, passages)
            run(beside, f"{passages} passages, beside", folder, place / f"{passages}.npz")


if __name__ == "__main__":
    main()
