"""Everything that a message shows: its words, blocks, files, and what is in `attachments[]`.

A message forwarded inside Slack has its words and files there, in entries flagged `is_share`, and
so has whatever was forwarded in it before; `text` and `files` on top may be empty. Seen:
https://github.com/MercuryTechnologies/slack-web/blob/master/tests/golden/SlackWebhookEvent/share_without_message.json
A table that somebody pastes comes in the `blocks` of an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.slack.markup import NOBODY, Names, decode, unique
from bot.slack.reading.attachments import (
    AttachmentWords,
    is_share,
    messages_in,
    origin_of,
    pages_of,
)
from bot.slack.reading.blocks import BlockReader
from bot.slack.reading.file_objects import (
    attachments_of,
    is_stub,
    links_elsewhere,
    missing_of,
    words_beside,
)
from bot.slack.reading.payload import Payload, first_text, objects_in
from bot.slack.reading.same_words import is_placeholder, merge, says_the_same
from handlers.messages import Attachment, Forwarded, Origin

UNSEEN = "something that Slack does not show to apps"
PICTURES = "a picture or video that an app has put there"
TOO_DEEP = "what was forwarded over and over"
#: Messages in messages; what lies deeper is not read.
DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Content:
    """What a message shows."""

    #: Of the message itself, and of what apps put beside it.
    text: str
    links: tuple[str, ...] = ()
    #: The messages that were forwarded in it, the outermost first.
    forwarded: tuple[Forwarded, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    #: What people see in it and the bot cannot keep, in words.
    missing: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """There is nothing in it to keep."""
        return not (self.text.strip() or self.links or self.forwarded or self.attachments)


@dataclass(slots=True)
class _Found:
    """What has been found so far of one message, besides its words."""

    links: list[str] = field(default_factory=list)
    forwarded: list[Forwarded] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def read_content(message: Payload, names: Names = NOBODY, origin: Origin | None = None) -> Content:
    """Everything that a message shows.

    `names` are of those who are mentioned. `origin` is where the message itself was first posted,
    where somebody passes it on.
    """
    return _Reader(names).read(message, origin, 0)


def find_stubs(message: Payload) -> Iterator[dict[str, Any]]:
    """The files of which Slack sent only the id, wherever they are in a message."""
    for part in all_messages(message):
        for file in objects_in(part.get("files")):
            # What is found out is written into it, so it must be a dict.
            if isinstance(file, dict) and is_stub(file):
                yield file


def all_messages(message: Payload, depth: int = 0) -> Iterator[Payload]:
    """A message, and every entry and message in it, the outermost first."""
    yield message
    if depth >= DEEPEST:
        return
    for entry in [*objects_in(message.get("attachments")), *messages_in(message)]:
        yield from all_messages(entry, depth + 1)


class _Reader:
    """Reads messages, and the messages in them."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def read(self, message: Payload, origin: Origin | None, depth: int) -> Content:
        """What one message or entry shows, and all that is in it."""
        found = _Found()
        files = objects_in(message.get("files"))
        blocks = self._read_blocks(message.get("blocks"), found)
        files += blocks.files

        text = decode(first_text(message, "text"), self._names)
        found.links += [*text.links, *blocks.links, *links_elsewhere(files)]
        found.attachments += attachments_of(files, origin)
        found.missing += missing_of(files)

        words = merge(text.text, blocks.lines)
        words = self._with_inner_messages(words, message, found, origin, depth)
        words = self._with_entries(words, message, found, origin, depth)
        words = "\n".join(filter(None, [words, *words_beside(files)]))
        return _finish(words, found)

    def _read_blocks(self, blocks: object, found: _Found) -> BlockReader:
        reader = BlockReader(self._names)
        reader.read(objects_in(blocks))
        if reader.has_pictures_elsewhere:
            found.missing.append(PICTURES)
        if reader.is_too_deep:
            found.missing.append(TOO_DEEP)
        return reader

    def _with_inner_messages(
        self, words: str, message: Payload, found: _Found, origin: Origin | None, depth: int
    ) -> str:
        """The words, with those of `message_blocks`: the message again, as it was first posted."""
        for inner in messages_in(message):
            if depth >= DEEPEST:
                found.missing.append(TOO_DEEP)
                return words
            content = self.read(inner, origin, depth + 1)
            words = merge(words, content.text.splitlines())
            _add(content, found)
        return words

    def _with_entries(
        self, words: str, message: Payload, found: _Found, origin: Origin | None, depth: int
    ) -> str:
        """The words, with those of the pages and posts in `attachments[]`.

        Messages that are forwarded in it are found by themselves.
        """
        lines = [words] if words.strip() else []
        for entry in objects_in(message.get("attachments")):
            if depth >= DEEPEST:
                found.missing.append(TOO_DEEP)
            elif is_share(entry):
                self._read_share(entry, found, depth)
            else:
                said = self._read_entry(entry, found, origin, depth)
                if said and not says_the_same(said, words):
                    lines.append(said)
        return "\n".join(lines)

    def _read_share(self, entry: Payload, found: _Found, depth: int) -> None:
        origin = origin_of(entry)
        content = self._read_wordy_entry(entry, origin, depth, is_share=True)
        links = unique((*content.links, *pages_of(entry, is_share=True)))
        found.forwarded.append(Forwarded(content.text, origin, links))
        _add(Content("", (), content.forwarded, content.attachments, content.missing), found)

    def _read_entry(self, entry: Payload, found: _Found, origin: Origin | None, depth: int) -> str:
        content = self._read_wordy_entry(entry, origin, depth, is_share=False)
        found.links += pages_of(entry, is_share=False)
        _add(content, found)
        return content.text

    def _read_wordy_entry(
        self, entry: Payload, origin: Origin | None, depth: int, *, is_share: bool
    ) -> Content:
        """What an entry shows, with what stands above and below its text."""
        words = AttachmentWords(entry, self._names, is_share=is_share)
        content = self.read(entry, origin, depth + 1)
        text = "\n".join(filter(None, [*words.above, content.text, *words.below]))
        links = (*words.links, *content.links)
        missing = content.missing
        if words.has_picture:
            missing = (*missing, PICTURES)

        has_nothing = not (text or content.attachments or content.forwarded or content.missing)
        leads_nowhere = not (links or pages_of(entry, is_share=is_share))
        fallback = decode(first_text(entry, "fallback"), self._names)
        if has_nothing and (leads_nowhere or not is_placeholder(fallback.text)):
            text, links = fallback.text, (*links, *fallback.links)
        content = Content(text, links, content.forwarded, content.attachments, missing)
        return _without_placeholder(content)


def _add(content: Content, found: _Found) -> None:
    """Add what is in a message within a message, but for its words."""
    found.links += content.links
    found.forwarded += content.forwarded
    known = [attachment.pointer for attachment in found.attachments]
    found.attachments += [a for a in content.attachments if a.pointer not in known]
    found.missing += content.missing


def _finish(words: str, found: _Found) -> Content:
    content = Content(
        words,
        unique(found.links),
        tuple(found.forwarded),
        tuple(found.attachments),
        tuple(dict.fromkeys(found.missing)),
    )
    return _without_placeholder(content)


def _without_placeholder(content: Content) -> Content:
    """The content, with Slack's words for what it does not show only where there is nothing else.

    There is something then that people may see, and the bot does not.
    """
    lines = content.text.splitlines()
    others = [line for line in lines if not is_placeholder(line)]
    if len(others) == len(lines):
        return content
    if others or content.forwarded or content.attachments:
        return replace(content, text="\n".join(others))
    missing = dict.fromkeys((*content.missing, UNSEEN))
    return replace(content, missing=tuple(missing))
