"""What people see of Slack's blocks: their words line by line, their links, and their pictures.

A kind of block that nobody here has heard of is read by its strings.
https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.slack.markup import Names, decode, is_web, show_channel, show_link, show_person, unescape
from bot.slack.reading.payload import Payload, first_text, objects_in

CELLS = " | "
#: Blocks in blocks; what lies deeper is not read.
DEEPEST = 60

_MACHINES = frozenset(
    {
        "type",
        "style",
        "color",
        "align",
        "format",
        "timestamp",
        "unicode",
        "source",
        "confirm",
        "column_settings",
        "accessibility_label",
        "dispatch_action_config",
        "id",
        "ts",
        "team",
        "mimetype",
    }
)
#: The objects whose `value` is for the app that posted them alone.
_HAS_A_LABEL = ("text", "action_id")
_SEEN_ELSEWHERE = ("image_url", "video_url")


class BlockReader:
    """Reads one block after another, of one message."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.lines: list[str] = []
        self.links: list[str] = []
        #: Slack's file objects of pictures that stand among the words.
        self.files: list[Payload] = []
        #: There is a picture or a video that lies where the bot does not fetch.
        self.has_pictures_elsewhere = False
        self.is_too_deep = False

    def read(self, value: object, depth: int = 0) -> None:
        """Read a block, a list of them, or whatever is in one."""
        if depth > DEEPEST:
            self.is_too_deep = True
        elif isinstance(value, str):
            self.add_encoded(value)
        elif isinstance(value, list):
            for item in value:
                self.read(item, depth + 1)
        elif isinstance(value, Mapping):
            kind = value.get("type")
            read = _READERS.get(kind) if isinstance(kind, str) else None
            if read is not None:
                read(self, value, depth)
            else:
                self.read_by_strings(value, depth)

    def add(self, text: str) -> None:
        """Add words as they are shown."""
        self.lines += [line for line in text.splitlines() if line.strip()]

    def add_encoded(self, text: str) -> None:
        """Add words as Slack encodes them."""
        decoded = decode(text, self._names)
        self.links += decoded.links
        self.add(decoded.text)

    def add_link(self, url: object) -> None:
        """Add an address, where it is a web page's."""
        if isinstance(url, str) and is_web(url):
            self.links.append(url)

    # --- any kind ---------------------------------------------------------------------------------

    def read_by_strings(self, block: Payload, depth: int) -> None:
        """Read every string that is not there for machines, and whatever lies deeper."""
        for name, value in block.items():
            if not _is_for_machines(name, block):
                self._read_value(name, value, depth)

    def _read_value(self, name: str, value: object, depth: int) -> None:
        if name == "slack_file" and isinstance(value, Mapping):
            self.files.append(value)
        elif name == "url" or name.endswith("_url"):
            self._read_address(name, value)
        elif name == "rows" and isinstance(value, list):
            self._read_rows(value, depth)
        elif isinstance(value, str | list | Mapping):
            self.read(value, depth + 1)

    def _read_address(self, name: str, value: object) -> None:
        if not name.startswith(("thumb", "icon")):
            self.add_link(value)
        if value and name in _SEEN_ELSEWHERE:
            self.has_pictures_elsewhere = True

    def _read_rows(self, rows: list[Any], depth: int) -> None:
        """One line for each row of a table."""
        for row in rows:
            cells: list[str] = []
            for cell in row if isinstance(row, list) else [row]:
                cells.append(" ".join(self._lines_of(cell, depth)))
            self.add(CELLS.join(cells) if any(cells) else "")

    def _lines_of(self, value: object, depth: int) -> list[str]:
        """The lines of something that is shown within a line; its links go with the others'."""
        before = len(self.lines)
        self.read(value, depth + 1)
        lines = self.lines[before:]
        del self.lines[before:]
        return lines

    # --- texts ------------------------------------------------------------------------------------

    def read_encoded_text(self, block: Payload, depth: int) -> None:
        """`mrkdwn`, and the block named `markdown`."""
        self.add_encoded(first_text(block, "text"))

    def read_plain_text(self, block: Payload, depth: int) -> None:
        """Text in which nothing is markup."""
        text = unescape(first_text(block, "text"))
        self.links += decode(text).links
        self.add(text)

    def read_raw(self, block: Payload, depth: int) -> None:
        """A cell of a table: text or a number."""
        text = first_text(block, "text")
        value = block.get("value")
        if not text and value is not None:
            text = str(value)
        self.links += decode(text).links
        self.add(text)

    # --- rich text --------------------------------------------------------------------------------

    def read_rich_part(self, part: Payload, depth: int) -> None:
        """A section, a quote, or lines of code."""
        self.add("".join(self._inline(element, depth) for element in objects_in(_elements(part))))

    def read_list(self, part: Payload, depth: int) -> None:
        """A list: one line for each item, with its dot or its number."""
        number = _number(part.get("offset"))
        for item in objects_in(_elements(part)):
            number += 1
            mark = f"{number}. " if part.get("style") == "ordered" else "• "
            lines = self._lines_of(item, depth)
            if lines:
                lines[0] = mark + lines[0]
            self.add("\n".join(lines))

    def _inline(self, element: Payload, depth: int) -> str:
        kind = element.get("type")
        show = _INLINE.get(kind) if isinstance(kind, str) else None
        if show is not None:
            return show(self, element)
        return " ".join(self._lines_of(element, depth))

    def show_text(self, element: Payload) -> str:
        """Words."""
        text = first_text(element, "text")
        self.links += decode(text.replace("&", "&amp;")).links
        return text

    def show_link(self, element: Payload) -> str:
        """A link, with the words that it is behind."""
        url = first_text(element, "url")
        self.add_link(url)
        return show_link(url, first_text(element, "text"))

    def show_user(self, element: Payload) -> str:
        """Somebody's name."""
        return show_person(first_text(element, "user_id"), "", self._names)

    def show_channel(self, element: Payload) -> str:
        """A channel's name."""
        return show_channel(first_text(element, "channel_id"), "", self._names)

    def show_group(self, element: Payload) -> str:
        """A group of people, or a workspace, by Slack's id."""
        return "@" + first_text(element, "usergroup_id", "team_id")

    def show_everybody(self, element: Payload) -> str:
        """`@here`."""
        return "@" + first_text(element, "range")

    def show_emoji(self, element: Payload) -> str:
        """`:wave:`, as in a message's text."""
        tone = element.get("skin_tone")
        return f":{first_text(element, 'name')}:" + (f":skin-tone-{tone}:" if tone else "")

    def show_date(self, element: Payload) -> str:
        """A date in the words for those who cannot show it."""
        self.add_link(element.get("url"))
        return first_text(element, "fallback", "timestamp")

    def show_colour(self, element: Payload) -> str:
        """`#36C5F0`."""
        return first_text(element, "value")


def _elements(part: Payload) -> object:
    return part.get("elements")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _read_rich_text(reader: BlockReader, block: Payload, depth: int) -> None:
    for part in objects_in(_elements(block)):
        reader.read(part, depth + 1)


_READERS: dict[str, Callable[[BlockReader, Payload, int], None]] = {
    "mrkdwn": BlockReader.read_encoded_text,
    "markdown": BlockReader.read_encoded_text,
    "plain_text": BlockReader.read_plain_text,
    "raw_text": BlockReader.read_raw,
    "raw_number": BlockReader.read_raw,
    "rich_text": _read_rich_text,
    "rich_text_section": BlockReader.read_rich_part,
    "rich_text_quote": BlockReader.read_rich_part,
    "rich_text_preformatted": BlockReader.read_rich_part,
    "rich_text_list": BlockReader.read_list,
}

_INLINE: dict[str, Callable[[BlockReader, Payload], str]] = {
    "text": BlockReader.show_text,
    "link": BlockReader.show_link,
    "user": BlockReader.show_user,
    "channel": BlockReader.show_channel,
    "usergroup": BlockReader.show_group,
    "team": BlockReader.show_group,
    "broadcast": BlockReader.show_everybody,
    "emoji": BlockReader.show_emoji,
    "date": BlockReader.show_date,
    "color": BlockReader.show_colour,
}


def _is_for_machines(name: str, block: Payload) -> bool:
    """It is a field that nobody is shown, as the value of a button that has a text."""
    if name == "value" and any(label in block for label in _HAS_A_LABEL):
        return True
    return name in _MACHINES or name.endswith("_id")
