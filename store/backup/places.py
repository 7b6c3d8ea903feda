"""Where copies are kept: a folder. `store.backup.bucket` has the other kind of place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from store.disk.durable import PARTIAL, make_folder, remove_partial, sync_folder
from store.disk.lock import lock_folder
from store.errors import StoreUnavailable, Trouble

#: Bytes that are read and written at once.
CHUNK = 1024 * 1024
BUCKET = "s3://"

NO_PLACE = (
    "There is no backup at {place}: it would hold a folder called generations. "
    "Is its disk attached?"
)
UNDER_WAY = "A backup to {place} is under way already."


class UnderWay(Trouble):
    """Another backup is being made of the same, or to the same place."""

    def __init__(self, place: str | Path) -> None:
        super().__init__(UNDER_WAY.format(place=place))


class BackupPlace(Protocol):
    """What holds the files of backups, whose names are `pieces/3f/3f09…` and `generations/….json`.

    Everything raises OSError, or StoreUnavailable where the place is a bucket.
    """

    @property
    def where(self) -> str:
        """How the place was named: a path, or `s3://bucket/path`."""

    def lock(self) -> AbstractContextManager[object]:
        """Let one backup at a time write, until the block ends. Raises UnderWay where one does."""

    def sizes(self, within: str) -> dict[str, int]:
        """The names in `pieces` or `generations`, with their size in bytes."""

    def put(self, name: str, content: BinaryIO) -> None:
        """Write what is left to read of `content`, and leave it read to its end."""

    def settle(self) -> None:
        """Return once all that was put outlives a crash."""

    def read(self, name: str) -> Iterator[bytes]:
        """The content, piece by piece. Raises FileNotFoundError."""

    def remove(self, names: Iterable[str]) -> None:
        """Take files away, so that a crash does not bring them back. One may be gone already."""


def open_place(where: str, *, new: bool = False) -> BackupPlace:
    """The place at a folder's path, or at `s3://bucket/path`.

    `new` makes a folder that is missing; without it, a folder must hold backups already. Raises
    Trouble.
    """
    if where.startswith(BUCKET):
        # It needs a package that a school without a bucket need not have.
        from store.backup.bucket import BucketPlace

        return BucketPlace(where)
    folder = Path(where)
    if new:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not (folder / "generations").is_dir():
        raise Trouble(NO_PLACE.format(place=where))
    return FolderPlace(where)


class FolderPlace:
    """Backups in a folder, on a disk or a share. See BackupPlace."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._folder = Path(where)
        #: Folders that have changed since they were last known to outlive a crash.
        self._touched: set[Path] = set()

    def lock(self) -> AbstractContextManager[object]:
        try:
            lock = lock_folder(self._folder)
        except StoreUnavailable as error:
            raise UnderWay(self._folder) from error
        remove_partial(self._folder)
        for name in ("pieces", "generations"):
            make_folder(self._folder / name)
        return lock

    def sizes(self, within: str) -> dict[str, int]:
        found = {}
        for parent, _, names in os.walk(self._folder / within):
            for name in names:
                if name.startswith(".") or name.endswith(PARTIAL):
                    continue
                path = Path(parent, name)
                found[path.relative_to(self._folder).as_posix()] = path.stat().st_size
        return found

    def put(self, name: str, content: BinaryIO) -> None:
        path = self._folder / name
        make_folder(path.parent)
        partial = path.with_name(path.name + PARTIAL)
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:
                while piece := content.read(CHUNK):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        # The folder itself is synced later, once for all that was put: see `settle`.
        self._touched.add(path.parent)

    def settle(self) -> None:
        while self._touched:
            sync_folder(self._touched.pop())

    def read(self, name: str) -> Iterator[bytes]:
        with (self._folder / name).open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            path = self._folder / name
            path.unlink(missing_ok=True)
            self._touched.add(path.parent)
        self.settle()
