"""Whether a file is still the one that was read, told without reading it again.

Whatever is done to a file, the system notes the time in its `ctime`, and lets no program set that:
an edit, an older copy that is put back, a copy that keeps its times, a change of permissions all
show. That is so on a disk of one's own; what a network or a memory stick says of its files may be
late, or made up.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

#: Kinds of file systems that keep `ctime` themselves, and never let it be set.
KNOWN_KINDS = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "tmpfs")

#: An option of Linux by which changed times may be lost when the power fails.
LAZY = "lazytime"

#: Where Linux lists what is mounted.
MOUNTS = Path("/proc/self/mountinfo")

#: A line such as `36 35 98:0 / /data rw,noatime shared:1 - ext4 /dev/sda1 rw`.
_MOUNT = re.compile(
    r"^\S+ \S+ \S+ \S+ (?P<folder>\S+) (?P<options>\S+) (?:\S+ )*?"
    r"- (?P<kind>\S+) \S+ (?P<more>\S+)$",
    re.MULTILINE,
)

#: A blank or another sign in the name of a mounted folder: a backslash and three octal digits.
_ESCAPED = re.compile(r"\\([0-7]{3})")

#: What the system says of one file or folder: number, size, `mtime` and `ctime` in nanoseconds.
Identity = tuple[int, int, int, int]


def identity_of(path: str) -> Identity:
    """Raises OSError, for a link too: what it leads to may lie on any disk."""
    found = os.lstat(path)
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, "a link", path)
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def tells_changes(folder: Path) -> bool:
    """True where the identities of the files in a folder, and below, tell every change of them.

    False where that is not known: on another system than Linux, on a network, on a memory stick,
    and where something else is mounted below the folder.
    """
    place = os.path.realpath(folder)
    try:
        mounted = MOUNTS.read_text(errors="replace")
    except OSError:
        return False
    innermost = ""
    is_known = False
    for mount in _MOUNT.finditer(mounted):
        above = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 8)), mount["folder"])
        shared = os.path.commonpath([place, above])
        is_above = shared == above
        if shared == place and not is_above:
            return False
        # Of two on the same folder, the later hides the earlier.
        if is_above and len(above) >= len(innermost):
            innermost = above
            is_lazy = LAZY in f"{mount['options']},{mount['more']}"
            is_known = mount["kind"] in KNOWN_KINDS and not is_lazy
    return is_known
