"""What a Word file is read into: headings, paragraphs, items of lists and rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class WordBlock:
    text: str
    #: text, heading, item or row
    kind: str = "text"
    level: int = 0
    is_title: bool = False


def render_markdown(blocks: Sequence[WordBlock]) -> str:
    """Blocks as Markdown: a blank line between them, but not within a list or a table."""
    lines: list[str] = []
    before = ""
    for block in blocks:
        is_next_of_its_kind = block.kind == before and block.kind in ("item", "row")
        if lines and not is_next_of_its_kind:
            lines.append("")
        lines += _render_block(block)
        before = block.kind
    return "\n".join(lines) + "\n"


def _render_block(block: WordBlock) -> list[str]:
    if block.kind == "heading":
        return ["#" * block.level + " " + block.text]
    first, *others = block.text.split("\n")
    if block.kind != "item":
        return [first, *others]
    indent = "  " * block.level
    return [indent + first, *(indent + "  " + line for line in others)]


def render_row(cells: Sequence[Sequence[WordBlock]]) -> str:
    lines = []
    for blocks in cells:
        lines.append(" ".join(one_line(block.text) for block in blocks))
    return "| " + " | ".join(lines) + " |"


def one_line(text: str) -> str:
    return text.replace("\n", " ")
