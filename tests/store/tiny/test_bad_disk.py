"""Calls of the system that fail in every order: memory and disk never part, and no report is doubled."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from store.model.memos import Enquiry
from store.tiny import TinyStore
from store.tiny.verifying import verify
from store.verifying import Walk
from tests.asking import holder_of
from tests.crash.processes import ROOT
from tests.store.made import case
from tests.store.tiny.on_a_bad_disk import orders

ORDERS = len(list(orders()))


@pytest.fixture(scope="module", params=["loaded", "replaced"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What makes the calls fail: a library, or nothing where Python's own calls are replaced."""
    if request.param == "replaced":
        return ""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    library = tmp_path_factory.mktemp("faults") / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True
    )
    return str(library)


def live(folder: Path, library: str, *words: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if library:
        environment["LD_PRELOAD"] = library
    ran = subprocess.run(
        [sys.executable, "-m", "tests.store.tiny.on_a_bad_disk", str(folder), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )
    assert ran.returncode == 9, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


async def test_what_was_refused_is_not_there_and_what_was_kept_is_there_once(
    tmp_path: Path, library: str
) -> None:
    told = live(tmp_path / "data", library)
    assert len(told["refused"]) > ORDERS
    store = TinyStore.open(tmp_path / "data")
    assert store.damaged == {}
    summaries = await store.summaries()
    sources = Counter(source for summary in summaries for source in summary.sources)
    kept = {name.removeprefix("case ") for name in told["kept"] if name.startswith("case ")}
    assert sources == Counter({*kept, "old"})

    reference = await holder_of(store, "old")
    assert reference
    held = await store.case(reference)
    notes = [entry.details["text"] for entry in held.chronology if entry.what == "note"]
    assert notes == told["notes"]
    assert notes == [name for name in told["kept"] if name.startswith("note ")]
    assert (await store.person("ben")).name == told["ben"]
    people = {f"person {p.id[1:]}" for p in await store.people() if p.id != "ben"}
    assert people == {name for name in told["kept"] if name.startswith("person ")}
    assert {n.key for n in await store.loose()} == {
        name for name in told["kept"] if name.startswith("loose ")
    }
    enquiry = await store.memo(Enquiry, "one")
    assert enquiry
    assert enquiry.text == [name for name in told["kept"] if name.startswith("enquiry ")][-1]
    await store.close()
    assert list(verify(tmp_path / "data", Walk())) == []


@pytest.mark.parametrize("order", range(0, ORDERS, 23))
async def test_killed_while_nobody_knows_there_is_one_at_most_and_it_is_found(
    tmp_path: Path, library: str, order: int
) -> None:
    told = live(tmp_path / "data", library, str(order))
    store = TinyStore.open(tmp_path / "data")
    tried = [f"{order}.{attempt}" for attempt in range(3)]
    found = [source for source in tried if await holder_of(store, source)]
    kept = [source for source in tried if f"case {source}" in told["kept"]]
    # What was refused last may be there; its platform sends it again, and it is known.
    assert set(kept) <= set(found)
    assert len(found) - len(kept) <= 1
    again = case("sent again by hand", reference="7K4M")
    await store.add(again)
    assert await holder_of(store, "sent again by hand") == again.reference
    await store.close()
