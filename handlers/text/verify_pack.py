"""Says in a sentence whether a pack is as it was when it was made. Run: python3 verify.py

It needs Python 3.9 or newer and nothing else, and stands in each pack as verify.py. It looks at the
folder in which it lies: whether each file is there and has the SHA-256 that manifest.json says,
whether anything was added, and whether the entries of each case are an unbroken chain, in which the
last of the case that it was made for says that this pack was made. In packs that leave out what was
said in confidence, entries whose messages are not named ("without") are checked for their place in
the chain alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST, SEAL, CHAIN = "manifest.json", "manifest.sha256", "chain.json"


def find_problems(folder: Path) -> list[str]:
    """What is not as it was, a sentence each; nothing where all is."""
    try:
        written = (folder / MANIFEST).read_bytes()
        seal = (folder / SEAL).read_bytes()
        if seal != f"{hashlib.sha256(written).hexdigest()}\n".encode():
            return [f"{MANIFEST} or {SEAL} is not as it was."]
        manifest = json.loads(written)
        problems = [*find_changed(folder, manifest), *find_added(folder, manifest)]
        chains = json.loads((folder / CHAIN).read_bytes())
        problems += find_cut(chains, manifest)
        for reference, entries in chains.items():
            problems += find_broken(reference, entries)
        return [*problems, *find_swapped(chains, manifest)]
    except Exception as error:
        # Whatever it is that was done to it, it is not as it was.
        return [f"It cannot be read: {type(error).__name__}."]


def find_changed(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Files that are missing or changed."""
    for row in manifest["files"]:
        path = folder / row["path"]
        if path.is_symlink() or not path.is_file():
            yield f"{row['path']} is missing."
        elif path.stat().st_size != row["size"] or digest_of(path) != row["sha256"]:
            yield f"{row['path']} is not as it was."


def find_added(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Files that nobody put there when it was made."""
    known = {MANIFEST, SEAL, *(row["path"] for row in manifest["files"])}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in known:
            yield f"{name} was added."


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while True:
            piece = file.read(1 << 20)
            if not piece:
                return digest.hexdigest()
            digest.update(piece)


def find_cut(chains: dict[str, Any], manifest: dict[str, Any]) -> Iterator[str]:
    """Cases whose entries are missing, or fewer than they were."""
    for reference, case in manifest["cases"].items():
        entries = chains.get(reference, ())
        if len(entries) != case["entries"] or entries[-1]["hash"] != case["last"]:
            yield f"Entries of case {reference} are missing, or were added."


def find_broken(reference: str, entries: list[dict[str, Any]]) -> Iterator[str]:
    """Entries that were changed, and places where one was taken out or put in."""
    before = ""
    for number, entry in enumerate(entries, 1):
        if entry["before"] != before:
            yield f"Entries of case {reference} are missing before number {number}."
        is_whole = not entry.get("left_out") and not entry.get("without")
        if is_whole and hash_of(entry) != entry["hash"]:
            yield f"Entry {number} of case {reference} is not as it was."
        before = entry["hash"]


def find_swapped(chains: dict[str, Any], manifest: dict[str, Any]) -> Iterator[str]:
    """Files that are not what an entry says was kept."""
    kept = {}
    for reference, entries in chains.items():
        for entry in entries:
            if entry["what"] == "kept" and not entry.get("left_out"):
                details = entry["details"]
                kept[reference, details.get("number")] = details.get("sha256")
    for row in manifest["files"]:
        said = kept.get((row.get("case"), row.get("number")))
        if said and said != row["sha256"]:
            yield f"{row['path']} is not what its entry says was kept."


def hash_of(entry: dict[str, Any]) -> str:
    content = [entry["at"], entry["by"], entry["what"], entry["details"], entry["before"]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def main() -> int:
    folder = Path(__file__).resolve().parent
    problems = find_problems(folder)
    if problems:
        print("This pack is NOT as it was when it was made:", *problems, sep="\n  ")  # noqa: T201
        return 1
    manifest = json.loads((folder / MANIFEST).read_bytes())
    files = len(manifest["files"])
    # `2026-11-29T09:19:37.278396+00:00`: to the minute.
    day, time = manifest["made_at"][:10], manifest["made_at"][11:16]
    said = f"All {files} files and all entries are as they were when it was made, {day} {time} UTC."
    print(said)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
