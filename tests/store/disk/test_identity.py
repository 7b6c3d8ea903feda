"""What tells one state of a file from another, and where that can be relied on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.disk import identity
from store.disk.identity import identity_of, tells_changes

ROOT_LINE = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw"


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let Linux say that this is mounted."""

    def be(*lines: str) -> None:
        (tmp_path / "mountinfo").write_text("\n".join(lines) + "\n")
        monkeypatch.setattr(identity, "MOUNTS", tmp_path / "mountinfo")

    return be


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ([ROOT_LINE], True),
        (["22 1 0:30 / / rw - btrfs /dev/vda rw,subvol=/root"], True),
        (["22 1 0:30 / / rw - nfs4 server:/ rw"], False),
        (["22 1 0:30 / / rw - vfat /dev/sdb1 rw"], False),
        (["22 1 0:30 / / rw - fuse.sshfs me@there: rw"], False),
        (["22 1 254:0 / / rw,lazytime shared:1 - ext4 /dev/vda rw"], False),
        (["22 1 254:0 / / rw - ext4 /dev/vda rw,lazytime"], False),
        # The innermost counts, and of two on one folder the later.
        ([ROOT_LINE, "40 22 0:31 / /srv rw - nfs4 server:/ rw"], False),
        ([ROOT_LINE, "40 22 0:31 / /srv/data rw - cifs //server/data rw"], False),
        (["40 22 0:31 / /srv rw - xfs /dev/vdb rw", "22 1 0:30 / / rw - nfs4 s:/ rw"], True),
        ([ROOT_LINE, "40 22 0:31 / /sr rw - nfs4 server:/ rw"], True),
        (["40 1 0:31 / /srv rw - xfs /dev/a rw", "41 40 0:32 / /srv rw - nfs s:/ rw"], False),
        # Something else below.
        ([ROOT_LINE, "40 22 0:31 / /srv/data/7K4M rw - xfs /dev/vdb rw"], False),
        ([ROOT_LINE, "40 22 0:31 / /srv/data2 rw - nfs4 server:/ rw"], True),
        ([], False),
    ],
)
def test_where_changes_are_told(
    mounted: Callable[..., None], lines: list[str], known: bool
) -> None:
    mounted(*lines)
    assert tells_changes(Path("/srv/data")) is known


def test_a_blank_in_a_name(mounted: Callable[..., None]) -> None:
    mounted(ROOT_LINE, r"40 22 0:31 / /srv/school\040data rw - nfs4 server:/ rw")
    assert not tells_changes(Path("/srv/school data"))
    assert tells_changes(Path("/srv/school"))


def test_a_link_leads_to_where_it_leads(mounted: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to("/srv/data")
    mounted(ROOT_LINE, "40 22 0:31 / /srv rw - nfs4 server:/ rw")
    assert not tells_changes(tmp_path / "data")


def test_another_system_than_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MOUNTS", tmp_path / "none")
    assert not tells_changes(tmp_path)


def _edit(path: Path) -> None:
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _copy_over(path: Path) -> None:
    shutil.copy2(path.with_name("older"), path)


def _rename_over(path: Path) -> None:
    path.with_name("older").rename(path)


def _away_and_back(path: Path) -> None:
    path.rename(path.with_name("away"))
    path.with_name("away").rename(path)


def _forbid(path: Path) -> None:
    path.chmod(0o400)


@pytest.mark.parametrize("change", [_edit, _copy_over, _rename_over, _away_and_back, _forbid])
def test_whatever_is_done_to_a_file_shows(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """On the disk on which the tests run, as the file systems that are relied on promise it."""
    path = tmp_path / "file"
    path.write_bytes(b"one")
    path.with_name("older").write_bytes(b"old")
    shutil.copystat(path, path.with_name("older"))
    before = identity_of(str(path))
    _wait_for_the_next_step(path)
    change(path)
    assert identity_of(str(path)) != before


def test_what_is_elsewhere_has_no_identity(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(OSError, match="a link"):
        identity_of(str(tmp_path / "link"))


def _wait_for_the_next_step(path: Path) -> None:
    """Until the clock of the file system has moved on from the time of this file."""
    probe = path.with_name("probe")
    probe.touch()
    while probe.stat().st_ctime_ns <= path.stat().st_ctime_ns:
        probe.touch()
