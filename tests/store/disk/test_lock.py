"""The lock of a folder: one has it, whoever looks does not take it away, and it dies with its process."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from store.disk.lock import LOCK, TRIES, is_locked, lock_folder
from store.errors import StoreUnavailable

HOLDS = """
import sys, time
from pathlib import Path
from store.disk.lock import lock_folder
lock = lock_folder(Path(sys.argv[1]))
print("mine", flush=True)
time.sleep(600)
"""


def test_one_has_it_until_it_lets_go(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with lock_folder(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(StoreUnavailable, match="Another Heads Up is using the folder"):
            lock_folder(tmp_path)
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)
    # Whoever reads the folder may still find the file.
    assert (tmp_path / LOCK).exists()
    lock_folder(tmp_path).close()


def test_it_dies_with_its_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "mine\n"
    assert is_locked(tmp_path)
    with pytest.raises(StoreUnavailable):
        lock_folder(tmp_path)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert not is_locked(tmp_path)
    lock_folder(tmp_path).close()


def test_an_earlier_version_and_this_one_keep_each_other_out(tmp_path: Path) -> None:
    with (tmp_path / LOCK).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert is_locked(tmp_path)
        with pytest.raises(StoreUnavailable):
            lock_folder(tmp_path)
    with (
        lock_folder(tmp_path),
        (tmp_path / LOCK).open("rb") as file,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


@pytest.mark.parametrize("looks", [1, TRIES - 1])
def test_whoever_looks_at_that_moment_is_taken_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """To look is to have it for a moment: others, who come just then, try again."""
    lock_folder(tmp_path).close()
    take, refused = fcntl.flock, [0]

    def taken_at_first(*what: Any) -> None:
        refused[0] += 1
        if refused[0] <= looks:
            raise BlockingIOError(errno.EWOULDBLOCK, "taken")
        take(*what)

    monkeypatch.setattr(fcntl, "flock", taken_at_first)
    assert not is_locked(tmp_path)
    refused[0] = 0
    lock_folder(tmp_path).close()


def test_a_disk_without_locks_is_no_other_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(OSError, match="No locks"):
        lock_folder(tmp_path)
