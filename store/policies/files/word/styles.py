"""Reads the styles of a Word file, and what its paragraphs have from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.policies.files.word.elements import (
    Element,
    attribute,
    find,
    is_on,
    parse_int,
    tag_of,
    value_of,
)

_HEADING = re.compile(r"heading (\d)")
#: What stands for a heading's style where the file does not describe its styles.
_HEADING_ID = re.compile(r"heading ?(\d)")
#: From this outline level, counted from 0, Word takes a paragraph for running text.
_BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class _ListPlace:
    """Where a paragraph stands: in which list, and how deep in it, from 0."""

    list_id: str
    level: int


@dataclass(frozen=True, slots=True)
class _Style:
    #: In small letters.
    name: str = ""
    based_on: str = ""
    #: From 0; None where the style has none.
    outline: int | None = None
    place: _ListPlace | None = None
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What Word is told of a paragraph."""

    about: Element | None
    style: str
    #: In small letters.
    style_name: str


class Styles:
    """The styles of a file, and what its paragraphs have from them."""

    def __init__(self, elements: Sequence[Element]) -> None:
        """`elements`: what stands in the part for styles."""
        self._styles: dict[str, _Style] = {}
        for element in elements:
            if tag_of(element) == "style":
                self._styles[attribute(element, "styleId")] = _read_style(element)

    def find_name(self, style: str) -> str:
        """In small letters; its id where the file does not describe it."""
        if style in self._styles:
            return self._styles[style].name
        return style.lower()

    def find_heading_level(self, paragraph: Paragraph) -> int | None:
        """0 for the uppermost level; None for what is no heading."""
        own = _read_outline(paragraph.about)
        if own is not None:
            return _heading_level(own)
        for style in self._inherited(paragraph.style):
            named = _HEADING.fullmatch(style.name)
            if named:
                return _level_named(named)
            if style.outline is not None:
                return _heading_level(style.outline)
        named = _HEADING_ID.fullmatch(paragraph.style_name)
        return _level_named(named) if named else None

    def find_list_place(self, paragraph: Paragraph) -> _ListPlace | None:
        own = _read_list_place(paragraph.about)
        if own is not None:
            return own
        for style in self._inherited(paragraph.style):
            if style.place:
                return style.place
        return None

    def is_bold(self, style: str) -> bool:
        """True where letters are in bold unless they are told not to be."""
        return any(inherited.is_bold for inherited in self._inherited(style))

    def _inherited(self, style: str) -> Iterator[_Style]:
        """A style, the one that it is based on, and so on; a style based on itself ends it."""
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on


def _read_style(element: Element) -> _Style:
    about = find(element, "pPr")
    return _Style(
        name=value_of(element, "name").lower(),
        based_on=value_of(element, "basedOn"),
        outline=_read_outline(about),
        place=_read_list_place(about),
        is_bold=is_on(find(find(element, "rPr"), "b")),
    )


def _heading_level(outline: int) -> int | None:
    return outline if outline < _BODY_LEVEL else None


def _level_named(heading: re.Match[str]) -> int:
    """The level, from 0, of a style that is called `heading 1`, `heading 2`, …"""
    return max(int(heading.group(1)) - 1, 0)


def _read_list_place(about: Element | None) -> _ListPlace | None:
    """The list and level that the properties of a paragraph or style name."""
    found = find(about, "numPr")
    if found is None:
        return None
    return _ListPlace(value_of(found, "numId"), parse_int(value_of(found, "ilvl")))


def _read_outline(about: Element | None) -> int | None:
    """The outline level, from 0, that the properties of a paragraph or style name."""
    value = value_of(about, "outlineLvl")
    return parse_int(value, _BODY_LEVEL) if value else None
