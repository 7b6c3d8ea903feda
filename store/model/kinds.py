"""The kinds of things that are written down, and what belongs to each kind.

Their values lie on schools' disks, so they stay as they are. Records hold them as text: a version
that does not know a kind which a later one has written reads it all the same.
"""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry of a chronology says was done.

    `handlers.cases.chronology` has the words for each.
    """

    OPENED = "opened"
    RECEIVED = "received"
    EDITED = "edited"
    CATEGORY = "category"
    ABOUT = "about"
    ALSO_ABOUT = "also about"
    ABOUT_INSTEAD = "about instead"
    POSTED = "posted"
    POSTED_INSTEAD = "posted instead"
    URGENT = "urgent"
    TAKEN = "taken"
    GIVEN = "given"
    GIVEN_UP = "given up"
    NOTE = "note"
    CLOSED = "closed"
    REOPENED = "reopened"
    STEP = "step"
    STEP_GIVEN = "step given"
    STEP_ADDED = "step added"
    POSTPONED = "postponed"
    AGAIN = "again"
    SEEN = "seen"
    ASKED = "asked"
    ANSWERED = "answered"
    JOINED = "joined"
    SEPARATED = "parted"
    HELD = "held"
    HOLD_LIFTED = "lifted"
    EXPORTED = "exported"
    LOOKED = "looked"
    READ = "read"
    EVIDENCE = "evidence"
    KEPT = "kept"
    FETCH_FAILED = "failed"
    WITHHELD = "withheld"
    #: Something of it has followed by itself, such as a step that its procedure calls for no more.
    FOLLOWED = "followed"
    RELEASED = "released"
    #: A letter was drafted.
    LETTER = "letter"
    #: A pack of it was made, to be handed over.
    PACKED = "packed"
    #: Somebody was asked to take a post down, and what came of it.
    REMOVAL_ASKED = "removal asked"
    REMOVAL_ANSWERED = "removal answered"
    REMOVAL_REFUSED = "removal refused"
    #: A site that was asked has not answered in time.
    REMOVAL_SILENT = "removal silent"
    GONE = "gone"
    STILL_THERE = "still there"


#: Entries of those who looked, and of what followed by itself: the case is as old as before.
LOOKS = frozenset(
    {
        EntryKind.LOOKED,
        EntryKind.READ,
        EntryKind.EVIDENCE,
        EntryKind.EXPORTED,
        EntryKind.PACKED,
        EntryKind.FOLLOWED,
    }
)

#: Entries of messages that opened a case or added to it, each with the key of its message as
#: `source`.
ARRIVALS = frozenset({EntryKind.OPENED, EntryKind.RECEIVED})

#: Entries of all messages that brought evidence.
MESSAGES = ARRIVALS | {EntryKind.EDITED}

#: Entries that say whom a case is about.
ABOUT_SOMEBODY = frozenset({EntryKind.ABOUT, EntryKind.ALSO_ABOUT, EntryKind.ABOUT_INSTEAD})

#: Entries by which the reporter has added something that leadership has not seen yet.
ADDITIONS = frozenset({EntryKind.RECEIVED, EntryKind.EDITED, EntryKind.NOTE})

#: Entries that took something back, so that a case may be seen by somebody who could not see it.
LETTING_IN = frozenset({EntryKind.ABOUT_INSTEAD, EntryKind.POSTED_INSTEAD})

#: Entries that say something of the removal of posts.
OF_REMOVALS = frozenset(
    {
        *(EntryKind.REMOVAL_ASKED, EntryKind.REMOVAL_ANSWERED, EntryKind.REMOVAL_REFUSED),
        *(EntryKind.REMOVAL_SILENT, EntryKind.GONE, EntryKind.STILL_THERE),
    }
)

#: Entries that hold words of whoever made them, and which of their details those are.
WRITTEN: dict[str, str] = {
    EntryKind.NOTE: "text",
    EntryKind.ANSWERED: "text",
    EntryKind.REMOVAL_REFUSED: "text",
    EntryKind.STEP: "why",
    EntryKind.POSTPONED: "why",
    EntryKind.STEP_ADDED: "step",
    EntryKind.CLOSED: "reason",
    EntryKind.REOPENED: "reason",
    EntryKind.HELD: "reason",
    EntryKind.LETTER: "addressee",
}

#: Entries by which somebody became the owner of a case.
OWNERSHIP = frozenset({EntryKind.TAKEN, EntryKind.GIVEN})


class EvidenceKind(StrEnum):
    """What a piece of evidence is.

    Words and links are kept at once; the others are pointers to be fetched.
    """

    TEXT = "text"
    LINK = "link"
    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


#: Evidence that is words, kept in the case itself.
WORDS = frozenset({EvidenceKind.TEXT, EvidenceKind.LINK})


class NoticeKind(StrEnum):
    """Why the bot owes somebody a message. `handlers.notices.wording` has what each says."""

    # About a case, to leaders.
    ALERT = "alert"
    URGENT = "urgent"
    MORE = "more"
    GIVEN = "given"
    UNCATEGORISED = "uncategorised"
    BEFORE = "before"
    OVERDUE = "overdue"
    #: What others did with a step of theirs, or what fell to them.
    STEPS = "steps"
    #: Somebody higher up asks what happens, and what was answered.
    ASKED = "asked"
    ANSWERED = "answered"
    # About a case, to a leadership channel.
    CHANNEL = "channel"
    # About a case, to whoever reported it.
    WAITING = "waiting"
    TAKEN = "taken"
    CLOSED = "closed"
    LOST = "lost"
    NOBODY = "nobody"
    UNTAKEN = "untaken"
    # A reporter's card that is drawn anew, in its place.
    CARD = "card"
    # A message that is taken back from its reader.
    WITHDRAW = "withdraw"
    # About no case.
    TODAY = "today"
    #: Owed by earlier versions: the first `TODAY` of a week is the digest now.
    DIGEST = "digest"
    DUTY = "duty"
    RETENTION = "retention"
    STATEMENT = "statement"
    UNACCEPTED = "unaccepted"
    ENQUIRY = "enquiry"
    ANSWER = "answer"
    MISSED = "missed"
    ROLES = "roles"
    AGREE = "agree"
    ACCOUNT = "account"
    UNREADABLE = "unreadable"
    #: The governors' page of the term that has ended, to the chair.
    FIGURES = "figures"


#: Notices to whoever reported a case: they say no more of it than a reporter may know.
FOR_REPORTERS = frozenset(
    {
        NoticeKind.WAITING,
        NoticeKind.TAKEN,
        NoticeKind.CLOSED,
        NoticeKind.LOST,
        NoticeKind.NOBODY,
        NoticeKind.UNTAKEN,
        NoticeKind.CARD,
    }
)

#: Notices that take the place of a message that was sent: nobody is told anything new.
REPLACING = frozenset({NoticeKind.CARD, NoticeKind.WITHDRAW})

#: Notices that may come with the next message, though they do not wait for school hours.
CAN_WAIT = FOR_REPORTERS | {
    NoticeKind.GIVEN,
    NoticeKind.DUTY,
    NoticeKind.DIGEST,
    NoticeKind.TODAY,
    NoticeKind.STEPS,
    NoticeKind.ASKED,
    NoticeKind.ANSWERED,
    NoticeKind.ROLES,
    NoticeKind.UNREADABLE,
}

#: Notices that stay with their reader whatever becomes of the case: they show nothing of it.
NOT_TAKEN_BACK = FOR_REPORTERS | {NoticeKind.WITHDRAW}

#: Notices that go into one message with the day's own; what else a chat holds outlasts that.
WITH_THE_DAY = frozenset({NoticeKind.TODAY, NoticeKind.DUTY, NoticeKind.STEPS})

#: Notices that tell a leader that there is a case.
THAT_THERE_IS_A_CASE = frozenset({NoticeKind.ALERT, NoticeKind.URGENT})

#: Notices about one step of a case's procedure.
ABOUT_STEPS = frozenset({NoticeKind.BEFORE, NoticeKind.OVERDUE})


class NoticeResult(StrEnum):
    """What became of a notice. Until then it has none, which is kept as an empty text."""

    SENT = "sent"
    MOOT = "moot"
    FAILED = "failed"


class RoleChangeKind(StrEnum):
    """What happened to somebody's roles or accounts."""

    #: The log of it began.
    BEGAN = "began"
    #: Somebody was here when it began.
    FOUND = "found"
    JOINED = "joined"
    #: A further account of somebody who is known.
    ACCOUNT = "account"
    #: An account that was said not to be theirs.
    NOT_THEIRS = "not theirs"
    GIVEN = "given"
    TAKEN = "taken"
    #: What one had asked for, and the other did not agree to.
    REFUSED = "refused"


class Clock(StrEnum):
    """What a follow-up's days are counted in, and what its reminders wait for."""

    #: School days; reminders wait for school hours.
    SCHOOL = "school"
    #: Working days, which no school holiday stops: clocks set by law. Waits for nothing.
    LEGAL = "legal"
    #: Hours and minutes. Waits for nothing.
    NOW = "now"


#: What a case's own follow-ups, which no procedure calls for, have before their number: `own-1`.
OWN_STEP = "own-"
