"""Where everything that comes in is received: who is it, and is it a command, an answer or a report?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from handlers import access, people
from handlers.commands import Command
from handlers.desk import REFERENCE, Ask, Desk
from handlers.links import find
from handlers.menu import COMMANDS
from handlers.messages import Forwarded, Incoming, Origin, Prompt, Refused, Reply, Standing, say
from handlers.report import keep
from handlers.words import shortened
from store.base import Conflict, DamagedCase, StoreUnavailable
from store.records import Awaiting, IllegalMove, Person, Role, new_id

STRANGER = (
    "Hello. I work for the staff of a school, and only for those who were invited. "
    "If that is you, please ask the school for an invitation."
)
PRIVATELY = "Please write to me in private: what is said here, others can read. Nothing was taken from here."
NOT_YOURS = "That is not among the things you can do here. “/help” shows what is."
UNKNOWN = "I don't know “{typed}”."
DID_YOU_MEAN = " Did you mean {commands}?"
SEE_HELP = " “/help” shows what I know."
NOT_KEPT = (
    "I could not keep that: the place where I keep things cannot be written to just now. Nothing was kept. "
    "Please tell a leader in person, and send it again later."
)
AGAIN_TO_STRANGERS = timedelta(hours=1)
REMEMBERED_STRANGERS = 10_000
ANSWER_WITHIN = timedelta(minutes=10)
SHORT = 100  # characters of an answer to a short question


async def receive(incoming: Incoming, desk: Desk) -> Reply | None:
    """Obey or keep what came in. What the reply says was kept is on the disk."""
    incoming = cleaned(incoming)
    async with desk.memory.turn(incoming.sender.account):
        try:
            return await _receive(incoming, desk)
        except (Refused, IllegalMove, DamagedCase) as refusal:
            return say(str(refusal))
        except StoreUnavailable:
            return say(NOT_KEPT)


async def _receive(incoming: Incoming, desk: Desk) -> Reply | None:
    person = await _person(incoming, desk)
    command = incoming.command
    if not incoming.private:
        return say(PRIVATELY) if _once_an_hour(incoming.place, desk) else None
    if person is None:
        if incoming.sender.standing == Standing.INVITED and command and command.split()[:1] == ["join"]:
            return await people.join(command.partition("join")[2].strip(), incoming.sender, desk)
        return say(STRANGER) if _once_an_hour(incoming.sender.account, desk) else None
    awaited = person.awaiting
    if awaited:
        person = await _expect(person, None, desk)
        if _answers(incoming, awaited):
            return await _obey(f"{awaited.command} {incoming.text}", incoming, person, desk)
    if command is None and not _carries(incoming):
        command = _bare_command(incoming.text)
    if command is not None:
        return await _obey(command, incoming, person, desk)
    return await keep(incoming, person, desk)


async def _person(incoming: Incoming, desk: Desk) -> Person | None:
    """Who it is; a full member of the school's workspace is staff from the first word."""
    sender = incoming.sender
    if sender.standing == Standing.OUTSIDER:
        return None
    person = await desk.store.by_account(sender.account)
    if person is not None and not person.roles:
        return None
    if person is None and sender.standing == Standing.MEMBER:
        person = Person(new_id(), shortened(sender.name, 80), (Role.STAFF,), (sender.account,), desk.now())
        try:
            await desk.store.add_person(person)
        except Conflict:
            return await desk.store.by_account(sender.account)
    return person


def _once_an_hour(who: str, desk: Desk) -> bool:
    told, now = desk.memory.told, desk.now()
    if who in told and now - told[who] < AGAIN_TO_STRANGERS:
        return False
    told[who] = now
    told.move_to_end(who)
    while len(told) > REMEMBERED_STRANGERS:
        told.popitem(last=False)
    return True


# --- commands ------------------------------------------------------------------------------------------


async def _obey(typed: str, incoming: Incoming, person: Person, desk: Desk) -> Reply:
    found = COMMANDS.find(typed)
    if found is None or not _fits(*found):
        return replace(say(_unknown(typed, person)), understood=False)
    command, words = found
    if not access.may(person, command.may):
        raise Refused(NOT_YOURS)
    reply = await command.run(Ask(person, words, incoming, desk.now()), desk)
    prompt = next((part for part in reply.parts if isinstance(part, Prompt)), None)
    if prompt and not incoming.forms:
        until = desk.now() + ANSWER_WITHIN
        await _expect(person, Awaiting(prompt.command, incoming.place, until, prompt.short), desk)
    return reply


def _fits(command: Command, words: str) -> bool:
    """`/case 7K4M` and `/case` are commands; `/case statsu` is a slip."""
    return command.name != "case" or not words or bool(REFERENCE.fullmatch(words.split()[0]))


def _unknown(typed: str, person: Person) -> str:
    said = UNKNOWN.format(typed="/" + shortened(typed, 40))
    like = COMMANDS.like(typed, person)
    if not like:
        return said + SEE_HELP
    return said + DID_YOU_MEAN.format(commands=" or ".join(f"“{c.usage}”" for c in like))


def _bare_command(text: str) -> str | None:
    """The command that a message without a slash is, if it can be nothing else."""
    typed = text.strip()
    if typed.startswith("/"):
        return typed[1:]
    found = COMMANDS.find(typed)
    if found is None:
        return None
    command, words = found
    return typed if re.fullmatch(command.bare, words, re.DOTALL | re.IGNORECASE) else None


# --- questions of the bot's, answered by typing --------------------------------------------------------


def _answers(incoming: Incoming, awaited: Awaiting) -> bool:
    if incoming.command is not None or _carries(incoming) or incoming.edits or incoming.text.startswith("/"):
        return False
    short = len(incoming.text) <= SHORT and "\n" not in incoming.text and not incoming.links
    return incoming.place == awaited.place and incoming.at <= awaited.until and (short or not awaited.short)


def _carries(incoming: Incoming) -> bool:
    return bool(incoming.attachments or incoming.forwarded or incoming.album)


async def _expect(person: Person, awaiting: Awaiting | None, desk: Desk) -> Person:
    while True:
        fresh = await desk.store.person(person.id)
        try:
            return await desk.store.save_person(replace(fresh, awaiting=awaiting))
        except Conflict:
            continue  # their role or their other account has just changed


# --- what came in, made fit to keep --------------------------------------------------------------------


def cleaned(incoming: Incoming) -> Incoming:
    """Without lone surrogates, which no file can hold, and with the links that the platform did not mark."""
    text = _whole(incoming.text)
    return replace(
        incoming,
        text=text,
        links=_links(text, incoming.links),
        command=None if incoming.command is None else _whole(incoming.command),
        sender=replace(incoming.sender, name=_whole(incoming.sender.name)),
        forwarded=tuple(_cleaned_forward(f) for f in incoming.forwarded),
        attachments=tuple(
            replace(
                a,
                name=_whole(a.name),
                media_type=_whole(a.media_type),
                pointer={_whole(key): _whole(value) for key, value in a.pointer.items()},
                origin=_cleaned_origin(a.origin) if a.origin else None,
            )
            for a in incoming.attachments
        ),
    )


def _cleaned_forward(forwarded: Forwarded) -> Forwarded:
    text = _whole(forwarded.text)
    origin = _cleaned_origin(forwarded.origin)
    return replace(forwarded, text=text, links=_links(text, forwarded.links), origin=origin)


def _cleaned_origin(origin: Origin) -> Origin:
    return replace(
        origin,
        author=_whole(origin.author),
        author_id=_whole(origin.author_id),
        place=_whole(origin.place),
        place_id=_whole(origin.place_id),
        message_id=_whole(origin.message_id),
        link=_whole(origin.link),
    )


def _links(text: str, marked: tuple[str, ...]) -> tuple[str, ...]:
    marked = tuple(_whole(link) for link in marked)
    return marked + tuple(link for link in find(text) if link not in marked)


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
