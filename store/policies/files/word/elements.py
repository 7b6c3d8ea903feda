"""Finds elements of a Word file and their values, whichever namespace they are in."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

Element = ElementTree.Element


def find_all(parent: Element, tag: str) -> Iterator[Element]:
    """Rows or cells, also those that are wrapped in a control or a tracked change."""
    for element in parent:
        if tag_of(element) == tag:
            yield element
        elif tag_of(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from find_all(element, tag)


def tag_of(element: Element) -> str:
    """The name of an element, without its namespace: older and stricter files have others."""
    return str(element.tag).rsplit("}", 1)[-1]


def find(parent: Element | None, tag: str) -> Element | None:
    if parent is None:
        return None
    for element in parent:
        if tag_of(element) == tag:
            return element
    return None


def attribute(element: Element, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return value
    return ""


def value_of(parent: Element | None, tag: str) -> str:
    found = find(parent, tag)
    return "" if found is None else attribute(found, "val")


def is_on(element: Element | None) -> bool:
    """True for a switch that is there, and not turned off."""
    return element is not None and attribute(element, "val").lower() not in ("0", "false", "off")


def parse_int(value: str, otherwise: int = 0, *, base: int = 10) -> int:
    try:
        return int(value, base)
    except ValueError:
        return otherwise
