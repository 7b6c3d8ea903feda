"""Memos in the embedded store: a folder for each kind, a file for each memo."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from store.disk.durable import remove_file
from store.documents import record_tables
from store.model.memos import FOLDERS, BackedUp, Exported, Kind, Memo, RoleWish
from store.tiny.files import Files, write_tables

#: Kinds that a command adds to while a bot owns the folder: read afresh each time.
FROM_OUTSIDE = (BackedUp, Exported, RoleWish)


class MemoFiles(Files):
    """The part of the embedded store that is about memos. All of them are held in memory."""

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        super().__init__(folder, lock)
        #: Of each kind, by their keys.
        self._memos: defaultdict[type[Memo], dict[str, Memo]] = defaultdict(dict)

    def _load_memos(self) -> None:
        for kind, folder in FOLDERS.items():
            self._load_records(folder, kind, self._put_memo)

    async def put(self, memo: Memo) -> None:
        await asyncio.shield(self._put(memo))

    async def _put(self, memo: Memo) -> None:
        await self._renew(type(memo), memo.memo_key, lambda known: memo)

    async def renew(
        self, kind: type[Kind], key: str, change: Callable[[Kind | None], Kind]
    ) -> Kind:
        return await asyncio.shield(self._renew(kind, key, change))

    async def _renew(
        self, kind: type[Kind], key: str, change: Callable[[Kind | None], Kind]
    ) -> Kind:
        path = self._memo_path(kind, key)
        async with self._writing[path.name]:
            memo = change(cast("Kind | None", self._memos[kind].get(key)))
            await self._change(path, partial(write_tables, path, record_tables(memo)))
            self._put_memo(memo)
        return memo

    def _put_memo(self, memo: Memo) -> None:
        self._memos[type(memo)][memo.memo_key] = memo

    async def memo(self, kind: type[Kind], key: str) -> Kind | None:
        return cast("Kind | None", self._memos[kind].get(key))

    async def memos(self, kind: type[Kind]) -> Sequence[Kind]:
        if kind in FROM_OUTSIDE:
            await self._in_thread(self._load_records, FOLDERS[kind], kind, self._put_memo)
        return cast("list[Kind]", list(self._memos[kind].values()))

    async def drop(self, kind: type[Memo], key: str) -> bool:
        return await asyncio.shield(self._drop(kind, key))

    async def _drop(self, kind: type[Memo], key: str) -> bool:
        path = self._memo_path(kind, key)
        async with self._writing[path.name]:
            was_there = await self._change(path, partial(remove_file, path))
            self._memos[kind].pop(key, None)
        return was_there

    def _memo_path(self, kind: type[Memo], key: str) -> Path:
        return path_of_memo(self.folder, kind, key)


def path_of_memo(folder: Path, kind: type[Memo], key: str) -> Path:
    """The file of the memo of this kind with the key `key`, in a store's folder."""
    return folder / FOLDERS[kind] / f"{name_of(key)}.json"


def name_of(key: str) -> str:
    """The name of a record's file, without .json: its key may hold any characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
