"""Notes about a store's folder itself, in the folder: backups and moves leave them out."""

from __future__ import annotations

from pathlib import Path

from store.disk.durable import make_folder, read_file, remove_file, replace_file
from store.model.place_notes import BACKUP_ID

#: The folder, within that of the store, whose files they are.
NOTES = ".notes"
#: Those that lie elsewhere, by their names.
ELSEWHERE = {BACKUP_ID: ".backup/id"}


def read_place_note(folder: Path, name: str) -> str:
    """The text of a note; empty where there is none. Raises OSError."""
    try:
        return read_file(_path(folder, name)).decode()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def put_place_note(folder: Path, name: str, text: str) -> None:
    """Keep a note, or take it away where the text is empty. Raises OSError."""
    path = _path(folder, name)
    if not text:
        remove_file(path)
        return
    make_folder(path.parent)
    replace_file(path, text.encode())


def _path(folder: Path, name: str) -> Path:
    return folder / ELSEWHERE.get(name, f"{NOTES}/{name}")
