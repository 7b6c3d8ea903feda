"""Speed of `/policy`, beside SQLite's FTS5 and bm25s: `python -m tests.bench.policy`.

Ten texts (the shipped ones, some of them twice) and 10,000 passages, on one core, each way in a process of its own.
Prints seconds until the first question can be answered, milliseconds for a question (median and 95th percentile), and
megabytes at the end, of which the interpreter with its imports is the first line. *first start* works out all vectors;
*next start* finds them in the file. Nothing here is asserted.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from store.policies import Policies
from store.policies.search.words import words

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT.parent / "policy_texts"
MANY = 10_000
ROUNDS = 150

Ask = Callable[[str], object]


def questions() -> list[str]:
    groups = tomllib.loads(
        (ROOT / "store" / "policies" / "answered.toml").read_text(encoding="utf-8")
    )["asked"]
    asked = [question for group in groups for question in group["questions"]]
    return random.Random(4).sample(asked, ROUNDS)


def ten_texts(folder: Path) -> None:
    shipped = sorted(SHIPPED.glob("*.md"))
    for n in range(10):
        text = shipped[n % len(shipped)].read_text(encoding="utf-8")
        other = text.replace("school", "academy")
        (folder / f"{n:02}.md").write_text(text if n < len(shipped) else other, encoding="utf-8")


def many_passages(folder: Path) -> None:
    chance = random.Random(5)
    bag = [
        w for path in sorted(SHIPPED.glob("*.md")) for w in words(path.read_text(encoding="utf-8"))
    ]
    for doc in range(50):
        lines = [f"# Text {doc}"]
        for n in range(MANY // 50):
            if n % 20 == 0:
                lines.append(f"\n## Section {n // 20} {chance.choice(bag)}\n")
            lines.append("- " + " ".join(chance.choices(bag, k=chance.randint(8, 22))) + ".")
        (folder / f"{doc:02}.md").write_text("\n".join(lines), encoding="utf-8")


def by_words(folder: Path, kept: Path) -> Ask:
    policies = Policies(folder, by_meaning=False)
    policies.texts()
    return policies.ask


def by_meaning(folder: Path, kept: Path) -> Ask:
    policies = Policies(folder, kept)
    policies.prepare()
    return policies.ask


def fts5(folder: Path, kept: Path) -> Ask:
    table = sqlite3.connect(":memory:")
    table.execute("create virtual table passages using fts5(text, tokenize='porter')")
    table.executemany("insert into passages values (?)", [(text,) for text in lines(folder)])
    query = "select rowid from passages where passages match ? order by bm25(passages) limit 10"
    return lambda q: table.execute(query, (" OR ".join(f'"{w}"' for w in words(q)),)).fetchall()


def bm25s(folder: Path, kept: Path) -> Ask:
    import bm25s

    texts = lines(folder)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def ask(question: str) -> object:
        asked = bm25s.tokenize([question], stopwords="en", show_progress=False)
        return index.retrieve(asked, k=10, show_progress=False)

    return ask


def lines(folder: Path) -> list[str]:
    """What the others are given as passages: every line of the texts."""
    found = [path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.iterdir())]
    return [line for text in found for line in text if line.strip()]


def measured(label: str, way: Callable[[Path, Path], Ask] | None, folder: Path, kept: Path) -> None:
    """One line of figures, in a process of its own."""
    if way is None:
        return print(f"{label:40} {memory():48.0f} MB", flush=True)
    asked = questions()
    before = time.perf_counter()
    ask = way(folder, kept)
    ask("what is there")
    ready = time.perf_counter() - before
    took = []
    for question in asked:
        before = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - before) * 1000)
    took.sort()
    median, high = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(
        f"{label:40} ready {ready:6.2f} s {median:6.1f} ms median {high:6.1f} ms p95 {memory():5.0f} MB",
        flush=True,
    )
    return None


def memory() -> float:
    """What this process holds now, in megabytes (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")
    )


WAYS = (
    ("imports alone", None),
    ("by meaning, first start", by_meaning),
    ("by meaning, next start", by_meaning),
    ("by words", by_words),
    ("FTS5", fts5),
    ("bm25s", bm25s),
)


def main() -> None:
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    apart = multiprocessing.get_context("spawn")
    for name, make in (("ten texts", ten_texts), ("10,000 passages", many_passages)):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "texts"
            folder.mkdir()
            make(folder)
            for label, way in WAYS:
                one = apart.Process(
                    target=measured,
                    args=(f"{name}, {label}", way, folder, Path(place) / "vectors.npz"),
                )
                one.start()
                one.join()


if __name__ == "__main__":
    main()
