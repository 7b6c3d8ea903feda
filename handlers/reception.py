"""Where everything that comes in is received: who is it, and is it a command, an answer or a
report?
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from handlers.awaiting import ask_next, asked_in, is_answer, open_question
from handlers.cases.reporting.mistake import which_mistake
from handlers.cases.reporting.report import keep
from handlers.cleaning import clean
from handlers.commands import MANY_WORDS, Command
from handlers.desk import REFERENCE, Ask, Desk
from handlers.menu import COMMANDS
from handlers.messages import (
    CANCEL,
    Incoming,
    NotYours,
    Prompt,
    Refused,
    Reply,
    Sender,
    Standing,
    say,
)
from handlers.notices.bundle import ALSO
from handlers.rules import access
from handlers.rules.access import Act
from handlers.rules.limits import MINUTE
from handlers.school import joining
from handlers.school.home import HOME_OF_STAFF, home_of, note_opened
from handlers.text.courtesies import is_courtesy, is_of_mistake
from handlers.text.words import seconds, shortened
from handlers.workflow.telling.spoken_to import note_spoken
from store.base import ERASED
from store.errors import Conflict, DamagedCase, NotFound, StoreUnavailable
from store.model.identifiers import new_id
from store.model.records import Awaiting, IllegalMove, Person, Role

STRANGER = (
    "Hello. I work for the staff of a school, and only for those who were invited. "
    "If that is you, please ask the school for an invitation."
)
PRIVATELY = (
    "Please write to me in private: others can read what is said here. I have kept nothing from "
    "here."
)
NOT_YOURS = "That is not among the things you can do here. “/help” shows what is."
UNKNOWN = "I don't know “{typed}”."
NOTHING_KEPT = " Nothing was kept."
DID_YOU_MEAN = " Did you mean {commands}?"
SEE_HELP = " “/help” shows what I know."
KEPT_INSTEAD = "“{typed}” is not a command, so I have kept your message as a report."
REPORTS_ONLY = "I only follow changes to reports. Please send that again as a new message."
HAVE_THAT = "I have that answer already."
BUSY = "Somebody else was changing the same thing, and nothing was kept. Please send that again."
NOT_KEPT = (
    "I could not keep that: the place where I keep things cannot be written to just now. "
    "Please tell a leader in person, and send it again later."
)
TOO_FAST = (
    "That was more than I can take in one minute. I have done nothing with it: please try again "
    "from {time}."
)
NEVER_REFUSED = ("case urgent", "report")
COURTESY = "Thank you. I took that for a greeting and kept nothing. “/help” shows what I can do."
AGAIN_TO_STRANGERS = timedelta(hours=1)
#: A full member is a stranger once they have left, and comes back by an invitation as others do.
LET_IN_BY_CODE = frozenset({Standing.MEMBER, Standing.INVITED, Standing.GUEST})
TRIES = 20
PUNCTUATION = " .,;:!?"


class TooFast(Refused):
    """More than the limit. It can be done a moment later."""


async def receive(incoming: Incoming, desk: Desk) -> Reply | None:
    """Obey or keep what came in. What the reply says was kept is on the disk. None: say nothing."""
    incoming = clean(incoming, desk.now())
    desk = replace(desk, source=incoming.source)
    try:
        if incoming.opens:
            await note_opened(incoming.sender.account, desk)
            return None
        return await _in_turn(incoming, desk)
    except StoreUnavailable:
        # Whoever said nothing is told nothing.
        return Reply(received=False) if incoming.opens else replace(say(NOT_KEPT), received=False)


async def home_page(sender: Sender, known: Person | None, desk: Desk) -> Reply:
    """The bot's own page for an account, as of now. `known`: whose account it is, as far as we
    know.
    """
    if _recognised(sender, known):
        return await home_of(known, desk.now(), desk) if known else HOME_OF_STAFF
    return say(STRANGER)


async def _in_turn(incoming: Incoming, desk: Desk) -> Reply | None:
    """One thing at a time from one account, and from all accounts of one person, in the order in
    which they came.
    """
    account = incoming.sender.account
    async with desk.memory.turn(f"account {account}"):
        known = await desk.store.by_account(account)
        if known is None:
            return await _respond(incoming, known, desk)
        turn = desk.memory.turn(f"person {known.id}")
        may_have_changed = turn.locked()
        async with turn:
            if may_have_changed:
                known = await desk.store.by_account(account)
            return await _respond(incoming, known, desk)


async def _respond(incoming: Incoming, known: Person | None, desk: Desk) -> Reply | None:
    """The answer, or why there is none. `known`: whose account it is, as far as we know."""
    try:
        reply = await _until_unchanged(incoming, known, desk)
    except Refused as refusal:
        reply = say(str(refusal)).showing(refusal.shows)
    except (IllegalMove, DamagedCase) as refusal:
        reply = say(str(refusal))
    if reply is None or known is None:
        return reply
    note_spoken(known.id, desk)
    return replace(reply, reader=known.id)


async def _until_unchanged(incoming: Incoming, known: Person | None, desk: Desk) -> Reply | None:
    """Try again where somebody else has changed the same thing meanwhile."""
    for _ in range(TRIES):
        try:
            return await _dispatch(incoming, known, desk)
        except Conflict:
            known = await desk.store.by_account(incoming.sender.account)
    return replace(say(BUSY), received=False)


async def _dispatch(incoming: Incoming, known: Person | None, desk: Desk) -> Reply | None:
    """Who is it, and may they be heard here?"""
    if not incoming.private:
        is_first = _once_an_hour(f"{incoming.place} {incoming.sender.account}", desk)
        return say(PRIVATELY) if is_first else None
    person = await _person(incoming, known, desk)
    if person is None:
        return await _stranger(incoming, desk)
    if person.awaiting and incoming.source in person.awaiting.used:
        return say(HAVE_THAT)
    if incoming.edits:
        return await _later_version(incoming, person, desk)
    return await _command_answer_or_report(incoming, person, desk)


async def _command_answer_or_report(incoming: Incoming, person: Person, desk: Desk) -> Reply:
    command = await _command_in(incoming, person, desk)
    question = open_question(person, desk)
    if question:
        if command is None and is_answer(incoming, question):
            return await _answer(question, incoming, person, desk)
        # Something else has come in its place: it is asked no longer.
        person = await ask_next(None, person, desk)

    if command is not None:
        return await _obey(command, incoming, person, desk)
    besides = await _said_besides(incoming, person, desk)
    if besides is not None:
        return besides
    return await _report(incoming, person, desk)


async def _command_in(incoming: Incoming, person: Person, desk: Desk) -> str | None:
    """The command that was sent, or typed without its slash; None where it is none."""
    if incoming.command is not None or incoming.carries:
        return incoming.command
    return await _bare_command(incoming, person, desk)


async def _said_besides(incoming: Incoming, person: Person, desk: Desk) -> Reply | None:
    """The answer to words that are no report: a greeting, or that something was a mistake."""
    is_more = incoming.carries or incoming.links
    if not incoming.text or is_more:
        return None
    if is_courtesy(incoming.text):
        return say(COURTESY)
    if is_of_mistake(incoming.text):
        return await which_mistake(incoming.text, person, desk)
    return None


async def _report(incoming: Incoming, person: Person, desk: Desk) -> Reply:
    if not access.may(person, Act.REPORT):
        raise Refused(NOT_YOURS)
    return await keep(incoming, person, desk)


async def _stranger(incoming: Incoming, desk: Desk) -> Reply | None:
    """Nothing but one polite sentence, and the use of an invitation."""
    code = _code_of_stranger(incoming)
    if code is not None and incoming.sender.standing in LET_IN_BY_CODE:
        return await joining.join(code, incoming.sender, desk)
    return say(STRANGER) if _once_an_hour(incoming.sender.account, desk) else None


def _code_of_stranger(incoming: Incoming) -> str | None:
    """What follows `join`; None where it is something else. Whoever comes from another workspace
    may find no commands there, and types the words.
    """
    typed = incoming.text if incoming.command is None else incoming.command
    name, _, code = typed.strip().lstrip("/").partition(" ")
    is_command = incoming.command is not None or re.fullmatch(joining.CODE_ALONE, code.strip())
    return code.strip() if name.lower() == "join" and is_command else None


async def _later_version(incoming: Incoming, person: Person, desk: Desk) -> Reply:
    """A later version of a report is kept. A command or an answer was obeyed when it first came."""
    if incoming.command is None and incoming.edits:
        holders = await desk.store.by_source(incoming.edits)
        if holders.get(incoming.edits, ERASED) != ERASED:
            return await _report(incoming, person, desk)
    return say(REPORTS_ONLY)


async def _person(incoming: Incoming, known: Person | None, desk: Desk) -> Person | None:
    """Who it is; a full member of the school's workspace is staff from the first word."""
    sender = incoming.sender
    if not _recognised(sender, known):
        return None
    if known is not None:
        return known

    name = shortened(sender.name, 80)
    person = Person(new_id(), name, (Role.STAFF,), (sender.account,), desk.now())
    # Kept first: nobody is in without a trace.
    await joining.note_member(person, desk)
    try:
        await desk.store.add_person(person)
    except Conflict:
        await joining.forget_member(person, desk)
        return await desk.store.by_account(sender.account)
    return person


def _recognised(sender: Sender, known: Person | None) -> bool:
    """Whether somebody is of the school."""
    if sender.standing == Standing.OUTSIDER:
        return False
    if known is not None:
        if sender.standing == Standing.GUEST and not joining.is_for_guest(known):
            return False
        # Whoever has no role any more has left, and is a stranger.
        return bool(known.roles)
    return sender.standing == Standing.MEMBER


def _once_an_hour(what: str, desk: Desk) -> bool:
    told = desk.memory.told
    if what in told and desk.now() - told[what] < AGAIN_TO_STRANGERS:
        return False
    desk.memory.remember(what, desk.now())
    return True


# --- commands -------------------------------------------------------------------------------------


async def _obey(
    typed: str, incoming: Incoming, person: Person, desk: Desk, used: tuple[str, ...] = ()
) -> Reply:
    """`used`: the source key of an answer that this is made of."""
    typed = _in_full(typed)
    found = COMMANDS.find(typed)
    if found is None or not _fits(*found, incoming):
        return await _unknown(typed, incoming, person, desk)
    command, words = found
    if not access.may(person, command.may):
        raise Refused(NOT_YOURS)
    await _refuse_haste(command, words, person, desk)

    reply = await command.run(Ask(person, words, incoming, desk.now()), desk)
    awaited = asked_in(reply, incoming, desk)
    if awaited or used:
        await ask_next(awaited, person, desk, used)
    return reply


async def _refuse_haste(command: Command, words: str, person: Person, desk: Desk) -> None:
    """Raises TooFast for more than a person does in a minute. Reports are counted by themselves."""
    meant = command
    if command.name == ALSO:
        found = COMMANDS.find(words)
        meant = found[0] if found else command
    if meant.name in NEVER_REFUSED:
        return
    free = await desk.store.count(f"act {person.id}", desk.now(), MINUTE, desk.limits.acts)
    if free:
        raise TooFast(TOO_FAST.format(time=seconds(free, desk.calendar)))


def _in_full(typed: str) -> str:
    """`/headsup` alone is asking for help, and `/7K4M` for a case."""
    if not typed.strip():
        return "help"
    return f"case {typed}" if _reference_in(typed) else typed


def _reference_in(typed: str) -> str | None:
    found = REFERENCE.fullmatch(typed.strip().rstrip(PUNCTUATION))
    return found[1] if found else None


def _fits(command: Command, words: str, incoming: Incoming) -> bool:
    """`/case 7K4M` and `/case` are commands; `/case statsu` is a slip, and `/also this one` a
    report.
    """
    # Typed, where it is usually tapped.
    if command.name == ALSO and incoming.text:
        return COMMANDS.find(words) is not None
    return command.name != "case" or not words or bool(REFERENCE.fullmatch(words.split()[0]))


async def _unknown(typed: str, incoming: Incoming, person: Person, desk: Desk) -> Reply:
    """A slip of the keyboard; or a report that begins with a slash, as `/r/teachers` does."""
    like = COMMANDS.like(typed, person)
    has_many_words = len(typed.split(maxsplit=MANY_WORDS)) >= MANY_WORDS
    is_long = has_many_words or bool(incoming.links)
    if is_long and not like:
        text = incoming.text if incoming.text.lstrip().startswith("/") else typed
        kept = await _report(replace(incoming, text=text, command=None), person, desk)
        first_word = shortened(typed.split()[0], 40)
        return say(KEPT_INSTEAD.format(typed=f"/{first_word}")) + kept

    said = UNKNOWN.format(typed=f"/{shortened(typed, 40)}")
    if is_long:
        said += NOTHING_KEPT
    if like:
        said += DID_YOU_MEAN.format(commands=" or ".join(f"“{c.usage}”" for c in like))
    else:
        said += SEE_HELP
    return replace(say(said), understood=False)


async def _bare_command(incoming: Incoming, person: Person, desk: Desk) -> str | None:
    """The command that a message without a slash is, if it can be nothing else."""
    typed = incoming.text.strip()
    if typed.startswith("/"):
        return typed[1:]
    if incoming.links:
        return None
    reference = _reference_in(typed)
    if reference:
        return f"case {reference}" if await _sees(person, reference, desk) else None
    return _bare_words(typed, person)


def _bare_words(typed: str, person: Person) -> str | None:
    """`duty done safety-audit` is a command; `case of beer in the classroom` is none."""
    alone = typed.rstrip(PUNCTUATION)
    found = COMMANDS.find(alone)
    if found is None or not found[0].typed:
        return None
    command, words = found
    if not words:
        # Who may not use it is told so: there is nothing to keep in it.
        return alone
    if not access.may(person, command.may):
        return None
    command, words = COMMANDS.find(typed) or found
    is_command = re.fullmatch(command.bare, words, re.DOTALL | re.IGNORECASE)
    return typed if is_command else None


async def _sees(person: Person, reference: str, desk: Desk) -> bool:
    try:
        await desk.case_for(person, reference, Act.SEE)
    except (Refused, NotFound):
        return False
    return True


async def _answer(question: Awaiting, incoming: Incoming, person: Person, desk: Desk) -> Reply:
    """Obey what the question was about. Only then is it no longer open, so that no answer is lost.

    One that came too fast may be sent again, and where other words are wanted it is asked again.
    """
    used = (incoming.source,)
    try:
        return await _obey(f"{question.command} {incoming.text}", incoming, person, desk, used)
    except TooFast:
        raise
    except (NotYours, IllegalMove):
        await ask_next(None, person, desk, used)
        raise
    except Refused as refusal:
        again = Prompt(str(refusal), question.command, short=question.short)
        reply = Reply((again, CANCEL), shows=refusal.shows)
        await ask_next(asked_in(reply, incoming, desk), person, desk, used)
        return reply
