"""What a mail says of a notice: from its briefs alone, never from its parts.

A mail is read by whoever has the mailbox, lies on servers of others, and is taken back by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages import Brief, Reply
from handlers.text.words import counted, listed
from store.model.kinds import NoticeKind
from store.school.school import School

#: By what the notice is of: the subject, and the first line. `{case}` is the reference.
SAID: dict[str, str] = {
    NoticeKind.ALERT: "New case {case}",
    NoticeKind.URGENT: "Urgent case {case} waits",
    NoticeKind.MORE: "There is more for case {case}",
    NoticeKind.GIVEN: "Case {case} is yours to look after now",
    NoticeKind.UNCATEGORISED: "Case {case} still waits for somebody’s word",
    NoticeKind.BEFORE: "Case {case}: something is due",
    NoticeKind.OVERDUE: "Case {case}: something is overdue",
    NoticeKind.STEPS: "Case {case}: there is news of the steps",
    NoticeKind.ASKED: "Somebody asks what happens with case {case}",
    NoticeKind.ANSWERED: "There is an answer about case {case}",
    NoticeKind.CHANNEL: "Case {case}",
    NoticeKind.WAITING: "Case {case} still needs a word of yours",
    NoticeKind.TAKEN: "Case {case}: somebody is looking after it now",
    NoticeKind.CLOSED: "Case {case} is closed",
    NoticeKind.LOST: "Case {case}: something that you sent could not be fetched",
    NoticeKind.NOBODY: "Case {case} still waits, and nobody has been told",
    NoticeKind.UNTAKEN: "Case {case}: nobody has taken it yet",
    NoticeKind.CARD: "Case {case}: its card has changed",
    NoticeKind.WITHDRAW: "A message is out of date",
    NoticeKind.TODAY: "Nothing is overdue",
    NoticeKind.DIGEST: "Nothing is overdue",
    NoticeKind.DUTY: "A duty of the school’s",
    NoticeKind.RETENTION: "There are cases whose time is over",
    NoticeKind.STATEMENT: "There is a text for you to read and accept",
    NoticeKind.UNACCEPTED: "Not everybody has accepted a text yet",
    NoticeKind.ENQUIRY: "Somebody has a question for you",
    NoticeKind.ANSWER: "There is an answer to a question of yours",
    NoticeKind.MISSED: "What you sent of late may not have reached me",
    NoticeKind.ROLES: "Somebody’s roles or accounts have changed",
    NoticeKind.AGREE: "Somebody asks you to agree to a role",
    NoticeKind.ACCOUNT: "Somebody says that an account is yours",
    NoticeKind.UNREADABLE: "A case cannot be read: please tell your technician",
    NoticeKind.FIGURES: "The governors’ page of the term is ready",
}
#: Of a kind that a later version has written.
OTHER = "There is something for you"

SUBJECT = "Heads Up: {what}"
SEVERAL = "{number} wait"
#: Lines of one mail.
MOST = 25
MORE = "… and {number} more."
WITH = "With {who}."
DAY = "Overdue, day {day}."

RING = "If it cannot wait, ring {phone}."
RING_SCHOOL = "If it cannot wait, ring the school, and ask for a leader."
RING_AUTHORITY = (
    "If it cannot wait, ring the local authority’s designated officer{phone}, and speak to nobody "
    "else about it."
)
WHY = (
    "This mail says no more, as others may read it. You cannot answer it: nobody reads what is "
    "sent back."
)
ACT = (
    "To see what it is about, and to act on it, you need Heads Up in {chats}: ask the school’s "
    "technician for an invitation."
)
SIGNED = "Heads Up at {school}"

CONFIRM_SUBJECT = "Heads Up: please confirm your address"
CONFIRM = (
    "{school} wants to tell you by mail, at this address, when a case needs you: that it is there, "
    "and no more.\n\n"
    "If you expect that, read this code to the school’s technician, by telephone or in person:\n\n"
    "    {code}\n\n"
    "It is good for seven days. Until then nothing else is sent to you. If you do not expect it, "
    "do nothing: then nothing ever comes."
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is read: plain text."""

    subject: str
    body: str


def render(reply: Reply, school: School, chats: Sequence[str]) -> Letter:
    """The mail that says of a notice what its briefs say. `chats`: the names of those that run."""
    briefs = list(dict.fromkeys(reply.briefs))
    lines = [_line(brief, is_alone=len(briefs) == 1) for brief in briefs[:MOST]]
    if len(briefs) > MOST:
        lines.append(MORE.format(number=len(briefs) - MOST))
    paragraphs = ["\n".join(lines) or OTHER]
    ring = _ring(briefs, school)
    if ring:
        paragraphs.append(ring)
    paragraphs.append(f"{WHY}\n{ACT.format(chats=listed(chats, 'or'))}")
    paragraphs.append(SIGNED.format(school=school.name))
    return Letter(SUBJECT.format(what=_what(briefs)), "\n\n".join(paragraphs))


def confirmation(code: str, school: School) -> Letter:
    """The mail by which an address is confirmed: nothing else is sent to it before."""
    name = school.name[:1].upper() + school.name[1:]
    return Letter(CONFIRM_SUBJECT, CONFIRM.format(school=name, code=code))


def _what(briefs: Sequence[Brief]) -> str:
    if len(briefs) > 1:
        return SEVERAL.format(number=counted(len(briefs), "thing"))
    what = _head(briefs[0]) if briefs else OTHER
    return what[:1].lower() + what[1:]


def _head(brief: Brief) -> str:
    return SAID.get(brief.what, OTHER).format(case=brief.reference)


def _line(brief: Brief, *, is_alone: bool) -> str:
    """`Case X7K2: something is overdue · Threat of violence · Tell the police. With Cleo Martin.`

    Of several it is one of a list.
    """
    said = " · ".join(words for words in (_head(brief), brief.kind, brief.step) if words)
    sentences = [said if said.endswith(".") else f"{said}."]
    if brief.day:
        sentences.append(DAY.format(day=brief.day))
    if brief.who:
        sentences.append(WITH.format(who=listed(brief.who)))
    line = " ".join(sentences)
    return line if is_alone else f"- {line}"


def _ring(briefs: Sequence[Brief], school: School) -> str:
    """Whom to ring, where that is known for all that the mail tells of."""
    told = {brief.ring for brief in briefs}
    if told == {"school"}:
        phone = school.urgent_phone or school.safeguarding_phone
        return RING.format(phone=phone) if phone else RING_SCHOOL
    if told == {"authority"}:
        number = school.local_authority_phone
        return RING_AUTHORITY.format(phone=f" on {number}" if number else "")
    return ""
