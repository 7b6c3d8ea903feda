"""Reads the words of one paragraph, in order."""

from __future__ import annotations

from dataclasses import dataclass

from store.policies.files.word.elements import Element, attribute, find, is_on, parse_int, tag_of

#: Signs of the Symbol and Wingdings fonts, by the lower byte of their number.
_SYMBOLS = {0xA8: "☐", 0x6F: "☐", 0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xB7: "•", 0xA7: "•"}
#: Elements that stand for a sign.
_SIGNS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = ("footnoteReference", "endnoteReference")
#: Elements without elements in them that say something.
_LEAVES = {"t", "sym", *_SIGNS, *_NOTES}
SKIPPED = {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sdtPr", "pict", "object"}


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or an endnote that is referred to."""

    #: footnote or endnote
    kind: str
    id: str


class Runs:
    """The words of one paragraph, in order."""

    def __init__(self, notes: list[Note]) -> None:
        self.words: list[str] = []
        #: Of each run with words, whether it is in bold; None where it is as its style has it.
        self.bold: list[bool | None] = []
        #: Text boxes that are anchored in the paragraph.
        self.boxes: list[Element] = []
        self._notes = notes

    def read(self, parent: Element, bold: bool | None = None) -> None:
        """Take up what stands in `parent`. `bold`: that of the run that it is part of."""
        # One branch for each kind of element; what is not known may have words deeper in it.
        for element in parent:
            tag = tag_of(element)
            if tag == "r":
                about = find(element, "rPr")
                if not is_on(find(about, "vanish")):
                    self.read(element, _read_bold(about))
            elif tag in _LEAVES:
                self._read_leaf(element, tag, bold)
            elif tag == "txbxContent":
                self.boxes.append(element)
            elif tag == "AlternateContent":
                self.read(first_choice(element), bold)
            elif tag == "pict":
                self.boxes += _find_text_boxes(element)
            elif tag not in SKIPPED:
                self.read(element, bold)

    def _read_leaf(self, element: Element, tag: str, bold: bool | None) -> None:
        if tag == "t":
            words = element.text or ""
            self.words.append(words)
            if words.strip():
                self.bold.append(bold)
        elif tag == "sym":
            self.words.append(_read_symbol(element))
        elif tag in _NOTES:
            note = Note(tag.removesuffix("Reference"), attribute(element, "id"))
            self._notes.append(note)
            self.words.append(f"[{len(self._notes)}]")
        else:
            self.words.append(_SIGNS[tag])


def _find_text_boxes(picture: Element) -> list[Element]:
    return [element for element in picture.iter() if tag_of(element) == "txbxContent"]


def _read_bold(about: Element | None) -> bool | None:
    """What the properties of a run say of bold; None where they do not."""
    weight = find(about, "b")
    return None if weight is None else is_on(weight)


def _read_symbol(element: Element) -> str:
    code = parse_int(attribute(element, "char"), base=16)
    # In a damaged file it may be no character's number: this raises ValueError then.
    sign = chr(code)
    # Fonts of symbols have their signs at U+F000 and the following.
    if code >= 0xF000:
        return _SYMBOLS.get(code & 0xFF, sign)
    return sign


def first_choice(element: Element) -> Element:
    """Of two ways to show one thing, the first: taking both would tell it twice."""
    for choice in element:
        return choice
    return element
