"""Speed of `/policy`, beside SQLite's FTS5: `python -m tests.bench.policy`.

Ten texts (the shipped ones, some of them twice) and 10,000 passages, one core. Prints milliseconds for a question
(median and 95th percentile), seconds until the index is ready, and the memory that the process takes.
"""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from store.policies import Policies
from store.policies.words import words

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT.parent / "policy_texts"
MANY = 10_000
ROUNDS = 150


def questions() -> list[str]:
    groups = tomllib.loads((ROOT / "policy" / "answered.toml").read_text(encoding="utf-8"))["asked"]
    asked = [question for group in groups for question in group["questions"]]
    return random.Random(4).sample(asked, ROUNDS)


def ten_texts(folder: Path) -> None:
    shipped = sorted(SHIPPED.glob("*.md"))
    for n in range(10):
        text = shipped[n % len(shipped)].read_text(encoding="utf-8")
        (folder / f"{n:02}.md").write_text(
            text if n < len(shipped) else text.replace("school", "academy"), encoding="utf-8"
        )


def many_passages(folder: Path) -> None:
    chance = random.Random(5)
    bag = [w for path in SHIPPED.glob("*.md") for w in words(path.read_text(encoding="utf-8"))]
    for doc in range(50):
        lines = [f"# Text {doc}"]
        for n in range(MANY // 50):
            if n % 20 == 0:
                lines.append(f"\n## Section {n // 20} {chance.choice(bag)}\n")
            lines.append("- " + " ".join(chance.choices(bag, k=chance.randint(8, 22))) + ".")
        (folder / f"{doc:02}.md").write_text("\n".join(lines), encoding="utf-8")


def timed(ask: Callable[[str], object]) -> tuple[float, float]:
    took = []
    for question in questions():
        before = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - before) * 1000)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.95)]


def fts5(policies: Policies) -> Callable[[str], object]:
    table = sqlite3.connect(":memory:")
    table.execute("create virtual table passages using fts5(text, tokenize='porter')")
    rows = [
        (p.text,)
        for t in policies.texts()
        for h in policies.sections(t.doc)
        for p in policies.section(t.doc, h)
    ]
    table.executemany("insert into passages values (?)", rows)
    query = "select rowid from passages where passages match ? order by bm25(passages) limit 10"

    def ask(question: str) -> object:
        return table.execute(query, (" OR ".join(f'"{w}"' for w in words(question)),)).fetchall()

    return ask


def run(label: str, make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, kept = Path(name) / "texts", Path(name) / "vectors.npz"
        folder.mkdir()
        make(folder)
        for by_meaning in (False, True):
            for start in ("first start", "next start") if by_meaning else ("any start",):
                before = time.perf_counter()
                policies = Policies(folder, kept, by_meaning=by_meaning)
                policies.texts()
                if by_meaning and not policies.prepare():
                    print(f"{label:16} by meaning: numpy or the weights are missing")
                    break
                ready = time.perf_counter() - before
                median, high = timed(policies.ask)
                how = "by meaning" if by_meaning else "by words"
                print(
                    f"{label:16} {how:10} {start:11} ready {ready:6.2f} s   {median:6.1f} ms median {high:6.1f} ms p95"
                )
        median, high = timed(fts5(policies))
        print(f"{label:16} FTS5                                 {median:6.1f} ms median {high:6.1f} ms p95")


def main() -> None:
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # read when numpy is first used
    run("ten texts", ten_texts)
    run("10,000 passages", many_passages)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
