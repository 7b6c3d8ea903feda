"""What goes in and what comes out: the same for every chat.

A front-end turns a platform's event into an `Incoming`, and draws the `Reply` that comes back.
Everything here is a plain value. Text is plain text: a front-end escapes it, so that what people
typed is never markup, a ping or a link.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from store.errors import NotFound, StoreUnavailable
from store.model.identifiers import REFERENCE_ALPHABET

#: The command of a button that is about one case, with its reference.
_OF_A_CASE = re.compile(rf"case (?:[a-z-]+ )?([{REFERENCE_ALPHABET}]{{4}})\b")

FILE_GONE = "{name} cannot be read just now. If it stays so, please tell your technician."


class Standing(Enum):
    """What the platform itself vouches for."""

    #: A full member of the school's own workspace: staff without an invitation.
    MEMBER = "member"
    #: The platform vouches for nobody: an invitation is needed.
    INVITED = "invited"
    #: A guest of the school's workspace, or somebody of another one who shares a channel with it:
    #: let in as chair of governors alone, by an invitation.
    GUEST = "guest"
    #: A bot, or somebody who is gone: never let in.
    OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True)
class Sender:
    """An account, not yet a person: `slack:T1:U7`, `telegram:4242`, `terminal:asha`."""

    account: str
    name: str
    standing: Standing = Standing.INVITED


@dataclass(frozen=True, slots=True)
class Origin:
    """What the platform says of where a forwarded thing was posted; anything may be missing."""

    kind: Literal["person", "hidden person", "group", "channel", "message"]
    author: str = ""
    author_id: str = ""
    place: str = ""
    place_id: str = ""
    message_id: str = ""
    #: UTC.
    sent_at: datetime | None = None
    #: The platform's own permanent link.
    link: str = ""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """One message that was forwarded: its own words, apart from those of the person who passed it
    on.
    """

    text: str
    origin: Origin
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, video or file as a pointer. Nothing of it has been fetched."""

    kind: Literal["picture", "video", "audio", "file"]
    #: What this front-end needs to fetch it, and the platform's own ids; JSON.
    pointer: Mapping[str, str]
    name: str = ""
    media_type: str = ""
    #: Bytes, as the platform says.
    size: int | None = None
    #: The platform has made it smaller than the original.
    reduced: bool = False
    #: Bytes that the platform hands over at most, where it has a limit.
    limit: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that somebody sent, typed or tapped."""

    #: The same when the platform sends it again: `slack:T1:D9:1732.001`.
    source: str
    sender: Sender
    #: Where it came in, as an address that a front-end can send to.
    place: str
    #: UTC, as the platform says.
    at: datetime
    #: Nobody but the sender sees it, or the answer.
    private: bool = True
    #: As typed, untouched.
    text: str = ""
    #: Every link in `text`, and those behind words, in order.
    links: tuple[str, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    #: The same for every part of one album.
    album: str | None = None
    #: The source key of the message that this one is a later version of.
    edits: str | None = None
    #: Words to obey, without the slash: from a command, a button or a form.
    command: str | None = None
    #: The front-end can open a form in answer to this.
    forms: bool = False
    #: The accounts of those whom the platform itself says to be mentioned in it, or in what it
    #: forwards.
    mentioned: tuple[str, ...] = ()
    #: Nothing was said: the sender has opened the bot's own page in the chat.
    opens: bool = False

    @property
    def carries(self) -> bool:
        """Whether there is more to it than words and links."""
        return bool(self.attachments or self.forwarded or self.album)


#: Obeys or keeps what came in. What it returns may be shown: whatever it says was kept is on the
#: disk. None: say nothing.
Receive = Callable[[Incoming], Awaitable["Reply | None"]]


# --- what comes out -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    #: What of it is wanted elsewhere, as a case's reference is: a tap copies it, where the chat
    #: can. At most 50 characters.
    copied: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks in it are kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Fields:
    """Short named facts, one a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words, or a policy's, and where they stand.

    `bold`: where the words begin and end, in characters, that are set off from the others.
    """

    text: str
    place: str = ""
    bold: tuple[int, int] = (0, 0)

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The words, with what is in bold by itself; none is empty."""
        start, end = self.bold
        cut = ((self.text[:start], False), (self.text[start:end], True), (self.text[end:], False))
        return tuple((words, is_bold) for words, is_bold in cut if words)


@dataclass(frozen=True, slots=True)
class Table:
    """Lines whose columns stand below one another: drawn in letters of equal width."""

    text: str


#: Characters of a question that a chat asks by itself.
LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class Confirm:
    """What a chat asks by itself before it takes a tap for meant, where it can."""

    #: At most LONGEST_QUESTION characters are shown.
    question: str
    #: What is obeyed then: nobody is asked again.
    command: str
    yes: str = "Yes"
    no: str = "No"


#: Bytes of a button's command: Telegram's limit.
LONGEST_COMMAND = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. Tapping it is the same as typing `command` (at most LONGEST_COMMAND bytes)."""

    label: str
    command: str
    style: Literal["", "primary", "danger"] = ""
    #: Of what cannot be taken back; where the chat asks nothing by itself, `command` does.
    confirm: Confirm | None = None

    def __post_init__(self) -> None:
        commands = (self.command, self.confirm.command) if self.confirm else (self.command,)
        for command in commands:
            if len(command.encode()) > LONGEST_COMMAND:
                raise ValueError(f"a choice holds at most {LONGEST_COMMAND} bytes: {command!r}")

    @property
    def spoken(self) -> str:
        """What is read out in place of a label that does not say what it does, and to which case;
        empty where the label says it.
        """
        found = _OF_A_CASE.match(self.command)
        if found is None:
            return ""
        reference = found[1]
        if self.label == reference:
            return f"Open case {reference}"
        return "" if reference in self.label else f"{self.label}, case {reference}"


@dataclass(frozen=True, slots=True)
class Choices:
    """Buttons. A `menu` has a question and many answers: a drop-down where the platform has one."""

    options: tuple[Choice, ...]
    menu: str = ""
    #: The command to which a name is appended that is typed in place of a tap; empty for none.
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that is answered by typing: a form with one box, or the next message.

    What is typed is appended to `command`.
    """

    question: str
    command: str
    label: str = "Answer"
    #: A name or a number is expected; a longer message is something else.
    short: bool = False
    #: A day is wanted, and why: the day may be chosen in a calendar, where the chat has one.
    dated: bool = False


#: With a question that was asked once more.
CANCEL = Choices((Choice("Cancel", "cancel"),))


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over: where it lies, its bytes where it was made just now, or what opens it in
    the store.
    """

    content: Path | bytes | Callable[[], AbstractAsyncContextManager[Path]]
    name: str
    media_type: str = "application/octet-stream"
    #: What a picture shows, for whoever does not see it: with that, it is shown and not only handed
    #: over. At most 1,000 characters.
    alt: str = ""
    #: Evidence: it is to be looked at, and not to be passed on from there.
    protected: bool = False

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[BinaryIO]:
        """Its bytes, to read for as long as the context lasts.

        Raises OSError where they cannot be read.
        """
        async with AsyncExitStack() as until:
            path = self.content
            if isinstance(path, bytes):
                yield BytesIO(path)
                return
            try:
                if not isinstance(path, Path):
                    path = await until.enter_async_context(path())
            except (NotFound, StoreUnavailable) as error:
                raise OSError(f"{self.name} is not given by the store") from error
            yield until.enter_context(await asyncio.to_thread(path.open, "rb"))


#: Takes an address and a message's id there, as `edit` of a front-end does.
Noted = Callable[[str, str], None]

#: Whether the answer to something later, maybe by another process, says all of this.
Overtaken = Callable[[], Awaitable[bool]]

Part = Heading | Text | Fields | Quote | Table | Choices | Prompt | File


@dataclass(frozen=True, slots=True)
class Brief:
    """What a notice may say where others may read along and nothing is taken back: by mail.

    There is no place in it for a word that anybody wrote about a case, nor for a name of anybody
    whom a case is about. Raises ValueError for a reference that is none.
    """

    #: Why the notice is owed: a NoticeKind.
    what: str
    reference: str = ""
    #: The category, as procedure.toml calls it; empty where that is not to be said.
    kind: str = ""
    #: What is to be done, as procedure.toml puts it; empty for what somebody has worded.
    step: str = ""
    #: Names of the staff whose it is.
    who: tuple[str, ...] = ()
    #: For so many days it is overdue.
    day: int = 0
    #: Who may be rung about it; nobody where they may be the one whom it is about.
    ring: Literal["", "school", "authority"] = ""

    def __post_init__(self) -> None:
        if self.reference and not set(self.reference) <= set(REFERENCE_ALPHABET):
            raise ValueError("a brief names a case by its reference alone")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or a notice: parts from top to bottom."""

    parts: tuple[Part, ...] = field(default_factory=tuple)
    #: Shown in place of the message whose button was tapped.
    replaces: bool = False
    #: False: there is no such command.
    understood: bool = True
    #: False: what came in was neither kept nor obeyed, so the platform is to send it again.
    received: bool = True
    #: References of cases of which it shows more than their reporter may know. Whoever draws a case
    #: says so here; the message is taken back from a reader who turns out to be the subject of one
    #: of them.
    shows: frozenset[str] = frozenset()
    #: References of cases that it is about without showing more of them. Where it takes the place
    #: of a message that did show more, that message shows no more of them from then on.
    mentions: frozenset[str] = frozenset()
    #: Id of the person who reads it, where it answers somebody whom we know.
    reader: str = ""
    #: The reference of the case whose reporter it tells that something is still to be fetched.
    #: The message is put right when that has come.
    unfinished: str = ""
    #: All that is said of it where the parts must not go. Whoever words a notice says so here.
    briefs: tuple[Brief, ...] = ()
    #: The same whenever this very message is sent again; empty for an answer.
    key: str = ""
    #: Told of each message that shows it.
    noted: Noted | None = field(default=None, compare=False)
    #: Asked just before it is shown, where something later may say all of it.
    overtaken: Overtaken | None = field(default=None, compare=False)

    def __add__(self, other: Reply) -> Reply:
        unfinished = self.unfinished or other.unfinished
        together = replace(
            self,
            parts=self.parts + other.parts,
            unfinished=unfinished,
            briefs=self.briefs + other.briefs,
        )
        return together.showing(other.shows).mentioning(other.mentions)

    def showing(self, references: Iterable[str]) -> Reply:
        """The reply, saying that it shows more of these cases than their reporter may know."""
        shows = self.shows.union(references)
        if shows == self.shows:
            return self
        return replace(self, shows=shows, mentions=self.mentions - shows)

    def briefly(self, *briefs: Brief) -> Reply:
        """The reply, with what may be said of it by mail."""
        return replace(self, briefs=self.briefs + briefs)

    def mentioning(self, references: Iterable[str]) -> Reply:
        """The reply, saying that it is about these cases, of which it shows no more than their
        reporter may know.
        """
        mentions = self.mentions.union(references) - self.shows
        return self if mentions == self.mentions else replace(self, mentions=mentions)


def say(text: str, *parts: Part) -> Reply:
    """A reply that begins with a paragraph."""
    return Reply((Text(text), *parts))


# --- errors ---------------------------------------------------------------------------------------


class Refused(Exception):
    """What was asked cannot be done; its text is shown to the person as it stands.

    `shows`: references of the cases that the text tells of, as a reply's `shows`.
    """

    def __init__(self, message: str, *, shows: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.shows = shows


class NotYours(Refused):
    """No other words would do: it is not there for this person."""


class DeliveryFailed(Exception):
    """The outside did not take or give something. `permanent`: trying again will not help.

    `retry_after` is in seconds, where the platform said how long to wait.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class TooLarge(DeliveryFailed):
    """A file is over the limit of the platform or of the school."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)
