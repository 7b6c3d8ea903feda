"""What is worked out once is kept for this run of the tests alone, and shared by its workers."""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.open_texts import cache_file
from store.policies import Policies
from tests.places import keep_bytecode, keep_temporary_files_in_memory

#: What Hypothesis says of a slow machine.
TIMED = [HealthCheck.too_slow]
TEXTS = Path(__file__).parents[1] / "policy_texts"


def pytest_configure() -> None:
    keep_temporary_files_in_memory()
    keep_bytecode()
    settings.register_profile("any machine", deadline=None, suppress_health_check=TIMED)
    settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """Look no more for garbage among what was imported and collected: it is there until the end."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def _cache(shared: Path) -> None:
    os.environ["XDG_CACHE_HOME"] = str(shared / "cache")


@pytest.fixture(scope="session")
def texts_are_ready(shared: Path, _cache: None) -> None:
    """Work out, for every process of this run, what the first question to the policy texts would wait for."""
    with one_worker_at_a_time(shared, "texts"):
        Policies(TEXTS, cache_file()).prepare()


@contextmanager
def one_worker_at_a_time(shared: Path, name: str) -> Iterator[None]:
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
