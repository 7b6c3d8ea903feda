"""The entries of a message's `attachments[]`: forwarded messages, previews of pages, posts of apps.

https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

from bot.slack.markup import Names, decode, is_web
from bot.slack.reading.payload import Payload, first_text, moment, objects_in
from handlers.messages import Origin

_SHARES = ("is_share", "is_msg_unfurl", "is_reply_unfurl")
_ABOVE = ("pretext", "service_name", "author_name", "author_subname", "title")
#: Of a forwarded message, its author stands in its origin.
_ABOVE_IN_SHARES = ("pretext", "title")
_PAGES = ("original_url", "from_url", "title_link", "author_link")
#: Of a forwarded message, `from_url` is its own address, which stands in its origin.
_PAGES_IN_SHARES = ("original_url", "title_link")


class AttachmentWords:
    """What an entry says above and below its text."""

    def __init__(self, entry: Payload, names: Names, *, is_share: bool) -> None:
        self._names = names
        self.links: list[str] = []
        self.above: list[str] = []
        self.below: list[str] = []

        for name in _ABOVE_IN_SHARES if is_share else _ABOVE:
            # Whoever posts a page is often its author as well.
            if entry.get(name) not in [entry.get(other) for other in _ABOVE[: _ABOVE.index(name)]]:
                self._read(first_text(entry, name), self.above)
        for pair in objects_in(entry.get("fields")):
            self._read(first_text(pair, "title"), self.below)
            self._read(first_text(pair, "value"), self.below)
        if not is_share:
            # Below a forwarded message, Slack says where it was posted: that is in its origin.
            self._read(first_text(entry, "footer"), self.below)
        for action in objects_in(entry.get("actions")):
            self._read(first_text(action, "text"), self.below)
            self._add_link(first_text(action, "url"))

        picture = first_text(entry, "image_url")
        # The picture of a page is seen where the page is.
        self.has_picture = bool(picture) and not is_preview(entry)
        if self.has_picture:
            self._add_link(picture)

    def _read(self, text: str, lines: list[str]) -> None:
        decoded = decode(text, self._names)
        self.links += decoded.links
        if decoded.text.strip():
            lines.append(decoded.text)

    def _add_link(self, url: str) -> None:
        if is_web(url):
            self.links.append(url)


def is_share(entry: Payload) -> bool:
    """Tells another message in `attachments[]` from a page or an app's post."""
    return any(entry.get(flag) for flag in _SHARES) or bool(entry.get("message_blocks"))


def is_preview(entry: Payload) -> bool:
    """Tells the preview of a page, to which there is a link, from what an app has posted."""
    return bool(first_text(entry, "original_url", "from_url"))


def pages_of(entry: Payload, *, is_share: bool) -> list[str]:
    """The addresses of pages that an entry leads to."""
    pages: list[str] = []
    for name in _PAGES_IN_SHARES if is_share else _PAGES:
        page = first_text(entry, name)
        if is_web(page):
            pages.append(page)
    return pages


def messages_in(entry: Payload) -> list[Payload]:
    """The messages in `message_blocks`: a forwarded message as it was first posted."""
    messages: list[Payload] = []
    for part in objects_in(entry.get("message_blocks")):
        messages += objects_in([part.get("message")])
    return messages


def origin_of(entry: Payload) -> Origin:
    """Where a forwarded message was first posted."""
    return Origin(
        kind="message",
        author=first_text(entry, "author_name", "author_subname"),
        author_id=first_text(entry, "author_id"),
        place=first_text(entry, "channel_name"),
        place_id=first_text(entry, "channel_id"),
        message_id=first_text(entry, "ts"),
        sent_at=moment(entry.get("ts")),
        link=first_text(entry, "from_url"),
    )
