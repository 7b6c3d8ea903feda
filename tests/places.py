"""Where tests keep their files: in memory, where the machine has room, as a disk is slow and makes none of them truer.

A kill loses nothing that is in memory; only a machine without power would.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108

#: Bytes; a run of everything takes about a third. Many containers are given 64 MB.
ROOM = 2 * 1024**3


@cache
def in_memory() -> Path | None:
    """A folder in memory in which there is room, and from which programs may be run."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    there = os.statvfs(MEMORY)
    if there.f_bavail * there.f_frsize < ROOM or there.f_flag & os.ST_NOEXEC:
        return None
    return MEMORY


def keep_temporary_files_in_memory() -> None:
    """For this process and those that it starts, unless TMPDIR says otherwise."""
    folder = in_memory()
    if folder and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def keep_bytecode() -> None:
    """Some images of Python keep none; here, many processes would compile everything again."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
