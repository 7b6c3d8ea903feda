"""A pack is made: a ZIP file on the disk, of which nothing is held in memory as a whole."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from handlers.cases.packs.contents import Item, Pack
from handlers.cases.packs.pages import Pictures, chronology_pdf
from handlers.desk import Desk
from handlers.text import verify_pack
from handlers.workflow.pictures.small_copies import small_copies
from store.disk.aside import folder_aside
from store.disk.evidence import sha256_of
from store.errors import NotFound
from store.model.kinds import EvidenceKind

FORMAT = 1
CHRONOLOGY, CHAIN, VERIFY = "chronology.pdf", "chain.json", "verify.py"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
#: Pieces that are open together.
AT_ONCE = 25
#: A time that a ZIP file can tell, the same for all: what matters is in the manifest.
WRITTEN_AT = (2000, 1, 1, 0, 0, 0)


@asynccontextmanager
async def packed(pack: Pack, desk: Desk) -> AsyncIterator[Path]:
    """The pack as a file, for as long as the context lasts. Raises OSError, StoreUnavailable."""
    with folder_aside(desk.data) as folder:
        path = folder / "pack.zip"
        await write_pack(pack, path, desk)
        yield path


async def write_pack(pack: Pack, path: Path, desk: Desk) -> None:
    """Write it into a new file; small pictures lie beside that while it is made.

    Raises OSError, StoreUnavailable.
    """
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        writer = _Writer(archive)
        small: dict[str, str] = {}
        for some in _in_groups(pack.items):
            small |= await _add_all(some, pack, writer, path.parent, desk)
        hashes = {row["path"]: row["sha256"] for row in writer.files}
        shown = Pictures(path.parent, small)
        pdf = await asyncio.to_thread(chronology_pdf, pack, hashes, shown, desk)
        writer.add(CHRONOLOGY, pdf)
        chains = pack.chains()
        writer.add(CHAIN, _json(chains))
        writer.add(VERIFY, inspect.getsource(verify_pack).encode())

        manifest = _json(_manifest(pack, writer.files, chains))
        writer.put(MANIFEST, manifest)
        writer.put(SEAL, f"{hashlib.sha256(manifest).hexdigest()}\n".encode())


class _Writer:
    """Adds files to the archive, and keeps what the manifest says of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: list[dict[str, Any]] = []

    def put(self, path: str, content: bytes) -> None:
        self._archive.writestr(_entry(path), content)

    def add(self, path: str, content: bytes, **facts: str) -> None:
        self.put(path, content)
        digest = hashlib.sha256(content).hexdigest()
        self.files.append({"path": path, "sha256": digest, "size": len(content), **facts})

    def add_file(self, path: str, source: Path, **facts: str) -> None:
        """A file of any size, a piece at a time. Pictures and films get no smaller by packing."""
        digest, size = sha256_of(source), source.stat().st_size
        entry = _entry(path)
        entry.compress_type = zipfile.ZIP_STORED
        entry.file_size = size
        with source.open("rb") as content, self._archive.open(entry, "w") as into:
            while piece := content.read(1 << 20):
                into.write(piece)
        self.files.append({"path": path, "sha256": digest, "size": size, **facts})


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, WRITTEN_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _in_groups(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[n : n + AT_ONCE] for n in range(0, len(items), AT_ONCE)]


async def _add_all(
    items: Sequence[Item], pack: Pack, writer: _Writer, folder: Path, desk: Desk
) -> dict[str, str]:
    """Add what was kept, and make pictures of it small. Gives the names of these, by path."""
    pictures: dict[str, Path] = {}
    async with AsyncExitStack() as opened:
        for item in items:
            source = await _add(item, pack, writer, opened, desk)
            if source and item.evidence.kind == EvidenceKind.PICTURE:
                pictures[item.path] = source
        copies = await small_copies(list(pictures.values()))
    names = {}
    for path, copy in zip(pictures, copies, strict=True):
        if copy:
            names[path] = f"{Path(path).name.split('-')[0]}.jpg"
            await asyncio.to_thread((folder / names[path]).write_bytes, copy)
    return names


async def _add(
    item: Item, pack: Pack, writer: _Writer, opened: AsyncExitStack, desk: Desk
) -> Path | None:
    """Add one piece. Gives its file, to be read while `opened` lasts; None for words."""
    facts = dict(pack.facts_of(item))
    if item.is_words:
        writer.add(item.path, pack.words_of(item).encode("utf-8", "replace"), **facts)
        return None
    try:
        kept = desk.store.kept(item.case.reference, item.evidence.sha256)
        source = await opened.enter_async_context(kept)
    except NotFound:
        # The chronology says that it cannot be read.
        return None
    await asyncio.to_thread(writer.add_file, item.path, source, **facts)
    return source


def _manifest(
    pack: Pack, files: list[dict[str, Any]], chains: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_for_case": pack.matter.case.reference,
        "made_for": pack.receiver.value,
        "made_by": pack.made_by,
        "made_at": pack.made_at.isoformat(),
        "why": pack.reason,
        "cases": {reference: _chain_facts(entries) for reference, entries in chains.items()},
        "not_in_it": pack.not_handed_over,
        "files": files,
    }


def _chain_facts(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """By which it is seen that none is missing at the end."""
    return {"entries": len(entries), "last": entries[-1]["hash"]}


def _json(content: object) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=True).encode()
