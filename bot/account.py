"""The account of this machine under which a command runs, and whose the bot's folder is.

This is asked on POSIX systems alone: elsewhere files belong to nobody in this sense.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from store.errors import Trouble

ROOT = 0
NOT_YOURS = (
    "The folder {folder} belongs to {owner}, and you are root: what you write there {owner} could "
    "not use. Run it as {owner}:\n  {command}"
)


OF_ANOTHER = "It belongs to {owner}. Run it as {owner}:\n  {command}"


def how_as_owner(file: Path) -> str:
    """The command that was typed, as it is typed by whoever may read this file, or else its folder;
    empty where that cannot be told.
    """
    if not hasattr(os, "geteuid"):
        return ""
    for path in (file, *file.absolute().parents):
        try:
            owner = path.stat().st_uid
        except OSError:
            # A folder above keeps it from being looked at: it is asked next.
            continue
        name = _name_of(owner)
        is_ours = owner == os.geteuid()
        return "" if is_ours else OF_ANOTHER.format(owner=name, command=_command_as(name))
    return ""


def refuse_root(folder: Path) -> None:
    """Raises Trouble, with the right command, where root is at somebody else's folder.

    A folder that is not there yet is as the nearest one above it.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != ROOT:
        return
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    owner = there.stat().st_uid
    if owner != ROOT:
        name = _name_of(owner)
        raise Trouble(NOT_YOURS.format(folder=there, owner=name, command=_command_as(name)))


def _name_of(account: int) -> str:
    """Its name; `#1000` where it has none here, which sudo takes as well."""
    import pwd

    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return f"#{account}"


def _command_as(owner: str) -> str:
    """What was typed, to be typed anew."""
    program = [os.path.abspath(sys.argv[0])]
    if program[0].endswith("__main__.py"):
        program = [sys.executable, "-m", "bot"]
    become = ["sudo", "-u", owner]
    # On a small system root may have no sudo, but always the other.
    if os.geteuid() == ROOT and not shutil.which("sudo"):
        become = ["runuser", "-u", owner, "--"]
    return shlex.join([*become, *program, *sys.argv[1:]])
