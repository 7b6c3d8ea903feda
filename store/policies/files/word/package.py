"""Opens the parts of a Word file, and none that would fill the memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree

from store.policies.files.reading import DamagedFile, FileTooLarge, OtherKind
from store.policies.files.word.elements import Element

#: Bytes of XML in one part of the file; a policy of 100 pages has about 1 million.
LARGEST_PART = 15_000_000
MOST_PARTS = 5_000

NOT_WORD = "{name} is not a Word file. Add a .docx, .pdf, .md or .txt file."
DAMAGED = (
    "{name} is damaged and cannot be read to its end. "
    "Open it in Word, save it again, and add the new file."
)
BOMB = (
    "{name} unpacks to far more than a policy text. "
    "Save the text on its own, without anything else in it."
)

_MAIN_PART = re.compile(r"word/document\d*\.xml")
_MARGIN_PART = re.compile(r"word/(?:header|footer)\d*\.xml")


class WordPackage:
    """The parts of a Word file, each of them XML. None is read that is far too large."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        members = archive.infolist()
        # Some programs write a slash before the names, or backslashes in them.
        self._members = {m.filename.lstrip("/").replace("\\", "/"): m for m in members}
        if len(members) > MOST_PARTS:
            raise FileTooLarge(BOMB.format(name=name))

    def open_main_part(self) -> Element:
        for path in self._members:
            if _MAIN_PART.fullmatch(path):
                root = self._open_part(path)
                if root is None:
                    raise DamagedFile(DAMAGED.format(name=self.name))
                return root
        raise OtherKind(NOT_WORD.format(name=self.name))

    def margin_paths(self) -> list[str]:
        """The paths of the parts that hold page headers and footers."""
        return [path for path in sorted(self._members) if _MARGIN_PART.fullmatch(path)]

    def children_of_part(self, path: str) -> Sequence[Element]:
        """What stands in a part; nothing where the file has no such part."""
        root = self._open_part(path)
        if root is None:
            return ()
        return list(root)

    def _open_part(self, path: str) -> Element | None:
        member = self._members.get(path)
        if member is None:
            return None
        # The size that the archive tells may be a lie, so it is asked of what is read as well.
        if member.file_size > LARGEST_PART:
            raise FileTooLarge(BOMB.format(name=self.name))
        with self._archive.open(member) as file:
            data = file.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART:
            raise FileTooLarge(BOMB.format(name=self.name))
        # Word writes neither; bombs are made of them.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or "<!ENTITY".encode("utf-16-le") in data:
            raise DamagedFile(DAMAGED.format(name=self.name))
        return ElementTree.fromstring(data)  # noqa: S314 - nothing with entities comes this far
